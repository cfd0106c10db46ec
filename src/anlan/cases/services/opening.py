"""Opening a case: its number, its plan, its first clocks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from anlan.accounts.models import Site
from anlan.base.case_number import CaseKind as NumberKind
from anlan.base.case_number import CaseNumber
from anlan.base.clock import local_day
from anlan.base.errors import NotFound
from anlan.base.insertion import insert, insert_if_new, insert_one
from anlan.base.prepared import Prepared
from anlan.cases.enums import CaseKind, Phase
from anlan.cases.events import CaseOpened, PlaybookApplied, TaskAdded
from anlan.cases.models import (
    Case,
    Counter,
    Deadline,
    PhaseRecord,
    Playbook,
    Standard,
    Task,
)
from anlan.cases.playbook import Plan, PlannedTask, read_plan
from anlan.cases.policies import check_is_open
from anlan.cases.services.deadlines import start_deadline
from anlan.cases.services.record import lock_case, record
from anlan.cases.services.standards import standards_at
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor


def open_case(
    *,
    site: Site,
    kind: CaseKind,
    title: str,
    severity: int,
    playbook_key: str,
    by: Actor,
    at: datetime,
    flags: Iterable[str] = (),
    via: str = "",
    happened: datetime | None = None,
    exercise: bool = False,
) -> Case:
    """Number a new case, enter its first phase and start its playbook.

    Call it inside ``ledger.recording()`` together with the row that makes it an
    incident or a complaint.

    Args:
        title: place and kind of the matter; it names nobody.
        flags: what was said ("weapon", "injured" …), as the playbook's conditions know them.
    """
    with ledger.recording():
        case = Case(
            organisation_id=site.organisation_id,
            site=site,
            kind=kind,
            number=next_number(site=site, kind=kind, day=local_day(at)),
            title=title,
            severity=severity,
            exercise=exercise,
            opened_at=at,
        )
        insert_one(case)
        insert([PhaseRecord(case=case, phase=Phase.PROTECT, entered_at=at)])
        record(
            CaseOpened(number=case.number, case_kind=kind),
            case,
            by=by,
            at=at,
            happened=happened,
            via=via,
        )
        playbook = _newest_playbook(case, playbook_key, at=at)
        _add_tasks(case, playbook, flags=flags, present=set(), by=by, at=at)
    return case


def next_number(*, site: Site, kind: CaseKind, day: date) -> str:
    """The next number of the day; the counter's row is locked until the commit."""
    counter = next_count(site=site, kind=kind.value, day=day)
    return str(
        CaseNumber(site_code=site.code, kind=NumberKind(kind), day=day, counter=counter)
    )


def next_count(*, site: Site, kind: str, day: date) -> int:
    """The how-manieth paper of its kind at a site that day; two letters name the kind."""
    counter = _locked_counter(site=site, kind=kind, day=day)
    counter.value += 1
    counter.save(update_fields=["value"])
    return counter.value


def take_turns(*, site: Site, kind: CaseKind, day: date) -> None:
    """Wait until no other transaction is opening a case of this kind at this site.

    Whoever must decide "is there already one?" takes the turn before looking. SQLite
    lets one writer in at a time: there, whoever has begun has the turn.
    """
    if connection.features.has_select_for_update:
        _locked_counter(site=site, kind=kind.value, day=day)


def apply_playbook(
    *, case: Case, key: str, flags: Iterable[str], by: Actor, at: datetime
) -> None:
    """Add the tasks that severity and flags call for and the case does not have yet.

    Nothing is ever removed: a task that is no longer needed is skipped by a person,
    with a reason.
    """
    playbook = playbook_of(case, key, at=at)
    present = set(Task.objects.filter(case=case).values_list("key", flat=True))
    _add_tasks(case, playbook, flags=flags, present=present, by=by, at=at)


_COUNTER = Prepared(
    lambda site, kind, day: Counter.objects.select_for_update().filter(
        site=site, kind=kind, day=day
    )
)


def _locked_counter(*, site: Site, kind: str, day: date) -> Counter:
    counter = _COUNTER.first(site=site.pk, kind=kind, day=day)
    if counter is None:
        insert_if_new(Counter(site=site, kind=kind, day=day))
        (counter,) = _COUNTER(site=site.pk, kind=kind, day=day)
    return counter


