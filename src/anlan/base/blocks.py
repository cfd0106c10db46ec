"""The bytes of a file in the vault, wherever it lies: read in blocks, and hashed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, TypeAlias

QUARANTINE = "quarantine"  # see ``base.quarantine``
BLOCK_BYTES = 1024 * 1024

Look: TypeAlias = "tuple[int, int, int, int] | None"  # the second number is the size


class DamagedCopy(Exception):
    """The bytes that were read are not those of the digest."""


class StoreAway(OSError):
    """A store could not be asked, which says nothing of what lies there."""


class Readable(Protocol):
    """Bytes that lie somewhere else than in a file."""

    @property
    def size(self) -> int: ...

    def blocks(self) -> Iterator[memoryview]: ...


def digest_of(path: Path | Readable) -> str:
    """SHA-256 of the bytes on the disk, as hexadecimal."""
    whole = hashlib.sha256()
    for block in blocks_of(path):
        whole.update(block)
    return whole.hexdigest()


def look(path: Path) -> Look:
    """What changes whenever a file is changed or replaced; none if it is no file."""
    try:
        there = path.stat()
    except OSError:
        return None
    if not path.is_file():
        return None
    return there.st_ino, there.st_size, there.st_mtime_ns, there.st_ctime_ns


def size_of(source: Path | Readable) -> int:
    return source.stat().st_size if isinstance(source, Path) else source.size


def blocks_of(path: Path | Readable) -> Iterator[memoryview]:
    """The bytes of a file, in blocks that are valid until the next one is asked for."""
    if not isinstance(path, Path):
        yield from path.blocks()
        return
    buffer = bytearray(BLOCK_BYTES)
    view = memoryview(buffer)
    with path.open("rb", buffering=0) as file:
        while size := file.readinto(buffer):
            yield view[:size]
