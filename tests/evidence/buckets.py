"""S3 servers on this machine: rclone's over a folder, and moto's, which locks."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anlan.base.bucket import Address, Bucket, Keys

KEYS = Keys("anlan-key-id", "anlan-secret-of-the-tests")
BUCKET, PREFIX = "evidence", "site-1/"


def rclone() -> str | None:
    """The program; that of Debian 12 (1.60) cannot serve S3, which came with 1.65."""
    beside = Path(sys.executable).with_name("rclone")
    return str(beside) if beside.exists() else shutil.which("rclone")


def can_serve() -> bool:
    program = rclone()
    if program is None:
        return False
    answer = subprocess.run(
        [program, "serve", "s3", "--help"], capture_output=True, check=False
    )
    return answer.returncode == 0


@dataclass
class Rclone:
    """A server whose buckets are folders, so that a test can do what a disk does."""

    root: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                rclone() or "",
                *("serve", "s3", "--addr", f"127.0.0.1:{self.port}"),
                *("--auth-key", f"{KEYS.key_id},{KEYS.secret}"),
                # A file that changed under it, with its time kept, makes it stumble else.
                *("--no-checksum", "--dir-cache-time", "10ms", "--config", ""),
                str(self.root),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _try in range(200):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError("rclone did not begin to serve")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    @property
    def folder(self) -> Path:
        return self.root / BUCKET / PREFIX

    def path_of(self, digest: str) -> Path:
        return self.folder / "objects" / digest[:2] / digest[2:4] / digest

    def files(self, name: str) -> list[Path]:
        return sorted(p for p in (self.folder / name).rglob("*") if p.is_file())

    def address(self, **more: str) -> Address:
        return address_at(**{"endpoint": f"http://127.0.0.1:{self.port}", **more})


def address_at(endpoint: str, **more: str) -> Address:
    said = {
        "bucket": BUCKET,
        "prefix": PREFIX,
        "endpoint": endpoint,
        "region": "",
        **more,
    }
    return Address(**said)


def forget() -> None:
    """As in a process that has just begun."""
    Bucket._states.clear()


def look_again() -> None:
    """As if a minute had passed."""
    for state in Bucket._states.values():
        state.asked_at -= 61


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Moto:
    """A bucket of moto, asked past the program."""

    endpoint: str
    client: Any
    begun: list[str] = field(default_factory=list)

    def versions(self, prefix: str = "") -> list[dict[str, Any]]:
        found = self.client.list_object_versions(Bucket=BUCKET, Prefix=prefix)
        return [*found.get("Versions", ()), *found.get("DeleteMarkers", ())]
