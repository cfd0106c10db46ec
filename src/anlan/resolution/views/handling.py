"""What is done about a case, in its room: one line for each theme that the reader may open."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from anlan.accounts.permissions import has_permission
from anlan.accounts.roles import Permission
from anlan.cases.selectors import case_for
from anlan.cases.views.answers import reader_of
from anlan.cases.wall import is_party
from anlan.resolution import permissions
from anlan.resolution.selectors.plans import plans_of


@dataclass(frozen=True, kw_only=True)
class Theme:
    """A page of the case, by its name alone: the plans know none of the themes."""

    title: Promise
    icon: str
    page: str
    needs: tuple[Permission, ...]  # any of them
    is_for_parties: bool = True  # a colleague who is one does not arrange it


THEMES = (
    Theme(
        title=_("报案"),
        icon="shield",
        page="legal:police",
        needs=(Permission.INVESTIGATION_READ, Permission.POLICE_REPORT),
    ),
    Theme(
        title=_("处理方案"),
        icon="checklist",
        page="resolution:plans",
        needs=(Permission.INVESTIGATION_READ,),
    ),
    Theme(
        title=_("告知与申诉"),
        icon="file-text",
        page="resolution:notices",
        needs=(Permission.INVESTIGATION_READ,),
    ),
    Theme(
        title=_("赔偿测算"),
        icon="scale",
        page="resolution:compensations",
        needs=(Permission.INJURY_READ,),
    ),
    Theme(
        title=_("协商与调解"),
        icon="users",
        page="mediation:list",
        needs=(Permission.TALKS_READ, Permission.TALKS_RUN),
    ),
    Theme(
        title=_("支持"),
        icon="heart-handshake",
        page="counselling:status",
        needs=(Permission.SUPPORT_OFFER,),
        is_for_parties=False,
    ),
    Theme(
        title=_("工伤"),
        icon="first-aid-kit",
        page="legal:work_injuries",
        needs=(Permission.WORK_INJURY, Permission.INJURY_READ),
    ),
    Theme(
        title=_("时效"),
        icon="clock",
        page="legal:limitations",
        needs=(Permission.INVESTIGATION_READ,),
    ),
    Theme(
        title=_("律师"),
        icon="lock",
        page="legal:counsel",
        needs=(Permission.COUNSEL_ENGAGE, Permission.OPINION_READ),
    ),
    Theme(
        title=_("总结与改进"),
        icon="notes",
        page="review:reports",
        needs=(Permission.INVESTIGATION_READ,),
    ),
)


@login_required
@require_GET
def panel(request: HttpRequest, number: str) -> HttpResponse:
    """For the room; nothing for whoever may open none of it."""
    reader = reader_of(request)
    case = case_for(reader, number)
    is_one = is_party(reader, case)
    themes = [
        (theme, reverse(theme.page, args=[number]))
        for theme in THEMES
        if (theme.is_for_parties or not is_one)
        and any(has_permission(reader, one, site=case.site) for one in theme.needs)
    ]
    may_read = permissions.can_see_plans(reader, case)
    context = {
        "case": case,
        "themes": themes,
        "plan": plans_of(case).first() if may_read else None,
        "may_read": may_read,
    }
    return render(request, "resolution/panel.html", context)
