"""Writes about customers. Every change is on the chain of a site, none names anybody.

A person is registered on the chain of the site where it happened. The name and the note
are words on the record, which ``verify`` compares chain by chain, so their corrections
and their erasure go to that same chain, wherever they were made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from anlan.accounts.models import Place, Site, User
from anlan.accounts.services.row_locks import lock_site
from anlan.base import crypto
from anlan.base.clock import local_day
from anlan.base.errors import Conflict, InvalidInput, NotFound
from anlan.base.identity import parse_identity_number
from anlan.base.phone import parse_phone
from anlan.customers import permissions, selectors
from anlan.customers.enums import (
    KEEP,
    ErasureReason,
    Gender,
    Keep,
    OccupancyRole,
    ProtectedField,
)
from anlan.customers.events import (
    CorrectionExplained,
    MinorUnmarked,
    OccupancyEnded,
    OccupancyNoted,
    PersonAdded,
    PersonCorrected,
    PersonErased,
    PersonKnown,
    ProtectedFieldRead,
    UnitAdded,
)
from anlan.customers.keeping import check_may_go
from anlan.customers.models import (
    EARLIEST_BIRTH_YEAR,
    NAME_LENGTH,
    NOTE_LENGTH,
    REASON_LENGTH,
    Correction,
    Disclosure,
    KnownAt,
    Occupancy,
    Person,
    Unit,
    Unmarking,
)
from anlan.customers.naming import clean_name, initials_of, pinyin_of
from anlan.customers.services.markers import erase_markers
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor, Event
from anlan.ledger.models import Worded

# What is saved, and what tells whether it changed, for each field a person corrects.
_COLUMNS = {
    "name": ("name", "pinyin", "initials"),
    "phone": ("phone", "phone_index", "phone_tail_index"),
    "identity_number": ("identity_number", "identity_index"),
    "gender": ("gender",),
    "birth_year": ("birth_year",),
    "is_minor": ("is_minor",),
    "note": ("note",),
}
_TELLS = {"phone": "phone_index", "identity_number": "identity_index"}


def add_person(
    *,
    site: Site,
    name: str,
    by: Actor,
    at: datetime,
    phone: str = "",
    identity_number: str = "",
    gender: Gender = Gender.UNKNOWN,
    birth_year: int | None = None,
    is_minor: bool = False,
    note: str = "",
    via: str = "",
) -> Person:
    """Register a person at a site.

    An identity number gives the year of birth; whoever is under 18 by either is marked
    as a minor, whatever ``is_minor`` says.

    Raises:
        InvalidInput: no name, a number that cannot be, years that contradict.
        Conflict: this name at this phone, or this identity number, is registered in the
            company already; ``find_or_add_person`` finds it.
    """
    permissions.check_can_register(by, site)
    person = _new_person(site, name=name, phone=phone, note=note, at=at)
    person.gender, person.is_minor = Gender(gender), is_minor
    _set_born(person, identity_number, birth_year, on=local_day(at))
    with ledger.recording():
        if not _is_inserted(person):
            raise Conflict(_("公司已登记过这个人，请直接选用"))
        _record_added(person, by=by, at=at, via=via)
    return person


def find_or_add_person(
    *,
    site: Site,
    name: str,
    phone: str,
    by: Actor,
    at: datetime,
    note: str = "",
    via: str = "",
) -> Person:
    """Return the company's person with this phone and this name, or register one.

    Never by the name alone: many people share one. Nor by the phone alone: a family
    shares one, and putting the child's report on the father cannot be undone, while two
    rows for one person can be joined. Of a person found nothing is changed except that
    the site knows them now. Called twice it finds what it registered.

    Raises:
        InvalidInput: no name or no phone, or one that cannot be.
    """
    permissions.check_can_register(by, site)
    if not phone.strip():
        raise InvalidInput(_("请填写电话"), path="phone")
    person = _new_person(site, name=name, phone=phone, note=note, at=at)
    with ledger.recording():
        found = _twin_of(person)
        if found is None:
            if _is_inserted(person):
                _record_added(person, by=by, at=at, via=via)
                return person
            found = _twin_of(person)  # registered by somebody else since we looked
        if found is None:
            raise Conflict(_("公司已登记过这个人，请直接选用"))
        _know(found, site, by=by, at=at, via=via)
    return found


def correct_person(
    *,
    person: Person,
    site: Site,
    reason: str,
    by: Actor,
    at: datetime,
    name: str | Keep = KEEP,
    phone: str | Keep = KEEP,
    identity_number: str | Keep = KEEP,
    gender: Gender | Keep = KEEP,
    birth_year: int | Keep | None = KEEP,
    is_minor: bool | Keep = KEEP,
    note: str | Keep = KEEP,
    via: str = "",
    corrected_for: str = "",
) -> Person:
    """Change what was wrong; an empty text removes a phone, number or note.

    The entries name the fields, not the values: the former name and phone stay in a row
    beside the reason. If nothing changes, nothing is recorded.

    Args:
        person: who; must be known at ``site``.
        site: where it is corrected; the right to it and the reason's entry are there.
        reason: how it is known what is right.
        by: whoever corrects it.
        at: when.
        name: and the others: ``KEEP`` leaves what is there.
        corrected_for: in which matter, ``case:<uid>``; its timeline says so.

    Raises:
        InvalidInput: as for ``add_person``, or no reason, or too long a one.
        Conflict: the person was erased, or is now the same as another one.
    """
    words = _clean_reason(reason, _("请写明更正的理由，例如本人出示了证件"))
    with ledger.recording():
        person = _locked(person)
        permissions.check_can_correct(by, person, site)
        _check_not_erased(person)
        before = _values(person)
        former = Correction(
            person=person, site=site, former_name=person.name, reason=words
        )
        former_phone = selectors.phone_of(person)
        if name is not KEEP:
            _set_name(person, name)
        if phone is not KEEP:
            _set_phone(person, phone)
        if gender is not KEEP:
            person.gender = Gender(gender)
        if is_minor is not KEEP:
            person.is_minor = is_minor
        if note is not KEEP:
            person.note = _clean_note(note)
        _set_born(person, identity_number, birth_year, on=local_day(at))
        after = _values(person)
        changed = [field for field in _COLUMNS if before[field] != after[field]]
        if not changed:
            return person
        if not _is_updated(person, changed):
            raise Conflict(_("公司已登记过这个人，请直接选用"))
        ledger.append(
            PersonCorrected(
                fields=",".join(changed),
                name_digest=person.digest_of("name") if "name" in changed else None,
                note_digest=person.digest_of("note") if "note" in changed else None,
            ),
            site=person.site,
            subject=person.subject,
            object=person.subject,
            by=by,
            at=at,
            via=via,
        )
        former.fields, former.corrected_for = ",".join(changed), corrected_for
        former.former_name = former.former_name if "name" in changed else ""
        if "phone" in changed and former_phone:
            former.former_phone = crypto.encrypt(
                former_phone, selectors.place_of_correction(former)
            )
        _explain(former, by=by, at=at, via=via)
    return person


def _explain(made: Correction, *, by: Actor, at: datetime, via: str) -> None:
    made.corrected_by, made.corrected_at = by.actor_key, at
    made.save(force_insert=True)
    has_name = bool(made.former_name)
    ledger.append(
        CorrectionExplained(
            fields=made.fields,
            reason_digest=made.digest_of("reason"),
            former_name_digest=made.digest_of("former_name") if has_name else None,
        ),
        site=made.site,
        subject=made.corrected_for or made.person.subject,
        object=made.key,
        by=by,
        at=at,
        via=via,
    )


def unmark_minor(
    *,
    person: Person,
    site: Site,
    reason: str,
    by: User,
    at: datetime,
    of_age_since: date | None = None,
    was_wrong: bool = False,
    via: str = "",
) -> Person:
    """Say that somebody is no minor (any more), whose mark alone tells that they are.

    Args:
        of_age_since: from which day they are of age; before it they were a minor, and
            whatever looks at the day of an act still finds that.
        was_wrong: they were none when they were marked either.

    Raises:
        InvalidInput: not one of the two, a day that is not over, no reason, or too long
            a one.
        Conflict: there is no mark; or the birth is known, and tells by itself.
    """
    words = _clean_reason(reason, _("请写明怎样知道已满十八周岁"))
    if (of_age_since is None) != was_wrong:
        raise InvalidInput(
            _("请填写从哪一天起已满十八周岁；标记登记错了的，请勾选登记错了，不填日期"),
            path="of_age_since",
        )
    if of_age_since is not None and of_age_since > local_day(at):
        raise InvalidInput(
            _("这一天还没有到，本人现在仍未满十八周岁，请核对"), path="of_age_since"
        )
    with ledger.recording():
        person = _locked(person)
        permissions.check_can_correct(by, person, site)
        _check_not_erased(person)
        if not person.is_minor and person.of_age_since is None:
            raise Conflict(_("这位人员没有未成年人的标记"))
        if not selectors.is_marked_alone(person):
            raise Conflict(
                _("已登记出生日期或者年份，是否成年由它决定；登记错了的，请更正它")
            )
        person.is_minor, person.of_age_since = False, of_age_since
        person.save(update_fields=["is_minor", "of_age_since"])
        made = Unmarking.objects.create(
            person=person,
            site=site,
            reason=words,
            of_age_since=of_age_since,
            unmarked_by=by,
            unmarked_at=at,
        )
        ledger.append(
            MinorUnmarked(reason_digest=made.digest_of("reason")),
            site=site,
            subject=person.subject,
            object=made.key,
            by=by,
            at=at,
            via=via,
        )
    return person


def reveal(
    *,
    person: Person,
    field: ProtectedField,
    site: Site,
    reason: str,
    by: Actor,
    at: datetime,
    via: str = "",
    read_for: str = "",
    is_entrusted: bool = False,
) -> str:
    """Return the unmasked value, and put on the record that it was read, and why.

    Args:
        person: whose value; must be known at ``site``.
        field: the name, the phone (E.164) or the identity number.
        site: where the reader needs it; their right and the entry are there.
        reason: in the reader's words, kept in a row, covered by the entry.
        by: the reader.
        at: when.
        via: how, as for every entry.
        read_for: what it was needed for, ``case:<uid>``; its page finds the entry.
        is_entrusted: the caller has made sure that this person was entrusted to the
            reader, who needs no right over everybody at the site for it.

    Raises:
        NotFound: the site does not know the person, or there is no such value.
        InvalidInput: no reason.
        NotAllowed: the reader may not, or speaks for another side than the person's.
    """
    found = reveal_all(
        people=[person],
        field=field,
        site=site,
        reason=reason,
        by=by,
        at=at,
        via=via,
        read_for=read_for,
        is_entrusted=is_entrusted,
    )
    return found[person.pk]


def reveal_all(
    *,
    people: Sequence[Person],
    field: ProtectedField,
    site: Site,
    reason: str,
    by: Actor,
    at: datetime,
    via: str = "",
    read_for: str = "",
    is_entrusted: bool = False,
) -> dict[int, str]:
    """The same of several persons, by their keys; each has a look and an entry of its own."""
    field = ProtectedField(field)
    words = _clean_reason(reason, _("请写明查看的理由"))
    with ledger.recording():
        locked = (
            Person.objects.select_for_update(of=("self",))
            .select_related("site")
            .filter(pk__in=[person.pk for person in people])
            .order_by("pk")
        )
        rows = list(locked)
        if not permissions.are_known(rows, site):
            raise NotFound(_("没有找到这位人员"))
        if not is_entrusted:
            permissions.check_can_unmask(by, site, rows)
        values = {row.pk: selectors.protected_value(row, field) for row in rows}
        looks = Disclosure.objects.bulk_create(
            Disclosure(
                person=person,
                site=site,
                field=field,
                reason=words,
                read_for=read_for,
                reader=by.actor_key,
                read_at=at,
            )
            for person in rows
        )
        for look in looks:
            ledger.append(
                ProtectedFieldRead(
                    field=field.value, reason_digest=look.digest_of("reason")
                ),
                site=site,
                subject=look.person.subject,
                object=f"disclosure:{look.uid}",
                by=by,
                at=at,
                via=via,
            )
    return values


def erase_person(
    *,
    person: Person,
    site: Site,
    reason: ErasureReason,
    by: Actor,
    at: datetime,
    via: str = "",
) -> Person:
    """Blank all that tells who the person was; the chains stay whole. Twice does nothing.

    Words and their salts go, so that no digest on the record can be tried out; phone and
    identity number go with their indexes; the reasons for which values were read go too,
    for they may name the person. What remains is a row without attributes, so that
    cases keep their parties.

    Raises:
        Conflict: a package above keeps the person: an open case, a hold (``keeping``).
        NotAllowed: no manager of every site that knows them, or of the other side.
    """
    with ledger.recording():
        person = _locked(person)
        permissions.check_can_erase(by, person, site)
        if person.is_erased:
            return person
        check_may_go(person)
        _blank(person, at=at)
        person.corrections.update(former_phone=None)
        for row, field, there in _words_about(person):
            ledger.erase_text(
                row=row,
                field=field,
                site=there,
                subject=person.subject,
                reason=reason.value,
                by=by,
                at=at,
            )
        erase_markers(person, reason=reason, by=by, at=at)
        ledger.append(
            PersonErased(reason=reason.value),
            site=site,
            subject=person.subject,
            object=person.subject,
            by=by,
            at=at,
            via=via,
        )
    return person


def _words_about(person: Person) -> Iterator[tuple[Worded, str, Site]]:
    """What is written of them, by row and field, and the site whose chain covers it."""
    for field in ("name", "note"):
        yield person, field, person.site
    for look in selectors.looks_at(person).select_related("site"):
        yield look, "reason", look.site
    for correction in person.corrections.select_related("site").order_by("pk"):
        for field in ("reason", "former_name"):
            yield correction, field, correction.site
    for unmarking in person.unmarkings.select_related("site").order_by("pk"):
        yield unmarking, "reason", unmarking.site


def add_unit(
    *, place: Place, number: str, by: Actor, at: datetime, via: str = ""
) -> Unit:
    """Say that a room is a unit with this number; the same again is the first one.

    Raises:
        InvalidInput: the place is no room, or has another number.
        Conflict: the number is taken at this site.
    """
    permissions.check_can_add_unit(by, place.site)
    number = clean_name(number)
    if not number:
        raise InvalidInput(_("请填写房号"), path="number")
    if place.kind != Place.Kind.ROOM:
        raise InvalidInput(_("只有房间可以登记房号"), path="place")
    with ledger.recording():
        lock_site(place.site)
        there = Unit.objects.filter(place=place).first()
        if there is not None and there.number == number:
            return there
        if there is not None:
            raise InvalidInput(_("这个房间已有别的房号"), path="place")
        if Unit.objects.filter(site=place.site, number=number).exists():
            raise Conflict(_("本项目已有这个房号"))
        unit = Unit.objects.create(place=place, site=place.site, number=number)
        ledger.append(
            UnitAdded(number=number, place=f"place:{place.uid}"),
            site=place.site,
            subject=place.site.subject,
            object=f"unit:{unit.uid}",
            by=by,
            at=at,
            via=via,
        )
    return unit


def note_occupancy(
    *,
    person: Person,
    place: Place,
    role: OccupancyRole,
    since_on: date,
    by: Actor,
    at: datetime,
    until_on: date | None = None,
    via: str = "",
) -> Occupancy:
    """Say that somebody owns, lives or works in a room; what is there already is found.

    Raises:
        InvalidInput: the place is no room, or the days contradict each other.
        NotFound: the site of the room does not know the person.
        Conflict: the person was erased.
    """
    permissions.check_can_correct(by, person, place.site)
    if place.kind != Place.Kind.ROOM:
        raise InvalidInput(_("请选择房间"), path="place")
    if since_on > local_day(at):
        raise InvalidInput(_("开始的日期不能晚于今天"), path="since_on")
    if until_on is not None and until_on < since_on:
        raise InvalidInput(_("结束的日期不能早于开始的日期"), path="until_on")
    with ledger.recording():
        person = _locked(person)
        _check_not_erased(person)
        said = {"place": place, "role": OccupancyRole(role)}
        there = person.occupancies.filter(
            Q(until_on=None) | Q(since_on=since_on, until_on=until_on), **said
        ).first()
        if there is not None:
            return there
        made = person.occupancies.create(**said, since_on=since_on, until_on=until_on)
        _record_occupancy(OccupancyNoted(), person, place, by=by, at=at, via=via)
    return made


def end_occupancy(
    *,
    occupancy: Occupancy,
    until_on: date,
    by: Actor,
    at: datetime,
    via: str = "",
) -> Occupancy:
    """Say until which day it was; said again it changes nothing.

    Raises:
        InvalidInput: it had not begun on that day.
    """
    permissions.check_can_correct(by, occupancy.person, occupancy.place.site)
    with ledger.recording():
        person = _locked(occupancy.person)
        occupancy = Occupancy.objects.select_related("place__site").get(pk=occupancy.pk)
        if occupancy.until_on is not None:
            return occupancy
        if until_on < occupancy.since_on:
            raise InvalidInput(_("结束的日期不能早于开始的日期"), path="until_on")
        occupancy.until_on = until_on
        occupancy.save(update_fields=["until_on"])
        _record_occupancy(
            OccupancyEnded(), person, occupancy.place, by=by, at=at, via=via
        )
    return occupancy


def _record_occupancy(
    event: Event, person: Person, place: Place, *, by: Actor, at: datetime, via: str
) -> None:
    ledger.append(
        event,
        site=place.site,
        subject=person.subject,
        object=person.subject,
        by=by,
        at=at,
        via=via,
    )


def _new_person(
    site: Site, *, name: str, phone: str, note: str, at: datetime
) -> Person:
    person = Person(
        uid=uuid4(),
        organisation_id=site.organisation_id,
        site=site,
        note=_clean_note(note),
        created_at=at,
    )
    _set_name(person, name)
    _set_phone(person, phone)
    return person


def _record_added(person: Person, *, by: Actor, at: datetime, via: str) -> None:
    KnownAt.objects.create(person=person, site=person.site, since_at=at)
    ledger.append(
        PersonAdded(
            name_digest=person.digest_of("name"),
            note_digest=person.digest_of("note") if person.note else None,
        ),
        site=person.site,
        subject=person.subject,
        object=person.subject,
        by=by,
        at=at,
        via=via,
    )


def _know(person: Person, site: Site, *, by: Actor, at: datetime, via: str) -> None:
    _row, is_new = KnownAt.objects.get_or_create(
        person=person, site=site, defaults={"since_at": at}
    )
    if is_new:
        ledger.append(
            PersonKnown(),
            site=site,
            subject=person.subject,
            object=person.subject,
            by=by,
            at=at,
            via=via,
        )


def _locked(person: Person) -> Person:
    rows = Person.objects.select_for_update(of=("self",)).select_related("site")
    return rows.get(pk=person.pk)


def _twin_of(person: Person) -> Person | None:
    """The company's person with the same phone and the same name."""
    return Person.objects.filter(
        organisation_id=person.organisation_id,
        phone_index=person.phone_index,
        name=person.name,
    ).first()


