"""One test of many things: what pytest spends on each test would be most of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

MOST_NAMED = 20
T = TypeVar("T")


def of_each(
    things: Callable[[], Iterable[T]], name: Callable[[T], str] = str
) -> Callable[[Callable[[T], None]], Callable[[], None]]:
    """Make a test of one thing a test of them all; every one that fails is named.

    ``things`` is asked when the test runs, not when it is collected.
    """

    def decorated(check: Callable[[T], None]) -> Callable[[], None]:
        def test() -> None:
            failed = []
            for thing in things():
                try:
                    check(thing)
                except Exception as error:  # noqa: BLE001 -- told below, with its name
                    failed.append(f"{name(thing)}: {type(error).__name__}: {error}")
            shown = "\n".join(failed[:MOST_NAMED])
            assert not failed, f"{len(failed)} fail:\n{shown}"

        test.__name__, test.__doc__ = check.__name__, check.__doc__
        return test

    return decorated
