"""Answers to what others put on the record, in the transaction of the change."""

from __future__ import annotations

from uuid import UUID

from anlan.accounts.models import User
from anlan.accounts.selectors import people_with_roles
from anlan.cases.models import Case
from anlan.evidence.events import (
    GuardianNamed,
    StatementDiscarded,
    StatementFrozen,
    StatementRefused,
)
from anlan.evidence.models import Statement
from anlan.investigation import messages, permissions
from anlan.investigation.events import (
    FindingApproved,
    FindingReturned,
    FindingSubmitted,
    FindingWithdrawn,
    InterviewPlanned,
    InterviewReplanned,
)
from anlan.investigation.models import Finding, Interview
from anlan.investigation.services.interviews import follow_guardian, follow_statement
from anlan.ledger.events import SYSTEM, Queued
from anlan.notify import services as notify


def end_interview(queued: Queued) -> None:
    """Its statement was signed, refused or given up."""
    if isinstance(
        queued.event, StatementFrozen | StatementRefused | StatementDiscarded
    ):
        statement = Statement.objects.select_related("case__site").get(
            uid=_uid_of(queued)
        )
        follow_statement(statement=statement, at=queued.recorded_at)


def keep_guardian(queued: Queued) -> None:
    """While they talked it turned out that they are under 18, or under 14."""
    if isinstance(queued.event, GuardianNamed):
        follow_guardian(statement=Statement.objects.get(uid=_uid_of(queued)))


def tell_interviewer(queued: Queued) -> None:
    """Whoever is to ask hears of it, unless they planned it themselves."""
    if not isinstance(queued.event, InterviewPlanned | InterviewReplanned):
        return
    interview = Interview.objects.select_related("case__site", "interviewer").get(
        uid=_uid_of(queued)
    )
    _tell(
        messages.TO_ASK,
        queued,
        case=interview.case,
        code=interview.code,
        people=[interview.interviewer],
        path=f"interviews/{interview.uid}/",
    )


def tell_deciders(queued: Queued) -> None:
    """Those who may decide about the findings, and wrote none of it; else headquarters."""
    if not isinstance(queued.event, FindingSubmitted):
        return
    finding = _finding(queued)
    people = people_with_roles(finding.case.site, messages.DECIDE)
    decide = [one for one in people if permissions.can_decide(one, finding)]
    _tell(
        messages.TO_DECIDE if decide else messages.NOBODY_DECIDES,
        queued,
        case=finding.case,
        code=finding.code,
        people=decide or people_with_roles(finding.case.site, messages.HEADQUARTERS),
        path=f"findings/{finding.uid}/",
    )


def tell_author(queued: Queued) -> None:
    if not isinstance(
        queued.event, FindingApproved | FindingReturned | FindingWithdrawn
    ):
        return
    finding = _finding(queued)
    _tell(
        messages.DECIDED,
        queued,
        case=finding.case,
        code=finding.code,
        people=[finding.author],
        path=f"findings/{finding.uid}/",
    )


def _tell(
    kind: str, queued: Queued, *, case: Case, code: str, people: list[User], path: str
) -> None:
    told = [person for person in people if person.actor_key != queued.actor]
    if not told:
        return
    notify.send(
        kind=kind,
        site=case.site,
        subject=queued.subject,
        people=told,
        params={"number": case.number, "code": code, "who": queued.actor},
        path=f"/cases/{case.number}/investigation/{path}",
        exercise=queued.exercise,
        by=SYSTEM,
        at=queued.recorded_at,
    )


def _finding(queued: Queued) -> Finding:
    return Finding.objects.select_related("case__site", "author").get(
        uid=_uid_of(queued)
    )


def _uid_of(queued: Queued) -> UUID:
    return UUID(queued.object.partition(":")[2])
