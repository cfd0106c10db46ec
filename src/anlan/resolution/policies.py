"""What the state of a plan, a letter or an objection allows."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anlan.base.calendar import known_holidays, statutory_calendar
from anlan.base.clock import local_day
from anlan.base.errors import Conflict, InvalidInput
from anlan.cases.enums import CaseState, Side
from anlan.cases.models import Case, Party
from anlan.investigation.models import Finding
from anlan.law import selectors as law
from anlan.resolution.enums import (
    CarryingState,
    DeliveryResult,
    NoticeKind,
    NoticeState,
    ObjectionState,
    PlanState,
)
from anlan.resolution.letters import appeal_days
from anlan.resolution.models import Carrying, Notice, Objection, Plan, PlanMeasure

# The longest run of days off in what was published since 2004 (Spring Festival 2020).
LONGEST_HOLIDAY = timedelta(days=10)
# What may become what; ``docs/states/`` is drawn from this table.
PLAN_MOVES: dict[PlanState, tuple[PlanState, ...]] = {
    PlanState.DRAFT: (PlanState.SUBMITTED, PlanState.WITHDRAWN),
    PlanState.SUBMITTED: (
        PlanState.APPROVED,
        PlanState.RETURNED,
        PlanState.WITHDRAWN,
    ),
    PlanState.RETURNED: (),
    PlanState.WITHDRAWN: (),
    PlanState.APPROVED: (PlanState.SUPERSEDED,),
    PlanState.SUPERSEDED: (),
}


def check_plan_may_become(plan: Plan, state: PlanState) -> None:
    now = PlanState(plan.state)
    if state not in PLAN_MOVES[now]:
        raise Conflict(
            _("处理方案 %(code)s %(state)s，不能再这样办理")
            % {"code": plan.code, "state": now.label}
        )


def check_is_draft(plan: Plan) -> None:
    """From its submission on a version does not change; a new one takes its place."""
    if not plan.is_draft:
        raise Conflict(
            _("处理方案 %(code)s %(state)s，不能再改；要改请起草新版本")
            % {"code": plan.code, "state": plan.get_state_display()}
        )


def check_rests_on(plan: Plan, finding: Finding | None) -> Finding:
    """The findings in force; a plan is about what was found, not about what is thought.

    Raises:
        Conflict: there are none, or others than those that were submitted with the plan.
    """
    if finding is None:
        raise Conflict(_("还没有批准的调查结论，方案要以它为依据"))
    if plan.finding_id is not None and plan.finding_id != finding.pk:
        raise Conflict(_("调查结论已换成 %s，请按新结论起草新的方案") % finding.code)
    return finding


NOTICE_MOVES: dict[NoticeState, tuple[NoticeState, ...]] = {
    NoticeState.DRAFT: (NoticeState.ISSUED, NoticeState.REVOKED),
    NoticeState.ISSUED: (NoticeState.DELIVERED, NoticeState.REVOKED),
    NoticeState.DELIVERED: (NoticeState.REVOKED,),
    NoticeState.REVOKED: (),
}

OBJECTION_MOVES: dict[ObjectionState, tuple[ObjectionState, ...]] = {
    ObjectionState.OPEN: (
        ObjectionState.REJECTED,
        ObjectionState.EASED,
        ObjectionState.UPHELD,
        ObjectionState.WITHDRAWN,
    ),
    ObjectionState.REJECTED: (),
    ObjectionState.EASED: (),
    ObjectionState.UPHELD: (),
    ObjectionState.WITHDRAWN: (),
}

CARRYING_MOVES: dict[CarryingState, tuple[CarryingState, ...]] = {
    CarryingState.DUE: (CarryingState.DONE, CarryingState.DROPPED),
    CarryingState.DONE: (CarryingState.DUE, CarryingState.DROPPED),
    CarryingState.DROPPED: (CarryingState.DUE,),
}


def check_notice_may_become(notice: Notice, state: NoticeState) -> None:
    if state not in NOTICE_MOVES[NoticeState(notice.state)]:
        raise Conflict(
            _("告知书 %(code)s %(state)s，不能再这样办理")
            % {"code": notice.code, "state": notice.get_state_display()}
        )


def check_is_in_force(measure: PlanMeasure) -> None:
    """Only what was approved, and is not given up, is told and carried out."""
    state = PlanState(
        Plan.objects.values_list("state", flat=True).get(pk=measure.plan_id)
    )
    if state != PlanState.APPROVED:
        raise Conflict(
            _("处理方案 %(code)s %(state)s，请按生效的方案办理")
            % {"code": measure.plan.code, "state": state.label}
        )
    if Carrying.objects.filter(measure=measure, state=CarryingState.DROPPED).exists():
        raise Conflict(_("这项措施不再执行"))


def check_days_ahead(measure: PlanMeasure, *, on: date) -> None:
    """Nobody is kept out from a day that had passed before it was decided, or told.

    A version that goes on with what the person was told keeps the day on which it began.

    Raises:
        Conflict: it would begin, or have ended, before ``on`` (G04).
    """
    begins, ends = measure.begins_on, measure.ends_on
    if ends is not None and ends < on:
        raise Conflict(
            _("“%(measure)s”到 %(day)s 为止，已经过了；请在新的版本里另写日期")
            % {"measure": law.measure_title(measure.key), "day": ends.isoformat()},
            source="G04",
        )
    if begins is not None and begins < on and not _goes_on(measure):
        raise Conflict(
            _(
                "“%(measure)s”从 %(day)s 起，那一天已经过了：批准并告知本人以前不能开始，请在新的版本里写今天或者以后的日期"
            )
            % {"measure": law.measure_title(measure.key), "day": begins.isoformat()},
            source="G04",
        )


def _goes_on(measure: PlanMeasure) -> bool:
    """Whether an earlier version took the same from the same day, and its letter arrived."""
    earlier = PlanMeasure.objects.filter(
        plan__case=measure.plan.case_id,
        plan__state__in=(PlanState.APPROVED, PlanState.SUPERSEDED),
        key=measure.key,
        party=measure.party_id,
        service=measure.service,
        begins_on=measure.begins_on,
        notices__state=NoticeState.DELIVERED,
    )
    return earlier.exclude(pk=measure.pk).exists()


def check_is_entered_anew(upheld: QuerySet[Objection], *, reason: str) -> None:
    """What an objection took back comes again only with a reason of its own.

    Raises:
        InvalidInput: an objection to the like was upheld, and nothing is said to it.
    """
    there = None if reason else upheld.first()
    if there is not None:
        raise InvalidInput(
            _("对同样措施的申诉 %s 已经成立；仍要采取的，请写明有什么新的理由")
            % there.code,
            path="despite",
            source="G04",
        )


def check_no_open_objection(case: Case) -> None:
    """What somebody objects to is not replaced before they were heard."""
    there = case.objections.filter(state=ObjectionState.OPEN).first()
    if there is not None:
        raise Conflict(_("申诉 %s 还在复核中，请先办完") % there.code)


def check_is_issued(notice: Notice) -> datetime:
    """When it was issued.

    Raises:
        Conflict: it was not, or was revoked since.
    """
    if notice.issued_at is None or notice.state == NoticeState.REVOKED:
        raise Conflict(
            _("告知书 %(code)s %(state)s，不能送达")
            % {"code": notice.code, "state": notice.get_state_display()}
        )
    return notice.issued_at


def last_day_to_object(notice: Notice) -> date | None:
    """Counted from the day after the letter arrived; none while it has not, or names none.

    On a day off it goes on to the next working day (民法典 201, 203; G37).
    """
    measure = notice.measure
    if measure is None or not NoticeKind(notice.kind).is_objectable:
        return None
    # Of what was approved before it was a number the words say it.
    days = measure.appeal_days or appeal_days(measure.appeal)
    arrived = [
        one.happened_at
        for one in notice.deliveries.all()
        if DeliveryResult(one.result).is_delivered
    ]
    if days is None or not arrived:
        return None
    return statutory_calendar().add_calendar_days(local_day(min(arrived)), days)


def latest_day_to_object(last: date) -> date:
    """From the day after on somebody is late.

    The holidays of a year are published in the November before. Until then ``last`` may
    lie in one, and nobody is refused for a day that nobody knows.
    """
    if last.year in known_holidays().years:
        return last
    return last + LONGEST_HOLIDAY


def check_may_object(notice: Notice, *, at: datetime) -> None:
    """Whether the person may object on their own link; said to them, not to the office.

    Raises:
        Conflict: what the letter says does not stand any more, one is being heard or
            was, or it is too late.
    """
    measure = check_is_objectable(notice)
    _check_stands(notice)
    there = measure.objections.filter(state=ObjectionState.OPEN).first()
    if there is not None:
        raise Conflict(_("您的申诉 %s 已经收到，正在复核，请等结果") % there.code)
    _check_was_not_heard(measure)
    last = last_day_to_object(notice)
    runs = last is not None and local_day(at) <= latest_day_to_object(last)
    if notice.case.state == CaseState.CLOSED and last is not None and runs:
        raise Conflict(
            _(
                "案件已经办结，但您的申诉期限到 %s 为止：请联系管理处重新打开案件，登记您的申诉"
            )
            % last.isoformat()
        )
    if notice.case.state == CaseState.CLOSED:
        raise Conflict(_("案件已经办结，这里不再收申诉；有意见的，请直接联系管理处"))
    if notice.case.state == CaseState.JOINED:
        raise Conflict(
            _("案件已并入另一案件，这里不再收申诉；有意见的，请直接联系管理处")
        )
    if last is not None and not runs:
        raise Conflict(
            _("申诉期限到 %s 为止，已经过了；有新的情况，请直接联系管理处")
            % last.isoformat()
        )


def still_objectable(case: Case, *, at: datetime) -> list[tuple[Notice, date]]:
    """Letters that arrived and to which their person may still object, until when."""
    found = []
    delivered = case.notices.filter(state=NoticeState.DELIVERED).order_by("number")
    for notice in delivered.select_related("measure").prefetch_related("deliveries"):
        last = last_day_to_object(notice)
        if (
            last is None
            or notice.measure is None
            or local_day(at) > latest_day_to_object(last)
        ):
            continue
        try:
            _check_stands(notice)
            _check_was_not_heard(notice.measure)
        except Conflict:
            continue
        found.append((notice, last))
    return found


def check_no_period_runs(case: Case, *, at: datetime) -> None:
    """A case with a letter to which its person may still object goes on: it needs a clock.

    Raises:
        Conflict: the period of a letter that was delivered runs.
    """
    for notice, last in still_objectable(case, at=at):
        raise Conflict(
            _(
                "告知书 %(code)s 的申诉期限到 %(last)s 为止，在那以前案件不能办结，也不能并入其他案件"
            )
            % {"code": notice.code, "last": last.isoformat()}
        )


def check_no_letter_is_under_way(case: Case) -> None:
    """Whoever gets a letter of a joined case has nowhere to object: it is joined later.

    Raises:
        Conflict: a letter that says how to object was issued, and has not arrived.
    """
    issued = case.notices.filter(
        state=NoticeState.ISSUED, measure__isnull=False
    ).exclude(measure__appeal="")
    for notice in issued.select_related("measure").order_by("number"):
        try:
            _check_stands(notice)
        except Conflict:
            continue
        raise Conflict(
            _(
                "告知书 %s 已经签发，还没有送达；请先送达或者撤销，再并入其他案件，否则本人收到后无处申诉"
            )
            % notice.code
        )


def check_is_aggressor(party: Party) -> None:
    """The law is explained in writing to whoever is entered as having struck."""
    if not party.roles.filter(role=Side.AGGRESSOR).exists():
        raise Conflict(
            _("后果告知书只写给行为人；本人在本案的角色不是行为人，请先核对当事人")
        )


def check_is_objectable(notice: Notice) -> PlanMeasure:
    """The measure that one may object to; said to the person, on their link.

    Raises:
        Conflict: the letter imposes nothing, or does not stand any more.
    """
    if notice.measure is not None and NoticeKind(notice.kind).is_objectable:
        return notice.measure
    # What was taken back says so first: whoever reads only the rest still follows it.
    _check_stands(notice)
    if notice.measure is None:
        raise Conflict(
            _("这份告知书没有采取任何措施，不用申诉；对内容有不同意见的，请联系管理处")
        )
    raise Conflict(_("承诺书由本人自愿签字，可以不签，不用申诉"))


def _check_stands(notice: Notice) -> None:
    measure = notice.measure
    if notice.state == NoticeState.REVOKED:
        raise Conflict(
            _("这份告知书已经撤销，不用再申诉；如果有新的告知书，以新的为准")
        )
    if measure is None:
        return
    plan = Plan.objects.only("state").get(pk=measure.plan_id)
    if plan.state != PlanState.APPROVED:
        raise Conflict(
            _(
                "这份告知书已被新的处理决定取代，请按新的告知书办理；没有收到的，请联系管理处"
            )
        )
    if Carrying.objects.filter(measure=measure, state=CarryingState.DROPPED).exists():
        raise Conflict(_("这项措施已经不再执行，不用申诉"))


def _check_was_not_heard(measure: PlanMeasure) -> None:
    heard = measure.objections.exclude(decided_at=None).order_by("-number")
    for one in heard:
        if ObjectionState(one.state).is_decision:
            # Whoever heard one hears no other: by link alone they would soon run out.
            raise Conflict(
                _("您的申诉 %s 已有结果；有新的情况，请直接联系管理处登记") % one.code
            )


def check_can_be_heard_again(measure: PlanMeasure, *, by_somebody: bool) -> None:
    """A first objection is taken whoever is there: headquarters then finds somebody.

    Raises:
        Conflict: it was heard, and everybody who decides here had a part in the matter.
    """
    if by_somebody:
        return
    states = measure.objections.values_list("state", flat=True)
    if any(ObjectionState(state).is_decision for state in states):
        raise Conflict(
            _(
                "现在没有人可以复核这份申诉：能复核的人都参与过本案。请联系管理处，由总部先安排没有参与的人"
            )
        )


def check_objection_may_become(objection: Objection, state: ObjectionState) -> None:
    if state not in OBJECTION_MOVES[ObjectionState(objection.state)]:
        raise Conflict(
            _("申诉 %(code)s 已有结果：%(state)s")
            % {"code": objection.code, "state": objection.get_state_display()}
        )
