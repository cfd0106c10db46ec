"""The organisation over the API: who I am, my sites, their spots, who is on duty."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ninja import Router

from anlan.accounts.models import Place, Shift
from anlan.accounts.roles import Permission
from anlan.accounts.selectors import places_of, shifts_at
from anlan.api.access import site_of, sites_of
from anlan.api.auth import ApiRequest, operation
from anlan.api.paging import cursor_of, number_in, parts_of
from anlan.api.schemas import (
    Cursor,
    Instant,
    Limit,
    Out,
    Page,
    PlaceOut,
    SiteOut,
    UserOut,
)

router = Router(tags=["organisation"])


class MeOut(Out):
    uid: UUID
    username: str
    name: str
    organisation: str
    scopes: list[str]
    token_expires_at: datetime


class ShiftOut(Out):
    uid: UUID
    user: UserOut
    role: str
    post: str
    place: PlaceOut
    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, shift: Shift) -> ShiftOut:
        return cls(
            uid=shift.uid,
            user=UserOut.of(shift.user),
            role=shift.role_key,
            post=shift.post.name,
            place=PlaceOut.of(shift.post.place),
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
        )


@router.get("/me", **operation(out=MeOut))
def who_am_i(request: ApiRequest) -> MeOut:
    """Whose token this is, and what it may do at most."""
    user, token = request.auth.user, request.auth.token
    return MeOut(
        uid=user.uid,
        username=user.username,
        name=user.name,
        organisation=user.organisation.name,
        scopes=sorted(scope.value for scope in user.scopes or ()),
        token_expires_at=token.expires_at,
    )


@router.get("/sites", **operation(out=list[SiteOut]))
def list_sites(request: ApiRequest) -> list[SiteOut]:
    return [SiteOut.of(site) for site in sites_of(request.auth)]


@router.get(
    "/sites/{uid}/places", **operation(Permission.INCIDENT_REPORT, out=Page[PlaceOut])
)
def list_places(
    request: ApiRequest, uid: UUID, cursor: Cursor = "", limit: Limit = 100
) -> Page[PlaceOut]:
    """The spots in use, in the order in which they were added."""
    places = places_of(site_of(request.auth, uid)).order_by("pk")
    if cursor:
        places = places.filter(pk__gt=number_in(parts_of(cursor, 1)[0]))
    found = list(places[: limit + 1])
    shown: list[Place] = found[:limit]
    more = cursor_of(shown[-1].pk) if len(found) > limit else None
    return Page[PlaceOut](items=[PlaceOut.of(place) for place in shown], next=more)


@router.get(
    "/sites/{uid}/shifts", **operation(Permission.INCIDENT_SEE, out=list[ShiftOut])
)
def list_shifts(
    request: ApiRequest, uid: UUID, at: Instant | None = None
) -> list[ShiftOut]:
    """Who is on duty, now or at another time."""
    caller = request.auth
    site = site_of(caller, uid, Permission.INCIDENT_SEE)
    shifts = shifts_at(site, at or caller.at).order_by("starts_at", "pk")
    return [ShiftOut.of(shift) for shift in shifts]
