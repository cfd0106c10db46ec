"""Talks with the parties over the API, whom each side calls, and who is kept apart."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import Field

from anlan.accounts.models import Place
from anlan.accounts.permissions import check_permission
from anlan.accounts.roles import Permission
from anlan.api.access import case_of, colleague_of
from anlan.api.auth import ApiRequest, operation
from anlan.api.schemas import In, Instant, LinkOut, OnceIn, Out, Reason, Text, UserOut
from anlan.base.addresses import public_address
from anlan.base.errors import InvalidInput, NotFound
from anlan.cases import services as cases
from anlan.cases.enums import ContactChannel, Direction, OfferAnswer, Side
from anlan.cases.models import Case, Contact, KeepApart, NamedContact, Party
from anlan.cases.permissions import check_can_give_own_link
from anlan.cases.selectors.contacts import (
    contacts_of,
    kept_apart_of,
    shown_contacts,
    sides_seen,
    victim_for,
    victims_with_links,
)
from anlan.cases.services import (
    MOST_PLACES,
    MOST_PROMISED,
    MOST_PROMISES,
    MOST_REASON,
    MOST_SAID,
    MOST_TO_DO,
    Promised,
)

router = Router(tags=["contacts"])

# Who reads talks may, and the victim's contact: a token does not know which its owner is.
_OWN_LINK = (Permission.CASE_SEE, Permission.CONTACT_RECORD)


class PromiseOut(Out):
    """``task`` is what is done when it is kept."""

    uid: UUID
    words: str
    due_at: datetime
    state: str
    task: UUID


class ContactOut(Out):
    """An offer is empty, or how it was answered; ``corrects`` is the code of another."""

    uid: UUID
    case: str
    code: str
    party: UUID
    side: str
    channel: str
    direction: str
    held_by: UserOut
    held_at: datetime
    recorded_by: UserOut
    recorded_at: datetime
    words: str
    concern: str
    medical: str
    psychological: str
    companion: str
    motive_heard: bool
    background_heard: bool
    consequences_explained: bool
    next_due_at: datetime | None
    corrects: str | None
    promises: list[PromiseOut]

    @classmethod
    def shown(cls, row: Contact, *, at: datetime) -> ContactOut:
        (seen,) = shown_contacts([row], at=at)
        return cls(
            uid=row.uid,
            case=row.case.number,
            code=row.code,
            party=row.party.uid,
            side=row.side,
            channel=row.channel,
            direction=row.direction,
            held_by=UserOut.of(row.held_by),
            held_at=row.held_at,
            recorded_by=UserOut.of(row.recorded_by),
            recorded_at=row.recorded_at,
            words=row.words,
            concern=row.concern,
            medical=row.medical,
            psychological=row.psychological,
            companion=row.companion,
            motive_heard=row.motive_heard,
            background_heard=row.background_heard,
            consequences_explained=row.consequences_explained,
            next_due_at=row.next_due_at,
            corrects=row.corrects.code if row.corrects else None,
            promises=[
                PromiseOut(
                    uid=one.promise.uid,
                    words=one.promise.words,
                    due_at=one.promise.due_at,
                    state=one.state.value,
                    task=one.promise.task.uid,
                )
                for one in seen.promises
            ],
        )


class PromiseIn(In):
    words: Annotated[Text, Field(min_length=1, max_length=MOST_PROMISED)]
    due_at: Instant


class ContactIn(OnceIn):
    """``held_at`` and ``held_by`` if it was not the caller, now."""

    party: UUID
    channel: ContactChannel
    direction: Direction = Direction.OUT
    words: Annotated[Text, Field(min_length=1, max_length=MOST_SAID)]
    held_at: Instant | None = None
    held_by: UUID | None = None
    concern: OfferAnswer | None = None
    medical: OfferAnswer | None = None
    psychological: OfferAnswer | None = None
    companion: OfferAnswer | None = None
    motive_heard: bool = False
    background_heard: bool = False
    consequences_explained: bool = False
    next_due_at: Instant | None = None
    corrects: UUID | None = None
    promises: Annotated[list[PromiseIn], Field(max_length=MOST_PROMISES)] = []


class NamedContactOut(Out):
    side: str
    user: UserOut
    named_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, row: NamedContact) -> NamedContactOut:
        return cls(
            side=row.side,
            user=UserOut.of(row.user),
            named_at=row.named_at,
            ended_at=row.ended_at,
        )


class NamedContactIn(OnceIn):
    side: Side
    user: UUID


class KeepApartOut(Out):
    uid: UUID
    case: str
    code: str
    one: UUID
    other: UUID
    places: list[UUID]
    words: str
    begins_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    state: str

    @classmethod
    def shown(cls, row: KeepApart, *, at: datetime) -> KeepApartOut:
        return cls(
            uid=row.uid,
            case=row.case.number,
            code=row.code,
            one=row.one.uid,
            other=row.other.uid,
            places=[place.uid for place in row.places.all()],
            words=row.words,
            begins_at=row.begins_at,
            ends_at=row.ends_at,
            ended_at=row.ended_at,
            state=row.state_at(at).value,
        )


class OwnLinkOut(Out):
    """``ends_at`` is when the victim's link runs out; empty where none is alive."""

    party: UUID
    name: str
    ends_at: datetime | None


