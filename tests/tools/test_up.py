from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tools import up
from tools.places import Refusal
from tools.postgresql import free_port


@contextmanager
def server_that_answers(status: int) -> Iterator[int]:
    """Serve one answer on a port of its own, which is yielded."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def test_port_comes_from_the_option_the_variable_or_is_8000(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ANLAN_PORT", raising=False)
    assert up.parse([]).port == 8000

    monkeypatch.setenv("ANLAN_PORT", "8123")
    assert up.parse([]).port == 8123
    assert up.parse(["--port", "8200"]).port == 8200


def test_port_of_the_variable_is_named_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANLAN_PORT", "x")

    with pytest.raises(Refusal, match=r"^ANLAN_PORT: "):
        up.parse([])


@pytest.mark.slow
def test_nothing_starts_with_a_wrong_setting(
    capfd: pytest.CaptureFixture[str],
) -> None:
    env = {"PATH": "/usr/bin", "ANLAN_LOG_LEVEL": "loud"}

    with pytest.raises(Refusal, match="set wrong"):
        up.check_settings(env)

    assert capfd.readouterr().err.startswith("ANLAN_LOG_LEVEL: ")


@pytest.mark.parametrize("port", ["0", "70000", "eight"])
def test_port_that_cannot_be_is_refused(
    port: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        up.parse(["--port", port])

    assert "invalid port_number value" in capsys.readouterr().err


def test_port_in_use_is_refused_before_anything_starts() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(Refusal, match=f"^Port {port} of 127.0.0.1"):
            up.check_port("127.0.0.1", port)


def test_port_that_is_free_passes() -> None:
    up.check_port("127.0.0.1", free_port())


@pytest.mark.parametrize(
    ("status", "ready"), [(200, True), (302, True), (400, True), (500, False)]
)
def test_page_answers(status: int, ready: bool) -> None:  # noqa: FBT001 -- a table
    with server_that_answers(status) as port:
        assert up.page_answers("127.0.0.1", port, None) is ready
        assert up.page_answers("0.0.0.0", port, None) is ready  # noqa: S104


def test_page_does_not_answer_when_nobody_listens() -> None:
    assert up.page_answers("127.0.0.1", free_port(), None) is False


def test_broker_is_listened_to_where_one_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ANLAN_MQTT_URL", raising=False)
    monkeypatch.delenv("ANLAN_SIGNER_SOCKET", raising=False)
    assert names() == ["web", "worker", "signer"]

    monkeypatch.setenv("ANLAN_MQTT_URL", "mqtt://127.0.0.1:1883")
    assert names() == ["web", "worker", "signer", "mqtt"]


def test_a_signer_of_its_own_user_is_not_ours_to_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ANLAN_MQTT_URL", raising=False)
    monkeypatch.setenv("ANLAN_SIGNER_SOCKET", "/run/anlan-signer/socket")

    assert names() == ["web", "worker"]


def test_only_the_signer_may_fail_at_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A lost key must not keep the alarms from being answered."""
    monkeypatch.delenv("ANLAN_SIGNER_SOCKET", raising=False)

    assert [p.name for p in up.programs(None) if not p.is_vital] == ["signer"]


def names() -> list[str]:
    return [program.name for program in up.programs(None)]
