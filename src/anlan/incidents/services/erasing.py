"""What was reported, said to 110 and decided by two goes with the evidence of its case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from anlan.cases.models import Case
from anlan.evidence.selectors.retention import add_written, rows_with_words
from anlan.evidence.services.deleting import add_followers, blank_words
from anlan.incidents.models import (
    EmergencyCall,
    FalseAlarmProposal,
    PoliceWaiver,
    Report,
)
from anlan.ledger.models import Worded

# Each table with words, and its columns.
_WRITTEN: tuple[tuple[type[Worded], tuple[str, ...]], ...] = (
    (Report, ("words",)),
    (EmergencyCall, ("words", "answer", "receipt")),
    (PoliceWaiver, ("reason",)),
    (FalseAlarmProposal, ("reason",)),
)


def erase_words(*, case: Case, reason: str, at: datetime) -> None:
    """Blank what was typed and told; who was called when, and what was decided, stays."""
    blank_words(_worded(case), case=case, reason=reason, at=at)


def _worded(case: Case) -> Iterator[tuple[Worded, Sequence[str]]]:
    for model, fields in _WRITTEN:
        for row in _rows(model).filter(incident__case=case).order_by("pk"):
            yield row, fields


def written() -> Iterator[tuple[QuerySet[Any], str]]:
    """Which rows have words, and how they belong to a case."""
    for model, _fields in _WRITTEN:
        yield _rows(model), "incident__case"


def _rows(model: type[Worded]) -> QuerySet[Any]:
    """Most reports have no words: they are no reason to let go of a case."""
    rows = rows_with_words(model)
    return rows.exclude(words="") if model is Report else rows


add_followers(erase_words)
add_written(written)
