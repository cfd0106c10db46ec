"""Recordings are saved before they are overwritten, byte for byte, gaps and clocks told."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4, uuid5

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from anlan.base import disk_space, stores
from anlan.base.clock import SHANGHAI
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.base.programs import run_limited
from anlan.cases import services as cases
from anlan.cases.enums import TaskState
from anlan.cases.models import Case, Task
from anlan.evidence import drafts, films, jobs, services
from anlan.evidence.enums import (
    CopyState,
    ExhibitState,
    HoldReason,
    PullProblem,
    Reading,
    RecorderKind,
    RecordingState,
    Source,
    WhyCamera,
)
from anlan.evidence.file_verification import verify_files
from anlan.evidence.models import Copy, Exhibit, Recording, Segment
from anlan.evidence.recorders import Unreachable, Unreadable
from anlan.evidence.recorders.folder import FOLDER, FRIGATE
from anlan.evidence.selectors.recordings import (
    candidates_for,
    coverage_of,
    recordings_of,
    with_parts,
)
from anlan.evidence.services import damage, footage, leases, pulling
from anlan.evidence.services.check_turns import LEASE
from anlan.evidence.services.keeping import keep_bytes
from anlan.incidents import services as incidents
from anlan.incidents.enums import HappenedSource, Police
from anlan.ledger.events import SYSTEM
from anlan.ledger.verify import verify
from anlan.notify.models import Message
from tests.evidence.recorders import Watched, read_along, watched
from tests.incidents.story import entries, facts
from tests.pictures import JPEG, PDF
from tests.scene import Scene

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
WHY = "厂商格式，已用厂商播放器核对"


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path / "data"
    settings.RECORDINGS_ROOTS = [tmp_path]


@pytest.fixture
def cameras(scene: Scene, tmp_path: Path) -> Watched:
    return watched(scene, tmp_path)


@pytest.fixture
def by_hand(scene: Scene, tmp_path: Path) -> Watched:
    return watched(scene, tmp_path, kind=RecorderKind.MANUAL)


def whole(recording: Recording) -> Recording:
    return with_parts(recordings_of(recording.case)).get(pk=recording.pk)


def task_of(recording: Recording) -> Task:
    return Task.objects.get(recording=recording)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def frames_of(path: Path) -> list[tuple[float, str]]:
    """When each picture of a film is shown, and what it shows."""
    said = subprocess.run(
        [
            *("ffmpeg", "-nostdin", "-v", "error", "-copyts", "-i", str(path)),
            *("-map", "0:v", "-f", "framehash", "-hash", "md5", "-"),
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    (base,) = re.findall(r"#tb 0: (\d+)/(\d+)", said)
    unit = int(base[0]) / int(base[1])
    rows = [line.split(",") for line in said.splitlines() if line[0] != "#"]
    return [(int(row[2]) * unit, row[5].strip()) for row in rows]


@pytest.mark.both
class TestCandidates:
    def test_alarm_asks_for_what_sees_the_spot_and_the_ways_out(
        self, scene, cameras
    ) -> None:
        case = scene.incident().case
        read_along(scene.at)

        asked = Recording.objects.filter(case=case).order_by("number")
        assert [(r.code, r.camera.name, r.why) for r in asked] == [
            ("R-01", "CAM-07", WhyCamera.SEES),
            ("R-02", "CAM-08", WhyCamera.WAY_OUT),
            ("R-03", "CAM-01", WhyCamera.WAY_OUT),
        ]
        assert {(r.wanted_from, r.wanted_to) for r in asked} == {
            (scene.at - 30 * MINUTE, scene.at + 30 * MINUTE)
        }
        assert [r.pull_at for r in asked] == [scene.at] * 3
        assert verify().is_sound

    def test_camera_of_a_floor_sees_its_spots_and_the_other_way_round(
        self, scene, cameras
    ) -> None:
        camera = cameras.camera("CAM-03")
        camera.sees.set([scene.place("3 号楼 B1 车库")])

        names = [c.camera.name for c in candidates_for(scene.garage)]
        assert names[:2] == ["CAM-07", "CAM-03"]  # the nearer first
        floor = candidates_for(scene.place("3 号楼 B1 车库"))
        assert {c.camera.name for c in floor if c.why == WhyCamera.SEES} == {
            "CAM-03",
            "CAM-07",
            "CAM-08",
        }

    def test_way_out_of_another_building_is_none_of_this_one(
        self, scene, cameras
    ) -> None:
        other = scene.place("6 号楼 1 层 大堂")
        services.register_camera(
            recorder=cameras.recorder,
            name="CAM-11",
            code="six",
            place=other,
            is_way_out=True,
            by=SYSTEM,
            at=scene.at,
        )

        names = {c.camera.name for c in candidates_for(scene.garage)}
        assert names == {"CAM-07", "CAM-08", "CAM-01"}

    def test_many_cameras_leave_room_for_the_ways_out_and_say_who_was_left_out(
        self, scene: Scene, cameras: Watched, client
    ) -> None:
        for number in range(30):
            services.register_camera(
                recorder=cameras.recorder,
                name=f"CAM-{number + 20}",
                code=f"more{number}",
                place=scene.garage,
                by=SYSTEM,
                at=scene.at,
            )
        case = scene.incident().case
        read_along(scene.at)

        asked = Recording.objects.filter(case=case)
        assert asked.count() == 24
        assert set(
            asked.filter(why=WhyCamera.WAY_OUT).values_list("camera__name", flat=True)
        ) == {"CAM-08", "CAM-01"}
        (left,) = facts(case, "evidence.cameras_left_out")
        assert left["count"] == 9
        client.force_login(scene.officer)
        path = f"/cases/{case.number}/recordings/"
        assert "路未自动要求" in client.get(path).content.decode()

        services.want_left_out(case=case, by=scene.officer, at=scene.at)
        assert client.get(f"{path}left-out/").status_code == 200
        assert asked.count() == 33
        assert services.want_left_out(case=case, by=scene.officer, at=scene.at) == []
        assert verify().is_sound

    def test_second_report_from_elsewhere_asks_for_what_is_new(
        self, scene, cameras
    ) -> None:
        case = scene.incident().case
        read_along(scene.at)
        lobby = scene.place("3 号楼 1 层 大堂前台")

        services.want_recordings(case=case, place=lobby, happened=scene.at, at=scene.at)

        names = Recording.objects.filter(case=case).values_list("camera__name", "why")
        assert ("CAM-03", WhyCamera.SEES) in list(names)
        assert len(names) == 4

    def test_what_was_split_off_is_a_case_without_recordings(
        self, scene: Scene, cameras: Watched
    ) -> None:
        """Both chains say so; only the new case asks, for the time of the report."""
        first = scene.incident()
        further = scene.report(by=scene.next_guard)
        later = scene.at + timedelta(hours=3)
        new = incidents.split_report(report=further, by=scene.officer, at=later)

        read_along(later)

        assert cameras.of(new.case).wanted_from == scene.at - 30 * MINUTE
        assert cameras.of(first.case).wanted_from == scene.at - 30 * MINUTE

    def test_further_alarm_widens_what_was_asked_for(self, scene, cameras) -> None:
        case = scene.incident().case
        read_along(scene.at)
        later = scene.at + 9 * MINUTE
        scene.incident(at=later)
        read_along(later)

        assert Recording.objects.filter(case=case).count() == 3
        assert {
            (r.wanted_from, r.wanted_to) for r in Recording.objects.filter(case=case)
        } == {(scene.at - 30 * MINUTE, later + 30 * MINUTE)}

    @pytest.mark.parametrize("away", [timedelta(days=3), timedelta(days=-3)])
    def test_further_alarm_of_another_day_widens_nothing(
        self, scene: Scene, cameras: Watched, away: timedelta
    ) -> None:
        """A box whose clock is slow: days of every camera would be fetched for it."""
        case = scene.incident().case
        read_along(scene.at)

        services.want_recordings(
            case=case,
            place=scene.garage,
            happened=scene.at + away,
            at=scene.at + max(away, timedelta(0)),
        )

        recording = cameras.of(case)
        assert recording.wanted_from == scene.at - 30 * MINUTE
        assert recording.wanted_to == scene.at + 30 * MINUTE

    @pytest.mark.parametrize(
        ("slow", "begin"),
        [
            (timedelta(minutes=2), timedelta(minutes=32)),
            (timedelta(hours=8), timedelta(hours=8, minutes=30)),
            (timedelta(days=29), timedelta(minutes=30)),  # left to a person
        ],
    )
    def test_now_is_saved_however_slow_the_clock_of_the_box_is(
        self, scene: Scene, cameras: Watched, slow: timedelta, begin: timedelta
    ) -> None:
        case = scene.incident(
            happened=scene.at - slow, happened_source=HappenedSource.DEVICE
        ).case

        read_along(scene.at)

        recording = cameras.of(case)
        assert recording.wanted_from == scene.at - begin
        assert recording.wanted_to == scene.at + 30 * MINUTE

    def test_further_alarm_asks_for_nothing_that_was_decided_against(
        self, scene, cameras
    ) -> None:
        case = scene.incident().case
        read_along(scene.at)
        recording = cameras.of(case)
        services.decline_recording(
            recording=recording, reason="看不到", by=scene.officer, at=scene.at
        )

        later = scene.at + 9 * MINUTE
        services.want_recordings(
            case=case, place=scene.garage, happened=later, at=later
        )

        recording.refresh_from_db()
        assert recording.state == RecordingState.DECLINED
        assert recording.wanted_to == scene.at + 30 * MINUTE

    def test_a_person_who_asks_again_for_what_was_declined_gets_it(
        self, scene, cameras
    ) -> None:
        case = scene.incident().case
        read_along(scene.at)
        recording = cameras.of(case)
        services.decline_recording(
            recording=recording, reason="看不到", by=scene.officer, at=scene.at
        )

        services.want_recording(
            case=case, camera=recording.camera, by=scene.officer, at=scene.at
        )

        recording.refresh_from_db()
        assert recording.state == RecordingState.WANTED
        assert (recording.pull_at, recording.settled_at) == (scene.at, None)
        assert recording.task.state == "open"

    def test_a_wider_window_is_overwritten_when_its_first_missing_moment_is(
        self, scene, cameras
    ) -> None:
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin, begin + 2 * MINUTE)
        recording = cameras.ask(scene.incident().case, begin, begin + MINUTE)
        cameras.pull(begin + 3 * MINUTE)
        there = Recording.objects.get(pk=recording.pk)
        assert there.state == RecordingState.SAVED

        at = begin + timedelta(days=29)
        wider = services.want_recording(
            case=there.case,
            camera=there.camera,
            wanted_from=begin,
            wanted_to=begin + timedelta(days=1, hours=12),
            by=scene.officer,
            at=at,
        )

        assert wider.overwritten_at >= begin + timedelta(days=30, minutes=1)

    def test_late_report_saves_the_time_of_the_fight(self, scene, cameras) -> None:
        case = scene.incident().case
        happened = scene.at - timedelta(hours=5)
        services.want_recordings(
            case=case, place=scene.garage, happened=happened, at=scene.at
        )

        recording = cameras.of(case)
        assert recording.wanted_from == happened - 30 * MINUTE
        assert recording.wanted_to == happened + 30 * MINUTE

    def test_what_is_overwritten_is_not_asked_for(self, scene, cameras) -> None:
        case = scene.incident().case
        old = scene.at - timedelta(days=31)

        assert (
            services.want_recordings(
                case=case, place=scene.garage, happened=old, at=scene.at
            )
            == []
        )


class TestAPull:
    @pytest.mark.both
    def test_keeps_each_file_byte_for_byte_in_two_copies(self, scene, cameras) -> None:
        begin = scene.at.replace(second=0)
        made = cameras.films.record("garage", begin - MINUTE, begin + 2 * MINUTE)
        case = scene.incident().case
        recording = cameras.ask(case, begin, begin + MINUTE)

        cameras.pull(begin + 3 * MINUTE)

        wanted = [digest(path) for path in made[6:12]]
        kept = Segment.objects.filter(recording=recording).order_by("begin")
        assert [segment.blob.sha256 for segment in kept] == wanted
        for store in stores.folders():
            for path, name in zip(made[6:12], wanted, strict=True):
                assert store.path_of(name).read_bytes() == path.read_bytes()
        recording.refresh_from_db()
        assert recording.state == RecordingState.SAVED
        assert task_of(recording).state == TaskState.DONE
        assert recording.exhibit.kind == "video"
        assert coverage_of(whole(recording)).gaps == []
        assert verify().is_sound
        assert verify_files(deep=True).problems == []

    def test_waits_for_what_is_still_being_recorded(self, scene, cameras) -> None:
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin - MINUTE, begin)
        recording = cameras.ask(scene.incident().case, begin - MINUTE, begin + MINUTE)

        cameras.pull(begin)
        assert recording.segments.count() == 5  # the sixth may still be written
        recording.refresh_from_db()
        assert recording.state == RecordingState.PULLING
        assert recording.pull_at > begin

        cameras.films.record("garage", begin, begin + MINUTE)
        cameras.films.record("garage", begin + MINUTE, begin + MINUTE + 10 * SECOND)
        cameras.pull(begin + 2 * MINUTE)
        recording.refresh_from_db()
        assert recording.segments.count() == 12
        assert recording.state == RecordingState.SAVED

    def test_gap_is_shown_and_never_bridged(self, scene, cameras) -> None:
        begin = scene.at.replace(second=0)
        made = cameras.films.record("garage", begin, begin + 2 * MINUTE)
        for path in made[3:5]:
            path.unlink()
        recording = cameras.ask(scene.incident().case, begin, begin + MINUTE)

        cameras.pull(begin + 4 * MINUTE)
        cameras.view(begin + 4 * MINUTE)

        found = whole(recording)
        assert [(g.begin, g.end) for g in coverage_of(found).gaps] == [
            (begin + 30 * SECOND, begin + 50 * SECOND)
        ]
        films_made = found.derivatives.filter(kind="viewing").order_by("begin")
        assert [(f.begin, f.end) for f in films_made] == [
            (begin, begin + 30 * SECOND),
            (begin + 50 * SECOND, begin + 60 * SECOND),
        ]
        assert found.state == RecordingState.PARTLY
        assert task_of(found).state == TaskState.OPEN
        (told,) = Message.objects.filter(kind="evidence.recording_incomplete")
        assert told.params["count"] == 1

        services.accept_recording(
            recording=found, reason="录像机断电", by=scene.officer, at=scene.at + MINUTE
        )
        found.refresh_from_db()
        assert found.state == RecordingState.SAVED
        assert task_of(found).state == TaskState.DONE
        assert verify().is_sound

    def test_hole_inside_a_file_is_a_gap_too(self, scene, cameras) -> None:
        """A file that breaks off, while the next one begins on time."""
        begin = scene.at.replace(second=0)
        made = cameras.films.record("garage", begin, begin + MINUTE + 10 * SECOND)
        content = made[2].read_bytes()
        made[2].write_bytes(content[: len(content) // 2 // 188 * 188])
        recording = cameras.ask(scene.incident().case, begin, begin + MINUTE)

        cameras.pull(begin + 3 * MINUTE)
        cameras.view(begin + 3 * MINUTE)

        recording.refresh_from_db()
        assert recording.state == RecordingState.PARTLY
        assert task_of(recording).state == TaskState.OPEN
        (gap,) = coverage_of(whole(recording)).gaps
        assert begin + 20 * SECOND < gap.begin < begin + 30 * SECOND
        assert abs(gap.end - (begin + 30 * SECOND)) < timedelta(milliseconds=200)

    def test_recorder_whose_clock_is_wrong_covers_the_true_window(
        self, scene, tmp_path
    ) -> None:
        ahead = timedelta(minutes=7, seconds=12)
        cameras = watched(scene, tmp_path, offset=ahead)
        begin = scene.at.replace(second=0)
        made = cameras.films.record("garage", begin - MINUTE, begin + 2 * MINUTE)
        case = scene.incident().case
        recording = cameras.ask(case, begin, begin + MINUTE)
        services.compare_clock(
            recorder=cameras.recorder,
            shown=begin + ahead,
            true=begin,
            by=scene.guard,
            at=begin + MINUTE,
        )

        cameras.pull(begin + 3 * MINUTE)

        kept = list(recording.segments.order_by("begin"))
        assert [s.blob.sha256 for s in kept] == [digest(path) for path in made[6:12]]
        recording = whole(recording)
        assert kept[0].begin == begin + ahead  # the stamp is the recorder's
        assert recording.as_true(kept[0].begin) == begin
        assert coverage_of(recording).gaps == []
        # What the picture shows and what the name says are the same clock.
        assert kept[0].begin.astimezone(SHANGHAI).strftime("%H%M%S") in kept[0].name

    @pytest.mark.both
    @pytest.mark.parametrize("days", [400, -400])
    def test_clock_that_was_never_set_is_more_than_a_year_off(
        self, scene, tmp_path, days
    ) -> None:
        off = timedelta(days=days)
        cameras = watched(scene, tmp_path, offset=off)
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin, begin + 30 * SECOND)
        case = scene.incident().case
        recording = cameras.ask(case, begin, begin + 20 * SECOND)
        services.compare_clock(
            recorder=cameras.recorder,
            shown=begin + off,
            true=begin,
            by=scene.guard,
            at=begin + MINUTE,
        )

        cameras.pull(begin + 3 * MINUTE)

        recording = whole(recording)
        assert recording.offset_ms == off // timedelta(milliseconds=1)
        first = recording.segments.order_by("begin")[0]
        assert recording.as_true(first.begin) == begin
        assert coverage_of(recording).gaps == []
        assert verify().is_sound

    def test_a_file_by_hand_does_not_end_the_pull(self, scene, cameras) -> None:
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin, begin + 60 * SECOND)
        case = scene.incident().case
        recording = cameras.ask(case, begin, begin + 30 * SECOND)
        services.place_file(
            recording=recording,
            exhibit=evidence_of(scene, case),
            begin=begin,
            end=begin + 10 * SECOND,
            words=WHY,
            by=scene.guard,
            at=scene.at,
        )

        cameras.pull(begin + 5 * MINUTE)

        recording.refresh_from_db()
        assert recording.state == RecordingState.SAVED
        assert recording.segments.filter(exhibit=None).count() >= 3

    def test_a_length_that_lies_stops_nothing(
        self, scene, cameras, monkeypatch
    ) -> None:
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin, begin + 10 * SECOND)
        case = scene.incident().case
        recording = cameras.ask(case, begin, begin + 10 * SECOND)
        monkeypatch.setattr(films, "seconds_of", lambda path, **_more: 1e300)

        cameras.pull(begin + 5 * MINUTE)
        cameras.pull(begin + 8 * MINUTE)

        assert recording.segments.get().end is None

    def test_length_is_read_while_others_write(
        self, scene, cameras, monkeypatch
    ) -> None:
        began = len(connection.savepoint_ids)
        read = []

        def measured(path: Path, **more: Any) -> float | None:
            read.append(len(connection.savepoint_ids))
            return seconds_of(path, **more)

        seconds_of = films.seconds_of
        monkeypatch.setattr(films, "seconds_of", measured)
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin, begin + 30 * SECOND)
        recording = cameras.ask(scene.incident().case, begin, begin + 30 * SECOND)

        cameras.pull(begin + 5 * MINUTE)

        assert read == [began]  # of the last one, and in no transaction
        assert coverage_of(whole(recording)).gaps == []

    def test_length_that_takes_its_time_is_read_under_a_lease(
        self, scene, cameras, monkeypatch
    ) -> None:
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin, begin + 10 * SECOND)
        recording = cameras.ask(scene.incident().case, begin, begin + 10 * SECOND)
        passed = 0.0
        held: list[Any] = []

        def measured(path: Path, *, keep: Any) -> float | None:
            nonlocal passed
            for _step in range(0, films.PROBE_SECONDS, 10):
                passed += 10
                keep()
                recording.refresh_from_db()
                left = recording.pull_held_until - (at + passed * SECOND)
                held.append(timedelta(0) < left <= LEASE + SECOND)
            return 10

        cameras.pull(begin + 5 * SECOND)
        monkeypatch.setattr(films, "seconds_of", measured)
        real = time.monotonic
        monkeypatch.setattr(time, "monotonic", lambda: real() + passed)
        at = begin + 5 * MINUTE

        cameras.pull(at)

        assert held == [True] * 6
        assert recording.segments.get().end == begin + 10 * SECOND

    def test_batch_of_whoever_lost_the_lease_is_not_entered(
        self, scene, cameras, monkeypatch
    ) -> None:
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin, begin + 10 * SECOND)
        recording = cameras.ask(scene.incident().case, begin, begin + 10 * SECOND)
        passed = 0.0

        def measured(path: Path, **_more: Any) -> float | None:
            nonlocal passed
            passed += 600
            Recording.objects.update(pull_held_until=begin + 20 * MINUTE)
            return 10

        cameras.pull(begin + 5 * SECOND)
        monkeypatch.setattr(films, "seconds_of", measured)
        real = time.monotonic
        monkeypatch.setattr(time, "monotonic", lambda: real() + passed)

        cameras.pull(begin + 5 * MINUTE)

        assert not recording.segments.exists()

    def test_a_file_that_says_no_length_is_asked_once(
        self, scene, cameras, monkeypatch
    ) -> None:
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin, begin + 10 * SECOND)
        recording = cameras.ask(scene.incident().case, begin, begin + 10 * SECOND)
        read = []
        monkeypatch.setattr(
            films, "seconds_of", lambda path, **_more: read.append(path.name)
        )
        cameras.pull(begin + 5 * SECOND)
        cameras.pull(begin + 3 * MINUTE)
        assert len(read) == 1
        cameras.films.record("garage", begin + 2 * MINUTE, begin + 3 * MINUTE)
        cameras.ask(recording.case, begin, begin + 3 * MINUTE)

        cameras.pull(begin + 9 * MINUTE)

        assert recording.segments.count() > 1
        assert read.count(read[0]) == 1

    def test_length_of_the_copy_that_is_whole_is_read(
        self, scene, cameras, monkeypatch
    ) -> None:
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin, begin + 10 * SECOND)
        recording = cameras.ask(scene.incident().case, begin, begin + 10 * SECOND)
        monkeypatch.setattr(films, "seconds_of", lambda path, **_more: None)
        cameras.pull(begin + 5 * SECOND)
        cameras.pull(begin + 3 * MINUTE)
        segment = recording.segments.get()
        assert segment.end is None
        path = stores.primary().path_of(segment.blob.sha256)
        path.chmod(0o600)
        path.write_bytes(b"x")
        read: list[Path] = []

        def seconds_of(path: Path, **_more: Any) -> float:
            read.append(path)
            return 10

        monkeypatch.setattr(films, "seconds_of", seconds_of)
        monkeypatch.setattr(pulling, "_SILENT", set())  # as of another worker
        cameras.films.record("garage", begin + 2 * MINUTE, begin + 3 * MINUTE)
        cameras.ask(recording.case, begin, begin + 3 * MINUTE)

        cameras.pull(begin + 9 * MINUTE)

        segment.refresh_from_db()
        assert segment.end == segment.begin + 10 * SECOND
        assert stores.backup().path_of(segment.blob.sha256) in read

    def test_an_unreadable_file_of_one_keeps_no_other_waiting(
        self, scene, cameras
    ) -> None:
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin, begin + 20 * SECOND)
        case = scene.incident().case
        recording = cameras.ask(case, begin, begin + 10 * SECOND)
        cameras.pull(begin + 5 * MINUTE)
        blob = recording.segments.earliest("begin").blob
        for store in stores.folders():
            path = store.path_of(blob.sha256)
            path.chmod(0o600)
            path.write_bytes(b"x")
        at = begin + 6 * MINUTE

        cameras.view(at)

        recording.refresh_from_db()
        assert recording.view_at is not None
        assert recording.view_at > at
        assert jobs.make_viewing_copies(at=at) == 0

    def test_what_was_pulled_before_the_recorder_forgot_is_safe(
        self, scene, tmp_path
    ) -> None:
        cameras = watched(scene, tmp_path, days_kept=1)
        films_kept = cameras.films
        begin = scene.at.replace(second=0)
        films_kept.record("garage", begin, begin + MINUTE + 10 * SECOND)
        recording = cameras.ask(scene.incident().case, begin, begin + MINUTE)

        cameras.pull(begin + 2 * MINUTE)
        object.__setattr__(films_kept, "kept_for", timedelta(days=1))
        gone = films_kept.forget(now=begin + timedelta(days=2))

        assert gone == 7
        assert recording.segments.count() == 6
        assert verify_files(deep=True).problems == []

    def test_recorder_that_is_away_is_tried_again_and_told(
        self, scene, cameras, tmp_path
    ) -> None:
        (tmp_path / "recorder").rename(tmp_path / "unplugged")
        begin = scene.at.replace(second=0)
        case = scene.incident().case
        recording = cameras.ask(case, begin, begin + MINUTE)
        at = begin
        for _try in range(4):
            cameras.pull(at)
            recording.refresh_from_db()
            assert recording.problem == PullProblem.UNREACHABLE
            assert recording.pull_at > at
            at = recording.pull_at

        assert len(entries(case, "evidence.recording_troubled")) == 1
        assert Message.objects.filter(kind="evidence.recording_troubled").count() == 1

        (tmp_path / "unplugged").rename(tmp_path / "recorder")
        cameras.films.record("garage", begin, begin + MINUTE + 10 * SECOND)
        cameras.pull(at + 3 * MINUTE)
        recording.refresh_from_db()
        assert (recording.state, recording.problem) == (RecordingState.SAVED, "")

    @pytest.mark.both
    def test_hold_asks_again_for_what_is_partly_there(self, scene, cameras) -> None:
        begin = scene.at.replace(second=0)
        made = cameras.films.record("garage", begin, begin + MINUTE + 10 * SECOND)
        late = made[2].read_bytes()
        made[2].unlink()
        case = scene.incident().case
        recording = cameras.ask(case, begin, begin + MINUTE)
        at = begin + 3 * MINUTE
        cameras.pull(at)
        recording.refresh_from_db()
        assert recording.state == RecordingState.PARTLY
        made[2].write_bytes(late)  # its disk was away

        services.place_hold(
            case=case,
            reason=HoldReason.COURT,
            words="已起诉",
            by=scene.officer,
            at=at + MINUTE,
        )
        cameras.pull(at + MINUTE)

        recording.refresh_from_db()
        assert (recording.state, recording.pull_at) == (RecordingState.SAVED, None)
        assert recording.segments.count() == 6
        cameras.view(at + MINUTE)
        film = recording.derivatives.get(kind="viewing", is_current=True)
        assert film.segments_count == 6

    def test_hold_does_not_ask_what_nobody_can_be_asked(self, scene, by_hand) -> None:
        case = scene.incident().case
        begin = scene.at.replace(second=0)
        recording = by_hand.ask(case, begin, begin + MINUTE)
        services.place_file(
            recording=recording,
            exhibit=evidence_of(scene, case),
            begin=begin,
            end=begin + 10 * SECOND,
            words=WHY,
            by=scene.guard,
            at=scene.at,
        )

        services.place_hold(
            case=case,
            reason=HoldReason.COURT,
            words="已起诉",
            by=scene.officer,
            at=scene.at,
        )

        recording.refresh_from_db()
        assert (recording.state, recording.pull_at) == (RecordingState.PARTLY, None)

    def test_file_that_changes_while_it_is_read_is_not_kept(
        self, scene, cameras
    ) -> None:
        begin = scene.at.replace(second=0)
        made = cameras.films.record("garage", begin, begin + 30 * SECOND)
        recorder = FOLDER.open(cameras.recorder.settings, secrets={}, now=scene.at)
        (part, *_rest) = recorder.parts("garage", begin, begin + 30 * SECOND)

        chunks = recorder.fetch("garage", part)
        next(chunks)
        with made[0].open("ab") as file:
            file.write(b"more")

        with pytest.raises(Unreadable):
            list(chunks)

    def test_damage_of_a_segment_names_case_and_recording(self, scene, cameras) -> None:
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin, begin + MINUTE + 10 * SECOND)
        case = scene.incident().case
        recording = cameras.ask(case, begin, begin + MINUTE)
        cameras.pull(begin + 3 * MINUTE)
        segment = recording.segments.earliest("begin")
        path = stores.primary().path_of(segment.blob.sha256)
        path.chmod(0o640)
        content = bytearray(path.read_bytes())
        content[100] ^= 1
        path.write_bytes(content)

        (problem,) = verify_files(deep=True).problems
        assert problem.where == f"{case.number} {recording.code}"
        copy = Copy.objects.get(blob=segment.blob, store="primary")
        damage.note_damage(
            copy=copy,
            state=CopyState.CORRUPT,
            seen=stores.look(path),
            since=scene.at,
            at=scene.at,
        )
        (fact,) = facts(case, "evidence.copy_damaged")
        assert fact["code"] == recording.code
        while jobs.fill_copies(at=scene.at + MINUTE):
            pass
        assert stores.digest_of(path) == segment.blob.sha256

    def test_file_whose_rows_were_deleted_is_missed(self, scene, cameras) -> None:
        """The list of the recording is on the record, and names each of its files."""
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin, begin + MINUTE + 10 * SECOND)
        case = scene.incident().case
        recording = cameras.ask(case, begin, begin + MINUTE)
        cameras.pull(begin + 3 * MINUTE)
        segment = recording.segments.select_related("blob").earliest("begin")
        blob = segment.blob
        for store in stores.folders():
            store.path_of(blob.sha256).unlink()
        segment.delete()
        blob.copies.all().delete()
        blob.delete()

        problems = verify_files(deep=False).problems
        assert {(p.digest, p.state, p.where) for p in problems} == {
            (blob.sha256, "missing", case.number)
        }

    def test_file_before_a_gap_is_kept_whose_end_nobody_knows(
        self, scene, cameras
    ) -> None:
        begin = scene.at.replace(second=0)
        made = cameras.films.record("garage", begin - MINUTE, begin + 2 * MINUTE)
        for path in made[6:9]:
            path.unlink()  # the last one before the window may reach into it
        recording = cameras.ask(scene.incident().case, begin, begin + MINUTE)

        cameras.pull(begin + 3 * MINUTE)

        kept = recording.segments.order_by("begin").values_list("begin", flat=True)
        assert list(kept) == [
            begin - 10 * SECOND,
            *(begin + n * 10 * SECOND for n in (3, 4, 5)),
        ]


class TestLongFiles:
    """A recorder that begins a file each hour, and writes the newest one all the while."""

    def hour(self, scene: Scene, cameras: Watched, number: int) -> Path:
        begin = scene.at.replace(minute=0, second=0) + number * 60 * MINUTE
        (path,) = cameras.films.record("garage", begin, begin + 10 * SECOND)
        return path

    def ask(self, scene: Scene, cameras: Watched) -> Recording:
        begin = scene.at.replace(minute=10, second=0)
        return cameras.ask(scene.incident().case, begin, begin + 60 * MINUTE)

    def test_come_when_they_are_whole_and_the_window_waits_for_the_last(
        self, scene, cameras
    ) -> None:
        recording = self.ask(scene, cameras)
        begin = recording.wanted_from - 10 * MINUTE
        self.hour(scene, cameras, -1)
        path = self.hour(scene, cameras, 0)

        cameras.pull(begin + 40 * MINUTE)
        assert not recording.segments.exists()
        path.write_bytes(3 * path.read_bytes())
        last = self.hour(scene, cameras, 1)
        cameras.pull(begin + 61 * MINUTE)
        assert [one.begin for one in recording.segments.all()] == [begin]
        cameras.pull(begin + 75 * MINUTE)

        recording.refresh_from_db()
        assert recording.state == RecordingState.PULLING
        assert recording.problem == ""
        last.write_bytes(2 * last.read_bytes())
        self.hour(scene, cameras, 2)
        cameras.pull(begin + 121 * MINUTE)
        recording.refresh_from_db()
        assert (recording.exhibit is None, recording.problem) == (False, "")
        kept = recording.segments.select_related("blob").order_by("begin")
        assert [one.blob.sha256 for one in kept] == [digest(path), digest(last)]
        assert kept[0].end == kept[1].begin

    def test_only_one_must_have_come_to_rest(self, scene, cameras) -> None:
        recording = self.ask(scene, cameras)
        begin = recording.wanted_from - 10 * MINUTE
        path = self.hour(scene, cameras, 0)

        cameras.pull(begin + 40 * MINUTE)
        path.write_bytes(3 * path.read_bytes())
        for minutes in (43, 44):
            cameras.pull(begin + minutes * MINUTE)
            assert not recording.segments.exists()
        cameras.pull(begin + 46 * MINUTE)

        assert recording.segments.get().blob.sha256 == digest(path)

    def test_one_that_was_taken_too_early_comes_again(self, scene, cameras) -> None:
        recording = self.ask(scene, cameras)
        begin = recording.wanted_from - 10 * MINUTE
        path = self.hour(scene, cameras, 0)
        cameras.pull(begin + 40 * MINUTE)
        cameras.pull(begin + 43 * MINUTE)
        cameras.view(begin + 43 * MINUTE)
        early = digest(path)

        (longer,) = cameras.films.record("garage", begin + MINUTE, begin + 70 * SECOND)
        longer.replace(path)
        self.hour(scene, cameras, 1)
        cameras.pull(begin + 61 * MINUTE)
        cameras.pull(begin + 64 * MINUTE)

        kept = list(recording.segments.select_related("blob").order_by("pk"))
        assert [one.blob.sha256 for one in kept] == [early, digest(path)]
        assert [one.end for one in kept] == [begin, begin + 10 * SECOND]
        assert kept[1].name == f"{kept[0].name}#{path.stat().st_size}"
        cameras.view(begin + 64 * MINUTE)
        first, second = recording.derivatives.filter(kind="viewing").order_by("pk")
        assert (first.is_current, second.is_current) == (False, True)
        assert second.recipe["inputs"] == [digest(path)]
        assert verify().is_sound


class TestFilms:
    def test_clock_is_right_to_one_picture(self, scene, cameras) -> None:
        """Each picture of the film stands where its own file says that it was taken."""
        begin = scene.at.replace(second=0)
        made = cameras.films.record("garage", begin, begin + MINUTE + 10 * SECOND)
        recording = cameras.ask(scene.incident().case, begin, begin + MINUTE)
        cameras.pull(begin + 3 * MINUTE)
        cameras.view(begin + 3 * MINUTE)

        film = recording.derivatives.get(kind="viewing")
        shown = frames_of(stores.primary().path_of(film.blob.sha256))
        taken = []
        for number, path in enumerate(made[:6]):
            frames = frames_of(path)
            first = frames[0][0]
            taken += [(number * 10 + at - first, what) for at, what in frames]
        assert [what for _at, what in shown] == [what for _at, what in taken]
        late = [abs(a - b) for (a, _x), (b, _y) in zip(shown, taken, strict=True)]
        assert max(late) < 1 / cameras.films.rate

    def test_recipe_makes_the_same_pictures_again(
        self, scene, cameras, tmp_path
    ) -> None:
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin, begin + 40 * SECOND)
        recording = cameras.ask(scene.incident().case, begin, begin + 30 * SECOND)
        cameras.pull(begin + 3 * MINUTE)
        cameras.view(begin + 3 * MINUTE)
        film = recording.derivatives.get(kind="viewing")

        again = tmp_path / "again"
        again.mkdir()
        for number, name in enumerate(film.recipe["inputs"]):
            (again / f"{number:05}").symlink_to(stores.primary().path_of(name))
        (again / "list").write_text("\n".join(film.recipe["list"]) + "\n")
        subprocess.run(film.recipe["arguments"], cwd=again, check=True)

        first = frames_of(stores.primary().path_of(film.blob.sha256))
        assert frames_of(again / "film.mp4") == first
        assert film.recipe["program"].startswith("ffmpeg ")

    def test_film_that_takes_minutes_is_made_by_one(
        self, scene, cameras, monkeypatch
    ) -> None:
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin, begin + 40 * SECOND)
        recording = cameras.ask(scene.incident().case, begin, begin + 30 * SECOND)
        cameras.pull(begin + 3 * MINUTE)
        others = []
        passed = 0

        def slow(*arguments: Any, keep: Any) -> Any:
            nonlocal passed
            for _step in range(0, films.SECONDS, 50):
                passed += 50
                keep()
                later = begin + 3 * MINUTE + (passed + 45) * SECOND
                others.append(jobs.make_viewing_copies(at=later))
            return make_film(*arguments, keep=keep)

        make_film = vars(footage)["make_film"]
        monkeypatch.setattr(footage, "make_film", slow)
        real = time.monotonic
        monkeypatch.setattr(time, "monotonic", lambda: real() + passed)

        cameras.view(begin + 3 * MINUTE)

        assert set(others) == {0}
        assert recording.derivatives.filter(kind="viewing").count() == 1

    def test_film_of_a_killed_worker_is_made_within_a_minute(
        self, committed_scene, tmp_path, monkeypatch
    ) -> None:
        """It tells all the while that it is there, and no longer than that is it waited for."""
        scene = committed_scene
        cameras = watched(scene, tmp_path)
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin, begin + 40 * SECOND)
        recording = cameras.ask(scene.incident().case, begin, begin + 30 * SECOND)
        at = begin + 3 * MINUTE
        cameras.pull(at)

        def endless(*_arguments: Any, keep: Any, **_more: Any) -> Any:
            run_limited(["--", "sleep", "600"], memory=1 << 28, keep=keep)

        connections.close_all()
        child = os.fork()
        if child == 0:
            try:
                vars(footage)["make_film"] = endless
                vars(leases)["RENEW_SECONDS"] = 1.0
                jobs.make_viewing_copies(at=at)
            finally:
                os._exit(0)
        began = time.monotonic()
        while time.monotonic() - began < 60:
            time.sleep(0.2)
            recording.refresh_from_db()
            held = recording.view_held_until
            if held is not None and held > at + LEASE:  # it was said again
                break
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        connections.close_all()
        recording.refresh_from_db()
        killed = at + (time.monotonic() - began) * SECOND
        assert at + LEASE < recording.view_held_until <= killed + LEASE

        assert cameras.view(at + 30 * SECOND) == 0
        assert cameras.view(killed + LEASE + SECOND) > 0
        assert recording.derivatives.filter(kind="viewing").count() == 1

    def test_growing_film_is_made_again_at_twice_its_length(
        self, scene, cameras
    ) -> None:
        begin = scene.at.replace(second=0)
        recording = cameras.ask(scene.incident().case, begin, begin + 20 * MINUTE)
        counts = []
        for step in range(1, 9):
            at = begin + step * 10 * SECOND
            cameras.films.record("garage", at - 10 * SECOND, at)
            cameras.pull(at)
            cameras.view(at)
            current = recording.derivatives.filter(kind="viewing", is_current=True)
            counts.append(current.values_list("segments_count", flat=True).first())

        assert counts == [None, 1, 2, 2, 4, 4, 4, 4]
        assert recording.derivatives.filter(kind="viewing").count() == 3

    def test_copy_that_cannot_be_kept_keeps_no_other_waiting(
        self, scene, cameras, monkeypatch, caplog
    ) -> None:
        """The disk gives other bytes than were written there."""
        begin = scene.at.replace(second=0)
        case = scene.incident().case
        rows = []
        for name, code in (("CAM-07", "garage"), ("CAM-03", "lobby")):
            cameras.films.record(code, begin, begin + 20 * SECOND)
            row = services.want_recording(
                case=case,
                camera=cameras.camera(name),
                wanted_from=begin,
                wanted_to=begin + 10 * SECOND,
                by=scene.officer,
                at=begin,
            )
            rows.append(row)
        at = begin + 3 * MINUTE
        cameras.pull(at)
        bad, good = rows
        Recording.objects.filter(pk=bad.pk).update(view_at=at - SECOND)  # it is first
        draft = uuid5(bad.uid, f"film.mp4 {begin.isoformat()}").hex

        digest_of = drafts.Draft.digest

        def digest(self: drafts.Draft) -> str:
            return "0" * 64 if self.name == draft else digest_of(self)

        monkeypatch.setattr(drafts.Draft, "digest", digest)

        cameras.view(at)

        assert "Misread" in caplog.text
        bad.refresh_from_db()
        assert bad.view_at == at + footage.LATER
        assert not bad.derivatives.exists()
        assert good.derivatives.filter(kind="viewing").exists()

    def test_hostile_list_opens_no_connection_and_no_file(
        self, scene, cameras, tmp_path
    ) -> None:
        """A playlist under a film's name is kept as it came, and never followed."""
        begin = scene.at.replace(second=0)
        folder = cameras.films.root / "garage"
        folder.mkdir()
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0.2)
            port = server.getsockname()[1]
            lines = {
                0: f"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:{port}/a.ts\n",
                10: f"ffconcat version 1.0\nfile 'http://127.0.0.1:{port}/a.ts'\n",
                20: "ffconcat version 1.0\nfile '/etc/passwd'\n",
                30: "#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n",
                40: "",
            }
            for second, text in lines.items():
                moment = (begin + second * SECOND).astimezone(SHANGHAI)
                (folder / f"{moment:%Y%m%d-%H%M%S}.ts").write_text(text)
            recording = cameras.ask(scene.incident().case, begin, begin + 30 * SECOND)
            cameras.pull(begin + 5 * MINUTE)
            cameras.view(begin + 5 * MINUTE)
            with pytest.raises(TimeoutError):
                server.accept()

        assert recording.segments.count() == 3  # as they came
        made = recording.derivatives.filter(kind="viewing")
        assert [one.blob for one in made] == [None]


