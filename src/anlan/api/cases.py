"""Cases over the API: the list, one case, its tasks, its timeline, and working it off."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import Field

from anlan.accounts.roles import Permission
from anlan.api.access import case_of, colleague_of, task_of
from anlan.api.auth import ApiRequest, operation
from anlan.api.once import once
from anlan.api.paging import cursor_of, instant_and_key, number_in, parts_of
from anlan.api.schemas import (
    Cursor,
    In,
    Instant,
    Limit,
    OnceIn,
    Out,
    Page,
    QueryText,
    Reason,
    ReasonIn,
    SiteOut,
    Text,
    UserOut,
    Words,
)
from anlan.base.errors import Conflict
from anlan.cases import selectors
from anlan.cases import services as cases
from anlan.cases.enums import CaseState, Phase, TaskState
from anlan.cases.models import Case, Note, Task
from anlan.cases.selectors import Line

router = Router(tags=["cases"])


class CaseOut(Out):
    number: str
    kind: str
    title: str
    state: str
    severity: int
    phase: str
    exercise: bool
    site: SiteOut
    commander: UserOut | None
    opened_at: datetime
    closed_at: datetime | None
    joined_into: str | None

    @classmethod
    def of(cls, case: Case) -> CaseOut:
        return cls(
            number=case.number,
            kind=case.kind,
            title=case.title,
            state=case.state,
            severity=case.severity,
            phase=case.phase,
            exercise=case.exercise,
            site=SiteOut.of(case.site),
            commander=UserOut.perhaps(case.commander),
            opened_at=case.opened_at,
            closed_at=case.closed_at,
            joined_into=case.joined_into.number if case.joined_into else None,
        )


class TaskOut(Out):
    uid: UUID
    case: str
    key: str
    phase: str
    title: str
    advice: str
    source: str
    role: str
    binding: bool
    proof: str
    state: str
    due_at: datetime | None
    ended_at: datetime | None
    ended_by: UserOut | None
    words: str

    @classmethod
    def of(cls, task: Task) -> TaskOut:
        return cls(
            uid=task.uid,
            case=task.case.number,
            key=task.key,
            phase=task.phase,
            title=task.title,
            advice=task.advice,
            source=task.source,
            role=task.role_key,
            binding=task.binding,
            proof=task.proof,
            state=task.state,
            due_at=task.due_at,
            ended_at=task.ended_at,
            ended_by=UserOut.perhaps(task.ended_by),
            words=task.words,
        )


class LineOut(Out):
    """One line of the record, in the caller's language; names of customers are masked."""

    seq: int
    kind: str
    sentence: str
    quote: str
    happened_at: datetime
    recorded_at: datetime
    late_seconds: int
    struck_by: str
    struck_reason: str
    is_erased: bool
    case: str

    @classmethod
    def in_case(cls, line: Line, *, number: str) -> LineOut:
        return cls(
            seq=line.seq,
            kind=line.kind,
            sentence=line.sentence,
            quote=line.quote,
            happened_at=line.happened_at,
            recorded_at=line.recorded_at,
            late_seconds=line.late_seconds,
            struck_by=line.struck_by,
            struck_reason=line.struck_reason,
            is_erased=line.is_erased,
            case=line.case_number or number,
        )


class NoteIn(OnceIn):
    """``happened`` is when it was, if not now."""

    text: Annotated[Text, Field(min_length=1, max_length=2000)]
    happened: Instant | None = None


class NoteOut(Out):
    uid: UUID
    text: str
    written_at: datetime


class StrikeIn(In):
    seq: Annotated[int, Field(strict=True, ge=1, le=2**63 - 1)]
    reason: Annotated[Reason, Field(max_length=300)]


class StrikeOut(Out):
    seq: int
    reason: str
    struck_at: datetime


class AdvanceIn(In):
    """``leave`` is the phase the caller takes the case to be in: a guard against two."""

    leave: Phase


class CommandIn(In):
    """Who commands from now on; nobody named: the caller."""

    commander: UUID | None = None


