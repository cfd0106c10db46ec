"""Recordings of cameras over the API: what is safe, what is wanted, and the films."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http.response import HttpResponseBase
from ninja import Router, Status
from pydantic import Field

from anlan.accounts.roles import Permission
from anlan.api.access import (
    camera_of,
    case_of,
    exhibit_of,
    footage_of,
    recording_of,
    site_of,
)
from anlan.api.auth import ApiRequest, operation
from anlan.api.files import content
from anlan.api.once import once
from anlan.api.schemas import Instant, OnceIn, Out, Text
from anlan.base.download import ranged_answer
from anlan.evidence import services as evidence
from anlan.evidence.models import Camera, Recording
from anlan.evidence.selectors.recordings import (
    cameras_of,
    coverage_of,
    recordings_of,
    with_parts,
)

router = Router(tags=["recordings"])

_SAVE = (Permission.CASE_SEE, Permission.RECORDING_SAVE)
Reason = Annotated[Text, Field(min_length=1, max_length=200)]
_SETTLE = {
    "all": evidence.accept_recording,
    "lost": evidence.lose_recording,
}


class CameraOut(Out):
    uid: UUID
    name: str
    code: str
    place: UUID
    sees: list[UUID]
    is_way_out: bool
    recorder: str
    days_kept: int
    is_active: bool

    @classmethod
    def of(cls, row: Camera) -> CameraOut:
        return cls(
            uid=row.uid,
            name=row.name,
            code=row.code,
            place=row.place.uid,
            sees=[place.uid for place in row.sees.all()],
            is_way_out=row.is_way_out,
            recorder=row.recorder.name,
            days_kept=row.kept_for.days,
            is_active=row.is_active,
        )


class SegmentOut(Out):
    """``begin`` and ``end`` are by the recorder's clock, as its picture shows them.

    ``is_length_verified`` is false if only a person said where it ends.
    """

    name: str
    sha256: str
    size: int
    begin: datetime
    end: datetime | None
    is_length_verified: bool | None
    copies: dict[str, str]


class FilmOut(Out):
    """A copy to look at, or its pictures; made, and no proof."""

    uid: UUID
    kind: str
    begin: datetime
    end: datetime
    sha256: str | None


class RecordingOut(Out):
    """A window of true time; ``offset_ms`` is the recorder's clock minus the truth."""

    uid: UUID
    case: str
    code: str
    camera: UUID
    camera_name: str
    why: str
    state: str
    problem: str
    wanted_from: datetime
    wanted_to: datetime
    overwritten_at: datetime
    offset_ms: int
    gaps: list[tuple[datetime, datetime]]
    files: list[SegmentOut]
    films: list[FilmOut]
    exhibit: UUID | None
    words: str

    @classmethod
    def of(cls, row: Recording) -> RecordingOut:
        return cls(
            uid=row.uid,
            case=row.case.number,
            code=row.code,
            camera=row.camera.uid,
            camera_name=row.camera.name,
            why=row.why,
            state=row.state,
            problem=row.problem,
            wanted_from=row.wanted_from,
            wanted_to=row.wanted_to,
            overwritten_at=row.overwritten_at,
            offset_ms=row.offset_ms,
            gaps=[(gap.begin, gap.end) for gap in coverage_of(row).gaps],
            files=[
                SegmentOut(
                    name=one.name,
                    sha256=one.blob.sha256,
                    size=one.blob.size,
                    begin=one.begin,
                    end=one.end,
                    is_length_verified=None if one.end is None else not one.is_said,
                    copies={c.store: c.state for c in one.blob.copies.all()},
                )
                for one in row.segments.all()
            ],
            films=[
                FilmOut(
                    uid=one.uid,
                    kind=one.kind,
                    begin=one.begin,
                    end=one.end,
                    sha256=one.blob.sha256 if one.blob else None,
                )
                for one in row.derivatives.all()
            ],
            exhibit=row.exhibit.uid if row.exhibit else None,
            words=row.words,
        )


