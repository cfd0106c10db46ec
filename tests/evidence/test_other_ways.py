"""Bytes that are a protected exhibit are protected wherever else they came."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from anlan.base.errors import NotAllowed
from anlan.cases import services as cases
from anlan.cases.enums import Protection
from anlan.cases.models import Case, TaskPhoto, VaultFile
from anlan.cases.selectors import photos_for
from anlan.evidence import services as evidence
from anlan.evidence.services import SignedAlone
from anlan.incidents import services as incidents
from anlan.incidents.models import Attachment
from anlan.incidents.selectors import attachments_for
from tests.evidence.told import begun, hurt, party, photographed, read, signed, told
from tests.pictures import JPEG, OTHER_JPEG
from tests.scene import Scene

pytestmark = pytest.mark.both_deep

Bring = Callable[[Scene, Case], VaultFile]


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def with_a_report(scene: Scene, case: Case) -> Attachment:
    report = case.incident.reports.get()
    return incidents.attach(report=report, chunks=[JPEG], by=scene.guard, at=scene.at)


def with_a_task(scene: Scene, case: Case) -> TaskPhoto:
    task = case.tasks.get(key="scene_photos")
    return cases.add_task_photo(task=task, chunks=[JPEG], by=scene.guard, at=scene.at)


def as_an_injury(scene: Scene, case: Case) -> None:
    photographed(scene, hurt(scene, case, party=party(scene, case)))


def as_a_signed_paper(scene: Scene, case: Case) -> None:
    spoken = read(scene, told(scene, begun(scene, case)))
    signed(scene, spoken, signed=SignedAlone(paper=[JPEG]))


def look(scene: Scene, row: VaultFile, name: str) -> None:
    row.refresh_from_db()
    reader = scene.person(name)
    if isinstance(row, Attachment):
        incidents.open_attachment(attachment=row, by=reader, at=scene.at)
    else:
        assert isinstance(row, TaskPhoto)
        cases.open_task_photo(photo=row, by=reader, at=scene.at)


def listed(scene: Scene, row: VaultFile, name: str) -> bool:
    reader = scene.person(name)
    if isinstance(row, Attachment):
        return attachments_for(reader, Attachment.objects.all()).exists()
    assert isinstance(row, TaskPhoto)
    return bool(photos_for(reader, row.task))


@pytest.fixture(params=[with_a_report, with_a_task])
def bring(request: pytest.FixtureRequest) -> Bring:
    return request.param  # type: ignore[no-any-return]  # one of the two above


class TestOfAnInjury:
    def test_when_they_had_come_before(self, scene, case, bring) -> None:
        row = bring(scene, case)
        look(scene, row, "sunlei")

        as_an_injury(scene, case)

        with pytest.raises(NotAllowed):
            look(scene, row, "sunlei")
        assert not listed(scene, row, "sunlei")
        look(scene, row, "lifang")
        assert listed(scene, row, "lifang")

    def test_when_they_come_later(self, scene, case, bring) -> None:
        as_an_injury(scene, case)

        row = bring(scene, case)

        with pytest.raises(NotAllowed):
            look(scene, row, "sunlei")
        assert not listed(scene, row, "sunlei")

    def test_other_bytes_and_other_cases_stay_open(self, scene, case, bring) -> None:
        other = scene.incident(place=scene.place("园区 南门")).case
        row = bring(scene, other)
        as_an_injury(scene, case)
        evidence.add_file(case=case, chunks=[OTHER_JPEG], by=scene.guard, at=scene.at)

        look(scene, row, "sunlei")
        assert listed(scene, row, "sunlei")


class TestOfAStatement:
    def test_is_read_on_the_list_of_evidence_alone(self, scene, case, bring) -> None:
        row = bring(scene, case)
        as_a_signed_paper(scene, case)

        for name in ("sunlei", "lifang", "zhoumin"):
            with pytest.raises(NotAllowed, match="证据清单"):
                look(scene, row, name)
            assert not listed(scene, row, name)

    def test_what_is_protected_stays_what_it_is(self, scene, case, bring) -> None:
        as_an_injury(scene, case)
        row = bring(scene, case)
        as_a_signed_paper(scene, case)

        row.refresh_from_db()
        assert row.protection == Protection.INJURY


class TestOnTheScreen:
    def test_the_report_says_that_something_came(
        self, scene: Scene, case: Case, client: Client
    ) -> None:
        row = with_a_report(scene, case)
        address = reverse("incidents:attachment", args=[case.number, row.uid])
        room = reverse("cases:room", args=[case.number])
        client.force_login(scene.officer)
        assert address in client.get(room).content.decode()

        as_an_injury(scene, case)

        page = client.get(room).content.decode()
        assert address not in page
        assert "受保护，有权限的人在证据清单中查看" in page
        client.force_login(scene.person("sunlei"))
        assert client.get(address).status_code == 403
