"""Bytes that we fetch or make ourselves, into both stores of the vault."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from uuid import UUID

from anlan.base.disk_space import keep_reserve
from anlan.base.vault import Kept
from anlan.evidence import drafts
from anlan.evidence.reading import kind_of

ASK_EVERY = 64 * 1024 * 1024  # bytes written before the disks are asked again


class Misread(Exception):
    """What lies on the disk is not what was written there."""


def keep_bytes(
    *,
    name: UUID,
    chunks: Iterable[bytes],
    media_type: str = "",
    keep: Callable[[], None] = lambda: None,
    is_record: bool = False,
) -> Kept:
    """Write, sync, read again, and give the bytes their name; twice does nothing.

    Args:
        name: of the draft. What has the same one again, after a crash, begins anew.
        media_type: if that is known; else it is read from the bytes.
        keep: called for each block; it may raise, and nothing is kept.
        is_record: a list that the record needs, for which the reserve is.

    Raises:
        Misread: the disk gave other bytes than it was given.
        OSError: the first store is full, but for its reserve, or away.
        Busy: another process writes the same.
    """
    drafts.remove(name.hex)
    if not is_record:
        keep_reserve()
    with drafts.opened(name.hex) as draft:
        try:
            whole, size, asked = hashlib.sha256(), 0, 0
            for chunk in chunks:
                if not is_record and size - asked >= ASK_EVERY:
                    asked = size
                    keep_reserve()
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
