"""Preferences, the answer to a supervisor, and the answers to failures."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from anlan.accounts import services as accounts
from anlan.accounts.models import User
from anlan.evidence.selectors.safety import late_checks


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep theme, text size and language; a visitor's language stays in a cookie."""
    language = request.POST.get("language")
    if language not in dict(settings.LANGUAGES):
        language = None
    theme = request.POST.get("theme")
    if theme not in User.Theme.values:
        theme = None
    text = request.POST.get("text")
    if isinstance(request.user, User):
        accounts.set_preferences(
            user=request.user,
            language=language,
            theme=theme,
            large_text=None if text is None else text == "large",
        )
    response = redirect(_safe_next(request))
    if language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            samesite="Lax",
        )
    return response


@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    """Whether this process can reach its database; for proxies and supervisors.

    ``late_checks`` names the checks of evidence that did not come in time: also if no
    worker runs, which then can tell nobody itself. It never makes the answer a failure.
    """
    return JsonResponse({"ok": True, "late_checks": late_checks(at=timezone.now())})


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open too long, or came from elsewhere: say so, keep nothing."""
    return render(request, "desk/csrf.html", status=403)


def _safe_next(request: HttpRequest) -> str:
    target = request.POST.get("next", "/")
    own = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if own else "/"
