"""What a kind of case keeps beside it, one row to one case, as its package says.

A list of cases shows where each was and must not ask again for every row: the package
that has the row names the way to it, which is joined into the query of the list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from anlan.cases.models import Case


@dataclass(frozen=True, kw_only=True)
class Beside:
    """One kind's own row.

    Attributes:
        place: the way from a case to its place, as a query writes it; read along.
        closing: why the case is not closed on the page of any case, or nothing.
    """

    place: str
    closing: Callable[[Case], str]


_ENTERED: list[Beside] = []


def add_beside(beside: Beside) -> None:
    """Enter what a kind of case keeps; once, at import."""
    if beside in _ENTERED:
        raise RuntimeError("this was entered before")
    _ENTERED.append(beside)


def places_beside() -> list[str]:
    """The ways from a case to a place."""
    return [one.place for one in _ENTERED]


def closed_elsewhere(case: Case) -> str:
    """Where this case is closed, in words, if not on the page of any case."""
    return next(filter(None, (one.closing(case) for one in _ENTERED)), "")
