from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from anlan.base import crypto
from anlan.base.clock import local_day
from anlan.base.errors import Conflict, InvalidInput, NotAllowed, NotFound
from anlan.customers import selectors, services
from anlan.customers.enums import ErasureReason, Gender, ProtectedField
from anlan.customers.models import Disclosure, KnownAt, Person, Unit, Unmarking
from anlan.customers.selectors import is_minor
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Entry, EntryRef
from anlan.ledger.verify import verify

NAME, PHONE = "陈晓雯", "19900006620"
NUMBER = "449900199002302468"  # no such district, no such day


def register(front, **more):
    given_ = {"site": front.site, "by": front.officer, "at": front.at, "name": NAME}
    return services.add_person(**(given_ | more))


def entries(kind=None, **filters):
    found = Entry.objects.filter(subject__startswith="person:", **filters)
    if kind:
        found = found.filter(kind=kind)
    return list(found.order_by("organisation_id", "site_id", "seq"))


@pytest.mark.both
def test_person_is_stored_encrypted_and_on_the_sites_chain(front):
    person = register(front, phone=" 199-0000-6620 ", note="住 12 楼")

    person.refresh_from_db()
    entry = entries()[-1]
    assert (entry.kind, entry.site_id) == ("customers.person_added", front.site.pk)
    assert entry.subject == entry.object == person.subject
    assert (person.name, person.note) == (NAME, "住 12 楼")
    assert PHONE.encode() not in bytes(person.phone)
    there = crypto.Place(front.organisation.pk, "customers.Person", person.uid, "phone")
    assert crypto.decrypt(bytes(person.phone), there) == f"+86{PHONE}"
    assert verify().problems == []


def test_no_entry_holds_a_name_or_a_number(front):
    person = register(front, phone=PHONE, note=f"{NAME}的丈夫也在场")
    services.correct_person(
        reason="本人出示证件",
        person=person,
        site=front.site,
        name="陈晓文",
        phone="19900006621",
        by=front.officer,
        at=front.at,
    )
    services.reveal(
        person=person,
        field=ProtectedField.PHONE,
        site=front.site,
        reason=f"给{NAME}回电",
        by=front.officer,
        at=front.at,
    )
    services.erase_person(
        person=person,
        site=front.site,
        reason=ErasureReason.REQUEST,
        by=front.manager,
        at=front.at,
    )

    record = b"".join(bytes(e.body) + bytes(e.data or b"") for e in entries()).decode()
    assert record.count("customers.") == 10
    for secret in (NAME, "陈晓文", "00006620", "00006621", "丈夫", "回电"):
        assert secret not in record
    # Four digits stand in a digest or a uid by chance.
    chosen = re.sub(r"[0-9a-f]{8,}(?:-[0-9a-f]{4,})*", "", record)
    for tail in ("6620", "6621"):
        assert tail not in chosen


def test_person_does_not_name_itself_in_logs_and_errors(front):
    person = register(front, phone=PHONE)

    shown = f"{person} {person!r} {KnownAt.objects.get(person=person)}"
    assert NAME not in shown
    assert "6620" not in shown


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", " \u200b\n "),
        ("name", "陈" * 61),
        ("phone", "110"),
        ("phone", "电话"),
        ("identity_number", "44990019900230246"),
        ("identity_number", NUMBER),
        ("birth_year", 1899),
        ("birth_year", 2027),
        ("note", "长" * 501),
    ],
)
def test_person_with_an_impossible_value_is_refused_by_field(front, field, value):
    with pytest.raises(InvalidInput) as refusal:
        register(front, **{field: value})

    assert refusal.value.path == field
    assert not Person.objects.exists()
    assert entries() == []


def test_the_same_name_at_the_same_number_is_one_person(front):
    register(front, phone=PHONE)

    with pytest.raises(Conflict):
        register(front, phone="１９９ ００００ ６６２０", name=f" {NAME} ")

    assert Person.objects.count() == 1
    assert len(entries()) == 1


