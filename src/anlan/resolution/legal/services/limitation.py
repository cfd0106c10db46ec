"""Limits of time 时效: when a claim is out of time, and that nobody is surprised by it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.calendar import statutory_calendar
from anlan.base.clock import local_day, start_of_day
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import typed
from anlan.base.one_by_one import each_alone, resting
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.enums import Phase, Proof, TaskState
from anlan.cases.models import Case, Party, Task
from anlan.evidence.models import Exhibit
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM, Actor, Event
from anlan.resolution.legal import permissions, policies
from anlan.resolution.legal.enums import (
    LimitationKind,
    LimitationState,
    TurnGround,
)
from anlan.resolution.legal.events import (
    LimitationEnded,
    LimitationExtended,
    LimitationRanOut,
    LimitationRecounted,
    LimitationResumed,
    LimitationStarted,
    LimitationStillOpen,
    LimitationTurned,
    LimitationTurnEnded,
    LimitationTurnStruck,
    LimitationWarned,
)
from anlan.resolution.legal.models import Limitation, LimitationTurn, WorkInjury
from anlan.resolution.legal.selectors.limitation import reckoned

WARNED_BEFORE = (90, 30, 7)  # days
# What begins, or is counted anew, with less left is warned of at once.
NEAR = timedelta(days=30)
# How often whoever watches is asked whether proceedings or an obstacle still last, and
# within how long they look; the house's own.
ASKED_EVERY = timedelta(days=30)
LOOKED_WITHIN = timedelta(days=7)
WATCHES = "legal_counsel"
_BATCH = 50
_JOB = "limits of time"
_HOLIDAYS = "limits of time by holidays"


def start_limitation(
    *,
    case: Case,
    kind: LimitationKind,
    starts_on: date,
    words: str,
    by: User,
    at: datetime,
    holder: Party | None = None,
    against: Party | None = None,
    request_id: UUID | None = None,
    via: str = "",
) -> Limitation:
    """Begin to count a period, from a day that is said why.

    Args:
        starts_on: for a claim, when the harm and who owes it were known; for a
            punishment, the act, or its end.
        holder: whose right it is; none is the office's own.

    Raises:
        InvalidInput: a day before the act or in the future, no words, or a kind that
            follows from a work injury.
        Conflict: the same is being counted already.
    """
    permissions.check_can_keep_limitations(by, case)
    if kind.is_of_work_injury:
        raise InvalidInput(_("工伤的期限随工伤自动计算"), path="kind")
    words = typed(words, path="words", refusal=_("请写明为什么从这一天起算"))
    _check_parties(case, holder, against)
    content = {
        "limitation": kind.value,
        "by": by.actor_key,
        "starts": starts_on.isoformat(),
        "holder": str(holder.uid) if holder else "",
        "against": str(against.uid) if against else "",
        "words": sha256(words.encode()).hex(),
    }
    with ledger.recording():
        case = cases.lock_case(case)
        earlier = cases.made_before(
            Limitation.objects.select_related("case__site"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        hurt_on = act_day(case)
        if not hurt_on <= starts_on <= local_day(at):
            raise InvalidInput(
                _("起算日不能早于事发之日，也不能晚于今天"), path="starts_on"
            )
        same = Limitation.objects.filter(
            case=case, kind=kind, holder=holder, against=against
        ).exclude(state=LimitationState.ENDED)
        there = same.first()
        if there is not None:
            raise Conflict(_("这项时效已在计算：%s") % there.code)
        made = _start(
            Limitation(
                case=case,
                kind=kind,
                holder=holder,
                against=against,
                hurt_on=hurt_on,
                starts_on=starts_on,
                # A claim counts from when harm and debtor were known (民法典 188).
                is_from_act=kind == LimitationKind.SECURITY and starts_on == hurt_on,
                words=words,
                opened_at=at,
                opened_by=by,
            ),
            by=by,
            at=at,
            via=via,
        )
        cases.remember_made(
            made.uid, case=case, request_id=request_id, content=content, at=at
        )
    return made


def record_turn(
    *,
    limitation: Limitation,
    ground: TurnGround,
    on: date,
    exhibit: Exhibit | None,
    by: User,
    at: datetime,
    words: str = "",
    until: date | None = None,
    request_id: UUID | None = None,
    via: str = "",
) -> LimitationTurn:
    """Enter what interrupted or suspended a period; the last day is counted again.

    Args:
        on: when the demand arrived, the promise was made, or what lasts began.
        until: of what lasts, its last day; none while it does.

    Raises:
        InvalidInput: no proof, a day before the start or in the future, or an end of
            what has none.
        Conflict: this limit is not interrupted, or ended.
    """
    permissions.check_can_keep_limitations(by, limitation.case)
    words = typed(words, path="words")
    if exhibit is None or exhibit.case_id != limitation.case.pk:
        raise InvalidInput(
            _("请选择本案中能证明的材料（先上传为证据）"), path="exhibit"
        )
    if until is not None and not ground.lasts:
        raise InvalidInput(_("这一项只有发生的日期，没有结束的日期"), path="until")
    content = {
        "turn": str(limitation.uid),
        "by": by.actor_key,
        "ground": ground.value,
        "on": on.isoformat(),
        "until": until.isoformat() if until else "",
        "exhibit": exhibit.code,
        "words": sha256(words.encode()).hex(),
    }
    with ledger.recording():
        limitation = _lock(limitation)
        earlier = cases.made_before(
            LimitationTurn.objects.select_related("limitation__case__site"),
            case=limitation.case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        policies.check_limitation_turns(limitation)
        _check_days(limitation, on, until, at=at)
        turn = limitation.turns.create(
            ground=ground,
            on=on,
            until=until,
            words=words,
            exhibit=exhibit,
            by=by,
            said_at=at,
        )
        _count(limitation, at=at)
        cases.record(
            LimitationTurned(
                code=limitation.code,
                ground=ground.value,
                day=on.isoformat(),
                until=until.isoformat() if until else None,
                exhibit=exhibit.code,
                due=_due(limitation),
                words_digest=turn.digest_of("words"),
            ),
            limitation.case,
            thing=turn.key,
            by=by,
            at=at,
            via=via,
        )
        cases.remember_made(
            turn.uid,
            case=limitation.case,
            request_id=request_id,
            content=content,
            at=at,
        )
    return turn


def end_turn(
    *, turn: LimitationTurn, until: date, by: User, at: datetime, via: str = ""
) -> LimitationTurn:
    """The proceedings are over, or the obstacle has gone.

    Raises:
        InvalidInput: a day before it began, or in the future.
        Conflict: it has an end, or was struck out.
    """
    permissions.check_can_keep_limitations(by, turn.limitation.case)
    with ledger.recording():
        limitation = _lock(turn.limitation)
        policies.check_limitation_turns(limitation)
        turn = limitation.turns.select_for_update().get(pk=turn.pk)
        if not TurnGround(turn.ground).lasts or turn.until or turn.struck_at:
            raise Conflict(_("这一项已经结束，或者已被划去"))
        if not turn.on <= until <= local_day(at):
            raise InvalidInput(_("日期不能早于开始之日，也不能晚于今天"), path="until")
        turn.until = until
        turn.save(update_fields=["until"])
        _count(limitation, at=at)
        _record(
            LimitationTurnEnded(
                code=limitation.code, day=until.isoformat(), due=_due(limitation)
            ),
            limitation,
            by=by,
            at=at,
            via=via,
        )
    return turn


def strike_turn(
    *, turn: LimitationTurn, reason: str, by: User, at: datetime, via: str = ""
) -> LimitationTurn:
    """It was entered wrongly; it stays readable and counts no more.

    Raises:
        InvalidInput: no reason.
        Conflict: it was struck out before.
    """
    permissions.check_can_keep_limitations(by, turn.limitation.case)
    reason = typed(reason, path="reason", refusal=_("请写明为什么划去"))
    with ledger.recording():
        limitation = _lock(turn.limitation)
        policies.check_limitation_turns(limitation)
        turn = limitation.turns.select_for_update().get(pk=turn.pk)
        if turn.struck_at is not None:
            raise Conflict(_("这一项已经结束，或者已被划去"))
        turn.struck_at, turn.reason = at, reason
        turn.save(update_fields=["struck_at", "reason"])
        _count(limitation, at=at)
        cases.record(
            LimitationTurnStruck(
                code=limitation.code,
                due=_due(limitation),
                reason_digest=turn.digest_of("reason"),
            ),
            limitation.case,
            thing=turn.key,
            by=by,
            at=at,
            via=via,
        )
    return turn


def end_limitation(
    *, limitation: Limitation, reason: str, by: User, at: datetime, via: str = ""
) -> Limitation:
    """Count no more: it was paid, sued for to the end, or given up.

    Raises:
        InvalidInput: no reason.
        Conflict: it ended before, or follows from a work injury.
    """
    permissions.check_can_keep_limitations(by, limitation.case)
    policies.check_is_by_hand(limitation)
    reason = typed(reason, path="reason", refusal=_("请写明为什么不再计时"))
    with ledger.recording():
        limitation = _lock(limitation)
        policies.check_limitation_counts(limitation)
        _end(limitation, reason=reason, by=by, at=at, via=via)
    return limitation


def start_of_work_injury(injury: WorkInjury, *, at: datetime) -> None:
    """Both clocks of a work injury: the employer's, and the person's own."""
    for kind in (LimitationKind.WORK_EMPLOYER, LimitationKind.WORK_WORKER):
        _start(
            Limitation(
                case=injury.case,
                kind=kind,
                holder=injury.party,
                injury=injury,
                hurt_on=injury.injured_on,
                starts_on=injury.injured_on,
                is_from_act=True,
                opened_at=at,
            ),
            by=SYSTEM,
            at=at,
        )


def end_of_work_injury(
    injury: WorkInjury, kinds: tuple[LimitationKind, ...], *, at: datetime
) -> None:
    """It was applied for, or is not to be."""
    for row in _of_injury(injury, kinds).exclude(state=LimitationState.ENDED):
        row.case = injury.case
        _end(row, reason=_("见工伤 %s") % injury.code, by=SYSTEM, at=at)


def resume_of_work_injury(
    injury: WorkInjury, kinds: tuple[LimitationKind, ...], *, at: datetime
) -> None:
    """It is to be applied for after all, or again."""
    for row in _of_injury(injury, kinds).filter(state=LimitationState.ENDED):
        row.case = injury.case
        row.state = LimitationState.RUNNING
        _count(row, at=at)
        _record(LimitationResumed(code=row.code), row, by=SYSTEM, at=at)


def recount_of_work_injury(injury: WorkInjury, *, at: datetime) -> None:
    """Both count from another day."""
    kinds = (LimitationKind.WORK_EMPLOYER, LimitationKind.WORK_WORKER)
    for row in _of_injury(injury, kinds):
        row.case = injury.case
        _recount(row, injury.injured_on, at=at)


def recount_limits(case: Case, day: date, *, at: datetime) -> None:
    """Those that were begun by hand count from this day of the act, under the case's lock.

    What turned them stays, and so does when a claim was known: of that only the twenty
    years follow the act.
    """
    rows = Limitation.objects.select_for_update().filter(case=case, injury=None)
    for row in rows.exclude(hurt_on=day).order_by("pk"):
        row.case = case
        _recount(row, day, at=at)


def extend_of_work_injury(injury: WorkInjury, last: date, *, at: datetime) -> None:
    """The authority agreed that the employer applies later."""
    for row in _of_injury(injury, (LimitationKind.WORK_EMPLOYER,)):
        row.case = injury.case
        row.granted_on = last
        _count(row, at=at)
        _record(
            LimitationExtended(code=row.code, due=last.isoformat()),
            row,
            by=SYSTEM,
            at=at,
        )


def look_at_limits(*, at: datetime) -> int:
    """Warn of what runs out soon, and say what ran out; how many these were.

    Also where the case was closed long ago: a claim outlives it. By the holidays that are
    known now.
    """
    _follow_holidays(at=at)
    today = local_day(at)
    is_due = Q(look_on__lte=today) | Q(look_on=None)
    due = Limitation.objects.filter(is_due, state=LimitationState.RUNNING)
    due = due.exclude(pk__in=resting(_JOB, at=at))
    rows = due.order_by("look_on", "pk").values_list("pk", "case_id")[:_BATCH]
    return each_alone(
        list(rows),
        lambda keys: _look_at(*keys, today=today, at=at),
        job=_JOB,
        at=at,
        is_told=True,
    )


def _follow_holidays(*, at: datetime) -> None:
    """Count anew what was counted before the year's holidays were laid in."""
    stale = (
        Limitation.objects.exclude(calendar=statutory_calendar().stamp)
        .exclude(state=LimitationState.ENDED)
        .exclude(pk__in=resting(_HOLIDAYS, at=at))
        .order_by("pk")
        .values_list("pk", "case_id")
    )
    each_alone(
        list(stale),
        lambda keys: _follow(*keys, at=at),
        job=_HOLIDAYS,
        at=at,
        is_told=True,
    )


