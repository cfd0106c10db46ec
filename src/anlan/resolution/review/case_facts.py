"""What a review asks of the kind of a case: where it was, which acts, which moments.

Each kind of case knows these itself, and stands above the resolution; so it enters here
how to find them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from anlan.accounts.models import Place
from anlan.cases.models import Case


@dataclass(frozen=True, kw_only=True)
class Known:
    """``acts`` are codes with their names; ``words`` is what was reported."""

    place: Place | None = None
    acts: tuple[tuple[str, str], ...] = ()
    moments: tuple[tuple[str, datetime], ...] = ()
    words: str = ""


# By the key of a case; cases of another kind are left out.
Ask: TypeAlias = Callable[[Sequence[Case]], Mapping[int, Known]]
_ASKED: list[Ask] = []


def add_known(ask: Ask) -> None:
    """Enter what another package knows of its kind of case; once, at import."""
    if ask in _ASKED:
        raise RuntimeError("this was entered before")
    _ASKED.append(ask)


def known_of(case: Case) -> Known:
    return known_of_all([case])[case.pk]


def known_of_all(rows: Sequence[Case]) -> dict[int, Known]:
    """Of every one of them, whether or not anything is known."""
    found = {row.pk: Known() for row in rows}
    for ask in _ASKED:
        found |= ask(rows)
    return found
