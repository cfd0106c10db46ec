"""What a plan offers to those who were hurt: written into its draft, taken out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.cases.selectors import shown_name
from anlan.cases.views.answers import posted, reader_of, sheet
from anlan.resolution import services as resolution
from anlan.resolution.forms.support import SupportForm
from anlan.resolution.selectors.plans import plan_for
from anlan.resolution.selectors.support import own_support, support_for


@login_required
@require_http_methods(["GET", "POST"])
def support_addition(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = plan_for(reader, number, uid)
    form = SupportForm(posted(request), case=found.case)

    def act(said: dict[str, Any]) -> HttpResponse:
        resolution.add_support(
            plan=found,
            offered=form.offered(),
            request_id=said["request_id"],
            by=reader,
            at=timezone.now(),
        )
        return redirect("resolution:plan", number, uid)

    return sheet(
        request,
        number=number,
        title=_("加一项支持：%s") % found.code,
        lead=_("支持只是提议：本人可以谢绝，谢绝不影响对其他事项的处理。"),
        button=_("写入草稿"),
        form=form,
        act=act,
    )


@login_required
@require_GET
def support(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One offer, for whose it is: whom to help, how, and by when."""
    found = own_support(reader_of(request), uid)
    return render(
        request,
        "resolution/support.html",
        {
            "case": found.plan.case,
            "support": found,
            "party": shown_name(found.party),
        },
    )


@login_required
@require_POST
def support_removal(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = support_for(reader, number, uid)
    plan = found.plan.uid
    resolution.remove_support(support=found, by=reader, at=timezone.now())
    return redirect("resolution:plan", number, plan)
