"""What a bucket that locks is told: keep it until its period ends, and while it is held.

Whoever takes over this program or its key can then delete no copy there. From the end of
its case a copy is locked until its period ends. While the case goes on nobody knows yet
which class it will be, and a lock is never shortened: so it is the shortest period of the
site, and moves on with the days. A deletion that is due finds the copy open, unless the
period was made shorter since: then the files wait for the lock.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from anlan.base import stores
from anlan.base.bucket import Bucket
from anlan.cases.models import Case
from anlan.evidence.enums import CopyState
from anlan.evidence.models import Blob, Copy, StoreProbe
from anlan.evidence.selectors.holds import holds_over, holds_standing
from anlan.evidence.selectors.retention import (
    days_of,
    due_of,
    ended_at,
    files_of,
    items_of,
    periods_of,
)
from anlan.evidence.services.damage import owners_of

log = logging.getLogger(__name__)

EVERY = timedelta(days=1)
AT_ONCE = 100
STEP = timedelta(days=10)  # in which the lock of an open case moves on


@dataclass(frozen=True)
class _Wish:
    until: datetime
    is_held: bool
    is_ended: bool

    def joined(self, other: _Wish) -> _Wish:
        return _Wish(
            max(self.until, other.until),
            self.is_held or other.is_held,
            self.is_ended and other.is_ended,
        )


def lock_copies(*, at: datetime) -> int:
    """Tell the bucket of the next copies how long it keeps them; returns how many."""
    store = stores.second()
    if not isinstance(store, Bucket) or not _is_locking(store) or store.is_away:
        return 0
    due = (
        Copy.objects.filter(Q(lock_due_at=None) | Q(lock_due_at__lte=at))
        .filter(store=store.name, state=CopyState.PRESENT)
        .select_related("blob")
        .order_by("pk")
    )
    wishes: dict[int, dict[int, _Wish]] = {}  # by case and file
    batch = list(due[:AT_ONCE])
    for copy in batch:
        wish = _wish_for(copy.blob, wishes, at)
        try:
            _tell(store, copy, wish, at)
        except OSError as error:
            log.warning("a lock could not be set: %s", type(error).__name__)
            copy.lock_due_at = at + timedelta(hours=1)
        else:
            copy.lock_due_at = at + EVERY
        Copy.objects.filter(pk=copy.pk).update(
            locked_until=copy.locked_until,
            is_lock_held=copy.is_lock_held,
            lock_due_at=copy.lock_due_at,
        )
    return len(batch)


def look_at_locks(cases: Iterable[Case]) -> None:
    """A hold was placed or released: the locks of these cases are seen to at once."""
    if not stores.second().is_written_later:
        return
    blobs: set[int] = set()
    for case in cases:
        for item in items_of(case):
            blobs |= {blob.pk for blob, _part in files_of(item)}
    Copy.objects.filter(blob__in=blobs, store=stores.BACKUP).update(lock_due_at=None)


def _is_locking(store: Bucket) -> bool:
    """As trying showed, which is what counts, and not what is set."""
    return StoreProbe.objects.filter(address=store.where, is_locking=True).exists()


def _tell(store: Bucket, copy: Copy, wish: _Wish | None, at: datetime) -> None:
    digest, known = copy.blob.sha256, copy.locked_until
    if wish is not None and wish.until > at:
        enough = wish.until if wish.is_ended else wish.until - STEP
        if known is None or known < enough:
            store.lock_until(digest, wish.until)
            copy.locked_until = wish.until
    is_held = wish is not None and wish.is_held
    if is_held != copy.is_lock_held:
        store.hold(digest, is_held=is_held)
        copy.is_lock_held = is_held


def _wish_for(
    blob: Blob, wishes: dict[int, dict[int, _Wish]], at: datetime
) -> _Wish | None:
    """The longest of all that the bytes belong to; none for what no period counts."""
    found: _Wish | None = None
    for owner in owners_of(blob):
        case = owner.case
        if case.pk not in wishes:
            wishes[case.pk] = _wishes_of(case, at)
        wish = wishes[case.pk].get(blob.pk)
        if wish is not None:
            found = wish if found is None else found.joined(wish)
    return found


def _wishes_of(case: Case, at: datetime) -> dict[int, _Wish]:
    days, ended = days_of(periods_of(case.site)), ended_at(case)
    holds, shortest = holds_standing(case), at + timedelta(days=min(days.values()))
    found: dict[int, _Wish] = {}
    for item in items_of(case):
        until = due_of(item, ended, days).at if ended else shortest
        wish = _Wish(until, bool(holds_over(item, holds)), ended is not None)
        for blob, _part in files_of(item):
            found[blob.pk] = found[blob.pk].joined(wish) if blob.pk in found else wish
    return found
