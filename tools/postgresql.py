"""A PostgreSQL of our own for the time of a test run, and no trace of it afterwards."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tools.places import Refusal
from tools.supervisor import Watch

OLDEST = 15
START_SECONDS = 30.0
# Only for tests: a crash may lose everything, and nothing waits for the disk.
FAST_AND_LOOSE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # A new database goes through the log once more unless nobody could follow it.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    # Tables that nobody has counted look big, so long statements are compiled first:
    # seconds of the processor, for a dozen rows.
    "jit": "off",
    "deadlock_timeout": "50ms",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "log_min_messages": "fatal",
}
MEMORY = Path("/dev/shm")  # noqa: S108 -- a folder of our own is made in it
ENOUGH_MEMORY = 3 * 2**30  # bytes; a run has used a tenth of it
# As an installation has it: what was answered is on the disk.
DURABLE = {"max_connections": "200", "log_min_messages": "fatal"}


def server_binaries() -> Path | None:
    """The folder of the newest server on this machine that is new enough."""
    homes = ["/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin"]
    homes += ["/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin"]
    found = [path for home in homes for path in Path("/").glob(home[1:])]
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    fit = [path for path in found if _version(path) >= OLDEST]
    return max(fit, key=_version, default=None)


@contextmanager
def temporary_cluster(
    binaries: Path, settings: Mapping[str, str] = FAST_AND_LOOSE
) -> Iterator[str]:
    """Start a cluster on a free loopback port; yield the address of its database.

    Stopped and removed however the block ends; should we be killed, the watch stops it.

    Raises:
        Refusal: it does not start.
    """
    user = _unprivileged_user()
    # A copy of a database is two thousand files, and hundreds of tests have their own.
    place = _memory() if settings is FAST_AND_LOOSE else None
    folder = Path(tempfile.mkdtemp(prefix="anlan-postgresql-", dir=place))
    watch = Watch(signal.SIGINT)  # ends open connections; SIGTERM waits for them
    try:
        password = _make_cluster(binaries, folder, user=user)
        port = free_port()
        server = watch.start(
            [
                str(binaries / "postgres"),
                *("-D", str(folder / "data"), "-k", str(folder)),
                *("-h", "127.0.0.1", "-p", str(port)),
                *(f"--{name}={value}" for name, value in settings.items()),
            ],
            env=os.environ,
            user=user,
        )
        try:
            _wait_until_ready(binaries, server, port)
            yield f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
        finally:
            watch.end(server)
    finally:
        watch.close()
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _memory() -> Path | None:
    """Where files are kept in memory, if there is room; containers have next to none."""
    if not os.access(MEMORY, os.W_OK):
        return None
    return MEMORY if shutil.disk_usage(MEMORY).free >= ENOUGH_MEMORY else None


def _version(binaries: Path) -> int:
    server = binaries / "postgres"
    if not server.exists():
        return 0
    answer = subprocess.run(
        [server, "--version"], capture_output=True, text=True, check=False
    )
    found = re.search(r"\) (\d+)", answer.stdout)
    return int(found[1]) if found else 0


def _unprivileged_user() -> str | None:
    """Whom to run as: PostgreSQL refuses root, as it should."""
    if os.geteuid() != 0:
        return None
    names = Path("/etc/passwd").read_text(encoding="utf-8")
    return "postgres" if re.search(r"^postgres:", names, re.MULTILINE) else "nobody"


def _make_cluster(binaries: Path, folder: Path, *, user: str | None) -> str:
    """Make the files of a cluster; return the password of ``postgres``."""
    password = secrets.token_urlsafe(16)
    password_file = folder / "password"
    password_file.write_text(password, encoding="ascii")
    if user:
        shutil.chown(folder, user)
        shutil.chown(password_file, user)
    answer = subprocess.run(
        [
            *(binaries / "initdb", "-D", folder / "data", "-U", "postgres"),
            *("--pwfile", password_file),
            *("-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"),
        ],
        capture_output=True,
        text=True,
        check=False,
        user=user,
        extra_groups=() if user else None,
        cwd=folder,
    )
    if answer.returncode:
        raise Refusal(f"initdb failed:\n{answer.stderr}")
    return password


def _wait_until_ready(
    binaries: Path, server: subprocess.Popen[bytes], port: int
) -> None:
    question = [str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        if subprocess.run(question, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise Refusal("PostgreSQL did not start; the reason stands above.")
