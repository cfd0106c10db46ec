"""A real web process over the test's own database, and a reader of its live stream."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection

from anlan.accounts.models import User
from anlan.accounts.sessions import SessionStore
from tools.postgresql import free_port

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
START_SECONDS = 30.0
PATIENCE = 5.0  # seconds; who needs them all has failed


@dataclass
class Serving:
    """``manage.py serve`` on a port that stays the same when it is started again.

    ``within`` is a command that runs it: it ends with the words of another one.
    """

    data: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    within: tuple[str, ...] = ()

    def start(self) -> Self:
        with (self.data / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self.within, sys.executable, "manage.py", "serve"],
                cwd=ROOT,
                env=self._environment(),
                stdout=log,
                stderr=log,
            )
        self._wait(self.process)
        return self

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        """Until somebody listens on the port."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection((HOST, self.port), 1):
                return
            assert process.poll() is None, self.log()
            time.sleep(0.02)
        raise AssertionError(f"it does not answer: {self.log()}")

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> float:
        """End it; the seconds that it took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(with_signal)
        self.process.wait(START_SECONDS)
        return time.monotonic() - began

    def get(
        self, path: str, *, session: str = "", **headers: str
    ) -> http.client.HTTPResponse:
        """The answer, its body not read yet."""
        asking = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)
        if session:
            headers["Cookie"] = f"{settings.SESSION_COOKIE_NAME}={session}"
        asking.request("GET", path, headers=headers)
        return asking.getresponse()

    def log(self) -> str:
        return (self.data / "serve.log").read_text(errors="replace")

    def _environment(self) -> dict[str, str]:
        found = {
            **os.environ,
            "ANLAN_DATA": str(self.data),
            "ANLAN_HOST": HOST,
            "ANLAN_PORT": str(self.port),
            "ANLAN_SECRET_KEY": settings.SECRET_KEY,
        }
        if url := os.environ.get("ANLAN_DATABASE_URL"):
            name = connection.settings_dict["NAME"]
            found["ANLAN_DATABASE_URL"] = f"{url.rpartition('/')[0]}/{name}"
        return found


@dataclass
class ServingAgain(Serving):
    """The same, forked from one process that has loaded everything: see ``stem``.

    It serves the database that the test is connected to when it starts.
    """

    server: int = 0  # its process id

    def start(self) -> Self:
        if self.process is None:
            with (self.data / "serve.log").open("ab") as log:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", "tests.desk.stem"],
                    cwd=ROOT,
                    env={**self._environment(), "PYTHONPATH": str(ROOT / "src")},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                )
        stem = self.process
        assert stem.stdin
        assert stem.stdout
        stem.stdin.write(f"{connection.settings_dict['NAME']}\n".encode())
        stem.stdin.flush()
        self.server = int(stem.stdout.readline())
        self._wait(stem)
        return self

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> float:
        began = time.monotonic()
        os.kill(self.server, with_signal)
        while time.monotonic() < began + START_SECONDS:
            if not Path(f"/proc/{self.server}").exists():
                return time.monotonic() - began
            time.sleep(0.001)
        raise AssertionError("it does not end")

    def end(self) -> None:
        """The process that all of them came from."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(START_SECONDS)


@dataclass(frozen=True)
class Told:
    """One block of the stream; without a name it told nothing but its place."""

    id: str
    name: str
    data: Any

    @property
    def seq(self) -> int:
        return int(self.id.rpartition(":")[2])


class Listener:
    """A browser's ``EventSource``, as far as bytes go."""

    def __init__(
        self, serving: Serving, session: str, *, last_id: str = "", query: str = ""
    ) -> None:
        headers = {"Last-Event-ID": last_id} if last_id else {}
        self.answer = serving.get(f"/live/{query}", session=session, **headers)
        assert self.answer.status == 200, self.answer.read()
        self.hello = self.next()
        self.last_id = self.hello.id

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.answer.close()

    def next(self) -> Told:
        """The next block.

        Raises:
            EOFError: the stream ended.
            TimeoutError: nothing came.
        """
        fields: dict[str, str] = {}
        while line := self.answer.readline():
            text = line.decode().rstrip("\n")
            if not text and "id" in fields:
                data = fields.get("data")
                self.last_id = fields["id"]
                told = json.loads(data) if data else None
                return Told(fields["id"], fields.get("event", ""), told)
            name, _, value = text.partition(": ")
            if name:
                fields[name] = value
        raise EOFError

    def take(self, count: int) -> list[Told]:
        return [self.next() for _ in range(count)]


def sign_in(user: User) -> str:
    """A session as the sign-in page makes it; its key."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    assert session.session_key
    return session.session_key
