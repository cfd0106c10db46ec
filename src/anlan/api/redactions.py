"""Masked copies over the API: what is covered, as data, and the copy that is made of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http.response import HttpResponseBase
from ninja import Router, Status
from pydantic import Field, StrictInt

from anlan.accounts.roles import Permission
from anlan.api.access import exhibit_of, footage_of, redaction_of
from anlan.api.auth import ApiRequest, operation
from anlan.api.files import content
from anlan.api.schemas import In, OnceIn, Out, UserOut
from anlan.base.download import ranged_answer
from anlan.evidence import services as evidence
from anlan.evidence.enums import BoxFill, BoxLabel, SoundChoice, SpanFill
from anlan.evidence.models import Redaction
from anlan.evidence.redaction_plan import MOST_BOXES, MOST_KEYS, MOST_SPANS
from anlan.evidence.services.redaction import WORK_TYPES

router = Router(tags=["evidence"])

_MASK = (Permission.CASE_SEE, Permission.EVIDENCE_MASK, Permission.EVIDENCE_OPEN)
Milliseconds = Annotated[StrictInt, Field(ge=0, le=1 << 31)]
Whole = Annotated[StrictInt, Field(ge=0, le=1 << 31)]


class RedactionOut(Out):
    """``state`` is preparing, draft, queued, done or failed.

    ``plan`` is as it is sent; sizes are of the upright original, none before it was read.
    """

    uid: UUID
    case: str
    exhibit: UUID
    film: UUID | None
    state: str
    failure: str
    version: int
    plan: dict[str, Any]
    width: int | None
    height: int | None
    milliseconds: int | None
    percent: int
    changed_at: datetime
    changed_by: UserOut
    result: UUID | None

    @classmethod
    def of(cls, row: Redaction) -> RedactionOut:
        return cls(
            uid=row.uid,
            case=row.case.number,
            exhibit=row.exhibit.uid,
            film=row.film.uid if row.film else None,
            state=row.state,
            failure=row.failure,
            version=row.version,
            plan=row.plan,
            width=row.width,
            height=row.height,
            milliseconds=row.duration_ms,
            percent=row.percent,
            changed_at=row.changed_at,
            changed_by=UserOut.of(row.changed_by),
            result=row.result.uid if row.result else None,
        )


class BoxIn(In):
    """``keys`` are time in milliseconds, left, top, width and height in pixels."""

    label: BoxLabel
    fill: BoxFill
    begin: Milliseconds = 0
    end: Milliseconds = 0
    keys: Annotated[
        list[Annotated[list[Whole], Field(min_length=5, max_length=5)]],
        Field(min_length=1, max_length=MOST_KEYS),
    ]


class SpanIn(In):
    begin: Milliseconds
    end: Milliseconds
    fill: SpanFill


class PlanIn(In):
    """``sound`` is that of a film; without it none is left. ``part`` is from and to, in
    milliseconds: all that the copy holds.
    """

    boxes: Annotated[list[BoxIn], Field(max_length=MOST_BOXES)] = []
    spans: Annotated[list[SpanIn], Field(max_length=MOST_SPANS)] = []
    sound: SoundChoice | None = None
    part: Annotated[list[Milliseconds], Field(min_length=2, max_length=2)] | None = None


class SavingIn(In):
    """``version`` is that of the draft that was changed."""

    version: Annotated[StrictInt, Field(ge=0, le=1 << 31)]
    plan: PlanIn


class MakingIn(OnceIn):
    version: Annotated[StrictInt, Field(ge=0, le=1 << 31)]


@router.post("/exhibits/{uid}/redaction", **operation(*_MASK, out=RedactionOut))
def begin_redaction(request: ApiRequest, uid: UUID) -> RedactionOut:
    """Open the draft of a photo, film or sound; there is one for all who draw on it."""
    caller = request.auth
    made = evidence.begin_redaction(
        exhibit=exhibit_of(caller, uid), by=caller.user, at=caller.at, via="api"
    )
    return RedactionOut.of(redaction_of(caller, made.uid))


@router.post("/footage/{uid}/redaction", **operation(*_MASK, out=RedactionOut))
def begin_film_redaction(request: ApiRequest, uid: UUID) -> RedactionOut:
    """The same for a film of a recording, after a reason was given."""
    caller = request.auth
    made = evidence.begin_film_redaction(
        film=footage_of(caller, uid), by=caller.user, at=caller.at, via="api"
    )
    return RedactionOut.of(redaction_of(caller, made.uid))


@router.get("/redactions/{uid}", **operation(Permission.CASE_SEE, out=RedactionOut))
def get_redaction(request: ApiRequest, uid: UUID) -> RedactionOut:
    return RedactionOut.of(redaction_of(request.auth, uid))


@router.get("/redactions/{uid}/content", **content(*_MASK, kinds=WORK_TYPES.values()))
def get_redaction_content(request: ApiRequest, uid: UUID) -> HttpResponseBase:
    """What is drawn on, whole or by ``Range``; a look at the original, on the record."""
    caller = request.auth
    row = redaction_of(caller, uid)
    return ranged_answer(
        request.headers.get("Range", ""),
        size=row.work_size,
        media_type=WORK_TYPES.get(row.kind, ""),
        name=f"{row.case.number}-{row.exhibit.code}",
        open_part=lambda first, last: (
            evidence.open_working_copy(
                redaction=row,
                by=caller.user,
                at=caller.at,
                first=first,
                last=last,
                via="api",
            ).path
        ),
    )


@router.post("/redactions/{uid}/plan", **operation(*_MASK, out=RedactionOut))
def save_redaction_plan(request: ApiRequest, uid: UUID, said: SavingIn) -> RedactionOut:
    """Change the draft; refused if another one did meanwhile."""
    caller = request.auth
    evidence.save_plan(
        redaction=redaction_of(caller, uid),
        version=said.version,
        said=said.plan.model_dump(mode="json", exclude_none=True),
        by=caller.user,
        at=caller.at,
    )
    return RedactionOut.of(redaction_of(caller, uid))


@router.post(
    "/redactions/{uid}/making", **operation(*_MASK, out=RedactionOut, status=202)
)
def make_masked_copy(
    request: ApiRequest, uid: UUID, said: MakingIn
) -> Status[RedactionOut]:
    """Have the copy made, or made again after it failed; ``result`` then names it."""
    caller = request.auth
    evidence.ask_masked_copy(
        redaction=redaction_of(caller, uid),
        version=said.version,
        request_id=said.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(202, RedactionOut.of(redaction_of(caller, uid)))