class WantIn(OnceIn):
    """Without times it is the window of the case's other recordings."""

    camera: UUID
    wanted_from: Instant | None = None
    wanted_to: Instant | None = None


class PlaceIn(OnceIn):
    """Which stretch an uploaded film is, as its picture shows the time.

    Never longer than the film. ``words``: why it ends there, if its length cannot be
    read; then there must be an ``end``, too.
    """

    exhibit: UUID
    begin: Instant
    end: Instant | None = None
    words: Annotated[Text, Field(max_length=300)] = ""


class SettlementIn(OnceIn):
    """``all``: there is no more than this; ``lost``: it cannot be saved."""

    outcome: Literal["all", "lost"]
    reason: Reason


class DeclineIn(OnceIn):
    reason: Reason


class ClockIn(OnceIn):
    """What the recorder's clock showed at a true moment."""

    shown: Instant
    true: Instant


class FootageIn(OnceIn):
    reason: Reason


@router.get(
    "/sites/{uid}/cameras",
    **operation(Permission.SITE_MANAGE, Permission.CAMERA_EDIT, out=list[CameraOut]),
)
def list_cameras(request: ApiRequest, uid: UUID) -> list[CameraOut]:
    """The register of a site, those out of use last."""
    site = site_of(request.auth, uid, Permission.CAMERA_EDIT)
    return [CameraOut.of(row) for row in cameras_of(site)]


@router.get(
    "/cases/{number}/recordings",
    **operation(Permission.CASE_SEE, out=list[RecordingOut]),
)
def list_recordings(request: ApiRequest, number: str) -> list[RecordingOut]:
    """Every camera that saw it: what is safe, and until when the rest can be saved."""
    case = case_of(request.auth, number)
    return [RecordingOut.of(row) for row in with_parts(recordings_of(case))]


@router.get("/recordings/{uid}", **operation(Permission.CASE_SEE, out=RecordingOut))
def get_recording(request: ApiRequest, uid: UUID) -> RecordingOut:
    return RecordingOut.of(recording_of(request.auth, uid))


@router.post(
    "/cases/{number}/recordings",
    **operation(*_SAVE, out=RecordingOut, status=201),
)
def want_recording(
    request: ApiRequest, number: str, said: WantIn
) -> Status[RecordingOut]:
    """Ask for a further camera, or for more of one; a window never gets narrower."""
    caller = request.auth
    case = case_of(caller, number)
    made = once(
        caller,
        name="want_recording",
        about=number,
        body=said,
        make=lambda: evidence.want_recording(
            case=case,
            camera=camera_of(caller, case, said.camera),
            wanted_from=said.wanted_from,
            wanted_to=said.wanted_to,
            by=caller.user,
            at=caller.at,
        ),
        find=lambda uid: recording_of(caller, uid),
    )
    return Status(201, RecordingOut.of(recording_of(caller, made.uid)))


@router.post(
    "/cases/{number}/recordings/left-out",
    **operation(*_SAVE, out=list[RecordingOut]),
)
def want_left_out(request: ApiRequest, number: str) -> list[RecordingOut]:
    """Ask for every camera that saw it and was not asked for by itself.

    Twice asks for nothing. The answer is what is new.
    """
    caller = request.auth
    case = case_of(caller, number)
    made = evidence.want_left_out(case=case, by=caller.user, at=caller.at)
    rows = with_parts(recordings_of(case)).filter(pk__in=[one.pk for one in made])
    return [RecordingOut.of(row) for row in rows]


