"""How the app and the signer speak: one JSON line each way over a Unix socket."""

from __future__ import annotations

import json
import os
import socket
import stat
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

LONGEST_LINE = 16_384  # bytes; a proof between two sizes of 2**63 is 8 KB
SECONDS = 5.0  # for the whole of a question
BACKLOG = 128  # who waits to be heard; more wait outside


@contextmanager
def address(path: Path) -> Iterator[str]:
    """A name for the socket that is short enough: the kernel takes 107 bytes.

    The folder is held open, and named by its number.
    """
    handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{path.name}"
    finally:
        os.close(handle)


def listen(path: Path, *, mode: int) -> socket.socket:
    """A listening socket in place of one that a killed signer left."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and stat.S_ISSOCK(path.stat().st_mode):
        path.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o777 & ~mode)
    try:
        with address(path) as name:
            listener.bind(name)
    finally:
        os.umask(before)
    listener.listen(BACKLOG)
    return listener


def ask(path: Path, question: dict[str, Any]) -> dict[str, Any]:
    """Send a question and read the answer.

    Raises:
        OSError: nobody answers there, or not in time.
        ValueError: what came is no answer.
    """
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as connection:
        connection.settimeout(SECONDS)
        with address(path) as name:
            _connect(connection, name)
        connection.sendall(json.dumps(question).encode() + b"\n")
        answer = json.loads(read_line(connection))
    if not isinstance(answer, dict):
        raise ValueError("no answer")  # noqa: TRY004 -- of the other side, not of a caller
    return answer


def _connect(connection: socket.socket, name: str) -> None:
    """Wait for a place in the queue: a full one refuses at once, whatever the timeout.

    Raises:
        OSError: nobody listens, or the queue stayed full for ``SECONDS``.
    """
    until = time.monotonic() + SECONDS
    while True:
        try:
            return connection.connect(name)
        except BlockingIOError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)


def read_line(connection: socket.socket) -> bytes:
    """One line of at most ``LONGEST_LINE`` bytes.

    Raises:
        ValueError: it is longer, or the other side stopped before its end.
    """
    line = b""
    while not line.endswith(b"\n"):
        part = connection.recv(4096)
        line += part
        if not part or len(line) > LONGEST_LINE:
            raise ValueError("no whole line")
    return line
