"""Work of the plan: done, left out, taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.accounts.models import User
from anlan.base.download import is_shown, shown_answer
from anlan.base.errors import NotFound
from anlan.cases import services as cases
from anlan.cases.enums import Way
from anlan.cases.forms import DoneForm, ReasonForm
from anlan.cases.models import Case, Task, TaskPhoto
from anlan.cases.permissions import can_know_task, owns_task, why_not_skipped
from anlan.cases.policies import can_be_worked
from anlan.cases.room import Can
from anlan.cases.selectors import case_for, photos_for
from anlan.cases.views.answers import case_changed, one_tap, posted, reader_of, sheet


@login_required
@require_http_methods(["GET", "POST"])
def task(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """What to do, and the entry that says it was done."""
    at = timezone.now()
    reader = reader_of(request)
    found = task_of(case_for(reader, number), reader, uid)

    form = DoneForm(posted(request), request.FILES or None)
    form.fields["words"].required = found.needs_words

    def act(said: dict[str, Any]) -> HttpResponse:
        cases.complete_task(task=found, by=reader, at=at, **form.done())
        return case_changed(request, number, at=at)

    return sheet(
        request,
        number=number,
        title=found.title,
        button=_("完成"),
        form=form,
        act=act,
        body="cases/sheets/task.html",
        task=found,
        photos=photos_for(reader, found),
        can=Can(found.case, reader),
        why_not_skipped=why_not_skipped(reader, found),
        is_mine=can_be_worked(found) and owns_task(reader, found),
    )


@login_required
@require_http_methods(["GET", "POST"])
def skipping(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    at = timezone.now()
    reader = reader_of(request)
    found = task_of(case_for(reader, number), reader, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        cases.skip_task(task=found, reason=said["reason"], by=reader, at=at)
        return case_changed(request, number, at=at)

    return sheet(
        request,
        number=number,
        title=_("跳过：%s") % found.title,
        lead=_("跳过会立即通知上级，理由写入记录。"),
        button=_("跳过任务"),
        kind="danger",
        form=ReasonForm(posted(request)),
        act=act,
    )


@login_required
@require_POST
@one_tap
def reopening(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    at = timezone.now()
    reader = reader_of(request)
    found = task_of(case_for(reader, number), reader, uid)
    cases.reopen_task(task=found, by=reader, at=at)
    return case_changed(request, number, at=at)


@login_required
@require_GET
def photo(request: HttpRequest, number: str, uid: UUID) -> HttpResponseBase:
    """The bytes of a photo that proves a task; looking at it is on the record."""
    reader = reader_of(request)
    found = (
        TaskPhoto.objects.select_related("task__case__site")
        .filter(task__case=case_for(reader, number), uid=uid)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这张照片"))
    path = cases.open_task_photo(
        photo=found,
        by=reader,
        at=timezone.now(),
        way=Way.VIEWED if is_shown(found.media_type) else Way.DOWNLOADED,
    )
    return shown_answer(
        path, media_type=found.media_type, name=f"{number}-{found.sha256[:8]}"
    )


def task_of(case: Case, reader: User, uid: UUID) -> Task:
    found = (
        Task.objects.filter(case=case, uid=uid)
        .select_related("case__site", "ended_by")
        .first()
    )
    if found is None or not can_know_task(reader, found, case):
        raise NotFound(_("没有这项任务"))
    return found
