"""Alarms through a broker: a real Mosquitto, and the subscriber as a real process."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import IO
from unittest.mock import Mock
from uuid import uuid4

import paho.mqtt.client as paho
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.management import CommandError
from django.db import OperationalError, connection
from django.utils import timezone
from paho.mqtt.enums import CallbackAPIVersion

from anlan.base.errors import Conflict
from anlan.cases.models import AcceptedRequest
from anlan.config.environment import Environment
from anlan.config.management.commands import mqtt
from anlan.config.management.commands.mqtt import broker_of
from anlan.config.schema import of_this_version
from anlan.incidents.devices.proof import UnknownDevice, signature_of
from anlan.incidents.enums import DeviceMode
from anlan.incidents.models import DeviceRefusal, Incident, Report
from anlan.incidents.services import devices
from tests.api.boxes import Box, put_up
from tests.scene import Scene
from tools.lan_certificates import ensure_certificates

TOPIC = "anlan/alarms/yq/lobby"
MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
ROOT = Path(__file__).parents[2]
needs_mosquitto = pytest.mark.skipif(
    not Path(MOSQUITTO).exists(),
    reason="Mosquitto is not installed (Debian: mosquitto)",
)


def _button(scene: Scene) -> Box:
    return put_up(scene, mode=DeviceMode.BROKER, topic=TOPIC)


def _hear(
    payload: bytes, at: datetime, *, packet: str = "1", is_again: bool = False
) -> devices.Received:
    return devices.receive_from_broker(
        topic=TOPIC, payload=payload, packet=packet, is_again=is_again, at=at
    )


def _sealed(box: Box, body: str, at: datetime, nonce: str = "") -> bytes:
    """A message as a device signs it that speaks through a broker."""
    nonce = nonce or uuid4().hex
    name, stamp = str(box.device.uid), str(int(at.timestamp()))
    signature = signature_of(box.secret, name, stamp, nonce, body.encode())
    said = {"timestamp": stamp, "nonce": nonce, "signature": signature, "body": body}
    return json.dumps(said).encode()


@pytest.mark.both
def test_a_message_delivered_again_is_one_alarm(scene: Scene, at: datetime) -> None:
    _button(scene)
    by_id = b'{"event": "panic", "id": "1"}'
    by_time = b'{"event": "panic", "happened": "2026-11-23T14:02:29+08:00"}'
    by_packet = b'{"event": "panic"}'
    for payload in (by_id, by_time, by_packet):
        first = _hear(payload, at, packet="7")
        again = _hear(payload, at + timedelta(minutes=5), packet="7", is_again=True)
        assert first.report == again.report
    assert Report.objects.count() == 3
    _hear(by_packet, at, packet="8")  # pressed again: another packet
    assert Report.objects.count() == 4
    with pytest.raises(Conflict):
        _hear(b'{"event": "panic", "id": "1", "words": "changed"}', at)


def test_every_press_at_qos_0_is_an_alarm(scene: Scene, at: datetime) -> None:
    """A message without acknowledgement has no number, and is never brought again."""
    _button(scene)

    first = _hear(b'{"event": "panic"}', at, packet="")
    second = _hear(b'{"event": "panic"}', at + timedelta(minutes=35), packet="")

    assert first.report is not None
    assert second.report is not None
    assert first.report.incident != second.report.incident


@pytest.mark.parametrize(
    ("minutes", "brought", "reports"),
    [
        (1, "anew", 2),  # the session was lost, and the broker counts from one again
        (9, "again", 1),
        (35, "again", 2),
    ],
)
def test_a_packet_is_the_same_if_the_broker_says_so_and_soon(
    scene: Scene, at: datetime, minutes: int, brought: str, reports: int
) -> None:
    _button(scene)
    start = at.replace(minute=5, second=0)

    _hear(b'{"event": "panic"}', start)
    _hear(
        b'{"event": "panic"}',
        start + timedelta(minutes=minutes),
        is_again=brought == "again",
    )

    assert Report.objects.count() == reports


@pytest.mark.parametrize("later", [timedelta(minutes=5), timedelta(days=1)])
def test_a_signed_message_is_no_new_alarm_another_day(
    scene: Scene, at: datetime, later: timedelta
) -> None:
    """Its nonce is kept: the day counts only for boxes that count from one again."""
    box = put_up(scene, topic=TOPIC)
    midnight = at.replace(hour=15, minute=58)  # in Shanghai, nearly
    sealed = _sealed(box, '{"event": "panic", "id": "1"}', midnight)

    first = _hear(sealed, midnight)
    again = _hear(sealed, midnight + later, packet="9")
    pressed = _hear(
        _sealed(box, '{"event": "panic", "id": "1"}', midnight), midnight + later
    )

    assert again.report == first.report
    assert pressed.report != first.report
    assert Report.objects.count() == 2


def test_a_signed_test_cannot_be_played_again(scene: Scene, at: datetime) -> None:
    box = put_up(scene, topic=TOPIC)
    sealed = _sealed(box, '{"event": "panic"}', at)
    devices.begin_test(device=box.device, by=scene.manager, at=at)

    assert _hear(sealed, at).kind == "test"
    assert _hear(sealed, at + timedelta(hours=1)).kind == "test"

    assert not Report.objects.exists()


@pytest.mark.parametrize("words", ["", "north door"])
def test_a_box_that_counts_from_one_again_is_heard(
    scene: Scene, at: datetime, words: str
) -> None:
    """Its battery was changed: an old nonce at a new time is a new press."""
    box, nonce, later = put_up(scene, topic=TOPIC), "00000001", at + timedelta(days=30)
    changed = json.dumps({"event": "panic", "words": words} if words else {})

    first = _hear(_sealed(box, "{}", at, nonce), at)
    second = _hear(_sealed(box, changed, later, nonce), later)

    assert first.report is not None
    assert second.report is not None
    assert first.report.incident != second.report.incident


def test_a_nonce_used_twice_at_one_time_is_refused_and_counted(
    scene: Scene, at: datetime
) -> None:
    box = put_up(scene, topic=TOPIC)
    _hear(_sealed(box, "{}", at, "00000001"), at)

    with pytest.raises(UnknownDevice):
        _hear(_sealed(box, '{"event": "fall"}', at, "00000001"), at)

    assert DeviceRefusal.objects.get().reason == "replayed"


def test_signed_signs_of_life_leave_no_rows(scene: Scene, at: datetime) -> None:
    box = put_up(scene, topic=TOPIC)

    for minutes in range(3):
        now = at + timedelta(minutes=minutes)
        assert _hear(_sealed(box, '{"event": "heartbeat"}', now), now).kind == "alive"

    assert not AcceptedRequest.objects.exists()


def test_a_commit_whose_answer_was_lost_is_tried_again_as_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The database may have kept what it could not say: the second try must find it."""
    tries: list[bool] = []

    def receive(*, is_again: bool, **_message: object) -> None:
        tries.append(is_again)
        if len(tries) == 1:
            raise OperationalError

    monkeypatch.setattr(devices, "receive_from_broker", receive)
    monkeypatch.setattr(mqtt, "FIRST_PAUSE", 0)
    monkeypatch.setattr(mqtt, "close_old_connections", lambda: None)
    client, message = (
        Mock(),
        mqtt.Heard(TOPIC, b"{}", qos=1, retain=False, mid=7, properties=None),
    )
    asyncio.run(mqtt._hear(client, message))

    assert tries == [False, True]
    client._client.ack.assert_called_once_with(7, 1)


