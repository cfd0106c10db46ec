"""Starts of ``manage.py`` that cost nothing: forked from a process that has read the code.

To read Django, the libraries and the product takes five seconds of processor, and the
browser tests start some two hundred processes. A ``Forkery`` reads it once, for one data
folder and one port that the tests of a worker use one after another, opens nothing, and
forks; what is forked is the same program with the same settings.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import time
import traceback
from contextlib import suppress
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READ_SECONDS = 120.0  # until the code is read, on a machine that does much else
TICK = 0.02


class Forked:
    """A process of a forkery; of ``subprocess.Popen`` what the tests use."""

    def __init__(self, pid: int, ending: Path) -> None:
        self.pid = pid
        self._ending = ending

    def poll(self) -> int | None:
        """How it ended, as ``Popen`` says it; nothing while it runs."""
        try:
            return int(self._ending.read_text() or "x")
        except (FileNotFoundError, ValueError):
            return None

    def wait(self, timeout: float) -> int:
        until = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
            time.sleep(TICK)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Forkery:
    """Has read the code under one environment; ``start`` forks a ``manage.py`` of it."""

    def __init__(self, home: Path, environment: dict[str, str]) -> None:
        home.mkdir()
        self._home = home
        ours, theirs = socket.socketpair()
        self._wire = ours.makefile("rw")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.forking", str(theirs.fileno())],
            cwd=ROOT,
            env=environment,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )
        theirs.close()
        ours.settimeout(READ_SECONDS)
        assert self._wire.readline() == "ready\n", "the product cannot be read"

    def start(self, *arguments: str, out: Path, errors: Path | None = None) -> Forked:
        """``manage.py`` with these arguments; what it says is added to the files."""
        number = len(list(self._home.iterdir()))
        ending = self._home / f"{number}.ended"
        ending.touch()
        said = {
            "arguments": arguments,
            "out": str(out),
            "errors": str(errors or out),
            "ending": str(ending),
        }
        self._wire.write(json.dumps(said) + "\n")
        self._wire.flush()
        return Forked(int(self._wire.readline()), ending)

    def stop(self) -> None:
        """It ends with its last client."""
        self._wire.close()
        self._process.terminate()
        self._process.wait(10)


def serve(wire: socket.socket) -> int | None:
    """Fork at each line until nobody is at the other end.

    Returns:
        Nothing in the forkery; in a fork how its ``manage.py`` ended.
    """
    endings: dict[int, Path] = {}
    waiting = b""
    wire.sendall(b"ready\n")
    wire.settimeout(TICK)
    while True:
        _note_endings(endings)
        try:
            part = wire.recv(65536)
        except TimeoutError:
            continue
        if not part:
            return None
        waiting += part
        while b"\n" in waiting:
            line, _newline, waiting = waiting.partition(b"\n")
            said = json.loads(line)
            pid = os.fork()
            if pid == 0:
                wire.close()
                return _manage(said)
            endings[pid] = Path(said["ending"])
            wire.sendall(f"{pid}\n".encode())


def _note_endings(endings: dict[int, Path]) -> None:
    while endings:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        written = endings[pid].with_suffix(".new")
        written.write_text(str(os.waitstatus_to_exitcode(status)))
        written.replace(endings.pop(pid))


def _manage(said: dict[str, str]) -> int:
    execute = import_module("django.core.management").execute_from_command_line
    for path, target in ((said["out"], 1), (said["errors"], 2)):
        found = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(found, target)
        os.close(found)
    sys.argv = ["manage.py", *said["arguments"]]
    try:
        execute(sys.argv)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else bool(ended.code)
    except BaseException:  # noqa: BLE001 -- as Python itself would say it
        traceback.print_exc()
        return 1
    return 0


def read_the_product() -> None:
    """Everything that ``serve``, ``worker`` and ``shell`` import; nothing is opened."""
    sys.path.insert(0, str(ROOT / "src"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")
    import_module("django").setup()
    for name in ("anlan.config.server", "anlan.config.urls", "anlan.worker", "httpx"):
        import_module(name)
    # A collection in a fork would touch, and so copy, every page of what was read.
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    read_the_product()
    with socket.socket(fileno=int(sys.argv[1])) as ours:
        code = serve(ours)
    sys.exit(code)
