"""A court may confirm what was mediated: applied for by both, decided, or let lapse."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.clock import local_day
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.one_by_one import each_alone, resting
from anlan.cases.enums import TaskState
from anlan.evidence.models import Exhibit
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.resolution.mediation import permissions, policies
from anlan.resolution.mediation.enums import ConfirmationState
from anlan.resolution.mediation.events import ConfirmationComesDue
from anlan.resolution.mediation.models import Confirmation
from anlan.resolution.mediation.services.performing import record_confirmation
from anlan.resolution.mediation.services.steps import (
    end_task,
    lock_talks,
    record,
    required,
)

# The house's own: law gives thirty days, and nobody to call them to mind.
REMINDED_DAYS_BEFORE = (7, 3)
MOST_COURT = 80
_JOB, _REMINDING = "confirmations", "confirmations that are nearly over"


def record_application(
    *,
    confirmation: Confirmation,
    court: str,
    applied_on: date,
    by: User,
    at: datetime,
    via: str = "",
) -> Confirmation:
    """Both sides asked the court, within thirty days of effect.

    Raises:
        InvalidInput: no court, or a day outside of the term (G18).
        Conflict: they did, or the term is over.
    """
    permissions.check_can_run_talks(by, confirmation.talks.case)
    court = required(court, path="court", most=MOST_COURT)
    with ledger.recording():
        confirmation = _lock(confirmation)
        talks = confirmation.talks
        policies.check_confirmation_may_become(confirmation, ConfirmationState.APPLIED)
        begins = talks.effective_on or confirmation.due_on
        if not begins <= applied_on <= min(local_day(at), confirmation.due_on):
            raise InvalidInput(
                _("申请日期在生效以后，最晚 %s") % confirmation.due_on,
                path="applied_on",
                source="G18",
            )
        confirmation.state = ConfirmationState.APPLIED
        confirmation.court, confirmation.applied_on = court, applied_on
        confirmation.save()
        record_confirmation(confirmation, talks, by=by, at=at, via=via)
        _end_task(confirmation, at=at)
    return confirmation


def record_ruling(
    *,
    confirmation: Confirmation,
    is_confirmed: bool,
    decided_on: date,
    number: str,
    by: User,
    at: datetime,
    exhibit: Exhibit | None = None,
    via: str = "",
) -> Confirmation:
    """What the court decided; a confirmed agreement can be enforced.

    Raises:
        InvalidInput: no number, or a day that cannot be.
        Conflict: nobody applied, or it was decided.
    """
    permissions.check_can_run_talks(by, confirmation.talks.case)
    number = required(number, path="number", most=60)
    if exhibit is not None and exhibit.case_id != confirmation.talks.case_id:
        raise InvalidInput(_("本案没有这件证据"), path="exhibit")
    state = ConfirmationState.CONFIRMED if is_confirmed else ConfirmationState.REFUSED
    with ledger.recording():
        confirmation = _lock(confirmation)
        policies.check_confirmation_may_become(confirmation, state)
        applied_on = confirmation.applied_on
        if applied_on is None:
            raise Conflict(_("还没有申请"))
        if not applied_on <= decided_on <= local_day(at):
            raise InvalidInput(
                _("裁定日期在申请以后，也不能晚于今天"), path="decided_on"
            )
        confirmation.state, confirmation.number = state, number
        confirmation.decided_on, confirmation.exhibit = decided_on, exhibit
        confirmation.save()
        record_confirmation(confirmation, confirmation.talks, by=by, at=at, via=via)
    return confirmation


def remind_of_confirmations(*, at: datetime, most: int = 100) -> int:
    """Say seven and three days before that a term for which nobody applied is nearly over.

    Said of closed cases as well; whoever saw it late is told once. Returns how many.
    """
    today = local_day(at)
    near = Q()
    for days in REMINDED_DAYS_BEFORE:
        unsaid = Q(reminded=None) | Q(reminded__gt=days)
        near |= unsaid & Q(due_on__lte=today + timedelta(days=days))
    rows = Confirmation.objects.filter(
        near, state=ConfirmationState.POSSIBLE, due_on__gte=today
    ).order_by("due_on", "pk")
    rows = rows.exclude(pk__in=resting(_REMINDING, at=at))
    keys = list(rows.values_list("pk", flat=True)[:most])
    return each_alone(keys, lambda key: _remind(key, at=at), job=_REMINDING, at=at)


def _remind(key: int, *, at: datetime) -> bool:
    row = Confirmation.objects.select_related("talks__case__site").get(pk=key)
    with ledger.recording():
        found = _lock(row)
        left = (found.due_on - local_day(at)).days
        stage = min((days for days in REMINDED_DAYS_BEFORE if left <= days), default=0)
        is_said = found.reminded is not None and found.reminded <= stage
        if (
            found.state != ConfirmationState.POSSIBLE
            or left < 0
            or not stage
            or is_said
            or _is_answered(found)
        ):
            return False
        found.reminded = stage
        found.save(update_fields=["reminded"])
        record(
            ConfirmationComesDue(
                code=found.talks.code, due_on=found.due_on.isoformat(), left=left
            ),
            found.talks,
            thing=found.key,
            by=SYSTEM,
            at=at,
        )
    return True


def _is_answered(confirmation: Confirmation) -> bool:
    """Somebody asked both sides, and wrote down that they do not apply."""
    task = confirmation.task
    return task is not None and task.state != TaskState.OPEN


def lapse_confirmations(*, at: datetime, most: int = 100) -> int:
    """Say of what nobody applied for that its term is over; returns how many."""
    over = Confirmation.objects.filter(
        state=ConfirmationState.POSSIBLE, due_on__lt=local_day(at)
    ).order_by("due_on", "pk")
    over = over.exclude(pk__in=resting(_JOB, at=at))
    keys = list(over.values_list("pk", flat=True)[:most])
    return each_alone(keys, lambda key: _lapse(key, at=at), job=_JOB, at=at)


def _lapse(key: int, *, at: datetime) -> bool:
    row = Confirmation.objects.select_related("talks__case__site").get(pk=key)
    with ledger.recording():
        found = _lock(row)
        if found.state != ConfirmationState.POSSIBLE:
            return False
        found.state = ConfirmationState.LAPSED
        found.save(update_fields=["state"])
        record_confirmation(found, found.talks, by=SYSTEM, at=at)
        _end_task(found, at=at)
    return True


def _end_task(confirmation: Confirmation, *, at: datetime) -> None:
    words = f"{confirmation.talks.code} {confirmation.get_state_display()}"
    end_task(confirmation.task, confirmation.talks.case, words=words, at=at)


def _lock(confirmation: Confirmation) -> Confirmation:
    talks = lock_talks(confirmation.talks)
    fresh = Confirmation.objects.select_for_update(of=("self",)).get(pk=confirmation.pk)
    fresh.talks = talks
    return fresh
