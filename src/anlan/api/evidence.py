"""Evidence over the API: the list of a case, one exhibit, its bytes, a further one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http.response import HttpResponseBase
from ninja import File, Form, Router, Status, UploadedFile
from pydantic import Field

from anlan.accounts.roles import Permission
from anlan.api.access import case_of, exhibit_of
from anlan.api.auth import ApiRequest, operation
from anlan.api.files import UploadIn, content, once_with_file
from anlan.api.schemas import In, Instant, Out, Text
from anlan.base import stores
from anlan.base.download import ranged_answer
from anlan.evidence import services as evidence
from anlan.evidence.enums import Way
from anlan.evidence.models import Exhibit
from anlan.evidence.selectors import arrival_of, exhibits_of
from anlan.evidence.selectors.exhibits import receipt_words
from anlan.evidence.selectors.outside import checkpoint_of
from anlan.evidence.selectors.recordings import recording_for

router = Router(tags=["evidence"])
_OPEN = (Permission.CASE_SEE, Permission.EVIDENCE_OPEN)


class ExhibitOut(Out):
    """``copies`` says where the bytes lie and in what state; a thing has no bytes.

    ``derived_from`` is the code of the original of a masked copy.
    ``malware`` is ``none`` while nobody has looked, ``clean``, ``infected``, or ``refused``.
    """

    uid: UUID
    code: str
    kind: str
    title: str
    how: str
    source: str
    file_name: str
    media_type: str | None
    size: int | None
    sha256: str | None
    reading: str
    copies: dict[str, str]
    malware: str | None
    malware_note: str
    state: str
    happened_at: datetime | None
    received_at: datetime
    derived_from: str | None
    is_footage: bool  # somebody said that it came out of a CCTV recorder

    @classmethod
    def of(cls, row: Exhibit) -> ExhibitOut:
        blob = row.blob
        return cls(
            uid=row.uid,
            code=row.code,
            kind=row.kind,
            title=row.title,
            how=row.how,
            source=row.source,
            file_name=row.file_name,
            media_type=blob.media_type if blob else None,
            size=blob.size if blob else None,
            sha256=blob.sha256 if blob else None,
            reading=row.reading,
            copies={c.store: c.state for c in blob.copies.all()} if blob else {},
            malware=blob.scan if blob else None,
            malware_note=blob.scan_note if blob else "",
            state=row.state,
            happened_at=row.happened_at,
            received_at=row.received_at,
            derived_from=row.derived_from.code if row.derived_from else None,
            is_footage=row.is_footage,
        )


class ExhibitIn(UploadIn):
    """What is to be known of a file besides its bytes."""

    # Too long is refused: nobody's account of how a thing was got is cut short.
    title: Annotated[Text, Field(max_length=120)] = ""
    how: Annotated[Text, Field(max_length=500)] = ""
    happened_at: Instant | None = None
    # From a CCTV recorder: whoever opens it says why, and it leaves under an application.
    is_footage: bool = False
    recording: UUID | None = None  # of which it is an export


@router.get(
    "/cases/{number}/exhibits",
    **operation(Permission.CASE_SEE, out=list[ExhibitOut]),
)
def list_exhibits(request: ApiRequest, number: str) -> list[ExhibitOut]:
    """The list of evidence of a case, in the order in which it came."""
    case = case_of(request.auth, number)
    return [ExhibitOut.of(row) for row in exhibits_of(case, request.auth.user)]


@router.post(
    "/cases/{number}/exhibits",
    **operation(
        Permission.CASE_SEE, Permission.EVIDENCE_ADD, out=ExhibitOut, status=201
    ),
)
def add_exhibit(
    request: ApiRequest, number: str, said: Form[ExhibitIn], file: File[UploadedFile]
) -> Status[ExhibitOut]:
    """Add a file of at most 25 MB; a larger one is uploaded in parts.

    The answer comes when the bytes are on the disk, in as many copies as it says. The
    same file again for the same case is the same exhibit.
    """
    caller = request.auth
    case = case_of(caller, number)
    recording = (
        recording_for(caller.user, number, said.recording) if said.recording else None
    )
    exhibit = once_with_file(
        caller,
        name="add_exhibit",
        about=number,
        said=said,
        file=file,
        make=lambda: evidence.add_file(
            case=case,
            chunks=file.chunks(),
            file_name=(file.name or "")[:255],
            title=said.title,
            how=said.how,
            happened=said.happened_at,
            is_footage=said.is_footage,
            brought_for=recording,
            by=caller.user,
            at=caller.at,
            via="api",
        ),
        find=lambda made: exhibits_of(case, caller.user).get(uid=made),
    )
    return Status(201, ExhibitOut.of(exhibit_of(caller, exhibit.uid)))


@router.get("/exhibits/{uid}", **operation(Permission.CASE_SEE, out=ExhibitOut))
def get_exhibit(request: ApiRequest, uid: UUID) -> ExhibitOut:
    return ExhibitOut.of(exhibit_of(request.auth, uid))


class NotFootageIn(In):
    reason: Annotated[Text, Field(min_length=1, max_length=300)]


@router.post(
    "/exhibits/{uid}/footage-correction",
    **operation(*_OPEN, Permission.FOOTAGE_APPROVE, out=ExhibitOut),
)
def unsay_footage(request: ApiRequest, uid: UUID, body: NotFootageIn) -> ExhibitOut:
    """It was said to come out of a CCTV recorder by mistake; what was brought for a
    recording stays footage."""
    caller = request.auth
    evidence.unsay_footage(
        exhibit=exhibit_of(caller, uid),
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return ExhibitOut.of(exhibit_of(caller, uid))


class ReceiptOut(Out):
    """What whoever brought a file takes along.

    ``entry`` and ``entry_digest`` are of its arrival on the record; ``checkpoint`` is null
    until one that counts it is signed. ``disks`` is two, one or unknown; ``text`` is what
    the code on the page of the receipt says.
    """

    code: str
    sha256: str
    size: int
    received_at: datetime
    entry: int
    entry_digest: str
    checkpoint_size: int | None
    checkpoint_root: str | None
    has_two_copies: bool
    disks: str
    text: str


@router.get("/exhibits/{uid}/receipt", **operation(*_OPEN, out=ReceiptOut))
def get_exhibit_receipt(request: ApiRequest, uid: UUID) -> ReceiptOut:
    """The receipt of a file; that it was shown is on the record. Of a thing it is a 409."""
    caller = request.auth
    row = exhibit_of(caller, uid)
    blob = row.file
    evidence.show_receipt(exhibit=row, by=caller.user, at=caller.at)
    arrival = arrival_of(row)
    digest = bytes(arrival.digest).hex()
    checkpoint = checkpoint_of(row, arrival.seq)
    return ReceiptOut(
        code=row.code,
        sha256=blob.sha256,
        size=blob.size,
        received_at=row.received_at,
        entry=arrival.seq,
        entry_digest=digest,
        checkpoint_size=checkpoint.size if checkpoint else None,
        checkpoint_root=bytes(checkpoint.root).hex() if checkpoint else None,
        has_two_copies=blob.has_two_copies,
        disks=stores.disks().value,
        text=receipt_words(row, arrival, digest, checkpoint),
    )


@router.get(
    "/exhibits/{uid}/content",
    **content(Permission.CASE_SEE, Permission.EVIDENCE_OPEN),
)
def get_exhibit_content(
    request: ApiRequest,
    uid: UUID,
    malware: bool = False,  # noqa: FBT001, FBT002 -- a query parameter
) -> HttpResponseBase:
    """The bytes as they came, or the part that ``Range`` asks for.

    A file with malware is given only to who says ``malware=true``; else it is a 409.

    Who took which bytes is on the record before the first of them leaves.
    """
    caller = request.auth
    row = exhibit_of(caller, uid)
    return ranged_answer(
        request.headers.get("Range", ""),
        size=row.file.size,
        media_type=row.file.media_type,
        name=f"{row.case.number}-{row.code}",
        open_part=lambda first, last: (
            evidence.open_exhibit(
                exhibit=row,
                way=Way.DOWNLOADED,
                by=caller.user,
                at=caller.at,
                first=first,
                last=last,
                knows_of_malware=malware,
                via="api",
            ).path
        ),
    )
