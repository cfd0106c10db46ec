"""Pulling recordings: original files of a recorder, byte for byte, before they go.

Killed at any point it leaves files of the vault that no row names yet; the next round
reads the same bytes again and finds them there.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID, uuid5

from django.db import OperationalError
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Greatest

from anlan.base.clock import utc_text
from anlan.base.disk_space import has_room
from anlan.base.errors import Conflict, traced
from anlan.base.vault import Kept
from anlan.cases import services as cases
from anlan.evidence import drafts, policies
from anlan.evidence.enums import PullProblem, RecordingState
from anlan.evidence.events import SegmentsKept, StreamKept
from anlan.evidence.models import Blob, Recording, Segment
from anlan.evidence.recorders import (
    LONGEST,
    PLAYING,
    Absent,
    BrokeOff,
    Made,
    Part,
    Recorder,
    Refused,
    Unreachable,
    Unreadable,
    kind_of,
)
from anlan.evidence.selectors.recordings import (
    follows,
    recorder_secrets,
    usual_length,
)
from anlan.evidence.services import recordings
from anlan.evidence.services.check_turns import TurnLost
from anlan.evidence.services.keeping import Misread, keep_bytes
from anlan.evidence.services.leases import Lease, leased
from anlan.evidence.services.opening import source_path
from anlan.evidence.services.receiving import take_blob
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM

log = logging.getLogger(__name__)

AT_ONCE, SECONDS = 60, 3.0  # files of one batch, and how long it takes at most
PLAYED_SECONDS = 90.0  # the same, of what comes at the pace of the film
UNSAID_BYTES = 64 * 1024 * 1024  # of a file whose length nobody said
AGAIN = timedelta(seconds=5)  # while the window is still being recorded
SLACK = timedelta(seconds=30)  # after its end: a recorder writes late
SETTLED = timedelta(minutes=2)  # the newest file is whole by then, if nothing follows
_WAITS = (5, 15, 60, 300)  # seconds before the second, third … try
_OPEN = (RecordingState.WANTED, RecordingState.PULLING)
MOST_ROUNDS = 1000


@dataclass
class _Round:
    """Once through all that is left of a recording, in as many batches as that takes."""

    began: datetime
    asked: tuple[datetime, str] | None = None  # begin and name of the last one
    is_unreadable: bool = False
    broke_off: bool = False


# A worker that was killed begins its rounds anew; nothing else hangs on them.
_ROUNDS: dict[UUID, _Round] = {}
_ROUNDS_LOCK = threading.Lock()
# Files of which only their looks say whether they are whole, and since when they look so.
_LOOKS: dict[tuple[UUID, str], tuple[Part, datetime]] = {}
# Kept files of which the program does not say how long they are; it is asked once, and by
# the next worker again.
_SILENT: set[tuple[UUID, str]] = set()


def _round_of(recording: Recording, *, at: datetime) -> _Round:
    with _ROUNDS_LOCK:
        if len(_ROUNDS) >= MOST_ROUNDS:
            _ROUNDS.clear()
        return _ROUNDS.setdefault(recording.uid, _Round(at))


def _has_rested(recording: Recording, part: Part, *, at: datetime) -> bool:
    """Whether a file has looked the same for a while, as this worker saw it."""
    with _ROUNDS_LOCK:
        if len(_LOOKS) >= MOST_ROUNDS:
            _LOOKS.clear()
        seen, since = _LOOKS.get((recording.uid, part.name), (None, at))
        if seen != part or since > at:
            _LOOKS[recording.uid, part.name] = part, at
            return False
        return at - since >= SETTLED


def _end_round(recording: Recording) -> None:
    with _ROUNDS_LOCK:
        _ROUNDS.pop(recording.uid, None)


def pull_due(*, at: datetime) -> int:
    """Fetch the next files of one recording that is due; returns whether one was."""
    return _pull_next(_files(_due(at)), at=at)


def pull_played(*, at: datetime) -> int:
    """The same of a recorder that plays: that takes as long as the film."""
    return _pull_next(_played(_due(at)), at=at)


def _files(recordings: QuerySet[Recording]) -> QuerySet[Recording]:
    return recordings.exclude(camera__recorder__kind__in=PLAYING)


def _played(recordings: QuerySet[Recording]) -> QuerySet[Recording]:
    return recordings.filter(camera__recorder__kind__in=PLAYING)


def _pull_next(due: QuerySet[Recording], *, at: datetime) -> int:
    for recording in due[:4]:
        with leased(recording, "pull_held_until", at=at) as lease:
            if lease is None:
                continue
            try:
                _pull(recording, lease, at=at)
            except TurnLost:
                log.warning("another worker goes on with a recording")
            except OperationalError:
                raise  # the database is away, and the recording is as it was
            except Exception as error:  # noqa: BLE001 -- the log has it, without names
                # What nobody thought of in one recording must not keep the others.
                log.error("a recording was not fetched: %s", traced(error))  # noqa: TRY400
                _trouble(recording, PullProblem.UNREADABLE, at=at)
            return 1
    return 0


def next_pull() -> datetime | None:
    """When a recording may be gone on with: not before whoever holds it lets go."""
    return _next_of(_files(Recording.objects.all()))


def next_played() -> datetime | None:
    """The same of a recorder that plays."""
    return _next_of(_played(Recording.objects.all()))


def _next_of(recordings: QuerySet[Recording]) -> datetime | None:
    free = Greatest("pull_at", Coalesce("pull_held_until", "pull_at"))
    return (
        recordings.filter(pull_at__isnull=False, state__in=_OPEN)
        .order_by(free)
        .values_list(free, flat=True)
        .first()
    )


def _due(at: datetime) -> QuerySet[Recording]:
    return (
        Recording.objects.filter(pull_at__lte=at, state__in=_OPEN)
        .exclude(pull_held_until__gt=at)
        .select_related("camera__recorder", "case__site")
        .order_by("pull_at", "pk")
    )


def _pull(recording: Recording, lease: Lease, *, at: datetime) -> None:
    """One batch, or the end of it, or what is wrong."""
    recording.refresh_from_db()
    row = recording.camera.recorder
    kind = kind_of(row.kind)
    if kind is None:  # the camera hangs at a recorder now from which people export
        Recording.objects.filter(pk=recording.pk).update(pull_at=None)
        return
    if recording.pull_at is None or recording.pull_at > at:
        return
    now = recording.as_camera(at)
    recorder = kind.open(row.settings, secrets=recorder_secrets(row), now=now)
    begin = recording.as_camera(recording.wanted_from)
    end = recording.as_camera(recording.wanted_to)
    seconds = PLAYED_SECONDS if row.kind in PLAYING else SECONDS
    try:
        with closing(recorder):
            parts = recorder.parts(recording.camera.code, begin, end)
            segments = list(
                recording.segments.select_related("blob").order_by("begin", "pk")
            )
            there = {segment.name: segment.blob.size for segment in segments}
            left, is_written = _wanted(
                recording, parts, there, begin, end, now=now, at=at
            )
            rests = _rests(recorder, segments, end)
            left += [part for part in rests if part.name not in there]
            round_ = _round_of(recording, at=at)
            behind = _behind(left, round_)
            kept = _keep(recording, recorder, behind, lease, round_, seconds=seconds)
    except Refused:
        _trouble(recording, PullProblem.REFUSED, at=_now(lease, at))
        return
    except Unreachable:
        _trouble(recording, PullProblem.UNREACHABLE, at=_now(lease, at))
        return
    except Unreadable:  # its list is none
        _trouble(recording, PullProblem.UNREADABLE, at=_now(lease, at))
        return
    except OSError as error:
        # One recording that cannot be kept must not keep the others waiting.
        why = errno.errorcode.get(error.errno or 0)
        log.error("a recording cannot be kept: %s", why)  # noqa: TRY400 -- no paths
        is_full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        problem = PullProblem.NO_ROOM if is_full else PullProblem.UNREADABLE
        _trouble(recording, problem, at=_now(lease, at))
        return
    names = _names(kept.files, there)
    lengths = _lengths(recording, segments, kept.files, names, lease, at=at)
    # A stretch takes its time: what follows is not of the moment when the turn began.
    began, at = at, _now(lease, at)
    if kept.is_all:
        _end_round(recording)
    is_late = round_.began >= recording.wanted_to + SLACK
    is_written = is_written and at < _given_up(recording)
    if kept.files:
        _enter(
            recording,
            kept.files,
            names,
            lengths,
            began=began,
            is_more=not kept.is_all,
            at=at,
        )
    elif round_.broke_off and (kept.is_all or not there):
        _trouble(recording, PullProblem.UNREACHABLE, at=at)
    elif not kept.is_all:
        _go_on(recording, at=began)
    elif round_.is_unreadable:
        _trouble(recording, PullProblem.UNREADABLE, at=at)
    elif is_written or not is_late:
        # Of what was asked for there is nothing, or nothing could be asked for yet.
        is_empty = bool(left) or not any(part.begin <= now for part in parts)
        wait = SLACK if is_late else AGAIN
        _come_back(recording, is_empty=is_empty and not there, wait=wait, at=at)
    elif not there:
        _trouble(recording, PullProblem.NOTHING, at=at)
    else:
        recordings.finish_recording(recording=recording, at=began)


def _now(lease: Lease, at: datetime) -> datetime:
    return at + timedelta(seconds=lease.seconds)


def _given_up(recording: Recording) -> datetime:
    """Until then it waits for a file that is written: none is longer than the longest."""
    return max(recording.wanted_to, recording.asked_at) + 2 * LONGEST


def _wanted(
    recording: Recording,
    parts: Sequence[Part],
    there: Mapping[str, int],
    begin: datetime,
    end: datetime,
    *,
    now: datetime,
    at: datetime,
) -> tuple[list[Part], bool]:
    """Those that overlap the window, are whole and are not kept; whether one is written.

    Args:
        there: the names that are kept, with their bytes. A file that has other ones by
            now was taken too early: it comes once more, when it has come to rest.
    """
    usual = usual_length(sorted({part.begin for part in parts}))
    wanted, is_written = [], False
    for part, behind in zip(parts, [*parts[1:], None], strict=False):
        # Those of a camera follow each other: it ends where the next one begins.
        is_over = behind is not None and behind.begin <= begin
        if part.begin >= end or is_over or _is_kept(part, there):
            continue
        if part.name in there:
            is_whole = _has_rested(recording, part, at=at)
        elif behind is None:
            is_whole = _is_whole(recording, part, usual, now=now, at=at)
        else:
            is_whole = True
        if not is_whole:
            is_written = True
        elif part.size != 0:
            wanted.append(part)
    return wanted, is_written


def _is_whole(
    recording: Recording,
    part: Part,
    usual: timedelta | None,
    *,
    now: datetime,
    at: datetime,
) -> bool:
    """Whether the newest one is written to its end.

    The clock of a disk in the network is not believed: it is if it began long enough
    ago. How long that is nobody can say of the only one; that has to come to rest.
    """
    if usual is None:
        return _has_rested(recording, part, at=at)
    return now - part.begin > max(SETTLED, min(3 * usual, LONGEST))


def _is_kept(part: Part, there: Mapping[str, int]) -> bool:
    return part.name in there and (
        part.size in {None, there[part.name]} or _name_again(part) in there
    )


def _name_again(part: Part) -> str:
    """What is kept of a file that was taken too early stays, under its name."""
    return f"{part.name}#{part.size}"


def _names(kept: Sequence[_File], there: Mapping[str, int]) -> list[str]:
    return [
        _name_again(part) if part.name in there else part.name
        for part, _made, _file in kept
    ]


def _begin_of(part: Part, made: Made | None) -> datetime:
    return made.begin if made else part.begin


def _rests(
    recorder: Recorder, segments: Sequence[Segment], end: datetime
) -> list[Part]:
    """What is missing behind files that ended before their time."""
    found = [
        recorder.rest(segment.name, segment.begin, segment.recipe)
        for segment in segments
        if segment.recipe
    ]
    return [part for part in found if part and part.begin < end]


_File: TypeAlias = tuple[Part, Made | None, Kept]


@dataclass
class _Kept:
    files: list[_File]
    is_all: bool = False  # nothing is left that was not asked for in this round


def _behind(left: Sequence[Part], round_: _Round) -> list[Part]:
    """What this round has still to ask for, oldest first."""
    return sorted(
        (part for part in left if round_.asked is None or _place(part) > round_.asked),
        key=_place,
    )


def _place(part: Part) -> tuple[datetime, str]:
    return part.begin, part.name


def _keep(
    recording: Recording,
    recorder: Recorder,
    parts: Sequence[Part],
    lease: Lease,
    round_: _Round,
    *,
    seconds: float,
) -> _Kept:
    """Fetch some of them, oldest first: they are the first to be overwritten.

    What the recorder does not have counts as time only: behind it there may be more.
    """
    kept = _Kept([])
    for number, part in enumerate(parts):
        if len(kept.files) == AT_ONCE or (number and lease.seconds > seconds):
            return kept
        if not has_room(part.size or UNSAID_BYTES):
            if kept.files:
                return kept
            raise OSError(errno.ENOSPC, "no room")
        lease.keep()
        try:
            found = keep_bytes(
                name=uuid5(recording.uid, part.name),
                chunks=recorder.fetch(recording.camera.code, part),
                keep=lease.keep,
            )
        except Absent:
            round_.asked = _place(part)
            continue  # a gap, until the recorder says otherwise
        except BrokeOff:
            round_.broke_off = True
            round_.asked = _place(part)
            continue  # the next round hears whether that is a gap
        except Unreachable:
            if kept.files:
                return kept  # what it gave stays; it is asked for the rest again
            raise
        except (Unreadable, Misread, drafts.Busy):
            log.warning("a file of a recorder was not taken: it changed or is gone")
            round_.is_unreadable = True
            round_.asked = _place(part)
            continue
        round_.asked = _place(part)
        if part.size is not None and found.size != part.size:
            round_.is_unreadable = True
            continue
        kept.files.append((part, recorder.made(part), found))
    kept.is_all = True
    return kept


def _enter(
    recording: Recording,
    kept: Sequence[_File],
    names: Sequence[str],
    lengths: Mapping[str, timedelta | None],
    *,
    began: datetime,
    is_more: bool,
    at: datetime,
) -> None:
    """Rows and entry of a batch, in one transaction; the files lie in the vault.

    Args:
        names: what each of them is kept as.
        lengths: by name, of those whose end nothing else says.
        began: when the turn did; from then on what follows is due.
    """
    is_over = began >= recording.wanted_to + SLACK
    lines = "".join(
        f"{file.sha256} {file.size} {name}\n"
        for name, (_part, _made, file) in zip(names, kept, strict=True)
    )
    begins = [_begin_of(part, made) for part, made, _file in kept]
    # A recorder plays, or has files.
    event = StreamKept if kept[0][1] is not None else SegmentsKept
    with ledger.recording():
        case = cases.lock_case(recording.case)
        policies.check_is_not_deleted(Recording.objects.get(pk=recording.pk))
        for name, (_part, made, file), begin in zip(names, kept, begins, strict=True):
            Segment.objects.get_or_create(
                recording=recording,
                name=name,
                defaults={
                    "blob": take_blob(file, at=at),
                    "begin": begin,
                    "kept_at": at,
                    "recipe": made.recipe if made else {},
                },
            )
        _set_ends(recording, lengths)
        Recording.objects.filter(pk=recording.pk, state__in=_OPEN).update(
            state=RecordingState.PULLING,
            problem="",
            tries=0,
            pull_at=began if is_more or is_over else at + AGAIN,
            view_at=began,
        )
        cases.record(
            event(
                code=recording.code,
                count=len(kept),
                bytes_sum=sum(file.size for _part, _made, file in kept),
                first_on_recorder=utc_text(begins[0]),
                last_on_recorder=utc_text(begins[-1]),
                list_digest=hashlib.sha256(lines.encode()).hexdigest(),
            ),
            case,
            thing=recording.key,
            by=SYSTEM,
            at=at,
        )


def _set_ends(recording: Recording, lengths: Mapping[str, timedelta | None]) -> None:
    """A file ends where the next begins; before a gap, and at last, its length says.

    Of those that we wrote it always does. Nothing is read here, where all writers wait:
    one whose length nobody asked for, as it came meanwhile, stays as it is.
    """
    rows = list(recording.segments.order_by("begin", "pk"))
    usual = usual_length(sorted({row.begin for row in rows}))
    for row, behind in zip(rows, [*rows[1:], None], strict=False):
        end: datetime | None
        if row.recipe:  # ours, and no name of a recorder's says that they follow
            end = row.begin + timedelta(seconds=row.recipe["seconds"])
        elif behind is not None and follows(row.begin, behind.begin, usual):
            end = behind.begin
        elif _is_end_known(row, behind):
            continue
        else:
            length = lengths.get(row.name)
            end = row.begin + length if length else None
            if row.name not in lengths:
                end = row.end
        if end and behind:
            end = min(end, behind.begin)
        if row.end != end:
            row.end = end
            row.save(update_fields=["end"])


def _lengths(
    recording: Recording,
    segments: Sequence[Segment],
    kept: Sequence[_File],
    names: Sequence[str],
    lease: Lease,
    *,
    at: datetime,
) -> dict[str, timedelta | None]:
    """By name, of what is there and what came: those whose end nothing else says.

    A program reads them, a minute long if it must: before the transaction.
    """
    new = [
        Segment(
            name=name,
            begin=_begin_of(part, made),
            recipe=made.recipe if made else {},
            blob=Blob(sha256=file.sha256, size=file.size, kept_at=at),
        )
        for name, (part, made, file) in zip(names, kept, strict=True)
    ]
    rows = sorted([*segments, *new], key=lambda row: row.begin) if new else []
    usual = usual_length(sorted({row.begin for row in rows}))
    lengths = {}
    for row, behind in zip(rows, [*rows[1:], None], strict=False):
        goes_on = behind is not None and follows(row.begin, behind.begin, usual)
        is_said = row.recipe or goes_on or _is_end_known(row, behind)
        if not is_said and (recording.uid, row.name) not in _SILENT:
            lengths[row.name] = _length_of(recording, row, lease)
    return lengths


def _is_end_known(row: Segment, behind: Segment | None) -> bool:
    return row.end is not None and (behind is None or row.end <= behind.begin)


def _length_of(recording: Recording, row: Segment, lease: Lease) -> timedelta | None:
    lease.keep()
    try:
        path = source_path(row.blob, keep=lease.keep)
    except (Conflict, OSError):
        return None  # no copy is whole, and whoever checks the vault says so
    length = recordings.length_of(path, most=LONGEST, keep=lease.keep)
    lease.keep()
    if length is None:
        _note_silence(recording, row)
    return length


def _note_silence(recording: Recording, row: Segment) -> None:
    with _ROUNDS_LOCK:
        if len(_SILENT) >= MOST_ROUNDS:
            _SILENT.clear()
        _SILENT.add((recording.uid, row.name))


def _go_on(recording: Recording, *, at: datetime) -> None:
    """Nothing so far, and not all was asked for: after whoever waits longer."""
    Recording.objects.filter(pk=recording.pk, pull_at=F("pull_at")).update(pull_at=at)


def _come_back(
    recording: Recording, *, is_empty: bool, wait: timedelta, at: datetime
) -> None:
    """Nothing new yet. A recorder that has nothing at all of the past is in trouble."""
    if is_empty and at > recording.asked_at + SLACK:
        _trouble(recording, PullProblem.NOTHING, at=at)
        return
    Recording.objects.filter(pk=recording.pk, pull_at=F("pull_at")).update(
        pull_at=at + wait
    )


def _trouble(recording: Recording, problem: PullProblem, *, at: datetime) -> None:
    wait = _WAITS[min(recording.tries, len(_WAITS) - 1)]
    recordings.note_trouble(
        recording=recording,
        problem=problem,
        pull_at=at + timedelta(seconds=wait),
        at=at,
    )