class TestHostileFolders:
    def test_links_and_strange_names_are_not_looked_at(
        self, scene, cameras, tmp_path
    ) -> None:
        secret = tmp_path / "secret.ts"
        secret.write_bytes(b"secret")
        begin = scene.at.replace(second=0)
        (path,) = cameras.films.record("garage", begin, begin + 10 * SECOND)
        local = (begin + 10 * SECOND).astimezone(SHANGHAI)
        path.with_stem(f"{local:%Y%m%d-%H%M%S}").symlink_to(secret)
        for name in ("..ts", "\n.ts", "20261123-140200.exe", "x" * 200 + ".ts"):
            (path.parent / name).write_bytes(b"x")
        (cameras.films.root / "lobby").symlink_to("/etc")
        os.mkfifo(path.parent / f"{begin.astimezone(SHANGHAI):%Y%m%d-%H%M%S}.mp4")

        recorder = FOLDER.open(cameras.recorder.settings, secrets={}, now=scene.at)
        found = recorder.parts("garage", begin - MINUTE, begin + MINUTE)
        assert [part.name for part in found] == [f"garage/{path.name}"]
        assert recorder.parts("lobby", begin - MINUTE, begin + MINUTE) == []
        with pytest.raises(Unreachable):
            recorder.parts("../secret", begin, begin + MINUTE)

    @pytest.mark.parametrize(
        "folder",
        ["/etc", "relative", "", "/tmp/../etc"],  # noqa: S108 -- refused
    )
    def test_folder_outside_of_what_is_allowed_is_refused(self, folder: str) -> None:
        with pytest.raises(InvalidInput):
            FOLDER.check({"folder": folder})

    @pytest.mark.parametrize(
        "pattern",
        [
            "{camera}/%Y%m%d",
            "../{camera}/%Y%m%d-%H%M%S",
            "/{camera}/%Y%m%d-%H%M%S",
            "{camera}/{camera}/%Y%m%d-%H%M%S",
            "%Y%m%d-%H%M%S",
        ],
    )
    def test_pattern_that_cannot_be_read_is_refused(self, pattern, tmp_path) -> None:
        with pytest.raises(InvalidInput):
            FOLDER.check({"folder": str(tmp_path), "pattern": pattern})

    def test_camera_between_day_and_time_in_a_name_is_found(
        self, scene, tmp_path
    ) -> None:
        at = scene.at.replace(second=0)
        local = timezone.localtime(at)
        (tmp_path / f"{local:%Y%m%d}-cam1-{local:%H%M%S}.ts").write_bytes(b"film")
        checked = FOLDER.check(
            {"folder": str(tmp_path), "pattern": "%Y%m%d-{camera}-%H%M%S"}
        )

        found = FOLDER.open(checked, secrets={}, now=at).parts(
            "cam1", at - MINUTE, at + MINUTE
        )

        assert [part.begin for part in found] == [at]

    def test_frigate_writes_its_folders_in_utc(self, scene, tmp_path) -> None:
        at = scene.at.replace(minute=59, second=50)
        for moment in (at, at + 10 * SECOND):
            path = tmp_path / f"{moment:%Y-%m-%d/%H}" / "front" / f"{moment:%M.%S}.mp4"
            path.parent.mkdir(parents=True)
            path.write_bytes(b"film")
        checked = FOLDER.check(
            {"folder": str(tmp_path), "pattern": FRIGATE, "zone": "utc"}
        )

        found = FOLDER.open(checked, secrets={}, now=at).parts("front", at, at + MINUTE)

        assert [part.begin for part in found] == [at, at + 10 * SECOND]


