"""Personal API tokens: made once, shown once, used for at most what their scopes say."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from anlan.accounts import permissions
from anlan.accounts.events import TokenCreated, TokenRevoked
from anlan.accounts.models import ApiToken, User
from anlan.accounts.selectors.tokens import (
    MARK,
    USE_NOTED_EVERY,
    running_tokens,
    scopes_open_to,
)
from anlan.base.clock import utc_text
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor, System

PREFIX_LENGTH = 12
MOST_TOKENS = 20  # running ones of one person
LONGEST_DAYS = 366


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


def note_use(*, token: ApiToken, at: datetime) -> None:
    """Keep when it was last used, to the minute: reading must not become writing."""
    ApiToken.objects.filter(
        Q(last_used_at=None) | Q(last_used_at__lt=at - USE_NOTED_EVERY), pk=token.pk
    ).update(last_used_at=at)


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
