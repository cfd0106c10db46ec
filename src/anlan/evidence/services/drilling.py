"""A drill: a case is brought back from the second store alone, onto an empty folder.

That copies are there and whole is not yet that they bring a case back. What must come
back is said by the record, not by the tables that were restored with it in earnest; and
``verify.py`` reads what came back, as the package that it would leave in.
"""

from __future__ import annotations

import errno
import logging
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import orjson
from django.conf import settings

from anlan.base import disk_space, stores
from anlan.base.bucket import Bucket
from anlan.base.stores import Readable, Store, StoreAway, blocks_of, make_folder
from anlan.cases.models import Case
from anlan.cases.selectors import entries_about
from anlan.evidence.enums import CheckKind, DrillProof
from anlan.evidence.events import ExhibitReceived
from anlan.evidence.models import Blob
from anlan.evidence.packaging.record import Link
from anlan.evidence.services.check_turns import Turn, TurnLost, turn
from anlan.evidence.services.rehashing import is_whole
from anlan.evidence.services.rehearsing import Named, proof_of
from anlan.ledger.sentences import event_of

log = logging.getLogger(__name__)

EVERY = timedelta(days=7)
AGAIN = timedelta(hours=6)  # the store is away, or there is no room
MOST_BYTES = 4 * 1024**3  # of one drill; of a larger case the first files


def drill(*, at: datetime) -> int:
    """Bring the files of one case back from the second store; returns whether it was tried.

    What is missing or not what the record says is counted in the run, which the page of
    safety shows in red; mending is what the checks are for.
    """
    with turn(CheckKind.DRILL, at=at) as mine:
        if mine is None:
            return 0
        try:
            case, store = _chosen(), stores.second()
            if case is None:
                mine.rest(due_at=at + EVERY)
            elif store.is_away:
                mine.put_off(due_at=at + AGAIN)
            else:
                proof = _bring_back(case, store, mine)
                mine.end(due_at=at + EVERY, case=case, proof=proof)
        except TurnLost:
            log.warning("another worker goes on with the drill")
            return 0
        except StoreAway:
            mine.put_off(due_at=at + AGAIN)
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                raise
            log.warning("no room for a drill")
            mine.put_off(due_at=at + AGAIN)
    return 1


def files_named(case: Case) -> list[Named]:
    """Every file that entries of the case say was received and that was not deleted."""
    entries = entries_about({case.subject}).filter(kind=ExhibitReceived.kind)
    found: dict[str, Named] = {}
    for entry in entries.order_by("seq"):
        event = event_of(entry.kind, orjson.loads(bytes(entry.data or b"{}")))
        if isinstance(event, ExhibitReceived) and event.sha256:
            link = Link(
                seq=entry.seq,
                body=bytes(entry.body),
                data=bytes(entry.data or b""),
                salt=bytes(entry.salt or b""),
            )
            named = Named(event.code, event.sha256, event.bytes_count, link)
            found.setdefault(event.sha256, named)
    deleted = Blob.objects.filter(sha256__in=list(found), deleted_at__isnull=False)
    gone = set(deleted.values_list("sha256", flat=True))
    return [one for digest, one in found.items() if digest not in gone]


def _chosen() -> Case | None:
    """Any case that has files, each as likely as the other."""
    cases = Case.objects.filter(exhibits__blob__deleted_at=None)
    keys = list(
        cases.filter(exhibits__blob__isnull=False)
        .order_by("pk")
        .values_list("pk", flat=True)
        .distinct()
    )
    if not keys:
        return None
    return Case.objects.select_related("site").get(pk=secrets.choice(keys))


def _bring_back(case: Case, store: Store | Bucket, mine: Turn) -> DrillProof:
    wanted = _within(files_named(case))
    _check_room(sum(one.size for one in wanted))
    missing = corrupt = read = 0
    with _empty_folder() as folder:
        (folder / "data").mkdir()
        for one in wanted:
            path = folder / one.name
            try:
                read += _copy(store.source(one.sha256), path, mine)
            except FileNotFoundError:
                missing += 1
                continue
            # From the folder again: what counts is what somebody would have in hand.
            if not is_whole(path, one.sha256, keep=mine.keep):
                corrupt += 1
        proof = proof_of(case, wanted, folder, at=mine.at, keep=mine.keep)
    if missing or corrupt:
        log.error("a drill: %s missing, %s not as recorded", missing, corrupt)
    mine.count(copies=len(wanted), bytes_read=read, missing=missing, corrupt=corrupt)
    return proof


def _within(files: list[Named]) -> list[Named]:
    """As many as fit; one alone is always tried."""
    chosen: list[Named] = []
    total = 0
    for one in files:
        total += one.size
        if chosen and total > MOST_BYTES:
            break
        chosen.append(one)
    return chosen


def _check_room(size: int) -> None:
    usage = os.statvfs(make_folder(_home()))
    if usage.f_bavail * usage.f_frsize < size + disk_space.RESERVE_BYTES:
        raise OSError(errno.ENOSPC, "no room for a drill")


def _copy(source: Path | Readable, target: Path, mine: Turn) -> int:
    written = 0
    with target.open("xb") as file:
        for block in blocks_of(source):
            file.write(block)
            written += len(block)
            mine.keep()
        file.flush()
        os.fsync(file.fileno())
    return written


@contextmanager
def _empty_folder() -> Iterator[Path]:
    """Ours alone, and gone afterwards; what a killed drill left goes first."""
    home = make_folder(_home())
    for left in home.iterdir():
        shutil.rmtree(left, ignore_errors=True)
    folder = home / secrets.token_hex(8)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _home() -> Path:
    return Path(settings.DATA) / "drill"
