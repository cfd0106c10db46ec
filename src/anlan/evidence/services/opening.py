"""Giving out the bytes of an exhibit: on the record before the first of them leaves."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.accounts.permissions import check_permission
from anlan.accounts.roles import Permission
from anlan.base import stores
from anlan.base.clock import local_day
from anlan.base.errors import Conflict
from anlan.base.stores import Store
from anlan.cases import services as cases
from anlan.cases.models import Case, VaultFile
from anlan.cases.originals import install_path_of
from anlan.evidence import permissions, policies
from anlan.evidence.enums import CopyState, Printout, Way
from anlan.evidence.events import ExhibitOpened, PagePrinted, ReceiptShown
from anlan.evidence.models import Blob, Copy, Exhibit, Recording
from anlan.evidence.selectors.recordings import (
    may_be_opened,
    may_only_look,
    recordings_to_explain,
)
from anlan.law import guardrails as law
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor

VERIFIED_BYTES = 64 * 1024 * 1024  # a twentieth of a second


@dataclass(frozen=True)
class Opened:
    """Where the bytes are, and which of them were accounted for, both ends included."""

    path: Path
    first: int
    last: int


def open_exhibit(
    *,
    exhibit: Exhibit,
    way: Way,
    by: Actor,
    at: datetime,
    first: int = 0,
    last: int | None = None,
    knows_of_malware: bool = False,
    via: str = "",
) -> Opened:
    """Say on the record who looks at which bytes, then say where they are.

    Args:
        knows_of_malware: whoever asks was told what is in the file.
        first, last: the part that was asked for, both ends included; none is the end.

    Raises:
        Conflict: it is a thing, or carries malware that nobody was told of, or no good
            copy can be read.
    """
    permissions.check_can_open(by, exhibit)
    policies.check_is_not_deleted(exhibit)
    check_said_why(exhibit, by, at=at)
    if way == Way.DOWNLOADED and isinstance(by, User):
        check_may_copy(recordings_to_explain(exhibit), by, at=at)
    blob = exhibit.file
    if way == Way.DOWNLOADED and not knows_of_malware:
        policies.check_has_no_malware(blob)
    path = good_path(blob)
    end = blob.size - 1 if last is None else min(last, blob.size - 1)
    with ledger.recording():
        cases.record(
            ExhibitOpened(
                code=exhibit.code,
                way=way,
                first=first,
                last=end,
                sha256=blob.sha256,
            ),
            exhibit.case,
            thing=exhibit.key,
            by=by,
            at=at,
            via=via,
        )
    return Opened(path, first, end)


def check_said_why(exhibit: Exhibit, by: Actor, *, at: datetime) -> None:
    """A file of a recorder is footage here as well: whoever opens it says why (G10)."""
    if isinstance(by, User):
        law.check_footage_look(
            is_registered=may_be_opened(exhibit, by, at=at),
            act_on=local_day(at),
        )


def check_may_copy(recordings: Iterable[Recording], by: User, *, at: datetime) -> None:
    """Who sits beside an applicant that may look, saves no original meanwhile."""
    if may_only_look(recordings, by, at=at):
        raise Conflict(_("正在陪同现场查阅，不能复制录像文件；办案需要的另行登记事由"))


def good_path(blob: Blob) -> Path:
    """A copy that is whole: verified on reading, as G08 asks.

    Up to ``VERIFIED_BYTES`` every byte is; of a larger file the size, and every byte by
    the checks of the vault: a copy that they found damaged is not given out until they
    find it whole.

    Raises:
        Conflict: no copy is whole.
    """
    return _first_whole(blob, is_whole)


def source_path(blob: Blob, *, keep: Callable[[], None] = lambda: None) -> Path:
    """The same for what is made from it: however large it is, every byte was read.

    Args:
        keep: called for each block; it may raise, which ends the reading.
    """
    return _first_whole(blob, lambda path, blob: is_read_whole(path, blob, keep=keep))


def _first_whole(blob: Blob, is_good: Callable[[Path, Blob], bool]) -> Path:
    if blob.is_deleted:
        raise Conflict(_("文件已按保存期限删除"))
    whole = None
    for store in _believed(blob):
        path = store.path_of(blob.sha256)
        if is_good(path, blob):
            whole = path
            break
        _let_be_judged(blob, store)
    law.check_original(is_whole=whole is not None, act_on=local_day(blob.kept_at))
    if whole is None:
        raise FileNotFoundError(blob.sha256)  # only before the rule was in force
    return whole


def _believed(blob: Blob) -> list[Store]:
    """Where to look: what is read to its end here needs nobody's word."""
    if not blob.pk or blob.size <= VERIFIED_BYTES:
        return stores.folders()
    damaged = blob.copies.filter(state__in=(CopyState.MISSING, CopyState.CORRUPT))
    names = set(damaged.values_list("store", flat=True))
    return [store for store in stores.folders() if store.name not in names]


def _let_be_judged(blob: Blob, store: Store) -> None:
    """The deep check reads it before all others; what it finds is told and mended.

    Nothing is opened from a bucket: that is how the worker brings its copy back.
    """
    if blob.pk:
        found = Copy.objects.filter(blob=blob, store=store.name)
        found.filter(state=CopyState.PRESENT).update(due_at=None)


def file_path(row: VaultFile, *, is_saved: bool) -> Path:
    """A whole copy of a file that came with a report or a task, as of an exhibit.

    It stands on the list of evidence as well: who knows of the malware in it saves it
    there. Of before there was evidence, and not adopted yet, there is no row.

    Raises:
        Conflict: no copy is whole, or it carries malware and would be saved.
    """
    blob = Blob.objects.filter(sha256=row.sha256).first()
    if blob is None:
        blob = Blob(sha256=row.sha256, size=row.size, kept_at=row.received_at)
    if is_saved:
        policies.check_has_no_malware(blob)
    return good_path(blob)


def is_whole(path: Path, blob: Blob) -> bool:
    if blob.size > VERIFIED_BYTES:
        return path.is_file() and path.stat().st_size == blob.size
    return is_read_whole(path, blob)


def is_read_whole(
    path: Path, blob: Blob, *, keep: Callable[[], None] = lambda: None
) -> bool:
    """Whether every byte of it is as it came; nothing is read if the size is wrong."""
    if not path.is_file() or path.stat().st_size != blob.size:
        return False
    whole = hashlib.sha256()
    for block in stores.blocks_of(path):
        whole.update(block)
        keep()
    return whole.hexdigest() == blob.sha256


def show_receipt(*, exhibit: Exhibit, by: Actor, at: datetime) -> None:
    """For whoever may open it: a receipt names what the file is and its digest."""
    permissions.check_can_open(by, exhibit)
    with ledger.recording():
        cases.record(
            ReceiptShown(code=exhibit.code),
            exhibit.case,
            thing=exhibit.key,
            by=by,
            at=at,
        )


def note_printout(
    *,
    page: Printout,
    case: Case,
    code: str,
    thing: str = "",
    by: User,
    at: datetime,
) -> None:
    """Say on the record who was given a page to print, before it leaves.

    Args:
        code, thing: what it is of, as people and the record name it.
    """
    check_permission(by, Permission.CASE_SEE, site=case.site)
    with ledger.recording():
        cases.record(
            PagePrinted(page=page, code=code, way=Way.PRINTED),
            case,
            thing=thing,
            by=by,
            at=at,
        )


install_path_of(file_path)
