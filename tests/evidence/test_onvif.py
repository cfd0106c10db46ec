"""Recorders by ONVIF Profile G: found by search, played by replay, and nobody else asked."""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from anlan.base import stores
from anlan.base.errors import InvalidInput
from anlan.evidence import services
from anlan.evidence.enums import PullProblem, RecorderKind, RecordingState
from anlan.evidence.recorders import (
    Absent,
    Refused,
    Unreachable,
    Unreadable,
    onvif,
    playback,
    rtsp,
    soap,
)
from anlan.evidence.recorders.onvif import ONVIF
from anlan.evidence.recorders.playback import Playback, Track
from anlan.evidence.recorders.wire import Login
from anlan.evidence.selectors.recordings import coverage_of
from anlan.ledger.events import SYSTEM
from anlan.ledger.verify import verify
from anlan.play.recorder import SimulatedRecorder
from tests.evidence.nvr import PASSWORD, USER
from tests.evidence.onvif import LAST, TRP, TSE, Device, Row, serving
from tests.evidence.played import RATE, SECOND, frames_of, kept_of, pull, taken_at
from tests.evidence.recorders import CAMERAS, Watched
from tests.scene import Scene
from tests.signed_in import SignIn

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ANSWER = (
    b"<e:Envelope xmlns:e='e'><e:Body><GetRecordingSearchResultsResponse><ResultList>"
    b"<SearchState>Completed</SearchState><RecordingInformation>"
    b"<RecordingToken>rec-1</RecordingToken><Source><Name>garage</Name></Source>"
    b"</RecordingInformation></ResultList></GetRecordingSearchResultsResponse>"
    b"</e:Body></e:Envelope>"
)
# Each of these is an answer that says the same, but for one thing.
HOSTILE = {
    "entities": b'<!DOCTYPE e [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    + ANSWER.replace(b"garage", b"garage<x>&b;</x>"),
    "outside": b'<!DOCTYPE e [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + ANSWER,
    "dtd": b'<!DOCTYPE e SYSTEM "http://127.0.0.1/x.dtd">' + ANSWER,
    "encoding": b'<?xml version="1.0" encoding="none"?>' + ANSWER,
    "deep": ANSWER.replace(b"garage", b"garage" + b"<a>" * 40 + b"</a>" * 40),
    "wide": ANSWER.replace(b"garage", b"garage" + b"<b/>" * 30_000),
    "long": ANSWER.replace(b"garage", b"garage<a>" + b"x" * 2 * 1024**2 + b"</a>"),
    "page": b"<html>sign in</html>",
    "nothing": b"<Envelope><Body/></Envelope>",
    "other": ANSWER.replace(b"SearchResultsResponse", b"SummaryResponse"),
    "half": ANSWER[:-20],
    "bytes": b"\x00\x01",
}


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA = tmp_path / "data"
    settings.RECORDER_HOSTS = ["127.0.0.0/8"]
    rtsp._BROKEN.clear()
    monkeypatch.setattr(playback, "SILENT_SECONDS", 8.0)


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    (tmp_path / "nvr").mkdir()
    rows = [
        Row(code, f"rec-{code}", source=f"vs-{code}", source_id=f"id-{code}", name=code)
        for _name, code, _label, _way in CAMERAS
    ]
    with serving(Device(tmp_path / "nvr", auth="digest", rows=rows)) as one:
        yield one


def said(device: Device, **more: Any) -> dict[str, Any]:
    return {"base": device.url, "username": USER, **more}


def opened(
    device: Device, now: datetime, *, password: str = PASSWORD, **more: Any
) -> Any:
    settings = ONVIF.check(said(device, **more))
    return ONVIF.open(settings, secrets={"password": password}, now=now)


def registered(
    scene: Scene, device: Device, *, offset: timedelta = timedelta()
) -> Watched:
    recorder = services.register_recorder(
        site=scene.site,
        name="ONVIF 录像机",
        kind=RecorderKind.ONVIF,
        days_kept=30,
        settings=said(device),
        secrets={"password": PASSWORD},
        by=SYSTEM,
        at=scene.at - timedelta(days=1),
    )
    for name, code, label, is_way_out in CAMERAS:
        services.register_camera(
            recorder=recorder,
            name=name,
            code=code,
            place=scene.place(label),
            is_way_out=is_way_out,
            by=SYSTEM,
            at=scene.at - timedelta(days=1),
        )
    if offset:
        services.compare_clock(
            recorder=recorder,
            shown=scene.at + offset,
            true=scene.at,
            by=SYSTEM,
            at=scene.at - HOUR,
        )
    return Watched(scene, recorder, SimulatedRecorder(root=device.root, offset=offset))


