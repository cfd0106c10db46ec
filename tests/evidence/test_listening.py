"""Sounds and films are played from copies made anew, with a wave; originals are saved only."""

from __future__ import annotations

import json
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from anlan.base import stores
from anlan.base.errors import Conflict, NotAllowed
from anlan.cases.models import Case
from anlan.evidence import jobs, services
from anlan.evidence.file_verification import verify_files
from anlan.evidence.films import NotMade
from anlan.evidence.models import Blob, Exhibit, PlayingCopy
from anlan.evidence.sounds import PEAKS, make_playing_copy
from anlan.incidents import services as incidents
from anlan.ledger.sentences import event_of
from anlan.ledger.verify import verify
from tests.evidence.keeping import ORDINARY, ended, files_named, pass_period
from tests.evidence.sounds import film, voice
from tests.incidents.story import entries, facts
from tests.pictures import JPEG
from tests.scene import Scene


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path / "data"


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def add(scene: Scene, case: Case, content: bytes) -> Exhibit:
    return services.add_file(
        case=case, chunks=[content], title="现场录音", by=scene.guard, at=scene.at
    )


def make(scene: Scene, *, at: datetime | None = None) -> int:
    done = 0
    while jobs.make_playing_copies(at=at or scene.at):
        done += 1
    return done


def made_of(exhibit: Exhibit) -> Blob:
    """The copy that is played."""
    blob = PlayingCopy.objects.get(original=exhibit.blob).blob
    assert blob is not None
    return blob


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def probed(digest: str) -> dict[str, Any]:
    said = subprocess.run(
        [
            *("ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json"),
            str(stores.primary().path_of(digest)),
        ],
        check=True,
        capture_output=True,
    ).stdout
    return dict(json.loads(said))


@pytest.mark.both
class TestMaking:
    def test_sound_gets_a_copy_and_its_wave(self, scene, case, tmp_path) -> None:
        content = voice(tmp_path / "voice.wav", title="3 号楼的录音")
        exhibit = add(scene, case, content)
        assert make(scene) == 1

        made = PlayingCopy.objects.get(original=exhibit.blob)
        assert made.is_sound
        assert made_of(exhibit).has_two_copies
        assert made.seconds == pytest.approx(4, abs=0.1)
        assert len(made.peaks) == PEAKS
        # A hundred peaks a second: loud for the first half of each, then silent.
        assert min(made.peaks[2:48]) > 80
        assert max(made.peaks[52:98]) < 5
        content_of_copy = stores.primary().path_of(made_of(exhibit).sha256).read_bytes()
        assert "3 号楼的录音".encode() in content
        assert "3 号楼的录音".encode() not in content_of_copy
        (fact,) = facts(case, "evidence.playing_copy_made")
        assert (fact["code"], fact["sha256"]) == (exhibit.code, made_of(exhibit).sha256)
        assert verify().is_sound
        assert verify_files(deep=True).problems == []

    def test_recipe_makes_the_same_sound_again(self, scene, case, tmp_path) -> None:
        exhibit = add(scene, case, voice(tmp_path / "voice.mp3"))
        make(scene)
        made = PlayingCopy.objects.get(original=exhibit.blob)

        again = tmp_path / "again"
        again.mkdir()
        (digest,) = made.recipe["inputs"]
        (again / "original").symlink_to(stores.primary().path_of(digest))
        subprocess.run(made.recipe["arguments"], cwd=again, check=True)
        copy = stores.primary().path_of(made_of(exhibit).sha256).read_bytes()
        assert (again / "copy.m4a").read_bytes() == copy

    def test_film_is_made_anew_without_its_place(self, scene, case, tmp_path) -> None:
        content = film(tmp_path / "film.mp4")
        exhibit = add(scene, case, content)
        make(scene)

        found = probed(made_of(exhibit).sha256)
        kinds = [stream["codec_name"] for stream in found["streams"]]
        assert kinds == ["h264", "aac"]
        copy = stores.primary().path_of(made_of(exhibit).sha256).read_bytes()
        assert b"loci" in content
        assert b"loci" not in copy

    def test_what_cannot_be_decoded_says_so_and_holds_up_nothing(
        self, scene, case, tmp_path
    ) -> None:
        broken = b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\x00" * 200
        exhibit = add(scene, case, broken)
        good = add(scene, case, voice(tmp_path / "voice.wav"))
        assert make(scene) == 2

        assert PlayingCopy.objects.get(original=exhibit.blob).blob is None
        with pytest.raises(Conflict, match="下载原件"):
            services.open_playing_copy(exhibit=exhibit, by=scene.officer, at=scene.at)
        assert PlayingCopy.objects.get(original=good.blob).blob is not None

    def test_original_that_is_away_is_tried_later(self, scene, case, tmp_path) -> None:
        exhibit = add(scene, case, voice(tmp_path / "voice.wav"))
        for store in stores.folders():
            path = store.path_of(exhibit.file.sha256)
            path.rename(path.with_suffix(".away"))
        assert make(scene) == 1

        row = PlayingCopy.objects.get()
        assert row.is_wanted
        assert row.wanted_at > scene.at
        for store in stores.folders():
            path = store.path_of(exhibit.file.sha256)
            path.with_suffix(".away").rename(path)
        assert jobs.make_playing_copies(at=scene.at + timedelta(minutes=6)) == 1
        row.refresh_from_db()
        assert row.blob is not None

    def test_hostile_list_under_the_name_of_a_sound_opens_nothing(
        self, tmp_path
    ) -> None:
        voice(tmp_path / "secret.wav")
        hostile, folder = tmp_path / "hostile", tmp_path / "making"
        hostile.write_text(f"ffconcat version 1.0\nfile '{tmp_path / 'secret.wav'}'\n")
        folder.mkdir()

        with pytest.raises(NotMade):
            make_playing_copy(hostile, folder, sha256="0" * 64, is_film=False)


