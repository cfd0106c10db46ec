"""Parties over the API: who is involved, masked; reading more is on the record."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import Field

from anlan.accounts.models import User
from anlan.accounts.roles import Permission
from anlan.api.access import case_of, colleague_of, party_of, site_of
from anlan.api.auth import ApiRequest, Caller, operation
from anlan.api.once import once
from anlan.api.schemas import In, OnceIn, Out, Reason, Text, UserOut
from anlan.base.clock import local_day
from anlan.base.errors import Conflict, InvalidInput
from anlan.cases import selectors
from anlan.cases import services as cases
from anlan.cases.enums import Role
from anlan.cases.models import Case, Guardianship, Party
from anlan.cases.permissions import check_can_look_behind, check_can_read_looks
from anlan.cases.selectors.guardians import guardianship_for, guardianships_of
from anlan.cases.selectors.trail import Trace, traces_of
from anlan.cases.services import MOST_RELATION
from anlan.cases.wall import hidden_in
from anlan.customers import services as customers
from anlan.customers.enums import KEEP, ErasureReason, OccupancyRole, ProtectedField
from anlan.customers.models import Occupancy, Person
from anlan.customers.permissions import hidden_from
from anlan.customers.selectors import (
    is_minor,
    masked,
    person_for,
    rooms_of,
    search_people,
)

router = Router(tags=["parties"])
Roles = Annotated[list[Role], Field(min_length=1, max_length=6)]


class PersonOut(Out):
    """A person as every screen shows them: 陈*雯, 138****6620."""

    uid: UUID
    name: str
    phone: str
    is_minor: bool

    @classmethod
    def shown(cls, person: Person, *, on: date, is_hidden: bool = False) -> PersonOut:
        seen = masked(person)
        return cls(
            uid=seen.uid,
            name=seen.name,
            phone="" if is_hidden else seen.phone,
            is_minor=is_minor(person, on=on),
        )


class HomeOut(Out):
    """``until_on`` is the last day; none, and they still own, live or work there."""

    uid: UUID
    place: UUID
    role: str
    since_on: date
    until_on: date | None

    @classmethod
    def of(cls, row: Occupancy) -> HomeOut:
        return cls(
            uid=row.uid,
            place=row.place.uid,
            role=row.role,
            since_on=row.since_on,
            until_on=row.until_on,
        )


class HomeIn(In):
    place: UUID
    role: Literal["owner", "occupant", "family", "staff"]
    since_on: date
    until_on: date | None = None


class UnitIn(In):
    place: UUID
    number: Annotated[str, Field(min_length=1, max_length=40)]


class UnitOut(Out):
    uid: UUID
    place: UUID
    number: str


class PartyOut(Out):
    uid: UUID
    case: str
    name: str
    roles: list[str]
    description: str
    person: PersonOut | None
    user: UserOut | None
    added_at: datetime

    @classmethod
    def shown(cls, party: Party, *, hidden: Collection[int], on: date) -> PartyOut:
        """``hidden`` are the parties of the other side: not even masked numbers."""
        person = party.person
        return cls(
            uid=party.uid,
            case=party.case.number,
            name=selectors.shown_name(party),
            roles=sorted(role.role for role in party.roles.all()),
            description=party.words_in("description"),
            person=PersonOut.shown(person, on=on, is_hidden=party.pk in hidden)
            if person
            else None,
            user=UserOut.perhaps(party.user),
            added_at=party.added_at,
        )


class NewPersonIn(In):
    """Somebody to register; with a phone, the same person is found again."""

    name: Annotated[Text, Field(min_length=1, max_length=60)]
    phone: Annotated[Text, Field(max_length=32)] = ""


class IdentityIn(In):
    """Exactly one of the three says who it is."""

    person: UUID | None = None
    new_person: NewPersonIn | None = None
    user: UUID | None = None


class PartyIn(IdentityIn, OnceIn):
    """None of the three: somebody not yet known, told apart by the description."""

    roles: Roles
    description: Annotated[Text, Field(max_length=200)] = ""


class RolesIn(In):
    roles: Roles


class OfAgeIn(In):
    """Either since which day they are of age, or that the mark was wrong."""

    reason: Annotated[Reason, Field(max_length=200)]
    of_age_since: date | None = None
    was_wrong: bool = False


class GuardianLinkIn(In):
    """``guardian`` is a party of the same case with that role."""

    guardian: UUID
    relation: Annotated[Text, Field(min_length=1, max_length=MOST_RELATION)]


class GuardianUnlinkIn(In):
    reason: Annotated[Reason, Field(max_length=300)]


class GuardianshipOut(Out):
    """Who stands for whom; with ``ended_at`` it was taken back, and why."""

    uid: UUID
    guardian: UUID
    ward: UUID
    relation: str
    named_by: UserOut
    named_at: datetime
    ended_at: datetime | None
    reason: str

    @classmethod
    def of(cls, row: Guardianship) -> GuardianshipOut:
        return cls(
            uid=row.uid,
            guardian=row.guardian.uid,
            ward=row.ward.uid,
            relation=row.relation,
            named_by=UserOut.of(row.named_by),
            named_at=row.named_at,
            ended_at=row.ended_at,
            reason=row.reason,
        )


class CorrectionIn(In):
    """What is left out stays as it is; an empty telephone removes it."""

    name: Annotated[Text, Field(min_length=1, max_length=60)] | None = None
    phone: Annotated[Text, Field(max_length=32)] | None = None
    reason: Annotated[Reason, Field(max_length=200)]


class TraceOut(Out):
    """A look, a correction or another step; what stood there before is masked."""

    at: datetime
    who: str
    what: str
    reason: str
    former_name: str
    former_phone: str
    case: str
    site: str

    @classmethod
    def of(cls, row: Trace) -> TraceOut:
        return cls(**asdict(row))


class TracesOut(Out):
    """``elsewhere`` counts those at sites whose record the caller does not read."""

    items: list[TraceOut]
    elsewhere: int


class ErasureIn(In):
    """Both are said, since nothing brings it back."""

    reason: ErasureReason
    is_right_person: Literal[True]
    is_final: Literal[True]


class UnmaskIn(In):
    field: ProtectedField
    reason: Annotated[Reason, Field(max_length=200)]


class UnmaskedOut(Out):
    field: str
    value: str


@router.get(
    "/people",
    **operation(Permission.CASE_SEE, Permission.PERSON_UNMASK, out=list[PersonOut]),
)
def find_people(
    request: ApiRequest, text: Annotated[Text, Field(min_length=2, max_length=60)]
) -> list[PersonOut]:
    """Persons known where the caller may unmask them, by name, pinyin, phone or its end.

    Whoever may not finds nobody: with a name and the whole phone, adding a party does.
    """
    on = local_day(request.auth.at)
    found = search_people(request.auth.user, text)
    hidden = hidden_from(request.auth.user, found)
    return [PersonOut.shown(one, on=on, is_hidden=one.pk in hidden) for one in found]


@router.get(
    "/cases/{number}/parties", **operation(Permission.CASE_SEE, out=list[PartyOut])
)
def list_parties(request: ApiRequest, number: str) -> list[PartyOut]:
    """The parties, victims first."""
    case = case_of(request.auth, number)
    parties = selectors.parties_of(case)
    for party in parties:
        party.case = case
    hidden = hidden_in(case, request.auth.user)
    on = local_day(request.auth.at)
    return [PartyOut.shown(party, hidden=hidden, on=on) for party in parties]


@router.post(
    "/cases/{number}/parties",
    **operation(Permission.CASE_SEE, Permission.PARTY_EDIT, out=PartyOut, status=201),
)
def add_party(request: ApiRequest, number: str, body: PartyIn) -> Status[PartyOut]:
    caller = request.auth
    case = case_of(caller, number)

    party = once(
        caller,
        name="add_party",
        about=case.number,
        body=body,
        make=lambda: cases.add_party(
            case=case,
            roles=[role.value for role in body.roles],
            person=_person(caller, case, body),
            user=_user(caller, body),
            description=body.description,
            by=caller.user,
            at=caller.at,
            via="api",
        ),
        find=lambda uid: party_of(caller, uid),
    )
    return Status(201, _shown(caller, party))


@router.post(
    "/parties/{uid}/home",
    **operation(Permission.CASE_SEE, Permission.PARTY_EDIT, out=HomeOut, status=201),
)
def note_home(request: ApiRequest, uid: UUID, body: HomeIn) -> Status[HomeOut]:
    """Note the room that somebody owns, lives or works in; the same again is the first."""
    caller = request.auth
    party = party_of(caller, uid)
    if party.person is None:
        raise Conflict(_("这位当事人没有登记个人资料"))
    check_can_look_behind(caller.user, party)
    place = rooms_of(party.case.site).filter(uid=body.place).first()
    if place is None:
        raise InvalidInput(_("请选择房间"), path="place")
    made = customers.note_occupancy(
        person=party.person,
        place=place,
        role=OccupancyRole(body.role),
        since_on=body.since_on,
        until_on=body.until_on,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    if body.until_on and made.until_on is None:
        made = customers.end_occupancy(
            occupancy=made, until_on=body.until_on, by=caller.user, at=caller.at
        )
    return Status(201, HomeOut.of(made))


@router.post(
    "/sites/{uid}/units", **operation(Permission.SITE_MANAGE, out=UnitOut, status=201)
)
def add_unit(request: ApiRequest, uid: UUID, body: UnitIn) -> Status[UnitOut]:
    """Say which number a room has as a flat, a shop or an office; the same again is the first."""
    caller = request.auth
    place = rooms_of(site_of(caller, uid)).filter(uid=body.place).first()
    if place is None:
        raise InvalidInput(_("请选择房间"), path="place")
    made = customers.add_unit(
        place=place, number=body.number, by=caller.user, at=caller.at, via="api"
    )
    return Status(201, UnitOut(uid=made.uid, place=place.uid, number=made.number))


@router.post(
    "/parties/{uid}/roles",
    **operation(Permission.CASE_SEE, Permission.PARTY_EDIT, out=PartyOut),
)
def set_roles(request: ApiRequest, uid: UUID, body: RolesIn) -> PartyOut:
    """Change the parts somebody plays; all of them are named, old ones fall away."""
    caller = request.auth
    cases.set_party_roles(
        party=party_of(caller, uid),
        roles=[role.value for role in body.roles],
        by=caller.user,
        at=caller.at,
    )
    party = party_of(caller, uid)
    return _shown(caller, party)


@router.post(
    "/parties/{uid}/identity",
    **operation(Permission.CASE_SEE, Permission.PARTY_EDIT, out=PartyOut),
)
def identify(request: ApiRequest, uid: UUID, body: IdentityIn) -> PartyOut:
    """Say who somebody not yet known is; the first description stays on the record."""
    caller = request.auth
    party = party_of(caller, uid)
    if party.is_identified:
        raise Conflict(_("这位当事人的身份已经确认"))
    cases.identify_party(
        party=party,
        person=_person(caller, party.case, body),
        user=_user(caller, body),
        by=caller.user,
        at=caller.at,
    )
    party = party_of(caller, uid)
    return _shown(caller, party)


@router.post(
    "/parties/{uid}/of-age",
    **operation(Permission.CASE_SEE, Permission.PARTY_EDIT, out=PartyOut),
)
def unmark_minor(request: ApiRequest, uid: UUID, body: OfAgeIn) -> PartyOut:
    """Take back the mark of a minor, where nothing else tells that they are one."""
    caller = request.auth
    party = party_of(caller, uid)
    if party.person is None:
        raise Conflict(_("这位当事人没有登记个人资料"))
    customers.unmark_minor(
        person=party.person,
        site=party.case.site,
        reason=body.reason,
        of_age_since=body.of_age_since,
        was_wrong=body.was_wrong,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return _shown(caller, party_of(caller, uid))


@router.get(
    "/parties/{uid}/guardians",
    **operation(Permission.CASE_SEE, out=list[GuardianshipOut]),
)
def list_guardians(request: ApiRequest, uid: UUID) -> list[GuardianshipOut]:
    """Who stands for somebody, and who was taken to do so."""
    party = party_of(request.auth, uid)
    return [GuardianshipOut.of(row) for row in guardianships_of(party)]


@router.post(
    "/parties/{uid}/guardians",
    **operation(
        Permission.CASE_SEE, Permission.PARTY_EDIT, out=GuardianshipOut, status=201
    ),
)
def link_guardian(
    request: ApiRequest, uid: UUID, body: GuardianLinkIn
) -> Status[GuardianshipOut]:
    """Say who stands for this party; the same again changes nothing."""
    caller = request.auth
    made = cases.link_guardian(
        ward=party_of(caller, uid),
        guardian=party_of(caller, body.guardian),
        relation=body.relation,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, GuardianshipOut.of(made))


@router.post(
    "/guardianships/{uid}/end",
    **operation(Permission.CASE_SEE, Permission.PARTY_EDIT, out=GuardianshipOut),
)
def unlink_guardian(
    request: ApiRequest, uid: UUID, body: GuardianUnlinkIn
) -> GuardianshipOut:
    """Take back that somebody stands for another; it stays readable."""
    caller = request.auth
    ended = cases.unlink_guardian(
        link=guardianship_for(caller.user, uid),
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return GuardianshipOut.of(ended)


@router.post(
    "/parties/{uid}/correction",
    **operation(Permission.CASE_SEE, Permission.PARTY_EDIT, out=PartyOut),
)
def correct(request: ApiRequest, uid: UUID, body: CorrectionIn) -> PartyOut:
    """Put right the name or telephone of the person, in every case of theirs."""
    caller = request.auth
    party = party_of(caller, uid)
    cases.correct_contact(
        party=party,
        name=KEEP if body.name is None else body.name,
        phone=KEEP if body.phone is None else body.phone,
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return _shown(caller, party_of(caller, uid))


@router.post(
    "/parties/{uid}/erasure",
    **operation(
        Permission.CASE_SEE,
        Permission.SITE_MANAGE,
        Permission.PERSON_UNMASK,
        out=PartyOut,
    ),
)
def erase(request: ApiRequest, uid: UUID, body: ErasureIn) -> PartyOut:
    """Delete for good who the person was; refused while a case is open or something held."""
    caller = request.auth
    party = party_of(caller, uid)
    cases.erase_contact(
        party=party, reason=body.reason, by=caller.user, at=caller.at, via="api"
    )
    return _shown(caller, party_of(caller, uid))


@router.get(
    "/parties/{uid}/looks",
    **operation(
        Permission.CASE_SEE,
        Permission.LEDGER_READ,
        Permission.PERSON_UNMASK,
        out=TracesOut,
    ),
)
def list_looks(request: ApiRequest, uid: UUID) -> TracesOut:
    """Who looked at the person's details and why, who corrected and who erased them."""
    caller = request.auth
    party = party_of(caller, uid)
    check_can_read_looks(caller.user, party)
    found = traces_of(party, caller.user)
    return TracesOut(
        items=[TraceOut.of(row) for row in found.rows], elsewhere=found.elsewhere
    )


