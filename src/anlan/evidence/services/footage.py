"""Copies of a recording to look at: made by the worker, opened by whoever says why."""

from __future__ import annotations

import hashlib
import json
import logging
import math
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import uuid5

from django.db import OperationalError
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base import stores
from anlan.base.clock import local_day
from anlan.base.disk_space import keep_reserve
from anlan.base.errors import Conflict, InvalidInput, traced
from anlan.base.stores import blocks_of, make_folder
from anlan.base.vault import Kept
from anlan.cases import services as cases
from anlan.evidence import permissions, policies
from anlan.evidence.enums import DerivativeKind, Way
from anlan.evidence.events import FootageAsked, FootageOpened, ViewingMade
from anlan.evidence.films import Film, NotMade, Source, make_film, make_sheet
from anlan.evidence.models import (
    Blob,
    Derivative,
    FootageApplication,
    FootageRequest,
    Recording,
    Segment,
)
from anlan.evidence.selectors.recordings import (
    TOUCHING,
    follows,
    recordings_of,
    running_request,
    usual_length,
    with_parts,
)
from anlan.evidence.services.check_turns import TurnLost
from anlan.evidence.services.keeping import keep_bytes
from anlan.evidence.services.leases import Lease, leased
from anlan.evidence.services.opening import (
    Opened,
    check_may_copy,
    good_path,
    source_path,
)
from anlan.evidence.services.receiving import take_blob
from anlan.evidence.services.recordings import note_holes
from anlan.law import guardrails as law
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM

log = logging.getLogger(__name__)

LATER = timedelta(minutes=5)  # after an original that could not be read

PIECE = timedelta(minutes=10)  # of one film: it opens fast, and is never made anew
SHEET_PICTURES = 10  # of a film: one a minute of ten
MOST_PIECES = 200  # of one recording: a camera that comes and goes all the time
LOOKS_FOR = timedelta(minutes=30)  # after the reason was given
LEFT_OVER = 3600  # seconds after which a folder of a killed worker is removed


@dataclass(frozen=True)
class Piece:
    """Files that follow each other without a gap, of one ten minutes."""

    segments: list[Segment]
    is_closed: bool  # no further file will belong to it

    @property
    def begin(self) -> datetime:
        return self.segments[0].begin

    @property
    def end(self) -> datetime:
        last = self.segments[-1]
        return last.end or last.begin


def make_viewing_copies(*, at: datetime) -> int:
    """Make the next film of one recording that has new files; returns whether one was."""
    for recording in _due(at)[:4]:
        with leased(recording, "view_held_until", at=at) as lease:
            if lease is None:
                continue
            try:
                return _make_next(recording, lease, at=at)
            except TurnLost:
                log.warning("another worker goes on with copies to look at")
                return 0
            except OperationalError:
                raise  # the database is away, and the recording is as it was
            except Exception as error:  # noqa: BLE001 -- the log has it, without names
                # An original that cannot be read now, a disk that gives other bytes, or
                # what nobody thought of: the others are not kept waiting.
                log.error("no copy to look at: %s", traced(error))  # noqa: TRY400
                Recording.objects.filter(pk=recording.pk).update(view_at=at + LATER)
                return 1
    return 0


def next_viewing() -> datetime | None:
    """When a copy can be made: not before whoever makes one of that recording is done."""
    free = Greatest("view_at", Coalesce("view_held_until", "view_at"))
    return (
        Recording.objects.filter(view_at__isnull=False)
        .order_by(free)
        .values_list(free, flat=True)
        .first()
    )


def ask_for_footage(
    *,
    recording: Recording,
    reason: str,
    by: User,
    at: datetime,
    application: FootageApplication | None = None,
    lasts: timedelta = LOOKS_FOR,
) -> FootageRequest:
    """Say why the recording must be looked at; for half an hour it then may be (G10).

    Args:
        application: the approved one of somebody to whom it is shown.

    Raises:
        InvalidInput: no reason.
    """
    permissions.check_can_watch(by, recording.case)
    policies.check_is_not_deleted(recording)
    reason = reason.strip()
    if not 0 < len(reason) <= 200:
        raise InvalidInput(_("请写明查看事由，最多 200 字"), path="reason")
    with ledger.recording():
        request = FootageRequest.objects.create(
            recording=recording,
            by=by,
            application=application,
            reason=reason,
            made_at=at,
            until=at + lasts,
        )
        cases.record(
            FootageAsked(
                code=recording.code, reason_digest=request.digest_of("reason")
            ),
            recording.case,
            thing=f"footage:{request.uid}",
            by=by,
            at=at,
        )
    return request


