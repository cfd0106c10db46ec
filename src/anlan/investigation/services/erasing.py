"""The words of an investigation go with the evidence of its case, and not before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from anlan.cases.models import Case
from anlan.evidence.services.deleting import add_followers, blank_words
from anlan.investigation.models import (
    DefenceFact,
    Finding,
    FindingSentence,
    Interview,
    InterviewQuestion,
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


add_followers(erase_words)
