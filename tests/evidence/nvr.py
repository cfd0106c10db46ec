"""Recorders on loopback that speak HTTP: one with an export, and Frigate as documented.

Both give the files of a ``SimulatedRecorder``; what they do wrong is said by a test.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from anlan.base.clock import SHANGHAI

USER, PASSWORD, TOKEN = "anlan", "geheim-2026", "t0ken"
NAME = "%Y%m%d-%H%M%S"


@dataclass
class Machine:
    """What a recorder has, and how it behaves; changed while it runs."""

    root: Path
    auth: str = "none"
    ahead: timedelta = timedelta()  # what its answers say of its clock
    status: int = 200
    html: bool = False
    redirect: str = ""
    most: int | None = None  # bytes of an answer before the line breaks
    breaks_after: int | None = None  # answers; all others are errors
    drip: str = (
        ""  # what it sends by single bytes, and never ends: "head", "body", "refusal"
    )
    encoding: str = ""
    body: bytes = b""  # what it says instead
    more_cookies: tuple[str, ...] = ()  # of the same name, by their paths
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def __post_init__(self) -> None:
        self.sessions: set[str] = set()

    @property
    def is_broken(self) -> bool:
        return self.breaks_after is not None and len(self.asked) > self.breaks_after


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    machine: ClassVar[Machine]

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- its name
        pass

    def date_time_string(self, timestamp: float | None = None) -> str:
        now = datetime.fromtimestamp(timestamp or time.time(), UTC)
        return format_datetime(now + self.machine.ahead, usegmt=True)

    def do_GET(self) -> None:
        machine = self.machine
        machine.asked.append(self.path)
        if machine.drip in {"head", "body"}:
            self.give_drops()
        elif machine.redirect:
            self.send_response(302)
            self.send_header("Location", machine.redirect)
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif machine.status != 200:
            self.say(b"", status=machine.status)
        elif machine.is_broken:
            self.say(b"", status=500)
        elif machine.body:
            self.say(machine.body, "application/json")
        elif machine.html:
            self.say(b"<html>sign in</html>", "text/html")
        elif self.is_let_in():
            self.give()

    def give_drops(self) -> None:
        """Each byte soon enough for a reader that looks at the clock of one read."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\nX: ")
        if self.machine.drip == "body":
            self.wfile.write(b"\r\nContent-Length: 1000000\r\n\r\n")
        self.drop()

    def drop(self) -> None:
        with suppress(OSError):
            for _drop in range(150):
                self.wfile.write(b"x")
                time.sleep(0.1)
        self.close_connection = True

    def say(
        self, body: bytes, media_type: str = "video/mp2t", status: int = 200
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        if self.machine.encoding:
            self.send_header("Content-Encoding", self.machine.encoding)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        most = self.machine.most
        if most is None:
            self.wfile.write(body)
        else:
            self.wfile.write(body[:most])
            self.close_connection = True

    def is_let_in(self) -> bool:
        said = self.headers.get("Authorization", "")
        way = self.machine.auth
        basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if (
            way == "none"
            or (way == "basic" and said == f"Basic {basic}")
            or (way == "bearer" and said == f"Bearer {TOKEN}")
            or (way == "digest" and self.is_digest(said))
        ):
            return True
        self.send_response(401)
        if way == "digest":
            self.send_header(
                "WWW-Authenticate",
                'Digest realm="nvr", nonce="abc", qop="auth", algorithm=MD5',
            )
        if self.machine.drip == "refusal":
            self.end_headers()
            self.drop()
            return False
        self.send_header("Content-Length", "0")
        self.end_headers()
        return False

    def is_digest(self, said: str) -> bool:
        """RFC 7616 with MD5, as recorders have it."""
        if not said.startswith("Digest "):
            return False
        parts = dict(
            part.strip().split("=", 1) for part in said[7:].split(",") if "=" in part
        )
        got = {name: value.strip('"') for name, value in parts.items()}

        def md5(text: str) -> str:
            return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

        one = md5(f"{USER}:nvr:{PASSWORD}")
        two = md5(f"{self.command}:{self.path}")
        whole = f"{one}:abc:{got['nc']}:{got['cnonce']}:auth:{two}"
        return got["username"] == USER and got["response"] == md5(whole)

    def give(self) -> None:
        raise NotImplementedError


class Export(Handler):
    """``/export?channel=…&from=…&to=…`` in UTC; 404 where nothing was recorded."""

    def give(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        (camera,), (begin,), (end,) = asked["channel"], asked["from"], asked["to"]
        moment, until = (datetime.fromisoformat(text) for text in (begin, end))
        found = b""
        while moment < until:
            path = (
                self.machine.root / camera / f"{moment.astimezone(SHANGHAI):{NAME}}.ts"
            )
            found += path.read_bytes() if path.exists() else b""
            moment += timedelta(seconds=10)
        self.say(found, status=200 if found else 404)


class FrigateServer(Handler):
    """Its web server: ``autoindex_format json`` below ``/recordings/``, and ``/api/login``."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/api/login" or body != {"user": USER, "password": PASSWORD}:
            self.say(b'{"message": "Login failed"}', "application/json", status=401)
            return
        self.machine.sessions.add("jwt")
        if self.machine.drip:
            self.give_drops()
            return
        self.send_response(200)
        self.send_header("Set-Cookie", "frigate_token=jwt; HttpOnly; Path=/")
        for path in self.machine.more_cookies:
            self.send_header("Set-Cookie", f"frigate_token=x; Path={path}")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def is_let_in(self) -> bool:
        is_open = self.machine.auth == "none"
        if is_open or "frigate_token=jwt" in self.headers.get("Cookie", ""):
            return True
        self.say(b"", status=401)
        return False

    def give(self) -> None:
        path = self.machine.root / self.path.lstrip("/")
        if self.path.endswith("/") and path.is_dir():
            rows = [
                {
                    "name": one.name,
                    "type": "file",
                    "mtime": format_datetime(
                        datetime.fromtimestamp(int(one.stat().st_mtime), UTC),
                        usegmt=True,
                    ),
                    "size": one.stat().st_size,
                }
                for one in sorted(path.iterdir())
            ]
            self.say(json.dumps(rows).encode(), "application/json")
        elif path.is_file():
            self.say(path.read_bytes(), "video/mp4")
        else:
            self.say(b"<html>404</html>", "text/html", status=404)


@contextmanager
def running(machine: Machine, handler: type[Handler]) -> Iterator[Machine]:
    """The machine at a port of this one."""
    mine = type("Mine", (handler,), {"machine": machine})
    server = ThreadingHTTPServer(("127.0.0.1", 0), mine)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    machine.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield machine
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