@pytest.mark.both
class TestTheCountdown:
    def test_climbs_before_it_is_overwritten(self, scene, by_hand) -> None:
        case = scene.incident().case
        read_along(scene.at)
        recording = by_hand.of(case)
        assert recording.overwritten_at == recording.wanted_from + timedelta(days=30)
        assert recording.task.due_at == recording.overwritten_at - timedelta(days=2)
        assert recording.pull_at is None

        told = []
        for day in range(31):
            at = scene.at + timedelta(days=day)
            jobs.warn_of_overwriting(at=at)
            for fact in facts(case, "evidence.recording_endangered"):
                if fact["code"] == recording.code and fact not in told:
                    told.append(fact)
        assert [fact["rung"] for fact in told] == [1, 2, 3]
        last = Message.objects.filter(kind="evidence.recording_endangered").latest("pk")
        assert last.urgency == "alarm"
        assert jobs.next_warning() is None

    def test_saved_one_is_not_warned_of(self, scene, cameras) -> None:
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin, begin + MINUTE + 10 * SECOND)
        case = scene.incident().case
        cameras.ask(case, begin, begin + MINUTE)
        cameras.pull(begin + 3 * MINUTE)

        jobs.warn_of_overwriting(at=scene.at + timedelta(days=29))

        assert facts(case, "evidence.recording_endangered") == []

    def test_task_left_out_in_the_list_means_not_wanted(self, scene, by_hand) -> None:
        case = scene.incident().case
        read_along(scene.at)
        recording = by_hand.of(case)

        cases.skip_task(
            task=recording.task, reason="看不到", by=scene.officer, at=scene.at
        )
        recording.refresh_from_db()
        assert recording.state == RecordingState.DECLINED
        assert recording.warn_at is None

        cases.reopen_task(task=recording.task, by=scene.officer, at=scene.at)
        recording.refresh_from_db()
        assert recording.state == RecordingState.WANTED
        assert recording.warn_at is not None

    def test_false_alarm_saves_nothing_more(self, scene, cameras) -> None:
        incident = scene.incident()
        read_along(scene.at)

        scene.call_off(incident, reason="搬家具", at=scene.at + MINUTE)

        rows = Recording.objects.filter(case=incident.case)
        assert {(row.state, row.pull_at, row.warn_at) for row in rows} == {
            (RecordingState.DECLINED, None, None)
        }
        assert cameras.pull(scene.at + 2 * MINUTE) == 0

    def test_of_a_false_alarm_that_is_opened_again_the_recorder_is_asked_at_once(
        self, scene, cameras
    ) -> None:
        """It keeps for thirty days what a false alarm would be kept for (G12)."""
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin, begin + MINUTE + 10 * SECOND)
        incident = scene.incident()
        recording = cameras.ask(incident.case, begin, begin + MINUTE)
        scene.call_off(incident, reason="搬家具", at=scene.at)
        at = scene.at + timedelta(days=20)

        cases.reopen_case(case=incident.case, by=scene.manager, at=at)

        recording.refresh_from_db()
        assert (recording.state, recording.pull_at) == (RecordingState.WANTED, at)
        assert recording.warn_at is not None
        cameras.pull(at)
        recording.refresh_from_db()
        assert recording.state == RecordingState.SAVED

    def test_of_a_joined_case_goes_on_there_and_holds_its_host_open(
        self, scene, cameras
    ) -> None:
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin, begin + MINUTE + 10 * SECOND)
        case = scene.incident().case
        recording = cameras.ask(case, begin, begin + MINUTE)
        host = scene.incident(place=scene.place("3 号楼 12 层 1206 室")).case
        case = cases.join_cases(case=case, host=host, by=scene.officer, at=scene.at)
        Task.objects.filter(case=host).update(state="done", ended_at=scene.at)
        host.incident.controlled_at, host.incident.police = scene.at, Police.CALLED
        host.incident.save()

        def close() -> None:
            incidents.close_incident(
                incident=host.incident, by=scene.officer, at=scene.at
            )

        task = task_of(recording)
        assert task.state == TaskState.OPEN
        assert case.deadlines.filter(
            about=f"task:{task.uid}", cancelled_at=None
        ).exists()
        with pytest.raises(Conflict, match=f"{case.number} 保存录像"):
            close()
        cameras.pull(begin + 3 * MINUTE)
        assert task_of(recording).state == TaskState.DONE
        close()
        assert verify().is_sound

    def test_of_a_joined_case_is_on_the_closing_page_of_its_host(
        self, scene, by_hand, sign_in
    ) -> None:
        case = scene.incident().case
        read_along(scene.at)
        host = scene.incident(place=scene.place("3 号楼 12 层 1206 室")).case
        case = cases.join_cases(case=case, host=host, by=scene.officer, at=scene.at)
        recording = by_hand.of(case)
        address = f"/cases/{case.number}/tasks/{task_of(recording).uid}/"

        officer = sign_in("zhoumin")
        page = officer.get(f"/cases/{host.number}/closing/").content.decode()
        assert address in page
        officer.post(f"{address}skipping/", {"reason": "看不到现场"})
        assert task_of(recording).state == TaskState.SKIPPED

    def test_case_closes_only_when_each_is_settled(self, scene, by_hand) -> None:
        case = scene.incident().case
        read_along(scene.at)

        open_tasks = Task.objects.filter(case=case, key__startswith="recording:")
        assert [task.binding for task in open_tasks] == [True] * 3
        services.decline_recording(
            recording=by_hand.of(case), reason="看不到", by=scene.officer, at=scene.at
        )
        assert open_tasks.filter(state=TaskState.OPEN).count() == 2
        assert verify().is_sound


