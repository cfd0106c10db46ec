"""What was reported to the police goes with the evidence of its case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from anlan.cases.models import Case
from anlan.evidence.selectors.retention import add_written, rows_with_words
from anlan.evidence.services.deleting import add_followers, blank_words
from anlan.ledger.models import Worded
from anlan.resolution.legal.models import (
    PolicePaper,
    PoliceReport,
    ReportItem,
    Retaliation,
    RightsTold,
)


def erase_words(*, case: Case, reason: str, at: datetime) -> None:
    """Blank everything that people wrote; that there was a report, and when, stays."""
    # Of the checklist the report itself tells what was handed over, under its digest.
    ReportItem.objects.filter(report__case=case).update(words="")
    blank_words(_worded(case), case=case, reason=reason, at=at)


def _worded(case: Case) -> Iterator[tuple[Worded, Sequence[str]]]:
    for report in PoliceReport.objects.filter(case=case).order_by("pk"):
        yield (
            report,
            (
                *("station", "officer", "officer_number", "signers"),
                *("listing", "gaps", "words", "reason"),
            ),
        )
    for paper in PolicePaper.objects.filter(report__case=case).order_by("pk"):
        yield paper, ("number", "office", "officer", "words", "reason")
    for told in RightsTold.objects.filter(case=case).order_by("pk"):
        yield told, ("sheet", "words")
    for noted in Retaliation.objects.filter(case=case).order_by("pk"):
        yield noted, ("words",)


def written() -> Iterator[tuple[QuerySet[Any], str]]:
    """Which rows have words, and how they belong to a case; an item has no salt."""
    yield ReportItem.objects.exclude(words=""), "report__case"
    for model, way in (
        (PoliceReport, "case"),
        (PolicePaper, "report__case"),
        (RightsTold, "case"),
        (Retaliation, "case"),
    ):
        yield rows_with_words(model), way


add_followers(erase_words)
add_written(written)
