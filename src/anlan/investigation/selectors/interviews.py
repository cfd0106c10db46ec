"""The plan of interviews as its reader sees it, and what nobody has asked yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import NotFound
from anlan.cases.models import Case, Party
from anlan.cases.selectors import case_for, parties_of, shown_name
from anlan.evidence.models import Statement, StatementAnswer
from anlan.evidence.questions import questions_for
from anlan.evidence.selectors.statements import add_planned
from anlan.investigation import permissions
from anlan.investigation.enums import InterviewState
from anlan.investigation.models import Interview, InterviewQuestion

_SAID = ~Q(answer="") | Q(is_declined=True)
_OVER = [state for state in InterviewState if state.is_over]


@dataclass(frozen=True, kw_only=True)
class Gap:
    """What nobody asked somebody yet; ``questions`` are one's own, ``guide`` the guide's."""

    party: Party
    name: str
    questions: tuple[InterviewQuestion, ...]
    guide: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.questions) + len(self.guide)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An interview of the plan, and to how many of its questions nothing was said."""

    interview: Interview
    name: str
    unasked: int


def investigated_case(reader: User, number: str) -> Case:
    """The case, for whoever may see its investigation.

    Raises:
        NotFound: unknown or not the reader's.
        NotAllowed: the case is theirs to see, its investigation is not.
    """
    case = case_for(reader, number)
    permissions.check_can_see(reader, case)
    return case


def interviews_of(case: Case) -> QuerySet[Interview]:
    """In the order of the plan."""
    return (
        Interview.objects.filter(case=case)
        .select_related(
            *("case__site", "party__person", "party__user"),
            *("interviewer", "planned_by", "statement"),
        )
        .prefetch_related(
            Prefetch("questions", InterviewQuestion.objects.order_by("position"))
        )
        .order_by("position", "number")
    )


def interview_for(reader: User, number: str, uid: UUID) -> Interview:
    """
    Raises:
        NotFound: unknown or of another case.
    """
    case = investigated_case(reader, number)
    found = interviews_of(case).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这次谈话"))
    return found


def shown_interviews(case: Case) -> list[Shown]:
    rows = list(interviews_of(case))
    said = _said_in(rows)
    return [
        Shown(
            interview=row,
            name=shown_name(row.party),
            unasked=sum(
                (row.statement_id, question.answer_key) not in said
                for question in row.questions.all()
            ),
        )
        for row in rows
    ]


def unasked_of(interview: Interview) -> list[InterviewQuestion]:
    """Its own questions to which nothing was said; not even that they do not answer."""
    said = _said_in([interview])
    return [
        question
        for question in interview.questions.order_by("position")
        if (interview.statement_id, question.answer_key) not in said
    ]


def gap_questions(party: Party) -> list[InterviewQuestion]:
    """Planned for them, never asked, and not on the plan of a later interview."""
    rows = list(
        InterviewQuestion.objects.filter(
            interview__party=party, interview__state__in=_OVER
        )
        .exclude(
            taken_up__in=InterviewQuestion.objects.exclude(
                interview__state=InterviewState.CANCELLED
            )
        )
        .exclude(text="")
        .select_related("interview")
        .order_by("interview__number", "position")
    )
    said = _said_in([row.interview for row in rows])
    return [
        row for row in rows if (row.interview.statement_id, row.answer_key) not in said
    ]


def gaps_of(case: Case) -> list[Gap]:
    """Of everybody who was to be heard; who has no gap is left out."""
    found = []
    for party in parties_of(case):
        gap = Gap(
            party=party,
            name=shown_name(party),
            questions=tuple(gap_questions(party)),
            guide=tuple(_guide_gaps(party)),
        )
        if gap.count:
            found.append(gap)
    return found


def planned_for_statement(statement: Statement) -> Mapping[str, str]:
    """What its interview planned to ask, for the page on which it is written down."""
    rows = InterviewQuestion.objects.filter(interview__statement=statement)
    return {row.answer_key: row.text for row in rows.order_by("position")}


def _guide_gaps(party: Party) -> list[str]:
    """Questions of the guide that none of their statements has, once they were heard."""
    statements = party.statements.exclude(interview=None)
    last = statements.order_by("number").last()
    if last is None or last.is_open:
        return []
    asked = set(
        StatementAnswer.objects.filter(_SAID, statement__party=party).values_list(
            "key", flat=True
        )
    )
    return [
        question.words
        for question in questions_for(last.role)
        if question.key not in asked
    ]


def _said_in(interviews: Sequence[Interview]) -> set[tuple[int | None, str]]:
    """The statements and keys under which something is written down."""
    keys = [one.statement_id for one in interviews if one.statement_id is not None]
    rows = StatementAnswer.objects.filter(_SAID, statement__in=keys)
    return set(rows.values_list("statement", "key"))


add_planned(planned_for_statement)
