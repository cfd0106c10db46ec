"""Answers to what others put on the record, in the transaction of the change."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.accounts.permissions import check_permission
from anlan.accounts.roles import Permission
from anlan.accounts.selectors import people_with_roles
from anlan.base.errors import Conflict
from anlan.cases.events import (
    CaseClosed,
    CaseJoined,
    CaseParted,
    CaseReopened,
    DeadlineMissed,
    TaskDone,
    TaskReopened,
    TaskSkipped,
)
from anlan.cases.models import Case, Task
from anlan.cases.telling import tell
from anlan.ledger.events import SYSTEM, Queued, uid_of
from anlan.notify import services as notify
from anlan.resolution import messages, permissions, policies
from anlan.resolution.events import (
    MeasureRanOut,
    ObjectionDecided,
    ObjectionReceived,
    PlanApproved,
    PlanReturned,
    PlanSeconded,
    PlanSubmitted,
    PlanWithdrawn,
)
from anlan.resolution.models import Objection, Plan, PlanMeasure
from anlan.resolution.selectors.plans import measures_of, needs_legal, people_needed
from anlan.resolution.services.carrying import catch_up, check_is_told, follow_task

# Tasks of a plan, by what their keys begin with.
_APPROVED = ("measure:", "support:", "undo:", "anew:")  # with it, or on an objection
_KEYS = ("measure:", "support:", "objection:", "undo:", "anew:")


def follow_measure_task(queued: Queued) -> None:
    """A measure is carried out when its task is done, and given up when it is skipped.

    Raises:
        Conflict: it was to be told by letter and none arrived; or it is the hearing of an
            objection, which ends on its own page.
        NotAllowed: what was approved is given up only by who may approve.
    """
    event = queued.event
    if not isinstance(event, TaskDone | TaskSkipped | TaskReopened):
        return
    task = Task.objects.select_related("case__site").get(uid=uid_of(queued.object))
    by_hand = queued.actor != SYSTEM.actor_key
    if task.key.startswith("objection:") and by_hand:
        raise Conflict(_("请在申诉页面复核或者登记撤回，任务会自动结束"))
    if by_hand and isinstance(event, TaskSkipped) and task.key.startswith(_APPROVED):
        by = User.objects.get(uid=uid_of(queued.actor))
        check_permission(by, Permission.PLAN_APPROVE, site=task.case.site)
    if not task.key.startswith("measure:"):
        return
    if by_hand and isinstance(event, TaskDone):
        check_is_told(task)
    follow_task(task, at=queued.recorded_at)


def keep_open_for_objections(queued: Queued) -> None:
    """
    Raises:
        Conflict: an objection is being heard, whose clock would stop, a letter says that
            one may object until a day that is still to come, or, of a case that is
            joined, it is under way.
    """
    event = queued.event
    if not isinstance(event, CaseClosed | CaseJoined):
        return
    case = Case.objects.get(uid=uid_of(queued.subject))
    if isinstance(event, CaseClosed) or event.number == case.number:
        policies.check_no_open_objection(case)
        policies.check_no_period_runs(case, at=queued.recorded_at)
        if isinstance(event, CaseJoined):
            policies.check_no_letter_is_under_way(case)


def catch_up_with_letters(queued: Queued) -> None:
    """A case that was joined or closed goes on: letters that arrived meanwhile count."""
    if not isinstance(queued.event, CaseParted | CaseReopened):
        return
    number = getattr(queued.event, "number", "")
    case = Case.objects.select_related("site").get(uid=uid_of(queued.subject))
    if case.is_open and number in {"", case.number}:
        catch_up(case, at=queued.recorded_at)


def tell_headquarters(queued: Queued) -> None:
    """A measure that is not carried out, or an objection nobody heard, in time."""
    event = queued.event
    if not isinstance(event, DeadlineMissed) or not event.about.startswith("task:"):
        return
    task = (
        Task.objects.select_related("case__site")
        .filter(uid=uid_of(event.about))
        .first()
    )
    if task is None or not task.key.startswith(_KEYS):
        return
    tell(
        messages.OVERDUE,
        queued,
        case=task.case,
        code=task.title,
        who=queued.actor,
        people=people_with_roles(task.case.site, messages.HEADQUARTERS),
        path="notices/",
    )


def tell_plan_deciders(queued: Queued) -> None:
    """Those who may decide about the plan, and had no part in it; headquarters if too few."""
    if not isinstance(queued.event, PlanSubmitted):
        return
    plan = _plan(queued)
    people = people_with_roles(plan.case.site, messages.DECIDE)
    decide = [one for one in people if permissions.can_decide_plan(one, plan)]
    if decide:
        _tell_of_plan(messages.PLAN_TO_DECIDE, queued, plan, decide)
    if not decide or not _is_enough(plan, decide):
        _tell_of_plan(
            messages.TOO_FEW_DECIDE if decide else messages.NOBODY_DECIDES,
            queued,
            plan,
            people_with_roles(plan.case.site, messages.HEADQUARTERS),
        )


def tell_who_is_missing(queued: Queued) -> None:
    """After an approval: headquarters, where nobody is left who may give those that lack."""
    if not isinstance(queued.event, PlanSeconded):
        return
    plan = _decided_plan(queued, queued.event.code)
    people = people_with_roles(plan.case.site, messages.DECIDE)
    # Who has approved counts on, whether or not they may still.
    given = [
        one.by
        for one in plan.approvals.select_related("by")
        if permissions.still_counts(one, plan)
    ]
    said = set(plan.approvals.values_list("by", flat=True))
    left = [
        one
        for one in people
        if one.pk not in said and permissions.can_decide_plan(one, plan)
    ]
    if not _is_enough(plan, [*given, *left]):
        _tell_of_plan(
            messages.TOO_FEW_DECIDE,
            queued,
            plan,
            people_with_roles(plan.case.site, messages.HEADQUARTERS),
        )


def _is_enough(plan: Plan, people: list[User]) -> bool:
    """Whether they could bring it into force between them."""
    rows = measures_of(plan)
    if len({one.pk for one in people}) < people_needed(plan, rows):
        return False
    return not needs_legal(plan, rows) or any(
        permissions.is_legal(one, plan.case) for one in people
    )


def _tell_of_plan(kind: str, queued: Queued, plan: Plan, people: list[User]) -> None:
    tell(
        kind,
        queued,
        case=plan.case,
        code=plan.code,
        who=queued.actor,
        people=people,
        path=f"plans/{plan.uid}/",
    )


def tell_plan_author(queued: Queued) -> None:
    if not isinstance(queued.event, PlanApproved | PlanReturned | PlanWithdrawn):
        return
    plan = _decided_plan(queued, queued.event.code)
    case = plan.case
    tell(
        messages.PLAN_DECIDED,
        queued,
        case=case,
        code=plan.code,
        who=queued.actor,
        people=[plan.author],
        path=f"plans/{plan.uid}/",
    )


def tell_supporters(queued: Queued) -> None:
    """Whose it is to help those who were hurt, from now on."""
    if not isinstance(queued.event, PlanApproved):
        return
    plan = _decided_plan(queued, queued.event.code)
    case = plan.case
    for row in plan.support.select_related("owner"):
        notify.send(
            kind=messages.SUPPORT,
            site=case.site,
            subject=queued.subject,
            people=[row.owner],
            params={"number": case.number, "code": plan.code, "who": queued.actor},
            path=f"/cases/support/{row.uid}/",
            exercise=queued.exercise,
            by=SYSTEM,
            at=queued.recorded_at,
        )


def tell_hearers(queued: Queued) -> None:
    """Those who may hear the objection, for they had no part in what it is about."""
    if not isinstance(queued.event, ObjectionReceived):
        return
    objection = _objection(queued)
    people = people_with_roles(objection.case.site, messages.DECIDE)
    hear = [one for one in people if permissions.can_hear_objection(one, objection)]
    tell(
        messages.TO_HEAR if hear else messages.NOBODY_HEARS,
        queued,
        case=objection.case,
        code=objection.code,
        who=queued.actor,
        people=hear or people_with_roles(objection.case.site, messages.HEADQUARTERS),
        path=f"objections/{objection.uid}/",
    )


def tell_of_decision(queued: Queued) -> None:
    """Whoever took the objection down tells the person what came of it."""
    if not isinstance(queued.event, ObjectionDecided):
        return
    objection = _objection(queued)
    tell(
        messages.HEARD,
        queued,
        case=objection.case,
        code=objection.code,
        who=queued.actor,
        people=[
            one
            for one in (objection.received_by, objection.measure.plan.author)
            if one is not None
        ],
        path=f"objections/{objection.uid}/",
    )


def tell_of_end(queued: Queued) -> None:
    """What was suspended is to be there again, also where the case was closed long ago."""
    if not isinstance(queued.event, MeasureRanOut):
        return
    measure = PlanMeasure.objects.select_related("plan__case__site").get(
        uid=uid_of(queued.object)
    )
    case = measure.plan.case
    tell(
        messages.RAN_OUT,
        queued,
        case=case,
        code=measure.plan.code,
        who=queued.actor,
        people=people_with_roles(case.site, messages.RUN),
        path=f"plans/{measure.plan.uid}/",
    )


def _plan(queued: Queued) -> Plan:
    return Plan.objects.select_related("case__site", "author").get(
        uid=uid_of(queued.object)
    )


def _decided_plan(queued: Queued, code: str) -> Plan:
    """What was decided on; the entry itself names the approval."""
    return Plan.objects.select_related("case__site", "author").get(
        case__uid=uid_of(queued.subject),
        version=int(code.removeprefix("P-")),
    )


def _objection(queued: Queued) -> Objection:
    return Objection.objects.select_related(
        "case__site", "measure__plan__author", "received_by"
    ).get(uid=uid_of(queued.object))