def _follow(pk: int, case_id: int, *, at: datetime) -> int:
    """A last day that stays leaves alone when the worker looks."""
    with ledger.recording():
        case = cases.lock_case(case_id)
        row = Limitation.objects.select_for_update().get(pk=pk)
        row.case = case
        before = _due(row)
        if row.due_on == reckoned(row).due_on:
            row.calendar = statutory_calendar().stamp
            row.save(update_fields=["calendar"])
            return 1
        _count(row, at=at)
        _record(
            LimitationRecounted(code=row.code, before=before, due=_due(row)),
            row,
            by=SYSTEM,
            at=at,
        )
    return 1


def _look_at(pk: int, case_id: int, *, today: date, at: datetime) -> int:
    with ledger.recording():
        case = cases.lock_case(case_id)
        row = Limitation.objects.select_for_update().get(pk=pk)
        row.case = case
        if row.state != LimitationState.RUNNING or not _is_due(row, today):
            return 0
        _look(row, today=today, at=at)
    return 1


def _is_due(row: Limitation, today: date) -> bool:
    return row.look_on is None or row.look_on <= today


def _look(row: Limitation, *, today: date, at: datetime) -> None:
    event: Event
    if row.due_on is None:
        row.look_on = today + ASKED_EVERY
        row.save(update_fields=["look_on"])
        since = _open_since(row)
        _ask(row, at=at)
        _record(
            LimitationStillOpen(code=row.code, since=since.isoformat()),
            row,
            by=SYSTEM,
            at=at,
        )
        return
    if row.due_on < today:
        row.state, row.look_on = LimitationState.RAN_OUT, None
        event = LimitationRanOut(code=row.code, due=row.due_on.isoformat())
    else:
        row.look_on = _next_look(row.due_on, after=today)
        days = (row.due_on - today).days
        event = LimitationWarned(code=row.code, days=days, due=row.due_on.isoformat())
        _post(row, row.due_on, at=at)
    row.save(update_fields=["state", "look_on"])
    _record(event, row, by=SYSTEM, at=at)


