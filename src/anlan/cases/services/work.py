"""Working a case off: phases, severity, command, closing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.accounts.permissions import has_permission
from anlan.accounts.roles import Permission
from anlan.base.errors import Conflict, InvalidInput
from anlan.cases import permissions, policies
from anlan.cases.enums import Phase, Severity
from anlan.cases.events import (
    CaseClosed,
    CaseReopened,
    CommandLeft,
    CommandTaken,
    PhaseEntered,
    SeveritySet,
)
from anlan.cases.models import Case, Deadline, PhaseRecord, Task
from anlan.cases.selectors.contacts import VICTIM_CONTACT
from anlan.cases.services.deadlines import cancel_deadlines
from anlan.cases.services.opening import apply_playbook
from anlan.cases.services.record import lock_case, record, user_of
from anlan.cases.services.tasks import skip_task
from anlan.cases.services.timeline import write_note
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM, Actor


def advance_phase(*, case: Case, by: Actor, at: datetime) -> Case:
    """Go on to the next phase; refused while a binding task of this one is open."""
    with ledger.recording():
        case = lock_case(case)
        permissions.check_can_command(by, case)
        policies.check_can_advance(case)
        left = Phase(case.phase)
        entered = left.following
        if entered is None:  # check_can_advance has refused; for the type checker
            raise Conflict(_("已经是最后一个阶段，请办结案件"))
        PhaseRecord.objects.filter(case=case, phase=left).update(
            left_at=at, left_by=user_of(by)
        )
        PhaseRecord.objects.create(case=case, phase=entered, entered_at=at)
        case.phase = entered
        case.save(update_fields=["phase"])
        record(PhaseEntered(phase=entered.value, left=left.value), case, by=by, at=at)
    return case


def set_severity(
    *,
    case: Case,
    severity: int,
    playbook_key: str,
    flags: Iterable[str],
    by: Actor,
    at: datetime,
    reason: str = "",
) -> Case:
    """Set the level and apply the playbook again: it adds, and never removes."""
    if severity not in Severity.values:
        raise InvalidInput(_("没有这个等级"), path="severity")
    with ledger.recording():
        case = lock_case(case)
        permissions.check_can_set_severity(by, case, severity=severity, reason=reason)
        before = case.severity
        if before == severity:
            return case
        case.severity = severity
        case.save(update_fields=["severity"])
        record(
            SeveritySet(severity=severity, before=before),
            case,
            by=by,
            at=at,
        )
        if reason.strip():
            write_note(case=case, text=reason, by=by, at=at)
        apply_playbook(case=case, key=playbook_key, flags=flags, by=by, at=at)
    return case


def take_command(*, case: Case, commander: User, by: Actor, at: datetime) -> Case:
    """Hand the command over, with time and name; to the same person twice does nothing."""
    with ledger.recording():
        case = lock_case(case)
        policies.check_is_open(case)
        permissions.check_can_take_command(by, case, commander=commander)
        if not has_permission(commander, Permission.INCIDENT_RESPOND, site=case.site):
            raise InvalidInput(_("这个人不能担任本项目的现场指挥"), path="commander")
        if case.commander_id == commander.pk:
            return case
        before = case.commander
        case.commander = commander
        case.save(update_fields=["commander"])
        record(
            CommandTaken(
                commander=commander.actor_key,
                before=before.actor_key if before else None,
            ),
            case,
            by=by,
            at=at,
        )
    return case


def leave_command(*, case: Case, by: Actor, at: datetime) -> Case:
    """Nobody commands until the next one takes it; without a commander it does nothing."""
    with ledger.recording():
        case = lock_case(case)
        before = case.commander
        if before is None:
            return case
        policies.check_is_open(case)
        permissions.check_can_take_command(by, case, commander=before)
        case.commander = None
        case.save(update_fields=["commander"])
        record(CommandLeft(commander=before.actor_key), case, by=by, at=at)
    return case


def close_case(*, case: Case, by: Actor, at: datetime) -> Case:
    """Close the case; refused while any binding task is open."""
    with ledger.recording():
        case = lock_case(case)
        permissions.check_can_close(by, case)
        _close(case, by=by, at=at)
    return case


def close_as_false_alarm(*, case: Case, reason: str, by: Actor, at: datetime) -> Case:
    """Close a case that was none: every open task is skipped with the reason, on the record."""
    with ledger.recording():
        case = lock_case(case)
        permissions.check_can_command(by, case)
        for task in Task.objects.filter(case=case, state=Task.State.OPEN).order_by(
            "position"
        ):
            # By the program: what a theme lets nobody end by hand ends with its cause.
            skip_task(task=task, reason=reason, by=SYSTEM, at=at)
        _close(case, by=by, at=at)
    return case


def reopen_case(*, case: Case, by: Actor, at: datetime, reason: str = "") -> Case:
    """Open a closed case again; it keeps its number and its phase, and its clocks run on.

    Args:
        reason: in the person's words; it becomes a note beside the entry.
    """
    with ledger.recording():
        case = lock_case(case)
        if case.state != Case.State.CLOSED:
            raise Conflict(_("案件没有办结，不需要重新打开"))
        permissions.check_can_reopen(by, case)
        _resume_clocks(case)
        case.state = Case.State.OPEN
        case.closed_at = None
        case.closed_by = None
        case.save(update_fields=["state", "closed_at", "closed_by"])
        record(CaseReopened(number=case.number), case, by=by, at=at)
        if reason.strip():
            write_note(case=case, text=reason, by=by, at=at)
    return case


def _resume_clocks(case: Case) -> None:
    """Let the clocks that closing stopped run again, with their due times: overdue ones fire.

    Those of open tasks, and of a contact for the victim. A ladder begins anew with new
    clocks, and nobody who was sent before it was closed is still expected.
    """
    still_open = Task.objects.filter(case=case, state=Task.State.OPEN)
    watched = Q(key=VICTIM_CONTACT) | Q(
        about__in=[f"task:{uid}" for uid in still_open.values_list("uid", flat=True)]
    )
    Deadline.objects.filter(
        watched, case=case, cancelled_at=case.closed_at, met_at=None, fired_at=None
    ).update(cancelled_at=None)


def _close(case: Case, *, by: Actor, at: datetime) -> None:
    case.state = Case.State.CLOSED
    case.closed_at = at
    case.closed_by = user_of(by)
    case.save(update_fields=["state", "closed_at", "closed_by"])
    PhaseRecord.objects.filter(case=case, left_at=None).update(
        left_at=at, left_by=user_of(by)
    )
    cancel_deadlines(case=case, at=at)
    record(
        CaseClosed(seconds=int((at - case.opened_at).total_seconds())),
        case,
        by=by,
        at=at,
    )