def test_what_only_a_broker_vouches_for_is_called_unsigned(
    scene: Scene, at: datetime
) -> None:
    box = _button(scene)
    _hear(b"{}", at)
    assert Report.objects.get().reporter_key == box.device.actor_key
    assert not box.device.is_signed


def test_a_signed_message_may_come_late_and_counts_once(
    scene: Scene, at: datetime
) -> None:
    box = put_up(scene, topic=TOPIC)
    sealed = json.loads(_sealed(box, '{"event": "panic"}', at))
    late = at + timedelta(hours=3)
    assert _hear(json.dumps(sealed).encode(), late).kind == "alarm"
    _hear(json.dumps(sealed).encode(), late + timedelta(hours=2), packet="2")
    assert Report.objects.count() == 1
    for change in ({"body": "{}"}, {"nonce": "a" * 12}, {"signature": ""}, {"body": 1}):
        with pytest.raises(UnknownDevice):
            _hear(json.dumps({**sealed, **change}).encode(), at)
    with pytest.raises(UnknownDevice):
        _hear(b"not json", at)
    assert DeviceRefusal.objects.filter(address="mqtt").exists()


def test_a_topic_that_is_nobodys_is_refused_and_counted(
    scene: Scene, at: datetime
) -> None:
    _button(scene)
    with pytest.raises(UnknownDevice):
        devices.receive_from_broker(topic="anlan/alarms/x", payload=b"", at=at)
    assert DeviceRefusal.objects.get().reason == "unknown_device"


