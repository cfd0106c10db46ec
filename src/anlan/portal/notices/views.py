"""What a letter says to whoever got it, and what they object. No account."""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.errors import Conflict, DomainError
from anlan.base.limits import count_up
from anlan.cases.act import act_day
from anlan.cases.models import AccessLink
from anlan.cases.selectors import link_for
from anlan.law import selectors as law
from anlan.portal.forms import ObjectForm
from anlan.portal.visitors import WINDOW
from anlan.resolution import policies
from anlan.resolution import services as resolution
from anlan.resolution.enums import NoticeKind, NoticeState
from anlan.resolution.letters import appeal_words
from anlan.resolution.selectors.notices import (
    notice_of_link,
    objections_to,
    told_by_link,
)

MOST_TRIES = 20  # of one link in a window, whatever was typed
_VIA = "public"


@never_cache
@require_GET
def notice(request: HttpRequest, secret: str) -> HttpResponse:
    """The measure in plain words, until when one may object, and what became of it."""
    link = link_for(secret, at=timezone.now())
    return _page(request, link, secret)


# As the other pages of a secret address: there is no session to ride on.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def objection(request: HttpRequest, secret: str) -> HttpResponse:
    at = timezone.now()
    link = link_for(secret, at=at)
    if request.method == "GET":
        return redirect("portal:notice", secret)
    form = ObjectForm(request.POST)
    if count_up(f"portal:notice:{link.uid}", seconds=WINDOW) > MOST_TRIES:
        form.add_error("words", _("试得太多了，请过十分钟再试，或者打电话给管理处"))
        return _page(request, link, secret, form=form, status=429)
    if not form.is_valid():
        return _page(request, link, secret, form=form, status=422)
    try:
        made = resolution.object_by_link(
            link=link, **form.cleaned_data, by=link, at=at, via=_VIA
        )
    except DomainError as error:
        form.add_error("words", law.refusal_words(error))
        return _page(request, link, secret, form=form, status=error.status)
    messages.success(request, _("已收到您的申诉 %s") % made.code)
    return redirect("portal:notice", secret)


def _page(
    request: HttpRequest,
    link: AccessLink,
    secret: str,
    *,
    form: ObjectForm | None = None,
    status: int = 200,
) -> HttpResponse:
    found = notice_of_link(link)
    measure = found.measure
    try:
        policies.check_may_object(found, at=timezone.now())
        why_not = ""
    except Conflict as error:
        why_not = str(error)
    last_day = policies.last_day_to_object(found)
    is_revoked = found.state == NoticeState.REVOKED
    return render(
        request,
        "portal/notice.html",
        {
            "secret": secret,
            "notice": found,
            "measure": measure,
            "rule": law.measure(measure.key, on=act_day(found.case))
            if measure
            else None,
            "is_objectable": NoticeKind(found.kind).is_objectable,
            "letter": None if is_revoked else told_by_link(found),
            "is_revoked": is_revoked,
            "appeal": appeal_words(measure.appeal, measure.appeal_days)
            if measure
            else "",
            "last_day": last_day,
            "may_move": last_day and policies.latest_day_to_object(last_day) > last_day,
            "objections": objections_to(measure) if measure else [],
            "why_not": why_not,
            "form": form or ObjectForm(initial={"request_id": uuid4()}),
            "site": found.case.site,
        },
        status=status,
    )
