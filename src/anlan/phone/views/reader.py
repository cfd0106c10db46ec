"""Who reads this page, and whether a person or the outbox asked."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import DomainError, InvalidInput, NotFound
from anlan.law.selectors import refusal_words


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def reader(request: HttpRequest) -> User:
    if not isinstance(request.user, User):  # login_required has seen to it
        raise NotFound(_("请先登录"))
    return request.user


def refused_json(error: DomainError) -> JsonResponse:
    """For the outbox, which shows the sentence beside what it keeps."""
    path = error.path if isinstance(error, InvalidInput) else "__all__"
    return JsonResponse({"errors": {path: [refusal_words(error)]}}, status=error.status)
