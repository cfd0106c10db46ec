"""A signer while something is played: packages are sealed by nobody else."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from anlan.ledger.signer import server
from anlan.ledger.signer.client import Away, Client


@contextmanager
def signer_at_hand() -> Iterator[None]:
    """The signer that runs, or one in a thread with the key of this installation.

    Its socket is its own: whatever the supervisor starts meanwhile takes the usual one.
    """
    usual = settings.SIGNER_SOCKET
    if _answers(usual):
        yield
        return
    folder = Path(settings.SIGNER)
    folder.parent.mkdir(parents=True, exist_ok=True)
    socket = folder.with_name(f"signer-{os.getpid()}.sock")
    stop = threading.Event()
    thread = threading.Thread(
        target=server.serve, args=(folder, socket), kwargs={"stop": stop}, daemon=True
    )
    thread.start()
    settings.SIGNER_SOCKET = socket
    try:
        _wait_for(socket)
        yield
    finally:
        settings.SIGNER_SOCKET = usual
        stop.set()
        _answers(socket)  # it looks up when somebody asks, or twice a second
        thread.join()


def _wait_for(socket: Path) -> None:
    for _try in range(200):
        if _answers(socket):
            return
        time.sleep(0.02)


def _answers(socket: Path) -> bool:
    try:
        Client(socket).key()
    except Away:
        return False
    return True
