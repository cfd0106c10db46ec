"""What was computed and planned for people goes with the evidence of its case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from anlan.cases.models import Case
from anlan.evidence.selectors.retention import add_written, rows_with_words
from anlan.evidence.services.deleting import add_followers, blank_words
from anlan.ledger.models import Worded
from anlan.resolution.models import (
    Compensation,
    CompensationVersion,
    Notice,
    NoticeDelivery,
    Objection,
    Plan,
    PlanApproval,
    PlanMeasure,
    PlanSupport,
)


def erase_words(*, case: Case, reason: str, at: datetime) -> None:
    """Blank claims, results and everything that people wrote.

    Which measures were taken, for how long, and who approved them stays: the next plan is
    measured by it.
    """
    # A draft stands on no record, and holds what the claim would.
    Compensation.objects.filter(case=case).update(draft={})
    blank_words(_worded(case), case=case, reason=reason, at=at)


def _worded(case: Case) -> Iterator[tuple[Worded, Sequence[str]]]:
    versions = CompensationVersion.objects.filter(compensation__case=case)
    for version in versions.order_by("pk"):
        yield version, ("claim", "outcome")
    for plan in Plan.objects.filter(case=case).order_by("pk"):
        yield plan, ("beyond", "reason")
    for measure in PlanMeasure.objects.filter(plan__case=case).order_by("pk"):
        yield (
            measure,
            (
                *("words", "clause", "clause_version"),
                *("binds", "amount_basis", "appeal", "despite"),
            ),
        )
    for support in PlanSupport.objects.filter(plan__case=case).order_by("pk"):
        yield support, ("words",)
    for notice in Notice.objects.filter(case=case).order_by("pk"):
        yield notice, ("facts", "request", "text", "reason")
    for delivery in NoticeDelivery.objects.filter(notice__case=case).order_by("pk"):
        yield delivery, ("tracking", "witnesses", "words")
    for objection in Objection.objects.filter(case=case).order_by("pk"):
        yield objection, ("words", "reason")
    for approval in PlanApproval.objects.filter(plan__case=case).order_by("pk"):
        yield approval, ("remark",)


def written() -> Iterator[tuple[QuerySet[Any], str]]:
    """Which rows have words, and how they belong to a case; a draft has no salt."""
    yield Compensation.objects.exclude(draft={}), "case"
    for model, way in (
        (CompensationVersion, "compensation__case"),
        (Plan, "case"),
        (PlanMeasure, "plan__case"),
        (PlanApproval, "plan__case"),
        (PlanSupport, "plan__case"),
        (Notice, "case"),
        (NoticeDelivery, "notice__case"),
        (Objection, "case"),
    ):
        yield rows_with_words(model), way


add_followers(erase_words)
add_written(written)