def _add_tasks(
    case: Case,
    playbook: Playbook,
    *,
    flags: Iterable[str],
    present: Collection[str],
    by: Actor,
    at: datetime,
) -> None:
    flags = set(flags)
    needed = [
        (position, task)
        for position, task in enumerate(_plan_of(playbook.uid).tasks)
        if task.key not in present
        and task.is_needed(severity=case.severity, flags=flags)
    ]
    if not needed:
        return
    with ledger.recording():
        standards = standards_at(
            case.organisation_id,
            {task.standard for _position, task in needed if task.standard},
            at,
        )
        tasks = [
            _make(task, case, playbook, position, standards, at)
            for position, task in needed
        ]
        insert(tasks)
        insert(
            [
                Deadline(
                    case=case,
                    key="task",
                    about=f"task:{task.uid}",
                    started_at=at,
                    due_at=task.due_at,
                )
                for task in tasks
                if task.due_at
            ]
        )
        record(
            PlaybookApplied(
                playbook=playbook.title, version=playbook.version, added=len(tasks)
            ),
            case,
            thing=f"playbook:{playbook.uid}",
            by=by,
            at=at,
        )


def playbook_of(case: Case, key: str, *, at: datetime) -> Playbook:
    """The version the case began with, or for a new case the newest in force at ``at``."""
    begun = Playbook.objects.defer("body").filter(task__case=case, key=key).first()
    return begun or _newest_playbook(case, key, at=at)


_NEWEST_PLAYBOOK = Prepared(
    lambda organisation, key, at: (
        Playbook.objects.defer("body")
        .filter(organisation=organisation, key=key, valid_from__lte=at)
        .order_by("-version")[:1]
    )
)


def _newest_playbook(case: Case, key: str, *, at: datetime) -> Playbook:
    newest = _NEWEST_PLAYBOOK.first(organisation=case.organisation_id, key=key, at=at)
    if newest is None:
        raise NotFound(_("没有启用的预案：%s") % key)
    return newest


@lru_cache(maxsize=64)
def _plan_of(uid: UUID) -> Plan:
    """The plan of one published version, which never changes; read once a process."""
    return read_plan(Playbook.objects.values_list("body", flat=True).get(uid=uid))


def add_task(
    *,
    case: Case,
    phase: Phase,
    title: str,
    role_key: str,
    by: Actor,
    at: datetime,
    within: timedelta | None = None,
    binding: bool = False,
    proof: str = "",
    key: str = "",
    advice: str = "",
    source: str = "",
) -> Task:
    """Give a role work that no playbook foresaw; how other packages hold a case open.

    Raises:
        Conflict: the case is closed, or joined into another.
    """
    with ledger.recording():
        case = lock_case(case)
        check_is_open(case)
        task = Task.objects.create(
            case=case,
            key=key,
            phase=phase,
            position=900,
            title=title,
            advice=advice,
            source=source,
            role_key=role_key,
            binding=binding,
            proof=proof,
            due_at=at + within if within else None,
            created_at=at,
        )
        if task.due_at:
            start_deadline(
                case=case,
                key=task.clock,
                about=f"task:{task.uid}",
                due_at=task.due_at,
                at=at,
            )
        record(
            TaskAdded(title=title, role=role_key),
            case,
            thing=f"task:{task.uid}",
            by=by,
            at=at,
        )
    return task


def _make(
    planned: PlannedTask,
    case: Case,
    playbook: Playbook,
    position: int,
    standards: Mapping[str, Standard],
    at: datetime,
) -> Task:
    within = planned.within
    if planned.standard:
        within = standards[planned.standard].seconds
    return Task(
        case=case,
        playbook=playbook,
        key=planned.key,
        phase=planned.phase,
        position=position,
        title=planned.title,
        advice=planned.advice,
        source=planned.source,
        role_key=planned.role,
        binding=planned.binding,
        proof=planned.proof,
        due_at=at + timedelta(seconds=within) if within else None,
        created_at=at,
    )
