"""Photos and voice that come with a report: kept before anybody is told "received"."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import puremagic
from django.conf import settings
from django.utils.translation import gettext as _

from anlan.base.errors import InvalidInput
from anlan.cases import services as cases
from anlan.incidents import permissions
from anlan.incidents.events import AttachmentOpened, AttachmentReceived
from anlan.incidents.models import Attachment, Report
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor

MOST_BYTES = 25 * 1024 * 1024
MOST_FILES = 6
MEDIA_TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".jfif": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".heic": "image/heic",
    ".webm": "audio/webm",
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".amr": "audio/amr",
    ".mp4": "video/mp4",
}


def attach(
    *, report: Report, chunks: Iterable[bytes], by: Actor, at: datetime
) -> Attachment:
    """Keep a file with a report; its bytes are on disk before the row says so.

    The type is read from the bytes, never from the name. The same bytes twice with the
    same report are one attachment.

    Raises:
        InvalidInput: too large, empty, too many, or not a picture, sound or film.
    """
    permissions.check_can_attach(by, report)
    if report.attachments.count() >= MOST_FILES:
        raise InvalidInput(_("一份报告最多 %s 个附件") % MOST_FILES, path="files")
    digest, size, media_type = _keep(chunks)
    with ledger.recording():
        cases.lock_case(report.incident.case)
        attachment, is_new = Attachment.objects.get_or_create(
            report=report,
            sha256=digest,
            defaults={"media_type": media_type, "size": size, "received_at": at},
        )
        if is_new:
            cases.record(
                AttachmentReceived(
                    media_type=media_type, bytes_count=size, sha256=digest
                ),
                report.incident.case,
                thing=f"attachment:{attachment.uid}",
                by=by,
                at=at,
                via=report.channel,
            )
    return attachment


def open_attachment(*, attachment: Attachment, by: Actor, at: datetime) -> Path:
    """Say on the record who looks, then give the path of the bytes."""
    permissions.check_can_see_attachment(by, attachment)
    with ledger.recording():
        cases.record(
            AttachmentOpened(sha256=attachment.sha256),
            attachment.report.incident.case,
            thing=f"attachment:{attachment.uid}",
            by=by,
            at=at,
        )
    return vault_path(attachment.sha256)


def vault_path(digest: str) -> Path:
    return Path(settings.DATA) / "vault" / "objects" / digest[:2] / digest[2:4] / digest


def _keep(chunks: Iterable[bytes]) -> tuple[str, int, str]:
    """Write, hash and sync; the name under which the bytes lie is their digest."""
    incoming = Path(settings.DATA) / "vault" / "incoming"
    incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = incoming / secrets.token_hex(16)
    whole, size = hashlib.sha256(), 0
    try:
        with draft.open("xb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > MOST_BYTES:
                    limit = MOST_BYTES // 1024 // 1024
                    raise InvalidInput(_("附件最大 %s MB") % limit, path="files")
                whole.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        media_type = _media_type(draft, size)
        target = vault_path(whole.hexdigest())
        if not target.exists():
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft.chmod(0o440)
            draft.rename(target)
            _sync_folder(target.parent)
    finally:
        draft.unlink(missing_ok=True)
    return whole.hexdigest(), size, media_type


def _media_type(path: Path, size: int) -> str:
    if size == 0:
        raise InvalidInput(_("附件是空的，请重新拍摄或录音"), path="files")
    try:
        extension = puremagic.from_file(str(path)).lower()
    except puremagic.PureError:
        extension = ""
    if extension not in MEDIA_TYPES:
        raise InvalidInput(_("只能附照片、录音或录像"), path="files")
    return MEDIA_TYPES[extension]


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
