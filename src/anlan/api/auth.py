"""Who calls: a person through a token, held to its scopes and its rate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from anlan.accounts.models import ApiToken, User
from anlan.accounts.roles import Permission
from anlan.accounts.selectors.tokens import needs_use_noted, user_of_token
from anlan.accounts.services import note_use
from anlan.api.errors import ANYWHERE, ErrorOut
from anlan.base.errors import NotAllowed, TooManyRequests
from anlan.base.limits import count_up

RATE = 600  # requests of one token in a window
WINDOW = 60  # seconds


@dataclass(frozen=True, kw_only=True)
class Caller:
    """The token's owner, and the instant at which this request was accepted."""

    user: User
    token: ApiToken
    at: datetime


class ApiRequest(HttpRequest):
    """A request that a token has been found for."""

    auth: Caller


class Bearer(HttpBearer):
    """A personal token in the ``Authorization`` header, with the scopes asked for."""

    def __init__(self, *scopes: Permission) -> None:
        super().__init__()
        self.scopes = scopes

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        at = timezone.now()
        found = user_of_token(token, at=at)
        if found is None:
            return None
        user, row = found
        # The middleware knew no user; it puts the language back after the answer.
        translation.activate(user.language)
        _check_rate(row, at)
        for scope in self.scopes:
            if user.scopes is not None and scope not in user.scopes:
                raise NotAllowed(_("令牌的范围不含“%s”") % scope.label)
        if needs_use_noted(row, at=at):
            note_use(token=row, at=at)
        return Caller(user=user, token=row, at=at)


def check_any_scope(caller: Caller, *scopes: Permission) -> None:
    """For what different people may: their token has to be for one of these.

    Raises:
        NotAllowed: it is for none of them.
    """
    held = caller.user.scopes
    if held is not None and not held & set(scopes):
        raise NotAllowed(_("令牌的范围不含“%s”") % scopes[0].label)


def operation(*scopes: Permission, out: Any, status: int = 200) -> dict[str, Any]:
    """What each route says: the scopes it needs, what it answers, how it refuses."""
    return {
        "auth": Bearer(*scopes),
        "response": {
            status: out,
            frozenset({401, 403, 404, 409, 422, 429}) | ANYWHERE: ErrorOut,
        },
        "openapi_extra": {"x-scopes": [scope.value for scope in scopes]},
    }


def _check_rate(token: ApiToken, at: datetime) -> None:
    """Count the requests of this window, for all processes together."""
    now = int(at.timestamp())
    if count_up(f"api:{token.pk}:{now // WINDOW}", seconds=2 * WINDOW) > RATE:
        raise TooManyRequests(
            _("请求太频繁，请稍后再试"), retry_after=WINDOW - now % WINDOW
        )
