"""Reads about customers: scoped to the reader's sites, and masked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import Place, Site, User
from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.base import crypto
from anlan.base.errors import InvalidInput, NotFound
from anlan.base.identity import (
    mask_identity_number,
    mask_name,
    parse_identity_number,
)
from anlan.base.phone import mask_phone, normalise_phone
from anlan.customers.enums import Gender, ProtectedField
from anlan.customers.models import Correction, Disclosure, KnownAt, Occupancy, Person
from anlan.customers.naming import letters_of
from anlan.customers.permissions import hidden_from

MODEL: Final = "customers.Person"
TAIL_DIGITS: Final = 4
FULL_AGE: Final = 18  # L40: 未成年人 is whoever is under 18
_TAIL = re.compile(r"\d{4}", re.ASCII)
_DIGITS = re.compile(r"[\d\s+()./xX-]+", re.ASCII)
_LEAST_LETTERS: Final = 2


@dataclass(frozen=True, kw_only=True)
class MaskedPerson:
    """A person as every screen shows them: ``陈*雯``, ``138****6620``."""

    uid: UUID
    name: str
    phone: str
    identity_number: str
    gender: Gender
    is_erased: bool


def masked(person: Person) -> MaskedPerson:
    """Return what may be shown to anybody who may see the person at all."""
    phone = _opened(person, "phone", person.phone)
    number = _opened(person, "identity_number", person.identity_number)
    return MaskedPerson(
        uid=person.uid,
        name=_("已删除") if person.is_erased else mask_name(person.name),
        phone=mask_phone(phone) if phone else "",
        identity_number=mask_identity_number(number) if number else "",
        gender=Gender(person.gender),
        is_erased=person.is_erased,
    )


def masked_for(reader: User, people: Iterable[Person]) -> list[MaskedPerson]:
    """The same, without any number of those whom the reader may not get in touch with."""
    found = list(people)
    hidden = hidden_from(reader, found)
    return [
        replace(masked(one), phone="", identity_number="")
        if one.pk in hidden
        else masked(one)
        for one in found
    ]


def is_minor(person: Person, *, on: date) -> bool:
    """Whether somebody is under 18 on that day: by the date of birth, if it is known.

    By the year alone they are until it is certain that they are not. Without either it is
    as somebody marked them; who was of age since a day was a minor before it.
    """
    number = _opened(person, "identity_number", person.identity_number)
    if number:
        return age(parse_identity_number(number).born_date, on=on) < FULL_AGE
    if person.birth_year is not None:
        return on.year - person.birth_year <= FULL_AGE
    if person.is_minor:
        return True
    return person.of_age_since is not None and on < person.of_age_since


def is_marked_alone(person: Person) -> bool:
    """Whether nothing but the mark tells that somebody is a minor, or was one."""
    is_marked = person.is_minor or person.of_age_since is not None
    return is_marked and person.birth_year is None and not person.identity_number


def age(born: date, *, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def people_for(
    reader: User, permission: Permission = Permission.CASE_SEE
) -> QuerySet[Person]:
    """The persons known at a site whose cases the reader may see."""
    sites = sites_where(reader, permission)
    return Person.objects.filter(
        Exists(KnownAt.objects.filter(person=OuterRef("pk"), site__in=sites)),
        organisation=reader.organisation_id,  # so that the indexes are of use
    )


def person_for(reader: User, uid: UUID) -> Person:
    """The person with this ``uid``.

    Raises:
        NotFound: unknown, or known only at sites that are not the reader's.
    """
    person = people_for(reader).filter(uid=uid).first()
    if person is None:
        raise NotFound(_("没有找到这位人员"))
    return person


def search_people(reader: User, text: str, *, limit: int = 20) -> list[Person]:
    """Find persons by part of a name, pinyin, initials, a whole number, or its last four.

    Of the sites where the reader may read it all: a list of neighbours is for nobody else.
    Newest first. Exactly four digits are a mobile number's end: to find by five would
    let a reader try out, digit by digit, what the mask hides.
    """
    wanted = _wanted(unicodedata.normalize("NFKC", text).strip())
    if wanted is None:
        return []
    known = people_for(reader, Permission.PERSON_UNMASK)
    found = known.filter(wanted, erased_at=None)
    return list(found.order_by("-created_at", "-pk")[:limit])


def looks_at(person: Person) -> QuerySet[Disclosure]:
    """Who looked at an unmasked value of the person and why, newest first."""
    return Disclosure.objects.filter(person=person).order_by("-read_at", "-pk")


def rooms_of(site: Site) -> QuerySet[Place]:
    return Place.objects.filter(
        site=site, kind=Place.Kind.ROOM, is_active=True
    ).order_by("label")


def occupancies_of(person: Person, site: Site) -> QuerySet[Occupancy]:
    """The rooms at a site that somebody has or had to do with, the newest first."""
    return (
        Occupancy.objects.filter(person=person, place__site=site)
        .select_related("place__site", "person__site")
        .order_by("-since_on", "-pk")
    )


def phone_of(person: Person) -> str:
    """In the form of E.164; empty if there is none. For services; nobody is shown it."""
    return _opened(person, "phone", person.phone)


def former_phone_of(correction: Correction) -> str:
    """The same of what stood there before; empty if the number was not changed."""
    if correction.former_phone is None:
        return ""
    place = place_of_correction(correction)
    return crypto.decrypt(bytes(correction.former_phone), place)


def corrections_of(people: Iterable[Person]) -> QuerySet[Correction]:
    """What was put right of these persons, newest first."""
    found = Correction.objects.filter(person__in=[one.pk for one in people])
    return found.select_related("person").order_by("-corrected_at", "-pk")


def protected_value(person: Person, field: ProtectedField) -> str:
    """The unmasked value; ``services.reveal`` is the only one that hands it out.

    Raises:
        NotFound: there is none.
    """
    if field is ProtectedField.NAME:
        value = person.name
    elif field is ProtectedField.PHONE:
        value = _opened(person, "phone", person.phone)
    else:
        value = _opened(person, "identity_number", person.identity_number)
    if not value:
        raise NotFound(_("没有登记%s") % field.label)
    return value


def place_of(person: Person, field: str) -> crypto.Place:
    """Where an encrypted value of the person belongs."""
    return crypto.Place(
        organisation=person.organisation_id, model=MODEL, row=person.uid, field=field
    )


for _field in ("phone", "identity_number"):
    crypto.add_column(
        crypto.Column(model=Person, field=_field, place=partial(place_of, field=_field))
    )


def place_of_correction(row: Correction) -> crypto.Place:
    """Where the former number of a correction belongs."""
    return crypto.Place(
        organisation=row.person.organisation_id,
        model="customers.Correction",
        row=row.uid,
        field="former_phone",
    )


crypto.add_column(
    crypto.Column(model=Correction, field="former_phone", place=place_of_correction)
)


def phone_index(number: str) -> bytes:
    return crypto.blind_index(MODEL, "phone", number)


def phone_tail_index(tail: str) -> bytes:
    return crypto.blind_index(MODEL, "phone_tail", tail)


def identity_index(number: str) -> bytes:
    return crypto.blind_index(MODEL, "identity_number", number)


def _opened(person: Person, field: str, value: bytes | memoryview | None) -> str:
    if value is None:
        return ""
    return crypto.decrypt(bytes(value), place_of(person, field))


def _wanted(text: str) -> Q | None:
    if not text:
        return None
    if _TAIL.fullmatch(text):
        return Q(phone_tail_index=phone_tail_index(text))
    if _DIGITS.fullmatch(text):
        return _by_number(text)
    wanted = Q(name__icontains=text)
    letters = letters_of(text) if text.isascii() else ""
    if len(letters) >= _LEAST_LETTERS:
        wanted |= Q(pinyin__contains=letters) | Q(initials__contains=f" {letters}")
    elif text.isascii():
        return None
    return wanted


def _by_number(text: str) -> Q | None:
    """A whole phone or a whole identity number; what is typed may be either."""
    wanted = Q()
    with suppress(InvalidInput):
        wanted |= Q(phone_index=phone_index(normalise_phone(text)))
    with suppress(InvalidInput):
        wanted |= Q(identity_index=identity_index(str(parse_identity_number(text))))
    return wanted or None
