"""The words of an investigation go with the evidence of its case, and not before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from anlan.cases.models import Case
from anlan.evidence.selectors.retention import add_written, rows_with_words
from anlan.evidence.services.deleting import add_followers, blank_words
from anlan.investigation.models import (
    CellReading,
    DefenceFact,
    Finding,
    FindingSentence,
    FreeFact,
    Interview,
    InterviewQuestion,
    Naming,
    PairReading,
    Pin,
    SceneLook,
    Sketch,
)
from anlan.ledger.models import Worded


def erase_words(*, case: Case, reason: str, at: datetime) -> None:
    """Blank everything that people wrote; codes, times and decisions stay."""
    blank_words(_worded(case), case=case, reason=reason, at=at)


def _worded(case: Case) -> Iterator[tuple[Worded, Sequence[str]]]:
    for interview in Interview.objects.filter(case=case).order_by("pk"):
        yield interview, ("place", "topics", "reason")
    for question in InterviewQuestion.objects.filter(interview__case=case):
        yield question, ("text",)
    for fact in DefenceFact.objects.filter(case=case).order_by("pk"):
        yield fact, ("words", "reason")
    for free in FreeFact.objects.filter(case=case).order_by("pk"):
        yield free, ("words",)
    for cell in CellReading.objects.filter(statement__case=case).order_by("pk"):
        yield cell, ("note",)
    for pair in PairReading.objects.filter(first__case=case).order_by("pk"):
        yield pair, ("reason",)
    for naming in Naming.objects.filter(statement__case=case).order_by("pk"):
        yield naming, ("words",)
    for look in SceneLook.objects.filter(case=case).order_by("pk"):
        yield look, ("note",)
    for sketch in Sketch.objects.filter(case=case).order_by("pk"):
        yield sketch, ("title",)
    for pin in Pin.objects.filter(sketch__case=case).order_by("pk"):
        yield pin, ("label",)
    for finding in Finding.objects.filter(case=case).order_by("pk"):
        yield finding, ("remark",)
    for sentence in FindingSentence.objects.filter(finding__case=case).order_by("pk"):
        yield sentence, ("text",)


def written() -> Iterator[tuple[QuerySet[Any], str]]:
    """Which rows have words, and how they belong to a case."""
    for model, way in (
        (Interview, "case"),
        (InterviewQuestion, "interview__case"),
        (DefenceFact, "case"),
        (FreeFact, "case"),
        (CellReading, "statement__case"),
        (PairReading, "first__case"),
        (Naming, "statement__case"),
        (SceneLook, "case"),
        (Sketch, "case"),
        (Pin, "sketch__case"),
        (Finding, "case"),
        (FindingSentence, "finding__case"),
    ):
        yield rows_with_words(model), way


add_followers(erase_words)
add_written(written)