def found_by(device: Device, camera: str, at: datetime, **more: Any) -> str:
    """The recording that is played for a camera."""
    recorder = opened(device, at + HOUR, **more)
    recorder.parts(camera, at, at + MINUTE)
    return recorder._recording_of(camera, at, at + MINUTE)  # type: ignore[no-any-return]  # opened


class TestPulling:
    def test_window_is_found_and_played_to_one_frame(
        self, scene: Scene, device: Device, sign_in: SignIn
    ) -> None:
        """The whole way: search, replay, pieces in the vault, list, record and page."""
        offset = 83 * SECOND
        cameras = registered(scene, device, offset=offset)
        begin = scene.at.replace(second=37, microsecond=0)
        films = cameras.films.record("garage", begin, begin + 100 * SECOND)
        shown = taken_at(films, begin + offset)
        wanted = begin + 20 * SECOND
        case = scene.incident().case
        recording = cameras.ask(case, wanted, wanted + 40 * SECOND)
        pull(begin + 10 * MINUTE)

        recording.refresh_from_db()
        assert (recording.state, recording.problem) == (RecordingState.SAVED, "")
        assert coverage_of(recording).gaps == []
        pieces = kept_of(recording)
        assert len(pieces) >= 4
        for segment, path in pieces:
            for place, what in enumerate(frames_of(path)):
                at = segment.begin + place * SECOND / RATE
                assert abs(shown[what] - at) <= SECOND / RATE, (segment.name, place)

        assert recording.exhibit is not None
        blob = recording.exhibit.file
        listed = json.loads(stores.primary().path_of(blob.sha256).read_bytes())
        written = listed["files"][0]["written"]
        assert written["asked"] == f"{device.player.url}/replay/garage"
        assert written["recording"] == "rec-garage"
        assert written["begin_from"] == "packets"
        assert written["range"].startswith("clock=2026")
        assert "码流" in recording.exhibit.how
        assert verify().is_sound
        page = sign_in("zhoumin").get(
            reverse("evidence:recording", args=[case.number, recording.uid])
        )
        assert "由回放码流写成的文件" in page.content.decode()

    def test_hole_is_shown_and_what_lies_behind_it_is_saved(
        self, scene: Scene, device: Device
    ) -> None:
        """The stamps go on over it, and only the header extension tells."""
        cameras = registered(scene, device)
        begin = scene.at.replace(second=0, microsecond=0)
        films = cameras.films.record("garage", begin, begin + 80 * SECOND)
        shown = taken_at(films, begin)
        for path in films[2:4]:
            path.unlink()
        recording = cameras.ask(scene.incident().case, begin, begin + 70 * SECOND)
        for number in range(10, 13):  # a line that breaks is asked again
            pull(begin + number * MINUTE)

        recording.refresh_from_db()
        assert recording.state == RecordingState.PARTLY
        (gap,) = coverage_of(recording).gaps
        assert abs((gap.begin - begin).total_seconds() - 20) < 0.3
        assert abs(gap.seconds - 20) < 0.5
        for segment, path in kept_of(recording):
            due = datetime.fromisoformat(segment.name[:16])
            assert segment.begin < due + 10 * SECOND
            for place, what in enumerate(frames_of(path)):
                at = segment.begin + place * SECOND / RATE
                assert abs(shown[what] - at) <= SECOND / RATE, (segment.name, place)

    def test_what_it_leapt_over_is_not_asked_for_again(
        self, scene: Scene, device: Device
    ) -> None:
        begin = scene.at.replace(second=0, microsecond=0)
        films = SimulatedRecorder(root=device.root)
        films.record("garage", begin + 40 * SECOND, begin + MINUTE)
        recorder = opened(device, begin + 10 * MINUTE)
        parts = recorder.parts("garage", begin + 20 * SECOND, begin + 50 * SECOND)
        for part in parts[:2]:
            with pytest.raises(Absent):
                list(recorder.fetch("garage", part))
        asked = [line.partition(" ")[0] for line in device.player.asked]
        assert asked.count("PLAY") == 1
        assert b"".join(recorder.fetch("garage", parts[2]))
        made = recorder.made(parts[2])
        assert abs(made.begin - begin - 40 * SECOND) < SECOND / RATE
        # Of another camera nothing is known by that.
        with pytest.raises(Absent):
            list(recorder.fetch("ramp", parts[0]))
        asked = [line.partition(" ")[0] for line in device.player.asked]
        assert asked.count("DESCRIBE") == 2 * 3  # without and with a login
        recorder.close()

    def test_stream_that_breaks_off_is_asked_for_again(
        self, scene: Scene, device: Device
    ) -> None:
        cameras = registered(scene, device)
        begin = scene.at.replace(second=0, microsecond=0)
        cameras.films.record("garage", begin, begin + MINUTE)
        device.player.most = 40
        recording = cameras.ask(scene.incident().case, begin, begin + 20 * SECOND)
        at = begin + 10 * MINUTE
        pull(at, rounds=1)
        recording.refresh_from_db()
        assert recording.problem == PullProblem.UNREACHABLE
        device.player.most = None
        assert recording.pull_at is not None
        pull(recording.pull_at + SECOND)

        recording.refresh_from_db()
        assert (recording.state, recording.problem) == (RecordingState.SAVED, "")

    def test_camera_that_it_does_not_have_is_named(
        self, scene: Scene, device: Device
    ) -> None:
        device.rows = [row for row in device.rows if row.channel != "garage"]
        cameras = registered(scene, device)
        begin = scene.at.replace(second=0, microsecond=0)
        recording = cameras.ask(scene.incident().case, begin, begin + MINUTE)
        pull(begin + 10 * MINUTE, rounds=1)

        recording.refresh_from_db()
        assert recording.problem == PullProblem.NOTHING
        assert "GetReplayUri" not in device.said

    def test_wrong_password_is_told_as_such(self, scene: Scene, device: Device) -> None:
        device.auth = "token"
        cameras = registered(scene, device)
        services.change_recorder(
            recorder=cameras.recorder,
            days_kept=30,
            settings=said(device),
            secrets={"password": "falsch"},
            is_active=True,
            by=SYSTEM,
            at=scene.at,
        )
        begin = scene.at.replace(second=0, microsecond=0)
        recording = cameras.ask(scene.incident().case, begin, begin + MINUTE)
        pull(begin + 10 * MINUTE, rounds=1)

        recording.refresh_from_db()
        assert recording.problem == PullProblem.REFUSED