def test_people_may_share_a_name_or_a_telephone(front):
    register(front, phone=PHONE)
    register(front, phone=PHONE, name="陈小宝", is_minor=True)
    register(front, phone="19900006621")
    register(front)
    register(front)

    assert Person.objects.count() == 5


@pytest.mark.both
def test_an_identity_number_belongs_to_one_person_of_the_company(front):
    number = "449900199001010" + last_of("449900199001010")
    register(front, identity_number=number)

    with pytest.raises(Conflict):
        register(front, name="别名", identity_number=number.lower())

    assert Person.objects.count() == 1
    assert verify().problems == []


def last_of(first_15: str) -> str:
    """The three characters that make a number of these fifteen right."""
    for order in range(100):
        for last in "0123456789X":
            total = 0
            for c in f"{first_15}{order:02d}{last}":
                total = (total * 2 + (10 if c == "X" else int(c))) % 11
            if total == 1:
                return f"{order:02d}{last}"
    raise AssertionError


@pytest.mark.parametrize(
    ("born", "is_minor"),
    [
        (date(2008, 11, 23), False),  # eighteen on the day itself
        (date(2008, 11, 24), True),
        (date(2020, 2, 29), True),
        (date(1990, 1, 1), False),
    ],
)
def test_identity_number_tells_the_year_and_whether_somebody_is_a_minor(
    front, born, is_minor
):
    first = f"449900{born:%Y%m%d}0"

    person = register(front, identity_number=first + last_of(first))

    assert (person.birth_year, person.is_minor) == (born.year, is_minor)


@pytest.mark.parametrize(
    ("year", "is_minor"), [(2007, False), (2008, True), (2020, True)]
)
def test_by_the_year_alone_somebody_is_a_minor_until_certainly_not(
    front, year, is_minor
):
    assert register(front, birth_year=year).is_minor is is_minor


def test_year_and_identity_number_that_contradict_are_refused(front):
    first = "449900199001010"

    with pytest.raises(InvalidInput, match="不符"):
        register(front, identity_number=first + last_of(first), birth_year=1991)


def test_identity_number_of_somebody_not_yet_born_is_refused(front):
    first = "449900202612010"

    with pytest.raises(InvalidInput) as refusal:
        register(front, identity_number=first + last_of(first))

    assert refusal.value.path == "identity_number"


def test_only_those_who_may_edit_parties_register_a_person(front):
    with pytest.raises(NotAllowed):
        register(front, by=front.administrator)
    with pytest.raises(NotAllowed):
        register(front, by=front.other_officer)

    assert register(front, by=front.guard).name == NAME


@pytest.mark.both
def test_find_or_add_finds_the_number_typed_differently(front):
    known = register(front, phone=PHONE)

    found = services.find_or_add_person(
        site=front.site,
        name="陈 晓雯".replace(" ", ""),
        phone="+86 199 0000 6620",
        by=front.guard,
        at=front.at,
    )

    assert found == known
    assert len(entries()) == 1


def test_find_or_add_twice_registers_once(front):
    def call():
        return services.find_or_add_person(
            site=front.site, name=NAME, phone=PHONE, by=front.guard, at=front.at
        )

    assert call() == call()
    assert [e.kind for e in entries()] == ["customers.person_added"]


def test_find_or_add_never_merges_by_name_or_by_number_alone(front):
    mother = register(front, phone=PHONE)

    child, namesake = (
        services.find_or_add_person(
            site=front.site, name=name, phone=phone, by=front.guard, at=front.at
        )
        for name, phone in (("陈小宝", PHONE), (NAME, "19900006621"))
    )

    assert len({mother.pk, child.pk, namesake.pk}) == 3


def test_find_or_add_needs_a_number(front):
    register(front)

    with pytest.raises(InvalidInput):
        services.find_or_add_person(
            site=front.site, name=NAME, phone=" ", by=front.guard, at=front.at
        )


