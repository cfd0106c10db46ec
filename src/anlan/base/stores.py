"""Where the bytes of the vault lie: one folder to work from, and a second copy.

Both hold the same tree, ``objects/ab/cd/<sha256>``; a digest is the only name a file
has, so no path ever holds what a person typed. A file is never overwritten: a name that
exists is the same bytes, or damage that the checks find and that must be kept.

A folder that an operator named is on a disk that can be away, and an empty mount point
looks just like an empty disk. So such a folder is used only if it has ``objects``; who
begins with an empty disk makes that folder, or a worker does while nothing was kept.

The second store may be a bucket instead: see ``base.bucket``.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import logging
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

from django.conf import settings

from anlan.base.blocks import (
    BLOCK_BYTES,
    QUARANTINE,
    DamagedCopy,
    Look,
    Readable,
    StoreAway,
    blocks_of,
    digest_of,
    look,
    size_of,
)
from anlan.base.bucket import Bucket
from anlan.base.disks import Disks, disks_of
from anlan.base.durable import sync_folder

# Whoever deals with stores finds here what their files are read with.
__all__ = [
    "BACKUP",
    "BLOCK_BYTES",
    "PRIMARY",
    "QUARANTINE",
    "Bucket",
    "DamagedCopy",
    "Disks",
    "Look",
    "Readable",
    "Store",
    "StoreAway",
    "backup",
    "blocks_of",
    "digest_of",
    "disks",
    "folders",
    "look",
    "make_folder",
    "primary",
    "second",
    "size_of",
    "stores",
]

log = logging.getLogger(__name__)

PRIMARY, BACKUP = "primary", "backup"
# FAT and exFAT say the first; file systems of programs and of the network the others.
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS}


@dataclass(frozen=True)
class Store:
    """A folder of the vault."""

    name: str
    root: Path
    is_apart: bool = False  # an operator named it: it may be a disk of its own
    is_written_later: ClassVar[bool] = False  # but while a file comes

    @property
    def where(self) -> str:
        return str(self.root)

    @property
    def is_away(self) -> bool:
        """Whether its disk is not there; one of ours is made when it is needed."""
        return self.is_apart and not (self.root / "objects").is_dir()

    def begin(self) -> None:
        """Make the folder without which it counts as away; the errors of the disk."""
        make_folder(self.root / "objects")
        if not self.knows_links:
            log.warning("the disk of the %s store knows no links", self.name)

    @property
    def knows_links(self) -> bool:
        """Whether a file can have two names on its disk; it is tried once a process.

        Raises:
            OSError: the disk is away, full or cannot be written.
        """
        folder = self.incoming()
        return _knows_links(folder, folder.stat().st_dev)

    def look(self, digest: str) -> Look:
        return look(self.path_of(digest))

    def source(self, digest: str) -> Path:
        return self.path_of(digest)

    def path_of(self, digest: str) -> Path:
        return self.root / "objects" / digest[:2] / digest[2:4] / digest

    def has(self, digest: str) -> bool:
        return self.path_of(digest).is_file()

    def incoming(self) -> Path:
        """The folder of bytes that are still coming, on the same disk as the objects.

        Raises:
            OSError: the disk is away, full or cannot be written.
        """
        if self.is_away:
            raise FileNotFoundError(errno.ENOENT, "the store is away")
        return make_folder(self.root / "incoming")

    def draft(self) -> Path:
        """A path for bytes of one request; the same errors."""
        return self.incoming() / secrets.token_hex(16)

    def part(self, name: str, ending: str = "part") -> Path:
        """Where an upload in parts is put together, under a name of ours."""
        return self.root / "incoming" / f"{name}.{ending}"

    def free_bytes(self) -> int:
        """What may still be written; the same errors."""
        found = os.statvfs(self.incoming())
        return found.f_bavail * found.f_frsize

    def take(self, draft: Path, digest: str) -> None:
        """Give a draft, already on the disk, its name.

        A link and not a rename: it fails where a file of the name exists, and the draft's
        own name stays; a disk that knows no links loses that. The file that exists is
        then as new: nobody takes it for one that has no owner. If it is not what its name
        says, the good bytes are laid into the quarantine, where whoever mends finds them.
        """
        target = self.path_of(digest)
        make_folder(target.parent)
        with contextlib.suppress(PermissionError):  # a disk that knows no modes
            draft.chmod(0o440)
        while not _named(target, draft):
            with contextlib.suppress(FileNotFoundError):  # it was deleted just now
                os.utime(target)
                if not target.samefile(draft) and digest_of(target) != digest:
                    self._lay_aside(draft, digest)
                return
        sync_folder(target.parent)

    def _lay_aside(self, draft: Path, digest: str) -> None:
        folder = make_folder(self.root / QUARANTINE)
        _named(folder / f"{digest}-again-{secrets.token_hex(4)}", draft)
        sync_folder(folder)

    def look_of(self, digest: str) -> str:
        """What changes whenever somebody takes the file again; empty if there is none."""
        try:
            found = self.path_of(digest).stat()
        except FileNotFoundError:
            return ""
        return f"{found.st_ino}:{found.st_mtime_ns}"

    def remove(self, digest: str, *, look: str) -> bool:
        """Remove the bytes for good, unless somebody took them since that look.

        The name goes first, then the look is compared, so that whoever takes the file in
        between either changes the look or finds no file and writes its own. Twice does
        nothing. Only ``evidence.services.deleting`` calls this.

        Returns:
            Whether no file of the name is there any more.

        Raises:
            OSError: the disk cannot be written.
        """
        target = self.path_of(digest)
        leaving = target.with_name(f".{digest}.leaving")
        if not target.parent.is_dir():
            return True
        if target.exists():
            leaving.unlink(missing_ok=True)  # of a worker that was killed
        if target.exists() and self.look_of(digest) != look:
            return False
        if target.exists():
            target.rename(leaving)
        if leaving.exists():
            found = leaving.stat()
            if f"{found.st_ino}:{found.st_mtime_ns}" != look:
                _named(target, leaving)
                leaving.unlink(missing_ok=True)
                sync_folder(target.parent)
                return False
            leaving.unlink()
        sync_folder(target.parent)
        return not target.exists()

    def copy_from(self, source: Path | Readable, digest: str) -> None:
        """Keep a second copy of a file of another store, hashed while it is read.

        Raises:
            DamagedCopy: the source is not what its name says; nothing is kept.
            OSError: this folder cannot be reached or is full; nothing is kept.
        """
        if self.has(digest):
            return
        draft = self.draft()
        try:
            with draft.open("xb") as file:
                os.posix_fallocate(file.fileno(), 0, max(1, size_of(source)))
                whole = hashlib.sha256()
                for block in blocks_of(source):
                    whole.update(block)
                    file.write(block)
                file.truncate()
                file.flush()
                os.fsync(file.fileno())
            if whole.hexdigest() != digest:
                raise DamagedCopy
            self.take(draft, digest)
        finally:
            draft.unlink(missing_ok=True)


def _named(target: Path, draft: Path) -> bool:
    """Whether the draft has the name now; not if another file has it."""
    try:
        target.hardlink_to(draft)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return _moved(target, draft)
    return True


def _moved(target: Path, draft: Path) -> bool:
    """The same where a file has one name alone: looked for and renamed under a lock.

    A rename would overwrite, so whoever gives names in that folder waits for whoever
    does. A killed one leaves the draft or the whole file: nothing is half there.
    """
    with _locked(target.parent):
        if os.path.lexists(target):
            return False
        draft.rename(target)
    # FAT has no journal: an old name that came back would own the same bytes.
    sync_folder(target.parent)
    sync_folder(draft.parent)
    return True


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@lru_cache
def _knows_links(folder: Path, _device: int) -> bool:
    """Asked of each disk once; another one in the same place is asked again."""
    one, other = (folder / secrets.token_hex(16) for _ in range(2))
    try:
        one.touch(exist_ok=False)
        other.hardlink_to(one)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return False
    finally:
        for path in (one, other):
            path.unlink(missing_ok=True)
    return True


def primary() -> Store:
    return Store(PRIMARY, Path(settings.DATA) / "vault")


def backup() -> Store:
    """The folder of the second copy; in production ``ANLAN_BACKUP_VAULT``, elsewhere.

    Where a bucket has the second copies, there is none, and ``second`` is asked.
    """
    if settings.BACKUP_VAULT:
        return Store(BACKUP, Path(settings.BACKUP_VAULT), is_apart=True)
    return Store(BACKUP, Path(settings.DATA) / "vault-copy")


def second() -> Store | Bucket:
    """Where the second copies lie: ``ANLAN_BACKUP_STORE``, or a folder."""
    if not settings.BACKUP_STORE:
        return backup()
    return Bucket(
        BACKUP,
        settings.BACKUP_STORE,
        settings.BACKUP_KEYS,
        settings.BACKUP_LOCK.upper(),
    )


def stores() -> tuple[Store, Store | Bucket]:
    return primary(), second()


def folders() -> list[Store]:
    """Those that a file can be opened in."""
    return [store for store in stores() if isinstance(store, Store)]


def disks() -> Disks:
    """Whether one broken disk takes both copies along, as far as this machine can tell.

    Of a bucket it is known by its address: nobody waits for the network here.
    """
    other = second()
    if not isinstance(other, Store):
        is_here = other.is_on_this_machine
        if is_here is None:
            return Disks.UNKNOWN
        return Disks.ONE if is_here else Disks.TWO
    if any(store.is_away for store in folders()):
        return Disks.UNKNOWN
    try:
        return disks_of(*(make_folder(store.root) for store in folders()))
    except OSError:
        return Disks.UNKNOWN


def make_folder(folder: Path) -> Path:
    """Make it and those above it, each on the disk before something lies in it."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)
    return folder
