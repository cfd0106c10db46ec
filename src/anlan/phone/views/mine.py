"""What else concerns a guard: cases, shifts, uploads, the communication test."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.accounts.permissions import holds_somewhere
from anlan.accounts.roles import Permission
from anlan.cases.selectors import cases_for
from anlan.evidence.selectors import case_number_of
from anlan.evidence.views.pages import receipt_page
from anlan.evidence.views.uploads import ANY, upload_page
from anlan.notify import selectors as notify_selectors
from anlan.notify import services as notify
from anlan.phone.views.reader import reader
from anlan.resolution.counselling.permissions import is_counsellor


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, number: str) -> HttpResponse:
    """Photos, sounds and films of a case, also large ones, from the phone's own pages."""
    return upload_page(
        request,
        number,
        template="phone/upload.html",
        then=reverse("phone:receipt", args=[ANY]),
    )


@login_required
@require_GET
def receipt(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What whoever brought it takes along, also from a shared phone."""
    return receipt_page(
        request, case_number_of(uid), uid, template="phone/receipt.html"
    )


@login_required
@require_GET
def events(request: HttpRequest) -> HttpResponse:
    found = cases_for(reader(request)).select_related("site", "incident__place")
    return render(
        request,
        "phone/events.html",
        {"cases": list(found.order_by("-opened_at", "-pk")[:40])},
    )


@login_required
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    now = timezone.now()
    shifts = user.shifts.filter(ends_at__gt=now).select_related("post", "site")
    context = {
        "shifts": list(shifts.order_by("starts_at")[:5]),
        "takes_in": holds_somewhere(user, Permission.FOOTAGE_TAKE_IN),
        "counsels": is_counsellor(user),
    }
    return render(request, "phone/me.html", context)


@never_cache
@login_required
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """Who is called and what the tabs count, for the page that is open, named by ``at``.

    An entry of a site's record concerns each phone that is open there: all of its page,
    read anew by every one of them, would cost more than what was recorded.
    """
    request.path = request.GET.get("at", "")  # of which the parts are
    return render(request, "phone/waiting.html")


@login_required
@require_POST
def check_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The communication test: this phone answers."""
    user, at = reader(request), timezone.now()
    answer = notify_selectors.open_checks_of(user, at).filter(pk=pk).first()
    if answer is None:
        messages.info(request, _("这次通信测试已经结束"))
    else:
        notify.answer_check(answer=answer, by=user, at=at)
        messages.success(request, _("已收到，手机正常"))
    return redirect("phone:alarm")
