"""Recorders that only play: what comes is written by us, and said so; no password leaks."""

from __future__ import annotations

import errno
import json
import struct
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from anlan.base import stores
from anlan.base.errors import InvalidInput
from anlan.evidence import films, jobs, services
from anlan.evidence.enums import PullProblem, RecorderKind, RecordingState
from anlan.evidence.films import NotMade
from anlan.evidence.models import Recording
from anlan.evidence.recorders import (
    Absent,
    BrokeOff,
    Refused,
    Unreachable,
    Unreadable,
    playback,
    rtsp,
    trying,
)
from anlan.evidence.recorders.playback import Playback, Track
from anlan.evidence.recorders.rtsp import RTSP, Rtsp
from anlan.evidence.recorders.wire import Login
from anlan.evidence.selectors.recordings import coverage_of
from anlan.evidence.services import pulling
from anlan.evidence.services.leases import Lease
from anlan.evidence.services.packages import path_of
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.play.recorder import SimulatedRecorder
from anlan.play.signing import signer_at_hand
from tests.evidence.footage import Filmed
from tests.evidence.nvr import PASSWORD, USER
from tests.evidence.played import (
    RATE,
    SECOND,
    frames_of,
    kept_of,
    pull,
    taken_at,
)
from tests.evidence.recorders import CAMERAS, Watched
from tests.evidence.rtsp import Player, playing
from tests.scene import Scene
from tests.signed_in import SignIn

MINUTE = timedelta(minutes=1)
PATH = "Streaming/tracks/{camera}01?starttime={begin}&endtime={end}"


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA = tmp_path / "data"
    settings.RECORDER_HOSTS = ["127.0.0.0/8"]
    rtsp._BROKEN.clear()
    monkeypatch.setattr(playback, "SILENT_SECONDS", 8.0)


@pytest.fixture
def player(tmp_path: Path) -> Iterator[Player]:
    (tmp_path / "nvr").mkdir()
    with playing(Player(tmp_path / "nvr")) as one:
        yield one


def said(player: Player, **more: Any) -> dict[str, Any]:
    return {
        "base": player.url,
        "template": PATH,
        "time": "compact",
        "auth": "digest",
        "username": USER,
        **more,
    }


def opened(
    player: Player, now: datetime, *, password: str = PASSWORD, **more: Any
) -> Any:
    settings = RTSP.check(said(player, **more))
    return RTSP.open(settings, secrets={"password": password}, now=now)


def registered(
    scene: Scene, player: Player, *, offset: timedelta = timedelta(), **more: Any
) -> Watched:
    recorder = services.register_recorder(
        site=scene.site,
        name="只能回放的录像机",
        kind=RecorderKind.RTSP,
        days_kept=30,
        settings=said(player, **more),
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
            at=scene.at - timedelta(hours=1),
        )
    return Watched(scene, recorder, SimulatedRecorder(root=player.root, offset=offset))


