"""Deleting for good what its period let go: decided first, then the bytes, then the record.

The only place that removes bytes of the vault. What is decided stands in rows and on the
record before anything is touched, so a worker that is killed at any point is followed by
one that finishes; nothing is decided twice.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.db import transaction
from django.db.models import Q, QuerySet

from anlan.accounts.models import Site
from anlan.base import stores
from anlan.base.bucket import Bucket, Locked
from anlan.base.clock import local_day, utc_text
from anlan.base.durable import sync_folder
from anlan.base.quarantine import set_aside_files
from anlan.base.stores import Store
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.evidence.enums import CopyState, DeletionState, ExhibitState, FilePart
from anlan.evidence.events import (
    DeletionDecided,
    DeletionDone,
    FileDeleted,
    FileDeletedAgain,
)
from anlan.evidence.models import (
    Blob,
    CaseWords,
    Copy,
    DeletedFile,
    Deletion,
    Exhibit,
    FootageApplication,
    FootageMark,
    Package,
    PlayingCopy,
    Recording,
    SaidLength,
    Statement,
    Upload,
)
from anlan.evidence.selectors.holds import holds_over, holds_standing
from anlan.evidence.selectors.retention import (
    SAID_AROUND,
    Item,
    exhibits_within,
    files_of,
    has_files,
    items_of,
    owned_by_others,
    recordings_left,
    words_left,
)
from anlan.evidence.services.announcing import enter
from anlan.evidence.services.origins import cases_of_rows, close_rows
from anlan.evidence.services.packages import files_left_of
from anlan.law import guardrails as law
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Worded

log = logging.getLogger(__name__)

# Whoever took the same bytes before the decision has written their row by then.
PATIENCE = timedelta(hours=1)
LATER = timedelta(minutes=10)  # a store that is away or cannot be written
HELD = timedelta(days=1)  # the bucket was told to hold it, and not until when
AT_ONCE = 50  # files of one round
# The words of a statement beside its answers.
REASON = "retention"  # as the record says why words were erased


class Follower(Protocol):
    """Erases what another package wrote about a case whose evidence has gone."""

    def __call__(self, *, case: Case, reason: str, at: datetime) -> None: ...


_FOLLOWERS: list[Follower] = []


def add_followers(follower: Follower) -> None:
    """Enter what goes with the last piece of evidence of a case; once, at import.

    Which rows these are is entered with ``selectors.retention.add_written``, so that they
    go in a case that never had any evidence, too.
    """
    if follower in _FOLLOWERS:
        raise RuntimeError("this was entered before")
    _FOLLOWERS.append(follower)


def blank_words(
    worded: Iterable[tuple[Worded, Sequence[str]]],
    *,
    case: Case,
    reason: str,
    at: datetime,
) -> None:
    """Erase these fields of these rows of a case, each on the record; for a follower.

    What the requests said that made them goes too: words could be guessed by its digest.
    """
    with ledger.recording():
        made = []
        for row, fields in worded:
            _erase(row, fields, case, at=at, reason=reason)
            made.append(getattr(row, "uid", None))
        cases.forget_words(answers=[uid for uid in made if uid is not None])


def decide_deletion(
    *, item: Item, row: Deletion, case: Case | None, at: datetime
) -> Deletion:
    """From here on it goes; call it under the lock of the case, or of the application.

    Its exhibits cannot be opened any more and their words are blank. Of bytes that
    belong to nobody else the files are named in rows that ``remove_files`` works off.

    Raises:
        Conflict: something holds it (G12).
    """
    law.check_period(
        days=row.days,
        is_held=case is not None and bool(holds_over(item, holds_standing(case))),
        act_on=local_day(at),
    )
    files = files_of(item)
    blobs = {
        blob.pk: blob
        for blob in Blob.objects.select_for_update()
        .filter(pk__in=[blob.pk for blob, _part in files])
        .order_by("pk")
    }
    rows = cases_of_rows(blob.sha256 for blob in blobs.values())
    row.state, row.decided_at = DeletionState.DELETING, at
    row.files_count = len(files)
    row.size = sum(blob.size for blob in blobs.values())
    row.save(update_fields=["state", "decided_at", "files_count", "size"])
    enter(
        DeletionDecided(
            code=item.thing.code,
            retention_class=row.retention_class,
            days=row.days,
            counted_from=utc_text(row.counted_from),
            files=row.files_count,
            size=row.size,
        ),
        row,
        case,
        thing=item.thing.key,
        at=at,
    )
    for blob, part in files:
        _let_go(blobs[blob.pk], part, item, row, case, rows, at=at)
    if case is not None:
        close_rows(case, [blob.sha256 for blob in blobs.values()])
    _mark(item, case, row.site, at=at)
    _end_if_done(row, at=at)
    return row


def remove_files(*, at: datetime) -> int:
    """Remove the next files that were decided on; returns how many were tried.

    A bucket is asked between two transactions, for all that is written waits for one. The
    first says by when it must have answered, and a worker that was killed is followed
    then by one that asks again; the second looks whether the bytes are still deleted.
    """
    keys = list(_due(at).values_list("pk", flat=True)[:AT_ONCE])
    bucket = stores.second()
    for key in keys:
        if isinstance(bucket, Bucket):
            _remove_with_bucket(key, bucket, at=at)
            continue
        with ledger.recording():
            file = _claimed(_due(at), key)
            if file is not None:
                _remove(file, None, at=at)
    return len(keys)


def next_removal() -> datetime | None:
    """When the worker must be awake for it."""
    return (
        DeletedFile.objects.filter(next_at__isnull=False)
        .order_by("next_at")
        .values_list("next_at", flat=True)
        .first()
    )


def remove_again(*, digest: str, store: Store | Bucket, at: datetime) -> bool:
    """A deleted file lies in its place again: a backup was restored. It goes again.

    A bucket is asked before the transaction, as with the first removal.

    Returns:
        Whether the file is one that was deleted.
    """
    is_gone = False
    if isinstance(store, Bucket):
        blob = Blob.objects.filter(sha256=digest).first()
        if blob is None or not blob.is_deleted or _is_leaving(blob):
            return blob is not None and blob.is_deleted
        is_gone = _removed_again(store, digest)
        if not is_gone:
            return True
    with ledger.recording():
        blob = Blob.objects.select_for_update().filter(sha256=digest).first()
        if blob is None or not blob.is_deleted:
            if blob is not None and is_gone:
                _let_be_written(blob, store)
            return is_gone
        if not is_gone and (_is_leaving(blob) or not _removed_again(store, digest)):
            return True
        Copy.objects.filter(blob=blob, store=store.name).update(state=CopyState.DELETED)
        files = blob.deletions.select_related(
            "deletion__case__site", "deletion__application__site"
        )
        for file in files.order_by("pk"):
            thing = file.deletion.thing
            enter(
                FileDeletedAgain(code=thing.code, store=store.name, sha256=blob.sha256),
                file.deletion,
                file.deletion.case,
                thing=thing.key,
                at=at,
            )
    log.warning("a deleted file lay in the %s store again", store.name)
    return True


def _is_leaving(blob: Blob) -> bool:
    """Whether it is being deleted just now."""
    return blob.deletions.filter(next_at__isnull=False).exists()


def _removed_again(store: Store | Bucket, digest: str) -> bool:
    try:
        look = store.look_of(digest)
        return bool(look) and store.remove(digest, look=look)
    except Locked:
        return False  # until then; the sweep comes by each day


def _let_be_written(blob: Blob, bucket: Store | Bucket) -> None:
    """Somebody took the bytes again while a bucket removed them: the worker writes them."""
    Copy.objects.filter(blob=blob, store=bucket.name).update(
        state=CopyState.WAITING, seen_at=None, rehashed_at=None, tries=0, retry_at=None
    )


def _let_go(
    blob: Blob,
    part: FilePart,
    item: Item,
    row: Deletion,
    case: Case | None,
    rows: Mapping[str, set[int | None]],
    *,
    at: datetime,
) -> None:
    """The bytes are this item's no more; they go if they are nobody else's."""
    is_shared = blob.is_deleted or owned_by_others(blob, item, rows)
    looks = {store.name: store.look_of(blob.sha256) for store in stores.folders()}
    DeletedFile.objects.create(
        deletion=row,
        blob=blob,
        part=part,
        is_shared=is_shared,
        looks={} if is_shared else looks,
        next_at=None if is_shared else at + PATIENCE,
    )
    if is_shared:
        _record_file(row, blob, part, case, is_shared=True, at=at)
        return
    blob.deleted_at = at
    blob.save(update_fields=["deleted_at"])
    Copy.objects.filter(blob=blob).update(
        state=CopyState.DELETING, due_at=None, retry_at=None, tries=0
    )
    # Whose original stays, with a report for one, is given a copy to play again.
    PlayingCopy.objects.filter(blob=blob, original__deleted_at=None).update(
        blob=None, wanted_at=at, made_at=None, held_until=None
    )


def _mark(item: Item, case: Case | None, site: Site, *, at: datetime) -> None:
    words = item.words or item.application
    if words is not None:
        for rows, fields in words_left(words):
            erased = list(rows.order_by("pk"))
            for row in erased:
                _erase(row, fields, case or site, at=at)
            cases.forget_words(answers=[row.uid for row in erased])
    if case is None:
        return
    if words is None:
        _mark_files(item, case, at=at)
    if not has_files(case) and all(left.is_handling for left in items_of(case)):
        for follow in _FOLLOWERS:
            follow(case=case, reason=REASON, at=at)


def _mark_files(item: Item, case: Case, *, at: datetime) -> None:
    if item.recording is not None:
        exhibits = exhibits_within(item.recording)
        Recording.objects.filter(pk=item.recording.pk).update(
            deleted_at=at, pull_at=None, view_at=None, warn_at=None
        )
        _erase(item.recording, ("words",), case, at=at)
        for said in SaidLength.objects.filter(segment__recording=item.recording):
            _erase(said, ("words",), case, at=at)
        _erase_marks(item.recording, case, at=at)
    else:
        exhibits = [item.exhibit] if item.exhibit else []
    for exhibit in exhibits:
        exhibit.state = ExhibitState.DELETED
        exhibit.save(update_fields=["state"])
        _erase(exhibit, ("title", "file_name", "how"), case, at=at)
        # What was typed before the file came says the same, and no entry covers it.
        Upload.objects.filter(exhibit=exhibit).update(title="", file_name="", how="")
        _erase_statement(exhibit, case, at=at)
    # Nothing came of these; what is said of them is as old as what goes now.
    Upload.objects.filter(case=case, exhibit=None).update(
        title="", file_name="", how=""
    )


def _erase_marks(recording: Recording, case: Case, *, at: datetime) -> None:
    """What people noted while they looked; with the last, what they noted of all."""
    marks = FootageMark.objects.filter(case=case)
    if recordings_left(case):
        marks = marks.filter(recording=recording)
    for mark in marks.order_by("pk"):
        _erase(mark, ("words",), case, at=at)


def _erase_statement(exhibit: Exhibit, case: Case, *, at: datetime) -> None:
    """A statement is its words: with the paper go what was asked and said."""
    statement = Statement.objects.filter(exhibit=exhibit).first()
    if statement is not None:
        _erase(statement, SAID_AROUND, case, at=at)
        answers = list(statement.answers.order_by("pk"))
        for answer in answers:
            _erase(answer, ("question", "answer"), case, at=at)
        cases.forget_words(answers=[statement.uid, *(one.uid for one in answers)])
    addendum = getattr(exhibit, "addendum", None)
    if addendum is not None:
        _erase(addendum, ("quoted", "text", "guardian"), case, at=at)
        cases.forget_words(answers=[addendum.uid])


def _erase(
    row: Worded,
    fields: Sequence[str],
    about: Case | Site,
    *,
    at: datetime,
    reason: str = REASON,
) -> None:
    """All words of a row go together, for they share a salt; twice does nothing."""
    if not bytes(row.text_salt):
        return
    for field in fields:
        ledger.erase_text(
            row=row,
            field=field,
            site=about if isinstance(about, Site) else about.site,
            subject=about.subject,
            reason=reason,
            by=SYSTEM,
            at=at,
        )


def _due(at: datetime) -> QuerySet[DeletedFile]:
    return DeletedFile.objects.filter(next_at__lte=at).order_by("next_at", "pk")


def _claimed(files: QuerySet[DeletedFile], key: int) -> DeletedFile | None:
    return (
        files.select_for_update(of=("self",))
        .select_related("deletion__case__site", "deletion__application__site", "blob")
        .filter(pk=key)
        .first()
    )


def _remove_with_bucket(key: int, bucket: Bucket, *, at: datetime) -> None:
    until = at + LATER
    with transaction.atomic():
        file = _claimed(_due(at), key)
        if file is None:
            return
        blob = Blob.objects.select_for_update().get(pk=file.blob_id)
        file.next_at = until
        file.save(update_fields=["next_at"])
    answer = _removed(bucket, blob, file) if blob.is_deleted else None
    with ledger.recording():
        file = _claimed(DeletedFile.objects.filter(next_at=until), key)
        if file is not None:
            _remove(file, answer, at=at)


def _remove(file: DeletedFile, answer: _Answer | None, *, at: datetime) -> None:
    """Under the lock of the bytes: whoever takes them again waits, or came first.

    Args:
        answer: of the bucket, if it was asked.
    """
    blob = Blob.objects.select_for_update().get(pk=file.blob_id)
    row = file.deletion
    if not blob.is_deleted:
        # Somebody brought the same bytes after the decision: they are theirs now.
        if answer is not None:
            _let_be_written(blob, stores.second())
        file.is_shared, file.next_at, file.gone_at = True, None, at
        file.save(update_fields=["is_shared", "next_at", "gone_at"])
        _record_file(row, blob, FilePart(file.part), row.case, is_shared=True, at=at)
        _end_if_done(row, at=at)
        return
    answers = [
        (store, answer or NOT_YET)
        if isinstance(store, Bucket)
        else (store, _removed(store, blob, file))
        for store in stores.stores()
    ]
    next_at = at + LATER
    for store, said in answers:
        copies = Copy.objects.filter(blob=blob, store=store.name)
        if said.is_gone:
            copies.update(state=CopyState.DELETED, seen_at=None)
        elif said.is_locked:
            next_at = max(next_at, said.locked_until or at + HELD)
            copies.update(state=CopyState.LOCKED)
    if not all(said.is_gone for _store, said in answers):
        file.tries += 1
        file.next_at = next_at
        file.save(update_fields=["tries", "next_at", "looks"])
        return
    file.next_at, file.gone_at = None, at
    file.save(update_fields=["next_at", "gone_at"])
    _record_file(row, blob, FilePart(file.part), row.case, is_shared=False, at=at)
    _end_if_done(row, at=at)


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """Whether a store has the bytes no more, or keeps them, which is what it was told."""

    is_gone: bool
    is_locked: bool = False
    locked_until: datetime | None = None  # none of one that is: nobody said until when


NOT_YET = _Answer(is_gone=False)


def _removed(store: Store | Bucket, blob: Blob, file: DeletedFile) -> _Answer:
    """Whether neither its place nor the quarantine of the store has the bytes."""
    copies = Copy.objects.filter(blob=blob, store=store.name)
    if copies.filter(state=CopyState.DELETED).exists():
        return _Answer(is_gone=True)
    if store.is_away:
        return NOT_YET
    try:
        if not store.remove(blob.sha256, look=file.looks.get(store.name, "")):
            # Taken again, and no row says by whom: wait as long as at first.
            file.looks[store.name] = store.look_of(blob.sha256)
            return NOT_YET
        _remove_aside(store, blob.sha256)
    except Locked as lock:
        return _Answer(is_gone=False, is_locked=True, locked_until=lock.until)
    except OSError as error:
        log.warning("the %s store: %s", store.name, type(error).__name__)
        return NOT_YET
    return _Answer(is_gone=True)


def _remove_aside(store: Store | Bucket, digest: str) -> None:
    if not isinstance(store, Store):
        store.remove_aside(digest)
        return
    for path in set_aside_files(store, digest):
        path.unlink(missing_ok=True)
        sync_folder(path.parent)


def _end_if_done(row: Deletion, *, at: datetime) -> None:
    """All its files are gone: so are the packages that held them, and that is said."""
    if row.files.filter(next_at__isnull=False).exists():
        return
    thing = row.thing
    for package in _packages_of(thing):
        for path in files_left_of(package):
            if path.is_file():
                path.unlink(missing_ok=True)
                sync_folder(path.parent)
    row.state, row.done_at = DeletionState.DELETED, at
    row.save(update_fields=["state", "done_at"])
    enter(
        DeletionDone(
            code=thing.code,
            retention_class=row.retention_class,
            files=row.files_count,
            size=row.size,
        ),
        row,
        row.case,
        thing=thing.key,
        at=at,
    )


def _packages_of(
    thing: Exhibit | Recording | CaseWords | FootageApplication,
) -> QuerySet[Package]:
    if isinstance(thing, Exhibit):
        return thing.packages.all()
    if isinstance(thing, CaseWords | FootageApplication):
        return Package.objects.none()  # theirs have run out, and were removed then
    return Package.objects.filter(
        Q(exhibits__recordings=thing)
        | Q(exhibits__segments__recording=thing)
        | Q(files__segment__recording=thing)
    ).distinct()


def _record_file(
    row: Deletion,
    blob: Blob,
    part: FilePart,
    case: Case | None,
    *,
    is_shared: bool,
    at: datetime,
) -> None:
    thing = row.thing
    enter(
        FileDeleted(
            code=thing.code,
            retention_class=row.retention_class,
            part=part,
            sha256=blob.sha256,
            size=blob.size,
            stores="" if is_shared else ",".join(s.name for s in stores.stores()),
            shared=int(is_shared),
        ),
        row,
        case,
        thing=thing.key,
        at=at,
    )
