"""Waiting for other processes without sleeping: a named pipe that they hold open."""

from __future__ import annotations

import os
import select
from pathlib import Path

PATIENCE_SECONDS = 30.0  # how long a broken program may keep a test waiting

# A program for the other end: says its number, and lives until it is killed.
SPEAKER = """
import os, signal, sys
wire = open(sys.argv[1], "w")
print(os.getpid(), file=wire, flush=True)
signal.pause()
"""


class Wire:
    """The reading end of a named pipe."""

    def __init__(self, path: Path) -> None:
        self.path = path
        os.mkfifo(path)
        self._rest = b""
        self._handle = self._open()

    def line(self) -> str:
        """The next line that anybody writes."""
        while b"\n" not in self._rest:
            piece = self._read()
            if not piece:  # all writers have gone; a new one needs a new reader
                self.close()
                self._handle = self._open()
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode()

    def wait_until_all_are_gone(self) -> None:
        """Return when the last process that held the pipe has ended."""
        while self._read():
            pass

    def close(self) -> None:
        os.close(self._handle)

    def _open(self) -> int:
        return os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)

    def _read(self) -> bytes:
        waiting = select.poll()
        waiting.register(self._handle, select.POLLIN)
        if not waiting.poll(PATIENCE_SECONDS * 1000):
            raise TimeoutError("nothing came through the pipe, and nobody let go of it")
        return os.read(self._handle, 4096)
