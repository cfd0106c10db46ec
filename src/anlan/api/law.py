"""What the law says, as the product holds it, over the API: read only (ADR 1)."""

from __future__ import annotations

from datetime import date

from ninja import Router

from anlan.accounts.roles import Permission
from anlan.api.auth import ApiRequest, operation
from anlan.api.schemas import Out
from anlan.law import selectors as law
from anlan.law.book import Guardrail, Period, Source

router = Router(tags=["law"])


class RuleSetOut(Out):
    """A rule set: the days whose acts it judges. ``replaced``: old source, new source."""

    key: str
    title: str
    first_day: date | None
    last_day: date | None
    replaced: list[tuple[str, str]]

    @classmethod
    def of(cls, period: Period) -> RuleSetOut:
        return cls(
            key=period.key,
            title=period.heading,
            first_day=period.first_day,
            last_day=period.last_day,
            replaced=list(period.replaced),
        )


class GuardrailOut(Out):
    """``kind`` is block, warn or advice; a ``planned`` one is not held by the program yet."""

    id: str
    title: str
    text: str
    refusal: str
    kind: str
    status: str
    first_day: date | None
    last_day: date | None
    thresholds: dict[str, int]
    sources: list[str]

    @classmethod
    def of(cls, rule: Guardrail) -> GuardrailOut:
        return cls(
            id=rule.id,
            title=rule.heading,
            text=rule.words,
            refusal=rule.refusal_words if rule.refusal else "",
            kind=rule.kind,
            status=rule.status,
            first_day=rule.first_day,
            last_day=rule.last_day,
            thresholds=dict(rule.thresholds),
            sources=list(law.sources_of(rule)),
        )


class SourceOut(Out):
    """An article, paraphrased. ``confidence``: V was read; S, I and UNVERIFIED are advice."""

    id: str
    number: int
    citation: str
    text: str
    confidence: str
    first_day: date | None
    last_day: date | None

    @classmethod
    def of(cls, source: Source) -> SourceOut:
        dated = law.law_of(source)
        return cls(
            id=source.id,
            number=source.number,
            citation=law.citation(source),
            text=source.words,
            confidence=source.confidence,
            first_day=dated.first_day,
            last_day=dated.last_day,
        )


@router.get("/law/rule-sets", **operation(Permission.CASE_SEE, out=list[RuleSetOut]))
def list_rule_sets(request: ApiRequest) -> list[RuleSetOut]:
    """The day of the act chooses the texts that judge it."""
    return [RuleSetOut.of(period) for period in law.periods()]


@router.get("/law/guardrails", **operation(Permission.CASE_SEE, out=list[GuardrailOut]))
def list_guardrails(request: ApiRequest) -> list[GuardrailOut]:
    """What the program refuses, asks or says; the planned ones among them."""
    return [GuardrailOut.of(rule) for rule in law.guardrails()]


@router.get("/law/sources", **operation(Permission.CASE_SEE, out=list[SourceOut]))
def list_sources(request: ApiRequest) -> list[SourceOut]:
    """Every article and standard that a rule rests on, by its number."""
    return [SourceOut.of(source) for source in law.sources()]
