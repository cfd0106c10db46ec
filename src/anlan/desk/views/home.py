"""Where each role begins."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from anlan.accounts.models import Membership, User
from anlan.accounts.permissions import (
    can_change_tree,
    memberships_not_over,
    running_memberships,
)
from anlan.accounts.roles import Permission
from anlan.cases.selectors import my_tasks
from anlan.desk import selectors
from anlan.desk.views.reader import reader

TASKS = 8  # the most urgent ones; the rest is a page of its own


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What is burning, what is mine, who is here; a guard's home is the phone, or the wall."""
    user = reader(request)
    at = timezone.now()
    if works_on_foot(user):
        watches = selectors.watches(user, at=at)
        return redirect("desk:monitor" if watches else "phone:alarm")
    tasks = list(my_tasks(user)[: TASKS + 1])
    return render(
        request,
        "desk/home.html",
        {
            "sees_incidents": Permission.INCIDENT_SEE in _held(user),
            "may_report": Permission.INCIDENT_REPORT in _held(user),
            "incidents": selectors.open_incidents(user),
            "decisions": selectors.decisions(user),
            "tasks": tasks[:TASKS],
            "has_more_tasks": len(tasks) > TASKS,
            "duties": selectors.on_duty(user, at=at),
            "gaps": selectors.gaps_today(user, at=at),
            "begins_company": can_change_tree(user, user.organisation)
            and not user.organisation.site_set.exists(),
            "begins": _first_role(user, at),
            "closed": selectors.closed_lately(user, at=at),
        },
    )


def works_on_foot(user: User) -> bool:
    """Whether the user answers alarms without commanding anywhere: a guard."""
    held = _held(user)
    return (
        Permission.INCIDENT_RESPOND in held and Permission.INCIDENT_COMMAND not in held
    )


def _first_role(user: User, at: datetime) -> Membership | None:
    """The role that begins next, of somebody who has none yet."""
    if running_memberships(user):
        return None
    ahead = [m for m in memberships_not_over(user) if m.is_ahead(at)]
    return min(ahead, key=lambda m: m.since_at, default=None)


def _held(user: User) -> set[Permission]:
    return {p for m in running_memberships(user) for p in m.role.permissions}
