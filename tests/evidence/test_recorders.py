"""Recorders that are asked over HTTP: byte for byte, with their faults, and nobody else."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from anlan.accounts.models import Site
from anlan.base import stores
from anlan.base.errors import InvalidInput
from anlan.evidence import services
from anlan.evidence.enums import (
    ExhibitKind,
    PullProblem,
    RecorderKind,
    RecordingState,
)
from anlan.evidence.models import Camera, Recorder
from anlan.evidence.recorders import (
    Absent,
    Refused,
    Unreachable,
    Unreadable,
    kind_of,
    wire,
)
from anlan.evidence.recorders.frigate import FRIGATE
from anlan.evidence.recorders.http import HTTP
from anlan.evidence.recorders.wire import is_allowed
from anlan.evidence.selectors.recordings import (
    coverage_of,
    recorder_secrets,
    short_cameras,
)
from anlan.ledger.events import SYSTEM
from anlan.play.recorder import SimulatedRecorder
from tests.evidence.nvr import (
    PASSWORD,
    TOKEN,
    USER,
    Export,
    FrigateServer,
    Machine,
    running,
)
from tests.evidence.recorders import CAMERAS, Watched, watched
from tests.pictures import JPEG
from tests.scene import Scene

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
PATH = "export?channel={camera}&from={begin}&to={end}"
# Made with ``openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -days 36500``.
SELF_SIGNED = b"""\
-----BEGIN CERTIFICATE-----
MIIBczCCARmgAwIBAgIULGEwH9Y7KsvExjpMYn5dFdYMFz4wCgYIKoZIzj0EAwIw
DjEMMAoGA1UEAwwDbnZyMCAXDTI2MTEyODIzMzkzNFoYDzIxMjYxMTA0MjMzOTM0
WjAOMQwwCgYDVQQDDANudnIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARqckC8
gAGNhkK2jbzhyLe6k6aohg0hEqEwOJLc7m9/wSIOc2+tRl3a6n0hIHk1qBAcWXct
PFE/GC+/f1VZml+5o1MwUTAdBgNVHQ4EFgQURqJWVLvQXYHWP979VQBviIdeqG0w
HwYDVR0jBBgwFoAURqJWVLvQXYHWP979VQBviIdeqG0wDwYDVR0TAQH/BAUwAwEB
/zAKBggqhkjOPQQDAgNIADBFAiEA6WgmrB2A48jaxZeeMf3lOigaakFhzElkHwO5
T9ai+twCIAQ2qMyd+MyIe0xMysWLfpaEk2dudY8wwla+FmZwbfWR
-----END CERTIFICATE-----
"""


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path / "data"
    settings.RECORDER_HOSTS = ["127.0.0.0/8"]


@pytest.fixture
def nvr(tmp_path: Path) -> Iterator[Machine]:
    with running(Machine(tmp_path / "nvr"), Export) as machine:
        yield machine


@pytest.fixture
def frigate(tmp_path: Path) -> Iterator[Machine]:
    with running(Machine(tmp_path / "frigate"), FrigateServer) as machine:
        yield machine


def registered(
    scene: Scene, machine: Machine, kind: RecorderKind, **settings: Any
) -> Watched:
    """Its cameras too; what they see is filmed into its folder."""
    machine.root.mkdir(exist_ok=True)
    said = {"base": machine.url, "template": PATH, "slice": 10, **settings}
    recorder = services.register_recorder(
        site=scene.site,
        name="网络录像机",
        kind=kind,
        days_kept=30,
        settings=said,
        secrets={"password": settings.get("password", "")},
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
    return Watched(scene, recorder, SimulatedRecorder(root=machine.root))


def as_frigate(root: Path, camera: str, begin: datetime, end: datetime) -> list[Path]:
    """Segments of ten seconds as it stores them: MP4, named in UTC."""
    scratch = SimulatedRecorder(root=root / "scratch")
    (root / "scratch").mkdir(parents=True)
    made = []
    for number, source in enumerate(scratch.record(camera, begin, end)):
        at = (begin + number * 10 * SECOND).astimezone(UTC)
        path = root / "recordings" / f"{at:%Y-%m-%d/%H}" / camera / f"{at:%M.%S}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["ffmpeg", "-nostdin", "-v", "error", "-i", source, "-c", "copy", path],
            check=True,
        )
        made.append(path)
    return made


def opened(machine: Machine, now: datetime, **settings: Any) -> Any:
    said = {"base": machine.url, "template": PATH, "slice": 10, **settings}
    secrets = {"password": settings.get("password", "")}
    return HTTP.open(HTTP.check(said), secrets=secrets, now=now)


class TestExport:
    def test_window_comes_in_slices_and_missing_ones_are_gaps(self, scene, nvr) -> None:
        cameras = registered(scene, nvr, RecorderKind.HTTP)
        begin = scene.at.replace(second=0)
        made = cameras.films.record("garage", begin, begin + 2 * MINUTE)
        made[3].unlink()
        recording = cameras.ask(scene.incident().case, begin, begin + MINUTE)
        cameras.pull(begin + 5 * MINUTE)

        recording.refresh_from_db()
        assert recording.state == RecordingState.PARTLY
        kept = {
            stores.primary().path_of(segment.blob.sha256).read_bytes()
            for segment in recording.segments.select_related("blob")
        }
        assert kept == {made[n].read_bytes() for n in (0, 1, 2, 4, 5)}
        gaps = coverage_of(recording).gaps
        assert [(gap.begin, gap.seconds) for gap in gaps] == [(begin + 30 * SECOND, 10)]

    def test_future_is_not_asked_for(self, scene, nvr) -> None:
        now = scene.at.replace(second=0)
        parts = opened(nvr, now).parts("garage", now - 30 * SECOND, now + 30 * MINUTE)

        assert [part.begin for part in parts] == [now - 30 * SECOND, now - 20 * SECOND]
        assert nvr.asked == []

    @pytest.mark.parametrize(
        ("way", "password"),
        [("none", ""), ("basic", PASSWORD), ("digest", PASSWORD), ("bearer", TOKEN)],
    )
    def test_says_who_asks_in_the_way_that_is_wanted(
        self, scene, nvr, way: str, password: str
    ) -> None:
        begin = scene.at.replace(second=0)
        (path,) = SimulatedRecorder(root=_made(nvr.root)).record(
            "garage", begin, begin + 10 * SECOND
        )
        nvr.auth = way
        recorder = opened(
            nvr, begin + MINUTE, auth=way, username=USER, password=password
        )
        (part, *_more) = recorder.parts("garage", begin, begin + SECOND)
        assert b"".join(recorder.fetch("garage", part)) == path.read_bytes()
        if way != "none":
            wrong = opened(
                nvr, begin + MINUTE, auth=way, username=USER, password="falsch"
            )
            with pytest.raises(Refused):
                list(wrong.fetch("garage", part))

    def test_names_of_cameras_and_times_cannot_leave_their_place(
        self, scene, nvr
    ) -> None:
        recorder = opened(nvr, scene.at, time="epoch")
        (part, *_more) = recorder.parts("a", scene.at - MINUTE, scene.at - 50 * SECOND)
        nvr.status = 404
        with pytest.raises(Absent):
            list(recorder.fetch("x&channel=y#/../z", part))
        (asked,) = nvr.asked
        assert "channel=x%26channel%3Dy%23%2F..%2Fz&from=" in asked

    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            ({"status": 500}, Unreachable),
            ({"status": 429}, Unreachable),
            ({"status": 206}, Unreachable),
            ({"status": 403}, Refused),
            ({"status": 404}, Absent),
            ({"html": True}, Refused),
            ({"most": 1000}, Unreachable),  # the line breaks in the middle
            ({"redirect": "http://127.0.0.2/elsewhere"}, Unreachable),
            ({"redirect": "file:///etc/passwd"}, Unreachable),
            ({"redirect": "/export"}, Unreachable),  # round and round
            ({"redirect": "http://127.0.0.1:b/"}, Unreachable),  # a port that is none
            ({"redirect": "http://[/"}, Unreachable),
            ({"encoding": "gzip"}, Unreadable),  # we asked for the bytes as they are
        ],
    )
    def test_faults_are_told_apart(self, scene, nvr, fault, error) -> None:
        begin = scene.at.replace(second=0)
        SimulatedRecorder(root=_made(nvr.root)).record(
            "garage", begin, begin + 10 * SECOND
        )
        recorder = opened(nvr, begin + MINUTE)
        (part, *_more) = recorder.parts("garage", begin, begin + SECOND)
        for name, value in fault.items():
            setattr(nvr, name, value)

        with pytest.raises(error) as caught:
            list(recorder.fetch("garage", part))
        assert type(caught.value) is error

    @pytest.mark.parametrize("drip", ["head", "body"])
    def test_drip_is_given_up(self, scene, nvr, monkeypatch, drip: str) -> None:
        """Each byte comes in time; that the whole does not is seen all the same."""
        monkeypatch.setattr(wire, "ANSWER_SECONDS", 0.5)
        recorder = opened(nvr, scene.at)
        nvr.drip = drip
        began = time.monotonic()
        with pytest.raises(Unreachable):
            for _block in recorder.wire.read("export", seconds=0.5):
                pass
        assert time.monotonic() - began < 5

    def test_refusal_that_goes_on_and_on_is_not_read(self, scene, nvr) -> None:
        """Digest is asked for by a 401, which httpx would read to its end."""
        begin = scene.at.replace(second=0)
        (path,) = SimulatedRecorder(root=_made(nvr.root)).record(
            "garage", begin, begin + 10 * SECOND
        )
        nvr.auth, nvr.drip = "digest", "refusal"
        recorder = opened(
            nvr, begin + MINUTE, auth="digest", username=USER, password=PASSWORD
        )
        (part, *_more) = recorder.parts("garage", begin, begin + SECOND)
        began = time.monotonic()
        assert b"".join(recorder.fetch("garage", part)) == path.read_bytes()
        assert time.monotonic() - began < 5

    def test_each_read_is_handed_on(self, scene, nvr) -> None:
        """Whoever takes the bytes can say that it is still there, or has enough."""
        nvr.drip = "body"
        recorder = opened(nvr, scene.at)
        (part, *_more) = recorder.parts("a", scene.at - MINUTE, scene.at - 50 * SECOND)
        began = time.monotonic()
        blocks = recorder.fetch("a", part)
        assert next(blocks).strip(b"x") == b""
        assert time.monotonic() - began < 5
        blocks.close()

    def test_recorder_that_is_down_is_tried_again_with_patience(
        self, scene, tmp_path
    ) -> None:
        with running(Machine(tmp_path / "nvr"), Export) as machine:
            cameras = registered(scene, machine, RecorderKind.HTTP)
        begin = scene.at.replace(second=0)
        case = scene.incident().case
        recording = cameras.ask(case, begin, begin + MINUTE)
        at, waits = begin + 5 * MINUTE, []
        for _try in range(4):
            cameras.pull(at, rounds=1)
            recording.refresh_from_db()
            assert recording.problem == PullProblem.UNREACHABLE
            waits.append(int((recording.pull_at - at).total_seconds()))
            at = recording.pull_at

        # From when it was given up, and not from when the turn began.
        for wait, least in zip(waits, [5, 15, 60, 300], strict=True):
            assert least <= wait < least + 30
        assert recording.task is not None
        assert recording.task.state == "open"

    def test_what_nobody_thought_of_keeps_no_other_waiting(
        self, scene, nvr, caplog
    ) -> None:
        """The oldest is taken first: if it ended the job, it would be all that is tried."""
        cameras = registered(scene, nvr, RecorderKind.HTTP)
        begin = scene.at.replace(second=0)
        made = cameras.films.record("lobby", begin, begin + MINUTE)
        bad = cameras.ask(scene.incident().case, begin, begin + 10 * SECOND)
        broken = services.register_recorder(
            site=scene.site,
            name="坏的",
            kind=RecorderKind.HTTP,
            days_kept=30,
            settings={"base": nvr.url, "template": PATH},
            by=SYSTEM,
            at=scene.at,
        )
        Recorder.objects.filter(pk=broken.pk).update(settings={})
        Camera.objects.filter(pk=bad.camera_id).update(recorder=broken)
        good = services.want_recording(
            case=bad.case,
            camera=cameras.camera("CAM-03"),
            wanted_from=begin,
            wanted_to=begin + 10 * SECOND,
            by=scene.officer,
            at=begin,
        )
        at = begin + 5 * MINUTE
        cameras.pull(at)

        bad.refresh_from_db()
        assert (bad.problem, bad.tries) == (PullProblem.UNREADABLE, 1)
        assert bad.pull_at == at + 5 * SECOND
        assert "KeyError" in caplog.text
        kept = good.segments.get().blob
        assert (
            stores.primary().path_of(kept.sha256).read_bytes() == made[0].read_bytes()
        )

    def test_what_came_before_the_line_broke_is_kept(self, scene, nvr) -> None:
        cameras = registered(scene, nvr, RecorderKind.HTTP)
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin, begin + MINUTE)
        nvr.breaks_after = 2
        recording = cameras.ask(scene.incident().case, begin, begin + MINUTE)
        cameras.pull(begin + 5 * MINUTE, rounds=1)

        assert recording.segments.count() == 2
        recording.refresh_from_db()
        assert (recording.state, recording.problem) == (RecordingState.PULLING, "")
        cameras.pull(begin + 5 * MINUTE)
        recording.refresh_from_db()
        assert recording.problem == PullProblem.UNREACHABLE

    def test_wrong_password_is_told_as_such(self, scene, nvr) -> None:
        nvr.auth = "basic"
        cameras = registered(
            scene, nvr, RecorderKind.HTTP, auth="basic", username=USER, password="x"
        )
        begin = scene.at.replace(second=0)
        recording = cameras.ask(scene.incident().case, begin, begin + MINUTE)
        cameras.pull(begin + 5 * MINUTE, rounds=1)

        recording.refresh_from_db()
        assert recording.problem == PullProblem.REFUSED


class TestFrigate:
    def test_segments_come_byte_for_byte_after_signing_in(self, scene, frigate) -> None:
        frigate.auth = "login"
        cameras = registered(
            scene, frigate, RecorderKind.FRIGATE, username=USER, password=PASSWORD
        )
        begin = scene.at.replace(minute=59, second=30, microsecond=0)
        made = as_frigate(frigate.root, "garage", begin, begin + 90 * SECOND)
        recording = cameras.ask(scene.incident().case, begin, begin + MINUTE)
        cameras.pull(begin + 5 * MINUTE)

        recording.refresh_from_db()
        assert (recording.state, recording.problem) == (RecordingState.SAVED, "")
        kept = [
            stores.primary().path_of(segment.blob.sha256).read_bytes()
            for segment in recording.segments.select_related("blob").order_by("begin")
        ]
        assert kept == [path.read_bytes() for path in made[:6]]  # over the hour
        assert frigate.sessions == {"jwt"}
        cameras.view(begin + 5 * MINUTE)
        assert recording.derivatives.filter(kind="viewing", blob__isnull=False).exists()

    def test_refuses_without_the_right_password(self, scene, frigate) -> None:
        frigate.auth = "login"
        settings = FRIGATE.check({"base": frigate.url, "username": USER})
        for secrets in ({}, {"password": "falsch"}):
            recorder = FRIGATE.open(settings, secrets=secrets, now=scene.at)
            with pytest.raises(Refused):
                recorder.parts("garage", scene.at - MINUTE, scene.at)
        anonymous = FRIGATE.open(
            FRIGATE.check({"base": frigate.url}), secrets={}, now=scene.at
        )
        with pytest.raises(Refused):
            anonymous.parts("garage", scene.at - MINUTE, scene.at)

    def test_sign_in_reads_no_endless_answer(self, frigate, monkeypatch) -> None:
        monkeypatch.setattr(wire, "ANSWER_SECONDS", 0.5)
        asking = wire.Wire(frigate.url, wire.Login())
        said = {"user": USER, "password": PASSWORD}
        began = time.monotonic()
        frigate.drip = "head"
        with pytest.raises(Unreachable):
            asking.sign_in("api/login", said)
        frigate.drip = "body"
        asking.sign_in("api/login", said)
        assert time.monotonic() - began < 5

    def test_cookie_that_is_two_is_no_crash(self, scene, frigate) -> None:
        frigate.auth, frigate.more_cookies = "login", ("/a", "/b")
        settings = FRIGATE.check({"base": frigate.url, "username": USER})
        recorder = FRIGATE.open(settings, secrets={"password": PASSWORD}, now=scene.at)
        with pytest.raises(Unreachable):
            recorder.parts("garage", scene.at - MINUTE, scene.at)

    def test_list_that_is_too_deep_is_no_crash(self, scene, frigate) -> None:
        frigate.body = b"[" * 100_000
        recorder = FRIGATE.open(
            FRIGATE.check({"base": frigate.url}), secrets={}, now=scene.at
        )
        with pytest.raises(Unreadable):
            recorder.parts("garage", scene.at - MINUTE, scene.at)

    def test_hostile_list_names_nothing_else(self, scene, frigate) -> None:
        at = scene.at.astimezone(UTC)
        folder = frigate.root / "recordings" / f"{at:%Y-%m-%d/%H}" / "garage"
        folder.mkdir(parents=True)
        for name in ("61.00.mp4", "10.00.mp4.html", "a..mp4", "10.10.MP4"):
            (folder / name).write_bytes(b"x")
        settings = FRIGATE.check({"base": frigate.url})
        recorder = FRIGATE.open(settings, secrets={}, now=scene.at)

        assert recorder.parts("garage", scene.at - MINUTE, scene.at) == []
        for camera in ("../garage", "a/b", "", "a?b"):
            with pytest.raises(Unreachable):
                recorder.parts(camera, scene.at - MINUTE, scene.at)
        (folder / "10.00.mp4").mkdir()  # a list that is no list
        frigate.html = False
        frigate.most = 3
        with pytest.raises((Unreadable, Unreachable)):
            recorder.parts("garage", scene.at - MINUTE, scene.at)


class TestWhereItMayGo:
    @pytest.mark.parametrize(
        "base",
        [
            "",
            "10.0.0.1",
            "ftp://127.0.0.1/",
            "http://user:pass@127.0.0.1/",
            "http://169.254.169.254/latest",
            "http://localhost:8000",
            "http://127.0.0.1:99999",
            "http://127.0.0.1/?a=b",
            "http://127.0.0.1@10.0.0.1/",
            "http://[::1]/",
        ],
    )
    def test_other_machines_are_refused(self, base: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            FRIGATE.check({"base": base})
        assert refused.value.path == "base"

    def test_operator_names_hosts_ports_and_networks(self, settings: Settings) -> None:
        settings.RECORDER_HOSTS = ["nvr.example", "10.1.2.3:8971", "192.168.8.0/24"]
        allowed = ("https://NVR.example", "http://10.1.2.3:8971", "http://192.168.8.9")
        refused = ("http://10.1.2.3", "http://192.168.9.1", "http://evil.nvr.example")

        assert all(is_allowed(url) for url in allowed)
        assert not any(is_allowed(url) for url in refused)

    def test_one_that_is_no_longer_allowed_is_not_asked(
        self, scene, nvr, settings: Settings
    ) -> None:
        recorder = opened(nvr, scene.at)
        (part, *_more) = recorder.parts("a", scene.at - MINUTE, scene.at - 50 * SECOND)
        settings.RECORDER_HOSTS = []

        with pytest.raises(Unreachable):
            list(recorder.fetch("a", part))
        assert nvr.asked == []

    @pytest.mark.parametrize(
        "template",
        [
            "",
            "export?from={begin}&to={end}",
            "{camera}{camera}{begin}{end}",
            "http://evil/{camera}/{begin}/{end}",
            "../{camera}/{begin}/{end}",
            "{camera}/{begin}/{end}#x",
            "{camera} {begin} {end}",
            "{camera.__class__}{begin}{end}",
        ],
    )
    def test_path_has_the_three_and_stays_below(self, nvr, template: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            HTTP.check({"base": nvr.url, "template": template})
        assert refused.value.path == "template"


class TestCertificateOfTheHouse:
    """The path is typed by who looks after cameras; the file is the operator's."""

    @pytest.fixture
    def folder(self, tmp_path: Path, settings: Settings) -> Path:
        settings.RECORDINGS_ROOTS = [tmp_path / "allowed"]
        (tmp_path / "allowed").mkdir()
        return tmp_path / "allowed"

    def test_is_read_below_the_operators_folders(self, folder: Path) -> None:
        words = "# 物业自签\n".encode()
        (folder / "ca.pem").write_bytes(words + SELF_SIGNED)
        assert wire.checked_ca(f" {folder}/ca.pem ") == f"{folder}/ca.pem"
        asking = wire.Wire("https://127.0.0.1:9", wire.Login(), ca=f"{folder}/ca.pem")
        with pytest.raises(Unreachable, match="ConnectError"):
            list(asking.read("x"))

    def test_elsewhere_is_refused_and_not_opened(
        self, folder: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "ca.pem").write_bytes(SELF_SIGNED)
        (folder / "link.pem").symlink_to(tmp_path / "ca.pem")
        for path in (tmp_path / "ca.pem", folder / "link.pem", Path("/dev/zero")):
            with pytest.raises(InvalidInput, match="ANLAN_RECORDINGS_ROOTS") as refused:
                wire.checked_ca(str(path))
            assert refused.value.path == "ca"
            asking = wire.Wire("https://127.0.0.1:9", wire.Login(), ca=str(path))
            with pytest.raises(Unreachable, match="ca"):
                list(asking.read("x"))

    def test_what_is_no_certificate_is_refused(self, folder: Path) -> None:
        os.mkfifo(folder / "fifo")
        (folder / "long").write_bytes(SELF_SIGNED + b"#" * wire.MOST_CA)
        (folder / "words").write_bytes(b"no certificate")
        for name in ("fifo", "long", "words", "absent", "", "a\0b"):
            with pytest.raises(InvalidInput, match="PEM"):
                wire.checked_ca(f"{folder}/{name}")


