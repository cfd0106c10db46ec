"""Which cameras saw it, and what of their recordings is safe, as its reader may see it."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median_low
from uuid import UUID

import orjson
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import Place, Site, User
from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.base import crypto
from anlan.base.clock import parse_utc_text
from anlan.base.errors import NotFound
from anlan.cases.joined import of_one_case
from anlan.cases.models import Case
from anlan.cases.policies import add_going_on
from anlan.cases.selectors import case_for, entries_about
from anlan.evidence.enums import DerivativeKind, FootageWay, WhyCamera
from anlan.evidence.events import CamerasLeftOut
from anlan.evidence.models import (
    Camera,
    Derivative,
    Exhibit,
    FootageRequest,
    Recorder,
    Recording,
    Segment,
)
from anlan.law import selectors as law
from anlan.ledger.sentences import event_of

# Asked for by themselves at one alarm, the nearest first; a person asks for the others.
MOST_CAMERAS = 24
MOST_WAYS_OUT = 8  # of them, kept for ways out: whoever ran off is seen there alone
# Names say whole seconds: two files follow each other if less than this is missing.
TOLERANCE = timedelta(seconds=1.5)
TOUCHING = timedelta(milliseconds=500)  # between two that follow each other

# What a camera saw is saved where it was asked for, joined or not: it is overwritten.
add_going_on("recording:")


@dataclass(frozen=True)
class Candidate:
    """A camera whose recording is wanted, and why."""

    camera: Camera
    why: WhyCamera


@dataclass(frozen=True)
class Span:
    """A stretch of true time."""

    begin: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        return (self.end - self.begin).total_seconds()


@dataclass(frozen=True)
class Coverage:
    """What is there of a window, and what is not; both in true time, in order."""

    spans: list[Span]
    gaps: list[Span]

    @property
    def missing_seconds(self) -> int:
        return round(sum(gap.seconds for gap in self.gaps))


def cameras_of(site: Site) -> QuerySet[Camera]:
    """The register of a site, those out of use last."""
    return (
        Camera.objects.filter(site=site)
        .select_related("recorder", "place", "site__organisation")
        .prefetch_related("sees")
        .order_by("-is_active", "name")
    )


@dataclass(frozen=True)
class LeastKept:
    """How long footage is kept at least, and by which rule (保安服务管理条例 25)."""

    days: int
    source: str

    def is_short(self, kept: timedelta) -> bool:
        return kept < timedelta(days=self.days)


def least_kept() -> LeastKept:
    rule = law.guardrail("G12")
    return LeastKept(rule.thresholds["days"], law.cite(rule.sources[-1]))


def short_cameras(sites: QuerySet[Site]) -> Counter[int]:
    """How many cameras in use keep less than the law asks, by the key of their site."""
    least = least_kept()
    cameras = Camera.objects.filter(site__in=sites, is_active=True)
    return Counter(
        camera.site_id
        for camera in cameras.select_related("recorder")
        if least.is_short(camera.kept_for)
    )


def recorders_of(site: Site) -> QuerySet[Recorder]:
    return Recorder.objects.filter(site=site).order_by("-is_active", "name")


def recorder_for(user: User, uid: UUID) -> Recorder:
    """A recorder of a site whose cameras the reader looks after.

    Raises:
        NotFound: unknown, or not the reader's.
    """
    found = (
        Recorder.objects.filter(
            uid=uid, site__in=sites_where(user, Permission.CAMERA_EDIT)
        )
        .select_related("site__organisation")
        .first()
    )
    if found is None:
        raise NotFound(_("没有这台录像机"))
    return found


def recorder_secrets(recorder: Recorder) -> dict[str, str]:
    """What it is asked with, decrypted; only who asks it needs that."""
    if recorder.secrets is None:
        return {}
    place = secrets_place(recorder)
    found = json.loads(crypto.decrypt(bytes(recorder.secrets), place))
    return {str(name): str(value) for name, value in found.items()}


def secrets_place(recorder: Recorder) -> crypto.Place:
    return crypto.Place(
        organisation=recorder.site.organisation_id,
        model="evidence.Recorder",
        row=recorder.uid,
        field="secrets",
    )


crypto.add_column(
    crypto.Column(
        model=Recorder, field="secrets", place=secrets_place, related=("site",)
    )
)


def camera_for(user: User, uid: UUID) -> Camera:
    """The same for a camera.

    Raises:
        NotFound: unknown, or not the reader's.
    """
    found = (
        Camera.objects.filter(
            uid=uid, site__in=sites_where(user, Permission.CAMERA_EDIT)
        )
        .select_related("site__organisation", "recorder", "place")
        .first()
    )
    if found is None:
        raise NotFound(_("没有这个摄像头"))
    return found


def candidates_for(place: Place) -> list[Candidate]:
    """The cameras that see a place or what is around or in it, then the ways out.

    A way out counts if it is one of the same building, or hangs in none: the gates.
    """
    cameras = list(cameras_of(place.site).filter(is_active=True))
    found = [
        (nearness, Candidate(camera, WhyCamera.SEES))
        for camera in cameras
        if (nearness := _nearness(camera, place)) is not None
    ]
    seen = {candidate.camera.pk for _near, candidate in found}
    buildings = _buildings(place.site)
    root = _root_of(place.path)
    found += [
        (100 + camera.place.distance_to(place), Candidate(camera, WhyCamera.WAY_OUT))
        for camera in cameras
        if camera.is_way_out
        and camera.pk not in seen
        and (
            _root_of(camera.place.path) == root
            or _root_of(camera.place.path) not in buildings
        )
    ]
    found.sort(key=lambda pair: (pair[0], pair[1].camera.name))
    return [candidate for _near, candidate in found]


def asked_at_once(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those of them that are asked for by themselves, in the same order."""
    ways_out = [one for one in candidates if one.why == WhyCamera.WAY_OUT]
    near = [one for one in candidates if one.why != WhyCamera.WAY_OUT]
    near = near[: MOST_CAMERAS - min(len(ways_out), MOST_WAYS_OUT)]
    return near + ways_out[: MOST_CAMERAS - len(near)]


