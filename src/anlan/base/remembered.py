"""Pieces of pages that are written once: see ADR 14."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language

P = ParamSpec("P")
R = TypeVar("R")


def remembered(*, most: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep the answers of a function that knows only its arguments and the language.

    The key is everything the answer shows, so it cannot be stale, and cannot show one
    reader what another may see: what differs for them is an argument, and differs.
    A function that asks the clock, the request or the database must not be given here.

    Args:
        most: answers that are kept in this process; those asked least lately go first.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        # typed: ``SafeString("<b>")`` equals "<b>", and one of them is to be escaped.
        @lru_cache(maxsize=most, typed=True)
        def answer(_language: str | None, *args: P.args, **kwargs: P.kwargs) -> R:
            return function(*args, **kwargs)

        @wraps(function)
        def ask(*args: P.args, **kwargs: P.kwargs) -> R:
            return answer(get_language(), *args, **kwargs)  # type: ignore[arg-type]  # hashed: refused if it cannot be

        return ask

    return decorate


def address(name: str, *args: object) -> str:
    """``reverse``, which looks through the tables of addresses each time, once for each."""
    return _address(get_script_prefix(), name, *args)


@lru_cache(maxsize=4096, typed=True)
def _address(_prefix: str, name: str, *args: object) -> str:
    return reverse(name, args=args)