@pytest.mark.both
def test_find_or_add_makes_the_person_known_at_the_second_site(front):
    person = register(front, phone=PHONE)

    found = services.find_or_add_person(
        site=front.other_site,
        name=NAME,
        phone=PHONE,
        by=front.other_officer,
        at=front.at,
    )

    assert found == person
    assert [(e.kind, e.site_id) for e in entries()] == [
        ("customers.person_added", front.site.pk),
        ("customers.person_known", front.other_site.pk),
    ]
    assert selectors.person_for(front.other_officer, person.uid) == person


def test_companies_do_not_find_each_others_people(front):
    ours = register(front, phone=PHONE)

    theirs = services.find_or_add_person(
        site=front.foreign_site,
        name=NAME,
        phone=PHONE,
        by=front.foreign_officer,
        at=front.at,
    )

    assert theirs != ours
    assert theirs.organisation_id == front.foreign_site.organisation_id


@pytest.mark.both
def test_correction_names_the_fields_and_keeps_the_chain_sound(front):
    person = register(front, phone=PHONE, gender=Gender.FEMALE)

    corrected = services.correct_person(
        reason="本人出示证件",
        person=person,
        site=front.site,
        name="陈晓文",
        phone="19900006621",
        gender=Gender.FEMALE,
        note="",
        by=front.officer,
        at=front.at,
    )

    entry = entries("customers.person_corrected")[0]
    assert b'"fields":"name,phone"' in bytes(entry.data)
    assert selectors.masked(corrected).phone == "199****6621"
    assert corrected.pinyin == " chenxiaowen"
    assert verify().problems == []


def test_correction_that_changes_nothing_is_not_recorded(front):
    person = register(front, phone=PHONE, note="常客")

    services.correct_person(
        reason="本人出示证件",
        person=person,
        site=front.site,
        name=f" {NAME}",
        phone="+86 199 0000 6620",
        note="常客 ",
        by=front.officer,
        at=front.at,
    )

    assert len(entries()) == 1


def test_correction_can_empty_but_not_the_name(front):
    person = register(front, phone=PHONE, birth_year=1990, note="常客")

    emptied = services.correct_person(
        reason="本人出示证件",
        person=person,
        site=front.site,
        phone="",
        birth_year=None,
        note="",
        by=front.officer,
        at=front.at,
    )
    with pytest.raises(InvalidInput):
        services.correct_person(
            reason="本人出示证件",
            person=person,
            site=front.site,
            name=" ",
            by=front.officer,
            at=front.at,
        )

    emptied.refresh_from_db()
    assert (emptied.phone, emptied.phone_index, emptied.phone_tail_index) == (
        None,
        None,
        None,
    )
    assert (emptied.birth_year, emptied.note) == (None, "")
    assert verify().problems == []


def test_correction_into_another_person_is_refused(front):
    register(front, phone=PHONE)
    person = register(front, phone=PHONE, name="陈晓文")

    with pytest.raises(Conflict) as refusal:
        services.correct_person(
            reason="本人出示证件",
            person=person,
            site=front.site,
            name=NAME,
            by=front.officer,
            at=front.at,
        )

    assert NAME not in str(refusal.value)
    person.refresh_from_db()
    assert person.name == "陈晓文"


@pytest.mark.both
def test_correction_from_a_second_site_stays_with_the_chain_that_vouches(front):
    person = register(front, phone=PHONE)
    services.find_or_add_person(
        site=front.other_site,
        name=NAME,
        phone=PHONE,
        by=front.other_officer,
        at=front.at,
    )

    services.correct_person(
        reason="本人出示证件",
        person=person,
        site=front.other_site,
        name="陈晓文",
        by=front.other_officer,
        at=front.at,
    )

    entry = entries("customers.person_corrected")[0]
    assert entry.site_id == front.site.pk
    assert verify().problems == []