class TestSearch:
    @pytest.mark.parametrize(
        "camera", ["rec-garage", "vs-garage", "id-garage", "garage"]
    )
    def test_camera_is_known_by_recording_or_source(
        self, scene: Scene, device: Device, camera: str
    ) -> None:
        assert found_by(device, camera, scene.at) == "rec-garage"

    def test_token_goes_before_a_name(self, scene: Scene, device: Device) -> None:
        device.rows[0].name = "rec-ramp"
        assert found_by(device, "rec-ramp", scene.at) == "rec-ramp"

    def test_every_page_is_read(self, scene: Scene, device: Device) -> None:
        last = Row("x", "rec-last", name="last")
        device.rows = [*(Row("x", f"r{n}") for n in range(7)), last]
        device.page = 3
        assert found_by(device, "last", scene.at) == "rec-last"
        assert device.said.count("GetRecordingSearchResults") == 3
        assert "EndSearch" not in device.said

    def test_search_that_never_ends_is_ended(
        self, scene: Scene, device: Device, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(onvif, "MOST_PAGES", 5)
        device.never_ends = True
        with pytest.raises(Unreachable):
            found_by(device, "garage", scene.at)
        assert device.said.count("GetRecordingSearchResults") == 5
        assert device.said[-1] == "EndSearch"
        assert device.searches == {}

    def test_recording_of_the_time_is_chosen(
        self, scene: Scene, device: Device
    ) -> None:
        """Some recorders begin a new one each day; one that goes on says no end."""
        at = scene.at.astimezone(UTC)
        old, now = at - 5 * HOUR, at - HOUR
        device.rows = [
            Row("a", "b-old", name="gate", end=f"{now:%FT%TZ}", status="Stopped"),
            Row("a", "a-new", name="gate", begin=f"{now:%FT%TZ}", end=f"{now:%FT%TZ}"),
            Row("a", "0-sound", name="gate", tracks=("Audio",)),
        ]
        assert found_by(device, "gate", old) == "b-old"
        assert found_by(device, "gate", at) == "a-new"

    @pytest.mark.parametrize(
        ("begin", "end", "is_there"),
        [
            (10, 0, False),
            (1, 0, True),  # within what clocks and lists are wrong by
            (0, -10, False),
            (0, -1, True),
        ],
    )
    def test_time_that_it_does_not_have_is_not_asked_for(
        self, scene: Scene, device: Device, begin: int, end: int, *, is_there: bool
    ) -> None:
        at = scene.at.astimezone(UTC)
        (row, *_more) = device.rows
        row.status = "Stopped"
        row.begin = f"{at + MINUTE + begin * MINUTE:%FT%TZ}" if begin else ""
        row.end = f"{at + end * MINUTE:%FT%TZ}" if end else ""
        if is_there:
            assert found_by(device, "garage", at) == "rec-garage"
            return
        with pytest.raises(Absent):
            found_by(device, "garage", at)

    def test_old_device_is_asked_for_capabilities(
        self, scene: Scene, device: Device
    ) -> None:
        device.is_old = True
        assert found_by(device, "garage", scene.at) == "rec-garage"
        assert "GetCapabilities" in device.said

    @pytest.mark.parametrize(
        "elsewhere", ["http://10.9.9.9:8080", "https://nvr.example", "//10.9.9.9"]
    )
    def test_services_elsewhere_are_asked_at_the_registered_address(
        self, scene: Scene, device: Device, elsewhere: str
    ) -> None:
        device.elsewhere = elsewhere
        assert found_by(device, "garage", scene.at) == "rec-garage"

    @pytest.mark.parametrize(
        ("address", "path"),
        [
            ("http://a/onvif/search?x=1#y", "/onvif/search?x=1"),
            ("http://a//10.9.9.9/search", "/10.9.9.9/search"),
            ("/onvif/search", "/onvif/search"),
            ("http://a", "/"),
        ],
    )
    def test_nothing_but_the_path_is_taken_of_an_address(
        self, address: str, path: str
    ) -> None:
        assert onvif._path_of(address) == path


class TestLogin:
    @pytest.mark.parametrize("auth", ["none", "digest", "token"])
    @pytest.mark.parametrize("ahead", [0, 3 * 3600, -40 * 86400])
    def test_is_said_as_the_device_wants_it_by_its_own_clock(
        self, scene: Scene, device: Device, auth: str, ahead: int
    ) -> None:
        device.auth, device.ahead = auth, timedelta(seconds=ahead)
        assert found_by(device, "garage", scene.at) == "rec-garage"
        assert not any(PASSWORD.encode() in one for one in device.heard)
        assert (b"UsernameToken" in device.heard[-1]) == (auth == "token")

    @pytest.mark.parametrize("auth", ["digest", "token"])
    def test_wrong_or_missing_password_is_refused(
        self, scene: Scene, device: Device, auth: str
    ) -> None:
        device.auth = auth
        with pytest.raises(Refused):
            found_by(device, "garage", scene.at, password="falsch")
        with pytest.raises(Refused):
            found_by(device, "garage", scene.at, username="")
        # Asked once without and once with it, and not in every other way as well: who
        # tries too often is locked out.
        tried = [one for one in device.heard if b"<GetServices" in one]
        assert len(tried) == 3
        assert device.said == ["GetSystemDateAndTime"] * 2

    def test_name_cannot_leave_its_place(self, scene: Scene, device: Device) -> None:
        device.auth = "token"
        with pytest.raises(Refused):
            found_by(device, "garage", scene.at, username="</Username><a>&")

    def test_clock_is_its_own_and_not_that_of_its_web_server(
        self, scene: Scene, device: Device
    ) -> None:
        for says_utc in (True, False):
            device.says_utc, device.ahead = says_utc, 300 * SECOND
            recorder = opened(device, scene.at)
            recorder.parts("garage", scene.at - HOUR, scene.at)
            device.ahead = timedelta()
            assert abs(recorder.clock() - timezone.now() - 300 * SECOND) < 3 * SECOND


class TestFaults:
    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            ({"status": 404}, Unreachable),
            ({"status": 503}, Unreachable),
            ({"status": 302}, Unreachable),
            ({"status": 500}, Unreadable),  # and no word
            ({"encoding": "gzip"}, Unreadable),
            ({"lacks": (TSE,)}, Unreadable),
            ({"faults": {"FindRecordings": "ResourceProblem"}}, Unreachable),
            ({"faults": {"FindRecordings": "InvalidSource"}}, Unreadable),
            ({"faults": {"GetServices": "x", "GetCapabilities": "x"}}, Unreadable),
            ({"elsewhere": "http://["}, Unreadable),
        ],
    )
    def test_of_a_search_are_told_apart(
        self, scene: Scene, device: Device, fault: dict[str, Any], error: type
    ) -> None:
        for name, value in fault.items():
            setattr(device, name, value)
        with pytest.raises(error) as caught:
            opened(device, scene.at).parts("garage", scene.at - MINUTE, scene.at)
        assert type(caught.value) is error

    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            ({"lacks": (TRP,)}, Unreadable),
            ({"faults": {"GetReplayUri": "NoRecording"}}, Absent),
            ({"faults": {"GetReplayUri": "InvalidStreamSetup"}}, Unreadable),
            ({"replay": "rtsp://127.0.0.2/replay/garage"}, Unreachable),
            ({"replay": "rtsp://127.0.0.1@10.0.0.1/replay/garage"}, Unreachable),
            ({"replay": "rtsp://admin:geheim@{own}/replay/garage"}, Unreachable),
            ({"replay": "rtsp://127.0.0.1:b/x"}, Unreachable),
            ({"replay": "rtsp://{own}/replay/garage x"}, Unreachable),
            ({"replay": "rtsp://{own}/replay/garage#x"}, Unreachable),
            ({"replay": "http://{own}/replay/garage"}, Unreachable),
            ({"replay": "file:///etc/passwd"}, Unreachable),
        ],
    )
    def test_of_a_replay_are_told_apart_and_nobody_else_is_asked(
        self, scene: Scene, device: Device, fault: dict[str, Any], error: type
    ) -> None:
        for name, value in fault.items():
            setattr(device, name, value)
        own = device.player.url.removeprefix("rtsp://")
        device.replay = device.replay.replace("{own}", own)
        recorder = opened(device, scene.at)
        (part, *_more) = recorder.parts("garage", scene.at - HOUR, scene.at)
        with pytest.raises(error) as caught:
            list(recorder.fetch("garage", part))
        assert type(caught.value) is error
        assert device.player.asked == []
        recorder.close()

    def test_machine_that_is_not_allowed_is_never_asked(
        self, scene: Scene, device: Device, settings: Settings
    ) -> None:
        recorder = opened(device, scene.at)
        settings.RECORDER_HOSTS = ["192.168.1.0/24"]
        with pytest.raises(Unreachable):
            recorder.parts("garage", scene.at - HOUR, scene.at)
        assert device.asked == []
        # Nor is another port of it, if only that of the services is allowed.
        settings.RECORDER_HOSTS = [device.url.removeprefix("http://")]
        (part, *_more) = recorder.parts("garage", scene.at - HOUR, scene.at)
        with pytest.raises(Unreachable):
            list(recorder.fetch("garage", part))
        assert device.player.asked == []

    @pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
    def test_answer_that_is_no_plain_message_is_refused(
        self, scene: Scene, device: Device, body: bytes
    ) -> None:
        device.instead = ANSWER
        assert found_by(device, "garage", scene.at) == "rec-1"
        device.instead = body
        with pytest.raises(Unreadable):
            opened(device, scene.at).parts("garage", scene.at - MINUTE, scene.at)

    @pytest.mark.parametrize("drip", ["head", "body"])
    def test_drip_is_given_up(
        self,
        scene: Scene,
        device: Device,
        monkeypatch: pytest.MonkeyPatch,
        drip: str,
    ) -> None:
        monkeypatch.setattr(soap, "SECONDS", 0.5)
        device.drip = drip
        began = time.monotonic()
        with pytest.raises(Unreachable):
            opened(device, scene.at).parts("garage", scene.at - MINUTE, scene.at)
        assert time.monotonic() - began < 5

    def test_who_waits_before_the_page_does_not_wait_longer(
        self, scene: Scene, device: Device
    ) -> None:
        recorder = opened(device, scene.at)
        recorder.hurry(time.monotonic())
        with pytest.raises(Unreachable):
            recorder.parts("garage", scene.at - MINUTE, scene.at)
        assert device.asked == []

    @pytest.mark.parametrize(
        "more",
        [
            {"base": "rtsp://127.0.0.1"},
            {"base": "http://admin:geheim@127.0.0.1"},
            {"base": "http://192.168.7.7"},
            {"username": "a\nb"},
            {"ca": "/etc/passwd"},
        ],
    )
    def test_settings_that_cannot_be_are_refused(
        self, device: Device, more: dict[str, str]
    ) -> None:
        with pytest.raises(InvalidInput):
            ONVIF.check(said(device, **more))

    def test_address_may_name_the_device_service(
        self, scene: Scene, device: Device
    ) -> None:
        base = f"{device.url}/onvif/device_service"
        assert found_by(device, "garage", scene.at, base=base) == "rec-garage"


