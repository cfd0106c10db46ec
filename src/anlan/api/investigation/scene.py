"""The scene over the API: looks, sketches with pins, and what came before."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Router, Status
from pydantic import Field

from anlan.accounts.roles import Permission
from anlan.api.access import party_of
from anlan.api.auth import ApiRequest, operation
from anlan.api.investigation.access import (
    exhibit_named,
    pin_of,
    seen_case,
    sketch_of,
)
from anlan.api.schemas import In, OnceIn, Out, Text, UserOut
from anlan.base.clock import local_day
from anlan.investigation import services as investigation
from anlan.investigation.enums import PinKind, SceneAspect, SceneRating
from anlan.investigation.models import Pin, SceneLook, Sketch
from anlan.investigation.selectors.background import (
    background_of,
    standing_of,
)
from anlan.investigation.selectors.scene import looks_of, sketches_of

router = Router(tags=["investigation"])

_SEE = (Permission.CASE_SEE, Permission.INVESTIGATION_READ)
_LEAD = (*_SEE, Permission.INVESTIGATE)
Part = Annotated[int, Field(strict=True, ge=0, le=1000)]


class LookOut(Out):
    uid: UUID
    aspect: str
    rating: str
    note: str
    exhibit: UUID | None
    looked_by: UserOut
    looked_at: datetime

    @classmethod
    def of(cls, row: SceneLook) -> LookOut:
        return cls(
            uid=row.uid,
            aspect=row.aspect,
            rating=row.rating,
            note=row.note,
            exhibit=row.exhibit.uid if row.exhibit else None,
            looked_by=UserOut.of(row.looked_by),
            looked_at=row.looked_at,
        )


class PinOut(Out):
    """A place in thousandths of the picture's sides, from the left and from the top."""

    uid: UUID
    number: int
    kind: str
    x: int
    y: int
    label: str
    party: UUID | None

    @classmethod
    def of(cls, row: Pin) -> PinOut:
        return cls(
            uid=row.uid,
            number=row.number,
            kind=row.kind,
            x=row.x,
            y=row.y,
            label=row.label,
            party=row.party.uid if row.party else None,
        )


class SketchOut(Out):
    uid: UUID
    code: str
    title: str
    exhibit: UUID | None
    pins: list[PinOut]

    @classmethod
    def of(cls, row: Sketch) -> SketchOut:
        pins = row.pins.filter(removed_at=None).select_related("party")
        return cls(
            uid=row.uid,
            code=row.code,
            title=row.title,
            exhibit=row.exhibit.uid if row.exhibit else None,
            pins=[PinOut.of(pin) for pin in pins.order_by("number")],
        )


class SceneOut(Out):
    """The newest look at each aspect that was looked at; aspects that are left are open."""

    looks: list[LookOut]
    open: list[str]
    sketches: list[SketchOut]


class EarlierOut(Out):
    """Earlier cases for one reason; ``hidden`` counts what the caller may not see."""

    reason: str
    cases: list[str]
    more: int
    hidden: int


class StandsOut(Out):
    """One ban or risk marker in force, until when, and the case or the site it is of."""

    words: str
    until: date | None
    where: str


class StandingOut(Out):
    """What is in force about one person; ``hidden`` counts what the caller may not see."""

    reason: str
    found: list[StandsOut]
    hidden: int


class LookIn(OnceIn):
    aspect: SceneAspect
    rating: Literal["fine", "minor", "part", "unknown"]
    note: Annotated[Text, Field(max_length=1000)] = ""
    exhibit: UUID | None = None


class SketchIn(OnceIn):
    title: Annotated[Text, Field(min_length=1, max_length=80)]
    exhibit: UUID | None = None


class PinIn(OnceIn):
    kind: Literal["person", "camera", "object", "spot"]
    x: Part
    y: Part
    label: Annotated[Text, Field(max_length=60)] = ""
    party: UUID | None = None


class PinPlaceIn(In):
    x: Part
    y: Part


