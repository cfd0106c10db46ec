"""Self-defence facts side by side: what each source says, and what nobody says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import NotFound
from anlan.cases.act import act_day
from anlan.cases.models import Case
from anlan.evidence.models import MedicalPaper
from anlan.evidence.selectors.injuries import injuries_of, papers_of
from anlan.investigation.defence import DefenceQuestion, defence_questions
from anlan.investigation.models import DefenceFact
from anlan.investigation.selectors.interviews import investigated_case
from anlan.law import selectors as law


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A question, what was noted to it, and what it matters for."""

    question: DefenceQuestion
    facts: tuple[DefenceFact, ...]
    act_on: date

    @property
    def standing(self) -> tuple[DefenceFact, ...]:
        return tuple(fact for fact in self.facts if fact.withdrawn_at is None)

    @property
    def is_gap(self) -> bool:
        """Nobody says, or those who were asked cannot."""
        return all(fact.is_unknown for fact in self.standing)

    @property
    def citation(self) -> str:
        return law.cite_all(self.question.sources, on=self.act_on)


@dataclass(frozen=True, kw_only=True)
class Injuries:
    """Recorded and appraised, apart: no level is ours to judge (G14)."""

    recorded: int
    appraised: tuple[MedicalPaper, ...]


def facts_of(case: Case) -> list[Answered]:
    by_question: dict[str, list[DefenceFact]] = {}
    for fact in _facts(case).order_by("pk"):
        by_question.setdefault(fact.question, []).append(fact)
    on = act_day(case)
    return [
        Answered(
            question=question,
            facts=tuple(by_question.get(question.key, ())),
            act_on=on,
        )
        for question in defence_questions()
    ]


def injuries_in(case: Case, reader: User) -> Injuries:
    papers = papers_of(case, reader).exclude(level="")
    return Injuries(
        recorded=injuries_of(case, reader).filter(withdrawn_at=None).count(),
        appraised=tuple(papers),
    )


def fact_for(reader: User, number: str, uid: UUID) -> DefenceFact:
    """
    Raises:
        NotFound: unknown or of another case.
    """
    found = _facts(investigated_case(reader, number)).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这一项"))
    return found


def _facts(case: Case) -> QuerySet[DefenceFact]:
    return DefenceFact.objects.filter(case=case).select_related(
        *("case__site", "statement__case", "exhibit__case"),
        *("written_by", "withdrawn_by"),
    )
