"""What an upload asks of the database and the disks, each call in a thread."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from uuid import UUID

from django.db import close_old_connections
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.clock import acting_at
from anlan.base.errors import DomainError, NotFound, traced
from anlan.base.limits import count_up
from anlan.cases.models import Case
from anlan.cases.selectors import case_for
from anlan.evidence import drafts, permissions, services
from anlan.evidence.drafts import Busy, Draft
from anlan.evidence.enums import UploadState
from anlan.evidence.models import Recording, Upload
from anlan.evidence.selectors.recordings import recordings_of
from anlan.evidence.services.uploads import About
from anlan.evidence.uploading.requests import Fields
from anlan.evidence.uploading.senders import Sender
from anlan.evidence.uploading.tus import Refused

log = logging.getLogger(__name__)

MOST_BEGUN, WINDOW = 600, 3600  # uploads of one person in so many seconds
_NAME = re.compile(r"[0-9a-f]{32}")


def begin(
    sender: Sender, size: int, said: Mapping[str, str], *, at: datetime
) -> Upload:
    user = sender.user
    if count_up(f"uploads:{user.pk}", seconds=WINDOW) > MOST_BEGUN:
        raise Refused(429, _("上传太频繁，请稍后再试"))
    try:
        request_id = UUID(said.get("request_id", ""))
    except ValueError as error:
        raise Refused(400, "request_id in Upload-Metadata must be a UUID") from error
    case = case_for(user, said.get("case", ""))
    about = About(
        title=said.get("title", ""),
        file_name=said.get("filename", ""),
        how=said.get("how", ""),
        happened=moment_of(said.get("happened", ""), at=at),
        is_footage=said.get("is_footage", "") in {"1", "on", "true"},
        brought_for=recording_of(case, said.get("recording", "")),
    )
    return services.begin_upload(
        case=case,
        size=size,
        about=about,
        request_id=request_id,
        by=user,
        at=at,
    )


def recording_of(case: Case, text: str) -> Recording | None:
    """The recording that it is an export of, as was said.

    Raises:
        Refused: it is none of this case.
    """
    if not text:
        return None
    try:
        found = recordings_of(case).filter(uid=UUID(text)).first()
    except ValueError:
        found = None
    if found is None:
        raise Refused(400, _("没有这份录像"))
    return found


def moment_of(text: str, *, at: datetime) -> datetime | None:
    """When it was taken, as was said.

    Raises:
        Refused: no moment, none with a zone, or one that is still to come.
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused(400, "happened must be as 2026-11-23T14:02:31+08:00") from error
    if moment.tzinfo is None:
        raise Refused(400, "happened must say its zone")
    if moment > at:
        raise Refused(422, _("拍摄时间不能晚于现在"))
    return moment.astimezone(UTC)


def find(sender: Sender, name: str, *, at: datetime) -> Upload:
    """An upload of the sender, to go on with.

    Raises:
        NotFound: there is none of this name, or it is somebody else's; alike.
        Refused: it was ended, or ran out.
        NotAllowed: the sender may add nothing there any more.
    """
    upload = None
    if _NAME.fullmatch(name):
        upload = (
            Upload.objects.select_related("case__site", "by", "exhibit", "brought_for")
            .filter(uid=UUID(hex=name), by=sender.user)
            .first()
        )
    if upload is None:
        raise NotFound(_("没有这次上传"))
    is_late = upload.state == UploadState.OPEN and upload.expires_at <= at
    if upload.state == UploadState.REFUSED or is_late:
        raise Refused(410, _("这次上传已经结束，请重新上传"))
    permissions.check_can_add(sender.user, upload.case)
    return upload


def open_at(name: str, offset: int) -> Draft:
    """The draft, if that is how far it is.

    Raises:
        Refused: it is further or less far, or its disk cannot be written.
        Busy: another request or process has it.
    """
    try:
        draft = Draft(name)
    except OSError as error:
        log.warning("a draft cannot be opened: %s", type(error).__name__)
        raise Refused(507, _("服务器的磁盘暂时不能写入，请稍后再试")) from error
    if draft.size != offset:
        draft.close()
        raise Refused(409, "the upload is at another offset")
    return draft


def size_on_disk(name: str) -> int:
    with drafts.opened(name) as draft:
        return draft.size


def finish(upload: Upload, sender: Sender, digest: str) -> str:
    """Make the exhibit; its uid, or nothing if that was not to be: the worker tries again."""
    close_old_connections()
    at = timezone.now()
    try:
        with acting_at(at):
            exhibit = services.finish_upload(
                upload=upload, by=sender.user, at=at, digest=digest, via=sender.via
            )
    except (Busy, DomainError):  # somebody else has finished it, or does
        return ""
    except Exception as error:  # noqa: BLE001 -- the log has it, without names
        log.error("an upload was not finished: %s", traced(error))  # noqa: TRY400
        return ""
    return str(exhibit.uid)


def said_of(upload: Upload) -> dict[str, str]:
    return {
        "case": upload.case.number,
        "filename": upload.file_name,
        "title": upload.title,
        "how": upload.how,
        "happened": upload.happened_at.isoformat() if upload.happened_at else "",
        "request_id": str(upload.request_id),
        "is_footage": "1" if upload.is_footage else "",
        "recording": str(upload.brought_for.uid) if upload.brought_for else "",
    }


def expiry_of(upload: Upload) -> Fields:
    if upload.state != UploadState.OPEN:
        return exhibit_of(upload)
    until = upload.expires_at.astimezone(UTC)
    return [("upload-expires", format_datetime(until, usegmt=True))]


def exhibit_of(upload: Upload) -> Fields:
    return [("upload-exhibit", str(upload.exhibit.uid))] if upload.exhibit else []
