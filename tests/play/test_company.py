"""The demo company: whoever tries it, whenever, meets the people that the guide names."""

from __future__ import annotations

import io
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as installation
from django.core.management import call_command
from pytest_django import Settings

from anlan.accounts.models import Shift, Site
from anlan.accounts.selectors import shifts_at
from anlan.base.clock import acting_at
from anlan.cases.models import Case
from anlan.evidence import jobs
from anlan.evidence.selectors.playing import playable_of
from anlan.evidence.selectors.recordings import recordings_of
from anlan.ledger.verify import verify
from anlan.play.company import PEOPLE, extend_roster
from anlan.play.story import found_and_tell, tell_of_cameras
from tests.moment import AT
from tests.scene import Scene

SCENARIOS = installation.ROOT / "scenarios"
deep = pytest.mark.deep
needs_ffmpeg = pytest.mark.skipif(
    shutil.which("ffmpeg") is None,
    reason="no ffmpeg here; on Debian and Ubuntu: sudo apt install ffmpeg",
)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "hours", [0, pytest.param(7, marks=deep), 31, pytest.param(100, marks=deep)]
)
def test_the_demo_tells_a_whole_story_at_whatever_hour(hours: int) -> None:
    outcomes = found_and_tell(SCENARIOS, at=AT + timedelta(hours=hours))

    assert [outcome.failed for outcome in outcomes] == [[], []]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "hour", [0, 9, *(pytest.param(hour, marks=deep) for hour in (1, 2, 17, 23))]
)
def test_the_day_crew_is_on_duty_at_whatever_hour_the_demo_is_made(hour: int) -> None:
    now = AT.replace(hour=hour, minute=30)
    with time_machine.travel(now, tick=False):
        call_command("seed_demo", stdout=io.StringIO())

    site = Site.objects.get(code="YQ")
    on_duty = {shift.user.username for shift in shifts_at(site, at=now)}
    day_crew = {
        one.username
        for one in PEOPLE
        if one.post and one.node == "YQ" and not one.night
    }
    assert day_crew <= on_duty
    assert day_crew <= {
        shift.user.username for shift in shifts_at(site, at=now + timedelta(hours=7))
    }


@needs_ffmpeg
def test_the_demo_has_a_case_that_cameras_saw(
    scene: Scene, tmp_path: Path, settings: Settings
) -> None:
    """Films of two of them, and of a third a time that runs out."""
    settings.DATA = tmp_path
    at = scene.at + timedelta(hours=1)

    assert tell_of_cameras(SCENARIOS, at=at)

    case = Case.objects.get(state=Case.State.OPEN)
    recordings = {one.camera.name: one for one in recordings_of(case)}
    assert {name: one.state for name, one in recordings.items()} == {
        "CAM-03": "saved",
        "CAM-04": "saved",
        "CAM-01": "wanted",
    }
    assert recordings["CAM-01"].overwritten_at > at
    with acting_at(at):
        while jobs.make_viewing_copies(at=at):
            pass
    tracks = playable_of(case)
    assert {track.camera.name for track in tracks} == {"CAM-03", "CAM-04"}
    for name in ("CAM-03", "CAM-04"):
        films = recordings[name].derivatives.filter(kind="viewing", is_current=True)
        seconds = sum((film.end - film.begin).total_seconds() for film in films)
        assert seconds == pytest.approx(20, abs=1)
        assert [film.holes for film in films] == [[] for _film in films]
        assert all(film.blob for film in films)
    assert verify().is_sound


def test_the_demo_is_made_without_ffmpeg(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    assert not tell_of_cameras(SCENARIOS, at=scene.at)

    assert not Case.objects.exists()


def test_a_demo_started_after_weeks_has_somebody_on_duty(scene: Scene) -> None:
    later = scene.at + timedelta(days=30)
    assert not shifts_at(scene.site, at=later)

    extend_roster(at=later)

    assert {s.user.username for s in shifts_at(scene.site, at=later)} == {
        s.user.username for s in shifts_at(scene.site, at=scene.at)
    }


def test_a_roster_that_reaches_far_enough_is_left_alone(scene: Scene) -> None:
    extend_roster(at=scene.at)
    before = Shift.objects.count()

    assert extend_roster(at=scene.at) == 0
    assert Shift.objects.count() == before