@pytest.mark.slow
@needs_mosquitto
def test_a_real_broker_and_a_killed_subscriber(
    committed_scene: Scene, tmp_path: Path
) -> None:
    """QoS 1 and a kept session: what is published while we are away comes when we are back."""
    if connection.vendor != "sqlite":
        pytest.skip("the subscriber's process is given an SQLite file")
    _button(committed_scene)
    port = _free_port()
    with _broker(tmp_path, port) as restart_broker, _subscribers(port) as subscribe:
        first = subscribe()
        _publish(port, b'{"event": "panic", "id": "1"}')
        _until(lambda: Report.objects.count() == 1)
        first.kill()
        first.wait()
        _publish(port, b'{"event": "panic", "id": "2"}')
        _publish(port, b'{"event": "panic", "id": "2"}')
        second = subscribe()
        _until(lambda: Report.objects.count() == 2)
        restart_broker()
        _publish(port, b'{"event": "panic", "id": "3"}', patience=10)
        _until(lambda: Report.objects.count() == 3)
        second.terminate()
        assert second.wait(timeout=10) == 0
    assert Incident.objects.count() == 1


@dataclass(frozen=True)
class Tls:
    """Files for a broker on 127.0.0.1 that wants to see a certificate of ours."""

    folder: Path

    def environment(self, port: int, **other: Path) -> dict[str, str]:
        files = {
            "CA": self.folder / "ca.crt",
            "CERTIFICATE": self.folder / "client.crt",
            "KEY": self.folder / "client.key",
            **other,
        }
        named = {f"ANLAN_MQTT_{name}": str(path) for name, path in files.items()}
        return {"ANLAN_MQTT_URL": f"mqtts://127.0.0.1:{port}", **named}

    @property
    def listener(self) -> str:
        return (
            f"certfile {self.folder}/server.crt\nkeyfile {self.folder}/server.key\n"
            f"cafile {self.folder}/client.crt\nrequire_certificate true\n"
        )


def _tls(folder: Path, *names: str) -> Tls:
    ensure_certificates(folder, list(names), at=timezone.now())
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "anlan")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A broker that runs under another clock than the tests believes it too.
        .not_valid_before(timezone.now() - timedelta(days=3650))
        .not_valid_after(timezone.now() + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "client.crt").write_bytes(certificate.public_bytes(pem))
    (folder / "client.key").write_bytes(
        key.private_bytes(
            pem,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return Tls(folder)


@pytest.mark.slow
@needs_mosquitto
def test_over_tls_with_certificates_on_both_sides(
    committed_scene: Scene, tmp_path: Path
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the subscriber's process is given an SQLite file")
    _button(committed_scene)
    tls, port = _tls(tmp_path / "tls", "127.0.0.1"), _free_port()
    with (
        _broker(tmp_path, port, tls.listener),
        _subscribers(port, tls.environment(port)) as subscribe,
    ):
        subscriber = subscribe()
        _publish(port, b'{"event": "panic", "id": "1"}', tls=tls)
        _until(lambda: Report.objects.count() == 1)
        subscriber.terminate()
        assert subscriber.wait(timeout=10) == 0


@pytest.mark.slow
@needs_mosquitto
@pytest.mark.parametrize(
    ("names", "ca", "said"),
    [
        (["anlan.local"], "ca.crt", "IP address mismatch"),
        (["127.0.0.1"], "client.crt", "is not trusted"),
    ],
)
def test_a_broker_that_is_not_the_one_is_not_listened_to(
    tmp_path: Path, names: list[str], ca: str, said: str
) -> None:
    """Another host's certificate, and one of an authority that we do not know."""
    tls, port = _tls(tmp_path / "tls", *names), _free_port()
    environment = tls.environment(port, CA=tmp_path / "tls" / ca)
    with _broker(tmp_path, port, tls.listener):
        line = _first_complaint(tmp_path, environment)

    assert said in line
    assert f"127.0.0.1:{port}" in line


@pytest.mark.slow
@needs_mosquitto
def test_a_broker_that_wants_our_certificate_says_so(tmp_path: Path) -> None:
    tls, port = _tls(tmp_path / "tls", "127.0.0.1"), _free_port()
    environment = tls.environment(port)
    del environment["ANLAN_MQTT_CERTIFICATE"], environment["ANLAN_MQTT_KEY"]
    with _broker(tmp_path, port, tls.listener):
        assert "CERTIFICATE_REQUIRED" in _first_complaint(tmp_path, environment)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "ANLAN_MQTT_URL is not set"),
        ({"mqtt_url": "mqtts://b", "mqtt_ca": "/none"}, "No such file"),
        ({"mqtt_url": "mqtts://b", "mqtt_ca": __file__}, "ANLAN_MQTT_CA"),
        ({"mqtt_url": "mqtts://b", "mqtt_certificate": "/none"}, "No such file"),
        ({"mqtt_url": "mqtts://b", "mqtt_key": "/none"}, "needs ANLAN_MQTT_CERT"),
        ({"mqtt_url": "mqtt://b", "mqtt_ca": "/none"}, "needs mqtts://"),
    ],
)
def test_a_setting_that_cannot_be_is_named_at_the_start(
    given: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"ANLAN_{name.upper()}", value)
    with pytest.raises(CommandError, match=said):
        broker_of(Environment())  # type: ignore[call-arg]  # from the environment


