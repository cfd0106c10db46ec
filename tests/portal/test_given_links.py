"""An address to follow a report that the desk gives: lost ones, and reports by telephone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from anlan.base.errors import Conflict, NotAllowed, NotFound
from anlan.cases import services as cases
from anlan.cases.enums import Role
from anlan.cases.models import AccessLink, Case
from anlan.cases.selectors import link_for
from anlan.incidents import services as incidents
from anlan.incidents.enums import Channel
from anlan.incidents.models import Report
from tests.incidents.story import entries
from tests.moment import forget_counts
from tests.portal.test_views import report
from tests.scene import Scene


@pytest.fixture(autouse=True)
def _data_folder_and_clock(
    settings: Settings, tmp_path: Path, at: datetime
) -> Iterator[None]:
    settings.DATA = tmp_path
    with time_machine.travel(at, tick=False):
        forget_counts()
        yield


@pytest.fixture
def poster(scene: Scene) -> str:
    return f"/q/{scene.garage.code}"


def given_on(page: str) -> str:
    """The path of the address on the slip."""
    found = re.search(r'id="given-address"\s*>[^<]*?(/f/[\w-]+)<', page)
    assert found is not None
    return found[1]


def test_who_lost_theirs_is_given_another_and_the_first_ends(
    scene: Scene, client: Client, poster: str
) -> None:
    lost = report(client, poster)
    made = Report.objects.get()
    case = made.incident.case
    desk = Client()
    desk.force_login(scene.officer)

    slip = desk.post(reverse("incidents:link", args=[case.number, made.uid]))

    assert slip.status_code == 200
    assert "no-store" in slip["Cache-Control"]
    page = slip.content.decode()
    assert "<svg" in page.partition("slip")[2]
    assert client.get(given_on(page)).status_code == 200
    assert client.get(lost).status_code == 404
    assert [e.actor for e in entries(case, "case.link_made")][1:] == [
        scene.officer.actor_key
    ]
    assert len(entries(case, "case.link_revoked")) == 1


def test_who_telephoned_follows_and_reads_no_note_of_the_desk(
    scene: Scene, client: Client
) -> None:
    told = scene.report(by=scene.officer, channel=Channel.DESK, words="楼下有人打架")
    case = told.incident.case
    cases.write_note(case=case, text="只给内部看的话", by=scene.officer, at=scene.at)

    secret = incidents.give_report_link(report=told, by=scene.officer, at=scene.at)

    record = client.get(f"/f/{secret}/record").content.decode()
    assert client.get(f"/f/{secret}").status_code == 200
    assert "楼下有人打架" in record
    assert "只给内部看的话" not in record
    assert scene.officer.name not in record


@pytest.mark.parametrize("channel", [Channel.PHONE_APP, Channel.DEVICE])
def test_staff_and_devices_have_none(scene: Scene, channel: Channel) -> None:
    made = scene.report(channel=channel)

    with pytest.raises(Conflict):
        incidents.give_report_link(report=made, by=scene.officer, at=scene.at)

    assert not AccessLink.objects.exists()


def test_a_guard_and_somebody_of_a_side_give_none(scene: Scene) -> None:
    made = scene.report(channel=Channel.DESK)
    cases.add_party(
        case=made.incident.case,
        user=scene.officer,
        roles=[Role.VICTIM],
        by=scene.manager,
        at=scene.at,
    )

    for giver in (scene.guard, scene.officer):
        with pytest.raises(NotAllowed):
            incidents.give_report_link(report=made, by=giver, at=scene.at)

    assert not AccessLink.objects.exists()


def test_it_does_not_run_out_while_the_case_is_open(scene: Scene) -> None:
    made = scene.report(channel=Channel.DESK)
    secret = incidents.give_report_link(report=made, by=scene.officer, at=scene.at)
    _link, other = cases.make_access_link(
        case=made.incident.case, about="talks:x", by=scene.officer, at=scene.at
    )
    later = scene.at + timedelta(days=500)

    assert link_for(secret, at=later).about == made.key
    with pytest.raises(NotFound):
        link_for(other, at=later)


def test_it_is_read_for_a_month_after_the_closing(scene: Scene) -> None:
    made = scene.report(channel=Channel.DESK)
    secret = incidents.give_report_link(report=made, by=scene.officer, at=scene.at)
    closed = scene.at + timedelta(days=500)
    Case.objects.update(state=Case.State.CLOSED, closed_at=closed)

    assert link_for(secret, at=closed + timedelta(days=29)).about == made.key
    with pytest.raises(NotFound):
        link_for(secret, at=closed + timedelta(days=31))


def test_an_ended_one_stays_ended(scene: Scene) -> None:
    made = scene.report(channel=Channel.DESK)
    secret = incidents.give_report_link(report=made, by=scene.officer, at=scene.at)

    incidents.revoke_report_links(report=made, by=scene.officer, at=scene.at)

    with pytest.raises(NotFound):
        link_for(secret, at=scene.at)


def test_the_room_offers_it_to_who_may(scene: Scene) -> None:
    made = scene.report(channel=Channel.DESK)
    number = made.incident.case.number
    address = reverse("incidents:link", args=[number, made.uid])
    offered = []
    for person in (scene.officer, scene.guard):
        desk = Client()
        desk.force_login(person)
        page = desk.get(reverse("cases:room", args=[number])).content.decode()
        offered.append(address in page)

    assert offered == [True, False]