@router.post(
    "/recordings/{uid}/files", **operation(*_SAVE, out=RecordingOut, status=201)
)
def place_recording_file(
    request: ApiRequest, uid: UUID, said: PlaceIn
) -> Status[RecordingOut]:
    """Say of a file that was uploaded which stretch of the recording it is."""
    caller = request.auth
    row = recording_of(caller, uid)

    def make() -> Recording:
        evidence.place_file(
            recording=row,
            exhibit=exhibit_of(caller, said.exhibit),
            begin=said.begin,
            end=said.end,
            words=said.words,
            by=caller.user,
            at=caller.at,
        )
        return row

    once(
        caller,
        name="place_recording_file",
        about=str(uid),
        body=said,
        make=make,
        find=lambda made: recording_of(caller, made),
    )
    return Status(201, RecordingOut.of(recording_of(caller, uid)))


@router.post("/recordings/{uid}/settlement", **operation(*_SAVE, out=RecordingOut))
def settle_recording(
    request: ApiRequest, uid: UUID, said: SettlementIn
) -> RecordingOut:
    """There is no more of it, or nothing can be saved any more."""
    caller = request.auth
    row = recording_of(caller, uid)
    once(
        caller,
        name="settle_recording",
        about=str(uid),
        body=said,
        make=lambda: _SETTLE[said.outcome](
            recording=row, reason=said.reason, by=caller.user, at=caller.at
        ),
        find=lambda made: recording_of(caller, made),
    )
    return RecordingOut.of(recording_of(caller, uid))


@router.post(
    "/recordings/{uid}/refusal",
    **operation(Permission.CASE_SEE, Permission.TASK_SKIP, out=RecordingOut),
)
def decline_recording(request: ApiRequest, uid: UUID, said: DeclineIn) -> RecordingOut:
    """It need not be saved; its task is left out with the same reason."""
    caller = request.auth
    row = recording_of(caller, uid)
    once(
        caller,
        name="decline_recording",
        about=str(uid),
        body=said,
        make=lambda: evidence.decline_recording(
            recording=row, reason=said.reason, by=caller.user, at=caller.at
        ),
        find=lambda made: recording_of(caller, made),
    )
    return RecordingOut.of(recording_of(caller, uid))


@router.post("/recordings/{uid}/clock", **operation(*_SAVE, out=RecordingOut))
def compare_recorder_clock(
    request: ApiRequest, uid: UUID, said: ClockIn
) -> RecordingOut:
    """Say what the clock of its recorder showed at a true moment; the same again is new."""
    caller = request.auth
    row = recording_of(caller, uid)
    evidence.compare_clock(
        recorder=row.camera.recorder,
        shown=said.shown,
        true=said.true,
        by=caller.user,
        at=caller.at,
    )
    return RecordingOut.of(recording_of(caller, uid))


@router.post(
    "/recordings/{uid}/footage",
    **operation(Permission.CASE_SEE, Permission.EVIDENCE_OPEN, out=RecordingOut),
)
def ask_for_footage(request: ApiRequest, uid: UUID, said: FootageIn) -> RecordingOut:
    """Say why it must be looked at; for half an hour its films can then be read."""
    caller = request.auth
    row = recording_of(caller, uid)
    evidence.ask_for_footage(
        recording=row, reason=said.reason, by=caller.user, at=caller.at
    )
    return RecordingOut.of(recording_of(caller, uid))


@router.get(
    "/footage/{uid}/content",
    **content(Permission.CASE_SEE, Permission.EVIDENCE_OPEN),
)
def get_footage_content(request: ApiRequest, uid: UUID) -> HttpResponseBase:
    """A film or its pictures, whole or by ``Range``, after a reason was given."""
    caller = request.auth
    row = footage_of(caller, uid)
    blob = row.blob
    return ranged_answer(
        request.headers.get("Range", ""),
        size=blob.size if blob else 0,
        media_type=blob.media_type if blob else "video/mp4",
        name=f"{row.recording.case.number}-{row.recording.code}",
        open_part=lambda first, last: (
            evidence.open_footage(
                derivative=row,
                by=caller.user,
                at=caller.at,
                first=first,
                last=last,
                via="api",
            ).path
        ),
    )
