"""Turns refusals into answers a person can read."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from anlan.base.errors import DomainError


class RefusalMiddleware:
    """A ``DomainError`` that no form caught becomes a page with its sentence.

    For htmx the answer is a fragment: version 4 swaps error answers too, and a whole
    page inside a card would be a mess.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        template = "desk/refusal.html"
        if getattr(request, "htmx", False):
            template += "#fragment"
        return render(
            request, template, {"refusal": exception}, status=exception.status
        )