def _open_since(row: Limitation) -> date:
    """Since when what stops the count lasts."""
    lasting = row.turns.filter(until=None, struck_at=None).order_by("on", "pk")
    return next(
        (one.on for one in lasting if TurnGround(one.ground).lasts), row.counts_from
    )


def _ask(row: Limitation, *, at: datetime) -> None:
    """Somebody looks whether it lasts; while they were not yet, they are asked once."""
    asked = Task.objects.filter(
        case=row.case, key__startswith=_asking(row), state=TaskState.OPEN
    )
    if not row.case.is_open or asked.exists():
        return
    cases.add_task(
        case=row.case,
        key=f"{_asking(row)}{local_day(at):%Y%m%d}",
        phase=Phase.STRENGTHEN,
        title=_("时效 %s 停着：查询程序是否终结、障碍是否消除，登记结束的日期")
        % row.code,
        role_key=WATCHES,
        within=LOOKED_WITHIN,
        proof=Proof.NOTE,
        by=SYSTEM,
        at=at,
    )


def _asking(row: Limitation) -> str:
    """How the keys of the tasks begin that ask of it."""
    return f"limit_open:{row.uid.hex[:16]}:"


def _stop_asking(row: Limitation, *, at: datetime) -> None:
    """It counts again, or no more: there is nothing to look for."""
    if not row.case.is_open:
        return
    tasks = Task.objects.filter(
        case=row.case, key__startswith=_asking(row), state=TaskState.OPEN
    )
    _complete(tasks, row, at=at)