@pytest.mark.both
class TestSecrets:
    def test_are_encrypted_kept_and_dropped_with_the_address(self, scene, nvr) -> None:
        said = {"base": nvr.url, "username": USER}
        recorder = services.register_recorder(
            site=scene.site,
            name="F",
            kind=RecorderKind.FRIGATE,
            days_kept=30,
            settings=said,
            secrets={"password": PASSWORD},
            by=SYSTEM,
            at=scene.at,
        )

        def change(**more: str) -> Recorder:
            return services.change_recorder(
                recorder=recorder,
                days_kept=30,
                settings={**said, **more},
                is_active=True,
                by=SYSTEM,
                at=scene.at,
            )

        recorder.refresh_from_db()
        assert PASSWORD.encode() not in bytes(recorder.secrets or b"")
        assert PASSWORD not in str(recorder.settings)
        assert recorder_secrets(change())["password"] == PASSWORD
        moved = change(base=nvr.url.replace("127.0.0.1", "127.0.0.9"))
        assert recorder_secrets(moved) == {}


class TestPages:
    def test_trial_says_what_is_wrong_in_a_sentence(
        self, scene, nvr, client: Client
    ) -> None:
        cameras = registered(scene, nvr, RecorderKind.HTTP)
        cameras.recorder.cameras.exclude(name="CAM-07").update(is_active=False)
        begin = datetime.now(UTC).replace(microsecond=0) - 2 * MINUTE  # noqa: TID251 -- the page's clock is ours
        begin -= timedelta(seconds=begin.second % 10)
        cameras.films.record("garage", begin, begin + 2 * MINUTE)
        client.force_login(scene.manager)
        where = f"/admin/recorders/{cameras.recorder.uid}/"

        assert "连接正常" in client.get(f"{where}?look").content.decode()
        for fault, words in (
            ({"status": 403}, "核对账号"),
            ({"status": 404}, "没有这个通道"),
            ({"status": 500}, "核对地址"),
        ):
            for name, value in fault.items():
                setattr(nvr, name, value)
            assert words in client.get(f"{where}?look").content.decode()
        assert PASSWORD not in client.get(where).content.decode()

    def test_clock_that_is_not_as_registered_is_told_and_taken_over(
        self, scene, nvr, client: Client
    ) -> None:
        cameras = registered(scene, nvr, RecorderKind.HTTP)
        nvr.ahead = timedelta(seconds=300)
        client.force_login(scene.manager)
        where = f"/admin/recorders/{cameras.recorder.uid}/"

        assert "时钟和登记的不一致" in client.get(f"{where}?look").content.decode()
        client.post(f"{where}clock/program/")
        cameras.recorder.refresh_from_db()
        assert cameras.recorder.offset_ms == pytest.approx(300_000, abs=3000)
        reading = cameras.recorder.readings.get()
        assert (reading.way, reading.uncertainty_ms) == ("program", 1000)
        assert "时钟和登记的不一致" not in client.get(f"{where}?look").content.decode()

    @pytest.mark.parametrize("years", [2, -20, 7000])
    def test_clock_that_is_years_off_is_refused_in_a_sentence(
        self, scene, nvr, client: Client, years: int
    ) -> None:
        cameras = registered(scene, nvr, RecorderKind.HTTP)
        nvr.ahead = timedelta(days=365 * years)
        client.force_login(scene.manager)
        where = f"/admin/recorders/{cameras.recorder.uid}/"

        assert client.get(f"{where}?look").status_code == 200
        answer = client.post(f"{where}clock/program/", follow=True)
        assert answer.status_code == 200
        (told,) = answer.context["messages"]
        assert ("请检查日期" in told.message) == (years != 7000)
        assert not cameras.recorder.readings.exists()

    def test_each_kind_has_its_fields(self, scene, nvr, client: Client) -> None:
        cameras = registered(scene, nvr, RecorderKind.HTTP)
        client.force_login(scene.manager)
        page = client.get(f"/admin/recorders/{cameras.recorder.uid}/").content.decode()
        names = {"base", "template", "auth", "password", "ca"}
        assert all(f'name="{name}"' in page for name in names)
        assert 'name="folder"' not in page
        answer = client.get(f"/admin/sites/{scene.site.code}/cameras/")
        assert answer.status_code == 200
        page = answer.content.decode()
        assert 'data-for="http frigate onvif"' in page

    def test_every_kind_answers(self) -> None:
        for kind in RecorderKind:
            assert (kind_of(kind) is None) == (kind == RecorderKind.MANUAL)


