"""Pulling recordings: original files of a recorder, byte for byte, before they go.

Killed at any point it leaves files of the vault that no row names yet; the next round
reads the same bytes again and finds them there.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import OperationalError
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Greatest

from anlan.base.clock import utc_text
from anlan.base.errors import traced
from anlan.base.room import has_room
from anlan.base.vault import Kept
from anlan.cases import services as cases
from anlan.evidence import drafts, policies
from anlan.evidence.enums import PullProblem, RecordingState
from anlan.evidence.events import SegmentsKept, StreamKept
from anlan.evidence.models import Recording, Segment
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
from anlan.evidence.services.keeping import Misread, keep_bytes
from anlan.evidence.services.leases import Lease, leased
from anlan.evidence.services.receiving import take_blob
from anlan.evidence.services.turns import TurnLost
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


def _round_of(recording: Recording, *, at: datetime) -> _Round:
    with _ROUNDS_LOCK:
        if len(_ROUNDS) >= MOST_ROUNDS:
            _ROUNDS.clear()
        return _ROUNDS.setdefault(recording.uid, _Round(at))


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
            segments = list(recording.segments.all())
            wanted = _wanted(parts, begin, end, now=now)
            wanted += _rests(recorder, segments, end)
            there = {segment.name for segment in segments}
            left = [part for part in wanted if part.name not in there]
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
    # A stretch takes its time: what follows is not of the moment when the turn began.
    began, at = at, _now(lease, at)
    if kept.is_all:
        _end_round(recording)
    is_late = round_.began >= recording.wanted_to + SLACK
    if kept.files:
        _enter(recording, kept.files, began=began, is_more=not kept.is_all, at=at)
    elif round_.broke_off and (kept.is_all or not there):
        _trouble(recording, PullProblem.UNREACHABLE, at=at)
    elif not kept.is_all:
        _go_on(recording, at=began)
    elif round_.is_unreadable:
        _trouble(recording, PullProblem.UNREADABLE, at=at)
    elif not is_late:
        # Of what was asked for there is nothing, or nothing could be asked for yet.
        is_empty = bool(left) or not any(part.begin <= now for part in parts)
        _come_back(recording, is_empty=is_empty and not there, at=at)
    elif not there:
        _trouble(recording, PullProblem.NOTHING, at=at)
    else:
        recordings.finish_recording(recording=recording, at=began)


def _now(lease: Lease, at: datetime) -> datetime:
    return at + timedelta(seconds=lease.seconds)


def _wanted(
    parts: Sequence[Part], begin: datetime, end: datetime, *, now: datetime
) -> list[Part]:
    """Those that overlap the window and are whole; one that is written is the newest.

    The clock of a disk in the network is not believed: a file is whole if another one
    begins after it, or if it began long enough ago.
    """
    usual = usual_length([part.begin for part in parts]) or timedelta(seconds=10)
    return [
        part
        for part, behind in zip(parts, [*parts[1:], None], strict=False)
        if part.size != 0
        and part.begin < end
        and (behind is not None or now - part.begin > max(SETTLED, 3 * usual))
        and not _is_over(part, behind, begin, usual)
    ]


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


def _is_over(
    part: Part, behind: Part | None, begin: datetime, usual: timedelta
) -> bool:
    """Whether it ends before the window begins, as far as names can tell.

    Of a file before a gap they cannot: it is kept, one too many rather than one less.
    """
    return (
        behind is not None
        and behind.begin <= begin
        and follows(part.begin, behind.begin, usual)
    )


@dataclass
class _Kept:
    files: list[tuple[Part, Made | None, Kept]]
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
    kept: list[tuple[Part, Made | None, Kept]],
    *,
    began: datetime,
    is_more: bool,
    at: datetime,
) -> None:
    """Rows and entry of a batch, in one transaction; the files lie in the vault.

    Args:
        began: when the turn did; from then on what follows is due.
    """
    is_over = began >= recording.wanted_to + SLACK
    lines = "".join(
        f"{file.sha256} {file.size} {part.name}\n" for part, _made, file in kept
    )
    begins = [made.begin if made else part.begin for part, made, _file in kept]
    # A recorder plays, or has files.
    event = StreamKept if kept[0][1] is not None else SegmentsKept
    with ledger.recording():
        case = cases.lock_case(recording.case)
        policies.check_is_not_deleted(Recording.objects.get(pk=recording.pk))
        for (part, made, file), begin in zip(kept, begins, strict=True):
            Segment.objects.get_or_create(
                recording=recording,
                name=part.name,
                defaults={
                    "blob": take_blob(file, at=at),
                    "begin": begin,
                    "kept_at": at,
                    "recipe": made.recipe if made else {},
                },
            )
        _set_ends(recording)
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


def _set_ends(recording: Recording) -> None:
    """A file ends where the next begins; before a gap, and at last, its length says.

    Of those that we wrote it always does.
    """
    rows = list(recording.segments.select_related("blob").order_by("begin", "pk"))
    usual = usual_length([row.begin for row in rows])
    for row, behind in zip(rows, [*rows[1:], None], strict=False):
        end: datetime | None
        if row.recipe:  # ours, and no name of a recorder's says that they follow
            end = row.begin + timedelta(seconds=row.recipe["seconds"])
            end = min(end, behind.begin) if behind else end
        elif behind is not None and follows(row.begin, behind.begin, usual):
            end = behind.begin
        elif row.end is not None and (behind is None or row.end <= behind.begin):
            continue
        else:
            end = _read_end(row, behind)
        if row.end != end:
            row.end = end
            row.save(update_fields=["end"])


def _read_end(row: Segment, behind: Segment | None) -> datetime | None:
    length = recordings.length_of(row.blob, most=LONGEST)
    if length is None:
        return None
    end = row.begin + length
    return min(end, behind.begin) if behind else end


def _go_on(recording: Recording, *, at: datetime) -> None:
    """Nothing so far, and not all was asked for: after whoever waits longer."""
    Recording.objects.filter(pk=recording.pk, pull_at=F("pull_at")).update(pull_at=at)


def _come_back(recording: Recording, *, is_empty: bool, at: datetime) -> None:
    """Nothing new yet. A recorder that has nothing at all of the past is in trouble."""
    if is_empty and at > recording.asked_at + SLACK:
        _trouble(recording, PullProblem.NOTHING, at=at)
        return
    Recording.objects.filter(pk=recording.pk, pull_at=F("pull_at")).update(
        pull_at=at + AGAIN
    )


def _trouble(recording: Recording, problem: PullProblem, *, at: datetime) -> None:
    wait = _WAITS[min(recording.tries, len(_WAITS) - 1)]
    recordings.note_trouble(
        recording=recording,
        problem=problem,
        pull_at=at + timedelta(seconds=wait),
        at=at,
    )
