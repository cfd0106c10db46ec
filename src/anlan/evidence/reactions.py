"""Answers to what others put on the record, in the transaction of the change."""

from __future__ import annotations

from uuid import UUID

from anlan.base.vault import Kept
from anlan.cases.events import TaskPhotoReceived
from anlan.cases.models import TaskPhoto
from anlan.evidence import services
from anlan.evidence.enums import Source
from anlan.evidence.services.adopting import title_of_photo
from anlan.ledger.events import SYSTEM, Queued


def adopt_task_photo(queued: Queued) -> None:
    """A photo that proves a task is evidence of its case as well."""
    event = queued.event
    if not isinstance(event, TaskPhotoReceived):
        return
    photo = TaskPhoto.objects.select_related("task__case__site").get(
        uid=UUID(queued.object.partition(":")[2])
    )
    services.add_exhibit(
        case=photo.task.case,
        kept=Kept(sha256=photo.sha256, size=photo.size, media_type=photo.media_type),
        source=Source.TASK,
        source_uid=photo.uid,
        received_from=queued.actor,
        title=title_of_photo(photo),
        by=SYSTEM,
        at=queued.recorded_at,
    )