class TestTable:
    HEADER = "名称,录像机,通道,安装在,看得到,保存天数,出入口,画面说明"

    def send(self, client: Client, scene: Scene, *lines: str, **more: str) -> Any:
        table = "\n".join([self.HEADER, *lines])
        path = f"/admin/sites/{scene.site.code}/cameras/import/"
        return client.post(path, {"table": table.replace(",", "\t"), **more})

    def test_is_taken_whole_and_twice_changes_nothing(
        self, scene, nvr, client: Client
    ) -> None:
        registered(scene, nvr, RecorderKind.HTTP)
        client.force_login(scene.manager)
        place, other = "3 号楼 B1 车库", "3 号楼 1 层 大堂前台"
        line = f"CAM-20,网络录像机,ch20,{place},{place}；{other},15,是,对着坡道"

        trial = self.send(client, scene, line, trial="1")
        assert "检查通过" in trial.content.decode()
        assert not Camera.objects.filter(name="CAM-20").exists()
        assert self.send(client, scene, line).status_code == 302
        made = Camera.objects.get(name="CAM-20")
        assert (made.code, made.days_kept, made.is_way_out) == ("ch20", 15, True)
        assert {one.label for one in made.sees.all()} == {place, other}
        path = f"/admin/sites/{scene.site.code}/cameras/table/"
        written = client.get(path).content.decode("utf-8-sig")
        assert line in written
        rows = [row for row in written.splitlines()[1:] if row]
        assert self.send(client, scene, *rows).status_code == 302
        assert Camera.objects.count() == len(rows) == 5

    def test_each_wrong_line_is_named_and_nothing_is_taken(
        self, scene, nvr, client: Client
    ) -> None:
        registered(scene, nvr, RecorderKind.HTTP)
        client.force_login(scene.manager)
        good = "CAM-20,网络录像机,ch20,3 号楼 B1 车库"
        lines = [
            good,
            "CAM-21,没有这台,ch21,3 号楼 B1 车库",
            "CAM-22,网络录像机,../22,3 号楼 B1 车库",
            "CAM-23,网络录像机,ch23,月球",
            "CAM-24,网络录像机,ch24,3 号楼 B1 车库,,九",
            "CAM-25,网络录像机,ch25,3 号楼 B1 车库,,,也许",
            "CAM-20,网络录像机,ch26,3 号楼 B1 车库",
            "CAM-07,网络录像机,ch27,3 号楼 B1 车库",
            "CAM-28,网络录像机,garage,3 号楼 B1 车库",
            ",网络录像机,ch29,3 号楼 B1 车库",
        ]
        answer = self.send(client, scene, *lines)

        assert answer.status_code == 422
        assert [error.line for error in answer.context["errors"]] == [*range(3, 12)]
        assert Camera.objects.count() == len(CAMERAS)
        client.force_login(scene.guard)
        assert self.send(client, scene, good).status_code in {403, 404}


