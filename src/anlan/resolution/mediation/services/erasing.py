"""What two sides said and agreed goes with the evidence of their case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from anlan.cases.models import Case
from anlan.evidence.selectors.retention import add_written, rows_with_words
from anlan.evidence.services.deleting import add_followers, blank_words
from anlan.ledger.models import Worded
from anlan.resolution.mediation.models import (
    Acceptance,
    Confirmation,
    Consent,
    Duty,
    Forgiveness,
    Mandate,
    Proposal,
    Session,
    SessionNote,
    Standing,
    Talks,
    Term,
    Writing,
)

# Each table with words: how it belongs to a case, and its columns.
_WRITTEN: tuple[tuple[type[Worded], str, tuple[str, ...]], ...] = (
    (Talks, "case", ("about", "reason", "lift_reason")),
    (Mandate, "talks__case", ("choice", "reason")),
    (Consent, "talks__case", ("giver", "relation", "words")),
    (Standing, "talks__case", ("words",)),
    (Session, "talks__case", ("place", "present")),
    (Writing, "session__talks__case", ("words",)),
    (SessionNote, "session__talks__case", ("text",)),
    (Proposal, "talks__case", ("facts", "in_default")),
    (Acceptance, "proposal__talks__case", ("giver", "relation")),
    (Term, "proposal__talks__case", ("words", "manner")),
    (Duty, "talks__case", ("words",)),
    (Confirmation, "talks__case", ("court", "number")),
    (Forgiveness, "talks__case", ("text",)),
)


def erase_words(*, case: Case, reason: str, at: datetime) -> None:
    """Blank what was said and agreed; that there were talks, and how they ended, stays."""
    blank_words(_worded(case), case=case, reason=reason, at=at)


def _worded(case: Case) -> Iterator[tuple[Worded, Sequence[str]]]:
    for model, way, fields in _WRITTEN:
        rows: QuerySet[Any] = QuerySet(model).filter(**{way: case})
        for row in rows.order_by("pk"):
            yield row, fields


def written() -> Iterator[tuple[QuerySet[Any], str]]:
    """Which rows have words, and how they belong to a case."""
    for model, way, _fields in _WRITTEN:
        yield rows_with_words(model), way


add_followers(erase_words)
add_written(written)
