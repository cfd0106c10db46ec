"""Recordings are saved before they are overwritten, byte for byte, gaps and clocks told."""

from __future__ import annotations

import hashlib
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from anlan.base import stores
from anlan.evidence.enums import RecordingState, WhyCamera
from anlan.evidence.models import Recording, Segment
from tests.evidence.recorders import Watched, read_along, watched
from tests.scene import Scene

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path / "data"
    settings.RECORDINGS_ROOTS = [tmp_path]


@pytest.fixture
def cameras(scene: Scene, tmp_path: Path) -> Watched:
    return watched(scene, tmp_path)


class TestAnAlarm:
    def test_asks_for_what_sees_the_spot_and_the_ways_out(self, scene, cameras) -> None:
        case = scene.incident().case
        read_along(scene.at)

        asked = Recording.objects.filter(case=case).order_by("number")
        assert [(r.code, r.camera.name, r.why) for r in asked] == [
            ("R-01", "CAM-07", WhyCamera.SEES),
            ("R-02", "CAM-08", WhyCamera.WAY_OUT),
            ("R-03", "CAM-01", WhyCamera.WAY_OUT),
        ]
        assert {r.wanted_to - r.wanted_from for r in asked} == {60 * MINUTE}
        assert {r.pull_at for r in asked} == {scene.at}


class TestAPull:
    def test_keeps_each_file_byte_for_byte_in_two_copies(self, scene, cameras) -> None:
        begin = scene.at.replace(second=0)
        films = cameras.films.record("garage", begin - MINUTE, begin + 2 * MINUTE)
        case = scene.incident().case
        recording = cameras.ask(case, begin, begin + MINUTE)

        cameras.pull(begin + 3 * MINUTE)

        wanted = [hashlib.sha256(path.read_bytes()).hexdigest() for path in films[6:12]]
        kept = Segment.objects.filter(recording=recording).order_by("begin")
        assert [segment.blob.sha256 for segment in kept] == wanted
        for store in stores.stores():
            for path, digest in zip(films[6:12], wanted, strict=True):
                assert store.path_of(digest).read_bytes() == path.read_bytes()
        recording.refresh_from_db()
        assert recording.state == RecordingState.SAVED
        cameras.view(begin + 3 * MINUTE)
        print(recording.derivatives.values("kind", "begin", "end", "holes", "recipe"))
        for d in recording.derivatives.all():
            Path(f"/tmp/ff/{d.kind}").write_bytes(stores.primary().path_of(d.blob.sha256).read_bytes())
