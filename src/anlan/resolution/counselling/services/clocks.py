"""When somebody is asked again: four clocks from the referral, then each three months."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Max

from anlan.accounts.models import User
from anlan.cases import services as cases
from anlan.cases.models import Case, Deadline, Standard
from anlan.ledger import services as ledger
from anlan.resolution.counselling import permissions, policies
from anlan.resolution.counselling.enums import (
    CareState,
    FollowUpResult,
    FollowUpStep,
)
from anlan.resolution.counselling.events import FollowedUp
from anlan.resolution.counselling.models import Care, FollowUp, UrgentCall
from anlan.resolution.counselling.services.recording import lock_care, record

_DAY = 24 * 3600
# Of a company that was founded before the standards were.
_OTHERWISE = {
    "support.offer": _DAY,
    "support.first": 3 * _DAY,
    "support.week": 7 * _DAY,
    "support.month": 30 * _DAY,
    "support.quarter": 90 * _DAY,
    "support.call": 900,
}


def seconds_of(case: Case, key: str, *, at: datetime) -> int:
    standard = _standard(case, key, at=at)
    return standard.seconds if standard else _OTHERWISE[key]


def start_clock(
    case: Case, key: str, *, about: str, since: datetime, at: datetime
) -> datetime:
    """Start the clock of a standard as if at ``since``; returns when it runs out."""
    standard = _standard(case, key, at=at)
    seconds = standard.seconds if standard else _OTHERWISE[key]
    due_at = since + timedelta(seconds=seconds)
    cases.start_deadline(
        case=case, key=key, about=about, due_at=due_at, at=since, standard=standard
    )
    return due_at


def start_follow_ups(care: Care, *, at: datetime) -> None:
    for step in FollowUpStep:
        _start(care, step, at=at)


def stop_follow_ups(care: Care, *, at: datetime) -> None:
    """Nobody asks any more; what was asked stays on the record."""
    for one in care.follow_ups.filter(ended_at=None):
        cases.cancel_deadlines(case=care.case, about=one.key, at=at)
    care.follow_ups.filter(ended_at=None).update(ended_at=at)


def record_follow_up(
    *,
    follow_up: FollowUp,
    result: FollowUpResult,
    by: User,
    at: datetime,
    via: str = "",
) -> FollowUp:
    """Write down that the person was asked again; done before, nothing changes.

    Until somebody closes the support another clock follows the last one.

    Raises:
        Conflict: the support ended.
    """
    with ledger.recording():
        care = lock_care(follow_up.care)
        permissions.check_can_follow_up(by, care)
        follow_up = FollowUp.objects.select_for_update().get(pk=follow_up.pk)
        follow_up.care = care
        if follow_up.result:
            return follow_up
        policies.check_is_running(care)
        follow_up.result, follow_up.ended_at, follow_up.by = result, at, by
        follow_up.save(update_fields=["result", "ended_at", "by"])
        cases.meet_deadlines(
            case=care.case, key=f"support.{follow_up.step}", about=follow_up.key, at=at
        )
        if result == FollowUpResult.REACHED and care.state == CareState.REFERRED:
            care.state = CareState.FOLLOWED
            care.save(update_fields=["state"])
        record(
            FollowedUp(code=care.code, number=follow_up.number),
            care,
            follow_up.key,
            by=by,
            at=at,
            via=via,
        )
        if not care.follow_ups.filter(ended_at=None).exists():
            _start(care, FollowUpStep.QUARTER, at=at)
    return follow_up


def let_clocks_run(*, case: Case, at: datetime) -> None:
    """The case was closed or joined to another, its people were not: their clocks run on.

    Those of calls that nobody has answered too; each is due when it was.
    """
    running = FollowUp.objects.filter(
        care__case=case, ended_at=None, care__state__in=["referred", "followed"]
    )
    open_calls = UrgentCall.objects.filter(care__case=case, answered_at=None)
    keys = {one.key for one in running} | {one.key for one in open_calls}
    stopped = Deadline.objects.filter(
        case=case, about__in=keys, cancelled_at=at, met_at=None, fired_at=None
    )
    for about in sorted(set(stopped.values_list("about", flat=True))):
        cases.move_deadlines(about=about, to=case, at=at)


def _start(care: Care, step: FollowUpStep, *, at: datetime) -> None:
    last: int | None = care.follow_ups.aggregate(last=Max("number"))["last"]
    one = FollowUp(care=care, number=(last or 0) + 1, step=step)
    one.due_at = start_clock(
        care.case, f"support.{step.value}", about=one.key, since=at, at=at
    )
    one.save(force_insert=True)


def _standard(case: Case, key: str, *, at: datetime) -> Standard | None:
    versions = Standard.objects.filter(
        organisation=case.organisation_id, key=key, valid_from__lte=at
    )
    return versions.order_by("-version").first()