def _is_inserted(person: Person) -> bool:
    """Save a new row; say no if the same person is there already."""
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError:
        # Not chained anywhere: PostgreSQL's message quotes the name.
        return False
    return True


def _is_updated(person: Person, changed: Iterable[str]) -> bool:
    columns = [column for field in changed for column in _COLUMNS[field]]
    try:
        with transaction.atomic():
            person.save(update_fields=columns)
    except IntegrityError:
        return False
    return True


def _values(person: Person) -> dict[str, object]:
    """What each field holds; of an encrypted one its index, for the cipher always differs."""
    values = {field: getattr(person, _TELLS.get(field, field)) for field in _COLUMNS}
    return {
        field: bytes(value) if isinstance(value, memoryview) else value
        for field, value in values.items()
    }


def _set_name(person: Person, name: str) -> None:
    cleaned = clean_name(name)
    if not cleaned:
        raise InvalidInput(_("请填写姓名"), path="name")
    if len(cleaned) > NAME_LENGTH:
        raise InvalidInput(_("姓名请不超过 60 字"), path="name")
    person.name = cleaned
    person.pinyin, person.initials = pinyin_of(cleaned), initials_of(cleaned)


def _clean_reason(reason: str, missing: str) -> str:
    words = " ".join(reason.split())
    if not words:
        raise InvalidInput(missing, path="reason")
    if len(words) > REASON_LENGTH:
        raise InvalidInput(_("理由请不超过 200 字"), path="reason")
    return words


