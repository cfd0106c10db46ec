"""The paragraphs that the program words itself, each with what it was drawn from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from anlan.base.money import format_fen
from anlan.cases.models import Case
from anlan.evidence.models import Exhibit, Statement
from anlan.investigation.enums import SentenceKind
from anlan.investigation.models import FindingSentence
from anlan.investigation.policies import holds
from anlan.resolution.enums import ObjectionState
from anlan.resolution.models import Objection
from anlan.resolution.review.enums import Section, Verdict
from anlan.resolution.review.extract import Extract
from anlan.resolution.review.extracting import injured_in
from anlan.resolution.review.naming import covered_all, names_of
from anlan.resolution.review.themes import police_of, support_of, talks_of
from anlan.resolution.selectors.compensation import compensations_of, outcome_of
from anlan.resolution.selectors.plans import finding_sentences

Source = Exhibit | Statement

_MOST_NAMED = 8  # of the steps that were late; the table has all
_SECTIONS = {
    SentenceKind.CAUSE: Section.CAUSE,
    SentenceKind.COURSE: Section.COURSE,
    SentenceKind.CONSEQUENCES: Section.CONSEQUENCES,
    SentenceKind.FACTORS: Section.FACTORS,
    SentenceKind.FAILINGS: Section.FACTORS,
}


@dataclass(frozen=True, kw_only=True)
class Composed:
    """``source`` is the same as long as it is drawn from the same thing."""

    section: Section
    source: str
    text: str
    is_fact: bool = True
    cites: tuple[Source, ...] = ()


def composed_of(case: Case, extract: Extract) -> list[Composed]:
    """From the findings in force and the record, in the order in which they are read."""
    return [
        *_found(case),
        *_handling(extract),
        *_support(case),
        *_consequences(case),
        *_decisions(case, extract),
        *_others(case),
    ]


def _found(case: Case) -> list[Composed]:
    rows = [one for one in finding_sentences(case) if one.text]
    words = covered_all([one.text for one in rows], case)
    return [_of_sentence(*pair) for pair in zip(rows, words, strict=True)]


def _of_sentence(sentence: FindingSentence, words: str) -> Composed:
    kept = [one for one in sentence.citations.all() if holds(one)]
    found = (one.exhibit or one.statement for one in kept)
    return Composed(
        section=_SECTIONS[SentenceKind(sentence.kind)],
        # By its place, not its row: a new version of the findings has rows of its own.
        source=f"finding:{sentence.kind}:{sentence.position}",
        text=words,
        is_fact=sentence.is_fact,
        cites=tuple(one for one in found if one is not None),
    )


def _handling(extract: Extract) -> Iterator[Composed]:
    counts = Counter(step.verdict for step in extract.steps)
    if not extract.steps:
        return
    parts = [
        f"共 {len(extract.steps)} 项时限",
        *(
            f"{verdict.label} {counts[verdict]}"
            for verdict in Verdict
            if counts[verdict]
        ),
    ]
    words = "，".join(parts) + "。"
    named = [
        f"“{step.title}”{step.verdict.label}{step.late and f' {step.late}'}"
        for step in extract.steps
        if step.verdict in {Verdict.LATE, Verdict.MISSED}
    ]
    if named:
        words += "、".join(named[:_MOST_NAMED]) + "。"
    yield Composed(section=Section.HANDLING, source="steps", text=words)


def _support(case: Case) -> Iterator[Composed]:
    words = support_of(case)
    if words:
        yield Composed(section=Section.HANDLING, source="counselling", text=words)


def _others(case: Case) -> Iterator[Composed]:
    """What the police decided, and what the two sides did about it between them."""
    for source, words, cites in (*police_of(case), *talks_of(case)):
        yield Composed(
            section=Section.DECISIONS, source=source, text=words, cites=cites
        )


def _consequences(case: Case) -> Iterator[Composed]:
    """Seen and appraised stand apart: only an appraisal says how bad it is (G14)."""
    names = names_of(case)
    for key, seen, paper in injured_in(case):
        name = names.get(key, "某人")
        appraised = (
            f"鉴定结论：{paper.get_level_display()}" if paper else "尚无鉴定结论"
        )
        yield Composed(
            section=Section.CONSEQUENCES,
            source=f"hurt:{key}",
            text=f"{name}：现场记录伤情 {seen} 处（未经鉴定，仅供参考）；{appraised}。",
            cites=(paper.exhibit,) if paper else (),
        )
    for row in compensations_of(case):
        newest = next(iter(row.versions.all()), None)
        if newest is None:
            continue
        who = names.get(row.party_id, "某人")
        total = format_fen(outcome_of(newest).total_fen)
        yield Composed(
            section=Section.CONSEQUENCES,
            source=f"loss:{row.pk}",
            text=f"{who}的损失参考估算合计 {total}（第 {newest.number} 版），"
            "以法院裁判或者双方协议为准。",
        )


def _decisions(case: Case, extract: Extract) -> Iterator[Composed]:
    seen: Counter[str] = Counter()
    for row in extract.decisions:
        told = [row.measure, row.period, row.state]
        seen[row.key] += 1  # the same twice, for two times
        yield Composed(
            section=Section.DECISIONS,
            source=f"decision:{row.key}:{seen[row.key]}",
            text="对{who}：{what}（方案 {plan}）。".format(
                who=row.who,
                what="，".join(filter(None, told)),
                plan=row.plan,
            ),
        )
    for objection in Objection.objects.filter(case=case).order_by("number"):
        yield Composed(
            section=Section.DECISIONS,
            source=f"objection:{objection.number}",
            text=f"申诉 {objection.code}：{ObjectionState(objection.state).label}。",
        )