@dataclass(frozen=True)
class LeftOut:
    """A camera that saw the spot or a way out, and was not asked for by itself."""

    camera: Camera
    begin: datetime
    end: datetime


def left_out_of(case: Case, *, at: datetime) -> list[LeftOut]:
    """What nobody has asked for since, and what is not overwritten yet."""
    spans: dict[UUID, Span] = {}
    entries = entries_about({case.subject}).filter(kind=CamerasLeftOut.kind)
    for entry in entries.order_by("seq"):
        event = event_of(entry.kind, orjson.loads(bytes(entry.data or b"{}")))
        if isinstance(event, CamerasLeftOut):
            span = Span(parse_utc_text(event.begin), parse_utc_text(event.end))
            for uid in event.cameras.split():
                known = spans.setdefault(UUID(uid), span)
                spans[UUID(uid)] = Span(
                    min(known.begin, span.begin), max(known.end, span.end)
                )
    cameras = addable_cameras(case).filter(uid__in=list(spans))
    return [
        LeftOut(camera, spans[camera.uid].begin, spans[camera.uid].end)
        for camera in cameras
        if spans[camera.uid].end + camera.kept_for > at
    ]


def _nearness(camera: Camera, place: Place) -> int | None:
    """0 if it sees just this place, more the wider what it sees; none if it does not."""
    steps = [
        place.distance_to(seen)
        for seen in camera.sees.all()
        if place.path.startswith(seen.path) or seen.path.startswith(place.path)
    ]
    return min(steps, default=None)


def _root_of(path: str) -> str:
    return path.strip("/").partition("/")[0]


def _buildings(site: Site) -> set[str]:
    """Buildings proper: roots with floors below them; an open ground has none."""
    floors = Place.objects.filter(site=site, kind=Place.Kind.FLOOR)
    return {_root_of(path) for path in floors.values_list("path", flat=True)}


def recordings_of(case: Case) -> QuerySet[Recording]:
    """The recordings of a case, in the order in which they were asked for."""
    return recordings_in(Case.objects.filter(pk=case.pk))


