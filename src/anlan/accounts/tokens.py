"""Personal API tokens: made once, shown once, used for at most what their scopes say."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts import permissions
from anlan.accounts.events import TokenCreated, TokenRevoked
from anlan.accounts.models import ApiToken, User
from anlan.accounts.roles import Permission
from anlan.base.clock import utc_text
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor, System

MARK = "anlan_"  # so that a secret left in a file is recognised by scanners
PREFIX_LENGTH = 12
MOST_TOKENS = 20  # running ones of one person
LONGEST_DAYS = 366
_USE_NOTED_EVERY = timedelta(minutes=1)


def create_token(
    *, user: User, name: str, scopes: Iterable[str], days: int, by: Actor, at: datetime
) -> tuple[ApiToken, str]:
    """Make a token for oneself.

    Returns:
        The row, and the secret of 256 bits: shown once, kept nowhere but its digest.

    Raises:
        InvalidInput: no name, no scope, one that the person does not hold, or a time
            outside 1 to 366 days.
        NotAllowed: for somebody else, or by another token.
        Conflict: twenty are running already.
    """
    _check_may_make(by, user)
    name = name.strip()
    if not 1 <= len(name) <= 60:
        raise InvalidInput(_("请写明用途，最多 60 字"), path="name")
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidInput(_("有效期应在 1 到 366 天之间"), path="days")
    chosen = _checked_scopes(user, scopes)
    secret = f"{MARK}{secrets.token_urlsafe(32)}"
    with ledger.recording():
        # The owner's row is the lock: two forms sent at once are counted one by one.
        User.objects.select_for_update().get(pk=user.pk)
        if running_tokens(user, at=at).count() >= MOST_TOKENS:
            raise Conflict(_("最多同时使用 %(most)s 个令牌") % {"most": MOST_TOKENS})
        token = ApiToken.objects.create(
            organisation=user.organisation,
            user=user,
            name=name,
            prefix=secret[:PREFIX_LENGTH],
            digest=sha256(secret.encode()),
            scopes=chosen,
            created_at=at,
            expires_at=at + timedelta(days=days),
        )
        _record(
            TokenCreated(
                prefix=token.prefix,
                scopes=_scope_text(chosen),
                expires=utc_text(token.expires_at),
            ),
            token,
            by=by,
            at=at,
        )
    return token, secret


def revoke_token(*, token: ApiToken, by: Actor, at: datetime) -> None:
    """Stop a token, by its owner or by whoever manages people; twice does nothing."""
    _check_may_revoke(by, token)
    with ledger.recording():
        running = ApiToken.objects.filter(pk=token.pk, revoked_at=None)
        if running.update(revoked_at=at):
            _record(TokenRevoked(prefix=token.prefix), token, by=by, at=at)


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


def note_use(*, token: ApiToken, at: datetime) -> None:
    """Keep when it was last used, to the minute: reading must not become writing."""
    ApiToken.objects.filter(
        Q(last_used_at=None) | Q(last_used_at__lt=at - _USE_NOTED_EVERY), pk=token.pk
    ).update(last_used_at=at)


def needs_use_noted(token: ApiToken, *, at: datetime) -> bool:
    return token.last_used_at is None or token.last_used_at < at - _USE_NOTED_EVERY


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


def _check_may_make(by: Actor, user: User) -> None:
    if isinstance(by, System):
        return
    if not isinstance(by, User) or by.pk != user.pk:
        raise NotAllowed(_("令牌只能由本人创建"))
    if by.scopes is not None:
        raise NotAllowed(_("令牌不能再创建令牌，请登录后操作"))


def _check_may_revoke(by: Actor, token: ApiToken) -> None:
    if isinstance(by, System):
        return
    if (
        isinstance(by, User)
        and by.scopes is None
        and (by.pk == token.user_id or permissions.can_manage(by, token.user))
    ):
        return
    raise NotAllowed(_("只有本人或人员管理员可以撤销令牌"))


def _checked_scopes(user: User, scopes: Iterable[str]) -> list[str]:
    wanted = set(scopes)
    chosen = [scope.value for scope in scopes_open_to(user) if scope in wanted]
    if not chosen:
        raise InvalidInput(_("请至少选一项权限"), path="scopes")
    if len(chosen) != len(wanted):
        raise InvalidInput(_("不能授予令牌自己没有的权限"), path="scopes")
    return chosen


def _scope_text(scopes: list[str]) -> str:
    """The scopes in one short string; a fact of the record has at most 512 characters."""
    return " ".join(scopes)[:500]


def _record(
    event: TokenCreated | TokenRevoked, token: ApiToken, *, by: Actor, at: datetime
) -> None:
    ledger.append_to(
        event,
        organisation_id=token.organisation_id,
        site_id=0,
        subject=token.user.subject,
        object=f"token:{token.uid}",
        by=by,
        at=at,
    )
