"""Links that are given over the API: alive until they end, one at a time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from anlan.cases import services as cases
from anlan.cases.enums import Side
from anlan.cases.events import LinkMade
from anlan.cases.models import Party
from anlan.ledger.models import Entry
from anlan.resolution.models import Notice
from tests.api.conftest import Api
from tests.resolution import reviewed, told
from tests.scene import Scene

pytestmark = pytest.mark.both


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def opens(address: str) -> int:
    return Client().get(urlsplit(address).path).status_code


class TestLetter:
    @pytest.fixture
    def notice(self, scene: Scene) -> Notice:
        return told.issued(scene, told.in_force(scene, scene.incident().case))

    def test_of_two_the_later_opens_until_it_ends(
        self, scene: Scene, speak: Any, notice: Notice
    ) -> None:
        manager: Api = speak(scene.manager)

        first, second = (manager.post(f"/notices/{notice.uid}/link") for _ in range(2))
        assert (first.status, second.status) == (201, 201)
        addresses = [one.body["address"] for one in (first, second)]
        assert [opens(one) for one in addresses] == [404, 200]

        made = Entry.objects.filter(kind=LinkMade.kind).order_by("seq").last()
        assert made is not None
        assert json.loads(bytes(made.body))["via"] == "api"

        ended = manager.post(f"/notices/{notice.uid}/link/end")
        assert (ended.status, ended.body["uid"]) == (200, str(notice.uid))
        assert opens(addresses[1]) == 404

    def test_of_a_revoked_one_there_is_none(
        self, scene: Scene, speak: Any, notice: Notice
    ) -> None:
        manager: Api = speak(scene.manager)
        manager.post(f"/notices/{notice.uid}/revocation", {"reason": "日期写错"})

        assert manager.post(f"/notices/{notice.uid}/link").status == 409


class TestOwnLink:
    @pytest.fixture
    def victim(self, scene: Scene) -> Party:
        return cases.add_party(
            case=scene.incident().case,
            roles=["victim"],
            description="灰色外套",
            by=scene.officer,
            at=scene.at,
        )

    def test_is_listed_while_it_is_alive(
        self, scene: Scene, speak: Any, victim: Party
    ) -> None:
        officer: Api = speak(scene.officer)
        path = f"/cases/{victim.case.number}/own-links"
        assert [one["ends_at"] for one in officer.get(path).body] == [None]

        address = officer.post(f"{path}/{victim.uid}").body["address"]
        (row,) = officer.get(path).body
        assert row["party"] == str(victim.uid)
        assert row["ends_at"]
        assert opens(address) == 200

        (ended,) = officer.post(f"{path}/{victim.uid}/end").body
        assert ended["ends_at"] is None
        assert opens(address) == 404

    def test_is_given_by_the_victims_contact_who_reads_no_talks(
        self, scene: Scene, speak: Any, victim: Party
    ) -> None:
        path = f"/cases/{victim.case.number}/own-links"
        guard: Api = speak(scene.guard)
        assert guard.get(path).status == 403
        cases.name_contact(
            case=victim.case,
            side=Side.VICTIM,
            user=scene.guard,
            by=scene.officer,
            at=scene.at,
        )

        assert guard.post(f"{path}/{victim.uid}").status == 201

    def test_is_not_for_who_struck(self, scene: Scene, speak: Any) -> None:
        case = scene.incident().case
        other = cases.add_party(
            case=case,
            roles=["aggressor"],
            description="高个子",
            by=scene.officer,
            at=scene.at,
        )
        path = f"/cases/{case.number}/own-links/{other.uid}"

        assert speak(scene.officer).post(path).status == 404


def test_copy_of_a_report_for_one_side(scene: Scene, speak: Any) -> None:
    case = scene.incident().case
    report = reviewed.decided(scene, reviewed.submitted(scene, case))
    victim, witness = (
        cases.add_party(
            case=case, roles=[role], description=role, by=scene.officer, at=scene.at
        )
        for role in ("victim", "witness")
    )
    path = f"/case-reports/{report.uid}/copies"
    manager: Api = speak(scene.manager)

    said = {"party": str(victim.uid), "receiver": "本人", "request_id": str(uuid4())}
    made, again = manager.post(path, said), manager.post(path, said)
    assert (made.status, made.body[:5]) == (200, b"%PDF-")
    assert made.headers["Content-Disposition"].endswith('-victim.pdf"')
    assert made.body == again.body
    assert report.copies.get().receiver == "本人"
    refused = manager.post(path, {"party": str(witness.uid), "receiver": "本人"})
    assert (refused.status, refused.paths) == (422, ["party"])
