"""Does the vault hold what the record names? Asked from the record, not from its rows."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from pathlib import Path

from django.db.models import Q

from anlan.base import stores
from anlan.base.bucket import Bucket
from anlan.base.stores import Readable, Store, StoreAway, blocks_of, digest_of
from anlan.cases.models import Case
from anlan.evidence.enums import CopyState, Source
from anlan.evidence.events import FileDeleted, PackageMade
from anlan.evidence.models import Blob, Copy
from anlan.evidence.services.damage import owners_of
from anlan.ledger.events import KINDS, uid_of
from anlan.ledger.models import Entry

# A copy of which the installation says itself that it is not there yet, or just now.
_EXPECTED = (
    CopyState.WAITING,
    CopyState.AWAY,
    CopyState.DELETING,
    CopyState.LOCKED,
)


@dataclass(frozen=True)
class FileProblem:
    """``where`` names the case and, if it is on its list, the exhibit."""

    where: str
    store: str
    digest: str
    # Missing, corrupt, or away if the store cannot be asked; present, if the record says
    # that it was deleted.
    state: str

    def __str__(self) -> str:
        return f"{self.where}: {self.store} copy {self.state} ({self.digest[:12]})"


@dataclass
class FileReport:
    files: int = 0
    copies: int = 0
    bytes_read: int = 0
    waiting: int = 0
    deleted: int = 0  # by their period, as the record says
    problems: list[FileProblem] = field(default_factory=list)


def verify_files(*, deep: bool) -> FileReport:
    """Look at both copies of every file that the record names; ``deep`` rereads them.

    What was erased from the record is named by nothing and not looked for.
    """
    report = FileReport()
    named = _named()
    expected = _expected_gaps()
    for digest in sorted(named):
        if named[digest].is_gone:
            _look_that_it_is_gone(digest, named[digest], report)
            continue
        report.files += 1
        for store in stores.stores():
            if (digest, store.name) in expected:
                report.waiting += 1
                continue
            report.copies += 1
            state = _state(store, digest, named[digest].size, report, deep=deep)
            if state:
                report.problems += [
                    FileProblem(where, store.name, digest, state)
                    for where in _where(digest, named[digest])
                ]
    return report


def kinds_that_bring_files() -> list[str]:
    """Events that say of a file of the vault how long it is and what its digest is.

    A package is a file as well, in a folder of its own and for some days only.
    """
    return [
        kind
        for kind, event in KINDS.items()
        if {"sha256", "bytes_count"} <= {f.name for f in fields(event)}
        and event is not PackageMade
    ]


@dataclass
class _Named:
    size: int
    subjects: set[str] = field(default_factory=set)  # case:<uid>
    # What the record said of it last, by case: that it came, or that it was deleted.
    last: dict[str, bool] = field(default_factory=dict)
    is_kept_by_rows: bool = False

    @property
    def is_gone(self) -> bool:
        """The record says that it was deleted, and of no case that it came since."""
        is_deleted = bool(self.last) and not any(self.last.values())
        return is_deleted and not self.is_kept_by_rows


def _named() -> dict[str, _Named]:
    """Every digest: of the record, and of rows (signatures stand in no entry so)."""
    named = {
        digest: _Named(size, is_kept_by_rows=deleted_at is None)
        for digest, size, deleted_at in Blob.objects.values_list(
            "sha256", "size", "deleted_at"
        )
    }
    entries = Entry.objects.filter(
        kind__in=[*kinds_that_bring_files(), FileDeleted.kind], data__isnull=False
    )
    rows = entries.order_by("pk").values_list("kind", "data", "subject")
    for kind, data, subject in rows.iterator():
        facts = json.loads(bytes(data or b"{}"))
        is_deletion = kind == FileDeleted.kind
        size = facts["size"] if is_deletion else facts["bytes_count"]
        one = named.setdefault(facts["sha256"], _Named(size))
        one.subjects.add(subject)
        one.last[subject] = not is_deletion
        if facts.get("source") == Source.RECORDER:
            _add_listed(facts["sha256"], subject, named)
    return named


def _add_listed(manifest: str, subject: str, named: dict[str, _Named]) -> None:
    """The files of a recording: its list is on the record, and names them.

    A list that is away or altered is itself a problem, and is found as one.
    """
    for store in stores.stores():
        source = store.source(manifest)
        if not _is_whole(store, source, manifest):
            continue
        for file in json.loads(b"".join(blocks_of(source)))["files"]:
            named.setdefault(file["sha256"], _Named(file["bytes"]))
            named[file["sha256"]].subjects.add(subject)
            named[file["sha256"]].last.setdefault(subject, True)
        return


def _is_whole(store: Store | Bucket, source: Path | Readable, digest: str) -> bool:
    try:
        return store.has(digest) and digest_of(source) == digest
    except StoreAway:
        return False


def _look_that_it_is_gone(digest: str, named: _Named, report: FileReport) -> None:
    """What the record calls deleted lies nowhere, unless it is being deleted just now."""
    report.deleted += 1
    going = Copy.objects.filter(
        blob__sha256=digest, state__in=(CopyState.DELETING, CopyState.LOCKED)
    )
    stores_going = set(going.values_list("store", flat=True))
    for store in stores.stores():
        if store.name in stores_going:
            continue
        try:
            if not store.has(digest):
                continue
            state = CopyState.PRESENT
        except StoreAway:
            state = CopyState.AWAY
        report.problems += [
            FileProblem(where, store.name, digest, state)
            for where in _where(digest, named)
        ]


def _expected_gaps() -> set[tuple[str, str]]:
    # One store may have let the bytes go while the other still keeps them.
    is_going = Q(state=CopyState.DELETED, blob__deletions__next_at__isnull=False)
    waiting = Copy.objects.filter(Q(state__in=_EXPECTED) | is_going)
    return set(waiting.values_list("blob__sha256", "store"))


def _state(
    store: Store | Bucket, digest: str, size: int, report: FileReport, *, deep: bool
) -> str:
    """Empty if the copy is as it should be."""
    try:
        there = store.look(digest)
        if there is None:
            return CopyState.MISSING
        if there[1] != size:
            return CopyState.CORRUPT
        is_right = not deep or digest_of(store.source(digest)) == digest
    except StoreAway:
        return CopyState.AWAY
    except OSError:
        return CopyState.CORRUPT
    report.bytes_read += size if deep else 0
    return "" if is_right else CopyState.CORRUPT


def _where(digest: str, named: _Named) -> list[str]:
    """What it belongs to, or the cases on whose record it stands without being listed."""
    blob = Blob.objects.filter(sha256=digest).first()
    owners = owners_of(blob) if blob else []
    names = [f"{owner.case.number} {owner.code}" for owner in owners]
    return names or _cases(named.subjects) or ["in no case"]


def _cases(subjects: set[str]) -> list[str]:
    uids = [uid_of(s) for s in subjects if s.startswith("case:")]
    return list(Case.objects.filter(uid__in=uids).values_list("number", flat=True))
