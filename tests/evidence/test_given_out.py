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
from anlan.evidence import services as evidence
from anlan.evidence.enums import CopyState, Scan
from anlan.evidence.models import Blob, Copy, Exhibit
from anlan.evidence.services import opening
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


class TestLargeFile:
    """Of which only the size is compared when it is given out."""

    @pytest.fixture(autouse=True)
    def _all_are_large(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(opening, "VERIFIED_BYTES", 16)

    @pytest.fixture
    def exhibit(self, scene: Scene, case: Case) -> Exhibit:
        return evidence.add_file(case=case, chunks=[JPEG], by=scene.guard, at=scene.at)

    def opened(self, scene: Scene, exhibit: Exhibit) -> Path:
        return evidence.open_exhibit(
            exhibit=exhibit, way=Way.DOWNLOADED, by=scene.officer, at=scene.at
        ).path

    def damage(self, exhibit: Exhibit, name: str, state: str) -> None:
        Copy.objects.filter(blob=exhibit.file, store=name).update(state=state)
        store = next(one for one in stores.folders() if one.name == name)
        flip_a_bit(store.path_of(exhibit.file.sha256))

    @pytest.mark.parametrize("state", [CopyState.CORRUPT, CopyState.MISSING])
    def test_copy_that_a_check_found_damaged_is_not_given_out(
        self, scene: Scene, exhibit: Exhibit, state: str
    ) -> None:
        self.damage(exhibit, "primary", state)

        assert self.opened(scene, exhibit).read_bytes() == JPEG

    def test_nothing_is_given_out_while_both_are_damaged(
        self, scene: Scene, exhibit: Exhibit
    ) -> None:
        for name in ("primary", "backup"):
            self.damage(exhibit, name, CopyState.CORRUPT)
        before = Entry.objects.count()

        with pytest.raises(Conflict, match="两份副本"):
            self.opened(scene, exhibit)
        assert Entry.objects.count() == before

    def test_what_is_made_from_it_is_made_from_bytes_that_were_read(
        self, exhibit: Exhibit
    ) -> None:
        Copy.objects.update(due_at=exhibit.file.kept_at)
        self.damage(exhibit, "primary", CopyState.PRESENT)  # nobody knows of it yet

        assert opening.source_path(exhibit.file).read_bytes() == JPEG
        judged_next = Copy.objects.filter(due_at=None).values_list("store", flat=True)
        assert list(judged_next) == ["primary"]

    def test_reading_it_for_long_keeps_the_lease(self, exhibit: Exhibit) -> None:
        calls: list[int] = []

        opening.source_path(exhibit.file, keep=lambda: calls.append(1))

        assert calls


def test_damage_that_an_opening_met_is_judged_before_all_else(
    scene: Scene, case: Case
) -> None:
    row = with_a_report(scene, case)
    Copy.objects.update(due_at=scene.at)
    flip_a_bit(stores.primary().path_of(row.sha256))

    given(scene, row)

    judged_next = Copy.objects.filter(due_at=None).values_list("store", flat=True)
    assert list(judged_next) == ["primary"]
