"""What was written on the legal side goes with the evidence of its case."""

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
    CounselQuestion,
    Engagement,
    Limitation,
    LimitationTurn,
    Opinion,
    PolicePaper,
    PoliceReport,
    ReportItem,
    Retaliation,
    RightsTold,
    WorkInjury,
    WorkInjuryStep,
)


def erase_words(*, case: Case, reason: str, at: datetime) -> None:
    """Blank everything that people wrote; which days were kept stays."""
    # Of the checklist the report itself tells what was handed over, under its digest.
    ReportItem.objects.filter(report__case=case).update(words="")
    # A draft stands on no record.
    Opinion.objects.filter(question__case=case, given_at=None).delete()
    blank_words(_worded(case), case=case, reason=reason, at=at)


def _worded(case: Case) -> Iterator[tuple[Worded, Sequence[str]]]:
    for injury in WorkInjury.objects.filter(case=case).order_by("pk"):
        yield injury, ("employer_name",)
    for step in WorkInjuryStep.objects.filter(injury__case=case).order_by("pk"):
        yield step, ("paper", "words")
    for limitation in Limitation.objects.filter(case=case).order_by("pk"):
        yield limitation, ("words", "reason")
    for turn in LimitationTurn.objects.filter(limitation__case=case).order_by("pk"):
        yield turn, ("words", "reason")
    for engagement in Engagement.objects.filter(case=case).order_by("pk"):
        yield engagement, ("scope", "reason")
    for question in CounselQuestion.objects.filter(case=case).order_by("pk"):
        yield question, ("words",)
    given = Opinion.objects.filter(question__case=case, given_at__isnull=False)
    for opinion in given.order_by("pk"):
        yield opinion, ("text",)
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
    yield rows_with_words(WorkInjury), "case"
    yield rows_with_words(WorkInjuryStep), "injury__case"
    yield rows_with_words(Limitation), "case"
    yield rows_with_words(LimitationTurn), "limitation__case"
    yield rows_with_words(Engagement), "case"
    yield rows_with_words(CounselQuestion), "case"
    yield rows_with_words(Opinion), "question__case"
    yield ReportItem.objects.exclude(words=""), "report__case"
    yield rows_with_words(PoliceReport), "case"
    yield rows_with_words(PolicePaper), "report__case"
    yield rows_with_words(RightsTold), "case"
    yield rows_with_words(Retaliation), "case"


add_followers(erase_words)
add_written(written)
