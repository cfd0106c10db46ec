"""Asking the daemon of ClamAV whether a file carries malware that it knows.

Protocol: clamd(8). A command that begins with ``z`` ends with a zero byte, and so does the
answer. INSTREAM takes the file in chunks, each after its length in four bytes, the highest
first; a length of zero ends it.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CHUNK: Final = 1024 * 1024
MOST_ANSWER: Final = 4096
TIMEOUT: Final = 120.0  # seconds without a byte; a large archive takes its time


class ScannerAway(Exception):
    """It cannot be reached, or gives an answer that is none."""


@dataclass(frozen=True)
class Verdict:
    """What it said of one file.

    Attributes:
        malware: the name of what it found; empty if it found nothing.
        refusal: why it did not look at the whole file, in its words; then nothing is known.
    """

    malware: str = ""
    refusal: str = ""


def scan(path: Path, *, address: str) -> Verdict:
    """Let the daemon look at a file.

    Args:
        address: the path of its socket, or ``host:port``.

    Raises:
        ScannerAway: see there.
    """
    with _connected(address) as there, path.open("rb") as file:
        _send(there, b"zINSTREAM\0")
        while chunk := file.read(CHUNK):
            if not _send(there, struct.pack(">I", len(chunk)) + chunk):
                break  # it has had enough, and its answer says why
        _send(there, struct.pack(">I", 0))
        answer = _answer_of(there)
    if answer == "stream: OK":
        return Verdict()
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        found = answer.removeprefix("stream: ").removesuffix(" FOUND")
        return Verdict(malware=found or "?")
    if answer.endswith("ERROR"):
        words = answer.removeprefix("stream: ").removesuffix("ERROR").strip(" .")
        return Verdict(refusal=words or "?")
    raise ScannerAway(f"unknown answer of {len(answer)} characters")


def version(*, address: str) -> str:
    """The program, the number of its signatures and their day, in its own words.

    Raises:
        ScannerAway: see there.
    """
    with _connected(address) as there:
        _send(there, b"zVERSION\0")
        return _answer_of(there)


def _connected(address: str) -> socket.socket:
    host, has_port, port = address.rpartition(":")
    try:
        if has_port and port.isdecimal():
            return socket.create_connection((host, int(port)), timeout=TIMEOUT)
        there = socket.socket(socket.AF_UNIX)
        there.settimeout(TIMEOUT)
        try:
            there.connect(address)
        except OSError:
            there.close()
            raise
    except OSError as error:
        raise ScannerAway(type(error).__name__) from error
    return there


def _send(there: socket.socket, data: bytes) -> bool:
    """Whether it was taken; a daemon that has read enough closes its side."""
    try:
        there.sendall(data)
    except OSError:
        return False
    return True


def _answer_of(there: socket.socket) -> str:
    answer = b""
    try:
        while b"\0" not in answer and len(answer) < MOST_ANSWER:
            part = there.recv(MOST_ANSWER)
            if not part:
                break
            answer += part
    except OSError as error:
        raise ScannerAway(type(error).__name__) from error
    if not answer:
        raise ScannerAway("no answer")
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()
