"""What was said to the parties, and of the act, goes with the last piece of evidence of their case."""

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
    Promise,
    StatedAct,
)
from anlan.cases.selectors.contacts import OFFERS
from anlan.evidence.selectors.retention import add_written, rows_with_words
from anlan.evidence.services.deleting import add_followers, blank_words
from anlan.ledger.models import Worded


def erase_talks(*, case: Case, reason: str, at: datetime) -> None:
    """Blank what was said, offered, promised and arranged; that it was, stays."""
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


def written() -> Iterator[tuple[QuerySet[Any], str]]:
    """Which rows have words, and how they belong to a case."""
    for model, way in (
        (Contact, "case"),
        (Promise, "contact__case"),
        (KeepApart, "case"),
        (StatedAct, "case"),
        (Guardianship, "ward__case"),
    ):
        yield rows_with_words(model), way


add_followers(erase_talks)
add_written(written)
