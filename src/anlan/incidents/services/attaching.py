"""Photos and voice that come with a report: kept before anybody is told "received"."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.utils.translation import gettext as _

from anlan.base import vault
from anlan.base.errors import Conflict, InvalidInput, NotFound
from anlan.cases import services as cases
from anlan.cases.models import AccessLink, Note
from anlan.evidence import services as evidence
from anlan.evidence.enums import Source, Way
from anlan.evidence.models import Blob, PlayingCopy
from anlan.evidence.reading import reading_of
from anlan.evidence.services.opening import file_path
from anlan.evidence.services.origins import Origin, add_origin
from anlan.incidents import permissions
from anlan.incidents.enums import Channel
from anlan.incidents.events import AttachmentOpened, AttachmentReceived
from anlan.incidents.models import Attachment, Report
from anlan.incidents.services.locking import locked_report
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor

MOST_FILES = 6
add_origin(
    Origin(
        model=Attachment,
        source=Source.REPORT,
        case="report__incident__case",
        kind=AttachmentReceived.kind,
        prefix="attachment:",
    )
)


def attach(
    *, report: Report, chunks: Iterable[bytes], by: Actor, at: datetime
) -> Attachment:
    """Keep a file with a report; its bytes are on disk before the row says so.

    The type is read from the bytes, never from the name. The same bytes twice with the
    same report are one attachment, also once there are as many as there may be: the
    answer to the last of them may have got lost.

    It goes into the case where the report is by then: it may be split off while the bytes
    arrive.

    Raises:
        InvalidInput: too large, empty, too many, or of a type that is not taken.
    """
    permissions.check_can_attach(by, report)
    if report.attachments.count() >= MOST_FILES:
        return _sent_again(report, chunks)
    kept = vault.keep_file(chunks, path="files")
    reading = reading_of(kept)
    with ledger.recording():
        report = locked_report(report)
        there = report.attachments.filter(sha256=kept.sha256)
        if report.attachments.count() >= MOST_FILES and not there.exists():
            raise _too_many()  # several came at once
        attachment, is_new = Attachment.objects.get_or_create(
            report=report,
            sha256=kept.sha256,
            defaults={
                "media_type": kept.media_type,
                "size": kept.size,
                "received_at": at,
            },
        )
        if is_new:
            cases.record(
                AttachmentReceived(
                    media_type=kept.media_type,
                    bytes_count=kept.size,
                    sha256=kept.sha256,
                ),
                report.incident.case,
                thing=f"attachment:{attachment.uid}",
                by=by,
                at=at,
                via=report.channel,
            )
            evidence.add_exhibit(
                case=report.incident.case,
                kept=kept,
                source=Source.REPORT,
                reading=reading,
                source_uid=attachment.uid,
                by=by,
                at=at,
                via=report.channel,
            )
    return attachment


def add_words(
    *, report: Report, text: str, by: AccessLink, at: datetime, request_id: UUID
) -> Note:
    """Further words of who follows a report by a secret, in the case where it is by then.

    Raises:
        NotFound: the secret was ended meanwhile.
        InvalidInput, Conflict: as ``write_note``.
    """
    with ledger.recording():
        report = locked_report(report)
        # It went along if the report was split off since it was read.
        link = AccessLink.objects.select_related("case__site").get(pk=by.pk)
        if link.revoked_at is not None:
            raise NotFound(_("这个链接已经失效"))
        return cases.write_note(
            case=report.incident.case,
            text=text,
            by=link,
            at=at,
            via=Channel.PUBLIC.value,
            request_id=request_id,
        )


def _sent_again(report: Report, chunks: Iterable[bytes]) -> Attachment:
    """One that is there already, by its bytes; nothing of a further one is kept."""
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
        if size > vault.MOST_BYTES:  # none of those that were taken
            break
    found = report.attachments.filter(sha256=digest.hexdigest()).first()
    if found is None:
        raise _too_many()
    return found


def _too_many() -> InvalidInput:
    return InvalidInput(_("一份报告最多 %s 个附件") % MOST_FILES, path="files")


def open_attachment_copy(
    *, attachment: Attachment, by: Actor, at: datetime, first: int, last: int
) -> PlayingCopy:
    """Say on the record who plays a sound or a film; the copy that may be played.

    Args:
        first, last: the bytes that are given out, both ends included.

    Raises:
        Conflict: it is still being made, or none can be.
    """
    permissions.check_can_see_attachment(by, attachment)
    row = playing_copy(attachment=attachment, at=at)
    assert row.blob is not None  # noqa: S101 -- a copy that is ready has bytes
    with ledger.recording():
        cases.record(
            AttachmentOpened(
                sha256=row.blob.sha256, way=Way.VIEWED, first=first, last=last
            ),
            attachment.report.incident.case,
            thing=f"attachment:{attachment.uid}",
            by=by,
            at=at,
        )
    return row


def playing_copy(*, attachment: Attachment, at: datetime) -> PlayingCopy:
    """What a browser plays of it; nothing of it is given out by asking.

    Raises:
        Conflict: it is still being made, or none can be.
    """
    original = Blob.objects.filter(sha256=attachment.sha256).first()
    if original is None:  # of before there was evidence, and not adopted yet
        raise Conflict(_("播放副本正在生成，请过一会再打开"))
    return evidence.ready_copy(original=original, at=at)


def open_attachment(
    *,
    attachment: Attachment,
    by: Actor,
    at: datetime,
    way: Way = Way.VIEWED,
) -> Path:
    """Say on the record who looks, then give the path of the bytes.

    Args:
        way: ``DOWNLOADED`` where the bytes leave as they came, and are not drawn anew.

    Raises:
        Conflict: no copy is whole, or it carries malware and would be saved.
    """
    permissions.check_can_see_attachment(by, attachment)
    path = file_path(attachment, is_saved=way == Way.DOWNLOADED)
    with ledger.recording():
        cases.record(
            AttachmentOpened(
                sha256=attachment.sha256,
                way=way,
                first=0,
                last=path.stat().st_size - 1,
            ),
            attachment.report.incident.case,
            thing=f"attachment:{attachment.uid}",
            by=by,
            at=at,
        )
    return path