class KeepApartIn(OnceIn):
    one: UUID
    other: UUID
    places: Annotated[list[UUID], Field(min_length=1, max_length=MOST_PLACES)]
    words: Annotated[Text, Field(min_length=1, max_length=MOST_TO_DO)]
    begins_at: Instant | None = None
    ends_at: Instant


class KeepApartEndIn(In):
    reason: Annotated[Reason, Field(max_length=MOST_REASON)]


@router.get(
    "/cases/{number}/contacts",
    **operation(Permission.CASE_SEE, Permission.CONTACT_READ, out=list[ContactOut]),
)
def list_contacts(request: ApiRequest, number: str) -> list[ContactOut]:
    """The log, the newest talk first; nothing of the side behind the wall."""
    caller = request.auth
    case = case_of(caller, number)
    check_permission(caller.user, Permission.CONTACT_READ, site=case.site)
    rows = contacts_of(case, caller.user)
    return [ContactOut.shown(row, at=caller.at) for row in rows]


@router.post(
    "/cases/{number}/contacts",
    **operation(
        Permission.CASE_SEE, Permission.CONTACT_RECORD, out=ContactOut, status=201
    ),
)
def record_contact(
    request: ApiRequest, number: str, body: ContactIn
) -> Status[ContactOut]:
    """Write down a talk; its promises and the next talk become tasks."""
    caller = request.auth
    case = case_of(caller, number)
    offers = {
        name: OfferAnswer(answer)
        for name in ("concern", "medical", "psychological", "companion")
        if (answer := getattr(body, name)) is not None
    }
    made = cases.record_contact(
        party=_party(case, body.party, "party"),
        channel=body.channel,
        direction=body.direction,
        words=body.words,
        held_at=body.held_at,
        held_by=colleague_of(caller, body.held_by, path="held_by"),
        offers=offers,
        motive_heard=body.motive_heard,
        background_heard=body.background_heard,
        consequences_explained=body.consequences_explained,
        promises=[Promised(words=p.words, due_at=p.due_at) for p in body.promises],
        next_due_at=body.next_due_at,
        corrects=_corrected(request, case, body.corrects),
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    found = contacts_of(case, caller.user).get(pk=made.pk)
    return Status(201, ContactOut.shown(found, at=caller.at))


@router.get(
    "/cases/{number}/named-contacts",
    **operation(Permission.CASE_SEE, out=list[NamedContactOut]),
)
def list_named_contacts(request: ApiRequest, number: str) -> list[NamedContactOut]:
    """Whom each side calls, and whom it called before."""
    found = []
    for side in sides_seen(case_of(request.auth, number)):
        rows = (side.named, *side.before) if side.named else side.before
        found += [NamedContactOut.of(row) for row in rows]
    return found


@router.post(
    "/cases/{number}/named-contacts",
    **operation(
        Permission.CASE_SEE,
        Permission.INCIDENT_COMMAND,
        out=NamedContactOut,
        status=201,
    ),
)
def name_contact(
    request: ApiRequest, number: str, body: NamedContactIn
) -> Status[NamedContactOut]:
    caller = request.auth
    named = cases.name_contact(
        case=case_of(caller, number),
        side=body.side,
        user=colleague_of(caller, body.user, path="user"),
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, NamedContactOut.of(named))


@router.get("/cases/{number}/own-links", **operation(*_OWN_LINK, out=list[OwnLinkOut]))
def list_own_links(request: ApiRequest, number: str) -> list[OwnLinkOut]:
    """The victims whom the caller may give a link of their own.

    The token needs ``contact.read`` as well, unless its owner is the victim's contact.
    """
    caller = request.auth
    case = case_of(caller, number)
    check_can_give_own_link(caller.user, case)
    rows = victims_with_links(case, caller.user, at=caller.at)
    return [
        OwnLinkOut(
            party=party.uid, name=name, ends_at=link.expires_at if link else None
        )
        for party, name, link in rows
    ]


@router.post(
    "/cases/{number}/own-links/{uid}",
    **operation(*_OWN_LINK, out=LinkOut, status=201),
)
def give_own_link(request: ApiRequest, number: str, uid: UUID) -> Status[LinkOut]:
    """Under it a victim sees whom they call and what was promised, without signing in."""
    caller = request.auth
    secret = cases.give_contact_link(
        party=victim_for(caller.user, number, uid),
        by=caller.user,
        at=caller.at,
        via="api",
    )
    path = reverse("portal:contact", args=[secret])
    return Status(201, LinkOut(address=public_address(path, request)))


@router.post(
    "/cases/{number}/own-links/{uid}/end",
    **operation(*_OWN_LINK, out=list[OwnLinkOut]),
)
def end_own_link(request: ApiRequest, number: str, uid: UUID) -> list[OwnLinkOut]:
    """It answers "not found" from now on; twice does nothing."""
    caller = request.auth
    cases.end_contact_link(
        party=victim_for(caller.user, number, uid),
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return list_own_links(request, number)


@router.get(
    "/cases/{number}/keep-apart",
    **operation(Permission.CASE_SEE, out=list[KeepApartOut]),
)
def list_kept_apart(request: ApiRequest, number: str) -> list[KeepApartOut]:
    """Who is kept apart, where and until when; the newest plan first."""
    caller = request.auth
    pairs = kept_apart_of(case_of(caller, number))
    return [KeepApartOut.shown(pair.plan, at=caller.at) for pair in pairs]


@router.post(
    "/cases/{number}/keep-apart",
    **operation(
        Permission.CASE_SEE, Permission.INCIDENT_COMMAND, out=KeepApartOut, status=201
    ),
)
def keep_apart(
    request: ApiRequest, number: str, body: KeepApartIn
) -> Status[KeepApartOut]:
    """Arrange that two parties do not meet; guards read ``words`` on their phones."""
    caller = request.auth
    case = case_of(caller, number)
    plan = cases.keep_apart(
        case=case,
        one=_party(case, body.one, "one"),
        other=_party(case, body.other, "other"),
        places=_places(case, body.places),
        words=body.words,
        begins_at=body.begins_at,
        ends_at=body.ends_at,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, KeepApartOut.shown(plan, at=caller.at))


@router.post(
    "/cases/{number}/keep-apart/{uid}/end",
    **operation(Permission.CASE_SEE, Permission.INCIDENT_COMMAND, out=KeepApartOut),
)
def end_keep_apart(
    request: ApiRequest, number: str, uid: UUID, body: KeepApartEndIn
) -> KeepApartOut:
    caller = request.auth
    plan = case_of(caller, number).kept_apart.filter(uid=uid).first()
    if plan is None:
        raise NotFound(_("没有这项避免接触安排"))
    ended = cases.end_keep_apart(
        plan=plan, reason=body.reason, by=caller.user, at=caller.at, via="api"
    )
    return KeepApartOut.shown(ended, at=caller.at)


def _party(case: Case, uid: UUID, path: str) -> Party:
    party = (
        case.parties.select_related("case__site", "person", "user")
        .filter(uid=uid, removed_at=None)
        .first()
    )
    if party is None:
        raise InvalidInput(_("本案没有这位当事人"), path=path)
    return party


def _places(case: Case, uids: list[UUID]) -> list[Place]:
    places = list(Place.objects.filter(site=case.site_id, uid__in=uids, is_active=True))
    if len(places) != len(set(uids)):
        raise InvalidInput(_("没有这个点位，或者它属于别的项目"), path="places")
    return places


def _corrected(request: ApiRequest, case: Case, uid: UUID | None) -> Contact | None:
    if uid is None:
        return None
    found = contacts_of(case, request.auth.user).filter(uid=uid).first()
    if found is None:
        raise InvalidInput(_("没有这次沟通记录，或者您无权查看"), path="corrects")
    return found
