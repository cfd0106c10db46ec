"""Answers to what others put on the record."""

from __future__ import annotations

from datetime import datetime

from anlan.accounts.selectors import people_with_roles
from anlan.cases.models import Case
from anlan.cases.telling import tell
from anlan.ledger.events import Queued, uid_of
from anlan.resolution.review import messages, permissions
from anlan.resolution.review.events import (
    CheckDue,
    CheckLate,
    ImprovementLate,
    ImprovementMade,
    ImprovementReopened,
    RecurrenceFound,
    ReportApproved,
    ReportReturned,
    ReportSubmitted,
    ReportWithdrawn,
)
from anlan.resolution.review.models import Improvement, Report
from anlan.resolution.review.services.improvements import (
    find_recurrences,
    reopen_recurred,
)


def find_recurred(entry: Queued, *, at: datetime) -> None:
    """A new incident: was anything improved where it happened?

    Not in the transaction of the alarm, which nothing may keep from being taken.
    """
    case = Case.objects.select_related("site").get(uid=uid_of(entry.subject))
    find_recurrences(case, at=at)


def reopen_what_recurred(entry: Queued, *, at: datetime) -> None:
    """Its report was approved, so that its cause is known.

    Not in the transaction of the approval: it is about other cases, under their locks.
    """
    reopen_recurred(_report(entry), at=at)


def tell_deciders(queued: Queued) -> None:
    """Those who may decide about the report, and wrote none of it; else headquarters."""
    if not isinstance(queued.event, ReportSubmitted):
        return
    report = _report(queued)
    people = people_with_roles(report.case.site, messages.DECIDE)
    decide = [one for one in people if permissions.can_decide(one, report)]
    tell(
        messages.TO_DECIDE if decide else messages.NOBODY_DECIDES,
        queued,
        case=report.case,
        code=report.code,
        who=queued.actor,
        people=decide or people_with_roles(report.case.site, messages.HEADQUARTERS),
        path=f"reports/{report.uid}/",
    )


def tell_author(queued: Queued) -> None:
    if not isinstance(queued.event, ReportApproved | ReportReturned | ReportWithdrawn):
        return
    report = _report(queued)
    tell(
        messages.DECIDED,
        queued,
        case=report.case,
        code=report.code,
        who=queued.actor,
        people=[report.author],
        path=f"reports/{report.uid}/",
    )


def tell_of_improvement(queued: Queued) -> None:
    """Its owner, whoever may check it, or headquarters: by what happened."""
    row = (
        Improvement.objects.select_related("case__site", "owner")
        .filter(uid=uid_of(queued.object))
        .first()
    )
    if row is None:
        return
    if isinstance(queued.event, ImprovementMade):
        kind, people = messages.YOURS, [row.owner]
    elif isinstance(queued.event, ImprovementReopened):
        kind, people = messages.AGAIN, [row.owner]
    elif isinstance(queued.event, ImprovementLate):
        kind = messages.LATE
        people = [row.owner, *people_with_roles(row.case.site, messages.HEADQUARTERS)]
    elif isinstance(queued.event, CheckLate):
        kind = messages.CHECK_LATE
        people = people_with_roles(row.case.site, messages.HEADQUARTERS)
    elif isinstance(queued.event, CheckDue | RecurrenceFound):
        is_due = isinstance(queued.event, CheckDue)
        kind = messages.TO_CHECK if is_due else messages.RECURRED
        people = [
            one
            for one in people_with_roles(row.case.site, messages.CHECK)
            if permissions.can_check(one, row)
        ]
    else:
        return
    path = f"improvements/{row.uid}/"
    tell(
        kind,
        queued,
        case=row.case,
        code=row.code,
        who=queued.actor,
        people=people,
        path=path,
    )


def _report(queued: Queued) -> Report:
    return Report.objects.select_related("case__site", "author", "place").get(
        uid=uid_of(queued.object)
    )
