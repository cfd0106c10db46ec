"""Running a program on a hostile file: little time, little memory, no way out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import IO

from anlan.base import limited

SECONDS = 300  # of the processor, and by the clock
CHAIN_POLL_SECONDS = 0.2
KEEP_SECONDS = 1.0
PICTURE_MEMORY = 1024**3
PICTURE_SECONDS = 30
_PICTURES = BoundedSemaphore(2)  # of this process: else each thread begins one


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
    keep: Callable[[], None] | None = None,
) -> Ended:
    """Run ``limited`` with these words; nothing of our environment goes with it.

    Args:
        memory, output: bytes; ``output`` of each file it writes, its words among them.
        seconds: ``SECONDS``, unless it is said.
        folder: where it stands.
        keep: called each second; it may raise, and the program is ended.
    """
    seconds = SECONDS if seconds is None else seconds
    limits = (seconds, memory, output)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = _begin(arguments, limits, subprocess.DEVNULL, out, err, folder=folder)
        try:
            _await(process, seconds, keep)
        finally:
            end_program(process)
        code = process.returncode
        return Ended(code, _whole(out, output), _whole(err, limited.MOST_OUTPUT))


def _await(
    process: subprocess.Popen[bytes], seconds: float, keep: Callable[[], None] | None
) -> None:
    """Until it ends or its time is over."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        try:
            process.wait(left if keep is None else min(left, KEEP_SECONDS))
        except subprocess.TimeoutExpired:
            if keep is not None:
                keep()
        else:
            return


@cache
def are_apart() -> bool:
    """Whether these programs have a network of their own; asked once a process."""
    return run_limited(["apart"], memory=PICTURE_MEMORY).code == limited.READ


def run_on_picture(*arguments: str, output: int = limited.MOST_OUTPUT) -> Ended:
    """Unpack a large picture for somebody who waits; a few of them at a time."""
    with _PICTURES:
        return run_limited(
            arguments, memory=PICTURE_MEMORY, output=output, seconds=PICTURE_SECONDS
        )


def begin_limited(
    arguments: Sequence[str],
    *,
    memory: int,
    output: int,
    seconds: int,
    errors: IO[bytes],
    folder: str,
) -> subprocess.Popen[bytes]:
    """Begin a program that writes files while they are read, limited as all of them are."""
    limits = (seconds, memory, output)
    quiet = subprocess.DEVNULL
    return _begin(arguments, limits, quiet, quiet, errors, folder=folder)


def end_program(process: subprocess.Popen[bytes]) -> None:
    """End it and what it began, if it still runs."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def run_chain(
    steps: Sequence[Sequence[str]],
    *,
    memory: int,
    output: int,
    seconds: int,
    folder: str,
    keep: Callable[[], None],
) -> list[Ended]:
    """Run programs of which each reads what the one before it writes, all limited.

    The bytes between them never come here. ``Ended.said`` is empty.

    Args:
        output: bytes of a file that one of them writes.
        seconds: of the processor, for each, and by the clock for all.
        keep: called several times a second; it may raise, and all of them are ended.
    """
    limits = (seconds, memory, output)
    until = time.monotonic() + seconds
    with ExitStack() as open_files:
        errors = [open_files.enter_context(tempfile.TemporaryFile()) for _step in steps]
        processes: list[subprocess.Popen[bytes]] = []
        try:
            for step, error in zip(steps, errors, strict=True):
                is_last = len(processes) + 1 == len(steps)
                before = processes[-1].stdout if processes else None
                process = _begin(
                    step,
                    limits,
                    subprocess.DEVNULL if before is None else before,
                    subprocess.DEVNULL if is_last else subprocess.PIPE,
                    error,
                    folder=folder,
                )
                if before is not None:
                    before.close()  # whoever reads it is the other process alone
                processes.append(process)
            while any(one.poll() is None for one in processes):
                if time.monotonic() > until:
                    break
                keep()
                time.sleep(CHAIN_POLL_SECONDS)
        finally:
            for process in processes:
                end_program(process)
        return [
            Ended(process.returncode, b"", _whole(error, limited.MOST_OUTPUT))
            for process, error in zip(processes, errors, strict=True)
        ]


def _begin(
    arguments: Sequence[str],
    limits: tuple[int, int, int],
    source: int | IO[bytes],
    target: int | IO[bytes],
    errors: IO[bytes],
    *,
    folder: str,
) -> subprocess.Popen[bytes]:
    command = [
        *(sys.executable, "-I", str(Path(limited.__file__)), str(os.getpid())),
        *map(str, limits),
        *arguments,
    ]
    return subprocess.Popen(  # noqa: S603 -- an argument list, no shell
        command,
        stdin=source,
        stdout=target,
        stderr=errors,
        env={"PATH": os.defpath, "LANG": "C.UTF-8"},
        cwd=folder,
        start_new_session=True,
    )


def _whole(file: IO[bytes], most: int) -> bytes:
    file.seek(0)
    return file.read(most)
