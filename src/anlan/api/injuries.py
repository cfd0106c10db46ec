"""Injuries over the API, for those who need them: recorded, photographed, papers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import File, Form, Router, Status, UploadedFile
from pydantic import Field

from anlan.accounts.roles import Permission
from anlan.api.access import case_of, injury_of, party_of
from anlan.api.auth import ApiRequest, operation
from anlan.api.files import UploadIn, once_with_file
from anlan.api.schemas import In, Instant, OnceIn, Out, Text, UserOut
from anlan.evidence import services as evidence
from anlan.evidence.enums import InjuryKind, PaperKind, Region, Round
from anlan.evidence.models import (
    Injury,
    InjuryPhoto,
    InjuryRefusal,
    MedicalPaper,
)
from anlan.evidence.selectors.injuries import injuries_of, papers_of

router = Router(tags=["injuries"])

_RECORD = (Permission.CASE_SEE, Permission.INJURY_RECORD)

Reason = Annotated[Text, Field(max_length=300)]


class InjuryPhotoOut(Out):
    uid: UUID
    round: str
    scale_shown: bool
    exhibit: UUID
    added_at: datetime

    @classmethod
    def of(cls, row: InjuryPhoto) -> InjuryPhotoOut:
        return cls(
            uid=row.uid,
            round=row.round,
            scale_shown=row.scale_shown,
            exhibit=row.exhibit.uid,
            added_at=row.added_at,
        )


class InjuryOut(Out):
    """``region`` is the injured person's left or right."""

    uid: UUID
    case: str
    code: str
    party: UUID
    region: str
    kind: str
    words: str
    seen_at: datetime
    recorded_at: datetime
    recorded_by: UserOut
    withdrawn_at: datetime | None
    reason: str
    photos: list[InjuryPhotoOut]

    @classmethod
    def of(cls, row: Injury) -> InjuryOut:
        return cls(
            uid=row.uid,
            case=row.case.number,
            code=row.code,
            party=row.party.uid,
            region=row.region,
            kind=row.kind,
            words=row.words,
            seen_at=row.seen_at,
            recorded_at=row.recorded_at,
            recorded_by=UserOut.of(row.recorded_by),
            withdrawn_at=row.withdrawn_at,
            reason=row.reason,
            photos=[InjuryPhotoOut.of(photo) for photo in row.photos.all()],
        )


class PaperOut(Out):
    """``level`` is that of the appraisal; nothing else has one."""

    uid: UUID
    party: UUID
    kind: str
    level: str
    exhibit: UUID
    added_at: datetime

    @classmethod
    def of(cls, row: MedicalPaper) -> PaperOut:
        return cls(
            uid=row.uid,
            party=row.party.uid,
            kind=row.kind,
            level=row.level,
            exhibit=row.exhibit.uid,
            added_at=row.added_at,
        )


class PhotoRefusalOut(Out):
    uid: UUID
    party: UUID
    round: str
    refused_at: datetime

    @classmethod
    def of(cls, row: InjuryRefusal) -> PhotoRefusalOut:
        return cls(
            uid=row.uid,
            party=row.party.uid,
            round=row.round,
            refused_at=row.refused_at,
        )


class InjuryIn(OnceIn):
    party: UUID
    region: Region
    kind: InjuryKind
    words: Annotated[Text, Field(max_length=500)] = ""
    seen_at: Instant | None = None


class InjuryPhotoIn(UploadIn):
    """``has_consent`` of the person, or of the guardian of somebody under 18."""

    round: Round
    scale_shown: bool = False
    has_consent: bool = False


class WithdrawalIn(In):
    reason: Annotated[Reason, Field(min_length=1)]


class PhotoRefusalIn(In):
    party: UUID
    round: Round
    reason: Reason = ""


class PaperIn(UploadIn):
    party: UUID
    kind: PaperKind
    level: Annotated[Text, Field(max_length=9)] = ""


@router.get(
    "/cases/{number}/injuries", **operation(Permission.CASE_SEE, out=list[InjuryOut])
)
def list_injuries(request: ApiRequest, number: str) -> list[InjuryOut]:
    """Those that the caller may know. Whose injuries were read is on the record."""
    caller = request.auth
    case = case_of(caller, number)
    rows = list(injuries_of(case, caller.user))
    evidence.show_injuries(
        case=case,
        parties=dict.fromkeys(row.party for row in rows),
        by=caller.user,
        at=caller.at,
    )
    return [InjuryOut.of(row) for row in rows]


