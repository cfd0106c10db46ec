"""Reading every byte of a copy again, without pushing anybody aside."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from anlan.base.stores import Readable, StoreAway, blocks_of
from anlan.evidence.services.damage import look_away_from

log = logging.getLogger(__name__)

MB = 1024 * 1024


def is_whole(
    path: Path | Readable, digest: str, *, keep: Callable[[], None] = lambda: None
) -> bool:
    """Whether the bytes on the disk are those of the digest.

    A file that is not is read twice: what only the memory or the cable did is no alarm.

    Args:
        keep: called for each block; it may raise, which ends the reading.

    Raises:
        FileNotFoundError: it went away.
        StoreAway: its store did, which says nothing of the bytes.
    """
    if _hashed(path, keep) == digest:
        return True
    if _hashed(path, keep) != digest:
        return False
    log.warning("%s was misread once, and is whole", digest[:12])
    return True


def _hashed(path: Path | Readable, keep: Callable[[], None]) -> str:
    """Its digest; empty if the disk does not give the bytes."""
    whole = hashlib.sha256()
    begun, read = time.monotonic(), 0
    try:
        if isinstance(path, Path):
            look_away_from(path)
        for block in blocks_of(path):
            whole.update(block)
            read += len(block)
            keep()
            _slow_down(read, begun)
    except (FileNotFoundError, StoreAway):
        raise
    except OSError as error:
        log.warning("a copy cannot be read: %s", type(error).__name__)
        return ""
    return whole.hexdigest()


def _slow_down(read: int, begun: float) -> None:
    """Not more than the setting allows, counted over the file."""
    most = settings.DEEP_CHECK_MB_S * MB
    if most and (ahead := read / most - (time.monotonic() - begun)) > 0:
        time.sleep(ahead)
