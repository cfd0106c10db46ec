"""Several recordings on one line of true time, for whoever looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import QuerySet

from anlan.accounts.models import User
from anlan.cases.models import Case
from anlan.cases.selectors import Line, entries_about, lines_of, timeline_between
from anlan.evidence.enums import DerivativeKind, ExhibitKind
from anlan.evidence.models import (
    Derivative,
    Exhibit,
    FootageMark,
    PlayingCopy,
    Recording,
    Segment,
)
from anlan.evidence.selectors.exhibits import exhibits_of
from anlan.evidence.selectors.recordings import (
    Span,
    coverage_of,
    recordings_of,
    running_request,
    with_parts,
)
from anlan.ledger.models import Entry

MOST_TOGETHER = 6
STEP = 0.04  # seconds of a picture, where its film does not say
MOST_HAPPENINGS = 200
_ALARMS = frozenset({"incident.reported"})
_FURTHER, _SPLIT_OFF = "incident.further_report", "incident.report_split_off"


@dataclass(frozen=True, kw_only=True)
class Shot:
    """A film of one camera on the common line, and its holes, in true time."""

    made: Derivative
    span: Span
    holes: list[Span]
    step: float  # seconds of one picture


@dataclass(frozen=True, kw_only=True)
class Track:
    """What one camera shows on the common line."""

    recording: Recording
    shots: list[Shot]
    there: list[Span] = field(default_factory=list)
    gaps: list[Span] = field(default_factory=list)

    @property
    def offset_ms(self) -> int:
        return self.recording.offset_ms


@dataclass(frozen=True, kw_only=True)
class Happening:
    """Something on the line to jump to."""

    moment: datetime
    sentence: str
    kind: str  # the alarm, an entry of the record, a mark
    who: str = ""
    camera: str = ""


def playable_of(case: Case) -> list[Recording]:
    """The recordings of a case of which there is something to look at."""
    return [
        row
        for row in with_parts(recordings_of(case).filter(deleted_at=None))
        if any(made.kind == DerivativeKind.VIEWING for made in row.derivatives.all())
    ]


def track_of(recording: Recording, *, at: datetime) -> Track:
    """Reads ``segments`` and ``derivatives``."""
    coverage = coverage_of(recording, until=at if recording.is_open else None)
    shots = [
        _shot(recording, made)
        for made in recording.derivatives.all()
        if made.kind == DerivativeKind.VIEWING and made.blob is not None
    ]
    has_begun = not recording.is_open or bool(recording.segments.all())
    return Track(
        recording=recording,
        shots=sorted(shots, key=lambda shot: shot.span.begin),
        there=coverage.spans,
        gaps=coverage.gaps if has_begun else [],
    )


def line_of(tracks: Sequence[Track]) -> Span:
    """From the first moment that is wanted of any camera to the last."""
    return Span(
        min(track.recording.wanted_from for track in tracks),
        max(track.recording.wanted_to for track in tracks),
    )


def without_reason(
    recordings: Sequence[Recording], reader: User, *, at: datetime
) -> list[Recording]:
    """Those for which the reader did not say why, or not lately (G10)."""
    return [row for row in recordings if running_request(row, reader, at=at) is None]


def marks_of(case: Case) -> QuerySet[FootageMark]:
    return (
        FootageMark.objects.filter(case=case)
        .select_related("by", "recording__camera")
        .order_by("moment", "pk")
    )


def happenings_on(case: Case, line: Span) -> list[Happening]:
    """Marks, and what the record says of the time on the line; in order of time."""
    found = [
        Happening(
            moment=mark.moment,
            sentence=mark.words,
            kind="mark",
            who=mark.by.name,
            camera=mark.recording.camera.name if mark.recording else "",
        )
        for mark in marks_of(case)
        if line.begin <= mark.moment <= line.end
    ]
    found += [
        Happening(moment=entry.happened_at, sentence=entry.sentence, kind=_kind(entry))
        for entry in timeline_between(
            case, line.begin, line.end, most=MOST_HAPPENINGS, always=_ALARMS
        )
        if not entry.is_erased
    ]
    found += [
        Happening(moment=entry.happened_at, sentence=entry.sentence, kind="alarm")
        for entry in _alarms_elsewhere(case, line)
        if not entry.is_erased
    ]
    return sorted(found, key=lambda one: one.moment)


def segment_at(recording: Recording, moment: datetime) -> Segment | None:
    """The original in which a true moment lies; reads ``segments``."""
    shown = recording.as_camera(moment)
    found = None
    for segment in recording.segments.all():
        if segment.begin <= shown and (segment.end is None or shown < segment.end):
            found = segment
    return found


def is_played(exhibit: Exhibit) -> bool:
    """Whether it is a film or a sound that somebody sent; a recording is its list."""
    media_type = exhibit.blob.media_type if exhibit.blob else ""
    return media_type.startswith(("audio/", "video/"))


def neighbours_of(
    exhibit: Exhibit, reader: User
) -> tuple[Exhibit | None, Exhibit | None]:
    """The photos before and after it on the list, as the reader sees it."""
    photos = exhibits_of(exhibit.case, reader).filter(kind=ExhibitKind.PHOTO)
    before = photos.filter(number__lt=exhibit.number).order_by("-number").first()
    after = photos.filter(number__gt=exhibit.number).order_by("number").first()
    return before, after


def playing_copy_of(exhibit: Exhibit) -> PlayingCopy | None:
    """What a browser plays of it, if that was made or tried."""
    if exhibit.blob_id is None:
        return None
    return (
        PlayingCopy.objects.filter(original=exhibit.blob_id)
        .select_related("blob")
        .first()
    )


def _alarms_elsewhere(case: Case, line: Span) -> list[Line]:
    """The alarm of a case that was split off stands in the record of the other one."""
    subjects = {one.subject for one in (case, *case.joined_cases.all())}
    split_off = entries_about(subjects).filter(kind=_SPLIT_OFF)
    alarms = Entry.objects.filter(
        organisation_id=case.organisation_id,
        kind=_FURTHER,
        site_id=case.site_id,
        object__in=split_off.values("object"),
        happened_at__gte=line.begin,
        happened_at__lte=line.end,
    ).exclude(subject__in=subjects)
    return lines_of(list(alarms), case=case)


def _shot(recording: Recording, made: Derivative) -> Shot:
    begin = recording.as_true(made.begin)
    return Shot(
        made=made,
        span=Span(begin, recording.as_true(made.end)),
        holes=[
            Span(begin + timedelta(seconds=a), begin + timedelta(seconds=b))
            for a, b in made.holes
        ],
        step=float(made.recipe.get("step") or STEP),
    )


def _kind(entry: Line) -> str:
    return "alarm" if entry.kind in _ALARMS else "entry"
