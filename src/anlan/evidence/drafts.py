"""The bytes of an upload that have come so far: a file in each store, no row.

How far an upload is, only the files say. A server that is killed leaves two of different
length; the shorter is the truth, and nothing behind it was ever promised, because an
offset is told only after both are on the disk. A second store that fails in the middle
is given up for this upload, and a mark beside the first draft remembers that, lest an
old half come back with the disk.

Where a bucket has the second copies there is only the first file: the worker writes the
other copy when the upload is whole.
"""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from pathlib import Path

from anlan.base import stores
from anlan.base.durable import sync_folder
from anlan.base.stores import Store

log = logging.getLogger(__name__)

_ALONE = "alone"
BEHIND_BYTES = 4 * 1024 * 1024  # written until the disks are sent them, unasked
# Two disks are waited for together.
_SYNCING = ThreadPoolExecutor(max_workers=8, thread_name_prefix="sync")


class Busy(Exception):
    """Somebody else has the draft open."""


class Draft:
    """An upload's files, open for one writer of all processes; see ``opened``."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._first_store, self._second_store = _folders()
        self.path = self._first_store.part(name)
        self._second_path = (
            self._second_store.part(name) if self._second_store else None
        )
        self._mark = self._first_store.part(name, _ALONE)
        self._first = _open(self.path)
        self._second: int | None = None
        self._unsent = 0
        self._sending: list[tuple[int, Future[None]]] = []
        if not _is_taken(self._first):
            os.close(self._first)
            raise Busy
        try:
            if not self._mark.exists():
                self._open_second()
            self._level()
            self.sync()
        except BaseException:
            self.close()  # else it stays busy for as long as the process lives
            raise

    @property
    def size(self) -> int:
        return os.fstat(self._first).st_size

    @property
    def stamp(self) -> tuple[int, int, int]:
        """Changes with every write, whoever writes."""
        found = os.fstat(self._first)
        return found.st_ino, found.st_size, found.st_mtime_ns

    def write(self, block: bytes | bytearray) -> None:
        """Append to both files.

        Raises:
            OSError: the first store is full or fails; whoever writes cuts it back.
        """
        _write_all(self._first, block)
        if self._second is not None:
            try:
                _write_all(self._second, block)
            except OSError as error:
                self._give_up_second(error)
        self._unsent += len(block)
        if self._unsent >= BEHIND_BYTES and all(one.done() for _, one in self._sending):
            self._send()

    def sync(self) -> None:
        """See to it that all that was written is on the disks.

        Raises:
            OSError: the first of them failed, now or since the last time.
        """
        self._settle()
        self._send()
        self._settle()

    def _send(self) -> None:
        """Let both disks begin; nobody waits for them here."""
        self._unsent = 0
        self._settle()
        self._sending = [
            (handle, _SYNCING.submit(os.fsync, handle))
            for handle in (self._first, self._second)
            if handle is not None
        ]

    def _settle(self) -> None:
        """Wait for what was begun; a file that failed once is never believed again."""
        begun, self._sending = self._sending, []
        wait(one for _, one in begun)
        for handle, one in begun:
            error = one.exception()
            if error is None:
                continue
            if handle == self._first:
                raise error
            if handle == self._second:
                self._give_up_second(error)

    def cut(self, size: int) -> None:
        """Take back what was written behind ``size``.

        A file that already has its name in the vault is never cut.
        """
        for handle in (self._first, self._second):
            if handle is None or os.fstat(handle).st_size <= size:
                continue
            if os.fstat(handle).st_nlink > 1:
                raise RuntimeError("a draft that is in the vault was to be cut")
            os.ftruncate(handle, size)
            os.lseek(handle, 0, os.SEEK_END)

    def digest(self) -> str:
        """SHA-256 of what lies on the disks; a second file that differs is given up."""
        digest = stores.digest_of(self.path)
        if self._second is not None and self._second_path:
            try:
                differs = stores.digest_of(self._second_path) != digest
            except OSError as error:
                self._give_up_second(error)
            else:
                if differs:
                    self._give_up_second("its bytes differ")
        return digest

    def keep(self, digest: str) -> None:
        """Give the bytes their name in both stores; twice does nothing."""
        self._first_store.take(self.path, digest)
        if self._second is not None and self._second_store and self._second_path:
            try:
                self._second_store.take(self._second_path, digest)
            except OSError as error:
                self._give_up_second(error)

    def remove(self) -> None:
        remove(self.name)

    def close(self) -> None:
        wait(one for _, one in self._sending)
        for handle in (self._second, self._first):
            if handle is not None:
                os.close(handle)
        self._second = None

    def _open_second(self) -> None:
        if self._second_store is None or self._second_path is None:
            return
        # A second draft that is not there from the first byte on cannot be made good.
        is_new = os.fstat(self._first).st_size == 0
        try:
            if not is_new and not self._second_path.exists():
                raise FileNotFoundError(self._second_path)
            self._second_store.incoming()
            self._second = _open(self._second_path)
        except OSError as error:
            self._give_up_second(error)

    def _give_up_second(self, why: object) -> None:
        log.warning("an upload goes on with one copy: %s", type(why).__name__)
        wait(one for _, one in self._sending)
        if self._second is not None:
            with suppress(OSError):
                os.close(self._second)
            self._second = None
        self._mark.touch()
        sync_folder(self._mark.parent)
        if self._second_path:
            with suppress(OSError):
                self._second_path.unlink(missing_ok=True)

    def _level(self) -> None:
        """Make both as long as the shorter one, and write behind its end."""
        if self._second is not None:
            self.cut(min(self.size, os.fstat(self._second).st_size))
            os.lseek(self._second, 0, os.SEEK_END)
        os.lseek(self._first, 0, os.SEEK_END)


@contextmanager
def opened(name: str) -> Iterator[Draft]:
    """The draft of an upload, made if it is not there.

    Raises:
        Busy: another request or process has it.
        OSError: the first store cannot be reached or is full.
    """
    draft = Draft(name)
    try:
        yield draft
    finally:
        draft.close()


def size_of(name: str) -> int:
    """How many bytes lie in the first store, open or not; 0 where there is nothing."""
    try:
        return stores.primary().part(name).stat().st_size
    except OSError:
        return 0


def remove(name: str) -> None:
    """Take away what is left of an upload; a file with a name in the vault stays there."""
    first, second = _folders()
    if second is not None:
        with suppress(OSError):
            second.part(name).unlink(missing_ok=True)
    for path in (first.part(name), first.part(name, _ALONE)):
        path.unlink(missing_ok=True)


def lost(known: set[str], *, before: float) -> Iterator[tuple[Store, Path]]:
    """Files of ``incoming`` that nobody in ``known`` owns.

    Args:
        before: seconds since 1970; a younger one may belong to a request in progress.
    """
    for store in stores.folders():
        with suppress(OSError):
            for path in sorted((store.root / "incoming").iterdir()):
                if path.stem not in known and path.stat().st_mtime < before:
                    yield store, path


def _folders() -> tuple[Store, Store | None]:
    """The two folders, or the first one alone."""
    second = stores.second()
    return stores.primary(), second if isinstance(second, Store) else None


def _open(path: Path) -> int:
    stores.make_folder(path.parent)
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        return os.open(path, os.O_RDWR | os.O_CLOEXEC)
    sync_folder(path.parent)
    return handle


def _is_taken(handle: int) -> bool:
    """Whether it is now ours alone, and still has its name."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return os.fstat(handle).st_nlink > 0


def _write_all(handle: int, block: bytes | bytearray) -> None:
    view = memoryview(block)
    while view:
        view = view[os.write(handle, view) :]
