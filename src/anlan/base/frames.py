"""Room for the frames of deep calls, taken once instead of again and again: see ADR 16."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Result = TypeVar("Result")

# Of the interpreter's stack, in pointers. Memory is taken in powers of two: this makes
# 128 KB of which a half is left. The room, our deepest page, stands on 20 KB of it.
_SLOTS = 8_000


def with_room(function: Callable[..., Result]) -> Callable[..., Result]:
    """The same function, and nothing it calls has to wait for memory to stand on.

    CPython keeps the frames of Python functions in pieces of 16 KB. A call that does not
    fit into one asks the system for the next, and gives it back on return: 7 µs instead
    of 0.03 (CPython 3.11 to 3.13, ``push_chunk`` in ``Python/pystate.c``). Where the loop
    of a template happens to stand on such an edge, each tag in it pays. A first frame
    that claims to be large makes the first piece so large that there is no second.

    Serves as a middleware of Django, too.
    """

    def roomy(*args: Any) -> Result:
        return function(*args)

    roomy.__code__ = roomy.__code__.replace(co_stacksize=_SLOTS)
    return roomy