class TestPlaying:
    def test_each_part_is_on_the_record_before_it_leaves(
        self, scene, case, tmp_path, client: Client
    ) -> None:
        exhibit = add(scene, case, voice(tmp_path / "voice.wav"))
        make(scene)
        copy = made_of(exhibit)
        client.force_login(scene.officer)
        where = f"/cases/{case.number}/evidence/{exhibit.uid}/"

        assert "<audio" not in client.get(where).content.decode()
        page = client.get(f"{where}?look").content.decode()
        assert "<audio" in page
        assert "original/" in page  # only to be saved
        answer = client.get(f"{where}played/", headers={"Range": "bytes=10-109"})
        assert answer.status_code == 206
        body = body_of(answer)
        whole = stores.primary().path_of(copy.sha256).read_bytes()
        assert body == whole[10:110]
        assert answer["Content-Type"] == "audio/mp4"
        assert "sandbox" in answer["Content-Security-Policy"]
        (fact,) = facts(case, "evidence.opened")
        assert (fact["first"], fact["last"], fact["sha256"]) == (10, 109, copy.sha256)

    def test_short_sound_is_made_while_one_waits(self, scene, case, tmp_path) -> None:
        exhibit = add(scene, case, voice(tmp_path / "voice.wav"))

        opened = services.open_playing_copy(
            exhibit=exhibit, by=scene.officer, at=scene.at
        )
        assert opened.path == stores.primary().path_of(made_of(exhibit).sha256)

    def test_is_nobodys_who_may_not_open_it(
        self, scene, case, tmp_path, client: Client
    ) -> None:
        exhibit = services.add_file(
            case=case,
            chunks=[voice(tmp_path / "voice.wav")],
            by=scene.officer,
            at=scene.at,
        )
        with pytest.raises(NotAllowed):
            services.open_playing_copy(exhibit=exhibit, by=scene.guard, at=scene.at)
        client.force_login(scene.guard)
        where = f"/cases/{case.number}/evidence/{exhibit.uid}/played/"
        assert client.get(where).status_code == 403
        client.force_login(scene.stranger)
        assert client.get(where).status_code == 404
        assert entries(case, "evidence.opened") == []
        assert PlayingCopy.objects.get().is_wanted  # asking makes nothing either


