"""Statements as their reader may know them: never one person's beside another's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.accounts.permissions import has_permission, sites_where
from anlan.accounts.roles import Permission
from anlan.base.errors import NotFound
from anlan.cases.joined import of_one_case
from anlan.cases.models import Case
from anlan.cases.selectors import case_for, cases_for, shown_name
from anlan.cases.wall import where_of_a_side
from anlan.evidence import permissions
from anlan.evidence.enums import StatementState
from anlan.evidence.models import Addendum, Statement, StatementAnswer, StatementFile
from anlan.evidence.questions import questions_for
from anlan.evidence.sentences import Said, numbered

_OPEN = (StatementState.DRAFT, StatementState.READ_BACK)
# What another package planned to ask in a statement: the words by their key, ``own-1``.
Planned: TypeAlias = Callable[[Statement], Mapping[str, str]]
_PLANNED: list[Planned] = []


def add_planned(asked: Planned) -> None:
    """Enter what another package planned to ask; once, at import."""
    if asked in _PLANNED:
        raise RuntimeError("these questions were entered before")
    _PLANNED.append(asked)


def planned_in(statement: Statement) -> dict[str, str]:
    """The planned questions by their key. They have no row until somebody answers."""
    return {key: words for asked in _PLANNED for key, words in asked(statement).items()}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question on the page of a draft, with what was said so far."""

    key: str
    question: str
    answer: StatementAnswer | None

    @property
    def words(self) -> str:
        return self.answer.answer if self.answer else ""

    @property
    def version(self) -> int:
        return self.answer.version if self.answer else 0

    @property
    def is_declined(self) -> bool:
        return self.answer is not None and self.answer.is_declined

    @property
    def is_own(self) -> bool:
        """Whether it is a question that the guide does not have."""
        return self.key.startswith("own-")


def statements_for(reader: User) -> QuerySet[Statement]:
    """Their own, those they took, and by permission those of others.

    The same rule as ``permissions.can_read``, for many at once.
    """
    own = Q(user=reader) | Q(party__user=reader)
    takes = Q(case__site__in=sites_where(reader, Permission.STATEMENT_TAKE))
    reads = Q(case__site__in=sites_where(reader, Permission.STATEMENT_READ))
    here, host = OuterRef("case"), OuterRef("case__joined_into")
    unsaid = Statement.objects.filter(
        Q(user=reader) | Q(party__user=reader),
        # Of a case that is one with it as well.
        Q(case=here)
        | Q(case=host)
        | Q(case__joined_into=here)
        | Q(case__joined_into=host),
        state__in=_OPEN,
    )
    return Statement.objects.filter(
        (own | Q(taken_by=reader)) & (takes | reads)
        | reads & ~Exists(unsaid) & ~where_of_a_side(reader),
        case__in=cases_for(reader),
    )


def statements_of(case: Case, reader: User) -> QuerySet[Statement]:
    """Those of a case in the order in which they were begun; without what was said."""
    return _shown(statements_for(reader).filter(case=case))


def statements_of_one_case(case: Case, reader: User) -> QuerySet[Statement]:
    """The same of the case and of those that are one with it: codes stand in each anew."""
    return _shown(statements_for(reader).filter(of_one_case(case)))


def _shown(rows: QuerySet[Statement]) -> QuerySet[Statement]:
    return rows.select_related(
        "case__site", "party__person", "party__user", "user", "taken_by", "exhibit"
    ).order_by("number", "pk")


def statement_for(user: User, number: str, uid: UUID) -> Statement:
    """One statement of a case, with its answers.

    Raises:
        NotFound: unknown, of another case, or not the reader's; all answer alike.
    """
    return with_words(statements_of(case_for(user, number), user).filter(uid=uid))


def with_words(rows: QuerySet[Statement]) -> Statement:
    """The first of these, with all that belongs to it.

    Raises:
        NotFound: there is none.
    """
    found = rows.prefetch_related(
        Prefetch("answers", StatementAnswer.objects.order_by("position")),
        Prefetch(
            "files",
            StatementFile.objects.select_related("exhibit__blob").order_by("pk"),
        ),
        Prefetch(
            "addenda",
            Addendum.objects.select_related(
                "exhibit__blob", "answer", "taken_by"
            ).order_by("number"),
        ),
    ).first()
    if found is None:
        raise NotFound(_("没有这份情况说明，或者您无权查看"))
    return found


def giver_name(statement: Statement) -> str:
    """Under the mask that every screen shows."""
    if statement.party is not None:
        return shown_name(statement.party)
    return statement.user.name if statement.user else ""


def guide_of(statement: Statement) -> list[Asked]:
    """The questions of the role, then those of one's own, as far as they were asked."""
    answers = {answer.key: answer for answer in statement.answers.all()}
    guide = [
        Asked(
            key=question.key,
            question=(
                answers[question.key].question
                if question.key in answers
                else question.words
            ),
            answer=answers.get(question.key),
        )
        for question in questions_for(statement.role)
    ]
    planned = {
        key: Asked(key=key, question=words, answer=None)
        for key, words in planned_in(statement).items()
    }
    own = {
        key: Asked(key=key, question=answer.question, answer=answer)
        for key, answer in answers.items()
        if key.startswith("own-")
    }
    return [*guide, *(planned | own).values()]


def said_in(statement: Statement) -> list[Said]:
    return numbered(statement.answers.all())


def not_asked(statement: Statement, answers: Iterable[StatementAnswer]) -> list[str]:
    """The keys of the guide's questions that nobody asked, in order."""
    asked = {answer.key for answer in answers}
    return [q.key for q in questions_for(statement.role) if q.key not in asked]


def can_write(user: User, statement: Statement) -> bool:
    """Whether the reader may go on with it: it is open, and theirs to write."""
    return (
        statement.is_open
        and permissions.can_read(user, statement)
        and has_permission(user, Permission.STATEMENT_TAKE, site=statement.case.site)
    )
