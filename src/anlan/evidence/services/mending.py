"""Making copies whole: those that wait for their store, and those that were damaged.

Killed at any point it leaves the good copy untouched, the bad file in its place or in
quarantine, and a row that says so: the next round goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db.models import Q, QuerySet

from anlan.base import stores
from anlan.base.bucket import Bucket
from anlan.base.quarantine import copies_set_aside, set_copy_aside
from anlan.base.stores import (
    DamagedCopy,
    Readable,
    Store,
    StoreAway,
    blocks_of,
    size_of,
)
from anlan.evidence.enums import CheckKind, CopyState
from anlan.evidence.models import CheckTurn, Copy
from anlan.evidence.services import damage
from anlan.evidence.services.check_turns import Turn, TurnLost, turn
from anlan.evidence.services.damage import store_of
from anlan.evidence.services.rehashing import is_whole

log = logging.getLogger(__name__)

MOST_SECONDS, MOST_COPIES = 5.0, 50  # of one call, or one file if it is large
LOOK_EVERY = timedelta(minutes=1)
_WAITS = (1, 5, 15, 60)  # minutes before the second, third … try
_OPEN = (CopyState.WAITING, CopyState.MISSING, CopyState.CORRUPT)


@dataclass(frozen=True)
class _Kept:
    """A source that keeps the turn while its bytes go over a slow line."""

    source: Path | Readable
    keep: Callable[[], None]

    @property
    def size(self) -> int:
        return size_of(self.source)

    def blocks(self) -> Iterator[memoryview]:
        for block in blocks_of(self.source):
            self.keep()
            yield block


def fill_copies(*, at: datetime) -> int:
    """Make whole the copies that are not, as soon as their store can be reached.

    Returns how many were tried. That a worker looked is kept too: if nobody does, the
    page of safety says so.
    """
    _begin_empty_stores()
    if not _to_do(at).exists():
        _looked(at)
        return 0
    with turn(CheckKind.COPIES, at=at) as mine:
        if mine is None:
            return 0
        tried = 0
        try:
            for copy in _to_do(at)[:MOST_COPIES]:
                made = _make_whole(copy, mine)
                mine.count(copies=1, bytes_read=copy.blob.size, repaired=int(made))
                tried += 1
                if mine.seconds > MOST_SECONDS:
                    break
            if not _to_do(at).exists():
                mine.end(due_at=at)
        except TurnLost:
            log.warning("another worker goes on with the copies")
    return tried


def _begin_empty_stores() -> None:
    """The folder that an operator named is made ready while nothing was kept there."""
    for store in stores.stores():
        if not store.is_away:
            continue
        kept = Copy.objects.filter(store=store.name).exclude(state=CopyState.WAITING)
        if kept.exists():
            continue
        try:
            store.begin()
        except OSError as error:
            log.warning("the %s store: %s", store.name, type(error).__name__)


def _to_do(at: datetime) -> QuerySet[Copy]:
    there = [store.name for store in stores.stores() if not store.is_away]
    return (
        Copy.objects.filter(Q(retry_at=None) | Q(retry_at__lte=at))
        .filter(state__in=_OPEN, store__in=there)
        .select_related("blob")
        .order_by("pk")
    )


def _looked(at: datetime) -> None:
    row = CheckTurn.objects.filter(kind=CheckKind.COPIES).first()
    if row is None:
        CheckTurn.objects.get_or_create(
            kind=CheckKind.COPIES, defaults={"due_at": at, "ended_at": at}
        )
    elif row.ended_at is None or row.ended_at <= at - LOOK_EVERY:
        CheckTurn.objects.filter(pk=row.pk).update(ended_at=at)


def _make_whole(copy: Copy, mine: Turn) -> bool:
    """Whether it is whole now: found in its place, or copied from a good one."""
    store, digest = store_of(copy), copy.blob.sha256
    try:
        if _is_good(store, digest, mine):
            damage.note_whole(copy=copy, is_new=False, at=mine.at)
            return True
        _say_what_is_wrong(copy, store, mine)
        good = _good_file(copy, mine)
        if good is None:
            _try_later(copy, mine, is_lost=True)
            return False
        set_copy_aside(digest, store=store, at=mine.at)
        store.copy_from(
            _Kept(good, mine.keep) if store.is_written_later else good, digest
        )
        is_made = _is_good(store, digest, mine)
    except (OSError, DamagedCopy) as error:
        log.warning("a %s copy cannot be made: %s", store.name, type(error).__name__)
        is_made = False
    if is_made:
        damage.note_whole(copy=copy, is_new=True, at=mine.at)
    else:
        _try_later(copy, mine, is_lost=False)
    return is_made


def _say_what_is_wrong(copy: Copy, store: Store | Bucket, mine: Turn) -> None:
    """A file lies where none was expected, or one went away since."""
    there = store.look(copy.blob.sha256)
    if there is not None:
        _damaged(copy, CopyState.CORRUPT, mine)
    elif copy.state == CopyState.CORRUPT:
        _damaged(copy, CopyState.MISSING, mine)


def _good_file(copy: Copy, mine: Turn) -> Path | Readable | None:
    """The same bytes elsewhere, every one of them read: the other copy, or quarantine.

    That the other copy is bad as well is an alarm of its own.
    """
    digest = copy.blob.sha256
    for other in copy.blob.copies.exclude(pk=copy.pk).select_related("blob"):
        store = store_of(other)
        if _is_good(store, digest, mine):
            return store.source(digest)
        if other.state == CopyState.PRESENT and not store.is_away:
            there = store.look(digest)
            _damaged(other, CopyState.CORRUPT if there else CopyState.MISSING, mine)
    for store in stores.stores():
        for source in _set_aside(store, digest):
            if is_whole(source, digest, keep=mine.keep):
                return source
    return None


def _set_aside(store: Store | Bucket, digest: str) -> list[Path | Readable]:
    try:
        return copies_set_aside(store, digest)
    except StoreAway:
        return []


def _is_good(store: Store | Bucket, digest: str, mine: Turn) -> bool:
    try:
        return store.has(digest) and is_whole(
            store.source(digest), digest, keep=mine.keep
        )
    except FileNotFoundError:
        return False


def _damaged(copy: Copy, state: CopyState, mine: Turn) -> None:
    is_new = damage.note_damage(
        copy=copy,
        state=state,
        seen=store_of(copy).look(copy.blob.sha256),
        since=mine.row.began_at or mine.at,
        at=mine.at,
    )
    if is_new:
        mine.count(**{str(state): 1})


def _try_later(copy: Copy, mine: Turn, *, is_lost: bool) -> None:
    """Once more in a while. What waits and has no good file anywhere is missing."""
    minutes = _WAITS[min(copy.tries, len(_WAITS) - 1)]
    if is_lost and copy.state == CopyState.WAITING:
        _damaged(copy, CopyState.MISSING, mine)
    Copy.objects.filter(pk=copy.pk).update(
        tries=copy.tries + 1, retry_at=mine.at + timedelta(minutes=minutes)
    )