@router.post(
    "/parties/{uid}/unmasking",
    **operation(Permission.CASE_SEE, Permission.PERSON_UNMASK, out=UnmaskedOut),
)
def unmask(request: ApiRequest, uid: UUID, body: UnmaskIn) -> UnmaskedOut:
    """Read a protected value, with a reason; who read it and why goes on the record."""
    caller = request.auth
    party = party_of(caller, uid)
    if party.person is None:
        raise Conflict(_("这位当事人没有登记个人资料"))
    value = cases.reveal_contact(
        party=party,
        field=body.field,
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return UnmaskedOut(field=body.field.value, value=value)


def _shown(caller: Caller, party: Party) -> PartyOut:
    hidden = hidden_in(party.case, caller.user)
    return PartyOut.shown(party, hidden=hidden, on=local_day(caller.at))


def _person(caller: Caller, case: Case, said: IdentityIn) -> Person | None:
    if said.person is not None and said.new_person is not None:
        raise InvalidInput(_("请只选一个身份"), path="person")
    if said.person is not None:
        return person_for(caller.user, said.person)
    if said.new_person is None:
        return None
    if said.user is not None:
        raise InvalidInput(_("请只选一个身份"), path="user")
    name, phone = said.new_person.name, said.new_person.phone
    by, at = caller.user, caller.at
    if phone:
        return customers.find_or_add_person(
            site=case.site, name=name, phone=phone, by=by, at=at, via="api"
        )
    return customers.add_person(site=case.site, name=name, by=by, at=at, via="api")


def _user(caller: Caller, said: IdentityIn) -> User | None:
    return colleague_of(caller, said.user, path="user") if said.user else None
