"""Keeps a few programs running, and ends them all when it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from tools import keeper
from tools.places import Refusal, say

FIRST_PAUSE_SECONDS = 0.2  # before a restart: an alarm must not wait for the worker
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0  # who ran this long is restarted with the first pause again
TRIES_AT_START = 3  # what never came up has a fault that no restart mends
GRACE_SECONDS = 10.0  # for open requests to be answered
TICK_SECONDS = 0.05


class Watch:
    """Our end of the pipe to ``keeper.py``, which ends our groups if we cannot.

    ``farewell`` is the signal that asks these programs to end in good order.
    """

    def __init__(self, farewell: signal.Signals = signal.SIGTERM) -> None:
        self._farewell = farewell
        reading, self._pipe = os.pipe()  # neither end is inherited by our programs
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-I",
                "-S",
                str(Path(keeper.__file__)),
                str(int(farewell)),
            ],
            stdin=reading,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(reading)

    def start(
        self, command: Sequence[str], *, env: Mapping[str, str], user: str | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a program as the leader of its own group, and put the group on watch.

        Its own group also keeps a Ctrl-C at the terminal from reaching it: it is told
        to end once, by us.
        """
        process = subprocess.Popen(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            user=user,
            extra_groups=() if user else None,
        )
        self._tell(f"+{process.pid}\n")
        return process

    def forget(self, process: subprocess.Popen[bytes]) -> None:
        """Kill what an ended program left behind, and take its group off the watch.

        A web server killed with ``kill -9`` leaves workers that hold the port.
        """
        keeper.signal_group(process.pid, signal.SIGKILL)
        self._tell(f"-{process.pid}\n")

    def end(self, *processes: subprocess.Popen[bytes]) -> None:
        """Ask programs to end, wait for a while, and kill those that did not."""
        deadline = time.monotonic() + GRACE_SECONDS
        for process in processes:
            process.send_signal(self._farewell)
        for process in processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(deadline - time.monotonic(), 0))
        for process in processes:
            self.forget(process)
            process.wait()

    def close(self) -> None:
        os.close(self._pipe)
        self._process.wait()

    def _tell(self, line: str) -> None:
        with suppress(BrokenPipeError):  # somebody killed it; we go on without
            os.write(self._pipe, line.encode())


@dataclass
class Program:
    """One program that is to run all the time, and how it has fared."""

    name: str
    command: list[str]
    is_vital: bool = True  # or the others start and go on without it
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0  # monotonic, as are all times here
    due: float = 0.0
    pause_seconds: float = FIRST_PAUSE_SECONDS
    starts: int = 0

    def start(self, watch: Watch, *, env: Mapping[str, str], now: float) -> None:
        self.process = watch.start(self.command, env=env)
        self.started = now
        self.starts += 1

    def note_death(self, watch: Watch, *, now: float) -> None:
        """Clear up after it and set the time of the next start, later each time."""
        if self.process is None:
            return
        watch.forget(self.process)
        if now - self.started >= STEADY_SECONDS:
            self.pause_seconds = FIRST_PAUSE_SECONDS
        code = self.process.returncode
        say(f"{self.name} ended with code {code}; again in {self.pause_seconds:g} s.")
        self.due = now + self.pause_seconds
        self.pause_seconds = min(self.pause_seconds * 2, LONGEST_PAUSE_SECONDS)
        self.process = None


def supervise(
    programs: Sequence[Program],
    *,
    env: Mapping[str, str],
    is_ready: Callable[[], bool],
    announce: Callable[[], None],
) -> None:
    """Run the programs until a signal asks us to stop, starting again what dies.

    Args:
        programs: what to run; all start at once.
        env: their environment.
        is_ready: asked again and again until it first says yes.
        announce: called once, at that moment.

    Raises:
        Refusal: a program died time and again before anything was ready.
    """
    ready = False
    watch = Watch()
    with asked_to_stop() as stop:
        try:
            while not stop:
                _attend(programs, watch, env=env, ready=ready)
                if not ready and is_ready():
                    ready = True
                    announce()
                time.sleep(TICK_SECONDS)
        finally:
            watch.end(*(p.process for p in programs if p.process))
            watch.close()


@contextmanager
def asked_to_stop() -> Iterator[list[int]]:
    """A list that stays empty until a signal to end arrives."""
    received: list[int] = []

    def receive(number: int, frame: FrameType | None) -> None:
        received.append(number)

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, receive) for number in signals}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _attend(
    programs: Sequence[Program], watch: Watch, *, env: Mapping[str, str], ready: bool
) -> None:
    """Look at every program once: note deaths, start what is due."""
    now = time.monotonic()
    for program in programs:
        if program.process and program.process.poll() is not None:
            program.note_death(watch, now=now)
            if program.is_vital and not ready and program.starts >= TRIES_AT_START:
                raise Refusal(
                    f"{program.name} does not start; the reason stands above."
                )
        if not program.process and now >= program.due:
            program.start(watch, env=env, now=now)
