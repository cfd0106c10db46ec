"""A real ClamAV with one signature of our own: it knows the harmless test text alone."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CLAMD = shutil.which("clamd") or "/usr/sbin/clamd"
needs_clamd = pytest.mark.skipif(
    not Path(CLAMD).exists(), reason="ClamAV is not installed (Debian: clamav-daemon)"
)
# The text that scanners are tried with, in two parts, so that none takes offence at us.
MALWARE = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
MOST_BYTES = 2 * 1024 * 1024
_SETTINGS = """
LocalSocket {folder}/socket
DatabaseDirectory {folder}
TemporaryDirectory {folder}
StreamMaxLength {most}
Foreground yes
"""


@contextmanager
def clamd() -> Iterator[str]:
    """Run it; the path of its socket."""
    with tempfile.TemporaryDirectory(prefix="anlan-clamd-") as name:
        folder = Path(name)
        (folder / "own.ndb").write_text(f"Anlan-Test:0:*:{MALWARE.hex()}\n")
        configuration = folder / "clamd.conf"
        configuration.write_text(_SETTINGS.format(folder=folder, most=MOST_BYTES))
        process = subprocess.Popen(
            [CLAMD, f"--config-file={configuration}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait(folder / "socket", process)
            yield str(folder / "socket")
        finally:
            process.terminate()
            process.wait(30)


def _wait(path: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"clamd ended with {process.returncode}")
        with socket.socket(socket.AF_UNIX) as there:
            try:
                there.connect(str(path))
            except OSError:
                time.sleep(0.05)
            else:
                return
    raise TimeoutError("clamd does not listen")
