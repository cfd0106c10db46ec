"""A disk that knows no links, as FAT and exFAT, keeps copies as any other."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pytest_django import Settings

from anlan.base import stores
from anlan.base.stores import Store, digest_of
from anlan.base.vault import has_two_copies, keep_file
from tests.pictures import JPEG

link = os.link


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.DATA = tmp_path
    stores._knows_links.cache_clear()
    yield
    stores._knows_links.cache_clear()


def refusing(number: int) -> Callable[..., None]:
    def refuse(source: Path, target: Path, **more: bool) -> None:
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, "exists")
        if "vault-copy" in str(target):
            raise OSError(number, os.strerror(number))
        link(source, target, **more)

    return refuse


@pytest.fixture(params=[errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS])
def backup(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(os, "link", refusing(request.param))
    return stores.backup()


def draft(store: Store, content: bytes = JPEG) -> Path:
    path = store.draft()
    path.write_bytes(content)
    return path


def test_gets_its_copy(backup: Store) -> None:
    kept = keep_file([JPEG], path="file")

    assert has_two_copies(kept.sha256)
    assert backup.path_of(kept.sha256).read_bytes() == JPEG
    assert list(backup.incoming().iterdir()) == []


def test_file_that_exists_is_never_overwritten(backup: Store) -> None:
    digest = keep_file([JPEG], path="file").sha256
    target = backup.path_of(digest)
    target.chmod(0o600)
    target.write_bytes(b"altered")

    backup.take(draft(backup), digest)

    assert target.read_bytes() == b"altered"
    (aside,) = (backup.root / "quarantine").iterdir()
    assert aside.read_bytes() == JPEG


def test_many_at_once_leave_one_whole_file(backup: Store) -> None:
    drafts = [draft(backup) for _ in range(8)]
    digest = digest_of(drafts[0])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda path: backup.take(path, digest), drafts))

    assert backup.path_of(digest).read_bytes() == JPEG
    assert len(list(backup.incoming().iterdir())) == len(drafts) - 1
    assert not (backup.root / "quarantine").exists()


def test_file_that_somebody_took_meanwhile_stays(backup: Store) -> None:
    digest = keep_file([JPEG], path="file").sha256

    assert not backup.remove(digest, look="of before")
    leaving = backup.path_of(digest).with_name(f".{digest}.leaving")
    backup.path_of(digest).rename(leaving)  # a worker was killed
    assert not backup.remove(digest, look="of before")

    assert backup.path_of(digest).read_bytes() == JPEG
    assert not leaving.exists()
    assert backup.remove(digest, look=backup.look_of(digest))


def test_it_is_known_which_disk_is_one(backup: Store) -> None:
    assert not backup.knows_links
    assert stores.primary().knows_links
    assert list(backup.incoming().iterdir()) == []


def test_other_errors_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "link", refusing(errno.EIO))
    backup = stores.backup()

    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        backup.take(draft(backup), digest_of(draft(backup)))
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        _ = backup.knows_links
