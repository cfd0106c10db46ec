"""Files become exhibits: in two copies, on the list, on the record, and never twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from anlan.base import stores
from anlan.base.errors import Conflict, InvalidInput, NotAllowed, NotFound
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.evidence import services as evidence
from anlan.evidence.enums import CopyState, Source, Way
from anlan.evidence.models import Blob, Copy, Exhibit
from anlan.evidence.selectors import exhibit_for, exhibits_of
from anlan.incidents import services as incidents
from anlan.ledger.verify import verify
from tests.incidents.story import entries, facts
from tests.pictures import JPEG, OTHER_JPEG, PDF, PROGRAM
from tests.scene import Scene

pytestmark = pytest.mark.both_deep


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def added(scene: Scene, case: Case, content: bytes = JPEG, **more: Any) -> Exhibit:
    return evidence.add_file(
        case=case, chunks=[content], by=scene.guard, at=scene.at, **more
    )


class TestAFile:
    def test_is_an_exhibit_in_two_copies(self, scene, case) -> None:
        exhibit = added(
            scene, case, title="扭打", file_name="IMG_1.jpg", how="王建国手机"
        )

        assert (exhibit.code, exhibit.kind, exhibit.title) == (
            "E-0001",
            "photo",
            "扭打",
        )
        for store in stores.folders():
            assert store.path_of(exhibit.file.sha256).read_bytes() == JPEG
        assert exhibit.file.has_two_copies
        (fact,) = facts(case, "evidence.received")
        assert (fact["copies"], fact["on_one_disk"]) == (2, 1)
        assert fact["sha256"] == exhibit.file.sha256
        assert verify().is_sound

    def test_no_word_of_it_stands_in_the_facts(self, scene, case) -> None:
        added(scene, case, title="李四打人", file_name="李四.jpg", how="李四的手机")

        (entry,) = entries(case, "evidence.received")
        assert "李四" not in bytes(entry.data or b"").decode()

    def test_a_changed_title_is_found(self, scene, case) -> None:
        exhibit = added(scene, case, title="扭打")

        Exhibit.objects.filter(pk=exhibit.pk).update(title="拥抱")

        assert not verify().is_sound

    def test_each_case_counts_its_own(self, scene, case) -> None:
        other = scene.incident(place=scene.place("园区 南门")).case
        first, second = added(scene, case), added(scene, case, OTHER_JPEG)

        assert [first.code, second.code] == ["E-0001", "E-0002"]
        assert added(scene, other).code == "E-0001"
        assert Blob.objects.count() == 2  # the same bytes lie there once

    def test_the_same_twice_is_one_and_on_the_record(self, scene, case) -> None:
        assert added(scene, case) == added(scene, case)

        assert facts(case, "evidence.received_again")[0]["code"] == "E-0001"
        assert exhibits_of(case, scene.officer).count() == 1

    def test_a_paper(self, scene, case) -> None:
        assert added(scene, case, PDF).kind == "document"

    def test_what_cannot_be_read_is_refused_and_leaves_nothing(
        self, scene, case
    ) -> None:
        with pytest.raises(InvalidInput):
            added(scene, case, PROGRAM)

        assert not Exhibit.objects.exists()
        assert not entries(case, "evidence.received")

    def test_late_evidence_comes_to_a_closed_case(self, scene, case) -> None:
        Case.objects.filter(pk=case.pk).update(state="closed", closed_at=scene.at)

        assert added(scene, case).code == "E-0001"

    def test_from_another_site_is_refused(self, scene, case) -> None:
        with pytest.raises(NotAllowed):
            evidence.add_file(case=case, chunks=[JPEG], by=scene.stranger, at=scene.at)
        assert not list(stores.primary().root.rglob("objects/*/*/*"))


class TestTheSecondCopy:
    def test_that_is_away_loses_nothing_and_is_said(
        self, scene, case, settings
    ) -> None:
        away = Path(settings.DATA) / "file"
        away.write_bytes(b"no folder")
        settings.BACKUP_VAULT = away

        exhibit = evidence.add_file(
            case=case, chunks=[JPEG], by=scene.guard, at=scene.at
        )

        assert not exhibit.file.has_two_copies
        states = dict(exhibit.file.copies.values_list("store", "state"))
        assert states == {"primary": "present", "backup": "waiting"}
        assert facts(case, "evidence.received")[0]["copies"] == 1

    def test_is_never_made_of_damaged_bytes(self, scene, case, settings) -> None:
        digest = added(scene, case).file.sha256
        stores.backup().path_of(digest).unlink()
        path = stores.primary().path_of(digest)
        path.chmod(0o640)
        path.write_bytes(b"x" + JPEG[1:])

        with pytest.raises(stores.DamagedCopy):
            stores.backup().copy_from(path, digest)

        assert not stores.backup().has(digest)
        assert not list((stores.backup().root / "incoming").iterdir())


class TestWhatComesWithOtherThings:
    def test_a_task_photo_is_evidence(self, scene, case) -> None:
        task = case.tasks.get(key="scene_photos")

        cases.complete_task(task=task, photos=[[JPEG]], by=scene.guard, at=scene.at)

        exhibit = Exhibit.objects.get(case=case)
        assert (exhibit.source, exhibit.source_uid) == (
            Source.TASK,
            task.photos.get().uid,
        )
        assert exhibit.received_from == scene.guard.actor_key
        assert Copy.objects.filter(state=CopyState.PRESENT).count() == 2
        assert verify().is_sound

    def test_what_comes_with_a_report_is_evidence(self, scene) -> None:
        report = scene.report()

        incidents.attach(report=report, chunks=[JPEG], by=scene.guard, at=scene.at)

        exhibit = Exhibit.objects.get(case=report.incident.case)
        assert exhibit.source == Source.REPORT
        assert verify().is_sound


class TestOpening:
    def test_is_on_the_record_before_the_bytes_are_given(self, scene, case) -> None:
        exhibit = exhibit_for(scene.officer, case.number, added(scene, case).uid)

        opened = evidence.open_exhibit(
            exhibit=exhibit, way=Way.VIEWED, by=scene.officer, at=scene.at
        )

        assert opened.path.read_bytes() == JPEG
        (fact,) = facts(case, "evidence.opened")
        assert (fact["first"], fact["last"]) == (0, len(JPEG) - 1)
        assert fact["way"] == "viewed"

    def test_a_guard_opens_what_he_brought_and_nothing_else(self, scene, case) -> None:
        exhibit = added(scene, case)

        evidence.open_exhibit(
            exhibit=exhibit, way=Way.VIEWED, by=scene.guard, at=scene.at
        )
        with pytest.raises(NotAllowed):
            evidence.open_exhibit(
                exhibit=exhibit, way=Way.VIEWED, by=scene.next_guard, at=scene.at
            )
        assert len(entries(case, "evidence.opened")) == 1

    def test_another_site_finds_nothing(self, scene, case) -> None:
        exhibit = added(scene, case)

        with pytest.raises(NotFound):
            exhibit_for(scene.stranger, case.number, exhibit.uid)

    def test_the_other_copy_is_given_when_one_is_away(self, scene, case) -> None:
        exhibit = added(scene, case)
        stores.primary().path_of(exhibit.file.sha256).unlink()

        opened = evidence.open_exhibit(
            exhibit=exhibit, way=Way.VIEWED, by=scene.officer, at=scene.at
        )

        assert opened.path == stores.backup().path_of(exhibit.file.sha256)

    def test_a_copy_that_was_altered_is_not_given(self, scene, case) -> None:
        exhibit = added(scene, case)
        path = stores.primary().path_of(exhibit.file.sha256)
        path.chmod(0o640)
        path.write_bytes(b"x" + JPEG[1:])  # as long as before

        opened = evidence.open_exhibit(
            exhibit=exhibit, way=Way.VIEWED, by=scene.officer, at=scene.at
        )

        assert opened.path.read_bytes() == JPEG

    def test_both_away_is_a_sentence(self, scene, case) -> None:
        exhibit = added(scene, case)
        for store in stores.folders():
            store.path_of(exhibit.file.sha256).unlink()

        with pytest.raises(Conflict, match="两份副本"):
            evidence.open_exhibit(
                exhibit=exhibit, way=Way.VIEWED, by=scene.officer, at=scene.at
            )
        assert not entries(case, "evidence.opened")