def _set_phone(person: Person, phone: str) -> None:
    person.phone = person.phone_index = person.phone_tail_index = None
    if not phone.strip():
        return
    parsed = parse_phone(phone)
    number = str(parsed)
    person.phone = crypto.encrypt(number, selectors.place_of(person, "phone"))
    person.phone_index = selectors.phone_index(number)
    if parsed.is_chinese_mobile:
        tail = parsed.number[-selectors.TAIL_DIGITS :]
        person.phone_tail_index = selectors.phone_tail_index(tail)


def _set_born(
    person: Person,
    identity_number: str | Keep,
    birth_year: int | Keep | None,
    *,
    on: date,
) -> None:
    """Set number and year of birth, and mark a minor who is one by either.

    By the year alone somebody counts as a minor until it is certain that they are not.
    """
    if birth_year is not KEEP:
        person.birth_year = birth_year
    if isinstance(birth_year, int):
        if not EARLIEST_BIRTH_YEAR <= birth_year <= on.year:
            raise InvalidInput(_("出生年份不可能"), path="birth_year")
        if not identity_number or identity_number is KEEP:
            person.is_minor = (
                person.is_minor or on.year - birth_year <= selectors.FULL_AGE
            )
    if identity_number is not KEEP:
        _set_identity_number(person, identity_number, birth_year, on=on)


