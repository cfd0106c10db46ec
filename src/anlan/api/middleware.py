"""What is answered before any operation is called has the shape of the API, too."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from anlan.api.errors import PREFIX, early_refusal


class MethodMiddleware:
    """An address that has no such method; the router answers it with bare words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if answer.status_code != 405 or not request.path.startswith(PREFIX):
            return answer
        refused = early_refusal(405)
        refused["Allow"] = answer["Allow"]
        return refused
