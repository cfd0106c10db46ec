"""Work is done again only when what it was made from has changed."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.places import ROOT, Refusal, say


def digest(files: Iterable[Path], *facts: str) -> str:
    """Return one hex digest over names and bytes of files, and over other facts.

    Contents rather than times: switching branches back and forth costs nothing.
    """
    whole = hashlib.sha256()
    for fact in facts:
        whole.update(b"\0fact\0" + fact.encode())
    for path in sorted(files):
        name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        content = hashlib.sha256(path.read_bytes()).digest()
        whole.update(b"\0file\0" + str(name).encode() + b"\0" + content)
    return whole.hexdigest()


def files_under(*folders: Path) -> list[Path]:
    """Every file below the folders that exist."""
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def write_whole(path: Path, text: str) -> None:
    """Write a file so that no reader, nor a power cut, ever leaves half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


@dataclass(frozen=True)
class Stamp:
    """A file that remembers from what something was made."""

    path: Path

    def holds(self, value: str) -> bool:
        """Whether it was last made from exactly this."""
        try:
            return self.path.read_text(encoding="utf-8") == value
        except FileNotFoundError:
            return False

    def write(self, value: str) -> None:
        write_whole(self.path, value)


@contextmanager
def exclusive(path: Path, *, waiting: str = "", refusal: str = "") -> Iterator[None]:
    """Hold a lock file; the system drops the lock when we die, however we die.

    Args:
        path: the lock; the file itself stays, it is the lock on it that counts.
        waiting: said when another holds it, and then we wait.
        refusal: raised instead of waiting.

    Raises:
        Refusal: another holds the lock and ``refusal`` was given.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not inherited by children: the lock must end with the launcher, not with them.
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if refusal:
                raise Refusal(refusal) from None
            say(waiting)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