@pytest.mark.both
class TestByHand:
    def test_export_is_placed_and_ends_the_task(self, scene, by_hand, tmp_path) -> None:
        begin = scene.at.replace(second=0)
        (film, *_rest) = by_hand.films.record("usb", begin, begin + 10 * SECOND)
        case = scene.incident().case
        recording = by_hand.ask(case, begin, begin + 10 * SECOND)
        exhibit = _added(scene, case, film)

        services.place_file(
            recording=recording,
            exhibit=exhibit,
            begin=begin,
            end=begin + 10 * SECOND,
            by=scene.guard,
            at=scene.at + MINUTE,
        )

        recording.refresh_from_db()
        assert recording.state == RecordingState.SAVED
        assert task_of(recording).state == TaskState.DONE
        by_hand.view(scene.at + MINUTE)
        assert recording.derivatives.filter(kind="viewing").count() == 1
        assert verify().is_sound

    @pytest.mark.parametrize("said", [5 * MINUTE, None])
    def test_short_export_leaves_a_gap_whatever_is_said(
        self, scene, by_hand, said
    ) -> None:
        begin = scene.at.replace(second=0)
        (film, *_rest) = by_hand.films.record("usb", begin, begin + 10 * SECOND)
        case = scene.incident().case
        recording = by_hand.ask(case, begin, begin + 3 * MINUTE)

        segment = services.place_file(
            recording=recording,
            exhibit=_added(scene, case, film),
            begin=begin,
            end=said and begin + said,
            by=scene.guard,
            at=scene.at + MINUTE,
        )

        assert abs(segment.end - begin - 10 * SECOND) < timedelta(milliseconds=200)
        recording.refresh_from_db()
        assert recording.state == RecordingState.PARTLY
        assert task_of(recording).state == TaskState.OPEN
        assert recording.warn_at is not None
        (gap,) = coverage_of(whole(recording)).gaps
        assert (gap.begin, gap.end) == (segment.end, begin + 3 * MINUTE)

    @pytest.mark.parametrize("content", [PDF, JPEG])
    def test_what_is_no_film_is_refused(self, scene, by_hand, content) -> None:
        begin = scene.at.replace(second=0)
        case = scene.incident().case
        recording = by_hand.ask(case, begin, begin + MINUTE)
        exhibit = services.add_file(
            case=case, chunks=[content], by=scene.officer, at=scene.at
        )

        with pytest.raises(InvalidInput, match="不是录像文件"):
            services.place_file(
                recording=recording,
                exhibit=exhibit,
                begin=begin,
                end=begin + MINUTE,
                words=WHY,
                by=scene.guard,
                at=scene.at,
            )

    def test_length_that_cannot_be_read_needs_a_reason_that_is_shown(
        self, scene, by_hand, sign_in
    ) -> None:
        begin = scene.at.replace(second=0)
        case = scene.incident().case
        recording = by_hand.ask(case, begin, begin + MINUTE)
        said = {
            "recording": recording,
            "exhibit": evidence_of(scene, case),
            "begin": begin,
            "by": scene.guard,
            "at": scene.at,
        }
        with pytest.raises(InvalidInput, match="结束时间"):
            services.place_file(**said, words=WHY)
        with pytest.raises(InvalidInput, match="怎么知道"):
            services.place_file(**said, end=begin + MINUTE)

        segment = services.place_file(**said, end=begin + MINUTE, words=WHY)

        recording = whole(recording)
        assert recording.state == RecordingState.SAVED
        assert recording.exhibit is not None
        assert segment.said_length.words == WHY
        (fact,) = facts(case, "evidence.length_said")
        assert fact["exhibit"] == segment.name
        assert verify().is_sound
        manifest = json.loads(
            stores.primary().path_of(recording.exhibit.file.sha256).read_bytes()
        )
        assert [file["length_verified"] for file in manifest["files"]] == [False]
        assert recording.exhibit.how.endswith("其中 1 个时长未核实")
        page = sign_in("zhoumin").get(
            f"/cases/{case.number}/recordings/{recording.uid}/"
        )
        assert "时长未核实" in page.content.decode()
        assert WHY in page.content.decode()

    def test_words_save_nothing(self, scene, by_hand) -> None:
        """Its task ends when it is settled, and not by what somebody types."""
        case = scene.incident().case
        read_along(scene.at)
        recording = by_hand.of(case)
        warn_at = recording.warn_at

        with pytest.raises(Conflict, match="上传导出的录像"):
            cases.complete_task(
                task=recording.task, words="已处理", by=scene.guard, at=scene.at
            )

        recording.refresh_from_db()
        assert (recording.state, recording.warn_at) == (RecordingState.WANTED, warn_at)
        assert task_of(recording).state == TaskState.OPEN

    def test_what_is_protected_is_no_file_of_a_recording(self, scene, by_hand) -> None:
        begin = scene.at.replace(second=0)
        case = scene.incident().case
        recording = by_hand.ask(case, begin, begin + 10 * SECOND)
        exhibit = evidence_of(scene, case)
        exhibit.protection = "stated"
        exhibit.save(update_fields=["protection"])

        with pytest.raises(InvalidInput):
            services.place_file(
                recording=recording,
                exhibit=exhibit,
                begin=begin,
                end=begin + 10 * SECOND,
                by=scene.guard,
                at=scene.at,
            )

    def test_what_is_deleted_is_no_file_of_a_recording(self, scene, by_hand) -> None:
        """Also if its period ended after the page was opened."""
        begin = scene.at.replace(second=0)
        case = scene.incident().case
        recording = by_hand.ask(case, begin, begin + 10 * SECOND)
        stale = evidence_of(scene, case)
        Exhibit.objects.filter(pk=stale.pk).update(state=ExhibitState.DELETED)

        for exhibit in (stale, Exhibit.objects.select_related("blob").get(pk=stale.pk)):
            with pytest.raises(Conflict, match="已按保存期限删除"):
                services.place_file(
                    recording=recording,
                    exhibit=exhibit,
                    begin=begin,
                    end=begin + 10 * SECOND,
                    words=WHY,
                    by=scene.guard,
                    at=scene.at,
                )
        assert not recording.segments.exists()

    def test_guard_says_that_it_is_gone_and_the_manager_hears(
        self, scene, by_hand
    ) -> None:
        case = scene.incident().case
        read_along(scene.at)
        recording = by_hand.of(case)
        with pytest.raises(InvalidInput):
            services.lose_recording(
                recording=recording, reason=" ", by=scene.guard, at=scene.at
            )

        services.lose_recording(
            recording=recording, reason="硬盘损坏", by=scene.guard, at=scene.at
        )

        recording.refresh_from_db()
        assert recording.state == RecordingState.LOST
        assert task_of(recording).state == TaskState.DONE
        assert Message.objects.filter(kind="evidence.recording_lost").exists()
        with pytest.raises(Conflict):
            services.lose_recording(
                recording=recording, reason="又一次", by=scene.guard, at=scene.at
            )
        assert "硬盘" not in str(facts(case, "evidence.recording_lost"))

    def test_stretch_outside_of_the_window_is_refused(self, scene, by_hand) -> None:
        begin = scene.at.replace(second=0)
        (film, *_rest) = by_hand.films.record("usb", begin, begin + 10 * SECOND)
        case = scene.incident().case
        recording = by_hand.ask(case, begin, begin + MINUTE)

        with pytest.raises(InvalidInput):
            services.place_file(
                recording=recording,
                exhibit=_added(scene, case, film),
                begin=begin + timedelta(hours=3),
                end=begin + timedelta(hours=4),
                by=scene.guard,
                at=scene.at,
            )


