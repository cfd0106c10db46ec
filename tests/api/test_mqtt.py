"""Alarms through a broker: a real Mosquitto, and the subscriber as a real process."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import paho.mqtt.client as paho
import pytest
from django.db import connection
from paho.mqtt.enums import CallbackAPIVersion

from anlan.base.errors import Conflict
from anlan.incidents.devices_proof import UnknownDevice, signature_of
from anlan.incidents.enums import DeviceMode
from anlan.incidents.models import DeviceRefusal, Incident, Report
from anlan.incidents.services import devices
from tests.api.boxes import Box, put_up
from tests.scene import Scene

TOPIC = "anlan/alarms/yq/lobby"
MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
ROOT = Path(__file__).parents[2]


def _button(scene: Scene) -> Box:
    return put_up(scene, mode=DeviceMode.BROKER, topic=TOPIC)


def _hear(payload: bytes, at: datetime, *, packet: str = "1") -> devices.Received:
    return devices.receive_from_broker(
        topic=TOPIC, payload=payload, packet=packet, at=at
    )


@pytest.mark.both
def test_a_message_delivered_again_is_one_alarm(scene: Scene, at: datetime) -> None:
    _button(scene)
    by_id = b'{"event": "panic", "id": "1"}'
    by_time = b'{"event": "panic", "happened": "2026-11-23T14:02:29+08:00"}'
    by_packet = b'{"event": "panic"}'
    for payload in (by_id, by_time, by_packet):
        first = _hear(payload, at, packet="7")
        again = _hear(payload, at + timedelta(minutes=5), packet="7")
        assert first.report == again.report
    assert Report.objects.count() == 3
    _hear(by_packet, at, packet="8")  # pressed again: another packet
    assert Report.objects.count() == 4
    with pytest.raises(Conflict):
        _hear(b'{"event": "panic", "id": "1", "words": "changed"}', at)


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
    name, stamp, nonce = str(box.device.uid), str(int(at.timestamp())), uuid4().hex
    body = '{"event": "panic"}'
    sealed = {
        "timestamp": stamp,
        "nonce": nonce,
        "signature": signature_of(box.secret, name, stamp, nonce, body.encode()),
        "body": body,
    }
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
        devices.receive_from_broker(
            topic="anlan/alarms/x", payload=b"", packet="1", at=at
        )
    assert DeviceRefusal.objects.get().reason == "unknown_device"


@pytest.mark.slow
@pytest.mark.skipif(
    not Path(MOSQUITTO).exists(),
    reason="Mosquitto is not installed (Debian: mosquitto)",
)
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


@contextmanager
def _subscribers(port: int) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts subscribers; whatever still runs at the end is killed."""
    running: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        running.append(_subscriber(port))
        return running[-1]

    try:
        yield start
    finally:
        for process in running:
            process.kill()
            process.communicate()


def _subscriber(port: int) -> subprocess.Popen[str]:
    database = Path(str(connection.settings_dict["NAME"]))
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "mqtt"],
        env={
            **os.environ,
            # The copy of the database stands under the name that settings expect.
            "ANLAN_DATA": str(database.parent),
            "ANLAN_MQTT_URL": f"mqtt://127.0.0.1:{port}",
            "ANLAN_LOG_LEVEL": "ERROR",
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "mqtt ready"
    return process


@contextmanager
def _broker(folder: Path, port: int) -> Iterator[Callable[[], None]]:
    """A Mosquitto on loopback that keeps sessions on disk; the answer restarts it."""
    conf = folder / "mosquitto.conf"
    conf.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
        f"persistence_location {folder}/\nlog_dest none\nuser root\n"
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


def _publish(port: int, payload: bytes, *, patience: float = 0) -> None:
    """Publish with QoS 1 and wait until the broker has it."""
    client = paho.Client(CallbackAPIVersion.VERSION2)
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