class TestStamps:
    """Of packets, without a network; see the streaming specification."""

    @pytest.fixture
    def played(self, monkeypatch: pytest.MonkeyPatch) -> Playback:
        monkeypatch.setattr(Playback, "__post_init__", lambda _self: None)
        begin = datetime(2026, 11, 28, 6, tzinfo=UTC)
        one = Playback("rtsp://a", Login(), begin, 65, 1, recording="r")
        one._stamped = None
        return one

    def leaps(self, played: Playback, seconds: float, flags: int = 0) -> bool:
        """Whether it does at a picture; its stamp goes along with when it was taken."""
        ahead = max(0, int(seconds * 90000))
        track = Track("video", "", "H264", 90000, [], "", ahead=ahead)
        at = played.begin.timestamp() + seconds + playback.SINCE_1900
        words = struct.pack(">IIB", int(at), int(at % 1 * 2**32), flags)
        packet = b"\x90" + bytes(11) + playback.REPLAY + b"\0\3" + words + bytes(3)
        return played._leaps(track, packet)

    def test_last_picture_before_a_hole_ends_the_stretch(
        self, played: Playback
    ) -> None:
        assert not self.leaps(played, 0)
        assert not self.leaps(played, 0.1, LAST)
        assert not self.leaps(played, 0.1, LAST)  # its next packet
        assert self.leaps(played, 5)

    def test_hole_that_nothing_announces_is_seen_by_its_length(
        self, played: Playback
    ) -> None:
        assert not self.leaps(played, 0)
        assert not self.leaps(played, 8)  # one picture in eight seconds
        assert self.leaps(played, 19)

    def test_flag_without_a_hole_is_not_believed(self, played: Playback) -> None:
        assert not self.leaps(played, 0, LAST)
        assert not self.leaps(played, 0.1)
        assert not self.leaps(played, 5)

    def test_film_from_before_is_played_beyond(self, played: Playback) -> None:
        assert played._wanted == 65
        self.leaps(played, -4)
        assert played._wanted == 69


