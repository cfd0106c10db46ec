"""The language of each request, and the shared phone that must not stay open."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation

from anlan.accounts.models import User
from anlan.accounts.signed_in import (
    PHONE_COOKIE,
    PHONE_SEEN,
    PHONE_SESSION,
    is_unlocked,
)
from anlan.base.clock import acting_at

# Six digits open the guard's pages and no others; asked by the page itself, not by
# whoever holds the phone, is only the token of the outbox.
_PHONE_PATHS = (
    "/m/",
    "/static/",
    "/live/",
    "/q/",
    "/preferences/",
    "/accounts/logout/",
)
_UNATTENDED = ("/m/token/", "/live/", "/static/")


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
        if PHONE_SESSION in request.session:
            at = timezone.now()
            phone = request.COOKIES.get(PHONE_COOKIE, "")
            if not is_unlocked(request.session, request.user, phone=phone, at=at):
                logout(request)
                return redirect("phone:shared")
            if not request.path.startswith(_UNATTENDED):
                request.session[PHONE_SEEN] = int(at.timestamp())
            if not request.path.startswith(_PHONE_PATHS):
                return redirect("phone:alarm")
        return self.get_response(request)
