"""Files over the API: what comes with a report, and the photos that prove a task."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from ninja import File, Form, Router, Status, UploadedFile

from anlan.accounts.roles import Permission
from anlan.api.access import attachment_of, incident_of, photo_of, report_of, task_of
from anlan.api.auth import ApiRequest, Caller, operation
from anlan.api.once import T, once
from anlan.api.schemas import OnceIn, Out
from anlan.base.download import file_answer
from anlan.base.errors import InvalidInput
from anlan.base.vault import MEDIA_TYPES
from anlan.cases import services as cases
from anlan.cases.enums import Way
from anlan.cases.selectors import photos_for
from anlan.incidents import services as incidents
from anlan.incidents.models import Attachment
from anlan.incidents.selectors import attachments_for

router = Router(tags=["files"])


class FileOut(Out):
    """``sha256`` is the digest on the record, and the file's name in the vault."""

    uid: UUID
    media_type: str
    size: int
    sha256: str
    received_at: datetime


class AttachmentOut(FileOut):
    report: UUID

    @classmethod
    def of(cls, row: Attachment) -> AttachmentOut:
        kept = FileOut.of(row)
        return cls(**kept.model_dump(), report=row.report.uid)


class UploadIn(OnceIn):
    """What goes along with a file."""


class Sent(OnceIn):
    """What was sent, for telling a retry from another file."""

    digest: str
    said: dict[str, Any]


def content(*scopes: Permission, kinds: Iterable[str] = ()) -> dict[str, Any]:
    """What the route of a download says; without ``kinds`` it gives evidence as it came."""
    route = operation(*scopes, out=None)
    binary = {"schema": {"type": "string", "format": "binary"}}
    types = dict.fromkeys(sorted(kinds or set(MEDIA_TYPES.values())), binary)
    route["openapi_extra"]["responses"] = {200: {"content": types}}
    return route


@router.post(
    "/reports/{uid}/attachments",
    **operation(Permission.INCIDENT_REPORT, out=AttachmentOut, status=201),
)
def attach(
    request: ApiRequest, uid: UUID, said: Form[UploadIn], file: File[UploadedFile]
) -> Status[AttachmentOut]:
    """Add a photo, a recording, a film or a PDF of at most 25 MB to a report.

    By its reporter, or by who responds at its site. The same file again is the same
    attachment.
    """
    caller = request.auth
    report = report_of(caller, uid)
    attachment = once_with_file(
        caller,
        name="attach",
        about=str(uid),
        said=said,
        file=file,
        make=lambda: incidents.attach(
            report=report, chunks=file.chunks(), by=caller.user, at=caller.at
        ),
        find=lambda made: report.attachments.select_related("report").get(uid=made),
    )
    return Status(201, AttachmentOut.of(attachment))


@router.get(
    "/reports/{uid}/attachments",
    **operation(Permission.INCIDENT_REPORT, out=list[AttachmentOut]),
)
def list_attachments(request: ApiRequest, uid: UUID) -> list[AttachmentOut]:
    """What came with a report of one's own, or of a case one may see."""
    report = report_of(request.auth, uid)
    rows = attachments_for(request.auth.user, report.attachments.all())
    return [AttachmentOut.of(row) for row in rows]


@router.get(
    "/cases/{number}/attachments",
    **operation(Permission.CASE_SEE, Permission.INCIDENT_SEE, out=list[AttachmentOut]),
)
def list_incident_attachments(request: ApiRequest, number: str) -> list[AttachmentOut]:
    """What came with all reports of an incident."""
    incident = incident_of(request.auth, number)
    found = Attachment.objects.filter(report__incident=incident)
    return [AttachmentOut.of(row) for row in attachments_for(request.auth.user, found)]


@router.get(
    "/attachments/{uid}", **content(Permission.CASE_SEE, Permission.INCIDENT_SEE)
)
def get_attachment(request: ApiRequest, uid: UUID) -> HttpResponseBase:
    """The bytes as they came; who looked is on the record."""
    caller = request.auth
    row = attachment_of(caller, uid)
    path = incidents.open_attachment(
        attachment=row, by=caller.user, at=caller.at, way=Way.DOWNLOADED
    )
    return file_answer(path, media_type=row.media_type, name=row.sha256[:12])


@router.post(
    "/tasks/{uid}/photos",
    **operation(Permission.CASE_SEE, Permission.TASK_DO, out=FileOut, status=201),
)
def add_task_photo(
    request: ApiRequest, uid: UUID, said: Form[UploadIn], file: File[UploadedFile]
) -> Status[FileOut]:
    """Add a photo that proves a task, before the task is completed.

    By whose task it is. The same photo again is the same one.
    """
    caller = request.auth
    task = task_of(caller, uid)
    photo = once_with_file(
        caller,
        name="add_task_photo",
        about=str(uid),
        said=said,
        file=file,
        make=lambda: cases.add_task_photo(
            task=task, chunks=file.chunks(), by=caller.user, at=caller.at, via="api"
        ),
        find=lambda made: task.photos.get(uid=made),
    )
    return Status(201, FileOut.of(photo))


@router.get("/tasks/{uid}/photos", **operation(Permission.CASE_SEE, out=list[FileOut]))
def list_task_photos(request: ApiRequest, uid: UUID) -> list[FileOut]:
    """Those that the caller may see."""
    photos = photos_for(request.auth.user, task_of(request.auth, uid))
    return [FileOut.of(photo) for photo in photos]


@router.get("/photos/{uid}", **content(Permission.CASE_SEE))
def get_task_photo(request: ApiRequest, uid: UUID) -> HttpResponseBase:
    """The bytes as they came; who looked is on the record."""
    caller = request.auth
    row = photo_of(caller, uid)
    path = cases.open_task_photo(
        photo=row, by=caller.user, at=caller.at, way=Way.DOWNLOADED
    )
    return file_answer(path, media_type=row.media_type, name=row.sha256[:12])


def once_with_file(
    caller: Caller,
    *,
    name: str,
    about: str,
    said: UploadIn,
    file: UploadedFile,
    make: Callable[[], T],
    find: Callable[[UUID], T],
) -> T:
    """Once, told apart by the bytes; a refusal names the field of this request."""
    whole = sha256()
    for chunk in file.chunks():
        whole.update(chunk)
    words = said.model_dump(mode="json", exclude={"request_id"})
    sent = Sent(request_id=said.request_id, digest=whole.hexdigest(), said=words)
    try:
        return once(caller, name=name, about=about, body=sent, make=make, find=find)
    except InvalidInput as error:
        raise type(error)(str(error), path="file", source=error.source) from error