@router.post(
    "/cases/{number}/injuries", **operation(*_RECORD, out=InjuryOut, status=201)
)
def record_injury(
    request: ApiRequest, number: str, body: InjuryIn
) -> Status[InjuryOut]:
    """Write down what is seen; the first of a person starts the clocks of the photos."""
    caller = request.auth
    made = evidence.record_injury(
        case=case_of(caller, number),
        party=party_of(caller, body.party),
        region=body.region,
        kind=body.kind,
        words=body.words,
        seen_at=body.seen_at,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, InjuryOut.of(injury_of(caller, made.uid)))


@router.post(
    "/injuries/{uid}/photos", **operation(*_RECORD, out=InjuryPhotoOut, status=201)
)
def add_injury_photo(
    request: ApiRequest, uid: UUID, said: Form[InjuryPhotoIn], file: File[UploadedFile]
) -> Status[InjuryPhotoOut]:
    """Add a photograph of a round; only those see it who need it."""
    caller = request.auth
    row = injury_of(caller, uid)
    made = once_with_file(
        caller,
        name="add_injury_photo",
        about=str(uid),
        said=said,
        file=file,
        make=lambda: evidence.add_injury_photo(
            injury=row,
            round=said.round,
            chunks=file.chunks(),
            scale_shown=said.scale_shown,
            has_consent=said.has_consent,
            by=caller.user,
            at=caller.at,
            via="api",
        ),
        find=lambda made: row.photos.select_related("exhibit").get(uid=made),
    )
    return Status(201, InjuryPhotoOut.of(made))


@router.post("/injuries/{uid}/withdrawal", **operation(*_RECORD, out=InjuryOut))
def withdraw_injury(request: ApiRequest, uid: UUID, body: WithdrawalIn) -> InjuryOut:
    """Strike out what was written down wrongly; it stays readable."""
    caller = request.auth
    evidence.withdraw_injury(
        injury=injury_of(caller, uid),
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return InjuryOut.of(injury_of(caller, uid))


@router.post(
    "/cases/{number}/injury-refusals",
    **operation(*_RECORD, out=PhotoRefusalOut, status=201),
)
def refuse_photos(
    request: ApiRequest, number: str, body: PhotoRefusalIn
) -> Status[PhotoRefusalOut]:
    """The person does not want to be photographed in this round; its clock stops."""
    caller = request.auth
    made = evidence.refuse_photos(
        case=case_of(caller, number),
        party=party_of(caller, body.party),
        round=body.round,
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, PhotoRefusalOut.of(made))


@router.get(
    "/cases/{number}/medical-papers",
    **operation(Permission.CASE_SEE, out=list[PaperOut]),
)
def list_medical_papers(request: ApiRequest, number: str) -> list[PaperOut]:
    """Those that the caller may know; their bytes are exhibits."""
    caller = request.auth
    case = case_of(caller, number)
    rows = list(papers_of(case, caller.user))
    evidence.show_injuries(
        case=case,
        parties=dict.fromkeys(row.party for row in rows),
        by=caller.user,
        at=caller.at,
    )
    return [PaperOut.of(row) for row in rows]


@router.post(
    "/cases/{number}/medical-papers", **operation(*_RECORD, out=PaperOut, status=201)
)
def add_medical_paper(
    request: ApiRequest, number: str, said: Form[PaperIn], file: File[UploadedFile]
) -> Status[PaperOut]:
    """Add what a doctor wrote, as photo or PDF; a level only with the appraisal."""
    caller = request.auth
    case = case_of(caller, number)
    party = party_of(caller, said.party)
    made = once_with_file(
        caller,
        name="add_medical_paper",
        about=number,
        said=said,
        file=file,
        make=lambda: evidence.add_medical_paper(
            case=case,
            party=party,
            kind=said.kind,
            level=said.level,
            chunks=file.chunks(),
            file_name=(file.name or "")[:255],
            by=caller.user,
            at=caller.at,
            via="api",
        ),
        find=lambda made: MedicalPaper.objects.select_related("exhibit", "party").get(
            uid=made
        ),
    )
    return Status(201, PaperOut.of(made))