class TestPulling:
    @pytest.mark.parametrize(("says", "second"), [(True, 4), (False, 37)])
    def test_pieces_have_the_clock_of_the_picture_to_one_frame(
        self, scene: Scene, player: Player, *, says: bool, second: int
    ) -> None:
        """Key frames are not where pieces begin: a piece begins where one is."""
        offset = 83 * SECOND
        cameras = registered(scene, player, offset=offset)
        # Of one that does not say since when it plays, what was asked for is believed.
        player.says = says
        begin = scene.at.replace(second=second, microsecond=0)
        films = cameras.films.record("garage", begin, begin + 100 * SECOND)
        shown = taken_at(films, begin + offset)
        wanted = begin + 20 * SECOND
        recording = cameras.ask(scene.incident().case, wanted, wanted + 40 * SECOND)
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
        # The words of the address are the recorder's time, not the truth's.
        asked = next(line for line in player.asked if line.startswith("DESCRIBE"))
        first = datetime.fromisoformat(asked.split("starttime=")[1][:16])
        assert timedelta(0) <= wanted + offset - first < 20 * SECOND

    @pytest.mark.parametrize(
        ("is_local", "shift", "how"),
        [
            (True, 8, "range"),
            (True, 0, "range"),
            (False, 8, "range"),
            (False, -30 * 24, "asked"),
        ],
    )
    def test_beginning_is_read_as_it_is_asked_for_and_not_believed_far_away(
        self, scene: Scene, player: Player, *, is_local: bool, shift: int, how: str
    ) -> None:
        player.is_local, player.shift = is_local, timedelta(hours=shift)
        time_written = "compact_local" if is_local else "compact"
        begin = scene.at.replace(second=0, microsecond=0)
        SimulatedRecorder(root=player.root).record("garage", begin, begin + MINUTE)
        recorder = opened(player, begin + 10 * MINUTE, time=time_written)
        (part, *_more) = recorder.parts("garage", begin, begin + SECOND)
        list(recorder.fetch("garage", part))
        made = recorder.made(part)
        recorder.close()
        assert abs(made.begin - begin) < SECOND
        assert made.recipe["begin_from"] == how
        assert ("not_believed" in made.recipe) == (how == "asked")

    def test_film_from_behind_a_hole_is_not_taken_for_what_was_asked(
        self, scene: Scene, player: Player
    ) -> None:
        player.shift = timedelta(hours=3)
        begin = scene.at.replace(second=0, microsecond=0)
        SimulatedRecorder(root=player.root).record("garage", begin, begin + MINUTE)
        recorder = opened(player, begin + 10 * MINUTE)
        (part, *_more) = recorder.parts("garage", begin, begin + SECOND)
        with pytest.raises(Absent):
            list(recorder.fetch("garage", part))
        recorder.close()

    @pytest.mark.parametrize(("shift", "how"), [(0, "packets"), (-9000, "asked")])
    def test_stamps_of_packets_are_believed_near_what_was_asked(
        self, monkeypatch: pytest.MonkeyPatch, shift: int, how: str
    ) -> None:
        monkeypatch.setattr(Playback, "__post_init__", lambda _self: None)
        begin = datetime(2026, 11, 28, 6, tzinfo=UTC)
        played = Playback("rtsp://a", Login(), begin, seconds=65, patience=1)
        played._stamped = None
        track = Track("video", "", "H264", 90000, [], "")
        said = begin + shift * SECOND

        def packet(at: datetime) -> bytes:
            whole = int(at.timestamp()) + playback.SINCE_1900
            return (
                b"\x90"
                + bytes(11)
                + playback.REPLAY
                + bytes(2)
                + struct.pack(">II", whole, 0)
            )

        assert not played._leaps(track, packet(said))
        assert (played.begins, played.how) == (begin, how)
        assert not played._leaps(track, packet(said + SECOND))
        assert played._leaps(track, packet(said + 5 * SECOND))

    def test_record_says_that_we_wrote_them_and_how(
        self, scene: Scene, player: Player, sign_in: SignIn
    ) -> None:
        cameras = registered(scene, player)
        begin = scene.at.replace(second=0, microsecond=0)
        cameras.films.record("garage", begin - MINUTE, begin + 2 * MINUTE)
        case = scene.incident().case
        recording = cameras.ask(case, begin, begin + 20 * SECOND)
        pull(begin + 10 * MINUTE)

        recording.refresh_from_db()
        assert recording.exhibit is not None
        assert "码流" in recording.exhibit.how
        assert "原始文件" not in recording.exhibit.how
        blob = recording.exhibit.file
        listed = json.loads(stores.primary().path_of(blob.sha256).read_bytes())
        written = listed["files"][0]["written"]
        assert written["begin_from"] == "range"
        assert written["arguments"][0] == "ffmpeg"
        assert written["lost_packets"] == 0
        assert Entry.objects.filter(kind="evidence.stream_kept").exists()
        assert not Entry.objects.filter(kind="evidence.segments_kept").exists()
        assert PASSWORD not in json.dumps(listed)
        assert verify().is_sound
        page = sign_in("zhoumin").get(
            reverse("evidence:recording", args=[case.number, recording.uid])
        )
        assert "由回放码流写成的文件" in page.content.decode()

    def test_package_does_not_call_our_files_originals(
        self, scene: Scene, player: Player
    ) -> None:
        cameras = registered(scene, player)
        begin = scene.at.replace(second=0, microsecond=0)
        cameras.films.record("garage", begin - MINUTE, begin + 2 * MINUTE)
        case = scene.incident().case
        recording = cameras.ask(case, begin, begin + 20 * SECOND)
        pull(begin + 10 * MINUTE)
        recording.refresh_from_db()
        assert recording.exhibit is not None
        film = Filmed(scene, cameras, case, recording, recording.exhibit, begin)
        package = services.make_release(
            application=film.approved(film.police()),
            acknowledged="第二块硬盘正在采购",
            by=scene.manager,
            at=film.at,
        )
        with signer_at_hand():
            jobs.make_packages(at=film.at)
        package.refresh_from_db()
        assert package.files.exists()
        with ZipFile(path_of(package)) as archive:
            (name,) = (one for one in archive.namelist() if "README" in one)
            words = archive.read(name).decode()
        assert "录像文件（data/" in words
        assert "录像机的原始文件（" not in words

    def test_film_of_two_stretches_shows_nothing_twice(
        self, scene: Scene, player: Player, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rtsp, "AT_ONCE", 2)
        cameras = registered(scene, player)
        begin = scene.at.replace(second=0, microsecond=0)
        films = cameras.films.record("garage", begin, begin + MINUTE)
        recording = cameras.ask(scene.incident().case, begin, begin + 40 * SECOND)
        pull(begin + 10 * MINUTE)
        cameras.view(begin + 10 * MINUTE)

        recording.refresh_from_db()
        made = recording.derivatives.get(kind="viewing", is_current=True)
        assert made.blob is not None
        shown = frames_of(stores.primary().path_of(made.blob.sha256))
        assert len(set(shown)) == len(shown)
        filmed = [one for path in films for one in frames_of(path)]
        assert shown == filmed[: len(shown)]
        assert len(shown) >= 400

    def test_gap_is_shown_and_not_bridged(self, scene: Scene, player: Player) -> None:
        cameras = registered(scene, player)
        begin = scene.at.replace(second=0, microsecond=0)
        made = cameras.films.record("garage", begin, begin + 90 * SECOND)
        for path in made[2:5]:
            path.unlink()
        player.stops_at_holes = True
        recording = cameras.ask(scene.incident().case, begin, begin + 80 * SECOND)
        pull(begin + 10 * MINUTE)

        recording.refresh_from_db()
        assert recording.state == RecordingState.PARTLY
        (gap,) = coverage_of(recording).gaps
        assert abs((gap.begin - begin).total_seconds() - 20) < 0.3
        assert abs(gap.seconds - 30) < 0.5

    @pytest.mark.parametrize("holes", ["bye", "silent", "close"])
    def test_recorder_that_does_not_say_that_it_has_nothing(
        self, scene: Scene, player: Player, holes: str
    ) -> None:
        """A hole is answered by a goodbye, silence or a hang-up: film behind it comes."""
        player.holes, player.stops_at_holes = holes, True
        cameras = registered(scene, player)
        begin = scene.at.replace(second=0, microsecond=0)
        cameras.films.record("garage", begin, begin + 10 * SECOND)
        behind = begin + 30 * SECOND
        cameras.films.record("garage", behind, behind + 10 * SECOND)
        recording = cameras.ask(scene.incident().case, begin, behind + 10 * SECOND)
        at = begin + 10 * MINUTE
        pull(at)
        assert len(kept_of(recording)) >= 2
        for number in range(1, 4):
            pull(at + number * MINUTE)

        recording.refresh_from_db()
        assert recording.state == RecordingState.PARTLY
        (gap,) = coverage_of(recording).gaps
        assert abs((gap.begin - begin).total_seconds() - 10) < 0.3
        assert abs((gap.end - behind).total_seconds()) < 0.3

    def test_hole_inside_a_piece_is_not_bridged(
        self, scene: Scene, player: Player
    ) -> None:
        """What comes behind it within the ten seconds is asked for and kept."""
        player.stops_at_holes = True
        cameras = registered(scene, player)
        begin = scene.at.replace(second=0, microsecond=0)
        cameras.films.record("garage", begin, begin + 14 * SECOND)
        behind = begin + 21 * SECOND
        cameras.films.record("garage", behind, behind + 30 * SECOND)
        recording = cameras.ask(scene.incident().case, begin, begin + 50 * SECOND)
        pull(begin + 10 * MINUTE)

        recording.refresh_from_db()
        (gap,) = coverage_of(recording).gaps
        assert abs((gap.begin - begin).total_seconds() - 14) < 0.3
        assert abs((gap.end - behind).total_seconds()) < 0.3
        cameras.view(begin + 10 * MINUTE)
        made = recording.derivatives.filter(kind="viewing", is_current=True)
        assert made.count() == 2

    @pytest.mark.parametrize(
        ("seconds", "pieces"),
        [
            (0.0, 9),
            pytest.param(0.0, 63, marks=pytest.mark.deep),
            pytest.param(90.0, 63, marks=pytest.mark.deep),
        ],
    )
    def test_what_lies_behind_a_long_hole_is_saved(
        self,
        scene: Scene,
        player: Player,
        monkeypatch: pytest.MonkeyPatch,
        seconds: float,
        pieces: int,
    ) -> None:
        """Whether one batch is enough to ask for all of the hole, or many are."""
        monkeypatch.setattr(pulling, "PLAYED_SECONDS", seconds)
        player.stops_at_holes = True
        cameras = registered(scene, player)
        begin = scene.at.replace(second=0, microsecond=0)
        behind = begin + pieces * 10 * SECOND
        cameras.films.record("garage", begin, begin + 10 * SECOND)
        cameras.films.record("garage", behind, behind + 10 * SECOND)
        recording = cameras.ask(scene.incident().case, begin, behind + 10 * SECOND)
        pull(behind + 10 * MINUTE, rounds=300)

        recording.refresh_from_db()
        assert recording.state == RecordingState.PARTLY
        (gap,) = coverage_of(recording).gaps
        assert abs((gap.begin - begin).total_seconds() - 10) < 0.3
        assert abs((gap.end - behind).total_seconds()) < 0.3