def _stop_reminding(row: Limitation, *, at: datetime) -> None:
    """It has another last day, or none: who acts on the old one acts at the wrong time."""
    if not row.case.is_open:
        return
    tasks = Task.objects.filter(
        case=row.case, key__startswith=_reminding(row), state=TaskState.OPEN
    )
    if row.due_on is not None and row.state != LimitationState.ENDED:
        tasks = tasks.exclude(key=f"{_reminding(row)}{row.due_on:%Y%m%d}")
    _complete(tasks, row, at=at)


def _reminding(row: Limitation) -> str:
    """How the keys of the tasks begin that remind of its last days."""
    return f"limit:{row.uid.hex[:16]}:"


def _complete(tasks: QuerySet[Task], row: Limitation, *, at: datetime) -> None:
    for task in tasks:
        task.case = row.case
        words = _("时效 %s 已重新计算或者不再计时") % row.code
        cases.complete_task(task=task, words=words, by=SYSTEM, at=at)


def _post(row: Limitation, due: date, *, at: datetime) -> None:
    """One task for each last day, in an open case; a work injury has tasks of its own."""
    key = f"{_reminding(row)}{due:%Y%m%d}"
    there = Task.objects.filter(case=row.case, key=key).first()
    if row.injury_id is not None or not row.case.is_open:
        return
    if there is not None:
        # Ended by recounting alone, and then it came back to the same day.
        if there.state == TaskState.DONE and there.ended_by_id is None:
            there.case = row.case
            cases.reopen_task(task=there, by=SYSTEM, at=at)
        return
    cases.add_task(
        case=row.case,
        key=key,
        phase=Phase.STRENGTHEN,
        title=_("时效 %(code)s 将于 %(day)s 届满：提出请求、起诉，或者确认放弃")
        % {"code": row.code, "day": due.isoformat()},
        role_key=WATCHES,
        within=start_of_day(due + timedelta(days=1)) - at,
        proof=Proof.NOTE,
        by=SYSTEM,
        at=at,
    )