def test_correction_by_a_site_that_does_not_know_the_person_finds_nobody(front):
    person = register(front)

    with pytest.raises(NotFound):
        services.correct_person(
            reason="本人出示证件",
            person=person,
            site=front.other_site,
            name="别人",
            by=front.other_officer,
            at=front.at,
        )


@pytest.mark.both
def test_reveal_returns_the_value_and_leaves_a_quiet_entry(front):
    person = register(front, phone=PHONE)

    value = services.reveal(
        person=person,
        field=ProtectedField.PHONE,
        site=front.site,
        reason=" 通知  就医 ",
        by=front.officer,
        at=front.at,
        read_for="case:1",
    )

    entry = entries("customers.protected_field_read")[0]
    look = Disclosure.objects.get()
    assert value == f"+86{PHONE}"
    assert entry.actor == look.reader == front.officer.actor_key
    assert entry.object == f"disclosure:{look.uid}"
    assert (look.reason, look.read_for) == ("通知 就医", "case:1")
    assert EntryRef.objects.get(seq=entry.seq, site_id=front.site.pk).ref == "case:1"
    assert list(selectors.looks_at(person)) == [look]
    assert verify().problems == []


def test_reveal_reason_changed_afterwards_is_found(front):
    person = register(front, phone=PHONE)
    services.reveal(
        person=person,
        field=ProtectedField.NAME,
        site=front.site,
        reason="核对",
        by=front.officer,
        at=front.at,
    )

    Disclosure.objects.update(reason="上级要求")

    (problem,) = verify().problems
    assert problem.field.startswith("customers.Disclosure.reason")


@pytest.mark.parametrize(
    ("who", "where", "refusal"),
    [
        ("guard", "site", NotAllowed),
        ("administrator", "site", NotAllowed),
        ("other_officer", "site", NotAllowed),
        ("other_officer", "other_site", NotFound),
        ("headquarters", "other_site", NotFound),
        ("foreign_officer", "foreign_site", NotFound),
    ],
)
def test_reveal_is_refused_without_the_right_where_the_person_is_known(
    front, who, where, refusal
):
    person = register(front, phone=PHONE)

    with pytest.raises(refusal):
        services.reveal(
            person=person,
            field=ProtectedField.PHONE,
            site=getattr(front, where),
            reason="回访",
            by=getattr(front, who),
            at=front.at,
        )

    assert not Disclosure.objects.exists()


def test_reveal_needs_a_reason_and_a_value(front):
    person = register(front)

    def look(reason):
        services.reveal(
            person=person,
            field=ProtectedField.PHONE,
            site=front.site,
            reason=reason,
            by=front.officer,
            at=front.at,
        )

    with pytest.raises(InvalidInput):
        look(" \n")
    with pytest.raises(InvalidInput):
        look("长" * 201)
    with pytest.raises(NotFound):
        look("回访")
    assert not Disclosure.objects.exists()


@pytest.mark.both
def test_erasure_blanks_everything_and_leaves_the_chains_whole(front):
    person = register(
        front,
        phone=PHONE,
        identity_number="449900199001010" + last_of("449900199001010"),
        gender=Gender.FEMALE,
        is_minor=True,
        note="住 12 楼",
    )
    services.find_or_add_person(
        site=front.other_site,
        name=NAME,
        phone=PHONE,
        by=front.other_officer,
        at=front.at,
    )
    services.reveal(
        person=person,
        field=ProtectedField.PHONE,
        site=front.other_site,
        reason=f"给{NAME}回电",
        by=front.other_officer,
        at=front.at,
    )

    services.erase_person(
        person=person,
        site=front.site,
        reason=ErasureReason.REQUEST,
        by=front.headquarters,
        at=front.at,
    )

    row = Person.objects.values().get(pk=person.pk)
    kept = {"id", "uid", "organisation_id", "site_id", "created_at", "erased_at"}
    left = {k: v for k, v in row.items() if k not in kept and v}
    assert left == {"gender": "unknown"}
    look = Disclosure.objects.get()
    assert (look.reason, bytes(look.text_salt)) == ("", b"")
    assert selectors.masked(Person.objects.get()).name == "已删除"
    assert verify().problems == []


