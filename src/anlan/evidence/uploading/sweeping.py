"""The worker's part of uploads: what a crash left, what ran out, what nobody owns."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from anlan.base import stores
from anlan.base.errors import Conflict, traced
from anlan.base.quarantine import set_aside
from anlan.evidence import drafts, services
from anlan.evidence.enums import UploadState
from anlan.evidence.models import Upload
from anlan.evidence.selectors import open_uploads
from anlan.ledger.events import SYSTEM

log = logging.getLogger(__name__)

AT_ONCE = 20  # rows of one round
# The process that took the last part finishes; who does it for that one waits so long.
PATIENCE = timedelta(seconds=20)
LOST_AFTER = timedelta(days=1)  # a file of ``incoming`` that no upload owns


def finish_whole(*, at: datetime) -> int:
    """Finish what has come whole and was left lying, by a crash."""
    done = 0
    for upload in open_uploads().filter(begun_at__lte=at - PATIENCE)[:AT_ONCE]:
        if drafts.size_of(upload.uid.hex) != upload.size:
            continue
        try:
            services.finish_upload(upload=upload, by=SYSTEM, at=at)
        except drafts.Busy:
            continue
        except Exception as error:  # noqa: BLE001 -- the log has it; the others must go on
            log.error(  # noqa: TRY400
                "upload %s cannot be finished: %s", upload.uid, traced(error)
            )
            continue
        done += 1
    return done


def expire_uploads(*, at: datetime) -> int:
    """End what nobody went on with for a week."""
    done = 0
    for upload in open_uploads().filter(expires_at__lte=at)[:AT_ONCE]:
        if drafts.size_of(upload.uid.hex) == upload.size:
            continue  # it is whole, and only to be finished
        try:
            services.end_upload(upload=upload, reason="expired", by=SYSTEM, at=at)
        except (drafts.Busy, Conflict):
            continue
        done += 1
    return done


def sweep_drafts(*, at: datetime) -> int:
    """See to files of ``incoming`` that no running upload owns.

    What is left of an upload that is over goes; what nobody knows is set aside and never
    deleted, for it may be the only copy of something.
    """
    done = 0
    known = {uid.hex for uid in open_uploads().values_list("uid", flat=True)}
    for store, path in drafts.lost(known, before=(at - LOST_AFTER).timestamp()):
        if _is_left_over(path.stem):
            path.unlink(missing_ok=True)
        else:
            log.warning("a file that no upload owns was set aside: %s", path.name)
            set_aside(path, store=store, at=at)
        done += 1
    return done


def next_expiry() -> datetime | None:
    """When the next draft runs out."""
    return (
        Upload.objects.filter(state=UploadState.OPEN)
        .order_by("expires_at")
        .values_list("expires_at", flat=True)
        .first()
    )


def _is_left_over(name: str) -> bool:
    """Whether an upload that is over had this draft."""
    try:
        uid = UUID(hex=name)
    except ValueError:
        return False
    upload = Upload.objects.filter(uid=uid).select_related("exhibit__blob").first()
    if upload is None or upload.state == UploadState.OPEN:
        return False
    # Before the last draft goes, its bytes must lie under their own name.
    return upload.exhibit is None or stores.primary().has(upload.exhibit.file.sha256)
