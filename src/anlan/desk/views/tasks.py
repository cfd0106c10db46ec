"""My tasks, by case, done in place."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anlan.accounts.models import User
from anlan.base.errors import DomainError, NotFound
from anlan.cases import services as cases
from anlan.cases.forms import DoneForm
from anlan.cases.models import Task
from anlan.cases.selectors import my_tasks
from anlan.desk import selectors
from anlan.desk.views.reader import reader
from anlan.law.selectors import refusal_words

MOST = 200


@login_required
@require_GET
def task_list(request: HttpRequest) -> HttpResponse:
    """The open tasks of my roles, the case with the most urgent one first."""
    return _page(request, reader(request))


@login_required
@require_POST
def completion(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Mark one as done; what the service refuses is said beside it."""
    user = reader(request)
    task = my_tasks(user).filter(uid=uid).first()
    if task is None:
        # An impatient hand presses twice: its second press finds the work done.
        ended = Task.objects.filter(uid=uid, ended_by=user).first()
        if ended is None:
            raise NotFound(_("没有这项任务，或者它已经完成"))
        messages.info(request, _("您已经办过这项任务：%s") % ended.title)
        return redirect("desk:tasks")
    form = DoneForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, user, task=task, form=form, status=422)
    try:
        cases.complete_task(task=task, by=user, at=timezone.now(), **form.done())
    except DomainError as error:
        form.add_error(None, refusal_words(error))
        return _page(request, user, task=task, form=form, status=error.status)
    messages.success(request, _("已完成：%(title)s") % {"title": task.title})
    return redirect("desk:tasks")


def _page(
    request: HttpRequest,
    user: User,
    *,
    task: Task | None = None,
    form: DoneForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The list; ``form`` is the refused one, shown open at its ``task``."""
    tasks = list(my_tasks(user).select_related("case__incident__place")[:MOST])
    return render(
        request,
        "desk/tasks.html",
        {
            "decisions": selectors.decisions(user),
            "groups": selectors.by_case(tasks),
            "total": len(tasks),
            "refused": task,
            "form": form,
        },
        status=status,
    )
