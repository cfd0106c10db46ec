"""Running a program on a hostile file: little time, little memory, no way out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from anlan.evidence import limited

SECONDS = 300  # of the processor, and by the clock


@dataclass(frozen=True)
class Ended:
    code: int
    said: bytes
    complaint: bytes

    @property
    def is_out_of_bounds(self) -> bool:
        """Ended by a limit and not by what it read; too many complaints are complaints."""
        return self.code < 0 and self.code != -signal.SIGXFSZ


def run_limited(
    arguments: Sequence[str],
    *,
    memory: int,
    output: int = limited.MOST_OUTPUT,
    seconds: int | None = None,
    folder: str = "/",
) -> Ended:
    """Run ``limited`` with these words; nothing of our environment goes with it.

    Args:
        memory, output: bytes; ``output`` of each file it writes, its words among them.
        seconds: ``SECONDS``, unless it is said.
        folder: where it stands.
    """
    seconds = SECONDS if seconds is None else seconds
    command = [
        *(sys.executable, "-I", str(Path(limited.__file__))),
        *(str(seconds), str(memory), str(output)),
        *arguments,
    ]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(  # noqa: S603 -- an argument list, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            cwd=folder,
            start_new_session=True,
        )
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            code = process.wait()
        return Ended(code, _whole(out, output), _whole(err, limited.MOST_OUTPUT))


def _whole(file: IO[bytes], most: int) -> bytes:
    file.seek(0)
    return file.read(most)