def recordings_in(cases: QuerySet[Case]) -> QuerySet[Recording]:
    """The same of several cases."""
    return (
        Recording.objects.filter(case__in=cases)
        .select_related("camera__recorder", "camera__place", "case__site", "exhibit")
        .order_by("case", "number")
    )


def with_parts(recordings: QuerySet[Recording]) -> QuerySet[Recording]:
    """The same with their segments and the copies that are shown now."""
    return recordings.prefetch_related(
        Prefetch(
            "segments",
            Segment.objects.select_related("blob", "exhibit", "said_length").order_by(
                "begin", "pk"
            ),
        ),
        "segments__blob__copies",
        Prefetch(
            "derivatives",
            Derivative.objects.filter(is_current=True)
            .select_related("blob")
            .order_by("begin", "kind"),
        ),
    )


def recording_for(user: User, number: str, uid: UUID) -> Recording:
    """One recording of a case that the reader may see.

    Raises:
        NotFound: unknown, of another case, or not the reader's; all answer alike.
    """
    return _one(with_parts(recordings_of(case_for(user, number))), uid)


def derivative_for(user: User, number: str, uid: UUID, derivative: UUID) -> Derivative:
    """A copy to look at, of such a recording; also one that was made anew since.

    Raises:
        NotFound: the same, or it could not be made.
    """
    recording = _one(recordings_of(case_for(user, number)), uid)
    found = (
        Derivative.objects.filter(recording=recording, uid=derivative)
        .select_related("blob", "recording__case__site", "recording__camera")
        .first()
    )
    if found is None or found.blob is None:
        raise NotFound(_("没有这份观看副本"))
    return found


def _one(found: QuerySet[Recording], uid: UUID) -> Recording:
    recording = found.filter(uid=uid).first()
    if recording is None:
        raise NotFound(_("没有这份录像"))
    return recording


def running_request(
    recording: Recording, user: User, *, at: datetime
) -> FootageRequest | None:
    """The reason that the reader gave not long ago, and that still holds."""
    return (
        FootageRequest.objects.filter(recording=recording, by=user, until__gt=at)
        .order_by("-until")
        .first()
    )


def recordings_shown_by(exhibit: Exhibit) -> QuerySet[Recording]:
    """Those of which it is a file, an export, or a picture of one moment; deleted or not."""
    shown = Recording.objects.filter(
        Q(segments__exhibit=exhibit) | Q(stills__exhibit=exhibit) | Q(brought=exhibit)
    )
    return shown.distinct().order_by("pk")


def is_of_recording(exhibit: Exhibit) -> bool:
    """Whether it is footage by more than what was said: it, or what it was made of."""
    origins = [one for one in (exhibit, exhibit.derived_from) if one is not None]
    return any(
        recordings_shown_by(one).exists() or one.recordings.exists() for one in origins
    )


def recordings_to_explain(exhibit: Exhibit) -> QuerySet[Recording]:
    """Those of which whoever opens it says why they look: of one of them is enough (G10).

    Footage of which nobody said what it shows may be of any of its one case. So may that
    of a recording which was deleted: no look at that can be asked for any more.
    """
    shown = recordings_shown_by(exhibit)
    asked = shown.filter(deleted_at=None)
    if not asked.exists() and (exhibit.is_footage or shown.exists()):
        asked = Recording.objects.filter(of_one_case(exhibit.case), deleted_at=None)
    return asked.select_related("case").order_by("pk")


def lacks_recording(exhibit: Exhibit) -> bool:
    """Whether it is footage, and there is no recording to say a reason of."""
    if recordings_to_explain(exhibit).exists():
        return False
    return exhibit.is_footage or recordings_shown_by(exhibit).exists()


def case_to_add_camera(exhibit: Exhibit) -> Case | None:
    """Where the recording that it lacks is asked for first.

    None if it lacks none, or there can be none: the case is closed, or all cameras of its
    site are out of use.
    """
    if not lacks_recording(exhibit):
        return None
    whole = exhibit.case.joined_into or exhibit.case
    return whole if whole.is_open and addable_cameras(whole).exists() else None


def unexplained_recording(
    exhibit: Exhibit, user: User, *, at: datetime
) -> Recording | None:
    """The recording that an exhibit shows, if the reader has yet to say why (G10)."""
    recordings = recordings_to_explain(exhibit)
    said = recordings.filter(requests__by=user, requests__until__gt=at)
    return None if said.exists() else recordings.first()