def open_footage(
    *,
    derivative: Derivative,
    by: User,
    at: datetime,
    first: int = 0,
    last: int | None = None,
    via: str = "",
) -> Opened:
    """Say on the record who looks at which bytes of a copy, then say where they are.

    Raises:
        NotAllowed: nobody of this name said why, not long ago.
        Conflict: it could not be made, or no copy can be read.
    """
    recording = derivative.recording
    check_may_look(recording, by, at=at)
    blob = derivative.blob
    if blob is None:
        raise Conflict(_("这一段不能生成观看副本，请使用保存的录像文件"))
    return _give(recording, blob, Way.VIEWED, by, at, first, last, via)


def open_segment(
    *,
    recording: Recording,
    segment: Segment,
    by: User,
    at: datetime,
    first: int = 0,
    last: int | None = None,
    via: str = "",
) -> Opened:
    """The same for an original file, to be saved.

    Raises:
        NotAllowed: nobody of this name said why, not long ago.
        Conflict: they show it to an applicant who may look, and gets no copy.
    """
    check_may_look(recording, by, at=at)
    check_may_copy([recording], by, at=at)
    return _give(recording, segment.blob, Way.DOWNLOADED, by, at, first, last, via)


def check_may_look(recording: Recording, by: User, *, at: datetime) -> None:
    """Whoever may, and said why not long ago.

    Raises:
        NotAllowed: nobody of this name said why, or a file of it is protected from them.
    """
    permissions.check_can_watch(by, recording.case)
    _check_said_why(recording, by, at=at)
    check_none_is_protected(recording, by)


def _check_said_why(recording: Recording, by: User, *, at: datetime) -> None:
    law.check_footage_look(
        is_registered=running_request(recording, by, at=at) is not None,
        act_on=local_day(at),
    )


def check_none_is_protected(recording: Recording, by: User) -> None:
    """A file that became protected after it was placed stays so here."""
    placed = recording.segments.exclude(exhibit=None).exclude(exhibit__protection="")
    for segment in placed.select_related("exhibit__case__site"):
        assert segment.exhibit is not None  # noqa: S101 -- for the types
        permissions.check_can_open(by, segment.exhibit)


def pieces_of(recording: Recording, segments: Sequence[Segment]) -> list[Piece]:
    """Its files in films: of at most ten minutes, and never across a gap."""
    usual = usual_length(sorted({segment.begin for segment in segments}))
    origin = recording.as_camera(recording.wanted_from)
    pieces: list[Piece] = []
    run: list[Segment] = []
    for segment, behind in zip(segments, [*segments[1:], None], strict=False):
        run.append(segment)
        goes_on = (
            behind is not None
            and _goes_on(segment, behind, usual)
            and _cell(origin, behind.begin) == _cell(origin, run[0].begin)
        )
        if not goes_on:
            is_closed = behind is not None or recording.pull_at is None
            pieces.append(Piece(run, is_closed))
            run = []
    return pieces


def _goes_on(segment: Segment, behind: Segment, usual: timedelta | None) -> bool:
    if segment.recipe and segment.end is not None:  # how long ours are is known
        return behind.begin - segment.end <= TOUCHING
    return follows(segment.begin, behind.begin, usual)


