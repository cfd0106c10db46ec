"""Answers to what others put on the record, in the transaction of the change."""

from __future__ import annotations

from anlan.accounts.selectors import people_with_roles
from anlan.cases.telling import tell
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
from anlan.ledger.events import Queued, uid_of


def end_interview(queued: Queued) -> None:
    """Its statement was signed, refused or given up."""
    if isinstance(
        queued.event, StatementFrozen | StatementRefused | StatementDiscarded
    ):
        statement = Statement.objects.select_related("case__site").get(
            uid=uid_of(queued.object)
        )
        follow_statement(statement=statement, at=queued.recorded_at)


def keep_guardian(queued: Queued) -> None:
    """While they talked it turned out that they are under 18, or under 14."""
    if isinstance(queued.event, GuardianNamed):
        follow_guardian(statement=Statement.objects.get(uid=uid_of(queued.object)))


def tell_interviewer(queued: Queued) -> None:
    """Whoever is to ask hears of it, unless they planned it themselves."""
    if not isinstance(queued.event, InterviewPlanned | InterviewReplanned):
        return
    interview = Interview.objects.select_related("case__site", "interviewer").get(
        uid=uid_of(queued.object)
    )
    tell(
        messages.TO_ASK,
        queued,
        case=interview.case,
        code=interview.code,
        who=queued.actor,
        people=[interview.interviewer],
        path=f"investigation/interviews/{interview.uid}/",
    )


def tell_deciders(queued: Queued) -> None:
    """Those who may decide about the findings, and wrote none of it; else headquarters."""
    if not isinstance(queued.event, FindingSubmitted):
        return
    finding = _finding(queued)
    people = people_with_roles(finding.case.site, messages.DECIDE)
    decide = [one for one in people if permissions.can_decide(one, finding)]
    tell(
        messages.TO_DECIDE if decide else messages.NOBODY_DECIDES,
        queued,
        case=finding.case,
        code=finding.code,
        who=queued.actor,
        people=decide or people_with_roles(finding.case.site, messages.HEADQUARTERS),
        path=f"investigation/findings/{finding.uid}/",
    )


def tell_author(queued: Queued) -> None:
    if not isinstance(
        queued.event, FindingApproved | FindingReturned | FindingWithdrawn
    ):
        return
    finding = _finding(queued)
    tell(
        messages.DECIDED,
        queued,
        case=finding.case,
        code=finding.code,
        who=queued.actor,
        people=[finding.author],
        path=f"investigation/findings/{finding.uid}/",
    )


def _finding(queued: Queued) -> Finding:
    return Finding.objects.select_related("case__site", "author").get(
        uid=uid_of(queued.object)
    )
