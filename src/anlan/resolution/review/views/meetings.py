"""Meetings after the event."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anlan.cases.views.answers import posted, reader_of, sheet
from anlan.resolution.review import services as review
from anlan.resolution.review.forms.meetings import MeetingForm
from anlan.resolution.review.selectors.meetings import meetings_of
from anlan.resolution.review.selectors.reports import reviewed_case
from anlan.resolution.review.views.frame import page


@login_required
@require_GET
def meetings(request: HttpRequest, number: str) -> HttpResponse:
    case = reviewed_case(reader_of(request), number)
    return page(
        request,
        "meetings.html",
        case=case,
        tab="meetings",
        rows=meetings_of(case),
    )


@login_required
@require_http_methods(["GET", "POST"])
def meeting_addition(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    case = reviewed_case(reader, number)
    form = MeetingForm(
        posted(request), case=case, initial={"held_at": timezone.localtime()}
    )

    def act(said: dict[str, Any]) -> HttpResponse:
        review.record_meeting(case=case, **form.held(), by=reader, at=timezone.now())
        return redirect("review:meetings", number)

    return sheet(
        request,
        number=number,
        title=_("登记复盘会"),
        lead=_(
            "复盘会只谈怎样处置，自愿参加，不是心理疏导；要心理支持的，另外转介，电话 12356。"
        ),
        button=_("登记"),
        form=form,
        act=act,
    )