def test_the_name_of_the_host_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANLAN_MQTT_URL", "mqtts://u:p%40@broker.local")
    broker = broker_of(Environment())  # type: ignore[call-arg]  # from the environment
    assert broker.tls is not None
    assert broker.tls.check_hostname
    assert broker.tls.verify_mode == ssl.CERT_REQUIRED
    assert (broker.port, broker.username, broker.password) == (8883, "u", "p@")
    assert "p@" not in repr(broker)


def _first_complaint(folder: Path, environment: dict[str, str]) -> str:
    """The first line that a subscriber logs; it goes on trying, and is stopped."""
    _be_up_to_date(folder)
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "mqtt"],
        env={**os.environ, "ANLAN_DATA": str(folder), **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        return _first_line(process, process.stderr)
    finally:
        process.kill()
        process.communicate()


def _be_up_to_date(folder: Path) -> None:
    """A database that says that it is of this version; no table of it is ever asked."""
    with closing(sqlite3.connect(folder / "anlan.sqlite3")) as database, database:
        database.execute("CREATE TABLE django_migrations (app TEXT, name TEXT)")
        rows = sorted(of_this_version())
        database.executemany("INSERT INTO django_migrations VALUES (?, ?)", rows)


def _first_line(process: subprocess.Popen[str], stream: IO[str]) -> str:
    """What the process says first; one that says nothing is killed."""
    impatient = threading.Timer(30, process.kill)
    impatient.start()
    try:
        return stream.readline().strip()
    finally:
        impatient.cancel()


@contextmanager
def _subscribers(
    port: int, environment: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts subscribers; whatever still runs at the end is killed."""
    running: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        running.append(_subscriber(port, environment))
        return running[-1]

    try:
        yield start
    finally:
        for process in running:
            process.kill()
            process.communicate()


def _subscriber(port: int, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    database = Path(str(connection.settings_dict["NAME"]))
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "mqtt"],
        env={
            **os.environ,
            # The copy of the database stands under the name that settings expect.
            "ANLAN_DATA": str(database.parent),
            "ANLAN_MQTT_URL": f"mqtt://127.0.0.1:{port}",
            "ANLAN_LOG_LEVEL": "ERROR",
            **environment,
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert _first_line(process, process.stdout) == "mqtt ready"
    return process


@contextmanager
def _broker(folder: Path, port: int, tls: str = "") -> Iterator[Callable[[], None]]:
    """A Mosquitto on loopback that keeps sessions on disk; the answer restarts it."""
    conf = folder / "mosquitto.conf"
    conf.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
        f"persistence_location {folder}/\nlog_dest none\nuser root\n{tls}"
    )
    running: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        running.append(subprocess.Popen([MOSQUITTO, "-c", str(conf)]))
        _until(lambda: _answers(port))

    def restart() -> None:
        running[-1].terminate()
        running[-1].wait(timeout=10)
        start()

    start()
    try:
        yield restart
    finally:
        running[-1].terminate()
        running[-1].wait(timeout=10)


def _publish(
    port: int, payload: bytes, *, patience: float = 0, tls: Tls | None = None
) -> None:
    """Publish with QoS 1 and wait until the broker has it."""
    client = paho.Client(CallbackAPIVersion.VERSION2)
    if tls is not None:
        folder = tls.folder
        client.tls_set(
            str(folder / "ca.crt"),
            str(folder / "client.crt"),
            str(folder / "client.key"),
        )
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.publish(TOPIC, payload, qos=1).wait_for_publish(timeout=5 + patience)
    client.disconnect()
    client.loop_stop()


def _until(happened: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
