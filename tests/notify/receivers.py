"""Real receivers on loopback: what the outside would be sent, taken down as it came."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Answer = tuple[int, Any]


@dataclass
class HttpReceiver:
    """Answers by path; whatever is not known is a 404."""

    answers: dict[str, Answer | Callable[[Received], Answer]] = field(
        default_factory=dict
    )
    received: list[Received] = field(default_factory=list)
    base: str = ""

    def at(self, path: str) -> list[Received]:
        return [one for one in self.received if one.path == path]

    def answer(self, request: Received) -> Answer:
        self.received.append(request)
        answer = self.answers.get(request.path, (404, {}))
        return answer(request) if callable(answer) else answer


@contextmanager
def http_receiver() -> Iterator[HttpReceiver]:
    receiver = HttpReceiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _take(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            parts = urlsplit(self.path)
            request = Received(
                method=self.command,
                path=parts.path,
                query={k: v[0] for k, v in parse_qs(parts.query).items()},
                headers={k.lower(): v for k, v in self.headers.items()},
                body=self.rfile.read(length),
            )
            status, body = receiver.answer(request)
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _take  # noqa: N815 -- the library's names

        def log_message(self, *_args: object) -> None:
            """Say nothing: the test looks at what was received."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    receiver.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class SmtpReceiver:
    """Speaks as much SMTP as a client needs; ``refuse`` are recipients it does not know."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refuse: dict[str, int] = field(default_factory=dict)


@contextmanager
def smtp_receiver() -> Iterator[SmtpReceiver]:
    receiver = SmtpReceiver()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            self.say("220 receiver")
            while line := self.rfile.readline():
                verb = line.decode().strip().upper()
                if verb.startswith("RCPT"):
                    to = line.decode().partition("<")[2].partition(">")[0]
                    receiver.recipients.append(to)
                    code = receiver.refuse.get(to, 250)
                    self.say(f"{code} {'ok' if code == 250 else 'no'}")
                elif verb == "DATA":
                    self.say("354 go on")
                    self._take_mail()
                    self.say("250 taken")
                elif verb == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

        def _take_mail(self) -> None:
            content = b""
            while (line := self.rfile.readline()) not in {b".\r\n", b""}:
                content += line.removeprefix(b".") if line.startswith(b"..") else line
            mail = message_from_bytes(content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            receiver.mails.append(mail)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