def may_be_opened(exhibit: Exhibit, user: User, *, at: datetime) -> bool:
    """Whether it shows no recording, or the reader said why they look (G10).

    A reason is one for a recording. Where there is none, and none can be asked for, footage
    is opened as other exhibits are, by its entry alone: else nobody ever could.
    """
    if unexplained_recording(exhibit, user, at=at) is not None:
        return False
    return case_to_add_camera(exhibit) is None


def may_only_look(recordings: Iterable[Recording], user: User, *, at: datetime) -> bool:
    """Whether all that the reader may now is show them to an applicant, without a copy."""
    running = FootageRequest.objects.filter(
        recording__in=recordings, by=user, until__gt=at
    )
    return (
        running.exists()
        and not running.exclude(application__way=FootageWay.VIEW).exists()
    )


def addable_cameras(case: Case) -> QuerySet[Camera]:
    """Cameras of the site whose recordings nobody asked for yet."""
    return (
        Camera.objects.filter(site=case.site, is_active=True)
        .exclude(pk__in=case.recordings.filter(deleted_at=None).values("camera"))
        .select_related("recorder", "place")
        .order_by("name")
    )


def coverage_of(recording: Recording, *, until: datetime | None = None) -> Coverage:
    """What of the window lies in the vault; reads ``segments`` and ``derivatives``.

    Args:
        until: what lies behind this moment is not missing yet; none: all of it is.
    """
    end = recording.wanted_to if until is None else min(until, recording.wanted_to)
    window = Span(recording.wanted_from, end)
    if window.end <= window.begin:
        return Coverage([], [])
    covered = [
        Span(recording.as_true(segment.begin), recording.as_true(segment.end))
        for segment in recording.segments.all()
        if segment.end is not None
    ]
    spans = without(_merged(covered), _holes_of(recording))
    inside = [
        Span(max(span.begin, window.begin), min(span.end, window.end))
        for span in spans
        if span.end > window.begin and span.begin < window.end
    ]
    return Coverage(inside, _between(inside, window))


def usual_length(begins: Sequence[datetime]) -> timedelta | None:
    """From the beginning of one file to the next, as it mostly is."""
    steps = [b - a for a, b in itertools.pairwise(begins)]
    return median_low(steps) if steps else None


def follows(begin: datetime, after: datetime, usual: timedelta | None) -> bool:
    """Whether a file that begins ``after`` goes on where the one at ``begin`` ends.

    Of one that came once more, whole, the first ends as it begins.
    """
    if after == begin:
        return True
    return usual is not None and after - begin <= usual + TOLERANCE


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The same time without what overlaps or touches."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.begin, one.end)):
        if merged and span.begin - merged[-1].end <= TOUCHING:
            merged[-1] = Span(merged[-1].begin, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def _holes_of(recording: Recording) -> list[Span]:
    """Where a file goes on and the picture does not, as copies to look at showed."""
    holes = []
    for made in recording.derivatives.all():
        if made.kind != DerivativeKind.VIEWING or not made.is_current:
            continue
        begin = recording.as_true(made.begin)
        holes += [
            Span(begin + timedelta(seconds=a), begin + timedelta(seconds=b))
            for a, b in made.holes
        ]
    return sorted(holes, key=lambda hole: hole.begin)


def without(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """What is left of the spans; ``holes`` are in the order in which they begin."""
    holes = list(holes)
    left = []
    for span in spans:
        at = span.begin
        for hole in holes:
            if hole.end <= at or hole.begin >= span.end:
                continue
            if hole.begin > at:
                left.append(Span(at, hole.begin))
            at = max(at, hole.end)
        if at < span.end:
            left.append(Span(at, span.end))
    return left


def _between(spans: list[Span], window: Span) -> list[Span]:
    """The gaps; less than the names can tell is none."""
    gaps, at = [], window.begin
    for span in [*spans, Span(window.end, window.end)]:
        if (span.begin - at) > timedelta(milliseconds=499):
            gaps.append(Span(at, span.begin))
        at = max(at, span.end)
    return gaps