def _start(row: Limitation, *, by: Actor, at: datetime, via: str = "") -> Limitation:
    of_case = Limitation.objects.filter(case=row.case)
    last: int | None = of_case.aggregate(last=Max("number"))["last"]
    row.number = (last or 0) + 1
    row.due_on = reckoned(row, turns=()).due_on
    row.calendar = statutory_calendar().stamp
    _plan_look(row, at=at)
    row.save(force_insert=True)
    _record(
        LimitationStarted(
            code=row.code,
            limitation=row.kind,
            starts=row.starts_on.isoformat(),
            due=_due(row) or "",
            words_digest=row.digest_of("words"),
        ),
        row,
        by=by,
        at=at,
        via=via,
    )
    return row


def _end(
    row: Limitation, *, reason: str, by: Actor, at: datetime, via: str = ""
) -> None:
    row.state, row.reason, row.look_on = LimitationState.ENDED, reason, None
    row.save(update_fields=["state", "reason", "look_on"])
    _stop_asking(row, at=at)
    _stop_reminding(row, at=at)
    _record(
        LimitationEnded(code=row.code, reason_digest=row.digest_of("reason")),
        row,
        by=by,
        at=at,
        via=via,
    )


def _count(row: Limitation, *, at: datetime) -> None:
    """From the facts as they are now; what had run out may run again."""
    before, row.due_on = row.due_on, reckoned(row).due_on
    row.calendar = statutory_calendar().stamp
    if row.due_on is not None:
        _stop_asking(row, at=at)
    if row.state == LimitationState.RAN_OUT and (
        row.due_on is None or row.due_on >= local_day(at)
    ):
        row.state = LimitationState.RUNNING
    if row.due_on != before:
        _stop_reminding(row, at=at)
    _plan_look(row, at=at, is_new=row.due_on != before)
    row.save(update_fields=["due_on", "calendar", "granted_on", "state", "look_on"])


