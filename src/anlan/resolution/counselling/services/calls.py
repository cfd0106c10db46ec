"""Calling a human at once: up a ladder, saying only that the counsellor is to be called."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.accounts.selectors import people_by_role
from anlan.base.clock import day_bounds, local_day
from anlan.cases import services as cases
from anlan.cases.enums import Phase
from anlan.cases.events.cases import PERSONAL_TASK
from anlan.cases.models import Task
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.notify import services as notify
from anlan.notify.enums import Urgency
from anlan.resolution.counselling import messages, permissions
from anlan.resolution.counselling.events import CallAnswered, CallRaised
from anlan.resolution.counselling.models import Care, UrgentCall
from anlan.resolution.counselling.services.clocks import start_clock
from anlan.resolution.counselling.services.recording import lock_care, lock_own, record

# Who is told, rung after rung; on the last one everybody, again and again.
RUNGS = (
    ("duty_officer", "site_manager"),
    ("site_manager", "hq_supervisor"),
    ("duty_officer", "site_manager", "hq_supervisor"),
)
MOST_RUNGS = 12  # three hours of nobody; the counsellor called 110 or 120 long ago


def raise_call(
    *, care: Care, by: User, at: datetime, request_id: UUID | None = None
) -> UrgentCall:
    """Ask the office to call the counsellor now; pressed again, it is the same call.

    The message names neither the case nor the person, and no reason.

    Args:
        request_id: of a form; when it is sent again, nobody is called again for it.
    """
    with ledger.recording():
        care = lock_own(care, by)
        same = Q(answered_at=None)
        if request_id is not None:
            same |= Q(request_id=request_id)
        there = care.calls.filter(same).order_by("-raised_at").first()
        if there is not None:
            return there
        call = UrgentCall(care=care, raised_by=by, raised_at=at, request_id=request_id)
        call.task = _contact_today(call, at=at)
        call.save(force_insert=True)
        record(CallRaised(), care, call.key, by=by, at=at)
        _ring(call, at=at)
    return call


def answer_call(*, call: UrgentCall, by: User, at: datetime) -> UrgentCall:
    """Say that one has spoken with the counsellor; said before, nothing changes."""
    permissions.check_can_answer_call(by, call)
    with ledger.recording():
        care = lock_care(call.care)
        call = UrgentCall.objects.select_for_update().get(pk=call.pk)
        call.care = care
        if call.answered_at is not None:
            return call
        call.answered_at, call.answered_by = at, by
        call.save(update_fields=["answered_at", "answered_by"])
        cases.meet_deadlines(case=care.case, key="support.call", about=call.key, at=at)
        seconds = int((at - call.raised_at).total_seconds())
        record(CallAnswered(seconds=seconds), care, call.key, by=by, at=at)
    return call


def climb_call(*, call: UrgentCall, at: datetime) -> None:
    """Nobody has called in time: the next ones are told. The program itself acts."""
    with ledger.recording():
        care = lock_care(call.care)
        call = (
            UrgentCall.objects.select_for_update(of=("self",))
            .select_related("raised_by")
            .get(pk=call.pk)
        )
        call.care = care
        if call.answered_at is not None or call.rung + 1 >= MOST_RUNGS:
            return
        call.rung += 1
        call.save(update_fields=["rung"])
        _ring(call, at=at)


def _ring(call: UrgentCall, *, at: datetime) -> None:
    case = call.care.case
    start_clock(case, "support.call", about=call.key, since=at, at=at)
    roles = RUNGS[min(call.rung, len(RUNGS) - 1)]
    told = people_by_role(case.site, roles)
    notify.send(
        kind=messages.CALL,
        site=case.site,
        subject=case.subject,
        people=[
            one
            for some in told.values()
            for one in some
            if permissions.can_answer_call(one, call)
        ],
        urgency=Urgency.ALARM,
        params={"who": call.raised_by.actor_key},
        path=f"/counselling/calls/{call.uid}/",
        exercise=case.exercise,
        by=SYSTEM,
        at=at,
    )


def _contact_today(call: UrgentCall, *, at: datetime) -> Task | None:
    """The contact of the same day; a closed case has no tasks, the call is there."""
    case = call.care.case
    if not case.is_open:
        return None
    return cases.add_task(
        case=case,
        key=f"{PERSONAL_TASK}{call.uid}",  # whoever counsels there reads it
        phase=Phase.TALK,
        title=_("辅导员的当天事项"),  # whose, and why, is for the counsellor alone
        advice=_("办完后写明已联系；内容不写在这里"),
        role_key=permissions.ROLE,
        within=day_bounds(local_day(at))[1] - at,
        by=SYSTEM,  # not binding: what nobody else knows of holds nothing open
        at=at,
    )
