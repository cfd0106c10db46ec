"""The language of the person: theirs when signed in, the browser's choice otherwise."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from anlan.accounts.models import User


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