def _cell(origin: datetime, moment: datetime) -> int:
    # The first file begins before the window does, and belongs to its first film.
    return max(0, (moment - origin) // PIECE)


def _due(at: datetime) -> QuerySet[Recording]:
    return (
        Recording.objects.filter(view_at__lte=at)
        .exclude(view_held_until__gt=at)
        .select_related("camera__recorder", "case__site")
        .order_by("view_at", "pk")
    )


def _make_next(recording: Recording, lease: Lease, *, at: datetime) -> int:
    whole = with_parts(recordings_of(recording.case)).get(pk=recording.pk)
    piece = _unmade(whole, at=at)
    if piece is None:
        # If files came meanwhile, there is another moment in the row, and that stays.
        Recording.objects.filter(pk=recording.pk, view_at=recording.view_at).update(
            view_at=None
        )
        return 1
    with folder_to_make_in() as folder:
        try:
            keep_reserve()
            sources = _sources(piece, lease)
            # Pictures that no browser knows take minutes: it is said all the while that
            # somebody is there, so that the job of a killed worker is free in one.
            film: Film | None = make_film(sources, folder, keep=lease.keep)
            problem = ""
        except NotMade as error:
            log.warning("no copy to look at: %s", error)
            film, problem = None, str(error)
        lease.keep()
        _enter(whole, piece, film, folder, problem, lease, at=at)
    return 1


def _unmade(recording: Recording, *, at: datetime) -> Piece | None:
    """The first piece without its film; one that grows is made again at twice the length.

    While files are still being fetched one after the other, it is not begun with.
    """
    is_fetching = recording.pull_at is not None and recording.pull_at <= at
    made = {
        one.begin: one
        for one in recording.derivatives.all()
        if one.kind == DerivativeKind.VIEWING
    }
    pieces = pieces_of(recording, list(recording.segments.all()))
    for piece in pieces[:MOST_PIECES]:
        there = made.get(piece.begin)
        has = there.segments_count if there else 0
        count = len(piece.segments)
        if has == count or (is_fetching and not piece.is_closed):
            continue
        if has == 0 or piece.is_closed or count >= 2 * has:
            return piece
    return None


def _sources(piece: Piece, lease: Lease) -> list[Source]:
    """What was taken too early ends as it begins: it came again, and that one is shown."""
    return [
        Source(
            source_path(segment.blob, keep=lease.keep),
            segment.blob.sha256,
            segment.begin,
            segment.recipe.get("seconds"),
        )
        for segment in piece.segments
        if segment.end != segment.begin
    ]


def _enter(
    recording: Recording,
    piece: Piece,
    film: Film | None,
    folder: Path,
    problem: str,
    lease: Lease,
    *,
    at: datetime,
) -> None:
    """Both copies of what was made, their rows and entries; what they replace stays."""
    made: list[tuple[DerivativeKind, Kept | None, dict[str, object]]] = []
    if film is None:
        made.append((DerivativeKind.VIEWING, None, {"problem": problem}))
    else:
        kept = _kept(recording, piece, film.path, "video/mp4", lease)
        made.append((DerivativeKind.VIEWING, kept, film.recipe))
        sheet = _sheet(recording, piece, film, folder, lease)
        if sheet is not None:
            every = sheet_every(film.seconds)
            recipe: dict[str, object] = {"of": kept.sha256, "every": every}
            made.append((DerivativeKind.SHEET, sheet, recipe))
    seconds = film.seconds if film else 0
    with ledger.recording():
        case = cases.lock_case(recording.case)
        if Recording.objects.get(pk=recording.pk).is_deleted:
            return  # its period ended while the film was made
        for kind, file, recipe in made:
            # Also those of a window that has moved since, with its recorder's clock.
            Derivative.objects.filter(
                recording=recording, kind=kind, is_current=True
            ).filter(
                Q(begin=piece.begin) | Q(begin__gt=piece.begin, begin__lt=piece.end)
            ).update(is_current=False)
            row = Derivative.objects.create(
                recording=recording,
                kind=kind,
                begin=piece.begin,
                end=piece.begin + timedelta(seconds=seconds) if film else piece.end,
                segments_count=len(piece.segments),
                blob=take_blob(file, at=at) if file else None,
                recipe=recipe,
                holes=film.holes if film and kind == DerivativeKind.VIEWING else [],
                made_at=at,
            )
            if file is None:
                continue
            cases.record(
                ViewingMade(
                    code=recording.code,
                    derivative=kind,
                    bytes_count=file.size,
                    sha256=file.sha256,
                    recipe_digest=digest_of_recipe(recipe),
                ),
                case,
                thing=f"derivative:{row.uid}",
                by=SYSTEM,
                at=at,
            )
        if film and film.holes:
            note_holes(recording=recording, at=at)


def _sheet(
    recording: Recording, piece: Piece, film: Film, folder: Path, lease: Lease
) -> Kept | None:
    try:
        path = make_sheet(
            film.path,
            folder,
            seconds=film.seconds,
            every=sheet_every(film.seconds),
            keep=lease.keep,
        )
    except NotMade as error:
        log.warning("no thumbnails: %s", error)
        return None
    return _kept(recording, piece, path, "image/jpeg", lease)


def sheet_every(seconds: float) -> int:
    """Seconds from one picture of a contact sheet to the next."""
    return max(2, math.ceil(seconds / SHEET_PICTURES))


def _kept(
    recording: Recording, piece: Piece, path: Path, media_type: str, lease: Lease
) -> Kept:
    blocks = _blocks(path, lease)
    name = uuid5(recording.uid, f"{path.name} {piece.begin.isoformat()}")
    return keep_bytes(name=name, chunks=blocks, media_type=media_type)


def _blocks(path: Path, lease: Lease) -> Iterator[bytes]:
    for block in blocks_of(path):
        lease.keep()
        yield bytes(block)


def digest_of_recipe(recipe: dict[str, Any]) -> str:
    """SHA-256 of how to make it again, as the record names it."""
    text = json.dumps(recipe, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _give(
    recording: Recording,
    blob: Blob,
    way: Way,
    by: User,
    at: datetime,
    first: int,
    last: int | None,
    via: str,
) -> Opened:
    policies.check_is_not_deleted(recording)
    path = good_path(blob)
    end = blob.size - 1 if last is None else min(last, blob.size - 1)
    with ledger.recording():
        cases.record(
            FootageOpened(
                code=recording.code, way=way, first=first, last=end, sha256=blob.sha256
            ),
            recording.case,
            thing=recording.key,
            by=by,
            at=at,
            via=via,
        )
    return Opened(path, first, end)


@contextmanager
def folder_to_make_in() -> Iterator[Path]:
    """A folder of ours to make something in; those of killed workers go."""
    home = make_folder(stores.primary().root / "making")
    for left in home.iterdir():
        if left.stat().st_mtime + LEFT_OVER < home.stat().st_mtime:
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(mkdtemp(dir=home))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
