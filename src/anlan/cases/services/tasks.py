"""Tasks of the plan: proven, done, left out, taken back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.utils.translation import gettext as _

from anlan.base import vault
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.vault import Kept
from anlan.cases import permissions, policies
from anlan.cases.enums import Protection, TaskState, Way
from anlan.cases.events import (
    TaskDone,
    TaskPhotoOpened,
    TaskPhotoReceived,
    TaskReopened,
    TaskSkipped,
)
from anlan.cases.models import Deadline, Task, TaskPhoto
from anlan.cases.originals import original_path
from anlan.cases.services.accepted_requests import made_before, remember_made
from anlan.cases.services.deadlines import (
    cancel_deadlines,
    meet_deadlines,
    start_deadline,
)
from anlan.cases.services.record import lock_of_case, record, user_of
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor
from anlan.ledger.models import new_salt

MOST_PHOTOS = 6  # of one task


def complete_task(
    *,
    task: Task,
    by: Actor,
    at: datetime,
    words: str = "",
    photos: Iterable[Iterable[bytes]] = (),
    request_id: UUID | None = None,
    via: str = "",
) -> Task:
    """Mark a task as done, with what was done, shown or said.

    Args:
        photos: each in parts, added to those the task has already.
        request_id: the same again gives the task, and does nothing.

    Raises:
        InvalidInput: the proof is missing that the plan asks for, or a photo is none.
        Conflict: it was done or skipped already.
    """
    words = words.strip()
    permissions.check_owns_task(by, task)
    kept = [vault.keep_photo(chunks, path="photos") for chunks in photos]
    content = {
        "complete_task": str(task.uid),
        "words": words,
        "photos": sorted(photo.sha256 for photo in kept),
    }
    with ledger.recording():
        task = _lock_task(task)
        case = task.case
        earlier = made_before(
            Task.objects.select_related("case__site"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        permissions.check_can_do_task(by, task)
        for photo in kept:
            _take_photo(task, photo, by=by, at=at, via=via)
        policies.check_is_proven(task, words=words, photos_count=task.photos.count())
        _end_task(task, Task.State.DONE, words, by=by, at=at)
        meet_deadlines(case=case, key=task.clock, about=f"task:{task.uid}", at=at)
        record(
            TaskDone(
                title=task.title,
                seconds=int((at - task.created_at).total_seconds()),
                # Even no words are covered: nobody puts some there later, and those
                # of an earlier completion are gone.
                words_digest=task.digest_of("words"),
                role=task.role_key if task.is_personal else None,
            ),
            case,
            thing=f"task:{task.uid}",
            by=by,
            at=at,
            via=via,
        )
        remember_made(
            task.uid, case=case, request_id=request_id, content=content, at=at
        )
    return task


def add_task_photo(
    *, task: Task, chunks: Iterable[bytes], by: Actor, at: datetime, via: str = ""
) -> TaskPhoto:
    """Keep a photo for a task that is not done yet; the same one again is that one.

    Raises:
        InvalidInput: no photo, broken off, too large, or one too many.
        Conflict: the task was done or skipped already.
    """
    permissions.check_owns_task(by, task)
    kept = vault.keep_photo(chunks, path="photos")
    with ledger.recording():
        return _take_photo(_lock_task(task), kept, by=by, at=at, via=via)


def open_task_photo(
    *,
    photo: TaskPhoto,
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
    permissions.check_can_see_photo(by, photo)
    path = original_path(photo, is_saved=way == Way.DOWNLOADED)
    with ledger.recording():
        record(
            TaskPhotoOpened(
                sha256=photo.sha256, way=way, first=0, last=path.stat().st_size - 1
            ),
            photo.task.case,
            thing=f"photo:{photo.uid}",
            by=by,
            at=at,
        )
    return path


def skip_task(*, task: Task, reason: str, by: Actor, at: datetime) -> Task:
    """Leave a task out, with the reason; the supervisor hears of it at once."""
    reason = reason.strip()
    if not reason:
        raise InvalidInput(_("请写明为什么跳过"), path="reason")
    with ledger.recording():
        task = _lock_task(task)
        permissions.check_can_skip_task(by, task)
        _end_task(task, Task.State.SKIPPED, reason, by=by, at=at)
        cancel_deadlines(case=task.case, about=f"task:{task.uid}", at=at)
        record(
            TaskSkipped(
                title=task.title,
                binding=int(task.binding),
                words_digest=task.digest_of("words"),
                role=task.role_key if task.is_personal else None,
            ),
            task.case,
            thing=f"task:{task.uid}",
            by=by,
            at=at,
        )
    return task


def reopen_task(
    *, task: Task, by: Actor, at: datetime, within: timedelta | None = None
) -> Task:
    """Take back a completion or a skip; the entry of it stays on the record.

    Args:
        within: how long there is from now on; without it, until it was due before.
    """
    with ledger.recording():
        task = _lock_task(task)
        permissions.check_can_reopen_task(by, task)
        if task.state == Task.State.OPEN:
            raise Conflict(_("这项任务还没有处理，不需要撤回"))
        task.state = Task.State.OPEN
        task.ended_at = None
        task.ended_by = None
        if within is not None:
            task.due_at = at + within
        task.save(update_fields=["state", "ended_at", "ended_by", "due_at"])
        if task.due_at:
            start_deadline(
                case=task.case,
                key=task.clock,
                about=f"task:{task.uid}",
                due_at=max(task.due_at, at),
                at=at,
            )
        record(
            TaskReopened(
                title=task.title, role=task.role_key if task.is_personal else None
            ),
            task.case,
            thing=f"task:{task.uid}",
            by=by,
            at=at,
        )
    return task


def renew_task_clock(*, task: Task, within: timedelta, at: datetime) -> None:
    """Let an open task have time again if its clock ran out, or none was started.

    Part of the change that asks for it anew; one that runs is left as it is.
    """
    about = f"task:{task.uid}"
    running = Deadline.objects.filter(
        case=task.case, about=about, met_at=None, cancelled_at=None, fired_at=None
    )
    if task.state != TaskState.OPEN or running.exists():
        return
    task.due_at = at + within
    task.save(update_fields=["due_at"])
    start_deadline(
        case=task.case, key=task.clock, about=about, due_at=task.due_at, at=at
    )


def move_task(*, task: Task, due_at: datetime, at: datetime) -> None:
    """Let an open task be due at another time; one that ran out has time again.

    Part of the change by which it moves. A clock that was stopped moves too, for it may
    run on.
    """
    if task.state != TaskState.OPEN:
        return
    task.due_at = due_at
    task.save(update_fields=["due_at"])
    Deadline.objects.filter(
        about=f"task:{task.uid}", met_at=None, fired_at=None
    ).update(due_at=due_at)
    if task.case.is_open and due_at > at:
        renew_task_clock(task=task, within=due_at - at, at=at)


def _take_photo(
    task: Task, kept: Kept, *, by: Actor, at: datetime, via: str
) -> TaskPhoto:
    """Under the lock of the task. What a phone sends again after all is done, is had."""
    had = task.photos.filter(sha256=kept.sha256).first()
    if had is not None:
        return had
    permissions.check_can_do_task(by, task)
    if task.photos.count() >= MOST_PHOTOS:
        raise InvalidInput(_("一项任务最多 %s 张照片") % MOST_PHOTOS, path="photos")
    photo = TaskPhoto.objects.create(
        task=task,
        sha256=kept.sha256,
        media_type=kept.media_type,
        size=kept.size,
        received_at=at,
        protection=Protection.INJURY if task.shows_a_body else Protection.NONE,
    )
    record(
        TaskPhotoReceived(
            title=task.title,
            media_type=kept.media_type,
            bytes_count=kept.size,
            sha256=kept.sha256,
        ),
        task.case,
        thing=f"photo:{photo.uid}",
        by=by,
        at=at,
        via=via,
    )
    return photo


def _lock_task(task: Task) -> Task:
    """The task under its row lock, after its case's, as everywhere.

    Without the case's a task could be taken back while somebody closes the case.
    """
    return lock_of_case(task)


def _end_task(
    task: Task, state: TaskState, words: str, *, by: Actor, at: datetime
) -> None:
    task.state = state
    task.words = words
    if task.is_erased:  # it was opened again after its period
        task.text_salt = new_salt()
    task.ended_at = at
    task.ended_by = user_of(by)
    task.save(update_fields=["state", "words", "text_salt", "ended_at", "ended_by"])
