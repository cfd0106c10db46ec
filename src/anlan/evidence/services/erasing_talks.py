"""What was said to the parties, of the act and of the work goes with the last piece of evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from anlan.cases.models import (
    Case,
    Contact,
    Guardianship,
    KeepApart,
    Note,
    Party,
    Promise,
    StatedAct,
    Strike,
    Task,
)
from anlan.cases.selectors.contacts import OFFERS
from anlan.evidence.selectors.retention import add_written, rows_with_words
from anlan.evidence.services.deleting import add_followers, blank_words
from anlan.ledger.models import Worded


def erase_talks(*, case: Case, reason: str, at: datetime) -> None:
    """Blank what was said, offered, promised, arranged and noted; that it was, stays."""
    blank_words(_worded(case), case=case, reason=reason, at=at)


def _worded(case: Case) -> Iterator[tuple[Worded, Sequence[str]]]:
    for contact in Contact.objects.filter(case=case).order_by("pk"):
        yield contact, ("words", *OFFERS)
    for promise in Promise.objects.filter(contact__case=case).order_by("pk"):
        yield promise, ("words",)
    for plan in KeepApart.objects.filter(case=case).order_by("pk"):
        yield plan, ("words", "reason")
    for stated in StatedAct.objects.filter(case=case).order_by("pk"):
        yield stated, ("words",)
    for link in Guardianship.objects.filter(ward__case=case).order_by("pk"):
        yield link, ("relation", "reason")
    for note in Note.objects.filter(case=case).order_by("pk"):
        yield note, ("text",)
    for strike in Strike.objects.filter(case=case).order_by("pk"):
        yield strike, ("reason",)
    for task in _tasks().filter(case=case).order_by("pk"):
        yield task, ("words",)
    for party in _parties().filter(case=case).order_by("pk"):
        yield party, ("description",)


def _tasks() -> QuerySet[Task]:
    """Most say nothing: they are no reason to let go of a case."""
    return rows_with_words(Task).exclude(words="")


def _parties() -> QuerySet[Party]:
    return rows_with_words(Party).exclude(description="")


def written() -> Iterator[tuple[QuerySet[Any], str]]:
    """Which rows have words, and how they belong to a case."""
    for model, way in (
        (Contact, "case"),
        (Promise, "contact__case"),
        (KeepApart, "case"),
        (StatedAct, "case"),
        (Guardianship, "ward__case"),
        (Note, "case"),
        (Strike, "case"),
    ):
        yield rows_with_words(model), way
    yield _tasks(), "case"
    yield _parties(), "case"


add_followers(erase_talks)
add_written(written)
