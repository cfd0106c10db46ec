"""A copy is not what it should be, or is again: the row, the record, and who is told."""

from __future__ import annotations

import logging
import os
from datetime import datetime, timedelta
from pathlib import Path

from django.db.models import Q
from django.urls import reverse

from anlan.accounts.models import Site
from anlan.accounts.selectors import people_by_role
from anlan.base import stores
from anlan.base.bucket import Bucket
from anlan.base.stores import Look, Store, StoreAway
from anlan.cases import services as cases
from anlan.evidence import messages
from anlan.evidence.enums import CopyState
from anlan.evidence.events import CopyDamaged, CopyFound, CopyRepaired, SecondCopyMade
from anlan.evidence.models import (
    Blob,
    Copy,
    Exhibit,
    FootageApplication,
    Package,
    Recording,
)
from anlan.evidence.selectors.retention import uses
from anlan.evidence.services.receiving import SOON
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.notify import services as notify
from anlan.notify.enums import Urgency

log = logging.getLogger(__name__)

# Every byte at least every seven days, so that one of them is left for the reading.
NEXT_DAY, REHASH = timedelta(days=1), timedelta(days=6)
LET_GO = (CopyState.DELETING, CopyState.LOCKED, CopyState.DELETED)
TOLD = ("site_manager", "administrator")


def store_of(copy: Copy) -> Store | Bucket:
    return next(store for store in stores.stores() if store.name == copy.store)


def look_away_from(path: Path) -> None:
    """Let the kernel forget the pages, so that the bytes are read from the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)


def note_damage(
    *, copy: Copy, state: CopyState, seen: Look, since: datetime, at: datetime
) -> bool:
    """Raise the alarm for a copy that is missing or corrupt; whether it was new.

    Args:
        seen: how the file looked when it was judged. If it looks otherwise now,
            somebody is repairing it, and the next check judges again. A bucket is asked
            before the transaction; then nobody may have judged the copy in between.
        since: the beginning of the run: what it finds in one site is one message.
    """
    is_asked_before = store_of(copy).is_written_later
    judged = Copy.objects.get(pk=copy.pk) if is_asked_before else None
    if is_asked_before and not _still_looks(copy, seen):
        return False
    with ledger.recording():
        copy = _locked(copy)
        was_known = copy.state in {CopyState.MISSING, CopyState.CORRUPT}
        if copy.state == state or copy.state in LET_GO:
            return False
        if judged is None:
            if not _still_looks(copy, seen):
                return False
        elif (copy.state, copy.rehashed_at) != (judged.state, judged.rehashed_at):
            return False
        copy.state = state
        if not was_known:
            copy.tries, copy.retry_at = 0, None
        copy.save(update_fields=["state", "tries", "retry_at"])
        if was_known:
            return False
        owners = owners_of(copy.blob)
        for owner in owners:
            _record(
                CopyDamaged(
                    code=owner.code,
                    store=copy.store,
                    state=state,
                    sha256=copy.blob.sha256,
                ),
                owner,
                at=at,
            )
        sites = {owner.case.site for owner in owners} | _sites_signing_by(copy.blob)
        for site in sorted(sites, key=lambda one: one.pk):
            tell(messages.DAMAGED, site, since=since, at=at, urgency=Urgency.ALARM)
    log.error("a copy of %s is %s", copy.blob, state)
    return True


def _still_looks(copy: Copy, seen: Look) -> bool:
    store = store_of(copy)
    try:
        return not store.is_away and store.look(copy.blob.sha256) == seen
    except StoreAway:
        return False


def note_whole(*, copy: Copy, is_new: bool, at: datetime) -> None:
    """Every byte of the copy was read and is right.

    Args:
        is_new: it was copied from the good one just now, and not found in its place.
    """
    with ledger.recording():
        copy = _locked(copy)
        before = copy.state
        if before in LET_GO:
            return  # its period ended while it was looked at
        copy.state = CopyState.PRESENT
        copy.seen_at = copy.rehashed_at = at
        copy.due_at = next_rehash(copy.blob, at)
        copy.tries, copy.retry_at = 0, None
        if is_new:  # what a bucket was told of the one before, it does not know of this
            copy.locked_until, copy.is_lock_held, copy.lock_due_at = None, False, None
        copy.save(
            update_fields=[
                "locked_until",
                "is_lock_held",
                "lock_due_at",
                "state",
                "seen_at",
                "rehashed_at",
                "due_at",
                "tries",
                "retry_at",
            ]
        )
        if before in {CopyState.PRESENT, CopyState.AWAY}:
            return
        for owner in owners_of(copy.blob):
            _record(_good_news(copy, before, owner, is_new=is_new), owner, at=at)


def next_rehash(blob: Blob, at: datetime) -> datetime:
    """An hour and a day after it came, and then every week."""
    for early in (blob.kept_at + SOON, blob.kept_at + NEXT_DAY):
        if at < early:
            return early
    return at + REHASH


def owners_of(blob: Blob) -> list[Exhibit | Recording]:
    """What these bytes belong to: exhibits, and recordings of which they are a file."""
    recordings = (
        Recording.objects.filter(Q(segments__blob=blob) | Q(derivatives__blob=blob))
        .select_related("case__site")
        .distinct()
        .order_by("pk")
    )
    return [*exhibits_with(blob), *recordings]


def exhibits_with(blob: Blob) -> list[Exhibit]:
    """The exhibits whose bytes these are, and the things that were signed for by them."""
    return list(
        Exhibit.objects.filter(uses(blob))
        .select_related("case__site")
        .distinct()
        .order_by("pk")
    )


def _sites_signing_by(blob: Blob) -> set[Site]:
    """Where it is a signature under a receipt, or the photo of who applied for footage."""
    receipts = Package.objects.filter(
        Q(receipts__giver_signature=blob) | Q(receipts__receiver_signature=blob)
    )
    applications = FootageApplication.objects.filter(document=blob)
    return set(
        Site.objects.filter(
            Q(pk__in=receipts.values("case__site"))
            | Q(pk__in=applications.values("site"))
        )
    )


def tell(
    kind: str,
    site: Site,
    *,
    since: datetime,
    at: datetime,
    urgency: Urgency = Urgency.NORMAL,
    path: str = "",
    **params: str,
) -> None:
    """Tell the managers and administrators of a site, once for what ``since`` brought."""
    if notify.count_up(kind=kind, subject=site.subject, since=since):
        return
    people = people_by_role(site, TOLD)
    notify.send(
        kind=kind,
        site=site,
        subject=site.subject,
        people=[person for held in people.values() for person in held],
        urgency=urgency,
        params={"site": site.name, "count": 1, **params},
        path=path or reverse("vault:safety"),
        by=SYSTEM,
        at=at,
    )


def _good_news(
    copy: Copy, before: str, owner: Exhibit | Recording, *, is_new: bool
) -> SecondCopyMade | CopyRepaired | CopyFound:
    if before == CopyState.WAITING:
        return SecondCopyMade(code=owner.code, sha256=copy.blob.sha256)
    news = CopyRepaired if is_new else CopyFound
    return news(code=owner.code, store=copy.store, sha256=copy.blob.sha256)


def _locked(copy: Copy) -> Copy:
    return (
        Copy.objects.select_for_update(of=("self",))
        .select_related("blob")
        .get(pk=copy.pk)
    )


def _record(
    event: CopyDamaged | CopyRepaired | CopyFound | SecondCopyMade,
    owner: Exhibit | Recording,
    *,
    at: datetime,
) -> None:
    cases.record(event, owner.case, thing=owner.key, by=SYSTEM, at=at)
