"""An approved measure is carried out: a task for each, and what ends it.

A measure whose whole work is a letter is carried out once the letter was delivered; all
others by whoever does the task, with proof. An objection that is upheld takes it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from anlan.base.clock import local_day
from anlan.base.errors import Conflict
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.enums import Phase, Proof, TaskState
from anlan.cases.models import Case, Task
from anlan.law import guardrails as laws
from anlan.law import selectors as law
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.resolution.enums import (
    CarryingState,
    DeliveryResult,
    NoticeState,
    ObjectionState,
    PlanState,
)
from anlan.resolution.events import CarryingChanged, MeasureRanOut
from anlan.resolution.models import Carrying, Notice, Plan, PlanMeasure
from anlan.resolution.selectors.plans import is_reported

# Within how long a measure is carried out; the house's own standard, which no law gives.
WITHIN = timedelta(days=7)
UNDONE_WITHIN = timedelta(days=3)
# At once, says the law, where the police must be called (D02, G05); so is our first hour.
REPORTED_WITHIN = timedelta(hours=1)
RUNS = "duty_officer"  # whose task it is; who commands may do it for them
REPORT_MEASURE = "police_report"  # in the law as data
_UNDERTAKING = "conduct_agreement"
_LETTERS = ("warning_letter", "conduct_agreement")  # the letter is all that is done
_SIGNED = [one for one in DeliveryResult if one.is_signed]


def begin_carrying(*, plan: Plan, rows: Sequence[PlanMeasure], at: datetime) -> None:
    """Post the tasks of a version that came into force; call it in its transaction."""
    for row in rows:
        carrying = Carrying.objects.create(measure=row)
        carrying.task = _post(plan.case, row, at=at)
        carrying.save(update_fields=["task"])


def drop_carrying(
    *, plan: Plan, following: Sequence[PlanMeasure], at: datetime
) -> None:
    """Another version took its place: what was not done yet is not done any more.

    A ban or suspension that was put in force and is not among the measures ``following``
    is undone by a task.
    """
    kept = {(row.key, row.party_id, row.service) for row in following}
    rows = Carrying.objects.filter(measure__plan=plan).exclude(
        state=CarryingState.DROPPED
    )
    for carrying in rows.select_related("task", "measure"):
        measure = carrying.measure
        measure.plan = plan
        if carrying.state == CarryingState.DUE:
            drop(carrying, reason=_("处理方案已被新版本取代"), at=at)
        elif (
            measure.ends_on is not None
            and carrying.ran_out_at is None
            and (measure.key, measure.party_id, measure.service) not in kept
        ):
            drop(carrying, reason=_("处理方案已被新版本取代"), at=at)
            post_undoing(measure, key=f"undo:{measure.uid}", at=at)


def post_undoing(measure: PlanMeasure, *, key: str, at: datetime) -> None:
    """What was carried out is taken back by somebody, with a word on how."""
    case = measure.plan.case
    if not case.is_open:
        return
    cases.add_task(
        case=case,
        key=key,
        phase=Phase.STRENGTHEN,
        title=_("撤销已执行的措施：%s") % law.measure_title(measure.key),
        source="G04",
        role_key=RUNS,
        within=UNDONE_WITHIN,
        binding=True,
        proof=Proof.NOTE,
        by=SYSTEM,
        at=at,
    )


def drop(carrying: Carrying, *, reason: str, at: datetime) -> None:
    """Give a measure up; its task ends with the reason."""
    case = carrying.measure.plan.case
    if carrying.task is not None and case.is_open:
        task = Task.objects.get(uid=carrying.task.uid)
        if task.state == TaskState.OPEN:
            task.case = case
            cases.skip_task(task=task, reason=reason, by=SYSTEM, at=at)
    change(carrying, CarryingState.DROPPED, at=at)


def change(carrying: Carrying, state: CarryingState, *, at: datetime) -> None:
    fresh = Carrying.objects.select_for_update().get(pk=carrying.pk)
    if fresh.state == state:
        return
    fresh.state = state
    fresh.save(update_fields=["state"])
    plan = carrying.measure.plan
    cases.record(
        CarryingChanged(
            plan=plan.code, measure=carrying.measure.key, state=state.value
        ),
        plan.case,
        thing=carrying.measure.ref,
        by=SYSTEM,
        at=at,
    )


def end_with_letter(notice: Notice, *, at: datetime) -> None:
    """What is only said in writing is done when it was delivered.

    An undertaking is one only if it was signed: nobody is bound to give it.
    """
    if notice.measure is None or notice.measure.key not in _LETTERS:
        return
    is_signed = notice.deliveries.filter(result__in=_SIGNED).exists()
    if notice.measure.key == _UNDERTAKING and not is_signed:
        return
    carrying = (
        Carrying.objects.filter(measure=notice.measure, state=CarryingState.DUE)
        .select_related("task")
        .first()
    )
    if carrying is None or carrying.task is None or not notice.case.is_open:
        return
    task = carrying.task
    if task.state == TaskState.OPEN:
        task.case = notice.case
        words = _("告知书 %s 已送达") % notice.code
        cases.complete_task(task=task, words=words, by=SYSTEM, at=at)


def check_stands(notice: Notice, *, at: datetime) -> None:
    """
    Raises:
        Conflict: at that moment another version of the plan was in force.
    """
    if notice.measure is None:
        return
    plan = notice.measure.plan
    if plan.state != PlanState.SUPERSEDED:
        return
    later = Plan.objects.filter(
        case=plan.case_id,
        version__gt=plan.version,
        state__in=(PlanState.APPROVED, PlanState.SUPERSEDED),
        ended_at__lt=at,
    )
    if later.exists():
        raise Conflict(_("处理方案已被新版本取代，这份告知书不能再送，请撤销"))


def catch_up(case: Case, *, at: datetime) -> None:
    """The case is open again: what was delivered meanwhile was told."""
    delivered = Notice.objects.filter(case=case, state=NoticeState.DELIVERED)
    for notice in delivered.select_related("measure__plan__case__site").order_by("pk"):
        notice.case = case
        end_with_letter(notice, at=at)


def finish_measures(*, case: Case, key: str, words: str, at: datetime) -> None:
    """What a measure asked for was done and proven elsewhere: its task ends with that."""
    rows = Carrying.objects.filter(
        measure__plan__case=case,
        measure__plan__state=PlanState.APPROVED,
        measure__key=key,
        state=CarryingState.DUE,
        task__state=TaskState.OPEN,
    ).select_related("task")
    for carrying in rows if case.is_open else ():
        if carrying.task is not None:
            carrying.task.case = case
            cases.complete_task(task=carrying.task, words=words, by=SYSTEM, at=at)


def begin_again(notice: Notice, *, at: datetime) -> None:
    """The letter that was all of it was revoked: it has to be told anew."""
    if notice.measure is None:
        return
    carrying = (
        Carrying.objects.filter(measure=notice.measure, state=CarryingState.DONE)
        .select_related("task")
        .first()
    )
    if (
        notice.measure.key not in _LETTERS
        or carrying is None
        or carrying.task is None
        or not notice.case.is_open
    ):
        return
    carrying.task.case = notice.case
    cases.reopen_task(task=carrying.task, by=SYSTEM, at=at)


def check_is_told(task: Task) -> None:
    """A measure that is told by letter is not done before one arrived.

    Raises:
        Conflict: none was delivered.
    """
    carrying = (
        Carrying.objects.filter(task=task)
        .select_related("measure__plan__case__site")
        .first()
    )
    if carrying is None:
        return
    measure = carrying.measure
    needs = law.measure(measure.key, on=act_day(measure.plan.case)).notice
    there = measure.notices.filter(state=NoticeState.DELIVERED).exists()
    if needs and not there:
        raise Conflict(_("请先把告知书送达，再登记执行"))


def follow_task(task: Task, *, at: datetime) -> None:
    """Its task ended, or was taken up again: so is the measure."""
    carrying = (
        Carrying.objects.filter(task=task)
        .select_related("measure__plan__case__site")
        .first()
    )
    if carrying is None or _is_taken_back(carrying):
        return
    state = {
        TaskState.OPEN: CarryingState.DUE,
        TaskState.DONE: CarryingState.DONE,
        TaskState.SKIPPED: CarryingState.DROPPED,
    }[TaskState(task.state)]
    change(carrying, state, at=at)


def _is_taken_back(carrying: Carrying) -> bool:
    """By an objection or another version: whatever becomes of its task then."""
    measure = carrying.measure
    return (
        measure.plan.state != PlanState.APPROVED
        or measure.objections.filter(state=ObjectionState.UPHELD).exists()
    )


def end_measures(*, at: datetime) -> int:
    """Say which measures had their last day yesterday or before; how many these were.

    Also where the case was closed meanwhile. What another version goes on with is its own
    to end.
    """
    over = (
        Carrying.objects.filter(
            state=CarryingState.DONE,
            ran_out_at=None,
            measure__plan__state=PlanState.APPROVED,
            measure__ends_on__lt=local_day(at),
        )
        .select_related("measure__plan__case__site")
        .order_by("measure__ends_on", "pk")[:50]
    )
    ended = 0
    for carrying in list(over):
        with ledger.recording():
            case = cases.lock_case(carrying.measure.plan.case)
            fresh = Carrying.objects.select_for_update().get(pk=carrying.pk)
            if fresh.ran_out_at is not None or fresh.state != CarryingState.DONE:
                continue
            fresh.ran_out_at = at
            fresh.save(update_fields=["ran_out_at"])
            last_day: date | None = carrying.measure.ends_on
            cases.record(
                MeasureRanOut(
                    measure=carrying.measure.key,
                    last_day=last_day.isoformat() if last_day else "",
                ),
                case,
                thing=carrying.measure.ref,
                by=SYSTEM,
                at=at,
            )
            ended += 1
    return ended


def _post(case: Case, row: PlanMeasure, *, at: datetime) -> Task | None:
    """The task of one measure; a closed case gets no more work."""
    if not case.is_open:
        return None
    found = law.measure(row.key, on=act_day(case))
    begins = row.begins_on
    wait = begins - local_day(at) if begins else timedelta(0)
    is_urgent = row.key == REPORT_MEASURE and laws.must_be_reported(
        severity=case.severity,
        is_reported=is_reported(case),
        act_on=act_day(case),
    )
    return cases.add_task(
        case=case,
        key=f"measure:{row.uid}",
        phase=Phase.STRENGTHEN,
        title=_("执行方案 %(code)s 第 %(position)s 项：%(measure)s")
        % {
            "code": row.plan.code,
            "position": row.position,
            "measure": found.heading,
        },
        advice=_("较大及以上的事件必须立即报警；报了以后写清楚怎样报的")
        if is_urgent
        else _("做了什么、怎样做的写清楚；有告知书的先送达"),
        source=law.cite_all(found.sources, on=act_day(case))[:120],
        role_key=RUNS,
        within=REPORTED_WITHIN if is_urgent else WITHIN + max(wait, timedelta(0)),
        binding=True,
        proof=Proof.EITHER,
        by=SYSTEM,
        at=at,
    )