class TestPages:
    def test_trial_plays_and_says_whose_clock_is_wrong(
        self, scene: Scene, device: Device, sign_in: SignIn
    ) -> None:
        cameras = registered(scene, device)
        cameras.recorder.cameras.exclude(name="CAM-07").update(is_active=False)
        now = timezone.now().replace(second=0, microsecond=0)
        cameras.films.record("garage", now - MINUTE, now + 3 * MINUTE)
        client = sign_in("hetao")
        where = reverse("cameras:recorder", args=[cameras.recorder.uid])
        assert "连接正常" in client.get(where, {"look": ""}).content.decode()
        assert not list(stores.primary().root.glob("making/*"))

        device.ahead = 300 * SECOND
        page = client.get(where, {"look": ""}).content.decode()
        assert "时钟和登记的不一致" in page
        client.post(reverse("cameras:program_clock", args=[cameras.recorder.uid]))
        cameras.recorder.refresh_from_db()
        assert cameras.recorder.offset_ms == pytest.approx(300_000, abs=3000)

    @pytest.mark.parametrize(
        ("fault", "words"),
        [
            ({"status": 403}, "核对账号"),
            ({"rows": []}, "没有这个通道"),
            ({"lacks": (TSE,)}, "给的不是录像文件"),
            ({"status": 404}, "核对地址"),
        ],
    )
    def test_trial_says_what_is_wrong(
        self,
        scene: Scene,
        device: Device,
        sign_in: SignIn,
        fault: dict[str, Any],
        words: str,
    ) -> None:
        cameras = registered(scene, device)
        for name, value in fault.items():
            setattr(device, name, value)
        where = reverse("cameras:recorder", args=[cameras.recorder.uid])
        assert words in sign_in("hetao").get(where, {"look": ""}).content.decode()

    def test_is_registered_with_its_own_fields(
        self, scene: Scene, device: Device, client: Client
    ) -> None:
        client.force_login(scene.manager)
        where = f"/admin/sites/{scene.site.code}/cameras/"
        page = client.get(where).content.decode()
        assert 'data-for="http frigate onvif"' in page
        assert "ONVIF Profile G" in page
        cameras = registered(scene, device)
        where = f"/admin/recorders/{cameras.recorder.uid}/"
        page = client.get(where).content.decode()
        assert 'name="ca"' in page
        assert 'name="template"' not in page
