"""The supervisor with real processes; see ``wire`` for how they are waited for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.tools.wire import SPEAKER, Wire
from tools.places import ROOT

pytestmark = pytest.mark.slow

# Runs the programs named on the command line, each a line of shell.
SUPERVISOR = """
import os, sys
from tools import supervisor
from tools.places import Refusal
programs = [
    supervisor.Program(c[:9], ["sh", "-c", c], is_vital=not c.startswith(": spare"))
    for c in sys.argv[2:]
]
try:
    supervisor.supervise(
        programs,
        env=os.environ,
        is_ready=lambda: sys.argv[1] == "ready",
        announce=lambda: print("announced", flush=True),
    )
except Refusal as refusal:
    sys.exit(str(refusal))
"""


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    found = Wire(tmp_path / "wire")
    yield found
    found.close()


@pytest.fixture
def speak(wire: Wire, tmp_path: Path) -> str:
    """A shell command whose program says its number and lives until it is killed."""
    script = tmp_path / "speaker.py"
    script.write_text(SPEAKER)
    return f'"{sys.executable}" "{script}" "{wire.path}"'


@contextmanager
def supervised(*commands: str, ready: bool = True) -> Iterator[subprocess.Popen[str]]:
    """A supervisor of its own, ended with the block."""
    word = "ready" if ready else "never"
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, word, *commands],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.communicate()


def test_program_that_is_killed_is_started_again(wire: Wire, speak: str) -> None:
    with supervised(f"exec {speak}"):
        first = int(wire.line())

        os.kill(first, signal.SIGKILL)

        second = int(wire.line())
        assert first != second


def test_what_a_killed_program_leaves_behind_is_killed_too(
    wire: Wire, speak: str, tmp_path: Path
) -> None:
    leader, mark = Wire(tmp_path / "leader"), tmp_path / "mark"
    only_once = f'[ -e "{mark}" ] || {{ touch "{mark}"; {speak} & }}'
    with supervised(f'{only_once}; echo $$ > "{leader.path}"; wait'):
        wire.line()

        os.kill(int(leader.line()), signal.SIGKILL)

        wire.wait_until_all_are_gone()
        leader.line()  # and it was started again
    leader.close()


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL]
)
def test_nobody_is_left_however_the_supervisor_ends(
    wire: Wire, speak: str, number: signal.Signals
) -> None:
    with supervised(f"exec {speak}", f"{speak} & wait") as supervisor:
        wire.line()
        wire.line()

        supervisor.send_signal(number)

        wire.wait_until_all_are_gone()
        ended = -number if number == signal.SIGKILL else 0
        assert supervisor.wait() == ended


def test_announcement_comes_once_when_ready(wire: Wire, speak: str) -> None:
    with supervised(f"exec {speak}") as supervisor:
        assert supervisor.stdout
        assert supervisor.stdout.readline() == "announced\n"

        os.kill(int(wire.line()), signal.SIGKILL)
        wire.line()
        supervisor.terminate()

        assert supervisor.stdout.read() == ""


def test_program_that_never_comes_up_is_given_up(wire: Wire, speak: str) -> None:
    with supervised(f"exec {speak}", "exit 3", ready=False) as supervisor:
        assert supervisor.stderr
        said = supervisor.stderr.read().splitlines()

        assert supervisor.wait() == 1
        assert said == [
            "exit 3 ended with code 3; again in 0.2 s.",
            "exit 3 ended with code 3; again in 0.4 s.",
            "exit 3 ended with code 3; again in 0.8 s.",
            "exit 3 does not start; the reason stands above.",
        ]
        wire.wait_until_all_are_gone()


def test_others_go_on_without_one_that_is_not_vital(wire: Wire, speak: str) -> None:
    with supervised(f"exec {speak}", ": spare; exit 3", ready=False) as supervisor:
        assert supervisor.stderr
        said = [supervisor.stderr.readline() for _ in range(4)]

        assert said[-1] == ": spare;  ended with code 3; again in 1.6 s.\n"
        assert supervisor.poll() is None