@pytest.mark.both
class TestLooking:
    def test_needs_a_reason_each_half_hour(self, scene, cameras) -> None:
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin, begin + 20 * SECOND)
        case = scene.incident().case
        recording = cameras.ask(case, begin, begin + 10 * SECOND)
        cameras.pull(begin + 3 * MINUTE)
        cameras.view(begin + 3 * MINUTE)
        film = recording.derivatives.select_related("recording__case__site").get(
            kind="viewing"
        )

        with pytest.raises(NotAllowed, match="查看事由"):
            services.open_footage(derivative=film, by=scene.officer, at=scene.at)
        services.ask_for_footage(
            recording=recording, reason="核对谁先动手", by=scene.officer, at=scene.at
        )
        services.open_footage(
            derivative=film, by=scene.officer, at=scene.at, first=5, last=9
        )
        with pytest.raises(NotAllowed):
            services.open_footage(
                derivative=film, by=scene.officer, at=scene.at + 31 * MINUTE
            )
        with pytest.raises(NotAllowed):  # a guard has no business with it
            services.ask_for_footage(
                recording=recording, reason="好奇", by=scene.guard, at=scene.at
            )

        (fact,) = facts(case, "evidence.footage_opened")
        assert (fact["first"], fact["last"]) == (5, 9)
        assert "先动手" not in str(facts(case, "evidence.footage_asked"))
        assert verify().is_sound