def _recount(row: Limitation, day: date, *, at: datetime) -> None:
    """One that ended stays ended; its days are right all the same."""
    before = _due(row)
    row.hurt_on = day
    if row.is_from_act:
        row.starts_on = day
    row.save(update_fields=["hurt_on", "starts_on"])
    _count(row, at=at)
    _record(
        LimitationRecounted(
            code=row.code, day=day.isoformat(), before=before, due=_due(row)
        ),
        row,
        by=SYSTEM,
        at=at,
    )


def _plan_look(row: Limitation, *, at: datetime, is_new: bool = True) -> None:
    """When the worker looks; a new last day that is near, in its next round."""
    today, pending = local_day(at), row.look_on
    row.look_on = None
    if row.state != LimitationState.RUNNING:
        return
    if not is_new and pending is not None and pending <= today:
        row.look_on = pending  # the worker has not come by yet
    elif row.due_on is None:
        row.look_on = today + ASKED_EVERY
    elif is_new and row.due_on - today < NEAR:
        row.look_on = today
    else:
        row.look_on = _next_look(row.due_on, after=today - timedelta(days=1))


def _next_look(due: date, *, after: date) -> date:
    """The next day of a warning, or the day after the last."""
    days = [due - timedelta(days=before) for before in WARNED_BEFORE]
    ahead = [day for day in days if day > after]
    return min(ahead, default=max(due, after) + timedelta(days=1))


def _of_injury(
    injury: WorkInjury, kinds: tuple[LimitationKind, ...]
) -> QuerySet[Limitation]:
    return Limitation.objects.filter(injury=injury, kind__in=kinds).order_by("pk")


def _due(row: Limitation) -> str | None:
    return row.due_on.isoformat() if row.due_on else None


def _check_parties(case: Case, *parties: Party | None) -> None:
    if any(one is not None and one.case_id != case.pk for one in parties):
        raise InvalidInput(_("这位当事人不属于本案"), path="holder")


def _check_days(
    limitation: Limitation, on: date, until: date | None, *, at: datetime
) -> None:
    today = local_day(at)
    if not limitation.counts_from <= on <= today:
        raise InvalidInput(_("日期不能早于起算之日，也不能晚于今天"), path="on")
    if until is not None and not on <= until <= today:
        raise InvalidInput(_("日期不能早于开始之日，也不能晚于今天"), path="until")


def _lock(limitation: Limitation) -> Limitation:
    """The limit under its row lock, after its case's, as everywhere."""
    return cases.lock_of_case(limitation)


def _record(
    event: Event, row: Limitation, *, by: Actor, at: datetime, via: str = ""
) -> None:
    cases.record(event, row.case, thing=row.key, by=by, at=at, via=via)
