"""Work injuries 工伤: opened by themselves, applied for in time, followed to their end."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Max
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import override

from anlan.accounts.models import User
from anlan.base.clock import local_day, start_of_day
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import MOST_WORDS, typed
from anlan.base.one_by_one import each_alone, resting
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.enums import Phase, Proof, Role, TaskState
from anlan.cases.models import Case, Party, Task
from anlan.evidence.models import Exhibit
from anlan.law import guardrails as laws
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM, Actor, Event
from anlan.resolution.legal import permissions, policies
from anlan.resolution.legal.enums import (
    Employer,
    Filer,
    LimitationKind,
    Material,
    WorkInjuryState,
    WorkInjuryStepKind,
)
from anlan.resolution.legal.events import (
    WorkInjuryEmployerSet,
    WorkInjuryMaterialAdded,
    WorkInjuryOpened,
    WorkInjuryRecounted,
    WorkInjuryRemedyNear,
    WorkInjuryStepped,
)
from anlan.resolution.legal.models import (
    WorkInjury,
    WorkInjuryMaterial,
    WorkInjuryStep,
)
from anlan.resolution.legal.selectors.work_injury import (
    REFUSALS,
    SETTLES,
    authority_limit,
    employer_due,
    first_remedy_look,
    is_struck_staff,
    next_remedy_look,
    remedies_of,
)
from anlan.resolution.legal.services import limitation

RUNS = "site_manager"
TOLD_WITHIN = timedelta(days=3)
HANDED_OVER_WITHIN = timedelta(days=2)
MOST_PAPER = 60
MOST_NAME = 80
_BATCH = 50
_JOB = "remedies"
# The tasks of a track begin with this, and end on its page alone.
TASKS = "legal_injury"
# The playbook's own, which says no more than that a track is to be begun.
PLAYBOOK_TASK = "work_injury"
# A record of a Chinese office, whoever caused it.
_LANGUAGE = "zh-hans"


def open_work_injury(*, party: Party, by: Actor, at: datetime) -> WorkInjury:
    """Begin the track of a struck colleague, with the employer's clock (G22).

    Called again it gives the track that there is.
    """
    with ledger.recording():
        case = cases.lock_case(party.case)
        there = WorkInjury.objects.filter(party=party).first()
        if there is not None:
            there.case = case
            return there
        injured_on = act_day(case)
        of_case = WorkInjury.objects.filter(case=case)
        last: int | None = of_case.aggregate(last=Max("number"))["last"]
        injury = WorkInjury(
            case=case,
            number=(last or 0) + 1,
            party=party,
            injured_on=injured_on,
            due_on=employer_due(injured_on),
            opened_at=at,
        )
        injury.task = _post_next(injury, at=at)
        injury.save(force_insert=True)
        limitation.start_of_work_injury(injury, at=at)
        adopt_playbook_task(case, at=at)
        _post(
            injury,
            key=f"{TASKS}_told:{injury.uid}",
            title=_("告知伤者本人：一年内自己也可以申请工伤认定（%s）") % injury.code,
            within=TOLD_WITHIN,
            binding=True,
            at=at,
        )
        _record(
            WorkInjuryOpened(
                code=injury.code,
                party=f"party:{party.uid}",
                injured=injured_on.isoformat(),
                due=injury.due_on.isoformat(),
            ),
            injury,
            by=by,
            at=at,
        )
    return injury


def adopt_playbook_task(case: Case, *, at: datetime) -> None:
    """What the playbook asks for is the track, once there is one: its task is done."""
    injury = WorkInjury.objects.filter(case=case).order_by("number").first()
    task = case.tasks.filter(key=PLAYBOOK_TASK, state=TaskState.OPEN).first()
    if injury is None or task is None or not case.is_open:
        return
    task.case = case
    words = _("已开始办理，见工伤 %s") % injury.code
    cases.complete_task(task=task, words=words, by=SYSTEM, at=at)


def set_employer(
    *,
    injury: WorkInjury,
    employer: Employer,
    name: str,
    by: User,
    at: datetime,
    via: str = "",
) -> WorkInjury:
    """Say who employs the person: another company applies itself, and is told to.

    Raises:
        InvalidInput: another company has no name.
        Conflict: it was applied for, or handed over.
    """
    permissions.check_can_handle_work_injury(by, injury)
    if employer == Employer.OWN:
        name = ""
    else:
        name = typed(
            name, path="name", most=MOST_NAME, refusal=_("请写明用人单位的名称")
        )
    with ledger.recording():
        injury = _lock(injury)
        policies.check_employer_is_open(injury)
        if (injury.employer, injury.employer_name) == (employer, name):
            return injury
        is_new_duty = injury.employer != employer
        injury.employer, injury.employer_name = employer, name
        if is_new_duty:
            _end_task(injury, words=_("用人单位：%s") % employer.label, at=at)
            injury.task = _post_next(injury, at=at)
        injury.save(update_fields=["employer", "employer_name", "task"])
        _record(
            WorkInjuryEmployerSet(
                code=injury.code,
                employer=employer.value,
                employer_name_digest=injury.digest_of("employer_name"),
            ),
            injury,
            by=by,
            at=at,
            via=via,
        )
    return injury


def recount_work_injury(
    *, injury: WorkInjury, injured_on: date, by: User, at: datetime, via: str = ""
) -> WorkInjury:
    """Count from the day of the act as it is known now; from that day already, nothing.

    Both limits of time and the task move with it; what was granted stays granted.

    Args:
        injured_on: the day of the act, as whoever says so read it.

    Raises:
        Conflict: the act is of another day by now, or a step is from before it.
    """
    permissions.check_can_handle_work_injury(by, injury)
    with ledger.recording():
        injury = _lock(injury)
        if injury.injured_on == injured_on:
            return injury
        if injured_on != act_day(injury.case):
            raise Conflict(_("行为发生的日期刚刚变了，请刷新页面再核对"))
        _recount(injury, injured_on, by=by, at=at, via=via)
    return injury


def recount_work_injuries(case: Case, day: date, *, at: datetime) -> None:
    """Every track of the case counts from this day of the act, under the case's lock.

    Raises:
        Conflict: a step is from before it.
    """
    for found in WorkInjury.objects.filter(case=case).order_by("number"):
        injury = _lock(found)
        if injury.injured_on != day:
            _recount(injury, day, by=SYSTEM, at=at)


def _recount(
    injury: WorkInjury, injured_on: date, *, by: Actor, at: datetime, via: str = ""
) -> None:
    if injury.steps.filter(happened_on__lt=injured_on).exists():
        raise Conflict(_("已经登记的进展早于这一天，请先核对行为发生的时间"))
    before = injury.due_on
    injury.injured_on = injured_on
    granted: date | None = injury.steps.aggregate(last=Max("last_day"))["last"]
    due_on = employer_due(injured_on)
    injury.due_on = max(due_on, granted or due_on)
    if injury.case.is_open and injury.state == WorkInjuryState.OPEN and injury.is_ours:
        _end_task(injury, words=_("期限已重新计算"), at=at)
        injury.task = _post_next(injury, at=at)
    injury.save(update_fields=["injured_on", "due_on", "task"])
    limitation.recount_of_work_injury(injury, at=at)
    _record(
        WorkInjuryRecounted(
            code=injury.code,
            injured=injured_on.isoformat(),
            before=before.isoformat(),
            due=injury.due_on.isoformat(),
        ),
        injury,
        by=by,
        at=at,
        via=via,
    )


def add_material(
    *,
    injury: WorkInjury,
    material: Material,
    exhibit: Exhibit,
    by: User,
    at: datetime,
    via: str = "",
) -> WorkInjury:
    """Say that an exhibit is a paper of the application; the same again does nothing.

    Raises:
        InvalidInput: it belongs to another case.
    """
    permissions.check_can_handle_work_injury(by, injury)
    _check_exhibit(injury.case, exhibit)
    with ledger.recording():
        injury = _lock(injury)
        _row, is_new = WorkInjuryMaterial.objects.get_or_create(
            injury=injury,
            material=material,
            exhibit=exhibit,
            defaults={"by": by, "added_at": at},
        )
        if is_new:
            _record(
                WorkInjuryMaterialAdded(
                    code=injury.code, material=material.value, exhibit=exhibit.code
                ),
                injury,
                by=by,
                at=at,
                via=via,
            )
    return injury


def record_step(
    *,
    injury: WorkInjury,
    kind: WorkInjuryStepKind,
    happened: date,
    by: User,
    at: datetime,
    paper: str = "",
    words: str = "",
    exhibit: Exhibit | None = None,
    filer: Filer = Filer.EMPLOYER,
    is_clear: bool = False,
    last_day: date | None = None,
    request_id: UUID | None = None,
    via: str = "",
) -> WorkInjuryStep:
    """Say what happened, on which day, with the paper that proves it.

    Args:
        happened: not before the injury nor the step before it, and not in the future.
        filer: of an application, who handed it in.
        is_clear: of an acceptance: the facts are clear, so that the decision is due sooner.
        last_day: of an extension, the day that was granted.

    Raises:
        InvalidInput: its paper or its reason is missing, or the day cannot be.
        Conflict: in this state that cannot have happened; or staff would be left
            without their claim (G22).
    """
    permissions.check_can_handle_work_injury(by, injury)
    paper = typed(paper, path="paper", most=MOST_PAPER)
    words = typed(words, path="words", most=MOST_WORDS)
    _check_proven(injury.case, kind, words=words, exhibit=exhibit)
    said = (paper, words, filer.value, is_clear, last_day)
    content = {
        "work_injury": str(injury.uid),
        "by": by.actor_key,
        "kind": kind.value,
        "happened": happened.isoformat(),
        "exhibit": exhibit.code if exhibit else "",
        "said": sha256(repr(said).encode()).hex(),
    }
    with ledger.recording():
        injury = _lock(injury)
        earlier = cases.made_before(
            WorkInjuryStep.objects.select_related("injury__case__site"),
            case=injury.case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        policies.check_work_injury_may_take(injury, kind)
        _check_day(injury, kind, happened, at=at)
        if kind.leads_to == WorkInjuryState.DROPPED:
            _check_may_drop(injury, kind)
        granted = _check_extension(injury, kind, last_day)
        _take(injury, kind, happened, filer=filer, is_clear=is_clear, granted=granted)
        step = injury.steps.create(
            kind=kind,
            happened_on=happened,
            last_day=granted,
            paper=paper,
            words=words,
            exhibit=exhibit,
            by=by,
            said_at=at,
        )
        _follow(injury, kind, at=at)
        if kind in REFUSALS | SETTLES:
            injury.remedy_look_on = first_remedy_look(injury, on=local_day(at))
        injury.save()
        _follow_clocks(injury, kind, at=at)
        cases.record(
            WorkInjuryStepped(
                code=injury.code,
                step=kind.value,
                day=happened.isoformat(),
                exhibit=exhibit.code if exhibit else None,
                paper_digest=step.digest_of("paper"),
                words_digest=step.digest_of("words"),
            ),
            injury.case,
            thing=step.key,
            by=by,
            at=at,
            via=via,
        )
        cases.remember_made(
            step.uid, case=injury.case, request_id=request_id, content=content, at=at
        )
    return step


def warn_of_remedies(*, at: datetime) -> int:
    """Say whose time for a remedy runs out soon; how many these were.

    Also where the case was closed: the right outlives it.
    """
    due = WorkInjury.objects.filter(remedy_look_on__lte=local_day(at))
    due = due.exclude(pk__in=resting(_JOB, at=at))
    keys = due.order_by("remedy_look_on", "pk").values_list("pk", flat=True)[:_BATCH]
    return each_alone(
        list(keys),
        lambda key: _warn_of_remedy(key, at=at),
        job=_JOB,
        at=at,
        is_told=True,
    )


def _warn_of_remedy(key: int, *, at: datetime) -> int:
    today = local_day(at)
    with ledger.recording():
        found = WorkInjury.objects.select_related("case").get(pk=key)
        injury = _lock(found)
        if injury.remedy_look_on is None or injury.remedy_look_on > today:
            return 0
        injury.remedy_look_on = next_remedy_look(injury, after=today)
        injury.save(update_fields=["remedy_look_on"])
        ahead = [one for one in remedies_of(injury) if one.last_day >= today]
        if ahead:
            nearest = min(one.last_day for one in ahead)
            _record(
                WorkInjuryRemedyNear(code=injury.code, due=nearest.isoformat()),
                injury,
                by=SYSTEM,
                at=at,
            )
    return 1


def _take(
    injury: WorkInjury,
    kind: WorkInjuryStepKind,
    happened: date,
    *,
    filer: Filer,
    is_clear: bool,
    granted: date | None,
) -> None:
    """What the step changes about the track itself."""
    if kind.leads_to is not None:
        injury.state = kind.leads_to
    match kind:
        case WorkInjuryStepKind.TOLD:
            injury.told_on = injury.told_on or happened
        case WorkInjuryStepKind.EXTENDED if granted is not None:
            injury.due_on = granted
        case WorkInjuryStepKind.FILED:
            # A second application does not heal that the first was late.
            injury.filed_on = injury.filed_on or happened
            injury.filer, injury.accepted_on = filer, None
        case WorkInjuryStepKind.ACCEPTED:
            injury.accepted_on, injury.is_clear = happened, is_clear
        case WorkInjuryStepKind.RECOGNISED | WorkInjuryStepKind.NOT_RECOGNISED:
            injury.decided_on = happened


def _follow(injury: WorkInjury, kind: WorkInjuryStepKind, *, at: datetime) -> None:
    """End the task that this step was, and post what comes next.

    The words of a task are read by everybody, so they do not tell what was decided.
    """
    if kind == WorkInjuryStepKind.TOLD:
        _end_told(injury, words=_("已告知本人"), at=at)
        return
    words = _("已登记，见工伤 %s") % injury.code
    _end_task(injury, words=words, at=at)
    if kind.leads_to == WorkInjuryState.DROPPED:
        _end_told(injury, words=words, at=at)
    injury.task = _post_next(injury, at=at)


def _follow_clocks(
    injury: WorkInjury, kind: WorkInjuryStepKind, *, at: datetime
) -> None:
    employer, worker = LimitationKind.WORK_EMPLOYER, LimitationKind.WORK_WORKER
    match kind:
        case (
            WorkInjuryStepKind.FILED
            | WorkInjuryStepKind.DROPPED
            | WorkInjuryStepKind.OFF_DUTY
        ):
            limitation.end_of_work_injury(injury, (employer, worker), at=at)
        case WorkInjuryStepKind.HANDED_OVER:
            limitation.end_of_work_injury(injury, (employer,), at=at)
        case WorkInjuryStepKind.EXTENDED:
            limitation.extend_of_work_injury(injury, injury.due_on, at=at)
        case WorkInjuryStepKind.RESUMED:
            limitation.resume_of_work_injury(injury, (employer, worker), at=at)
        case WorkInjuryStepKind.REFUSED:
            # It may be applied for again, in what is left of the time.
            is_past = injury.due_on < local_day(at)
            again = (worker,) if is_past else (employer, worker)
            limitation.resume_of_work_injury(injury, again, at=at)


def _post_next(injury: WorkInjury, *, at: datetime) -> Task | None:
    """What is to be done in this state, if anything is."""
    key = f"{TASKS}:{injury.uid}:{_tasks_had(injury) + 1}"
    match WorkInjuryState(injury.state):
        case WorkInjuryState.OPEN if injury.is_ours:
            with override(_LANGUAGE):
                day = formats.date_format(injury.due_on)
            title = _("申请工伤认定 %(code)s，最晚 %(day)s") % {
                "code": injury.code,
                "day": day,
            }
            within = start_of_day(injury.due_on + timedelta(days=1)) - at
            return _post(
                injury, key=key, title=title, within=within, binding=True, at=at
            )
        case WorkInjuryState.OPEN:
            title = _("工伤 %s：通知用人单位申请，并移交材料") % injury.code
            return _post(
                injury,
                key=key,
                title=title,
                within=HANDED_OVER_WITHIN,
                binding=True,
                at=at,
            )
        case WorkInjuryState.FILED:
            title = _("工伤 %s：查询是否受理") % injury.code
        case WorkInjuryState.ACCEPTED:
            title = _("工伤 %s：查询认定结果") % injury.code
        case _:
            return None
    limit = authority_limit(injury)
    within = TOLD_WITHIN
    if limit is not None:
        within = start_of_day(limit.last_day + timedelta(days=1)) - at
    return _post(injury, key=key, title=title, within=within, binding=False, at=at)


def _tasks_had(injury: WorkInjury) -> int:
    return Task.objects.filter(
        case=injury.case, key__startswith=f"{TASKS}:{injury.uid}:"
    ).count()


def _post(
    injury: WorkInjury,
    *,
    key: str,
    title: str,
    within: timedelta,
    binding: bool,
    at: datetime,
) -> Task | None:
    """A closed case gets no more work; what is late already is due at once."""
    if not injury.case.is_open:
        return None
    return cases.add_task(
        case=injury.case,
        key=key,
        phase=Phase.STRENGTHEN,
        title=title,
        source="G22",
        role_key=RUNS,
        within=max(within, timedelta(seconds=1)),
        binding=binding,
        proof=Proof.NOTE,
        by=SYSTEM,
        at=at,
    )


def _end_task(injury: WorkInjury, *, words: str, at: datetime) -> None:
    _complete(injury.task, injury, words=words, at=at)
    injury.task = None


def _end_told(injury: WorkInjury, *, words: str, at: datetime) -> None:
    told = Task.objects.filter(case=injury.case, key=f"{TASKS}_told:{injury.uid}")
    _complete(told.first(), injury, words=words, at=at)


def _complete(
    task: Task | None, injury: WorkInjury, *, words: str, at: datetime
) -> None:
    if task is not None and task.state == TaskState.OPEN and injury.case.is_open:
        task.case = injury.case
        cases.complete_task(task=task, words=words, by=SYSTEM, at=at)


def _check_proven(
    case: Case, kind: WorkInjuryStepKind, *, words: str, exhibit: Exhibit | None
) -> None:
    if exhibit is not None:
        _check_exhibit(case, exhibit)
    elif kind.needs_paper:
        raise InvalidInput(
            _("请选择回执、决定书等书面材料（先上传为证据）"), path="exhibit"
        )
    if not words and not kind.needs_paper and exhibit is None:
        raise InvalidInput(_("请写明经过或者理由"), path="words")


def _check_exhibit(case: Case, exhibit: Exhibit) -> None:
    if exhibit.case_id != case.pk:
        raise InvalidInput(_("这份证据不属于本案"), path="exhibit")


def _check_day(
    injury: WorkInjury, kind: WorkInjuryStepKind, happened: date, *, at: datetime
) -> None:
    """That the person was told may be entered later than what came after it."""
    first = injury.injured_on
    if kind != WorkInjuryStepKind.TOLD:
        steps = injury.steps.exclude(kind=WorkInjuryStepKind.TOLD)
        last: date | None = steps.aggregate(last=Max("happened_on"))["last"]
        first = max(first, last or first)
    if not first <= happened <= local_day(at):
        raise InvalidInput(
            _("日期要在受伤和上一步以后，也不能晚于今天"), path="happened"
        )


def _check_may_drop(injury: WorkInjury, kind: WorkInjuryStepKind) -> None:
    """Whoever the track opens for keeps it, unless it is said that they were off duty.

    Who is entered as staff was on duty; that is changed first.
    """
    struck = is_struck_staff(injury.party)
    if struck and kind == WorkInjuryStepKind.OFF_DUTY:
        struck = injury.party.roles.filter(role=Role.STAFF).exists()
    laws.check_staff_claim(
        is_struck_staff=struck,
        is_claimed=False,
        act_on=act_day(injury.case),
    )


def _check_extension(
    injury: WorkInjury, kind: WorkInjuryStepKind, last_day: date | None
) -> date | None:
    if kind != WorkInjuryStepKind.EXTENDED:
        return None
    if last_day is None or last_day <= injury.due_on:
        raise InvalidInput(_("请填写同意的最后一天，要晚于现在的期限"), path="last_day")
    return last_day


def _lock(injury: WorkInjury) -> WorkInjury:
    """The track under its row lock, after its case's, as everywhere."""
    return cases.lock_of_case(injury, "party__user", "party__person", "task")


def _record(
    event: Event, injury: WorkInjury, *, by: Actor, at: datetime, via: str = ""
) -> None:
    cases.record(event, injury.case, thing=injury.key, by=by, at=at, via=via)