@router.get("/cases/{number}/scene", **operation(*_SEE, out=SceneOut))
def get_scene(request: ApiRequest, number: str) -> SceneOut:
    case = seen_case(request.auth, number)
    seen = looks_of(case)
    return SceneOut(
        looks=[LookOut.of(one.look) for one in seen if one.look],
        open=[one.aspect.value for one in seen if one.look is None],
        sketches=[SketchOut.of(row) for row in sketches_of(case)],
    )


@router.post(
    "/cases/{number}/scene/looks", **operation(*_LEAD, out=LookOut, status=201)
)
def look_at_scene(request: ApiRequest, number: str, body: LookIn) -> Status[LookOut]:
    """Say how one aspect was; a later look stands beside it."""
    caller = request.auth
    case = seen_case(caller, number)
    made = investigation.look_at_scene(
        case=case,
        aspect=body.aspect,
        rating=SceneRating(body.rating),
        note=body.note,
        exhibit=exhibit_named(caller.user, case, body.exhibit),
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, LookOut.of(made))


@router.post("/cases/{number}/sketches", **operation(*_LEAD, out=SketchOut, status=201))
def draw_sketch(request: ApiRequest, number: str, body: SketchIn) -> Status[SketchOut]:
    """Begin one on a photo that is evidence, or on an empty grid."""
    caller = request.auth
    case = seen_case(caller, number)
    made = investigation.draw_sketch(
        case=case,
        title=body.title,
        exhibit=exhibit_named(caller.user, case, body.exhibit),
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, SketchOut.of(made))


@router.get("/sketches/{uid}", **operation(*_SEE, out=SketchOut))
def get_sketch(request: ApiRequest, uid: UUID) -> SketchOut:
    return SketchOut.of(sketch_of(request.auth, uid))


@router.post("/sketches/{uid}/pins", **operation(*_LEAD, out=PinOut, status=201))
def set_pin(request: ApiRequest, uid: UUID, body: PinIn) -> Status[PinOut]:
    caller = request.auth
    made = investigation.set_pin(
        sketch=sketch_of(caller, uid),
        kind=PinKind(body.kind),
        x=body.x,
        y=body.y,
        label=body.label,
        party=party_of(caller, body.party) if body.party else None,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, PinOut.of(made))


@router.post("/pins/{uid}/place", **operation(*_LEAD, out=PinOut))
def move_pin(request: ApiRequest, uid: UUID, body: PinPlaceIn) -> PinOut:
    caller = request.auth
    investigation.move_pin(
        pin=pin_of(caller, uid),
        x=body.x,
        y=body.y,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return PinOut.of(pin_of(caller, uid))


@router.post("/pins/{uid}/removal", **operation(*_LEAD, out=PinOut))
def remove_pin(request: ApiRequest, uid: UUID) -> PinOut:
    """Take it off; its number is not given again."""
    caller = request.auth
    investigation.remove_pin(
        pin=pin_of(caller, uid), by=caller.user, at=caller.at, via="api"
    )
    return PinOut.of(pin_of(caller, uid))


@router.get("/cases/{number}/background", **operation(*_SEE, out=list[EarlierOut]))
def get_background(request: ApiRequest, number: str) -> list[EarlierOut]:
    """Earlier cases of the same people, spot and time of day."""
    caller = request.auth
    case = seen_case(caller, number)
    return [
        EarlierOut(
            reason=one.reason,
            cases=[found.number for found in one.cases],
            more=one.more,
            hidden=one.hidden,
        )
        for one in background_of(case, caller.user)
    ]


@router.get("/cases/{number}/standing", **operation(*_SEE, out=list[StandingOut]))
def get_standing(request: ApiRequest, number: str) -> list[StandingOut]:
    """Bans from other cases, and risk markers, in force about the people of a case."""
    caller = request.auth
    case = seen_case(caller, number)
    return [
        StandingOut(
            reason=one.reason,
            found=[
                StandsOut(words=row.words, until=row.until, where=row.note)
                for row in one.found
            ],
            hidden=one.hidden,
        )
        for one in standing_of(case, caller.user, on=local_day(caller.at))
    ]
