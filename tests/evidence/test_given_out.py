"""Files of reports and tasks leave under the rules of the vault, as exhibits do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from anlan.base import stores
from anlan.base.errors import Conflict
from anlan.cases import services as cases
from anlan.cases.enums import Way
from anlan.cases.models import Case, TaskPhoto
from anlan.evidence.enums import Scan
from anlan.evidence.models import Blob
from anlan.incidents import services as incidents
from anlan.incidents.models import Attachment
from anlan.ledger.models import Entry
from tests.evidence.damages import flip_a_bit
from tests.evidence.test_other_ways import with_a_report, with_a_task
from tests.pictures import JPEG, PDF
from tests.scene import Scene


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def given(
    scene: Scene, row: Attachment | TaskPhoto, *, way: Way = Way.DOWNLOADED
) -> Path:
    if isinstance(row, Attachment):
        by, at = scene.officer, scene.at
        return incidents.open_attachment(attachment=row, by=by, at=at, way=way)
    return cases.open_task_photo(photo=row, by=scene.officer, at=scene.at, way=way)


@pytest.mark.parametrize("bring", [with_a_report, with_a_task])
def test_altered_copy_is_passed_over_for_the_good_one(
    scene: Scene, case: Case, bring: Any
) -> None:
    row = bring(scene, case)
    flip_a_bit(stores.primary().path_of(row.sha256))

    assert given(scene, row).read_bytes() == JPEG
    flip_a_bit(stores.backup().path_of(row.sha256))
    with pytest.raises(Conflict):
        given(scene, row)


@pytest.mark.parametrize("bring", [with_a_report, with_a_task])
def test_malware_is_drawn_anew_and_not_saved(
    scene: Scene, case: Case, bring: Any
) -> None:
    row = bring(scene, case)
    Blob.objects.filter(sha256=row.sha256).update(scan=Scan.INFECTED, scan_note="Eicar")
    before = Entry.objects.count()

    with pytest.raises(Conflict, match="Eicar"):
        given(scene, row, way=Way.DOWNLOADED)
    assert Entry.objects.count() == before
    assert given(scene, row, way=Way.VIEWED).read_bytes() == JPEG


def test_infected_paper_of_a_report_is_refused(
    scene: Scene, case: Case, client: Client
) -> None:
    row = incidents.attach(
        report=case.incident.reports.get(), chunks=[PDF], by=scene.guard, at=scene.at
    )
    Blob.objects.filter(sha256=row.sha256).update(scan=Scan.INFECTED, scan_note="Eicar")
    client.force_login(scene.officer)

    page = client.get(f"/cases/{case.number}/incident/attachments/{row.uid}/")
    assert page.status_code == 409
