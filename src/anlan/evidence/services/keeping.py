"""Bytes that we fetch or make ourselves, into both stores of the vault."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from uuid import UUID

from anlan.base.vault import Kept
from anlan.evidence import drafts
from anlan.evidence.reading import kind_of


class Misread(Exception):
    """What lies on the disk is not what was written there."""


def keep_bytes(
    *,
    name: UUID,
    chunks: Iterable[bytes],
    media_type: str = "",
    keep: Callable[[], None] = lambda: None,
) -> Kept:
    """Write, sync, read again, and give the bytes their name; twice does nothing.

    Args:
        name: of the draft. What has the same one again, after a crash, begins anew.
        media_type: if that is known; else it is read from the bytes.
        keep: called for each block; it may raise, and nothing is kept.

    Raises:
        Misread: the disk gave other bytes than it was given.
        OSError: the first store is full or away.
        Busy: another process writes the same.
    """
    drafts.remove(name.hex)
    with drafts.opened(name.hex) as draft:
        try:
            whole, size = hashlib.sha256(), 0
            for chunk in chunks:
                draft.write(chunk)
                whole.update(chunk)
                size += len(chunk)
                keep()
            draft.sync()
            digest = draft.digest()
            if digest != whole.hexdigest():
                raise Misread
            found = media_type or kind_of(draft.path)
            draft.keep(digest)
        finally:
            draft.remove()
    return Kept(sha256=digest, size=size, media_type=found)
