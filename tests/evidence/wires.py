"""Uploads by hand over a real connection, to a server that may die meanwhile."""

from __future__ import annotations

import random
import signal
import socket
import time

from anlan.cases.models import Case
from tests.desk.serving import HOST, Serving
from tests.evidence.sending import metadata


def wire(
    serving: Serving, session: str, method: str, path: str, *more: str
) -> tuple[socket.socket, bytes]:
    """A connection, and the head of a request."""
    line = socket.create_connection((HOST, serving.port), timeout=30)
    head = [
        f"{method} {path} HTTP/1.1",
        f"Host: {HOST}:{serving.port}",
        f"Cookie: sessionid={session}",
        "Tus-Resumable: 1.0.0",
        "Connection: close",
        *more,
        "\r\n",
    ]
    return line, "\r\n".join(head).encode()


def heard(line: socket.socket) -> dict[str, str]:
    with line, line.makefile("rb") as answer:
        status, *fields = answer.read().partition(b"\r\n\r\n")[0].decode().split("\r\n")
    found = dict(part.lower().split(": ", 1) for part in fields)
    return {"status": status.split()[1], **found}


def over_the_wire(serving: Serving, session: str, case: Case, content: bytes) -> str:
    line, head = wire(
        serving,
        session,
        "POST",
        "/upload/",
        f"Upload-Length: {len(content)}",
        f"Upload-Metadata: {metadata(case)}",
        "Content-Length: 0",
    )
    line.sendall(head)
    return heard(line)["location"]


def offset_of(serving: Serving, session: str, path: str) -> int:
    line, head = wire(serving, session, "HEAD", path)
    line.sendall(head)
    return int(heard(line)["upload-offset"])


def patch(
    serving: Serving, session: str, path: str, size: int, offset: int
) -> socket.socket:
    line, head = wire(
        serving,
        session,
        "PATCH",
        path,
        "Content-Type: application/offset+octet-stream",
        f"Upload-Offset: {offset}",
        f"Content-Length: {size}",
    )
    line.sendall(head)
    return line


def send_and_kill(
    serving: Serving,
    session: str,
    path: str,
    content: bytes,
    offset: int,
    dice: random.Random,
) -> int:
    """Send some of the rest, then kill the server without a word; how much was sent."""
    rest = content[offset:]
    sent = dice.randrange(1, len(rest))
    with patch(serving, session, path, len(rest), offset) as line:
        line.sendall(rest[:sent])
        time.sleep(dice.choice([0.0, 0.01, 0.05]))
        serving.stop(signal.SIGKILL)
    return sent


def finish_by_wire(
    serving: Serving, session: str, path: str, content: bytes, offset: int
) -> None:
    line = patch(serving, session, path, len(content) - offset, offset)
    line.sendall(content[offset:])
    answer = heard(line)
    assert answer["status"] == "204", answer
    assert answer.get("upload-exhibit"), answer