def test_words_blanked_without_an_entry_are_found(front):
    register(front, note="住 12 楼")

    Person.objects.update(note="")

    (problem,) = verify().problems
    assert problem.field.startswith("customers.Person.note")


def test_erasure_twice_is_recorded_once(front):
    person = register(front)

    for _time in range(2):
        services.erase_person(
            person=person,
            site=front.site,
            reason=ErasureReason.MISTAKE,
            by=front.manager,
            at=front.at,
        )

    assert len(entries("customers.person_erased")) == 1


def test_erased_person_cannot_be_corrected_read_or_found(front):
    person = register(front, phone=PHONE)
    services.erase_person(
        person=person,
        site=front.site,
        reason=ErasureReason.REQUEST,
        by=front.manager,
        at=front.at,
    )

    with pytest.raises(Conflict):
        services.correct_person(
            reason="本人出示证件",
            person=person,
            site=front.site,
            name="某",
            by=front.officer,
            at=front.at,
        )
    with pytest.raises(NotFound):
        services.reveal(
            person=person,
            field=ProtectedField.NAME,
            site=front.site,
            reason="核对",
            by=front.officer,
            at=front.at,
        )
    again = register(front, phone=PHONE)
    assert again != person


@pytest.mark.parametrize("who", ["guard", "officer", "administrator", "other_officer"])
def test_erasure_is_the_managers(front, who):
    person = register(front)

    with pytest.raises(NotAllowed):
        services.erase_person(
            person=person,
            site=front.site,
            reason=ErasureReason.REQUEST,
            by=getattr(front, who),
            at=front.at,
        )

    person.refresh_from_db()
    assert person.name == NAME


def test_person_of_two_sites_is_not_erased_by_one_manager(front):
    person = register(front, phone=PHONE)
    services.find_or_add_person(
        site=front.other_site,
        name=NAME,
        phone=PHONE,
        by=front.other_officer,
        at=front.at,
    )

    with pytest.raises(NotAllowed):
        services.erase_person(
            person=person,
            site=front.site,
            reason=ErasureReason.REQUEST,
            by=front.manager,
            at=front.at,
        )


