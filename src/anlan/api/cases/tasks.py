"""Tasks over the API: those of a case, those of the caller, and working them off."""

from __future__ import annotations

from uuid import UUID

from ninja import Router

from anlan.accounts.roles import Permission
from anlan.api.access import case_of, task_of
from anlan.api.auth import ApiRequest, operation
from anlan.api.cases.schemas import TaskOut
from anlan.api.schemas import OnceIn, ReasonIn, Words
from anlan.cases import selectors
from anlan.cases import services as cases
from anlan.cases.enums import Phase, TaskState

router = Router(tags=["cases"])


class DoneIn(OnceIn):
    """Photos that the plan asks for are added before, by ``add_task_photo``."""

    words: Words = ""


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
    case = case_of(request.auth, number)
    by_phase = selectors.tasks_by_phase(case, request.auth.user)
    return [
        TaskOut.of(task)
        for some_phase in Phase
        for task in by_phase.get(some_phase, ())
        if (phase is None or task.phase == phase)
        and (state is None or task.state == state)
    ]


@router.get("/tasks", **operation(Permission.TASK_DO, out=list[TaskOut]))
def my_tasks(request: ApiRequest) -> list[TaskOut]:
    """The open tasks of the caller's roles, most urgent first; at most 200.

    Then those of the roles they stand in for: a captain may do what a guard is given.
    """
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