class TestDeletion:
    def test_of_the_exhibit_leaves_a_report_with_the_same_bytes_its_copy(
        self, scene, case, tmp_path
    ) -> None:
        content = voice(tmp_path / "voice.wav")
        exhibit = add(scene, case, content)
        make(scene)
        digest = made_of(exhibit).sha256
        other = scene.incident(place=scene.place("园区 南门")).reports.get()
        other.attachments.create(
            media_type=exhibit.file.media_type,
            size=exhibit.file.size,
            sha256=exhibit.file.sha256,
            received_at=scene.at,
        )
        ended(case, at=scene.at)

        pass_period(scene.at, ORDINARY)

        assert files_named(digest) == []
        assert PlayingCopy.objects.get().is_wanted
        assert make(scene, at=scene.at + 2 * ORDINARY) == 1
        assert made_of(exhibit).has_two_copies
        assert len(facts(case, "evidence.playing_copy_made")) == 1
        assert verify().is_sound
        assert verify_files(deep=True).problems == []


class TestReports:
    def test_voice_of_a_report_is_played_from_its_copy(
        self, scene, tmp_path, client: Client
    ) -> None:
        incident = scene.incident()
        report = incident.reports.get()
        content = voice(tmp_path / "voice.wav")
        attachment = incidents.attach(
            report=report, chunks=[content], by=scene.guard, at=scene.at
        )
        client.force_login(scene.officer)
        where = f"/cases/{incident.case.number}/incident/attachments/{attachment.uid}/"

        page = client.get(f"{where}player/").content.decode()
        assert "<audio" in page
        assert 'class="wave"' in page
        answer = client.get(where)
        body = body_of(answer)
        assert body != content
        assert answer["Content-Type"] == "audio/mp4"
        (fact,) = facts(incident.case, "incident.attachment_opened")
        assert fact == {
            "sha256": made_of(Exhibit.objects.get()).sha256,
            "way": "viewed",
            "first": 0,
            "last": len(body) - 1,
        }
        client.get(where, headers={"Range": "bytes=2-5"})
        part = facts(incident.case, "incident.attachment_opened")[-1]
        assert (part["first"], part["last"]) == (2, 5)

    @pytest.mark.parametrize(
        "kind", ["incident.attachment_opened", "case.task_photo_opened"]
    )
    def test_entries_from_before_bytes_were_noted_go_on_being_read(self, kind) -> None:
        event = event_of(kind, {"sha256": "ab"})

        assert event is not None
        assert event.facts() == {"sha256": "ab"}
        assert event.shown()["did"] == "查看了"

    def test_film_of_a_report_waits_for_its_copy(
        self, scene, tmp_path, client: Client
    ) -> None:
        incident = scene.incident()
        attachment = incidents.attach(
            report=incident.reports.get(),
            chunks=[film(tmp_path / "film.mp4")],
            by=scene.guard,
            at=scene.at,
        )
        client.force_login(scene.officer)
        where = f"/cases/{incident.case.number}/incident/attachments/{attachment.uid}/"

        page = client.get(f"{where}player/").content.decode()
        assert "正在生成" in page
        assert client.get(where).status_code == 409
        make(scene)
        assert "<video" in client.get(f"{where}player/").content.decode()
        assert client.get(where)["Content-Type"] == "video/mp4"

    def test_photo_is_drawn_anew_and_has_no_player(self, scene, client: Client) -> None:
        incident = scene.incident()
        attachment = incidents.attach(
            report=incident.reports.get(), chunks=[JPEG], by=scene.guard, at=scene.at
        )
        client.force_login(scene.officer)
        where = f"/cases/{incident.case.number}/incident/attachments/{attachment.uid}/"

        assert client.get(f"{where}player/").status_code == 404
        assert client.get(where).content != JPEG
