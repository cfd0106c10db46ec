"""The signing key: one file that only the signer reads, and the same on paper."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anlan.base import paper
from anlan.base.durable import sync_folder
from anlan.ledger.checkpoints import KEY_BYTES, fits, public_bytes

KEY = "key"
ROTATIONS = "rotations"
STATE = "state"
_OTHERS_MAY = 0o077


class KeyTrouble(Exception):
    """The key cannot be used; the text tells the operator what to do."""


class BadPaper(KeyTrouble):
    """What was typed from the paper is not the key."""


@dataclass(frozen=True)
class Rotation:
    """One key handed over to the next, signed by both."""

    old: bytes
    new: bytes
    by_old: bytes
    by_new: bytes

    @property
    def is_sound(self) -> bool:
        text = rotation_text(self.old, self.new)
        return fits(self.old, self.by_old, text) and fits(self.new, self.by_new, text)

    def as_hex(self) -> list[str]:
        return [part.hex() for part in (self.old, self.new, self.by_old, self.by_new)]


def rotation_text(old: bytes, new: bytes) -> bytes:
    """What both keys sign; no checkpoint can look like it, as it has one line too many."""
    return f"anlan key rotation v1\n{old.hex()}\n{new.hex()}\n\n".encode()


def rotation_of(parts: list[str]) -> Rotation:
    """Read what ``as_hex`` gave.

    Raises:
        ValueError: it is something else.
    """
    old, new, by_old, by_new = (bytes.fromhex(part) for part in parts)
    return Rotation(old, new, by_old, by_new)


def load(folder: Path) -> Ed25519PrivateKey:
    """Read the key.

    Raises:
        KeyTrouble: it is not there, malformed, or others may read it.
    """
    path = folder / KEY
    try:
        mode, text = path.stat().st_mode, path.read_text("ascii")
        content = bytes.fromhex(text)
    except FileNotFoundError:
        raise KeyTrouble(
            f"{path} is lost. Restore it from the paper in the safe: ./anlan manage "
            "signer_key --recover, or `recover` of a signer with a user of its own"
            if (folder / STATE).exists()
            else f"there is no key in {folder} yet: the signer makes it when it starts"
        ) from None
    except (OSError, ValueError) as error:
        raise KeyTrouble(f"{path} cannot be read: {type(error).__name__}") from None
    if mode & _OTHERS_MAY:
        raise KeyTrouble(f"others may read {path}; run chmod 400 on it")
    if len(content) != KEY_BYTES:
        raise KeyTrouble(f"{path} is not 64 hexadecimal digits")
    return Ed25519PrivateKey.from_private_bytes(content)


def make_if_new(folder: Path) -> None:
    """Make the key of an installation that never had one.

    A folder that has signed before and lost its key gets no other: that would hide it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(folder):
        if (folder / KEY).exists() or (folder / STATE).exists():
            return
        write_key(folder, secrets.token_bytes(KEY_BYTES))
        (folder / STATE).mkdir(mode=0o700)
        sync_folder(folder)


def write_key(folder: Path, content: bytes) -> None:
    """Put a key in place of the one that is there, whole or not at all."""
    write_whole(folder / KEY, f"{content.hex()}\n", mode=0o400)


def rotate(folder: Path) -> Rotation:
    """Make a new key, have both sign the handover, and use the new one from now on.

    The old key is destroyed; what it signed stays valid, for the app keeps its public
    half. Killed on the way, either the old key is in use or the new one, and a handover
    that was written without being made is passed over by who reads them.
    """
    load(folder)  # a folder that is not there has no lock to take
    with locked(folder):
        with successor(folder):
            pass
        return rotations(folder)[-1]


@contextmanager
def successor(folder: Path) -> Iterator[tuple[Ed25519PrivateKey, Ed25519PrivateKey]]:
    """The key in use and a new one that takes over when the block ends; under the lock."""
    old, new = load(folder), Ed25519PrivateKey.generate()
    yield old, new
    text = rotation_text(public_bytes(old), public_bytes(new))
    made = Rotation(
        public_bytes(old), public_bytes(new), old.sign(text), new.sign(text)
    )
    all_made = [*rotations(folder), made]
    write_whole(
        folder / ROTATIONS,
        json.dumps([one.as_hex() for one in all_made]),
        mode=0o600,
    )
    write_key(folder, new.private_bytes_raw())


def rotations(folder: Path) -> list[Rotation]:
    path = folder / ROTATIONS
    if not path.exists():
        return []
    return [rotation_of(parts) for parts in json.loads(path.read_text("ascii"))]


def on_paper(key: Ed25519PrivateKey) -> list[str]:
    """The key as groups of characters, see ``base.paper``."""
    return paper.written(key.private_bytes_raw())


def off_paper(text: str) -> bytes:
    """The key from what somebody typed.

    Raises:
        BadPaper: with the number of the first group that was misread.
    """
    try:
        return paper.read(text)
    except paper.Misread as misread:
        raise BadPaper(str(misread)) from None


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write_whole(path: Path, text: str, *, mode: int) -> None:
    """Write a file so that after a power cut it is the old one or the new one."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