def evidence_of(scene: Scene, case: Case) -> Exhibit:
    """A file that somebody brought, in a format that only its maker reads."""
    return services.add_exhibit(
        case=case,
        kept=keep_bytes(name=uuid4(), chunks=[b"DHAV export"]),
        source=Source.UPLOAD,
        reading=Reading.OPAQUE,
        title="导出的文件",
        by=scene.officer,
        at=scene.at,
    )


def _added(scene: Scene, case: Case, film: Path) -> Exhibit:
    """As an upload ends: in the vault, on the list."""
    kept = keep_bytes(name=uuid4(), chunks=[film.read_bytes()])
    return services.add_exhibit(
        case=case,
        kept=kept,
        source=Source.UPLOAD,
        reading=Reading.READABLE,
        by=scene.guard,
        at=scene.at,
    )


class TestPages:
    def test_recording_of_another_site_is_not_there(
        self, scene, by_hand, client
    ) -> None:
        case = scene.incident().case
        read_along(scene.at)
        recording = by_hand.of(case)
        client.force_login(scene.stranger)

        for path in ("", "clock/", "upload/", "file/", "loss/", "footage/"):
            found = client.get(
                f"/cases/{case.number}/recordings/{recording.uid}/{path}"
            )
            assert found.status_code == 404

    def test_what_is_brought_from_the_page_is_of_that_recording(
        self, scene, by_hand, client
    ) -> None:
        case = scene.incident().case
        read_along(scene.at)
        recording = by_hand.of(case)
        client.force_login(scene.officer)
        path = f"/cases/{case.number}/recordings/{recording.uid}/upload/"

        page = client.get(path).content.decode()
        assert f'data-recording="{recording.uid}"' in page
        file = SimpleUploadedFile("export.jpg", JPEG)
        client.post(path, {"file": file, "title": "导出"})

        made = Exhibit.objects.get(case=case)
        assert (made.brought_for, made.is_footage) == (recording, True)

    def test_list_asks_the_same_for_one_and_for_three(
        self, scene, by_hand, client
    ) -> None:
        case = scene.incident().case
        client.force_login(scene.officer)
        path = f"/cases/{case.number}/recordings/"
        by_hand.ask(case, scene.at, scene.at + MINUTE)
        client.get(path)
        with CaptureQueriesContext(connection) as one:
            client.get(path)
        read_along(scene.at)
        with CaptureQueriesContext(connection) as three:
            assert "CAM-08" in client.get(path).content.decode()

        assert len(three) == len(one)

    def test_guard_sees_that_it_is_safe_and_not_what_it_shows(
        self, scene, cameras, client
    ) -> None:
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin, begin + 20 * SECOND)
        case = scene.incident().case
        recording = cameras.ask(case, begin, begin + 10 * SECOND)
        cameras.pull(begin + 3 * MINUTE)
        cameras.view(begin + 3 * MINUTE)
        film = recording.derivatives.get(kind="viewing")
        client.force_login(scene.guard)

        page = client.get(f"/cases/{case.number}/recordings/{recording.uid}/")
        assert "您的岗位不能查看" in page.content.decode()
        assert "两份完好" in page.content.decode()
        copy = f"/cases/{case.number}/recordings/{recording.uid}/copies/{film.uid}/"
        assert client.get(copy).status_code == 403
        assert facts(case, "evidence.footage_opened") == []

    def test_each_range_is_on_the_record_before_its_first_byte(
        self, scene, cameras, client
    ) -> None:
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin, begin + 20 * SECOND)
        case = scene.incident().case
        recording = cameras.ask(case, begin, begin + 10 * SECOND)
        cameras.pull(begin + 3 * MINUTE)
        cameras.view(begin + 3 * MINUTE)
        film = recording.derivatives.get(kind="viewing")
        segment = recording.segments.get()
        client.force_login(scene.officer)
        where = f"/cases/{case.number}/recordings/{recording.uid}"
        client.post(f"{where}/footage/", {"reason": "核对经过"})

        answer = client.get(
            f"{where}/copies/{film.uid}/", headers={"Range": "bytes=4-99"}
        )
        assert answer.status_code == 206
        assert len(facts(case, "evidence.footage_opened")) == 1
        content = b"".join(answer.streaming_content)
        saved = client.get(f"{where}/originals/{segment.blob.sha256}/")
        whole_file = b"".join(saved.streaming_content)

        assert len(content) == 96
        assert hashlib.sha256(whole_file).hexdigest() == segment.blob.sha256
        assert [
            (f["way"], f["first"], f["last"])
            for f in facts(case, "evidence.footage_opened")
        ] == [
            ("viewed", 4, 99),
            ("downloaded", 0, segment.blob.size - 1),
        ]


