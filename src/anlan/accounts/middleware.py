"""The language of each request, and the shared phone that must not stay open."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation

from anlan.accounts.models import User
from anlan.accounts.selectors import shared_phone_for
from anlan.accounts.signed_in import (
    PHONE_COOKIE,
    PHONE_SEEN,
    PHONE_SESSION,
    is_held,
    is_unlocked,
)
from anlan.base.clock import acting_at

# Six digits open the guard's pages and no others.
_PHONE_PATHS = (
    "/m/",
    "/static/",
    "/live/",
    "/q/",
    "/preferences/",
    "/accounts/logout/",
)
# What a message to an officer leads to; on the shared phone they see the scene instead.
_ROOM = re.compile(r"/cases/[^/]+/")
_UNATTENDED = ("/m/token/", "/live/", "/static/")
# Where a password leads on the shared phone: to set the PIN, and out again.
_PASSWORD_PATHS = (
    "/accounts/pin/",
    "/accounts/logout/",
    "/m/shared/",
    "/m/sw.js",
    "/m/manifest.webmanifest",
    "/static/",
    "/q/",
    "/preferences/",
)
# What a phone that is locked, or that nobody holds, shows and fetches all the same.
_OPEN_TO_ALL = ("/m/shared/", "/m/sw.js", "/m/manifest.webmanifest")
_TOUCH = "/m/shared/touch/"  # a script asks, because somebody touched its page
# Where the outbox sends what was written while the phone was open, and nothing else.
_SENT = re.compile(
    r"/m/(report/|reports/[^/]+/files/|tasks/[^/]+/(photos/)?"
    r"|assignments/[^/]+/(acknowledgement|arrival)/"
    r"|cases/[^/]+/(response|control|dissuasion|call/[0-9]+)/)"
)


class MomentMiddleware:
    """Reads the clock once for all that the request asks about who may what."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with acting_at(timezone.now()):
            return self.get_response(request)


class LanguageMiddleware:
    """Activates a language for the request.

    Chinese is the default even for browsers that prefer another language: the office
    works in Chinese, and a visitor who wants English taps it once (a cookie).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = self._language(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
        return response

    def _language(self, request: HttpRequest) -> str:
        if isinstance(request.user, User):
            wanted = request.user.language
        else:
            wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


class SharedPhoneMiddleware:
    """Locks a shared phone that lies about, and keeps a PIN to the guard's pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        phone = request.COOKIES.get(PHONE_COOKIE, "")
        if PHONE_SESSION in request.session:
            at = timezone.now()
            if not is_unlocked(request.session, request.user, phone=phone, at=at):
                return self._answer_locked(request, phone=phone)
            if _is_visit(request) or request.path == _TOUCH:
                request.session[PHONE_SEEN] = int(at.timestamp())
            if _ROOM.fullmatch(request.path):
                return redirect(f"/m{request.path}")
            if not request.path.startswith(_PHONE_PATHS):
                return redirect("phone:alarm")
        elif _is_by_password(request, phone=phone) and not request.path.startswith(
            _PASSWORD_PATHS
        ):
            if not _is_visit(request):
                return HttpResponse(status=401)
            return redirect("accounts:pin")
        elif _is_left(request, phone=phone):
            return redirect("phone:shared")
        return self.get_response(request)

    def _answer_locked(self, request: HttpRequest, *, phone: str) -> HttpResponse:
        """Lets out what was written before, and shows nothing.

        A phone that was in the garage for longer than the lock waits has an alarm to
        send. So its session ends when somebody asks for a page, and not when a script
        does: the alarm would wait for the PIN of the one who wrote it.
        """
        if is_held(request.session, request.user, phone=phone):
            if _is_from_outbox(request):
                return self.get_response(request)
            if not _is_visit(request):
                return HttpResponse(status=401)
        logout(request)
        return redirect("phone:shared")


def _is_left(request: HttpRequest, *, phone: str) -> bool:
    """Whether a guard's page is asked for on a shared phone that nobody holds.

    The sign-in page would ask for a password, where the next guard has a PIN.
    """
    return (
        bool(phone)
        and request.path.startswith("/m/")
        and not request.path.startswith(_OPEN_TO_ALL)
        and _is_visit(request)
        and not request.user.is_authenticated
        and shared_phone_for(phone) is not None
    )


def _is_by_password(request: HttpRequest, *, phone: str) -> bool:
    """Whether somebody signed in with a password on a shared phone.

    It would stay open for hours, whoever took it up, with all that the password opens.
    """
    return (
        bool(phone)
        and request.user.is_authenticated
        and shared_phone_for(phone) is not None
    )


def _is_visit(request: HttpRequest) -> bool:
    """Whether somebody goes to a page, and not a script asks by itself.

    Current browsers say which; from an older one everything counts as a visit.
    """
    return not request.path.startswith(_UNATTENDED) and (
        request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    )


def _is_from_outbox(request: HttpRequest) -> bool:
    if request.path == "/m/token/":
        return True
    return (
        request.method == "POST"
        and request.headers.get("Accept", "").startswith("application/json")
        and _SENT.fullmatch(request.path) is not None
    )
