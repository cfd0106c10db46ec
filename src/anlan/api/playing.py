"""Marks at moments of recordings, and pictures of moments, over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http.response import HttpResponseBase
from ninja import Router, Status
from pydantic import Field

from anlan.accounts.permissions import check_permission
from anlan.accounts.roles import Permission
from anlan.api.access import case_of, exhibit_of, recording_of
from anlan.api.auth import ApiRequest, operation
from anlan.api.evidence import ExhibitOut
from anlan.api.files import content
from anlan.api.once import once
from anlan.api.schemas import Instant, OnceIn, Out, Text
from anlan.base.download import ranged_answer
from anlan.evidence import services as evidence
from anlan.evidence.models import FootageMark
from anlan.evidence.permissions import check_can_open
from anlan.evidence.selectors.playing import marks_of

router = Router(tags=["recordings"])

_WATCH = (Permission.CASE_SEE, Permission.EVIDENCE_OPEN)


class MarkOut(Out):
    """A note at a true moment, of one recording or of all."""

    uid: UUID
    moment: datetime
    words: str
    recording: UUID | None
    made_at: datetime

    @classmethod
    def of(cls, row: FootageMark) -> MarkOut:
        return cls(
            uid=row.uid,
            moment=row.moment,
            words=row.words,
            recording=row.recording.uid if row.recording else None,
            made_at=row.made_at,
        )


class MarkIn(OnceIn):
    moment: Instant
    words: Annotated[Text, Field(min_length=1, max_length=200)]
    recording: UUID | None = None


class StillIn(OnceIn):
    """A true moment; the same again is the same exhibit."""

    moment: Instant


@router.get("/cases/{number}/footage-marks", **operation(*_WATCH, out=list[MarkOut]))
def list_footage_marks(request: ApiRequest, number: str) -> list[MarkOut]:
    case = case_of(request.auth, number)
    check_permission(request.auth.user, Permission.EVIDENCE_OPEN, site=case.site)
    return [MarkOut.of(row) for row in marks_of(case)]


@router.post(
    "/cases/{number}/footage-marks", **operation(*_WATCH, out=MarkOut, status=201)
)
def mark_footage(request: ApiRequest, number: str, said: MarkIn) -> Status[MarkOut]:
    """Leave a note at a moment, after a reason to look was given."""
    caller = request.auth
    case = case_of(caller, number)
    recording = recording_of(caller, said.recording) if said.recording else None
    made = once(
        caller,
        name="mark_footage",
        about=number,
        body=said,
        make=lambda: evidence.mark_moment(
            case=case,
            recording=recording,
            moment=said.moment,
            words=said.words,
            by=caller.user,
            at=caller.at,
        ),
        find=lambda uid: marks_of(case).get(uid=uid),
    )
    return Status(201, MarkOut.of(made))


@router.post(
    "/recordings/{uid}/stills",
    **operation(*_WATCH, Permission.EVIDENCE_ADD, out=ExhibitOut, status=201),
)
def take_still(request: ApiRequest, uid: UUID, said: StillIn) -> Status[ExhibitOut]:
    """The picture of a moment out of the original file, as an exhibit."""
    caller = request.auth
    made = evidence.take_still(
        recording=recording_of(caller, uid),
        moment=said.moment,
        by=caller.user,
        at=caller.at,
    )
    return Status(201, ExhibitOut.of(exhibit_of(caller, made.uid)))


@router.get("/exhibits/{uid}/played", **content(*_WATCH))
def get_exhibit_played(request: ApiRequest, uid: UUID) -> HttpResponseBase:
    """The copy to play of a sound or a film, whole or by ``Range``.

    Who played which bytes is on the record before the first of them leaves; 409 while it
    is being made, and if none can be.
    """
    caller = request.auth
    row = exhibit_of(caller, uid)
    check_can_open(caller.user, row)
    copy = evidence.ready_copy(original=row.file, at=caller.at).blob
    assert copy is not None  # noqa: S101 -- a copy that is ready has bytes
    return ranged_answer(
        request.headers.get("Range", ""),
        size=copy.size,
        media_type=copy.media_type,
        name=f"{row.case.number}-{row.code}-copy",
        open_part=lambda first, last: (
            evidence.open_playing_copy(
                exhibit=row,
                by=caller.user,
                at=caller.at,
                first=first,
                last=last,
                via="api",
            ).path
        ),
    )
