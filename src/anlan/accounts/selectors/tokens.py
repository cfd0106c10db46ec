"""Personal API tokens: whose they are, which run, and what they may be used for."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from anlan.accounts import permissions
from anlan.accounts.models import ApiToken, User
from anlan.accounts.roles import Permission
from anlan.base.digest import sha256

MARK = "anlan_"  # so that a secret left in a file is recognised by scanners
USE_NOTED_EVERY = timedelta(minutes=1)


def user_of_token(secret: str, *, at: datetime) -> tuple[User, ApiToken] | None:
    """The owner of a running token, held to its scopes; nothing for any other secret."""
    if not secret.startswith(MARK) or not secret.isascii():
        return None
    token = (
        ApiToken.objects.select_related("user__organisation")
        .filter(
            digest=sha256(secret.encode()),
            revoked_at=None,
            expires_at__gt=at,
            user__is_active=True,
        )
        .first()
    )
    if token is None:
        return None
    user = token.user
    # A permission that a later version dropped is dropped from its tokens too.
    user.scopes = frozenset(scope for scope in Permission if scope in token.scopes)
    return user, token


def needs_use_noted(token: ApiToken, *, at: datetime) -> bool:
    return token.last_used_at is None or token.last_used_at < at - USE_NOTED_EVERY


def tokens_of(user: User) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(user=user).order_by("-created_at", "-pk")


def running_tokens(user: User, *, at: datetime) -> QuerySet[ApiToken]:
    return tokens_of(user).filter(revoked_at=None, expires_at__gt=at)


def scopes_open_to(user: User) -> list[Permission]:
    """What the person may do anywhere, in the order of the permission list."""
    held = {
        permission
        for membership in permissions.running_memberships(user)
        for permission in membership.role.permissions
    }
    return [permission for permission in Permission if permission in held]
