"""What was sealed goes with its case, and three years after the support at the latest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from anlan.base.one_by_one import each_alone, resting
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.evidence.models import Hold
from anlan.evidence.selectors.holds import holds_standing
from anlan.evidence.selectors.retention import add_written, rows_with_words
from anlan.evidence.services.deleting import add_followers, blank_words
from anlan.ledger import services as ledger
from anlan.ledger.models import Worded
from anlan.resolution.counselling.models import Care, Consent, Offer, SealedNote

# Three years for psychological notes, apart from the file. Source: advice, 个保法 19, 47.
KEPT = timedelta(days=1096)
_JOB = "sealed notes"
_AT_A_TIME = 20


def erase_words(*, case: Case, reason: str, at: datetime) -> None:
    """Blank what was sealed, and how somebody answered or ended.

    That support was offered, and how often somebody was asked again, stays.
    """
    blank_words(_worded(case), case=case, reason=reason, at=at)


def let_notes_go(*, at: datetime) -> int:
    """The worker's: notes whose three years have passed, unless the case is held.

    Each counts from the end of the support in which it was written, whether or not the
    person was asked again later.
    """
    over = rows_with_words(SealedNote).filter(ended_at__lte=at - KEPT)

    def let_go(case: Case) -> int:
        with ledger.recording():
            case = cases.lock_case(case)
            if holds_standing(case):  # since it was looked for (G09)
                return 0
            rows = [
                (row, ("sealed",))
                for row in over.filter(care__case=case).order_by("pk")
            ]
            blank_words(rows, case=case, reason="retention", at=at)
            return len(rows)

    held = Hold.objects.filter(released_at=None).values("case")
    found = (
        Case.objects.filter(pk__in=over.values("care__case"))
        .exclude(pk__in=held)
        .exclude(pk__in=resting(_JOB, at=at))
        .order_by("pk")
    )
    free = (case for case in found.iterator() if not holds_standing(case))
    return each_alone(list(islice(free, _AT_A_TIME)), let_go, job=_JOB, at=at)


def _worded(case: Case) -> Iterator[tuple[Worded, Sequence[str]]]:
    for note in SealedNote.objects.filter(care__case=case).order_by("pk"):
        yield note, ("sealed",)
    for consent in Consent.objects.filter(care__case=case).order_by("pk"):
        yield consent, ("use", "way")
    for offer in Offer.objects.filter(care__case=case).order_by("pk"):
        yield offer, ("answer",)
    for care in Care.objects.filter(case=case).order_by("pk"):
        yield care, ("ending",)


def written() -> Iterator[tuple[QuerySet[Any], str]]:
    """Which rows have words, and how they belong to a case."""
    for model, way in (
        (SealedNote, "care__case"),
        (Consent, "care__case"),
        (Offer, "care__case"),
        (Care, "case"),
    ):
        yield rows_with_words(model), way


add_followers(erase_words)
add_written(written)
