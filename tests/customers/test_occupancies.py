"""Who has to do with which room, and since when; erased with the person."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from anlan.accounts.models import Place
from anlan.base.errors import InvalidInput, NotAllowed, NotFound
from anlan.cases import services as cases
from anlan.cases.models import Case, Party
from anlan.customers import services as customers
from anlan.customers.enums import ErasureReason, OccupancyRole
from anlan.customers.models import Occupancy
from anlan.incidents.models import Incident
from anlan.investigation.selectors.background import background_of
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from tests.accounts.browsing import sign_in
from tests.evidence.told import party
from tests.scene import Scene

pytestmark = pytest.mark.both


def rooms(scene: Scene) -> list[Place]:
    return list(scene.site.places.filter(kind="room").order_by("pk")[:2])


def noted(scene: Scene, who: Party, place: Place, **more: Any) -> Occupancy:
    assert who.person is not None
    said: dict[str, Any] = {
        "role": OccupancyRole.OWNER,
        "since_on": date(2020, 1, 1),
        "by": scene.officer,
        "at": scene.at,
        **more,
    }
    return customers.note_occupancy(person=who.person, place=place, **said)


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


class TestNoting:
    def test_twice_is_once_and_no_entry_says_which_room(self, scene: Scene, case: Case):
        who, room = party(scene, case), rooms(scene)[0]

        assert noted(scene, who, room) == noted(scene, who, room)

        entry = Entry.objects.get(kind="customers.occupancy_noted")
        assert room.label not in str(bytes(entry.data or b""))
        assert str(room.uid) not in str(bytes(entry.data or b""))
        assert verify().is_sound

    @pytest.mark.parametrize(
        ("said", "path"),
        [
            ({"since_on": date(2999, 1, 1)}, "since_on"),
            ({"until_on": date(2019, 1, 1)}, "until_on"),
        ],
    )
    def test_days_that_cannot_be_are_refused(
        self, scene: Scene, case: Case, said: dict[str, Any], path: str
    ):
        with pytest.raises(InvalidInput) as refused:
            noted(scene, party(scene, case), rooms(scene)[0], **said)
        assert refused.value.path == path

    def test_only_a_room_can_be_somebodys(self, scene: Scene, case: Case):
        building = scene.site.places.exclude(kind="room").first()
        assert building is not None
        with pytest.raises(InvalidInput) as refused:
            noted(scene, party(scene, case), building)
        assert refused.value.path == "place"

    def test_by_who_registers_parties_where_the_person_is_known(
        self, scene: Scene, case: Case
    ):
        who = party(scene, case)
        with pytest.raises(NotAllowed):
            noted(scene, who, rooms(scene)[0], by=scene.person("chenlu"))
        elsewhere = Place.objects.create(
            site=scene.other_site, kind="room", name="101", label="101"
        )
        with pytest.raises((NotFound, NotAllowed)):
            noted(scene, who, elsewhere)

    def test_it_ends_once(self, scene: Scene, case: Case):
        row = noted(scene, party(scene, case), rooms(scene)[0])
        for day in (date(2024, 5, 1), date(2025, 5, 1)):
            row = customers.end_occupancy(
                occupancy=row, until_on=day, by=scene.officer, at=scene.at
            )
        assert row.until_on == date(2024, 5, 1)
        assert Entry.objects.filter(kind="customers.occupancy_ended").count() == 1

    def test_the_database_refuses_days_that_contradict(self, scene: Scene, case: Case):
        row = noted(scene, party(scene, case), rooms(scene)[0])
        with pytest.raises(IntegrityError), transaction.atomic():
            Occupancy.objects.filter(pk=row.pk).update(until_on=date(2000, 1, 1))

    def test_it_goes_with_the_person(self, scene: Scene, case: Case):
        who = party(scene, case)
        noted(scene, who, rooms(scene)[0])
        assert who.person is not None
        cases.close_as_false_alarm(
            case=case, reason="误会", by=scene.officer, at=scene.at
        )

        customers.erase_person(
            person=who.person,
            site=scene.site,
            reason=ErasureReason.REQUEST,
            by=scene.manager,
            at=scene.at,
        )

        assert not Occupancy.objects.exists()
        assert verify().is_sound


class TestBackground:
    """Earlier cases of the room: of others who lived there, then, and not of those gone."""

    @pytest.fixture
    def earlier(self, scene: Scene) -> list[Party]:
        """The room's, its neighbour's, and of somebody who had moved away by then."""
        here, beside = rooms(scene)
        found = [lately(scene, name) for name in ("甲某", "乙某", "丙某")]
        noted(scene, found[0], here, role=OccupancyRole.FAMILY)
        noted(scene, found[1], beside)
        noted(scene, found[2], here, until_on=date(2021, 1, 1))
        return found

    def test_the_same_room_counts(self, scene: Scene, earlier: list[Party]):
        now = scene.incident().case
        who = party(scene, now, "陆远航")
        assert not any(
            "房屋" in row.reason for row in background_of(now, scene.officer)
        )

        noted(scene, who, rooms(scene)[0])

        found = {row.reason: row for row in background_of(now, scene.officer)}
        row = found["同一房屋：陆*航"]
        assert [case.pk for case in row.cases] == [earlier[0].case_id]
        assert (row.hidden, row.more) == (0, 0)

    def test_what_the_reader_may_not_see_is_counted(
        self, scene: Scene, earlier: list[Party]
    ):
        now = scene.incident().case
        noted(scene, party(scene, now), rooms(scene)[0])
        Case.objects.filter(pk=earlier[0].case_id).update(site=scene.other_site)

        (row,) = (
            one for one in background_of(now, scene.officer) if "房屋" in one.reason
        )

        assert (row.cases, row.hidden) == ([], 1)


def lately(scene: Scene, name: str) -> Party:
    """Somebody of a case of a month ago."""
    incident = scene.incident()
    found = party(scene, incident.case, name)
    at = incident.case.opened_at - timedelta(days=30)
    Case.objects.filter(pk=incident.case_id).update(
        opened_at=at, state="closed", closed_at=scene.at
    )
    Incident.objects.filter(pk=incident.pk).update(false_alarm_at=scene.at)
    return found


class TestPage:
    def test_the_sheet_notes_it_and_says_what_is_there(
        self, client: Client, scene: Scene, case: Case
    ):
        sign_in(client, scene.officer)
        who, room = party(scene, case), rooms(scene)[0]
        address = f"/cases/{case.number}/parties/{who.uid}/home/"
        said = {"place": str(room.uid), "role": "owner", "since_on": "2020-01-01"}

        assert client.post(address, said).status_code == 302
        assert room.label in client.get(address).content.decode()
        client.post(address, {**said, "until_on": "2024-05-01"})

        assert Occupancy.objects.get().until_on == date(2024, 5, 1)

    def test_who_registers_nobody_may_not(
        self, client: Client, scene: Scene, case: Case
    ):
        who = party(scene, case)
        sign_in(client, scene.person("chenlu"))
        address = f"/cases/{case.number}/parties/{who.uid}/home/"
        assert client.get(address).status_code == 403
