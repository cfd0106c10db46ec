"""Is every copy there, and is every byte of it as it came? Hourly, and all week."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from anlan.accounts.models import Site
from anlan.base import stores
from anlan.base.bucket import Bucket
from anlan.base.stores import Look, Store, StoreAway
from anlan.evidence import messages
from anlan.evidence.enums import CheckKind, CopyState
from anlan.evidence.models import Blob, Copy
from anlan.evidence.services import damage
from anlan.evidence.services.check_turns import Turn, TurnLost, turn
from anlan.evidence.services.damage import next_rehash, store_of
from anlan.evidence.services.rehashing import MB, is_whole
from anlan.notify.enums import Urgency

log = logging.getLogger(__name__)

QUICK_EVERY = timedelta(hours=1)
DEEP_EVERY = timedelta(hours=1)  # a run begins, if anything is due
DEEP_AT_LEAST = timedelta(days=1)  # an empty vault is checked too
LOOKED_AT = 500  # copies, in one batch of the quick check
DEEP_SECONDS, DEEP_BYTES = 2.0, 256 * MB  # of one batch, or one file if it is larger


@dataclass
class _Tally:
    copies: int = 0
    bytes_read: int = 0
    missing: int = 0
    corrupt: int = 0

    def add(self, state: str) -> None:
        self.missing += state in {CopyState.MISSING, CopyState.AWAY}
        self.corrupt += state == CopyState.CORRUPT


def check_quick(*, at: datetime) -> int:
    """Look at the next copies of the hourly round; returns how many.

    What is not there with its size is an alarm, and is repaired by ``fill_copies``.
    """
    with turn(CheckKind.QUICK, at=at) as mine:
        if mine is None:
            return 0
        if mine.row.reached == 0:
            add_missing_rows(at=at)
        batch = list(
            Copy.objects.filter(pk__gt=mine.row.reached)
            .exclude(state__in=damage.LET_GO)
            .select_related("blob")
            .order_by("pk")[:LOOKED_AT]
        )
        try:
            _look_at(batch, mine)
            if len(batch) < LOOKED_AT:
                _tell_of_stores_away(mine)
                mine.end(due_at=mine.at + QUICK_EVERY)
        except TurnLost:
            log.warning("another worker goes on with the quick check")
    return len(batch)


def check_deep(*, at: datetime) -> int:
    """Read again every byte of the copies that are due, the longest waiting first.

    Bounded by bytes and time, or one file; returns how many copies were read.
    """
    with turn(CheckKind.DEEP, at=at) as mine:
        if mine is None:
            return 0
        due = _due(mine.at)
        has_begun = mine.row.copies > 0
        is_overdue = (
            mine.row.ended_at is None or mine.row.ended_at <= at - DEEP_AT_LEAST
        )
        try:
            if not has_begun and not is_overdue and not due.exists():
                mine.put_off(due_at=at + DEEP_EVERY)
                return 0
            count = _read_again(due, mine)
            is_long = mine.row.began_at and mine.row.began_at <= at - DEEP_AT_LEAST
            if is_long or not due.exists():
                mine.end(due_at=at + DEEP_EVERY)
        except TurnLost:
            log.warning("another worker goes on with the deep check")
            return 0
    return count


def add_missing_rows(*, at: datetime) -> int:
    """Every file has a row for each store, whatever was deleted; they are filled in."""
    stores_count = len(Copy.Store.values)
    short = (
        Blob.objects.filter(deleted_at=None)
        .annotate(n=Count("copies"))
        .filter(n__lt=stores_count)
    )
    keys = list(short.values_list("pk", flat=True)[:LOOKED_AT])
    if keys:
        log.error("%s files had lost a row of a copy", len(keys))
        Copy.objects.bulk_create(
            [
                Copy(blob_id=key, store=store, state=CopyState.WAITING, due_at=at)
                for key in keys
                for store in Copy.Store.values
            ],
            ignore_conflicts=True,
        )
    return len(keys)


def _look_at(batch: Sequence[Copy], mine: Turn) -> None:
    by_name = {store.name: store for store in stores.stores()}
    away = {name for name, store in by_name.items() if store.is_away}
    seen, gone, tally = [], [], _Tally(copies=len(batch))
    for copy in batch:
        mine.keep()
        state: str = CopyState.AWAY
        if copy.store not in away or copy.state == CopyState.WAITING:
            try:
                state = _looked_at(copy, by_name[copy.store], mine)
            except StoreAway:
                away.add(copy.store)  # nothing more is asked of it in this round
        if state == CopyState.AWAY:
            gone.append(copy.pk)
        if state == CopyState.PRESENT:
            seen.append(copy.pk)
        tally.add(state)
    with transaction.atomic():
        _is_there(seen, at=mine.at)
        Copy.objects.filter(pk__in=gone, state=CopyState.PRESENT).update(
            state=CopyState.AWAY
        )
        mine.count(
            reached=batch[-1].pk if batch else None,
            copies=tally.copies,
            missing=tally.missing,
            corrupt=tally.corrupt,
        )


def _is_there(keys: Sequence[int], *, at: datetime) -> None:
    there = Copy.objects.filter(pk__in=keys)
    there.filter(state=CopyState.PRESENT).update(seen_at=at)
    # Back with its disk; every byte is read as soon as its turn comes.
    there.filter(state=CopyState.AWAY).update(
        state=CopyState.PRESENT, seen_at=at, due_at=at
    )


def _looked_at(copy: Copy, store: Store | Bucket, mine: Turn) -> str:
    """The state of a copy as a look shows it; new damage is an alarm at once."""
    if copy.state not in {CopyState.PRESENT, CopyState.AWAY}:
        return copy.state
    there = store.look(copy.blob.sha256)
    if there is not None and there[1] == copy.blob.size:
        return CopyState.PRESENT
    state = CopyState.MISSING if there is None else CopyState.CORRUPT
    return state if _is_damaged(copy, state, there, mine) else ""


def _due(at: datetime) -> QuerySet[Copy]:
    there = [store.name for store in stores.stores() if not store.is_away]
    return (
        Copy.objects.filter(Q(due_at=None) | Q(due_at__lte=at))
        .filter(state=CopyState.PRESENT, store__in=there)
        .select_related("blob")
        .order_by(F("due_at").asc(nulls_first=True), "pk")
    )


def _read_again(due: QuerySet[Copy], mine: Turn) -> int:
    count = size = 0
    for copy in due[:LOOKED_AT]:
        if count and (
            mine.seconds > DEEP_SECONDS or size + copy.blob.size > DEEP_BYTES
        ):
            break
        tally = _reread(copy, mine)
        mine.count(
            copies=1,
            bytes_read=tally.bytes_read,
            missing=tally.missing,
            corrupt=tally.corrupt,
        )
        size += copy.blob.size
        count += 1
    return count


def _reread(copy: Copy, mine: Turn) -> _Tally:
    store, digest = store_of(copy), copy.blob.sha256
    tally, there = _Tally(), None
    try:
        there = store.look(digest)
        if there is not None and is_whole(store.source(digest), digest, keep=mine.keep):
            tally.bytes_read = copy.blob.size
            Copy.objects.filter(pk=copy.pk, state=CopyState.PRESENT).update(
                seen_at=mine.at,
                rehashed_at=mine.at,
                due_at=next_rehash(copy.blob, mine.at),
            )
            return tally
        state = CopyState.MISSING if there is None else CopyState.CORRUPT
    except FileNotFoundError:
        there, state = None, CopyState.MISSING
    except StoreAway:
        Copy.objects.filter(pk=copy.pk).update(due_at=mine.at + DEEP_EVERY)
        return tally
    if _is_damaged(copy, state, there, mine):
        tally.add(state)
    else:  # it is being repaired; another look in a while
        Copy.objects.filter(pk=copy.pk).update(due_at=mine.at + DEEP_EVERY)
    return tally


def _is_damaged(copy: Copy, state: CopyState, seen: Look, mine: Turn) -> bool:
    """Raise the alarm, unless somebody has already, or repairs it just now."""
    is_new = damage.note_damage(
        copy=copy,
        state=state,
        seen=seen,
        since=mine.row.began_at or mine.at,
        at=mine.at,
    )
    return is_new or Copy.objects.filter(pk=copy.pk, state=state).exists()


def _tell_of_stores_away(mine: Turn) -> None:
    """Once a day as long as it lasts; on the page of safety all the time."""
    if not any(store.is_away for store in stores.stores()):
        return
    if not Copy.objects.filter(state=CopyState.AWAY).exists():
        return
    for site in Site.objects.filter(cases__exhibits__blob__isnull=False).distinct():
        since = mine.at - timedelta(days=1)
        damage.tell(messages.AWAY, site, since=since, at=mine.at, urgency=Urgency.ALARM)