def test_photo_of_the_clocks_becomes_evidence(scene, nvr, client: Client) -> None:
    cameras = registered(scene, nvr, RecorderKind.HTTP)
    case = scene.incident().case
    recording = cameras.ask(case, scene.at, scene.at + MINUTE)
    client.force_login(scene.guard)
    where = f"/cases/{case.number}/recordings/{recording.uid}/clock/"
    said = {
        "shown": "2026-11-23T14:02:35",
        "true": "2026-11-23T14:02:31",
        "way": "photo",
        "words": "",
    }

    wrong = SimpleUploadedFile("clock.jpg", b"no photo", "image/jpeg")
    assert client.post(where, {**said, "photo": wrong}).status_code == 422
    photo = SimpleUploadedFile("clock.jpg", JPEG, "image/jpeg")
    assert client.post(where, {**said, "photo": photo}).status_code == 302
    reading = cameras.recorder.readings.get()
    assert reading.offset_ms == 4000
    assert reading.photo is not None
    assert reading.photo.case == case
    assert reading.photo.kind == ExhibitKind.PHOTO


def _made(path: Path) -> Path:
    path.mkdir(exist_ok=True)
    return path


def test_less_than_the_law_asks_is_amber(scene: Scene, tmp_path: Path) -> None:
    short = watched(scene, tmp_path, kind=RecorderKind.MANUAL, days_kept=29)
    client = Client()
    client.force_login(scene.person("admin"))

    site = client.get(reverse("cameras:site", args=[scene.site.code])).content.decode()
    camera = client.get(
        reverse("cameras:camera", args=[short.camera("CAM-07").uid])
    ).content.decode()

    for page in (site, camera):
        assert "低于法定" in page
        assert "保安服务管理条例" in page
    counted = short_cameras(Site.objects.filter(pk=scene.site.pk))
    assert counted[scene.site.pk] == Camera.objects.count()
    Recorder.objects.update(days_kept=30)
    assert not short_cameras(Site.objects.filter(pk=scene.site.pk))