class JoinIn(In):
    into: Annotated[Text, Field(min_length=1, max_length=32)]


class DoneIn(OnceIn):
    """Photos that the plan asks for are added before, by ``add_task_photo``."""

    words: Words = ""


@router.get("/cases", **operation(Permission.CASE_SEE, out=Page[CaseOut]))
def list_cases(
    request: ApiRequest,
    state: CaseState | None = None,
    severity: Annotated[int | None, Field(ge=1, le=5)] = None,
    text: QueryText = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[CaseOut]:
    """The cases of the caller's sites, newest first."""
    found = selectors.case_list(
        request.auth.user,
        state=state.value if state else "",
        severity=severity,
        text=text,
        before=instant_and_key(cursor) if cursor else None,
        page=limit,
    )
    shown, last = found[:limit], None
    if len(found) > limit:
        last = cursor_of(shown[-1].opened_at, shown[-1].pk)
    return Page[CaseOut](items=[CaseOut.of(case) for case in shown], next=last)


@router.get("/cases/{number}", **operation(Permission.CASE_SEE, out=CaseOut))
def get_case(request: ApiRequest, number: str) -> CaseOut:
    return CaseOut.of(case_of(request.auth, number))


@router.get(
    "/cases/{number}/timeline", **operation(Permission.CASE_SEE, out=Page[LineOut])
)
def get_timeline(
    request: ApiRequest, number: str, cursor: Cursor = "", limit: Limit = 50
) -> Page[LineOut]:
    """The record of the case, newest first; read by key, so that deep pages are quick."""
    case = case_of(request.auth, number)
    before = number_in(parts_of(cursor, 1)[0]) if cursor else None
    found = selectors.timeline_page(case, before=before, page=limit)
    return Page[LineOut](
        items=[LineOut.in_case(line, number=case.number) for line in found.lines],
        next=cursor_of(found.after) if found.after is not None else None,
    )


@router.post(
    "/cases/{number}/notes",
    **operation(Permission.CASE_SEE, Permission.CASE_NOTE, out=NoteOut, status=201),
)
def write_note(request: ApiRequest, number: str, body: NoteIn) -> Status[NoteOut]:
    caller = request.auth
    case = case_of(caller, number)

    note = once(
        caller,
        name="write_note",
        about=case.number,
        body=body,
        make=lambda: cases.write_note(
            case=case,
            text=body.text,
            happened=body.happened,
            by=caller.user,
            at=caller.at,
            via="api",
        ),
        find=lambda uid: Note.objects.get(uid=uid),
    )
    return Status(201, NoteOut.of(note))


@router.post(
    "/cases/{number}/strikes",
    **operation(Permission.CASE_SEE, Permission.CASE_STRIKE, out=StrikeOut, status=201),
)
def strike_entry(request: ApiRequest, number: str, body: StrikeIn) -> Status[StrikeOut]:
    """Declare a line wrong; it stays readable, struck through."""
    caller = request.auth
    strike = cases.strike_entry(
        case=case_of(caller, number),
        seq=body.seq,
        reason=body.reason,
        by=caller.user,
        at=caller.at,
    )
    return Status(201, StrikeOut.of(strike))


@router.get(
    "/cases/{number}/tasks", **operation(Permission.CASE_SEE, out=list[TaskOut])
)
def list_tasks(
    request: ApiRequest,
    number: str,
    phase: Phase | None = None,
    state: TaskState | None = None,
) -> list[TaskOut]:
    """The tasks of the plan, in its order."""
    by_phase = selectors.tasks_by_phase(case_of(request.auth, number))
    return [
        TaskOut.of(task)
        for some_phase in Phase
        for task in by_phase.get(some_phase, ())
        if (phase is None or task.phase == phase)
        and (state is None or task.state == state)
    ]


@router.get("/tasks", **operation(Permission.TASK_DO, out=list[TaskOut]))
def my_tasks(request: ApiRequest) -> list[TaskOut]:
    """The open tasks of the caller's roles, most urgent first; at most 200."""
    return [TaskOut.of(t) for t in selectors.my_tasks(request.auth.user)[:200]]


@router.post(
    "/tasks/{uid}/completion",
    **operation(Permission.CASE_SEE, Permission.TASK_DO, out=TaskOut),
)
def complete_task(request: ApiRequest, uid: UUID, body: DoneIn) -> TaskOut:
    caller = request.auth
    task = cases.complete_task(
        task=task_of(caller, uid),
        words=body.words,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return TaskOut.of(task)


@router.post(
    "/tasks/{uid}/skipping",
    **operation(Permission.CASE_SEE, Permission.TASK_SKIP, out=TaskOut),
)
def skip_task(request: ApiRequest, uid: UUID, body: ReasonIn) -> TaskOut:
    """Leave a task out with a reason; the supervisor hears of it at once."""
    caller = request.auth
    task = cases.skip_task(
        task=task_of(caller, uid), reason=body.reason, by=caller.user, at=caller.at
    )
    return TaskOut.of(task)


@router.post(
    "/tasks/{uid}/reopening",
    **operation(Permission.CASE_SEE, Permission.TASK_DO, out=TaskOut),
)
def reopen_task(request: ApiRequest, uid: UUID) -> TaskOut:
    caller = request.auth
    task = cases.reopen_task(task=task_of(caller, uid), by=caller.user, at=caller.at)
    return TaskOut.of(task)


@router.post(
    "/cases/{number}/phase",
    **operation(Permission.CASE_SEE, Permission.INCIDENT_COMMAND, out=CaseOut),
)
def advance_phase(request: ApiRequest, number: str, body: AdvanceIn) -> CaseOut:
    """Go on to the next phase; refused while a binding task of this one is open."""
    caller = request.auth
    case = case_of(caller, number)
    if case.phase != body.leave:
        raise Conflict(_("案件已不在这个阶段，请刷新后再操作"))
    cases.advance_phase(case=case, by=caller.user, at=caller.at)
    return CaseOut.of(case_of(caller, number))


@router.post(
    "/cases/{number}/command",
    **operation(Permission.CASE_SEE, Permission.INCIDENT_RESPOND, out=CaseOut),
)
def take_command(request: ApiRequest, number: str, body: CommandIn) -> CaseOut:
    """Take the command, or hand it to a colleague; with time and name on the record."""
    caller = request.auth
    cases.take_command(
        case=case_of(caller, number),
        commander=colleague_of(caller, body.commander, path="commander"),
        by=caller.user,
        at=caller.at,
    )
    return CaseOut.of(case_of(caller, number))


@router.post(
    "/cases/{number}/joining",
    **operation(Permission.CASE_SEE, Permission.CASE_LINK, out=CaseOut),
)
def join_cases(request: ApiRequest, number: str, body: JoinIn) -> CaseOut:
    """Lay this case into another: one fight, two numbers; both chains say so."""
    caller = request.auth
    cases.join_cases(
        case=case_of(caller, number),
        host=case_of(caller, body.into),
        by=caller.user,
        at=caller.at,
    )
    return CaseOut.of(case_of(caller, number))


@router.post(
    "/cases/{number}/parting",
    **operation(Permission.CASE_SEE, Permission.CASE_LINK, out=CaseOut),
)
def part_cases(request: ApiRequest, number: str) -> CaseOut:
    caller = request.auth
    cases.part_cases(case=case_of(caller, number), by=caller.user, at=caller.at)
    return CaseOut.of(case_of(caller, number))


@router.post(
    "/cases/{number}/reopening",
    **operation(Permission.CASE_SEE, Permission.INCIDENT_CLOSE, out=CaseOut),
)
def reopen_case(request: ApiRequest, number: str) -> CaseOut:
    caller = request.auth
    cases.reopen_case(case=case_of(caller, number), by=caller.user, at=caller.at)
    return CaseOut.of(case_of(caller, number))
