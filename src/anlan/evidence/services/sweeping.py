"""Files of the vault that no row speaks of: to be adopted, or set aside, never deleted.

They are what a power cut between a file and its row leaves, or what somebody put there.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from anlan.base import stores
from anlan.base.bucket import Bucket, Lying
from anlan.base.quarantine import is_digest, set_aside
from anlan.base.stores import Store
from anlan.evidence.enums import CheckKind
from anlan.evidence.models import Blob
from anlan.evidence.services.check_turns import Turn, TurnLost, turn
from anlan.evidence.services.deleting import remove_again
from anlan.evidence.services.origins import named_by_rows

log = logging.getLogger(__name__)

EVERY = timedelta(days=1)
OBJECT_AGE = timedelta(days=1)  # a row follows its file within seconds
MOST_SECONDS = 1.0  # of one call
FOLDERS = 256  # 00 to ff


def sweep(*, at: datetime) -> int:
    """Go through the next folders of both stores; returns how many files there were."""
    with turn(CheckKind.SWEEP, at=at) as mine:
        if mine is None:
            return 0
        steps = len(stores.stores()) * FOLDERS
        seen = moved = 0
        step = mine.row.reached
        try:
            while step < steps and mine.seconds < MOST_SECONDS:
                files, ownerless = _sweep_step(step, mine)
                seen, moved = seen + files, moved + ownerless
                step += 1
                mine.keep()
            mine.count(reached=step, copies=seen, repaired=moved)
            if step >= steps:
                mine.end(due_at=at + EVERY)
        except TurnLost:
            log.warning("another worker goes on with the sweep")
    return seen


def _sweep_step(step: int, mine: Turn) -> tuple[int, int]:
    """How many files a folder has, and how many of them were set aside."""
    store = stores.stores()[step // FOLDERS]
    if store.is_away:
        return 0, 0
    try:
        folder = f"{step % FOLDERS:02x}"
        if isinstance(store, Store):
            return _sweep_objects(store, folder, mine)
        return _sweep_bucket(store, folder, mine)
    except OSError as error:
        log.warning("the %s store: %s", store.name, type(error).__name__)
        return 0, 0


def _sweep_objects(store: Store, folder: str, mine: Turn) -> tuple[int, int]:
    old, count = [], 0
    for path in _files(store.root / "objects" / folder, below="*/*"):
        count += 1
        if _is_older(path, OBJECT_AGE, at=mine.at):
            old.append(path)
    if not old:
        return count, 0
    known = _owned(
        {
            path.name
            for path in old
            if is_digest(path.name) and store.path_of(path.name) == path
        }
    )
    ownerless = [
        path
        for path in old
        if store.path_of(path.name) != path or path.name not in known
    ]
    return count, _set_aside(ownerless, OBJECT_AGE, store, mine)


def _sweep_bucket(store: Bucket, folder: str, mine: Turn) -> tuple[int, int]:
    """The same in a bucket, where nobody writes but for a row."""
    oldest = mine.at - OBJECT_AGE
    if folder == "00":
        store.end_unfinished(before=oldest)
    lying = list(store.lying(folder))
    old = [one for one in lying if one.changed_at <= oldest]
    known = _owned({one.name for one in old if one.is_in_place}) if old else set()
    count = 0
    for one in old:
        if not one.is_in_place or one.name not in known:
            count += _set_object_aside(one, store, mine)
    return len(lying), count


def _set_object_aside(one: Lying, store: Bucket, mine: Turn) -> int:
    if one.is_in_place and remove_again(digest=one.name, store=store, at=mine.at):
        return 0
    if one.is_in_place:
        store.set_aside(one.name, at=mine.at)
    else:
        store.set_foreign_aside(one, at=mine.at)
    log.warning("a file without an owner was set aside: %s", store.name)
    return 1


def _owned(digests: set[str]) -> set[str]:
    known = _known(digests)
    let_go = _let_go(digests - known)
    return known | named_by_rows(digests - known - let_go)


def _known(digests: set[str]) -> set[str]:
    known = Blob.objects.filter(sha256__in=digests, deleted_at=None)
    return set(known.values_list("sha256", flat=True))


def _let_go(digests: set[str]) -> set[str]:
    """Those of bytes that were deleted: a photo still names them, and owns nothing."""
    gone = Blob.objects.filter(sha256__in=digests, deleted_at__isnull=False)
    return set(gone.values_list("sha256", flat=True))


def _set_aside(paths: list[Path], age: timedelta, store: Store, mine: Turn) -> int:
    """Unless somebody came for it in between: whoever takes a file makes it as new."""
    count = 0
    for path in paths:
        if _is_older(path, age, at=mine.at):
            if is_digest(path.name) and remove_again(
                digest=path.name, store=store, at=mine.at
            ):
                continue
            set_aside(path, store=store, at=mine.at)
            log.warning("a file without an owner was set aside: %s", store.name)
            count += 1
    return count


def _files(folder: Path, *, below: str) -> Iterator[Path]:
    if not folder.is_dir():  # most of them, where there are few files
        return iter(())
    return (path for path in folder.glob(below) if path.is_file())


def _is_older(path: Path, age: timedelta, *, at: datetime) -> bool:
    try:
        changed = datetime.fromtimestamp(path.lstat().st_mtime, tz=UTC)
    except OSError:
        return False  # it went away, or has its name now
    return changed <= at - age
