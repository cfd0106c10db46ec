"""Copies to play of films and sounds that people sent; originals are never played."""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import datetime, timedelta
from uuid import uuid4

from django.db.models import Q
from django.utils.translation import gettext as _

from anlan.base.errors import Conflict, DomainError
from anlan.base.stores import blocks_of
from anlan.cases import services as cases
from anlan.evidence import permissions, policies
from anlan.evidence.enums import ExhibitState, Scan, Way
from anlan.evidence.events import ExhibitOpened, PlayingCopyMade
from anlan.evidence.films import NotMade
from anlan.evidence.models import Blob, Exhibit, PlayingCopy
from anlan.evidence.services.footage import folder_to_make_in
from anlan.evidence.services.keeping import keep_bytes
from anlan.evidence.services.opening import (
    Opened,
    check_said_why,
    good_path,
    source_path,
)
from anlan.evidence.services.receiving import PLAYED, take_blob
from anlan.evidence.sounds import MOST_FILM, Played, make_playing_copy
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM, Actor

log = logging.getLogger(__name__)

HELD = timedelta(minutes=15)  # longer than the making may take
LATER = timedelta(minutes=5)  # after an original that could not be read
AT_ONCE_BYTES = 25 * 1024 * 1024  # of a sound: some seconds of work


def make_playing_copies(*, at: datetime) -> int:
    """Make the next copy that is wanted; returns whether one was tried."""
    wanted = (
        PlayingCopy.objects.filter(made_at=None, wanted_at__lte=at)
        .filter(Q(held_until=None) | Q(held_until__lte=at))
        .select_related("original")
        .order_by("wanted_at", "pk")
    )
    row = wanted.first()
    if row is None or not _claim(row, at=at):
        return 0
    _make(row, at=at)
    return 1


def next_playing_copy() -> datetime | None:
    """When the worker must be awake for it."""
    return (
        PlayingCopy.objects.filter(made_at=None, held_until=None)
        .order_by("wanted_at")
        .values_list("wanted_at", flat=True)
        .first()
    )


def ready_copy(*, original: Blob, at: datetime) -> PlayingCopy:
    """The copy of a file; of a short sound it is made while one waits.

    Raises:
        Conflict: it is still being made, or none can be.
    """
    if not original.media_type.startswith(PLAYED):
        raise Conflict(_("这件证据不能播放"))
    row, _is_new = PlayingCopy.objects.get_or_create(
        original=original, defaults={"wanted_at": at}
    )
    is_short = (
        original.media_type.startswith("audio/") and original.size < AT_ONCE_BYTES
    )
    if row.is_wanted and is_short and _claim(row, at=at):
        _make(row, at=at)
        row.refresh_from_db()
    if row.is_wanted:
        raise Conflict(_("播放副本正在生成，请过一会再打开"))
    if row.blob is None:
        raise Conflict(_("不能生成播放副本，请下载原件"))
    return row


def open_playing_copy(
    *,
    exhibit: Exhibit,
    by: Actor,
    at: datetime,
    first: int = 0,
    last: int | None = None,
    via: str = "",
) -> Opened:
    """Say on the record who plays which bytes of the copy, then say where they are.

    Raises:
        Conflict: there is no copy yet, or none can be made.
    """
    permissions.check_can_open(by, exhibit)
    policies.check_is_not_deleted(exhibit)
    check_said_why(exhibit, by, at=at)
    copy = ready_copy(original=exhibit.file, at=at).blob
    assert copy is not None  # noqa: S101 -- ready_copy has seen to it
    path = good_path(copy)
    end = copy.size - 1 if last is None else min(last, copy.size - 1)
    with ledger.recording():
        cases.record(
            ExhibitOpened(
                code=exhibit.code,
                way=Way.VIEWED,
                first=first,
                last=end,
                sha256=copy.sha256,
            ),
            exhibit.case,
            thing=exhibit.key,
            by=by,
            at=at,
            via=via,
        )
    return Opened(path, first, end)


def _claim(row: PlayingCopy, *, at: datetime) -> bool:
    free = Q(held_until=None) | Q(held_until__lte=at)
    return bool(
        PlayingCopy.objects.filter(free, pk=row.pk, made_at=None).update(
            held_until=at + HELD
        )
    )


def _make(row: PlayingCopy, *, at: datetime) -> None:
    try:
        is_film = row.original.media_type.startswith("video/")
        _check_may_be_made(row.original, is_film=is_film)
        original = source_path(row.original)
        with folder_to_make_in() as folder:
            made = make_playing_copy(
                original, folder, sha256=row.original.sha256, is_film=is_film
            )
            _enter(row, made, at=at)
    except NotMade as error:
        log.warning("no copy to play: %s", error)
        PlayingCopy.objects.filter(pk=row.pk).update(
            made_at=at, held_until=None, recipe={"problem": str(error)}
        )
    except (DomainError, OSError) as error:
        # An original that cannot be read now: the others are not kept waiting.
        log.error("no copy to play: %s", type(error).__name__)  # noqa: TRY400 -- no names
        PlayingCopy.objects.filter(pk=row.pk).update(
            wanted_at=at + LATER, held_until=None
        )


def _check_may_be_made(original: Blob, *, is_film: bool) -> None:
    if original.is_deleted:
        raise NotMade("deleted")
    if original.scan == Scan.INFECTED:
        raise NotMade("malware")
    if is_film and original.size > MOST_FILM:
        raise NotMade("too large")


def _enter(row: PlayingCopy, made: Played, *, at: datetime) -> None:
    kept = keep_bytes(
        name=uuid4(),
        chunks=(bytes(block) for block in blocks_of(made.path)),
        media_type=made.media_type,
    )
    text = json.dumps(made.recipe, ensure_ascii=False, sort_keys=True)
    with ledger.recording():
        exhibits = [
            (exhibit, cases.lock_case(exhibit.case))
            for exhibit in Exhibit.objects.filter(blob=row.original)
            .exclude(state=ExhibitState.DELETED)
            .select_related("case__site")
            .order_by("case_id")
        ]
        # A deletion that was decided meanwhile comes first: nothing is made of it any more.
        original = Blob.objects.select_for_update().get(pk=row.original_id)
        _check_may_be_made(original, is_film=False)
        for exhibit, case in exhibits:
            cases.record(
                PlayingCopyMade(
                    code=exhibit.code,
                    bytes_count=kept.size,
                    sha256=kept.sha256,
                    recipe_digest=hashlib.sha256(text.encode()).hexdigest(),
                ),
                case,
                thing=exhibit.key,
                by=SYSTEM,
                at=at,
            )
        PlayingCopy.objects.filter(pk=row.pk).update(
            blob=take_blob(kept, at=at),
            made_at=at,
            held_until=None,
            seconds=made.seconds,
            peaks=made.peaks,
            recipe=made.recipe,
        )
