"""Damage is found, told, repaired from the good copy, and nothing is ever thrown away."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_django import Settings

from anlan.base import stores
from anlan.base.stores import Store
from anlan.base.vault import Kept
from anlan.cases import services as cases
from anlan.cases.models import Case, TaskPhoto
from anlan.evidence import jobs, messages
from anlan.evidence import services as evidence
from anlan.evidence.enums import CheckKind, CopyState, Reading, Source
from anlan.evidence.models import Blob, CheckRun, CheckTurn, Copy, Exhibit
from anlan.evidence.services import check_turns, checking, damage, mending
from anlan.evidence.services.receiving import take_blob
from anlan.incidents import services as incidents
from anlan.ledger.events import SYSTEM
from anlan.ledger.verify import verify
from anlan.notify.models import Message
from tests.at_once import at_once, failures
from tests.evidence.damages import DAMAGES, flip_a_bit, remove_store
from tests.incidents.story import entries, facts
from tests.moment import AT
from tests.pictures import JPEG, OTHER_JPEG
from tests.scene import Scene

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BOTH = ("primary", "backup")


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def exhibit(scene: Scene, case: Case) -> Exhibit:
    return added(scene, case)


def added(scene: Scene, case: Case, content: bytes = JPEG) -> Exhibit:
    return evidence.add_file(case=case, chunks=[content], by=scene.guard, at=scene.at)


def store_called(name: str) -> Store:
    return next(store for store in stores.folders() if store.name == name)


def path_in(name: str, exhibit: Exhibit) -> Path:
    return store_called(name).path_of(exhibit.file.sha256)


def states(exhibit: Exhibit) -> dict[str, str]:
    return dict(exhibit.file.copies.values_list("store", "state"))


def set_aside(name: str) -> list[Path]:
    return sorted((store_called(name).root / "quarantine").glob("*"))


def until_nothing_is_due(at: datetime, *chosen: Callable[..., int]) -> None:
    for job in chosen or (jobs.check_quick, jobs.check_deep, jobs.fill_copies):
        while job(at=at):
            pass


def assert_two_sound_copies(exhibit: Exhibit, content: bytes = JPEG) -> None:
    assert states(exhibit) == dict.fromkeys(BOTH, CopyState.PRESENT)
    for name in BOTH:
        assert path_in(name, exhibit).read_bytes() == content


class TestDamage:
    @pytest.mark.both
    @pytest.mark.parametrize("name", BOTH)
    @pytest.mark.parametrize("kind", DAMAGES)
    def test_is_found_told_and_repaired(
        self, kind: str, name: str, case: Case, exhibit: Exhibit, at: datetime
    ) -> None:
        path = path_in(name, exhibit)
        DAMAGES[kind](path)
        bad = path.read_bytes() if path.is_file() else None

        until_nothing_is_due(at + HOUR)

        assert_two_sound_copies(exhibit)
        state = "missing" if kind in {"delete", "folder"} else "corrupt"
        (fact,) = facts(case, "evidence.copy_damaged")
        assert (fact["code"], fact["store"], fact["state"]) == ("E-0001", name, state)
        (repair,) = facts(case, "evidence.copy_repaired")
        assert (repair["code"], repair["store"]) == ("E-0001", name)
        if bad is not None:
            (kept,) = set_aside(name)
            assert kept.read_bytes() == bad
            assert kept.name.startswith(f"{exhibit.file.sha256}-20261123T0702")
        assert verify().is_sound

    def test_is_found_by_size_before_its_turn_to_be_read(
        self, case: Case, exhibit: Exhibit, at: datetime
    ) -> None:
        DAMAGES["truncate"](path_in("backup", exhibit))

        until_nothing_is_due(at, jobs.check_quick)

        assert states(exhibit)["backup"] == CopyState.CORRUPT
        assert not exhibit.file.has_two_copies

    def test_is_an_alarm_for_managers_and_administrators_once(
        self, scene: Scene, case: Case, exhibit: Exhibit, at: datetime
    ) -> None:
        second = added(scene, case, OTHER_JPEG)
        for one in (exhibit, second):
            path_in("backup", one).unlink()

        until_nothing_is_due(at)

        message = Message.objects.get(kind=messages.DAMAGED)
        assert message.params == {"site": scene.site.name, "count": 2}
        assert message.path == "/evidence/safety/"
        told = set(message.deliveries.values_list("user__username", flat=True))
        assert {"hetao", "admin"} <= told
        assert "wangjianguo" not in told
        assert message.deliveries.filter(is_alarm=True).exists()

    def test_of_one_file_in_two_cases_stands_in_both(
        self, scene: Scene, case: Case, exhibit: Exhibit, at: datetime
    ) -> None:
        other = scene.incident(place=scene.place("园区 南门")).case
        added(scene, other)
        path_in("primary", exhibit).unlink()

        until_nothing_is_due(at)

        for one in (case, other):
            assert len(entries(one, "evidence.copy_damaged")) == 1
            assert len(entries(one, "evidence.copy_repaired")) == 1

    def test_of_both_copies_changes_no_file(
        self, case: Case, exhibit: Exhibit, at: datetime
    ) -> None:
        paths = [path_in(name, exhibit) for name in BOTH]
        for path in paths:
            flip_a_bit(path)
        before = [path.read_bytes() for path in paths]

        for hours in range(5):
            until_nothing_is_due(at + HOUR + hours * HOUR)

        assert [path.read_bytes() for path in paths] == before
        assert states(exhibit) == dict.fromkeys(BOTH, CopyState.CORRUPT)
        assert len(entries(case, "evidence.copy_damaged")) == 2
        assert CheckRun.objects.filter(kind="deep").earliest("pk").corrupt == 2
        assert not entries(case, "evidence.copy_repaired")
        assert not [*set_aside("primary"), *set_aside("backup")]

    def test_of_both_ends_when_somebody_brings_the_file(
        self, case: Case, exhibit: Exhibit, at: datetime
    ) -> None:
        for name in BOTH:
            flip_a_bit(path_in(name, exhibit))
        until_nothing_is_due(at + HOUR)
        path = path_in("backup", exhibit)
        path.unlink()
        path.write_bytes(JPEG)

        until_nothing_is_due(at + 4 * HOUR)

        assert_two_sound_copies(exhibit)
        assert [f["store"] for f in facts(case, "evidence.copy_found")] == ["backup"]
        assert [f["store"] for f in facts(case, "evidence.copy_repaired")] == [
            "primary"
        ]

    @pytest.mark.parametrize("missing", ["", "backup"])
    def test_of_both_ends_when_somebody_uploads_the_original_again(
        self, scene: Scene, case: Case, exhibit: Exhibit, at: datetime, missing: str
    ) -> None:
        """The damaged file keeps its name: the good bytes wait beside it."""
        for name in BOTH:
            flip_a_bit(path_in(name, exhibit))
        if missing:
            path_in(missing, exhibit).unlink()
        until_nothing_is_due(at + HOUR)

        again = evidence.add_file(
            case=case, chunks=[JPEG], by=scene.guard, at=at + 2 * HOUR
        )

        assert again == exhibit
        until_nothing_is_due(at + 2 * HOUR)
        assert_two_sound_copies(exhibit)
        stores_mended = {f["store"] for f in facts(case, "evidence.copy_repaired")}
        assert stores_mended == set(BOTH)

    def test_of_both_is_repaired_from_what_was_set_aside(
        self, case: Case, exhibit: Exhibit, at: datetime
    ) -> None:
        shelf = store_called("backup").root / "quarantine"
        shelf.mkdir()
        path_in("backup", exhibit).rename(shelf / f"{exhibit.file.sha256}-somewhen")
        path_in("primary", exhibit).unlink()

        until_nothing_is_due(at)

        assert_two_sound_copies(exhibit)

    def test_a_damaged_copy_never_replaces_a_missing_one(
        self, case: Case, exhibit: Exhibit, at: datetime
    ) -> None:
        path_in("backup", exhibit).unlink()
        flip_a_bit(path_in("primary", exhibit))

        until_nothing_is_due(at, jobs.check_quick, jobs.fill_copies)

        assert not path_in("backup", exhibit).exists()
        assert states(exhibit) == {"primary": "corrupt", "backup": "missing"}
        assert CheckRun.objects.get(kind="quick").missing == 1
        run = CheckRun.objects.filter(kind="copies").earliest("pk")
        assert (run.corrupt, run.failed) == (1, run.copies)
        assert len(entries(case, "evidence.copy_damaged")) == 2

    def test_a_store_that_was_thrown_away_is_filled_again(
        self, case: Case, exhibit: Exhibit, at: datetime
    ) -> None:
        remove_store(store_called("backup"))

        until_nothing_is_due(at)

        assert_two_sound_copies(exhibit)

    def test_in_a_store_that_cannot_be_written_waits(
        self, case: Case, exhibit: Exhibit, at: datetime
    ) -> None:
        store = store_called("backup")
        flip_a_bit(path_in("backup", exhibit))
        (store.root / "quarantine").write_bytes(b"no folder can be made here")

        until_nothing_is_due(at + HOUR)
        assert states(exhibit)["backup"] == CopyState.CORRUPT
        assert jobs.fill_copies(at=at + HOUR) == 0  # not before a minute has passed

        (store.root / "quarantine").unlink()
        until_nothing_is_due(at + HOUR + timedelta(minutes=1))
        assert_two_sound_copies(exhibit)
        assert len(entries(case, "evidence.copy_damaged")) == 1

    def test_that_was_a_misreading_is_none(
        self, case: Case, exhibit: Exhibit, at: datetime
    ) -> None:
        """Somebody repairs the file between the reading and the alarm."""
        path = path_in("backup", exhibit)
        flip_a_bit(path)
        copy = exhibit.file.copies.select_related("blob").get(store="backup")
        seen = stores.look(path)
        path.unlink()
        path.write_bytes(JPEG)

        assert not damage.note_damage(
            copy=copy, state=CopyState.CORRUPT, seen=seen, since=at, at=at
        )
        assert states(exhibit)["backup"] == CopyState.PRESENT
        assert not entries(case, "evidence.copy_damaged")

    def test_of_a_row_that_was_deleted(
        self, case: Case, exhibit: Exhibit, at: datetime
    ) -> None:
        Copy.objects.filter(store="backup").delete()

        until_nothing_is_due(at)

        assert_two_sound_copies(exhibit)
        assert not entries(case, "evidence.copy_damaged")


class TestWaitingCopies:
    def test_are_made_when_the_store_is_there(
        self, scene: Scene, case: Case, settings: Settings, tmp_path: Path
    ) -> None:
        settings.BACKUP_VAULT = tmp_path / "file" / "vault"
        (tmp_path / "file").write_bytes(b"no folder")
        exhibit = added(scene, case)
        assert states(exhibit)["backup"] == CopyState.WAITING
        assert jobs.fill_copies(at=scene.at) == 0

        (tmp_path / "file").unlink()
        until_nothing_is_due(scene.at, jobs.fill_copies)

        assert_two_sound_copies(exhibit)
        (fact,) = facts(case, "evidence.second_copy_made")
        assert fact["code"] == "E-0001"
        run = CheckRun.objects.get(kind=CheckKind.COPIES)
        assert (run.copies, run.repaired) == (1, 1)

    def test_are_never_taken_on_trust(
        self, case: Case, exhibit: Exhibit, at: datetime
    ) -> None:
        """A file that lies there already under the name is read before it counts."""
        Copy.objects.filter(store="backup").update(state=CopyState.WAITING)
        flip_a_bit(path_in("backup", exhibit))

        until_nothing_is_due(at, jobs.fill_copies)

        assert_two_sound_copies(exhibit)
        assert len(entries(case, "evidence.copy_damaged")) == 1
        assert len(set_aside("backup")) == 1

    def test_without_any_file_are_an_alarm(
        self, scene: Scene, case: Case, at: datetime
    ) -> None:
        kept = Kept(
            sha256=hashlib.sha256(b"gone").hexdigest(), size=4, media_type="image/jpeg"
        )
        exhibit = evidence.add_exhibit(
            case=case,
            kept=kept,
            source=Source.UPLOAD,
            reading=Reading.READABLE,
            by=SYSTEM,
            at=at,
        )

        until_nothing_is_due(at)

        assert states(exhibit) == dict.fromkeys(BOTH, CopyState.MISSING)


class TestADiskThatIsAway:
    @pytest.fixture
    def disk(self, company: None, settings: Settings, tmp_path: Path) -> Path:
        """Somebody named a folder, and the worker made it ready."""
        settings.BACKUP_VAULT = tmp_path / "disk"
        jobs.fill_copies(at=AT)
        assert (tmp_path / "disk" / "objects").is_dir()
        return tmp_path / "disk"

    def test_is_told_once_a_day_and_fills_nothing(
        self, scene: Scene, disk: Path, exhibit: Exhibit, case: Case, at: datetime
    ) -> None:
        disk.rename(disk.with_name("unplugged"))
        disk.mkdir()  # the mount point

        for hours in range(3):
            until_nothing_is_due(at + hours * HOUR)

        assert not list(disk.iterdir())
        assert states(exhibit) == {"primary": "present", "backup": "away"}
        assert not entries(case, "evidence.copy_damaged")
        assert Message.objects.filter(kind=messages.AWAY).count() == 1
        assert CheckRun.objects.filter(kind="quick").latest("pk").missing == 1

        disk.rmdir()
        disk.with_name("unplugged").rename(disk)
        until_nothing_is_due(at + 3 * HOUR)
        assert_two_sound_copies(exhibit)
        assert exhibit.file.copies.get(store="backup").rehashed_at == at + 3 * HOUR

    def test_takes_no_new_file_onto_the_disk_below_its_mount_point(
        self, scene: Scene, disk: Path, exhibit: Exhibit, case: Case, at: datetime
    ) -> None:
        shutil.rmtree(disk)
        disk.mkdir()

        second = added(scene, case, OTHER_JPEG)
        until_nothing_is_due(at)

        assert states(second)["backup"] == CopyState.WAITING
        assert not list(disk.iterdir())

    def test_is_replaced_by_an_empty_one_with_its_folder(
        self, disk: Path, exhibit: Exhibit, case: Case, at: datetime
    ) -> None:
        shutil.rmtree(disk)
        (disk / "objects").mkdir(parents=True)

        until_nothing_is_due(at)

        assert_two_sound_copies(exhibit)


class TestTheQuickCheck:
    def test_is_one_run_an_hour_in_parts(
        self,
        scene: Scene,
        case: Case,
        at: datetime,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(checking, "LOOKED_AT", 3)
        for content in (JPEG, OTHER_JPEG):
            added(scene, case, content)

        assert jobs.check_quick(at=at) == 3
        assert not CheckRun.objects.exists()
        assert jobs.check_quick(at=at + timedelta(seconds=1)) == 1
        assert jobs.check_quick(at=at + timedelta(minutes=59)) == 0

        run = CheckRun.objects.get()
        assert (run.kind, run.copies, run.missing, run.corrupt) == ("quick", 4, 0, 0)
        assert jobs.check_quick(at=at + 2 * HOUR) == 3

    def test_of_an_empty_vault_is_a_run_as_well(self, company: None, at) -> None:
        jobs.check_quick(at=at)

        assert CheckRun.objects.get().copies == 0


class TestTheDeepCheck:
    def test_reads_a_file_after_an_hour_a_day_and_every_week(
        self, exhibit: Exhibit, at: datetime
    ) -> None:
        read = [
            hours
            for hours in range(15 * 24)
            if jobs.check_deep(at=at + hours * HOUR) > 0
        ]

        assert read == [1, 24, 24 + 6 * 24, 24 + 12 * 24]

    def test_counts_copies_and_bytes(self, exhibit: Exhibit, at: datetime) -> None:
        until_nothing_is_due(at, jobs.check_deep)
        until_nothing_is_due(at + HOUR, jobs.check_deep)

        runs = CheckRun.objects.filter(kind="deep").order_by("pk")
        assert [(run.copies, run.bytes_read) for run in runs] == [
            (0, 0),
            (2, 2 * len(JPEG)),
        ]

    def test_is_bounded_and_goes_on(
        self,
        scene: Scene,
        case: Case,
        at: datetime,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(checking, "DEEP_BYTES", 1)
        for content in (JPEG, OTHER_JPEG):
            added(scene, case, content)

        counts = [jobs.check_deep(at=at + HOUR) for _ in range(5)]

        assert counts == [1, 1, 1, 1, 0]
        assert CheckRun.objects.filter(kind="deep").get().copies == 4

    def test_keeps_to_the_megabytes_a_second(
        self, exhibit: Exhibit, at: datetime, settings: Settings
    ) -> None:
        settings.DEEP_CHECK_MB_S = 4
        content = random.Random(1).randbytes(1024 * 1024)  # noqa: S311 -- bytes of a film
        kept = Kept(
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            media_type="video/mp4",
        )
        for store in stores.folders():
            draft = store.draft()
            draft.write_bytes(content)
            store.take(draft, kept.sha256)
        take_blob(kept, at=at)

        with check_turns.turn(CheckKind.DEEP, at=at + HOUR) as mine:
            assert mine is not None
            assert checking._read_again(checking._due(at + HOUR), mine) == 4
            assert mine.seconds >= 0.5  # two megabytes at four a second


class TestFilesWithoutAnOwner:
    def put(self, folder: str, name: str, *, days: float, at: datetime) -> Path:
        path = stores.primary().root / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"orphan")
        then = (at - timedelta(days=days)).timestamp()
        os.utime(path, (then, then))
        return path

    def test_are_set_aside_after_a_day_and_never_deleted(
        self, exhibit: Exhibit, at: datetime
    ) -> None:
        digest = hashlib.sha256(b"orphan").hexdigest()
        folder = f"objects/{digest[:2]}/{digest[2:4]}"
        old = self.put(folder, digest, days=1.1, at=at)
        foreign = self.put(folder, "李四.jpg", days=2, at=at)
        misplaced = self.put("objects/00/00", exhibit.file.sha256, days=2, at=at)
        fresh = self.put("objects/00/00", "0" * 64, days=0.5, at=at)

        until_nothing_is_due(at, jobs.sweep)

        assert [path.exists() for path in (old, foreign, misplaced, fresh)] == [
            False,
            False,
            False,
            True,
        ]
        shelf = set_aside("primary")
        assert [path.read_bytes() for path in shelf] == [b"orphan"] * 3
        assert not any("李四" in path.name for path in shelf)
        assert_two_sound_copies(exhibit)
        assert CheckRun.objects.get(kind="sweep").repaired == 3

    def test_that_a_task_or_report_names_stay(
        self, scene: Scene, case: Case, at: datetime
    ) -> None:
        task = case.tasks.get(key="scene_photos")
        path = self.put("objects/x", "y", days=2, at=at)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        TaskPhoto.objects.create(
            task=task, media_type="image/jpeg", size=6, sha256=digest, received_at=at
        )
        there = self.put(f"objects/{digest[:2]}/{digest[2:4]}", digest, days=2, at=at)

        until_nothing_is_due(at, jobs.sweep)

        assert there.exists()

    def test_who_takes_a_file_again_keeps_it_from_the_sweep(
        self, scene: Scene, case: Case, at: datetime
    ) -> None:
        exhibit = added(scene, case)
        digest = exhibit.file.sha256
        path = path_in("primary", exhibit)
        os.utime(path, (0, 0))

        draft = stores.primary().draft()
        draft.write_bytes(JPEG)
        stores.primary().take(draft, digest)

        assert path.stat().st_mtime > at.timestamp() - DAY.total_seconds()


class TestEarlierFiles:
    @pytest.mark.both
    def test_of_tasks_and_reports_become_exhibits_once(self, scene: Scene) -> None:
        report = scene.report()
        case = report.incident.case
        incidents.attach(report=report, chunks=[JPEG], by=scene.guard, at=scene.at)
        task = case.tasks.get(key="scene_photos")
        cases.complete_task(
            task=task, photos=[[OTHER_JPEG]], by=scene.guard, at=scene.at
        )
        Exhibit.objects.all().delete()
        Copy.objects.all().delete()
        Blob.objects.all().delete()

        until_nothing_is_due(scene.at, jobs.adopt_earlier_files)
        until_nothing_is_due(scene.at + 2 * DAY, jobs.adopt_earlier_files)

        made = Exhibit.objects.order_by("number")
        assert [(one.source, one.received_from) for one in made] == [
            (Source.TASK, scene.guard.actor_key),
            (Source.REPORT, scene.guard.actor_key),
        ]
        assert Copy.objects.filter(state=CopyState.PRESENT).count() == 4
        assert not entries(case, "evidence.received_again")
        assert entries(case, "evidence.received")[-1].actor == "system"


class TestAtTheSameTime:
    @pytest.mark.both
    def test_two_workers_tell_and_repair_once(
        self, committed_scene: Scene, at: datetime
    ) -> None:
        case = committed_scene.incident().case
        exhibit = added(committed_scene, case)
        flip_a_bit(path_in("backup", exhibit))
        work = lambda: until_nothing_is_due(at + HOUR)  # noqa: E731 -- four times below

        assert not failures(at_once(work, work, work, work))
        until_nothing_is_due(at + 3 * HOUR)

        assert_two_sound_copies(exhibit)
        assert len(entries(case, "evidence.copy_damaged")) == 1
        assert len(entries(case, "evidence.copy_repaired")) == 1
        assert len(set_aside("backup")) == 1

    def test_a_turn_that_nobody_holds_any_more_runs_out(self, company, at) -> None:
        with check_turns.turn(CheckKind.QUICK, at=at) as first:
            assert first is not None
            with check_turns.turn(CheckKind.QUICK, at=at) as second:
                assert second is None
            with check_turns.turn(CheckKind.QUICK, at=at + check_turns.LEASE) as third:
                assert third is not None
            with pytest.raises(check_turns.TurnLost):
                first.count(copies=1)

    @pytest.mark.parametrize("point", ["set_copy_aside", "copy_from", "note_whole"])
    def test_killed_in_the_middle_of_a_repair(
        self,
        point: str,
        case: Case,
        exhibit: Exhibit,
        at: datetime,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """After each step the next worker goes on, and the bad file is still there."""
        flip_a_bit(path_in("backup", exhibit))
        until_nothing_is_due(at + HOUR, jobs.check_deep)
        with killed_at(point, monkeypatch), pytest.raises(Killed):
            jobs.fill_copies(at=at + HOUR)

        until_nothing_is_due(at + HOUR + timedelta(minutes=2))

        assert_two_sound_copies(exhibit)
        assert len(set_aside("backup")) == 1
        assert len(entries(case, "evidence.copy_damaged")) == 1


class Killed(BaseException):
    """Power failure: nobody tidies up."""


@contextmanager
def killed_at(point: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def die(*_args: Any, **_named: Any) -> None:
        raise Killed

    owner: Any = {
        "set_copy_aside": mending,
        "copy_from": Store,
        "note_whole": damage,
    }[point]
    with monkeypatch.context() as patch:
        patch.setattr(owner, point, die)
        yield


ACTS = st.one_of(
    st.tuples(st.sampled_from(sorted(DAMAGES)), st.sampled_from(BOTH)),
    st.sampled_from(["quick", "deep", "fill", "sweep"]),
)


class TestAnyHistory:
    @pytest.mark.slow
    @examples(max_examples=60)
    @given(acts=st.lists(ACTS, max_size=12))
    def test_ends_in_two_sound_copies_while_one_was_sound(
        self, acts: list[Any], scene: Scene, case: Case, at: datetime
    ) -> None:
        """Each history begins with what the one before left: it must be two again."""
        exhibit = case.exhibits.first() or added(scene, case)
        now = max(at, _latest()) + HOUR
        for act in acts:
            now += timedelta(minutes=7)
            if isinstance(act, str):
                _work(act, now)
            else:
                _damage_if_other_is_sound(act[0], act[1], exhibit)

        for _round in range(2):
            now += 3 * HOUR
            evidence.ask_for_check(kind=CheckKind.DEEP, by=SYSTEM, at=now)
            until_nothing_is_due(now)

        assert_two_sound_copies(exhibit)

    @pytest.mark.slow
    @pytest.mark.parametrize(
        "histories", [50, pytest.param(500, marks=pytest.mark.deep)]
    )
    def test_without_damage_is_never_an_alarm(
        self, scene: Scene, case: Case, at: datetime, histories: int
    ) -> None:
        """Keeping, keeping again, checking and sweeping, days and weeks long."""
        dice = random.Random(20261123)  # noqa: S311 -- the same histories every time
        now = at
        for number in range(histories):
            content = JPEG + (number // 5).to_bytes(4, "big")
            exhibit = None
            for _step in range(dice.randint(2, 6)):
                now += timedelta(minutes=dice.choice(STEPS))
                if exhibit is None or dice.random() < 0.3:
                    exhibit = evidence.add_file(
                        case=case, chunks=[content], by=scene.guard, at=now
                    )
                _work(dice.choice(WORK), now)

        alarms = [kind for kind in KINDS_OF_NEWS if entries(case, kind)]
        assert not alarms
        assert not Message.objects.filter(kind__startswith="evidence.").exists()
        assert not [*set_aside("primary"), *set_aside("backup")]
        assert set(Copy.objects.values_list("state", flat=True)) == {"present"}
        assert (
            CheckRun.objects.filter(kind="deep", copies__gt=0).count() > histories // 10
        )


STEPS = (1, 7, 20, 61) * 5 + (25 * 60,)  # minutes
WORK = ("quick", "deep", "fill") * 5 + ("sweep",)
KINDS_OF_NEWS = (
    "evidence.copy_damaged",
    "evidence.copy_repaired",
    "evidence.copy_found",
)


def _work(name: str, at: datetime) -> None:
    job = {
        "quick": jobs.check_quick,
        "deep": jobs.check_deep,
        "fill": jobs.fill_copies,
        "sweep": jobs.sweep,
    }[name]
    until_nothing_is_due(at, job)


def _latest() -> datetime:
    ended = CheckTurn.objects.exclude(ended_at=None).values_list("ended_at", flat=True)
    return max((moment for moment in ended if moment), default=AT)


def _damage_if_other_is_sound(kind: str, name: str, exhibit: Exhibit) -> None:
    (other,) = set(BOTH) - {name}
    there = path_in(other, exhibit)
    path = path_in(name, exhibit)
    if path.is_file() and there.is_file() and there.read_bytes() == JPEG:
        DAMAGES[kind](path)
