"""A real disk that is full: nothing half kept, and the record goes on.

The server runs in a mount namespace of its own, where the vault is a small disk in memory.
"""

from __future__ import annotations

import hashlib
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from anlan.base import stores
from anlan.base.disk_space import RESERVE_BYTES
from anlan.cases.models import Case
from anlan.evidence.models import Exhibit, Upload
from tests.desk.serving import Serving, sign_in
from tests.evidence.sending import metadata
from tests.evidence.wires import (
    finish_by_wire,
    heard,
    offset_of,
    over_the_wire,
    patch,
    wire,
)
from tests.scene import Scene

MB = 1024 * 1024
ROOMY = RESERVE_BYTES + 64 * MB
FILM = random.Random(7).randbytes(8 * MB)  # noqa: S311 -- any bytes
WITHIN = ("unshare", "--user", "--map-root-user", "--mount")
MOUNT = 'mount -t tmpfs -o size="$1" none "$2" && shift 2 && exec "$@"'


def can_mount() -> bool:
    if not shutil.which("unshare"):
        return False
    tried = subprocess.run(
        [*WITHIN, "mount", "-t", "tmpfs", "none", "/mnt"],
        capture_output=True,
        check=False,
    )
    return tried.returncode == 0


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not can_mount(), reason="this system lets nobody mount in a namespace"
    ),
]


class SmallDisk:
    """A server whose vault has its own disk, which another hand makes small or large."""

    def __init__(self, data: Path, size: int) -> None:
        self.vault = data / "vault"
        self.vault.mkdir()
        within = (*WITHIN, "sh", "-c", MOUNT, "sh", str(size), str(self.vault))
        self.serving = Serving(data, within=within)
        self.serving.start()

    def resize(self, size: int) -> None:
        assert self.serving.process is not None
        subprocess.run(
            [
                *("nsenter", "--target", str(self.serving.process.pid)),
                *("--user", "--mount", "--preserve-credentials"),
                *("mount", "-o", f"remount,size={size}", str(self.vault)),
            ],
            check=True,
            capture_output=True,
        )

    def seen(self, path: Path) -> Path:
        """The same file as the server sees it."""
        assert self.serving.process is not None
        return Path(f"/proc/{self.serving.process.pid}/root{path}")


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def scene(committed_scene: Scene) -> Scene:
    return committed_scene


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def small(scene: Scene, case: Case, tmp_path: Path) -> Iterator[SmallDisk]:
    made = SmallDisk(tmp_path, ROOMY)
    yield made
    made.serving.stop()


def page(small: SmallDisk, case: Case, session: str) -> str:
    """What a page answers while the disk is full."""
    line, head = wire(small.serving, session, "GET", f"/cases/{case.number}/evidence/")
    line.sendall(head)
    return heard(line)["status"]


def test_a_file_without_room_is_refused_before_its_first_byte(
    small: SmallDisk, scene: Scene, case: Case
) -> None:
    session = sign_in(scene.guard)
    small.resize(RESERVE_BYTES + MB)
    line, head = wire(
        small.serving,
        session,
        "POST",
        "/upload/",
        f"Upload-Length: {len(FILM)}",
        f"Upload-Metadata: {metadata(case)}",
        "Content-Length: 0",
    )
    line.sendall(head)

    assert heard(line)["status"] == "507"
    assert not Upload.objects.exists()
    assert page(small, case, session) == "200"


def test_a_disk_that_fills_up_in_the_middle_loses_nothing(
    small: SmallDisk, scene: Scene, case: Case
) -> None:
    session = sign_in(scene.guard)
    path = over_the_wire(small.serving, session, case, FILM)
    with patch(small.serving, session, path, len(FILM), 0) as line:
        line.sendall(FILM[:MB])
        line.shutdown(1)  # the line breaks: what came is kept
        line.recv(1)
    kept = offset_of(small.serving, session, path)
    assert 0 < kept <= MB

    small.resize(4 * MB)
    line = patch(small.serving, session, path, len(FILM) - kept, kept)
    line.sendall(FILM[kept:])
    assert heard(line)["status"] == "507"
    assert not Exhibit.objects.exists()
    assert page(small, case, session) == "200"
    now = offset_of(small.serving, session, path)
    assert kept <= now < len(FILM)

    small.resize(ROOMY)
    finish_by_wire(small.serving, session, path, FILM, now)
    exhibit = Exhibit.objects.get()
    assert exhibit.file.has_two_copies
    digest = hashlib.sha256(FILM).hexdigest()
    assert exhibit.file.sha256 == digest
    for store in stores.folders():
        path_of = Path(str(store.path_of(digest)))
        assert stores.digest_of(small.seen(path_of)) == digest
