"""Several recordings together: one reason, marks, and pictures out of the originals."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from PIL import Image
from pytest_django import Settings

from anlan.accounts.models import User
from anlan.base import stores
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.evidence import services
from anlan.evidence.enums import ExhibitKind, PullProblem
from anlan.evidence.models import FootageMark, Recording, Still
from anlan.evidence.selectors.playing import (
    happenings_on,
    line_of,
    playable_of,
    track_of,
)
from anlan.evidence.selectors.recordings import recordings_of, with_parts
from anlan.incidents import services as incidents
from anlan.ledger.events import SYSTEM
from anlan.ledger.verify import verify
from tests.evidence.recorders import Watched, watched
from tests.incidents.story import entries, facts
from tests.pictures import JPEG
from tests.scene import Scene

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
AHEAD = timedelta(seconds=75)


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path / "data"
    settings.RECORDINGS_ROOTS = [tmp_path]


@pytest.fixture
def cameras(scene: Scene, tmp_path: Path) -> Watched:
    """Behind a recorder whose clock is ahead."""
    made = watched(scene, tmp_path, offset=AHEAD)
    services.compare_clock(
        recorder=made.recorder,
        shown=scene.at + AHEAD,
        true=scene.at,
        by=SYSTEM,
        at=scene.at,
    )
    return made


@pytest.fixture
def filmed(scene: Scene, cameras: Watched) -> Recording:
    """A minute before the alarm and one after it, with its film; ten seconds are missing."""
    begin = (scene.at - MINUTE).replace(second=0, microsecond=0)
    made = cameras.films.record("garage", begin, begin + 2 * MINUTE + 10 * SECOND)
    made[9].unlink()
    case = scene.incident().case
    recording = cameras.ask(case, begin, begin + 2 * MINUTE)
    cameras.pull(begin + 5 * MINUTE)
    cameras.view(begin + 5 * MINUTE)
    return fresh(recording)


def fresh(recording: Recording) -> Recording:
    return with_parts(recordings_of(recording.case)).get(pk=recording.pk)


def pixels(path: Path, number: int) -> bytes:
    """The picture of that number of an original, as it is decoded."""
    return subprocess.run(
        [
            *("ffmpeg", "-nostdin", "-v", "error", "-i", str(path)),
            *("-vf", f"select=eq(n\\,{number})", "-frames:v", "1"),
            *("-f", "rawvideo", "-pix_fmt", "rgb24", "-"),
        ],
        check=True,
        capture_output=True,
    ).stdout


class TestReason:
    def test_is_given_once_and_stands_for_each_on_the_record(
        self, scene, filmed, cameras
    ) -> None:
        other = services.want_recording(
            case=filmed.case, camera=cameras.camera("CAM-08"), by=SYSTEM, at=scene.at
        )
        services.ask_for_several(
            recordings=[filmed, other], reason="核对", by=scene.officer, at=scene.at
        )

        asked = facts(filmed.case, "evidence.footage_asked")
        assert [fact["code"] for fact in asked] == [filmed.code, other.code]

    def test_of_one_without_it_nothing_is_on_the_record(self, scene, filmed) -> None:
        for rows, reason in (([], "核对"), ([filmed], " "), ([filmed] * 7, "核对")):
            with pytest.raises(InvalidInput):
                services.ask_for_several(
                    recordings=rows, reason=reason, by=scene.officer, at=scene.at
                )
        with pytest.raises(NotAllowed):
            services.ask_for_several(
                recordings=[filmed], reason="核对", by=scene.guard, at=scene.at
            )

        assert entries(filmed.case, "evidence.footage_asked") == []


class TestTrack:
    def test_films_and_gaps_stand_in_true_time(self, scene, filmed) -> None:
        track = track_of(filmed, at=scene.at + 5 * MINUTE)

        begin = filmed.wanted_from
        gap = (begin + 90 * SECOND, begin + 100 * SECOND)
        assert [(gap.begin, gap.end) for gap in track.gaps] == [gap]
        spans = [(shot.span.begin, shot.span.end) for shot in track.shots]
        assert spans[0] == (begin, gap[0])
        assert spans[1][0] == gap[1]
        assert track.shots[0].step == pytest.approx(0.1)

    def test_alarm_and_marks_stand_on_the_line(self, scene, filmed) -> None:
        ask(scene, filmed)
        moment = filmed.wanted_from + 42 * SECOND
        services.mark_moment(
            case=filmed.case,
            moment=moment,
            words="甲先推人",
            by=scene.officer,
            at=scene.at,
        )

        line = line_of([track_of(filmed, at=scene.at)])
        found = happenings_on(filmed.case, line)
        assert ("mark", "甲先推人", moment) in [
            (one.kind, one.sentence, one.moment) for one in found
        ]
        assert [one.moment for one in found if one.kind == "alarm"] == [scene.at]
        assert [one.moment for one in found] == sorted(one.moment for one in found)

    def test_alarm_stays_on_the_line_whatever_comes_behind_it(
        self, scene, filmed, monkeypatch
    ) -> None:
        line = line_of([track_of(filmed, at=scene.at)])
        for number in range(4):
            services.add_file(
                case=filmed.case,
                chunks=[JPEG + bytes([number])],
                by=scene.guard,
                at=line.end + MINUTE,
            )
        monkeypatch.setattr("anlan.evidence.selectors.playing.MOST_HAPPENINGS", 2)

        found = happenings_on(filmed.case, line)

        assert [one.moment for one in found if one.kind == "alarm"] == [scene.at]
        assert [one.kind for one in found].count("entry") == 2

    def test_alarm_of_a_case_that_was_split_off(self, scene, filmed) -> None:
        """It stands in the record of the first one, where it is an entry like others."""
        later = scene.at + 20 * SECOND
        further = scene.report(by=scene.next_guard, at=later)
        line = line_of([track_of(filmed, at=scene.at)])

        new = incidents.split_report(
            report=further, by=scene.officer, at=line.end + MINUTE
        )

        for case, alarm in ((filmed.case, scene.at), (new.case, later)):
            found = happenings_on(case, line)
            assert [one.moment for one in found if one.kind == "alarm"] == [alarm]

    def test_what_was_not_filmed_is_not_offered(self, scene, filmed, cameras) -> None:
        services.want_recording(
            case=filmed.case, camera=cameras.camera("CAM-08"), by=SYSTEM, at=scene.at
        )

        assert playable_of(filmed.case) == [filmed]


def ask(scene: Scene, recording: Recording) -> None:
    services.ask_for_footage(
        recording=recording, reason="核对", by=scene.officer, at=scene.at
    )


@pytest.mark.both
class TestMarks:
    def test_words_are_covered_and_not_in_the_facts(self, scene, filmed) -> None:
        ask(scene, filmed)
        mark = services.mark_moment(
            case=filmed.case,
            recording=filmed,
            moment=filmed.wanted_from + SECOND,
            words=" 甲先推人 ",
            by=scene.officer,
            at=scene.at,
        )

        (fact,) = facts(filmed.case, "evidence.footage_marked")
        assert fact["code"] == filmed.code
        assert fact["words_digest"] == mark.digest_of("words")
        assert "甲先推人" not in str(fact)
        assert verify().is_sound
        FootageMark.objects.update(words="乙先推人")
        assert not verify().is_sound

    def test_needs_a_reason_words_and_a_moment_of_the_recording(
        self, scene, filmed
    ) -> None:
        def mark(
            words: str = "甲", seconds: float = 1, by: User = scene.officer
        ) -> None:
            services.mark_moment(
                case=filmed.case,
                moment=filmed.wanted_from + timedelta(seconds=seconds),
                words=words,
                by=by,
                at=scene.at,
            )

        with pytest.raises(NotAllowed, match="事由"):
            mark()
        ask(scene, filmed)
        for wrong in ({"words": " "}, {"words": "甲" * 201}, {"seconds": -3600}):
            with pytest.raises(InvalidInput):
                mark(**wrong)
        with pytest.raises(NotAllowed):
            mark(by=scene.guard)
        assert not FootageMark.objects.exists()


class TestStills:
    def test_is_the_very_picture_of_the_original(self, scene, filmed) -> None:
        ask(scene, filmed)
        # The third file from its begin on, and 4.37 s into it: the picture of 4.3 s.
        moment = filmed.wanted_from + timedelta(seconds=24.37)
        exhibit = services.take_still(
            recording=filmed, moment=moment, by=scene.officer, at=scene.at
        )

        segment = filmed.segments.all()[2]
        with Image.open(stores.primary().path_of(exhibit.file.sha256)) as picture:
            assert picture.size == (320, 180)
            shown = picture.convert("RGB").tobytes()
        assert shown == pixels(stores.primary().path_of(segment.blob.sha256), 43)
        assert (exhibit.kind, exhibit.happened_at) == (ExhibitKind.PHOTO, moment)
        assert exhibit.is_in_two_copies
        (fact,) = facts(filmed.case, "evidence.still_taken")
        assert fact["original_sha256"] == segment.blob.sha256
        assert verify().is_sound

    def test_recipe_makes_the_same_picture_again(self, scene, filmed, tmp_path) -> None:
        ask(scene, filmed)
        exhibit = services.take_still(
            recording=filmed,
            moment=filmed.wanted_from + timedelta(seconds=61.05),
            by=scene.officer,
            at=scene.at,
        )
        recipe = Still.objects.get(exhibit=exhibit).recipe

        again = tmp_path / "again"
        again.mkdir()
        (digest,) = recipe["inputs"]
        (again / "original").symlink_to(stores.primary().path_of(digest))
        subprocess.run(recipe["arguments"], cwd=again, check=True)
        made = (again / "still.png").read_bytes()
        assert made == stores.primary().path_of(exhibit.file.sha256).read_bytes()

    def test_of_a_saved_recording_says_what_it_comes_from(self, scene, filmed) -> None:
        at = filmed.wanted_to + 5 * MINUTE
        services.accept_recording(
            recording=filmed, reason="断电", by=scene.officer, at=at
        )
        ask(scene, filmed)
        exhibit = services.take_still(
            recording=fresh(filmed),
            moment=filmed.wanted_from,
            by=scene.officer,
            at=scene.at,
        )

        assert exhibit.derived_from is not None
        assert exhibit.derived_from.recordings.get() == filmed
        again = services.take_still(
            recording=fresh(filmed),
            moment=filmed.wanted_from,
            by=scene.officer,
            at=scene.at,
        )
        assert again == exhibit
        assert len(entries(filmed.case, "evidence.still_taken")) == 1

    def test_of_a_gap_or_without_reason_there_is_none(self, scene, filmed) -> None:
        def take(seconds: float, by: User = scene.officer) -> None:
            services.take_still(
                recording=filmed,
                moment=filmed.wanted_from + timedelta(seconds=seconds),
                by=by,
                at=scene.at,
            )

        with pytest.raises(NotAllowed, match="事由"):
            take(10)
        ask(scene, filmed)
        with pytest.raises(Conflict, match="没有录像"):
            take(95)
        with pytest.raises(NotAllowed):
            take(10, scene.guard)
        assert not Still.objects.exists()


class TestPages:
    def test_asks_for_the_reason_before_it_shows(
        self, scene, filmed, client: Client
    ) -> None:
        path = f"/cases/{filmed.case.number}/recordings/player/"
        client.force_login(scene.officer)

        assert "<video" not in client.get(f"{path}?r={filmed.uid}").content.decode()
        refused = client.post(path, {"recordings": [filmed.uid], "reason": ""})
        assert refused.status_code == 422
        asked = client.post(path, {"recordings": [filmed.uid], "reason": "核对"})
        page = client.get(asked["Location"]).content.decode()
        assert page.count("<video") == 1
        assert f"/recordings/{filmed.uid}/copies/" in page
        # A page is no look: that is on the record when bytes leave.
        assert entries(filmed.case, "evidence.footage_opened") == []

    def test_is_nobodys_who_may_not_look(self, scene, filmed, client: Client) -> None:
        path = f"/cases/{filmed.case.number}/recordings/player/"
        client.force_login(scene.guard)
        assert "<textarea" not in client.get(path).content.decode()
        said = {"recordings": [filmed.uid], "reason": "核对"}
        assert client.post(path, said).status_code == 403
        client.force_login(scene.stranger)
        assert client.get(path).status_code == 404
        for name in ("marks", "stills"):
            assert client.post(f"{path}{name}/", {}).status_code == 404

    def test_marks_and_stills_without_script(
        self, scene, filmed, client: Client
    ) -> None:
        client.force_login(scene.officer)
        path = f"/cases/{filmed.case.number}/recordings/player/"
        client.post(path, {"recordings": [filmed.uid], "reason": "核对"})
        moment = round((filmed.wanted_from + SECOND).timestamp() * 1000)

        said = {"moment": moment, "recording": "", "words": "甲先推人"}
        answer = client.post(f"{path}marks/", said)
        assert answer.status_code == 302
        assert f"t={moment}" in answer["Location"]
        said = {"moment": moment, "recording": str(filmed.uid)}
        answer = client.post(f"{path}stills/", said)
        page = client.get(answer["Location"])
        assert filmed.camera.name in page.content.decode()
        for wrong in ({}, {"moment": "9" * 20, "recording": str(filmed.uid)}):
            answer = client.post(f"{path}stills/", wrong)
            assert answer.status_code == 422


def test_film_is_made_though_its_lane_looked_while_files_came(scene, cameras) -> None:
    """Between the last batch and the end of a recording nothing is ready to be made."""
    begin = scene.at.replace(second=0)
    cameras.films.record("garage", begin, begin + MINUTE + 10 * SECOND)
    recording = cameras.ask(scene.incident().case, begin, begin + MINUTE)
    at = begin + 5 * MINUTE
    cameras.pull(at, rounds=1)
    cameras.view(at)
    assert not recording.derivatives.exists()

    cameras.pull(at)
    cameras.view(at)

    assert recording.derivatives.filter(kind="viewing").count() == 1


def test_recorder_that_has_nothing_at_all_is_told_and_no_fault(scene, cameras) -> None:
    """The folder of a camera that never recorded is empty."""
    recording = cameras.ask(scene.incident().case, scene.at, scene.at + MINUTE)

    cameras.pull(scene.at + 5 * MINUTE, rounds=1)

    recording.refresh_from_db()
    assert recording.problem == PullProblem.NOTHING
