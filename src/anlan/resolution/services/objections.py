"""Objections 申诉: taken down, heard by somebody who had no part, with consequences."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import typed
from anlan.cases import policies as cases_policies
from anlan.cases import services as cases
from anlan.cases.enums import Phase, Proof, Side, TaskState
from anlan.cases.models import AccessLink, Case, Task
from anlan.cases.selectors import check_no_leaks
from anlan.cases.selectors.guardians import with_guardians
from anlan.investigation.services.protecting import check_names_no_witness
from anlan.law import selectors as law
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM, Actor, Event
from anlan.resolution import permissions, policies
from anlan.resolution.enums import CarryingState, ObjectionState, ObjectionWay
from anlan.resolution.events import (
    ObjectionDecided,
    ObjectionReceived,
    ObjectionWithdrawn,
)
from anlan.resolution.guarding import check_text
from anlan.resolution.models import Carrying, Notice, Objection, PlanMeasure
from anlan.resolution.selectors.notices import notice_of_link
from anlan.resolution.services.carrying import RUNS, drop, post_undoing

# Within how long an objection is heard; the house's own standard, which no law gives.
HEARD_WITHIN = timedelta(days=10)
MADE_ANEW_WITHIN = timedelta(days=3)
HEARS = "hq_supervisor"
MOST_WORDS = 2000
MOST_REASON = 1000


def receive_objection(
    *,
    measure: PlanMeasure,
    way: ObjectionWay,
    words: str,
    by: User,
    at: datetime,
    request_id: UUID | None = None,
    via: str = "",
) -> Objection:
    """Take down what the person says against a measure; its clock begins now.

    Raises:
        InvalidInput: nothing was said.
        Conflict: the measure is not in force, an objection to it is open, or was heard
            and nobody is left who may hear another.
    """
    permissions.check_can_deliver(by, measure.plan.case)
    if not way.is_taken_down:
        raise InvalidInput(_("手机链接上只能由本人自己提出"), path="way")
    return _receive(
        measure,
        way,
        words,
        taken_by=by,
        by=by,
        at=at,
        request_id=request_id,
        via=via,
    )


def object_by_link(
    *,
    link: AccessLink,
    words: str,
    by: Actor,
    at: datetime,
    request_id: UUID | None = None,
    via: str = "",
) -> Objection:
    """The person objects on their own phone, by the link that came with the letter.

    No code is asked for: the link stands in the letter itself, an objection that somebody
    else wrote costs the person nothing, and nobody of the office stands in between.

    Raises:
        NotFound: the link is not one of a letter.
        InvalidInput: nothing was said.
        Conflict: see ``policies.check_may_object``.
    """
    notice = notice_of_link(link)
    return _receive(
        policies.check_is_objectable(notice),
        ObjectionWay.PORTAL,
        words,
        taken_by=None,
        by=by,
        at=at,
        request_id=request_id,
        via=via,
        notice=notice,
    )


def _receive(
    measure: PlanMeasure,
    way: ObjectionWay,
    words: str,
    *,
    taken_by: User | None,
    by: Actor,
    at: datetime,
    request_id: UUID | None,
    via: str,
    notice: Notice | None = None,
) -> Objection:
    case = measure.plan.case
    words = typed(
        words,
        path="words",
        most=MOST_WORDS,
        refusal=_("请写下本人的意见"),
    )
    content = {
        "objection": str(measure.uid),
        "by": by.actor_key,
        "way": way.value,
        "words": sha256(words.encode()).hex(),
    }
    with ledger.recording():
        case = cases.lock_case(case)
        earlier = cases.made_before(
            Objection.objects.select_related("case__site", "measure__plan"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        is_heard = permissions.can_be_heard(case, measure)
        if notice is not None:
            notice = Notice.objects.select_related("measure__plan").get(pk=notice.pk)
            notice.case = case
            policies.check_may_object(notice, at=at)
        cases_policies.check_is_open(case)  # else nobody's clock would run
        policies.check_is_in_force(measure)
        there = measure.objections.filter(state=ObjectionState.OPEN).first()
        if there is not None:
            raise Conflict(_("对这项措施的申诉 %s 还在复核中") % there.code)
        last: int | None = case.objections.aggregate(last=Max("number"))["last"]
        objection = Objection(
            case=case,
            number=(last or 0) + 1,
            measure=measure,
            party=measure.party,
            way=way,
            words=words,
            received_at=at,
            received_by=taken_by,
        )
        policies.check_can_be_heard_again(measure, by_somebody=is_heard)
        objection.task = _post(objection, is_heard=is_heard, at=at)
        objection.save(force_insert=True)
        _record(
            ObjectionReceived(
                code=objection.code,
                measure=measure.key,
                thing=measure.ref,
                way=way.value,
                words_digest=objection.digest_of("words"),
            ),
            objection,
            by=by,
            at=at,
            via=via,
        )
        cases.remember_made(
            objection.uid, case=case, request_id=request_id, content=content, at=at
        )
    return objection


def decide_objection(
    *,
    objection: Objection,
    state: ObjectionState,
    reason: str,
    by: User,
    at: datetime,
    via: str = "",
) -> Objection:
    """Say what becomes of the measure, and why.

    One that is upheld takes the measure back: its task ends, or what was done already is
    undone by a new one. One that eases it asks for a new plan.

    Raises:
        NotAllowed: by anybody who had a part in what is objected to.
        InvalidInput: no decision, or no reason.
        Conflict: it was decided, or withdrawn.
    """
    permissions.check_can_hear_objection(by, objection)
    if not state.is_decision:
        raise InvalidInput(_("请选择复核结果"), path="state")
    reason = _reason(reason, _("请写明复核的理由，本人会收到"), objection)
    with ledger.recording():
        objection = _lock(objection)
        permissions.check_can_hear_objection(by, objection)
        _end(objection, state, reason, by=by, at=at)
        _record(
            ObjectionDecided(
                code=objection.code,
                state=state.value,
                reason_digest=objection.digest_of("reason"),
            ),
            objection,
            by=by,
            at=at,
            via=via,
        )
        if state == ObjectionState.UPHELD:
            _take_back(objection, at=at)
        elif state == ObjectionState.EASED:
            _ask_for_plan(objection, at=at)
    return objection


def withdraw_objection(
    *, objection: Objection, reason: str, by: User, at: datetime, via: str = ""
) -> Objection:
    """The person does not hold on to it; how they said so is the reason.

    Written down by somebody who might have heard it: nobody ends an objection to what
    they did themselves.

    Raises:
        InvalidInput: it is not said how.
        Conflict: it was decided, or withdrawn.
    """
    permissions.check_can_hear_objection(by, objection)
    reason = _reason(reason, _("请写明本人怎样表示撤回"), objection)
    with ledger.recording():
        objection = _lock(objection)
        _end(objection, ObjectionState.WITHDRAWN, reason, by=by, at=at)
        _record(
            ObjectionWithdrawn(
                code=objection.code, reason_digest=objection.digest_of("reason")
            ),
            objection,
            by=by,
            at=at,
            via=via,
        )
    return objection


def _end(
    objection: Objection, state: ObjectionState, reason: str, *, by: User, at: datetime
) -> None:
    policies.check_objection_may_become(objection, state)
    objection.state, objection.reason = state, reason
    objection.decided_at, objection.decided_by = at, by
    objection.save(update_fields=["state", "reason", "decided_at", "decided_by"])
    task = objection.task
    if task is not None and task.state == TaskState.OPEN and objection.case.is_open:
        task.case = objection.case
        words = f"{objection.code} {state.label}"
        cases.complete_task(task=task, words=words, by=SYSTEM, at=at)


def _take_back(objection: Objection, *, at: datetime) -> None:
    carrying = (
        Carrying.objects.filter(measure=objection.measure)
        .select_related("measure__plan", "task")
        .first()
    )
    if carrying is None or carrying.state == CarryingState.DROPPED:
        return
    carrying.measure.plan.case = objection.case
    was_done = carrying.state == CarryingState.DONE
    drop(carrying, reason=_("申诉 %s 成立") % objection.code, at=at)
    if was_done:
        post_undoing(carrying.measure, key=f"undo:{objection.uid}", at=at)


def _ask_for_plan(objection: Objection, *, at: datetime) -> None:
    if objection.case.is_open:
        _add(
            objection.case,
            key=f"anew:{objection.uid}",
            title=_("按申诉 %s 的复核意见起草新的处理方案") % objection.code,
            role=RUNS,
            within=MADE_ANEW_WITHIN,
            at=at,
        )


def _post(objection: Objection, *, is_heard: bool, at: datetime) -> Task | None:
    """What holds the case open until somebody has heard it; a closed case has no tasks."""
    if not objection.case.is_open:
        return None
    return _add(
        objection.case,
        key=objection.key,
        title=(
            _("复核申诉 %(code)s：%(measure)s")
            if is_heard
            else _("安排没有参与本案的人复核申诉 %(code)s：%(measure)s")
        )
        % {
            "code": objection.code,
            "measure": law.measure_title(objection.measure.key),
        },
        role=HEARS,
        within=HEARD_WITHIN,
        at=at,
    )


def _add(
    case: Case, *, key: str, title: str, role: str, within: timedelta, at: datetime
) -> Task:
    return cases.add_task(
        case=case,
        key=key,
        phase=Phase.STRENGTHEN,
        title=title,
        source="G04",
        role_key=role,
        within=within,
        binding=True,
        proof=Proof.NOTE,
        by=SYSTEM,
        at=at,
    )


def _reason(text: str, refusal: str, objection: Objection) -> str:
    """What the person is told: nothing that no letter may say, nor of the other side."""
    text = typed(
        text,
        path="reason",
        most=MOST_REASON,
        refusal=refusal,
    )
    case = objection.case
    check_text(text, case, path="reason")
    own = with_guardians(objection.party)
    check_names_no_witness([("reason", text)], case=case, own=own)
    check_no_leaks(text, case=case, side=Side.AGGRESSOR, own=[objection.party])
    return text


def _lock(objection: Objection) -> Objection:
    """The objection under its row lock, after its case's, as everywhere."""
    fresh = cases.lock_of_case(objection, "measure__plan__author", "party", "task")
    fresh.measure.plan.case = fresh.case
    return fresh


def _record(
    event: Event, objection: Objection, *, by: Actor, at: datetime, via: str = ""
) -> None:
    cases.record(event, objection.case, thing=objection.key, by=by, at=at, via=via)
