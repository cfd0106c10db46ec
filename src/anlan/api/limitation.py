"""Limits of time over the API: each last day, how it came about, and what turned it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Router, Status
from pydantic import Field

from anlan.accounts.roles import Permission
from anlan.api.access import (
    case_of,
    exhibit_of,
    limitation_of,
    limitation_turn_of,
    party_of,
)
from anlan.api.auth import ApiRequest, operation
from anlan.api.schemas import In, OnceIn, Out, Text, UserOut
from anlan.base.lines import MOST_WORDS
from anlan.resolution.legal import services as legal
from anlan.resolution.legal.enums import LimitationKind, TurnGround
from anlan.resolution.legal.models import Limitation, LimitationTurn
from anlan.resolution.legal.permissions import check_can_see_limitations
from anlan.resolution.legal.selectors.limitation import (
    limitations_of,
    reckoned,
)

router = Router(tags=["limits of time"])

_READ = (Permission.CASE_SEE, Permission.INVESTIGATION_READ)
_KEEP = (*_READ, Permission.LIMITATION_KEEP)


class TurnOut(Out):
    uid: UUID
    ground: str
    on: date
    until: date | None
    words: str
    exhibit: UUID
    by: UserOut
    said_at: datetime
    struck_at: datetime | None
    reason: str

    @classmethod
    def of(cls, row: LimitationTurn) -> TurnOut:
        return cls(
            uid=row.uid,
            ground=row.ground,
            on=row.on,
            until=row.until,
            words=row.words,
            exhibit=row.exhibit.uid,
            by=UserOut.of(row.by),
            said_at=row.said_at,
            struck_at=row.struck_at,
            reason=row.reason,
        )


class LimitationOut(Out):
    """``due_on`` is none while proceedings or an obstacle last; ``lines`` say why."""

    uid: UUID
    case: str
    code: str
    kind: str
    holder: UUID | None
    against: UUID | None
    starts_on: date
    state: str
    due_on: date | None
    words: str
    reason: str
    lines: list[str]
    turns: list[TurnOut]

    @classmethod
    def of(cls, row: Limitation) -> LimitationOut:
        return cls(
            uid=row.uid,
            case=row.case.number,
            code=row.code,
            kind=row.kind,
            holder=row.holder.uid if row.holder else None,
            against=row.against.uid if row.against else None,
            starts_on=row.starts_on,
            state=row.state,
            due_on=row.due_on,
            words=row.words,
            reason=row.reason,
            lines=[line.sentence for line in reckoned(row).lines],
            turns=[TurnOut.of(one) for one in row.turns.all()],
        )


class LimitationIn(OnceIn):
    """Civil or security; those of a work injury follow from it."""

    kind: LimitationKind
    starts_on: date
    words: Annotated[Text, Field(min_length=1, max_length=MOST_WORDS)]
    holder: UUID | None = None
    against: UUID | None = None


class TurnIn(OnceIn):
    """``until`` only of a suit or a suspension, once it is over."""

    ground: TurnGround
    on: date
    exhibit: UUID
    until: date | None = None
    words: Annotated[Text, Field(max_length=MOST_WORDS)] = ""


class TurnEndIn(In):
    until: date


class LimitationReasonIn(In):
    reason: Annotated[Text, Field(min_length=1, max_length=MOST_WORDS)]


@router.get("/cases/{number}/limitations", **operation(*_READ, out=list[LimitationOut]))
def list_limitations(request: ApiRequest, number: str) -> list[LimitationOut]:
    """In the order in which they were begun."""
    caller = request.auth
    case = case_of(caller, number)
    check_can_see_limitations(caller.user, case)
    rows = list(limitations_of(case))
    for row in rows:
        row.case = case
    return [LimitationOut.of(row) for row in rows]


@router.post(
    "/cases/{number}/limitations", **operation(*_KEEP, out=LimitationOut, status=201)
)
def start_limitation(
    request: ApiRequest, number: str, body: LimitationIn
) -> Status[LimitationOut]:
    caller = request.auth
    case = case_of(caller, number)
    made = legal.start_limitation(
        case=case,
        kind=body.kind,
        starts_on=body.starts_on,
        words=body.words,
        holder=party_of(caller, body.holder) if body.holder else None,
        against=party_of(caller, body.against) if body.against else None,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, LimitationOut.of(limitation_of(caller, made.uid)))


@router.get("/limitations/{uid}", **operation(*_READ, out=LimitationOut))
def get_limitation(request: ApiRequest, uid: UUID) -> LimitationOut:
    return LimitationOut.of(limitation_of(request.auth, uid))


@router.post(
    "/limitations/{uid}/turns", **operation(*_KEEP, out=LimitationOut, status=201)
)
def record_limitation_turn(
    request: ApiRequest, uid: UUID, body: TurnIn
) -> Status[LimitationOut]:
    """What interrupted or suspended it; the last day is counted again."""
    caller = request.auth
    legal.record_turn(
        limitation=limitation_of(caller, uid),
        ground=body.ground,
        on=body.on,
        until=body.until,
        exhibit=exhibit_of(caller, body.exhibit),
        words=body.words,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, LimitationOut.of(limitation_of(caller, uid)))


@router.post("/limitation-turns/{uid}/end", **operation(*_KEEP, out=LimitationOut))
def end_limitation_turn(
    request: ApiRequest, uid: UUID, body: TurnEndIn
) -> LimitationOut:
    """The proceedings are over, or the obstacle has gone."""
    caller = request.auth
    found = limitation_turn_of(caller, uid)
    legal.end_turn(
        turn=found, until=body.until, by=caller.user, at=caller.at, via="api"
    )
    return LimitationOut.of(limitation_of(caller, found.limitation.uid))


@router.post("/limitation-turns/{uid}/strike", **operation(*_KEEP, out=LimitationOut))
def strike_limitation_turn(
    request: ApiRequest, uid: UUID, body: LimitationReasonIn
) -> LimitationOut:
    """It was entered wrongly, and counts no more."""
    caller = request.auth
    found = limitation_turn_of(caller, uid)
    legal.strike_turn(
        turn=found, reason=body.reason, by=caller.user, at=caller.at, via="api"
    )
    return LimitationOut.of(limitation_of(caller, found.limitation.uid))


@router.post("/limitations/{uid}/end", **operation(*_KEEP, out=LimitationOut))
def end_limitation(
    request: ApiRequest, uid: UUID, body: LimitationReasonIn
) -> LimitationOut:
    """Count it no more."""
    caller = request.auth
    legal.end_limitation(
        limitation=limitation_of(caller, uid),
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return LimitationOut.of(limitation_of(caller, uid))
