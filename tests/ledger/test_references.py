"""The index of what entries speak of follows from them, and can be made again."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import F

from anlan.cases import services as cases
from anlan.cases.events import PartyAdded
from anlan.customers import services as customers
from anlan.customers.enums import ProtectedField
from anlan.incidents.models import Report
from anlan.ledger import references
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Entry, EntryRef
from anlan.ledger.references import Rebuilt, Speaking
from tests.ledger.chains import problems

pytestmark = [pytest.mark.both]


@pytest.fixture
def told(scene) -> dict[str, int]:
    """An alarm, its victim, and a look at their number: each reference, and its entry."""
    case = scene.incident().case
    party = cases.add_customer(
        case=case,
        name="张三",
        phone="13800138000",
        roles=["victim"],
        by=scene.officer,
        at=scene.at,
    )
    assert party.person is not None
    customers.reveal(
        person=party.person,
        field=ProtectedField.PHONE,
        site=scene.site,
        reason="通知就医",
        by=scene.officer,
        at=scene.at,
        read_for=case.subject,
    )
    refs = EntryRef.objects.filter(site_id=scene.site.pk)
    found = dict(refs.values_list("ref", "seq"))
    place = f"place:{scene.garage.uid}"
    assert found.keys() == {place, party.person.subject, case.subject}
    return found


def rebuilt() -> str:
    out = StringIO()
    call_command("rebuild_references", stdout=out)
    return out.getvalue().strip()


def test_each_stands_with_the_entry_that_speaks_of_it(told) -> None:
    kinds = {
        ref.partition(":")[0]: Entry.objects.get(seq=seq, site_id__gt=0).kind
        for ref, seq in told.items()
    }

    assert kinds == {
        "place": "incident.reported",
        "person": "case.party_added",
        "case": "customers.protected_field_read",
    }
    assert problems() == []
    assert rebuilt() == "0 references added, 0 removed"


def test_without_any_they_are_missed_and_come_back(told) -> None:
    before = set(EntryRef.objects.values_list("site_id", "seq", "ref"))
    EntryRef.objects.all().delete()
    assert problems() == [(seq, "reference") for seq in sorted(told.values())]

    assert rebuilt() == "3 references added, 0 removed"

    assert set(EntryRef.objects.values_list("site_id", "seq", "ref")) == before
    assert problems() == []


@pytest.mark.parametrize("kind", ["place:", "person:", "case:"])
@pytest.mark.parametrize(
    ("change", "places"),
    [({"ref": "case:other"}, [0, 0]), ({"seq": F("seq") + 1}, [0, 1])],
    ids=["another thing", "another entry"],
)
def test_a_changed_one_is_found_and_put_right(told, kind, change, places) -> None:
    [seq] = [seq for ref, seq in told.items() if ref.startswith(kind)]
    assert EntryRef.objects.filter(seq=seq, ref__startswith=kind).update(**change) == 1
    assert problems() == [(seq + place, "reference") for place in places]

    assert rebuilt() == "1 references added, 1 removed"

    assert problems() == []


def test_a_changed_row_is_found(told, scene) -> None:
    Report.objects.update(place=scene.place("园区 南门"))
    [seq] = [seq for ref, seq in told.items() if ref.startswith("place:")]

    assert problems() == [(seq, "reference")] * 2


def test_of_a_chain_that_is_none(told) -> None:
    EntryRef.objects.create(organisation_id=1, site_id=99, seq=1, ref="case:x")
    assert problems() == [(0, "head")]

    assert references.rebuild() == Rebuilt(added=0, removed=1)

    assert problems() == []


def test_an_erased_entry_refers_to_nothing(told, scene) -> None:
    entry = Entry.objects.get(kind=PartyAdded.kind)

    ledger.erase_entry(entry=entry, reason="申请删除", by=SYSTEM, at=scene.at)

    assert not EntryRef.objects.filter(ref__startswith="person:").exists()
    assert problems() == []
    assert rebuilt() == "0 references added, 0 removed"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"person":"person:a"}', {(3, "person:a")}),
        (b'{"person":"case:x"}', set()),  # the subject
        (b"{}", set()),
        (None, set()),
    ],
)
def test_what_facts_name(data, expected) -> None:
    said = Speaking(3, PartyAdded.kind, "case:x", "party:p", data)

    assert references.references([said]) == expected
