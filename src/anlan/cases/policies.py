"""What the state of a case allows, whoever asks."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import Conflict, InvalidInput
from anlan.cases.enums import (
    CaseState,
    DeadlineState,
    KeepApartState,
    Phase,
    Proof,
    Side,
    TaskState,
)
from anlan.cases.joined import of_one_case
from anlan.cases.models import (
    Case,
    KeepApart,
    NamedContact,
    Party,
    Task,
)

# Tasks of the plan that stand for people safe, evidence saved, the duty to report, the
# victim told, both sides heard, a minor reported. By key and not in the plan's data: a
# published version never changes, and this holds for the cases that began with one too.
# Source: docs/sources.md, G05, G06, G09, G20, G21.
ESSENTIAL = frozenset(
    {
        *("dissuade", "separate", "first_aid"),
        "save_recordings",
        "call_police",
        *("victim_contact", "victim_care"),
        *("victim_account", "aggressor_account"),
        "report_minor",
    }
)
# Tasks that are worked off where they were posted also after their case was joined into
# another, by what their keys begin with.
_GOING_ON: list[str] = []


def add_going_on(prefix: str) -> None:
    """Enter tasks that another package ends in a joined case as well; once, at import."""
    if prefix in _GOING_ON:
        raise RuntimeError("this was entered before")
    _GOING_ON.append(prefix)


# What may become what; everything else is refused. ``docs/states/`` is drawn from these
# tables, and a test drives every service through every state against them.
CASE_MOVES: dict[CaseState, tuple[CaseState, ...]] = {
    CaseState.OPEN: (CaseState.JOINED, CaseState.CLOSED),
    CaseState.JOINED: (CaseState.OPEN,),
    CaseState.CLOSED: (CaseState.OPEN,),
}
TASK_MOVES: dict[TaskState, tuple[TaskState, ...]] = {
    TaskState.OPEN: (TaskState.DONE, TaskState.SKIPPED),
    TaskState.DONE: (TaskState.OPEN,),
    TaskState.SKIPPED: (TaskState.OPEN,),
}
DEADLINE_MOVES: dict[DeadlineState, tuple[DeadlineState, ...]] = {
    DeadlineState.RUNNING: (
        DeadlineState.MET,
        DeadlineState.FIRED,
        DeadlineState.CANCELLED,
    ),
    DeadlineState.MET: (),
    # A promise that ran out can still be kept, late; the mark stays.
    DeadlineState.FIRED: (DeadlineState.MET_LATE,),
    DeadlineState.MET_LATE: (),
    DeadlineState.CANCELLED: (),
}


def check_is_open(case: Case) -> None:
    if case.state == Case.State.CLOSED:
        raise Conflict(_("案件已经办结，不能再改动"))
    if case.state == Case.State.JOINED:
        raise Conflict(_("案件已并入另一案件，请在那里操作"))


def open_binding_tasks(case: Case, *, upto: Phase) -> list[Task]:
    """The gates that are still shut: binding tasks of this phase and those before it."""
    phases = list(Phase)
    passed = phases[: phases.index(upto) + 1]
    return list(
        Task.objects.filter(
            case=case, phase__in=passed, binding=True, state=Task.State.OPEN
        ).order_by("position", "pk")
    )


def left_in_joined(case: Case) -> list[Task]:
    """Open binding tasks of the cases that were joined into this one, each with its case.

    Those of their plans are not among them: the host has the same plan, for the higher
    level and the flags of both.
    """
    return list(
        Task.objects.filter(
            case__joined_into=case, playbook=None, binding=True, state=Task.State.OPEN
        )
        .select_related("case")
        .order_by("case", "position", "pk")
    )


def going_on() -> Q:
    """The same as a condition on rows of tasks."""
    found = Q(pk__in=[])
    for prefix in _GOING_ON:
        found |= Q(key__startswith=prefix)
    return found


def goes_on_joined(task: Task) -> bool:
    return task.key.startswith(tuple(_GOING_ON))


def can_be_worked(task: Task) -> bool:
    """In an open case; what goes on in a joined one, there too."""
    case = task.case
    if case.is_open:
        return True
    host = case.joined_into
    return host is not None and host.is_open and goes_on_joined(task)


def check_can_be_worked(task: Task) -> None:
    if not can_be_worked(task):
        check_is_open(task.case)


def check_can_leave_phase(case: Case, phase: Phase) -> None:
    check_is_open(case)
    shut = open_binding_tasks(case, upto=phase)
    if shut:
        raise Conflict(
            _("还有必办任务：%s") % _("、").join(task.title for task in shut)
        )


def check_can_advance(case: Case) -> None:
    check_can_leave_phase(case, Phase(case.phase))
    if Phase(case.phase).following is None:
        raise Conflict(_("已经是最后一个阶段，请办结案件"))


def check_can_close(case: Case) -> None:
    check_can_leave_phase(case, Phase.STRENGTHEN)
    left = left_in_joined(case)
    if left:
        raise Conflict(
            _("并入的案件还有必办任务：%s。请先办完，或者先分出那个案件")
            % _("、").join(f"{task.case.number} {task.title}" for task in left)
        )


def check_task_open(task: Task) -> None:
    if task.state != Task.State.OPEN:
        raise Conflict(_("这项任务已经处理过了：%s") % task.get_state_display())


def check_is_proven(task: Task, *, words: str, photos_count: int) -> None:
    """What the plan asks for must be there before the task counts as done."""
    if task.proof == Proof.PHOTO and not photos_count:
        raise InvalidInput(_("这项任务以照片为证，请至少附一张照片"), path="photos")
    if task.proof == Proof.EITHER and not (words or photos_count):
        raise InvalidInput(_("请写明做了什么，或者附一张照片"), path="words")
    if task.needs_words and not words:
        raise InvalidInput(_("请写明做了什么，这是必须留下记录的任务"), path="words")


def check_is_real(case: Case) -> None:
    """An exercise is played: nothing of it stands against a real person."""
    if case.exercise:
        raise Conflict(_("演练案件不设置风险标记"))


def check_can_join(case: Case, host: Case) -> None:
    check_is_open(case)
    check_is_open(host)
    if case.pk == host.pk:
        raise Conflict(_("不能并入自己"))
    if case.site_id != host.site_id:
        raise Conflict(_("只能合并同一个项目的案件"))
    if case.kind != host.kind:
        raise Conflict(_("只能合并同一类案件"))
    if case.exercise != host.exercise:
        raise Conflict(_("演练不能与真实案件合并"))
    if case.joined_cases.exists():
        raise Conflict(_("已有案件并入本案，请先分出"))
    # The plan of the host has the plan's; who would be reminded of the others there?
    posted = Task.objects.filter(
        case=case, playbook=None, binding=True, state=Task.State.OPEN
    ).order_by("position", "pk")
    left = [task for task in posted if not goes_on_joined(task)]
    if left:
        raise Conflict(
            _(
                "本案还有预案以外的必办任务：%s。"
                "请先办完再并入，或者反过来把另一个案件并入本案"
            )
            % _("、").join(task.title for task in left)
        )


def check_is_of_case(party: Party, case: Case, *, path: str) -> None:
    if party.case_id != case.pk or party.removed_at is not None:
        raise InvalidInput(_("本案没有这位当事人"), path=path)


def check_speaks_for_one(case: Case, user: User, side: Side) -> None:
    """Nobody speaks for both sides, one after the other neither; joined cases are one."""
    here = of_one_case(case)
    if NamedContact.objects.filter(here, user=user, side=side.other).exists():
        raise Conflict(_("这位同事在本案做过另一方的联系人，请另选一人"))
    if Party.objects.filter(here, user=user, removed_at=None).exists():
        raise Conflict(_("这位同事是本案的当事人，请另选一人"))


def check_runs(plan: KeepApart, *, at: datetime) -> None:
    if plan.state_at(at) in {KeepApartState.OVER, KeepApartState.ENDED}:
        raise Conflict(_("这项安排已经结束"))