@pytest.mark.both
def test_database_refuses_an_erased_person_with_a_name_left(front):
    person = register(front)

    for change in ({"erased_at": front.at}, {"name": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Person.objects.filter(pk=person.pk).update(**change)


@pytest.mark.both
def test_unit_is_one_to_one_with_a_room(front):
    unit = services.add_unit(
        place=front.room, number=" 1-1206 ", by=front.manager, at=front.at
    )
    again = services.add_unit(
        place=front.room, number="1-1206", by=front.manager, at=front.at
    )

    assert again == unit
    assert list(Unit.objects.filter(site=front.site)) == [unit]
    assert unit.number == "1-1206"
    assert Entry.objects.filter(kind="customers.unit_added").count() == 1
    with pytest.raises(InvalidInput):
        services.add_unit(
            place=front.room, number="1-1207", by=front.manager, at=front.at
        )


def test_unit_needs_a_room_a_free_number_and_the_right(front):
    from anlan.accounts import services as accounts  # noqa: PLC0415 -- only here
    from anlan.accounts.models import Place  # noqa: PLC0415

    def place(kind, name):
        return accounts.add_place(
            site=front.site, kind=kind, name=name, by=SYSTEM, at=front.at
        )

    services.add_unit(place=front.room, number="1206", by=front.manager, at=front.at)

    with pytest.raises(InvalidInput):
        services.add_unit(
            place=place(Place.Kind.SPOT, "门口"),
            number="1",
            by=front.manager,
            at=front.at,
        )
    other = place(Place.Kind.ROOM, "1207")
    with pytest.raises(Conflict):
        services.add_unit(place=other, number="1206", by=front.manager, at=front.at)
    with pytest.raises(InvalidInput):
        services.add_unit(place=other, number=" ", by=front.manager, at=front.at)
    with pytest.raises(NotAllowed):
        services.add_unit(place=other, number="1207", by=front.officer, at=front.at)
    assert Unit.objects.count() == 1


BORN = "449900200811240" + last_of("449900200811240")


@pytest.mark.parametrize(
    ("known", "on", "is_one"),
    [
        ({"identity_number": BORN}, date(2026, 11, 23), True),
        ({"identity_number": BORN}, date(2026, 11, 24), False),
        ({"birth_year": 2008}, date(2026, 12, 31), True),
        ({"birth_year": 2008}, date(2027, 1, 1), False),
        ({"is_minor": True}, date(2046, 1, 1), True),
    ],
)
def test_the_birthday_ends_being_a_minor_and_a_mark_alone_does_not(
    front, known, on, is_one
) -> None:
    assert is_minor(register(front, **known), on=on) is is_one


def test_a_mark_is_taken_back_with_a_reason_and_a_birth_is_not(front) -> None:
    said = {"site": front.site, "by": front.officer, "at": front.at}
    marked = register(front, name="陈小宝", is_minor=True)
    with pytest.raises(InvalidInput):
        services.unmark_minor(person=marked, reason=" ", was_wrong=True, **said)
    services.unmark_minor(person=marked, reason="出示了身份证", was_wrong=True, **said)
    marked.refresh_from_db()
    assert not marked.is_minor
    entry = Entry.objects.get(kind="customers.minor_unmarked")
    assert "身份证" not in bytes(entry.data or b"").decode()
    assert Unmarking.objects.get().reason == "出示了身份证"
    with pytest.raises(Conflict, match="没有未成年人的标记"):
        services.unmark_minor(person=marked, reason="再次", was_wrong=True, **said)
    born = register(front, name="白小露", birth_year=2015)
    with pytest.raises(Conflict, match="出生日期"):
        services.unmark_minor(person=born, reason="看着不像", was_wrong=True, **said)
    assert verify().is_sound


def test_of_age_since_a_day_is_a_minor_before_it(front) -> None:
    today = local_day(front.at)
    said = {"reason": "看了身份证", "site": front.site, "by": front.officer}
    marked = register(front, name="陈小宝", is_minor=True)
    for wrong in (
        {},
        {"of_age_since": today, "was_wrong": True},
        {"of_age_since": today + timedelta(days=1)},
    ):
        with pytest.raises(InvalidInput) as refused:
            services.unmark_minor(person=marked, **wrong, **said, at=front.at)
        assert refused.value.path == "of_age_since"
    day = today - timedelta(days=3)
    services.unmark_minor(person=marked, of_age_since=day, **said, at=front.at)
    marked.refresh_from_db()
    assert is_minor(marked, on=day - timedelta(days=1))
    assert not is_minor(marked, on=day)
    assert Unmarking.objects.get().of_age_since == day
    services.unmark_minor(person=marked, was_wrong=True, **said, at=front.at)
    marked.refresh_from_db()
    assert not is_minor(marked, on=day - timedelta(days=1))


def test_the_reason_goes_with_the_person(front) -> None:
    marked = register(front, name="陈小宝", is_minor=True)
    services.unmark_minor(
        person=marked,
        reason="陈小宝出示了身份证",
        of_age_since=date(2026, 1, 1),
        site=front.site,
        by=front.officer,
        at=front.at,
    )
    services.erase_person(
        person=marked,
        site=front.site,
        reason=ErasureReason.REQUEST,
        by=front.manager,
        at=front.at,
    )
    row = Unmarking.objects.get()
    assert (row.reason, row.of_age_since) == ("", None)
    assert row.person.of_age_since is None
    assert verify().is_sound
