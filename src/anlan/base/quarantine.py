"""Where damaged files and those without an owner go: beside the objects, never away.

A damaged file may be evidence itself, of who damaged it and when.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path

from anlan.base.bucket import Bucket
from anlan.base.durable import sync_folder
from anlan.base.stores import QUARANTINE, Readable, Store, make_folder

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


def is_digest(name: str) -> bool:
    return _DIGEST.fullmatch(name) is not None


def set_aside(path: Path, *, store: Store, at: datetime) -> Path:
    """Move what lies at ``path`` into the quarantine of its store, under a new name.

    One process at a time may do this to one path; nothing in quarantine is overwritten.

    Raises:
        OSError: the disk cannot be written; the file stays where it is.
    """
    folder = make_folder(store.root / QUARANTINE)
    stem = f"{_safe(path.name)}-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    target, number = folder / stem, 1
    while target.exists() or target.is_symlink():
        number += 1
        target = folder / f"{stem}-{number}"
    path.rename(target)
    sync_folder(folder)
    sync_folder(path.parent)
    return target


def set_aside_files(store: Store, digest: str) -> list[Path]:
    """What was once set aside under this digest, good or bad."""
    return sorted((store.root / QUARANTINE).glob(f"{digest}-*"))


def set_copy_aside(digest: str, *, store: Store | Bucket, at: datetime) -> None:
    """Move whatever lies in the place of a copy into the quarantine of its store.

    Raises:
        OSError: the store cannot be written or reached.
    """
    if not isinstance(store, Store):
        store.set_aside(digest, at=at)
        return
    path = store.path_of(digest)
    if path.exists() or path.is_symlink():
        set_aside(path, store=store, at=at)


def copies_set_aside(store: Store | Bucket, digest: str) -> list[Path | Readable]:
    """The same as sources, wherever they lie."""
    if isinstance(store, Store):
        return [*set_aside_files(store, digest)]
    return [*store.aside(digest)]


def _safe(name: str) -> str:
    """A digest as it is; of any other name, which somebody may have typed, its own."""
    if is_digest(name):
        return name
    return f"foreign-{hashlib.sha256(name.encode(errors='replace')).hexdigest()[:16]}"
