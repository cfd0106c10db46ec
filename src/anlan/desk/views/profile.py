"""My profile, and who may do what."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from anlan.accounts.permissions import memberships_not_over, running_memberships
from anlan.accounts.roles import ROLES, Permission
from anlan.accounts.services import phone_of
from anlan.desk import selectors
from anlan.desk.views.reader import reader

SHIFTS = 5


@login_required
@require_GET
def profile(request: HttpRequest) -> HttpResponse:
    """Who I am here, my next shifts, how I sign in, and when I did."""
    user = reader(request)
    shifts = user.shifts.filter(ends_at__gt=timezone.now())
    return render(
        request,
        "desk/profile.html",
        {
            "person": user,
            "phone": phone_of(user),
            "memberships": memberships_not_over(user),
            "shifts": list(
                shifts.select_related("post", "site").order_by("starts_at")[:SHIFTS]
            ),
            "sign_ins": selectors.sign_ins(user),
        },
    )


@login_required
@require_GET
def permission_matrix(request: HttpRequest) -> HttpResponse:
    """Roles by permissions, read from the very table that every check reads."""
    mine = {membership.role_key for membership in running_memberships(reader(request))}
    return render(
        request,
        "desk/permissions.html",
        {
            "roles": [(role, role.key in mine) for role in ROLES.values()],
            "rows": [
                (permission, [permission in r.permissions for r in ROLES.values()])
                for permission in Permission
            ],
        },
    )
