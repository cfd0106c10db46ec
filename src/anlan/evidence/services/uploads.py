"""Files that come in parts: begun, finished, ended."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.disk_space import check_has_room
from anlan.base.errors import Conflict, InvalidInput, TooLarge
from anlan.base.vault import Kept
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.evidence import drafts, permissions, policies
from anlan.evidence.enums import Source, UploadState
from anlan.evidence.events import UploadRefused
from anlan.evidence.models import Exhibit, Recording, Upload
from anlan.evidence.reading import Found, read
from anlan.evidence.selectors import open_uploads
from anlan.evidence.services.receiving import MOST_TITLE, add_exhibit
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor

KEPT_FOR = timedelta(days=7)  # until a draft that nobody went on with is removed
MOST_OPEN = 20  # uploads of one person
MOST_BYTES_OPEN = 4  # times the largest file, of one person
MOST_FILE_NAME, MOST_HOW = 255, 500  # characters
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, kw_only=True)
class About:
    """What the sender says of a file."""

    title: str = ""
    file_name: str = ""
    how: str = ""
    happened: datetime | None = None
    is_footage: bool = False  # it came out of a CCTV recorder
    brought_for: Recording | None = None  # of which it is an export


def begin_upload(
    *,
    case: Case,
    size: int,
    about: About,
    request_id: UUID,
    by: User,
    at: datetime,
) -> Upload:
    """Let a file of ``size`` bytes come; the same ``request_id`` again is the same upload.

    Raises:
        InvalidInput: an empty file, or words that are too long.
        TooLarge: more than an upload may have.
        Conflict: the id was used for another file, or too many are open.
        NoRoom: a disk has no room for it.
    """
    permissions.check_can_add(by, case)
    _check_size(size)
    policies.check_is_recording_of(case, about.brought_for)
    about = _checked(about)
    with transaction.atomic():
        # The owner's row is the lock: two at once are counted one by one.
        User.objects.select_for_update().get(pk=by.pk)
        there = Upload.objects.filter(by=by, request_id=request_id).first()
        if there is not None:
            return _same(there, case, size)
        _check_quota(by, size)
        return Upload.objects.create(
            case=case,
            by=by,
            request_id=request_id,
            size=size,
            title=about.title,
            file_name=about.file_name,
            how=about.how,
            happened_at=about.happened,
            is_footage=about.is_footage,
            brought_for=about.brought_for,
            begun_at=at,
            expires_at=at + KEPT_FOR,
        )


def finish_upload(
    *,
    upload: Upload,
    by: Actor,
    at: datetime,
    digest: str = "",
    via: str = "",
) -> Exhibit:
    """Make an upload of which every byte is here an exhibit; twice is once.

    Every step may be the last before a power cut: the bytes get their name, which takes
    nothing away; then one transaction; then the drafts go. Whoever comes next begins
    anew, and finds done what was done.

    Args:
        digest: of the bytes, where one process wrote all of them; else they are read.

    Raises:
        Conflict: bytes are missing, or the upload was ended.
        Busy: somebody has it in hand.
    """
    with drafts.opened(upload.uid.hex) as draft:
        upload.refresh_from_db()
        if upload.exhibit is not None:
            draft.remove()
            return upload.exhibit
        check_is_open(upload)
        if draft.size != upload.size:
            raise Conflict(_("文件还没有传完"))
        digest = digest or draft.digest()
        found = read(draft.path)
        draft.keep(digest)
        exhibit = _add(upload, digest, found, by=by, at=at, via=via)
        draft.remove()
    return exhibit


def end_upload(*, upload: Upload, reason: str, by: Actor, at: datetime) -> None:
    """Throw away what has come of a file; that it was begun stays on the record.

    Args:
        reason: ``ended`` by who sent it, or ``expired``.

    Raises:
        Conflict: it is an exhibit already, or was ended.
        Busy: somebody is sending.
    """
    with drafts.opened(upload.uid.hex) as draft:
        with ledger.recording():
            upload = _locked(upload)
            check_is_open(upload)
            upload.state, upload.refusal = UploadState.REFUSED, reason
            upload.save(update_fields=["state", "refusal"])
            cases.record(
                UploadRefused(reason=reason, bytes_count=draft.size),
                upload.case,
                thing=f"upload:{upload.uid}",
                by=by,
                at=at,
            )
        draft.remove()


def check_is_open(upload: Upload) -> None:
    if upload.state != UploadState.OPEN:
        raise Conflict(_("这次上传已经结束"))


def _check_size(size: int) -> None:
    if size <= 0:
        raise InvalidInput(_("文件是空的"), path="file")
    if size > settings.MOST_UPLOAD_BYTES:
        most = settings.MOST_UPLOAD_BYTES // 1024**3
        raise TooLarge(_("一个文件最大 %s GB") % most, path="file")


def _checked(about: About) -> About:
    """The words as they are kept: a name without a path, nothing that is not shown."""
    name = _CONTROL.sub("", about.file_name).replace("\\", "/").rpartition("/")[2]
    for path, text, most in (
        ("title", about.title, MOST_TITLE),
        ("filename", name, MOST_FILE_NAME),
        ("how", about.how, MOST_HOW),
    ):
        if len(text) > most:
            raise InvalidInput(_("最多 %s 字") % most, path=path)
    return About(
        title=_CONTROL.sub(" ", about.title).strip(),
        file_name=name,
        how=about.how.strip(),
        happened=about.happened,
        is_footage=about.is_footage,
        brought_for=about.brought_for,
    )


def _same(there: Upload, case: Case, size: int) -> Upload:
    if there.case_id != case.pk or there.size != size:
        raise Conflict(_("这个请求编号已经用于另一个文件"))
    return there


def _check_quota(by: User, size: int) -> None:
    """The person's share, then the disks: what others were promised is not free."""
    mine = open_uploads().filter(by=by)
    sizes = list(mine.values_list("size", flat=True))
    most = settings.MOST_UPLOAD_BYTES * MOST_BYTES_OPEN
    if len(sizes) >= MOST_OPEN or sum(sizes) + size > most:
        raise Conflict(_("您还有太多没有传完的文件，请先传完或取消"))
    promised = sum(
        max(0, wanted - drafts.size_of(uid.hex))
        for uid, wanted in open_uploads().values_list("uid", "size")
    )
    check_has_room(size, promised=promised)


def _add(
    upload: Upload, digest: str, found: Found, *, by: Actor, at: datetime, via: str
) -> Exhibit:
    with ledger.recording():
        upload = _locked(upload)
        check_is_open(upload)
        exhibit = add_exhibit(
            case=upload.case,
            kept=Kept(sha256=digest, size=upload.size, media_type=found.media_type),
            source=Source.UPLOAD,
            source_uid=upload.uid,
            received_from=upload.by.actor_key,
            reading=found.reading,
            title=upload.title,
            file_name=upload.file_name,
            how=upload.how,
            happened=upload.happened_at,
            is_footage=upload.is_footage,
            brought_for=upload.brought_for,
            by=by,
            at=at,
            via=via,
        )
        upload.state, upload.exhibit = UploadState.DONE, exhibit
        upload.save(update_fields=["state", "exhibit"])
    return exhibit


def _locked(upload: Upload) -> Upload:
    return (
        Upload.objects.select_for_update(of=("self",))
        .select_related("case__site", "by")
        .get(pk=upload.pk)
    )
