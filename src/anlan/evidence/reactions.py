"""Answers to what others put on the record, in the transaction of the change."""

from __future__ import annotations

from uuid import UUID

from anlan.accounts.models import User
from anlan.accounts.selectors import people_by_role
from anlan.base.vault import Kept
from anlan.cases.events import (
    TaskDone,
    TaskPhotoReceived,
    TaskReopened,
    TaskSkipped,
)
from anlan.cases.models import Case, Task, TaskPhoto
from anlan.evidence import messages, services
from anlan.evidence.enums import Protection, Source, StepKind
from anlan.evidence.events import CustodyStepped, SealFoundBroken
from anlan.evidence.models import CustodyStep, Exhibit, Recording
from anlan.evidence.reading import unpacked_reading
from anlan.evidence.services import recordings
from anlan.evidence.services.origins import title_of_photo
from anlan.ledger.events import SYSTEM, Queued, uid_of
from anlan.notify import services as notify


def adopt_task_photo(queued: Queued) -> None:
    """A photo that proves a task is evidence of its case as well."""
    event = queued.event
    if not isinstance(event, TaskPhotoReceived):
        return
    photo = TaskPhoto.objects.select_related("task__case__site").get(
        uid=uid_of(queued.object)
    )
    kept = Kept(sha256=photo.sha256, size=photo.size, media_type=photo.media_type)
    services.add_exhibit(
        case=photo.task.case,
        kept=kept,
        source=Source.TASK,
        reading=unpacked_reading(kept),
        source_uid=photo.uid,
        received_from=queued.actor,
        title=title_of_photo(photo),
        protection=Protection(photo.protection),
        by=SYSTEM,
        at=queued.recorded_at,
    )


def keep_photo_clocks(queued: Queued) -> None:
    """Closing or joining a case ends no round of photographs."""
    case = Case.objects.get(uid=uid_of(queued.subject))
    services.keep_photo_clocks(case=case, at=queued.recorded_at)


def tell_of_broken_seal(queued: Queued) -> None:
    """The site's manager and counsel hear at once, also those who say so themselves."""
    if not isinstance(queued.event, SealFoundBroken):
        return
    exhibit = Exhibit.objects.select_related("case__site__organisation").get(
        uid=uid_of(queued.object)
    )
    told = people_by_role(exhibit.case.site, messages.WATCH_OVER_SEALS)
    _tell(
        messages.SEAL_BROKEN,
        queued,
        exhibit=exhibit,
        people=[person for people in told.values() for person in people],
        params={"seal": queued.event.seal_number},
    )


def tell_receiver(queued: Queued) -> None:
    """Who signed on somebody else's screen hears on their own that they have it now."""
    event = queued.event
    if not isinstance(event, CustodyStepped) or event.step != StepKind.HANDED_OVER:
        return
    step = CustodyStep.objects.select_related(
        "exhibit__case__site__organisation", "receiver"
    ).get(uid=uid_of(queued.object))
    _tell(
        messages.HANDED_OVER,
        queued,
        exhibit=step.exhibit,
        people=[step.receiver] if step.receiver else [],
    )


def follow_recording_task(queued: Queued) -> None:
    """The task of a recording was ended or opened in the list of tasks."""
    if not isinstance(queued.event, TaskDone | TaskSkipped | TaskReopened):
        return
    if not Recording.objects.filter(task__uid=UUID(queued.object[5:])).exists():
        return
    task = Task.objects.get(uid=UUID(queued.object[5:]))
    recordings.follow_task(task=task, at=queued.recorded_at)


def _tell(
    kind: str,
    queued: Queued,
    *,
    exhibit: Exhibit,
    people: list[User],
    params: dict[str, str] | None = None,
) -> None:
    number = exhibit.case.number
    notify.send(
        kind=kind,
        site=exhibit.case.site,
        subject=queued.subject,
        people=people,
        params={
            "code": exhibit.code,
            "number": number,
            "who": queued.actor,
            **(params or {}),
        },
        path=f"/cases/{number}/evidence/{exhibit.uid}/custody/",
        exercise=queued.exercise,
        by=SYSTEM,
        at=queued.recorded_at,
    )