def _set_identity_number(
    person: Person, text: str, birth_year: int | Keep | None, *, on: date
) -> None:
    person.identity_number = person.identity_index = None
    if not text.strip():
        return
    parsed = parse_identity_number(text)
    if parsed.born_date > on:
        raise InvalidInput(
            _("身份证号码的出生日期晚于今天，请核对"), path="identity_number"
        )
    if isinstance(birth_year, int) and birth_year != parsed.born_date.year:
        raise InvalidInput(_("出生年份与身份证号码不符"), path="birth_year")
    person.birth_year = parsed.born_date.year
    is_young = selectors.age(parsed.born_date, on=on) < selectors.FULL_AGE
    person.is_minor = person.is_minor or is_young
    number = str(parsed)
    there = selectors.place_of(person, "identity_number")
    person.identity_number = crypto.encrypt(number, there)
    person.identity_index = selectors.identity_index(number)


def _clean_note(note: str) -> str:
    cleaned = note.strip()
    if len(cleaned) > NOTE_LENGTH:
        raise InvalidInput(_("备注请不超过 500 字"), path="note")
    return cleaned


def _check_not_erased(person: Person) -> None:
    if person.is_erased:
        raise Conflict(_("这位人员的信息已经删除"))


def _blank(person: Person, *, at: datetime) -> None:
    """Empty everything but the covered words, which the ledger blanks with their salt."""
    person.name = person.note = person.pinyin = person.initials = ""
    person.phone = person.phone_index = person.phone_tail_index = None
    person.identity_number = person.identity_index = None
    person.gender, person.birth_year, person.is_minor = Gender.UNKNOWN, None, False
    person.of_age_since, person.erased_at = None, at
    person.occupancies.all().delete()
    person.unmarkings.update(of_age_since=None)  # it tells when they were born
    columns = [column for columns in _COLUMNS.values() for column in columns]
    person.save(update_fields=[*columns, "of_age_since", "erased_at"])