class TestTrouble:
    def test_full_disk_keeps_nothing_half_and_goes_on_later(
        self, scene, cameras, monkeypatch
    ) -> None:
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin, begin + MINUTE + 10 * SECOND)
        recording = cameras.ask(scene.incident().case, begin, begin + MINUTE)
        with monkeypatch.context() as patch:
            patch.setattr(disk_space, "RESERVE_BYTES", 10**18)
            cameras.pull(begin + 3 * MINUTE)
        recording.refresh_from_db()
        assert recording.problem == PullProblem.NO_ROOM
        assert recording.segments.count() == 0

        cameras.pull(recording.pull_at)
        recording.refresh_from_db()
        assert recording.state == RecordingState.SAVED

    def test_killed_in_the_middle_another_worker_goes_on(
        self, committed_scene, tmp_path, settings
    ) -> None:
        """``kill -9`` at many moments: each file whole and once, or not there yet."""
        scene = committed_scene
        cameras = watched(scene, tmp_path)
        begin = scene.at.replace(second=0)
        made = cameras.films.record("garage", begin, begin + 3 * MINUTE + 10 * SECOND)
        recording = cameras.ask(scene.incident().case, begin, begin + 3 * MINUTE)
        at = begin + 5 * MINUTE
        for number in range(6):
            child = os.fork()
            if child == 0:
                try:
                    connections.close_all()
                    jobs.pull_due(at=at + number * 2 * MINUTE)
                finally:
                    os._exit(0)
            time.sleep(0.02 + 0.04 * number)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        connections.close_all()

        cameras.pull(at + timedelta(hours=1))

        kept = recording.segments.order_by("begin")
        assert [s.blob.sha256 for s in kept] == [digest(path) for path in made[:18]]
        recording.refresh_from_db()
        assert recording.state == RecordingState.SAVED
        assert verify_files(deep=True).problems == []
        assert verify().is_sound
        for store in stores.folders():
            assert list((store.root / "incoming").iterdir()) == []
