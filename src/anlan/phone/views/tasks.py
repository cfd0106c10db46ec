"""The tasks of a guard, and the photos that prove them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.errors import DomainError, NotFound
from anlan.cases import services as cases
from anlan.cases.forms import DoneForm
from anlan.cases.models import Task
from anlan.cases.permissions import can_know_task
from anlan.cases.selectors import cases_for, my_tasks, photos_for
from anlan.cases.selectors.contacts import kept_apart_for
from anlan.evidence.selectors import receipts_for
from anlan.law.selectors import refusal_words
from anlan.phone.views.reader import reader, refused_json, wants_json


@login_required
@require_GET
def tasks(request: HttpRequest) -> HttpResponse:
    """What is to be done, and who is kept apart at the reader's sites."""
    user = reader(request)
    context = {
        "tasks": list(my_tasks(user)[:60]),
        "pairs": kept_apart_for(user, at=timezone.now()),
    }
    return render(request, "phone/tasks.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def task(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One task: what to do, what was done, and the photos that prove it."""
    user = reader(request)
    try:
        found = _task(request, uid)
    except NotFound as error:
        if wants_json(request):
            return refused_json(error)
        raise
    form = DoneForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            cases.complete_task(
                task=found, by=user, at=timezone.now(), via="phone", **form.done()
            )
        except DomainError as error:
            form.add_error(None, refusal_words(error))
            status = error.status
        else:
            return _task_done(request, found)
    elif request.method == "POST":
        status = 422
    if status != 200 and wants_json(request):
        return JsonResponse({"errors": form.errors}, status=status)
    proof = photos_for(user, found)
    context = {
        "task": found,
        "form": form,
        "photos": proof,
        "receipts": receipts_for(user, [photo.uid for photo in proof]),
    }
    return render(request, "phone/task.html", context, status=status)


@login_required
@require_POST
def photos(request: HttpRequest, uid: UUID) -> JsonResponse:
    """Photos from the outbox, before the words that complete the task."""
    try:
        found = _task(request, uid)
        for upload in request.FILES.getlist("files"):
            cases.add_task_photo(
                task=found,
                chunks=upload.chunks(),
                by=reader(request),
                at=timezone.now(),
                via="phone",
            )
    except DomainError as error:
        return refused_json(error)
    return JsonResponse({}, status=201)


def _task_done(request: HttpRequest, found: Task) -> HttpResponse:
    messages.success(request, _("已完成：%s") % found.title)
    url = reverse("phone:tasks")
    if wants_json(request):
        answer = {"request_id": request.POST.get("request_id"), "url": url}
        return JsonResponse(answer, status=201)
    return redirect(url)


def _task(request: HttpRequest, uid: UUID) -> Task:
    found = (
        Task.objects.select_related("case__site", "ended_by")
        .filter(uid=uid, case__in=cases_for(reader(request)))
        .first()
    )
    if found is None or not can_know_task(reader(request), found, found.case):
        raise NotFound(_("没有这项任务，或者您无权查看"))
    return found
