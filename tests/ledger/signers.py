"""Signers that run in a process of their own, as in production."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from anlan.ledger.signer.client import Away, Client

ROOT = Path(__file__).parents[2]


def start(
    folder: Path, command: Sequence[str] | None = None
) -> subprocess.Popen[bytes]:
    """A signer that answers; its socket lies beside the folder."""
    own = [sys.executable, "-m", "anlan.ledger.signer", "--folder", str(folder)]
    process = subprocess.Popen(
        command or [*own, "serve", "--socket", str(socket_of(folder))],
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": os.environ["PATH"]},
    )
    client = Client(socket_of(folder))
    for _ in range(500):
        try:
            client.key()
        except Away:
            if process.poll() is not None:
                break
            time.sleep(0.02)
        else:
            return process
    process.kill()
    process.wait()
    raise RuntimeError("the signer does not start")


def socket_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.sock")


@contextmanager
def running(folder: Path) -> Iterator[Client]:
    process = start(folder)
    try:
        yield Client(socket_of(folder))
    finally:
        process.kill()  # how it ends when asked has tests of its own; this is at once
        process.wait(timeout=10)