class TestFaults:
    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            ({"status": {"DESCRIBE": 404}}, Absent),
            ({"status": {"PLAY": 457}}, Absent),
            ({"status": {"SETUP": 461}}, Unreachable),
            ({"status": {"DESCRIBE": 503}}, Unreachable),
            ({"redirect": "rtsp://127.0.0.2/elsewhere"}, Unreachable),
            ({"most": 40, "breaks": "reset"}, Unreachable),
            ({"most": 40, "breaks": "silent"}, Unreachable),
            ({"most": 0, "breaks": "close"}, BrokeOff),
        ],
    )
    def test_are_told_apart(
        self, scene: Scene, player: Player, fault: dict[str, Any], error: type
    ) -> None:
        begin = scene.at.replace(second=0, microsecond=0)
        SimulatedRecorder(root=player.root).record("garage", begin, begin + MINUTE)
        recorder = opened(player, begin + 10 * MINUTE)
        parts = recorder.parts("garage", begin, begin + 30 * SECOND)
        for name, value in fault.items():
            setattr(player, name, value)
        with pytest.raises(error) as caught:
            [list(recorder.fetch("garage", part)) for part in parts]
        assert type(caught.value) is error
        recorder.close()
        assert not list(stores.primary().root.glob("making/*"))

    def test_wrong_password_is_told_as_such(self, scene: Scene, player: Player) -> None:
        begin = scene.at.replace(second=0, microsecond=0)
        recorder = opened(player, begin + 10 * MINUTE, password="falsch")
        (part, *_more) = recorder.parts("garage", begin, begin + SECOND)
        with pytest.raises(Refused):
            list(recorder.fetch("garage", part))
        bare = opened(player, begin + 10 * MINUTE, auth="none")
        with pytest.raises(Refused):
            list(bare.fetch("garage", part))
        player.challenges = player.challenges[:1]
        basic = opened(player, begin + 10 * MINUTE, auth="basic")
        with pytest.raises(Refused):  # it is not sent in the clear to who asks for more
            list(basic.fetch("garage", part))

    @pytest.mark.parametrize(
        "challenges",
        [
            ('Basic realm="nvr"', 'Digest realm="nvr", nonce="{nonce}"'),
            ('Digest realm="nvr", nonce="{nonce}"', 'Basic realm="nvr"'),
            ('Basic realm="nvr", Digest realm="nvr", nonce="{nonce}"',),
            (
                'Digest realm="nvr", nonce="{nonce}", algorithm="SHA-512-256"',
                'Digest realm="nvr", nonce="{nonce}"',
            ),
        ],
    )
    def test_way_in_is_chosen_among_those_that_are_offered(
        self, scene: Scene, player: Player, challenges: tuple[str, ...]
    ) -> None:
        player.challenges = tuple(f"WWW-Authenticate: {one}" for one in challenges)
        begin = scene.at.replace(second=0, microsecond=0)
        SimulatedRecorder(root=player.root).record("garage", begin, begin + MINUTE)
        recorder = opened(player, begin + 10 * MINUTE)
        (part, *_more) = recorder.parts("garage", begin, begin + SECOND)
        assert b"".join(recorder.fetch("garage", part))
        recorder.close()

    def test_machine_that_is_not_allowed_is_never_asked(
        self, scene: Scene, player: Player, settings: Settings
    ) -> None:
        recorder = opened(player, scene.at)
        settings.RECORDER_HOSTS = ["192.168.1.0/24"]
        (part, *_more) = recorder.parts("a", scene.at - MINUTE, scene.at - 50 * SECOND)
        with pytest.raises(Unreachable):
            list(recorder.fetch("a", part))
        assert player.asked == []
        with pytest.raises(InvalidInput):
            RTSP.check(said(player))

    @pytest.mark.parametrize(
        "more",
        [
            {"base": "http://127.0.0.1"},
            {"base": "rtsp://admin:geheim@127.0.0.1"},
            {"base": "rtsp://127.0.0.1\r\nX: y"},
            {"base": "rtsp://127.0.0.1/a\tb"},
            {"base": "rtsp://127.0.0.1/ü"},
            {"base": "\nrtsp://127.0.0.1"},
            {"username": "adm\r\nX: y"},
            {"username": "admin\n"},
            {"template": PATH + "\x07"},
            {"template": PATH + "&password=geheim"},
            {"template": "Streaming/tracks/{camera}01"},
            {"auth": "bearer"},
            {"time": "yesterday"},
        ],
    )
    def test_settings_that_cannot_be_are_refused(
        self, player: Player, more: dict[str, str]
    ) -> None:
        with pytest.raises(InvalidInput):
            RTSP.check({**said(player), **more})

    def test_stream_that_breaks_off_is_asked_for_again(
        self, scene: Scene, player: Player
    ) -> None:
        cameras = registered(scene, player)
        begin = scene.at.replace(second=0, microsecond=0)
        cameras.films.record("garage", begin, begin + 90 * SECOND)
        player.most, player.breaks = 160, "reset"
        recording = cameras.ask(scene.incident().case, begin, begin + MINUTE)
        at = begin + 10 * MINUTE
        pull(at, rounds=1)
        whole = recording.segments.count()
        for segment, _path in kept_of(recording):
            assert segment.recipe["seconds"] >= 9.9
        player.most = 5
        pull(at, rounds=1)
        recording.refresh_from_db()
        assert (recording.problem, recording.segments.count()) == (
            PullProblem.UNREACHABLE,
            whole,
        )
        player.most = None
        assert recording.pull_at is not None
        pull(recording.pull_at + SECOND)

        recording.refresh_from_db()
        assert (recording.state, recording.problem) == (RecordingState.SAVED, "")
        assert coverage_of(recording).gaps == []

    @pytest.mark.deep
    def test_recorder_that_falls_silent_twice_at_the_same_place_has_no_more(
        self, scene: Scene, player: Player, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(playback, "SILENT_SECONDS", 4.0)
        cameras = registered(scene, player)
        begin = scene.at.replace(second=0, microsecond=0)
        made = cameras.films.record("garage", begin, begin + 14 * SECOND)
        assert len(made) == 2
        player.ends = "silent"
        recording = cameras.ask(scene.incident().case, begin, begin + 30 * SECOND)
        at = begin + 10 * MINUTE
        for number in range(6):
            pull(at + number * MINUTE, rounds=2)

        recording.refresh_from_db()
        assert recording.state == RecordingState.PARTLY
        assert recording.segments.count() == 2
        (gap,) = coverage_of(recording).gaps
        assert abs((gap.begin - begin).total_seconds() - 14) < 0.3

    def test_recorder_that_never_stops_is_stopped(
        self, scene: Scene, player: Player
    ) -> None:
        begin = scene.at.replace(second=0, microsecond=0)
        SimulatedRecorder(root=player.root).record("garage", begin, begin + 2 * MINUTE)
        player.ends = "on"
        recorder = opened(player, begin + 10 * MINUTE)
        parts = recorder.parts("garage", begin, begin + 10 * SECOND)[:1]
        recorder.listed = parts
        assert b"".join(recorder.fetch("garage", parts[0]))
        made = recorder.made(parts[0])
        assert 10 <= made.recipe["seconds"] <= 17
        recorder.close()

    def test_recorder_that_is_too_slow_is_given_up(
        self, scene: Scene, player: Player, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begin = scene.at.replace(second=0, microsecond=0)
        SimulatedRecorder(root=player.root).record("garage", begin, begin + MINUTE)
        player.speed = 0.2
        recorder = opened(player, begin + 10 * MINUTE)
        (part, *_more) = recorder.parts("garage", begin, begin + SECOND)
        blocks = recorder.fetch("garage", part)
        next(blocks)
        recorder.stretch.playback.patience = 2.0
        began = time.monotonic()
        with pytest.raises(Unreachable):
            list(blocks)
        assert time.monotonic() - began < 10
        recorder.close()

    def test_wrong_channel_is_named_while_the_window_runs(
        self, scene: Scene, player: Player
    ) -> None:
        cameras = registered(scene, player)
        begin = scene.at.replace(second=0, microsecond=0)
        recording = cameras.ask(scene.incident().case, begin, begin + 30 * MINUTE)
        pull(begin + 2 * MINUTE)
        recording.refresh_from_db()
        assert recording.problem == PullProblem.NOTHING
        for _turn in range(3):
            assert recording.pull_at is not None
            at, tries = recording.pull_at, recording.tries
            pull(at)
            recording.refresh_from_db()
            assert recording.tries == tries + 1
        assert recording.pull_at is not None
        assert recording.pull_at - at >= 60 * SECOND

    def test_moment_of_keeping_is_when_it_was_kept(
        self, scene: Scene, player: Player, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cameras = registered(scene, player)
        begin = scene.at.replace(second=0, microsecond=0)
        cameras.films.record("garage", begin, begin + 20 * SECOND)
        recording = cameras.ask(scene.incident().case, begin, begin + 10 * SECOND)
        monkeypatch.setattr(Lease, "seconds", 40.0)
        at = begin + 10 * MINUTE
        pull(at, rounds=1)
        assert recording.segments.earliest("begin").kept_at == at + 40 * SECOND
        player.status = {"DESCRIBE": 503}
        Recording.objects.update(pull_at=at)
        recording.segments.all().delete()
        pull(at, rounds=1)
        recording.refresh_from_db()
        assert recording.pull_at == at + 45 * SECOND


class TestSecrets:
    def test_password_stands_in_no_argument_and_no_log(
        self, scene: Scene, player: Player, caplog: pytest.LogCaptureFixture
    ) -> None:
        cameras = registered(scene, player)
        begin = scene.at.replace(second=0, microsecond=0)
        cameras.films.record("garage", begin, begin + MINUTE)
        player.speed = 3.0
        recorder = opened(player, begin + 10 * MINUTE)
        (part, *_more) = recorder.parts("garage", begin, begin + SECOND)
        blocks = recorder.fetch("garage", part)
        next(block for block in blocks if block)
        running = [_read(path) for path in Path("/proc").glob("[0-9]*/cmdline")]
        assert any(b"rtsp://127.0.0.1" in words for words in running)
        assert not any(PASSWORD.encode() in words for words in running)
        assert not any(PASSWORD.encode() in _read(path) for path in _ours())
        blocks.close()
        recorder.close()
        player.status = {"PLAY": 500}
        cameras.ask(scene.incident().case, begin, begin + 20 * SECOND)
        pull(begin + 10 * MINUTE, rounds=1)
        assert PASSWORD not in caplog.text
        assert not any(PASSWORD in line for line in player.asked)
        cameras.recorder.refresh_from_db()
        assert PASSWORD.encode() not in bytes(cameras.recorder.secrets or b"")
        assert PASSWORD not in json.dumps(cameras.recorder.settings)

    def test_nothing_that_breaks_a_line_is_sent(
        self, scene: Scene, player: Player
    ) -> None:
        """Neither of what was typed nor of what a recorder said before."""
        begin = scene.at.replace(second=0, microsecond=0)
        SimulatedRecorder(root=player.root).record("garage", begin, begin + MINUTE)
        recorder = opened(player, begin + 10 * MINUTE)
        (part, *_more) = recorder.parts("garage", begin, begin + SECOND)
        recorder.base += "/a\r\nX: y"
        with pytest.raises(Unreadable):
            list(recorder.fetch("garage", part))
        assert player.asked == []
        recorder.base, recorder.login = player.url, Login("digest", "a\r\nX: y", "")
        with pytest.raises(Unreadable):
            list(recorder.fetch("garage", part))
        recorder.close()

    def test_hostile_description_opens_nothing(self) -> None:
        text = (
            "v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
            "a=control:trackID=1\r\nc=IN IP4 10.0.0.1\r\na=fmtp:96 x\x00y\r\n"
            "m=audio 0 RTP/AVP 8\r\na=control:rtsp://10.0.0.1/a\r\n"
        )
        video, audio = playback._tracks_of(text)
        assert video.attributes == ["a=rtpmap:96 H264/90000"]
        assert (video.control, video.rate, audio.codec) == ("trackID=1", 90000, "PCMA")
        with pytest.raises(ValueError, match="media"):
            playback._tracks_of("m=video 0 RTP/AVP 96\r\n" * 99)


def _ours() -> list[Path]:
    return list(Path("/proc").glob("[0-9]*/environ"))


def _read(path: Path) -> bytes:
    """Of a process that may have ended by now."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


class TestProbe:
    def test_page_says_that_it_plays(
        self, scene: Scene, player: Player, sign_in: SignIn
    ) -> None:
        cameras = registered(scene, player)
        now = timezone.now().replace(second=0, microsecond=0)
        for _name, code, _label, _way in CAMERAS:
            # The clock goes on while the films are made.
            cameras.films.record(code, now - MINUTE, now + 4 * MINUTE)
        page = sign_in("hetao").get(
            reverse("cameras:recorder", args=[cameras.recorder.uid]), {"look": ""}
        )
        assert "连接正常" in page.content.decode()
        assert not list(stores.primary().root.glob("making/*"))

    def test_trial_of_a_slow_recorder_comes_to_an_end(
        self, scene: Scene, player: Player, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What could not be asked in its time is said to be so."""
        cameras = registered(scene, player)
        now = timezone.now().replace(second=0, microsecond=0)
        cameras.films.record("garage", now - 3 * MINUTE, now)
        monkeypatch.setattr(trying, "TRIAL_SECONDS", 3.0)
        monkeypatch.setattr(playback, "SILENT_SECONDS", 60.0)
        player.most = 0
        began = time.monotonic()
        rows = [cameras.camera("CAM-07"), cameras.camera("CAM-08")]
        looks = trying.look_at(opened(player, now), rows, now)
        assert time.monotonic() - began < 10
        assert [look.problem for look in looks] == [PullProblem.UNREACHABLE] * 2

        player.most = None
        monkeypatch.setattr(trying, "TRIAL_SECONDS", 0.0)
        monkeypatch.setattr(Rtsp, "hurry", lambda _self, _until: None)
        looks = trying.look_at(opened(player, now), rows, now)
        assert [look.is_asked for look in looks] == [True, False]
        assert not list(stores.primary().root.glob("making/*"))

    def test_missing_program_is_a_problem_and_leaves_no_folder(
        self, scene: Scene, player: Player, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cameras = registered(scene, player)
        now = timezone.now().replace(second=0, microsecond=0)
        cameras.films.record("garage", now - 3 * MINUTE, now)
        rows = [cameras.camera("CAM-07")]

        def missing(_name: str) -> str:
            raise NotMade("ffmpeg is not installed")

        monkeypatch.setattr(films, "path_of", missing)
        (look,) = trying.look_at(opened(player, now), rows, now)
        assert look.problem == PullProblem.UNREADABLE
        assert not list(stores.primary().root.glob("making/*"))

        def full(*_words: object, **_more: object) -> None:
            raise OSError(errno.ENOSPC, "full")

        monkeypatch.setattr(films, "path_of", lambda _name: "ffmpeg")
        monkeypatch.setattr(rtsp, "begin_limited", full)
        (look,) = trying.look_at(opened(player, now), rows, now)
        assert look.problem == PullProblem.NO_ROOM
        assert not list(stores.primary().root.glob("making/*"))

    def test_page_says_what_is_wrong(
        self, scene: Scene, player: Player, sign_in: SignIn
    ) -> None:
        cameras = registered(scene, player)
        player.status = {"DESCRIBE": 401}
        page = sign_in("hetao").get(
            reverse("cameras:recorder", args=[cameras.recorder.uid]), {"look": ""}
        )
        assert "请核对账号、密码和登录方式" in page.content.decode()
