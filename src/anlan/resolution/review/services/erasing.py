"""The words of a review go with the evidence of its case, and not before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from anlan.cases.models import Case
from anlan.evidence.selectors.retention import add_written, rows_with_words
from anlan.evidence.services.deleting import add_followers, blank_words
from anlan.ledger.models import Worded
from anlan.resolution.review.models import (
    Improvement,
    ImprovementCheck,
    ImprovementProof,
    Meeting,
    MeetingGuest,
    Recurrence,
    Report,
    ReportCopy,
    ReportParagraph,
)


def erase_words(*, case: Case, reason: str, at: datetime) -> None:
    """Blank all that was read, written and said; causes, dates and outcomes stay."""
    drafts = ReportParagraph.objects.filter(report__case=case)
    drafts.update(composed="", written_over="", tags="")
    Report.objects.filter(case=case).update(printed={})
    blank_words(_worded(case), case=case, reason=reason, at=at)


def _worded(case: Case) -> Iterator[tuple[Worded, Sequence[str]]]:
    for report in Report.objects.filter(case=case).order_by("pk"):
        yield report, ("record", "remark", "reason")
    for paragraph in ReportParagraph.objects.filter(report__case=case).order_by("pk"):
        yield paragraph, ("text",)
    for copy in ReportCopy.objects.filter(report__case=case).order_by("pk"):
        yield copy, ("receiver",)
    for improvement in Improvement.objects.filter(case=case).order_by("pk"):
        yield improvement, ("what", "why", "reason")
    of_case = {"improvement__case": case}
    for proof in ImprovementProof.objects.filter(**of_case).order_by("pk"):
        yield proof, ("words",)
    for check in ImprovementCheck.objects.filter(**of_case).order_by("pk"):
        yield check, ("looked",)
    for recurrence in Recurrence.objects.filter(**of_case).order_by("pk"):
        yield recurrence, ("words",)
    for meeting in Meeting.objects.filter(case=case).order_by("pk"):
        yield meeting, ("where", "minutes")
    for guest in MeetingGuest.objects.filter(meeting__case=case).order_by("pk"):
        yield guest, ("name",)


def written() -> Iterator[tuple[QuerySet[Any], str]]:
    """Which rows have words, and how they belong to a case."""
    for model, way in (
        (Report, "case"),
        (ReportParagraph, "report__case"),
        (ReportCopy, "report__case"),
        (Improvement, "case"),
        (ImprovementProof, "improvement__case"),
        (ImprovementCheck, "improvement__case"),
        (Recurrence, "improvement__case"),
        (Meeting, "case"),
        (MeetingGuest, "meeting__case"),
    ):
        yield rows_with_words(model), way


add_followers(erase_words)
add_written(written)
