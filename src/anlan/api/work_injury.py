"""Work injuries over the API: what is due, what happened, which papers there are."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Router, Status
from pydantic import Field

from anlan.accounts.roles import Permission
from anlan.api.access import case_of, exhibit_of, work_injury_of
from anlan.api.auth import ApiRequest, operation
from anlan.api.schemas import In, OnceIn, Out, Text, UserOut
from anlan.base.clock import local_day
from anlan.base.lines import MOST_WORDS
from anlan.resolution.legal import services as legal
from anlan.resolution.legal.enums import (
    Employer,
    Filer,
    Material,
    WorkInjuryStepKind,
)
from anlan.resolution.legal.models import WorkInjury, WorkInjuryStep
from anlan.resolution.legal.selectors.work_injury import (
    checklist,
    remedies_of,
    standing_of,
    work_injuries_of,
)
from anlan.resolution.legal.services.work_injury import (
    MOST_NAME,
    MOST_PAPER,
)

router = Router(tags=["work injuries"])

_READ = (Permission.CASE_SEE,)
_HANDLE = (Permission.CASE_SEE, Permission.INJURY_READ, Permission.WORK_INJURY)


class WorkInjuryStepOut(Out):
    uid: UUID
    kind: str
    happened_on: date
    last_day: date | None
    paper: str
    words: str
    exhibit: UUID | None
    by: UserOut
    said_at: datetime

    @classmethod
    def of(cls, row: WorkInjuryStep) -> WorkInjuryStepOut:
        return cls(
            uid=row.uid,
            kind=row.kind,
            happened_on=row.happened_on,
            last_day=row.last_day,
            paper=row.paper,
            words=row.words,
            exhibit=row.exhibit.uid if row.exhibit else None,
            by=UserOut.of(row.by),
            said_at=row.said_at,
        )


class WorkInjuryRemedyOut(Out):
    """What may be done against a refusal, as advice: the paper itself says what holds."""

    title: str
    last_day: date
    source: str


class WorkInjuryOut(Out):
    """``late_days`` are the employer's, who bears the costs of them.

    ``missing`` are papers of the application that no exhibit is yet.
    """

    uid: UUID
    case: str
    code: str
    party: UUID
    employer: str
    employer_name: str
    state: str
    injured_on: date
    due_on: date
    worker_due_on: date
    late_days: int
    authority_due_on: date | None
    told_on: date | None
    filer: str
    filed_on: date | None
    accepted_on: date | None
    decided_on: date | None
    materials: dict[str, list[UUID]]
    missing: list[str]
    remedies: list[WorkInjuryRemedyOut]
    steps: list[WorkInjuryStepOut]

    @classmethod
    def at(cls, row: WorkInjury, at: datetime) -> WorkInjuryOut:
        standing = standing_of(row, on=local_day(at))
        had = checklist(row)
        return cls(
            uid=row.uid,
            case=row.case.number,
            code=row.code,
            party=row.party.uid,
            employer=row.employer,
            employer_name=row.employer_name,
            state=row.state,
            injured_on=row.injured_on,
            due_on=standing.due_on,
            worker_due_on=standing.worker_due_on,
            late_days=standing.late_days,
            authority_due_on=standing.authority_due,
            told_on=row.told_on,
            filer=row.filer,
            filed_on=row.filed_on,
            accepted_on=row.accepted_on,
            decided_on=row.decided_on,
            materials={one.value: [e.uid for e in some] for one, some in had if some},
            missing=[one.value for one, some in had if one.is_needed and not some],
            remedies=[
                WorkInjuryRemedyOut(
                    title=one.title, last_day=one.last_day, source=one.source
                )
                for one in remedies_of(row)
            ],
            steps=[WorkInjuryStepOut.of(one) for one in row.steps.all()],
        )


class WorkInjuryStepIn(OnceIn):
    """What a step needs: see the guide."""

    kind: WorkInjuryStepKind
    happened_on: date
    exhibit: UUID | None = None
    filer: Filer = Filer.EMPLOYER
    clear: bool = False
    last_day: date | None = None
    paper: Annotated[Text, Field(max_length=MOST_PAPER)] = ""
    words: Annotated[Text, Field(max_length=MOST_WORDS)] = ""


class EmployerIn(In):
    """``name`` of another company."""

    employer: Employer
    name: Annotated[Text, Field(max_length=MOST_NAME)] = ""


class InjuredIn(In):
    """The day of the act, as the caller read it; another one by now is refused."""

    injured_on: date


class MaterialIn(In):
    material: Material
    exhibit: UUID


@router.get(
    "/cases/{number}/work-injuries", **operation(*_READ, out=list[WorkInjuryOut])
)
def list_work_injuries(request: ApiRequest, number: str) -> list[WorkInjuryOut]:
    """Those that the caller may see: their own, or with the right to see injuries."""
    caller = request.auth
    rows = work_injuries_of(case_of(caller, number), caller.user)
    return [WorkInjuryOut.at(row, caller.at) for row in rows]


@router.get("/work-injuries/{uid}", **operation(*_READ, out=WorkInjuryOut))
def get_work_injury(request: ApiRequest, uid: UUID) -> WorkInjuryOut:
    return WorkInjuryOut.at(work_injury_of(request.auth, uid), request.auth.at)


@router.post(
    "/work-injuries/{uid}/steps", **operation(*_HANDLE, out=WorkInjuryOut, status=201)
)
def record_work_injury_step(
    request: ApiRequest, uid: UUID, body: WorkInjuryStepIn
) -> Status[WorkInjuryOut]:
    """What happened, on which day, with its paper."""
    caller = request.auth
    legal.record_step(
        injury=work_injury_of(caller, uid),
        kind=body.kind,
        happened=body.happened_on,
        exhibit=exhibit_of(caller, body.exhibit) if body.exhibit else None,
        filer=body.filer,
        is_clear=body.clear,
        last_day=body.last_day,
        paper=body.paper,
        words=body.words,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, WorkInjuryOut.at(work_injury_of(caller, uid), caller.at))


@router.post("/work-injuries/{uid}/employer", **operation(*_HANDLE, out=WorkInjuryOut))
def set_work_injury_employer(
    request: ApiRequest, uid: UUID, body: EmployerIn
) -> WorkInjuryOut:
    """Who employs the person; another company is told and given the papers."""
    caller = request.auth
    legal.set_employer(
        injury=work_injury_of(caller, uid),
        employer=body.employer,
        name=body.name,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return WorkInjuryOut.at(work_injury_of(caller, uid), caller.at)


@router.post("/work-injuries/{uid}/day", **operation(*_HANDLE, out=WorkInjuryOut))
def recount_work_injury(
    request: ApiRequest, uid: UUID, body: InjuredIn
) -> WorkInjuryOut:
    """Count from the day of the act as it is known now; its limits move with it."""
    caller = request.auth
    legal.recount_work_injury(
        injury=work_injury_of(caller, uid),
        injured_on=body.injured_on,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return WorkInjuryOut.at(work_injury_of(caller, uid), caller.at)


@router.post("/work-injuries/{uid}/materials", **operation(*_HANDLE, out=WorkInjuryOut))
def add_work_injury_material(
    request: ApiRequest, uid: UUID, body: MaterialIn
) -> WorkInjuryOut:
    """Which exhibit is which paper of the application."""
    caller = request.auth
    legal.add_material(
        injury=work_injury_of(caller, uid),
        material=body.material,
        exhibit=exhibit_of(caller, body.exhibit),
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return WorkInjuryOut.at(work_injury_of(caller, uid), caller.at)
