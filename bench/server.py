"""The real web process, for as long as a measurement lasts."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from anlan.accounts.models import User
from anlan.accounts.sessions import SessionStore
from tools.postgresql import free_port

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
START_SECONDS = 30.0
STOP_SECONDS = 10.0


@contextmanager
def serving() -> Iterator[int]:
    """``manage.py serve`` on this data folder; its port."""
    with serving_all((sys.executable, "manage.py", "serve")) as ports:
        yield ports[0]


@contextmanager
def serving_all(*commands: Sequence[str]) -> Iterator[list[int]]:
    """Several servers on this data folder, started together; the port of each."""
    ports = [free_port() for _ in commands]
    processes = [
        subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "ANLAN_HOST": HOST, "ANLAN_PORT": str(port)},
        )
        for command, port in zip(commands, ports, strict=True)
    ]
    try:
        for port in ports:
            wait_until_open(port)
        yield ports
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(STOP_SECONDS)


def start_worker() -> subprocess.Popen[bytes]:
    """``manage.py worker`` on this data folder, once it says that it is ready."""
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "worker"], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert worker.stdout
    if not worker.stdout.readline():
        raise RuntimeError("the worker did not start; the reason stands above")
    return worker


def wait_until_open(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection((HOST, port), 1):
            return
        time.sleep(0.02)
    raise TimeoutError("nobody listens")


def sign_in(user: User) -> str:
    """A session as the sign-in page makes it; the cookie."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
