"""One-time codes on paper: how a person gets a first password, or a new one."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _

from anlan.accounts import permissions
from anlan.accounts.events import InvitationMade, InvitationUsed
from anlan.accounts.models import (
    CODE_ALPHABET,
    Invitation,
    Organisation,
    Pin,
    Region,
    Site,
    User,
)
from anlan.accounts.selectors import invitation_for, plain_code
from anlan.accounts.selectors.tokens import running_tokens
from anlan.accounts.services.memberships import grant_role
from anlan.accounts.services.people import add_user, set_password
from anlan.accounts.services.pins import keep_pin, lock_phones, secret_of
from anlan.accounts.services.record import record_at_head
from anlan.accounts.services.tokens import revoke_token
from anlan.base.clock import utc_text
from anlan.base.digest import sha256
from anlan.base.errors import Conflict
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor

CODE_LENGTH = 12  # of 29 characters: 58 bits, and a page that counts the guesses
LIFE = {
    Invitation.Purpose.JOIN: timedelta(days=7),
    Invitation.Purpose.RESET: timedelta(hours=24),
}


def invite_user(
    *,
    organisation: Organisation,
    username: str,
    name: str,
    role_key: str,
    node: Organisation | Region | Site,
    by: Actor,
    at: datetime,
    employee_number: str = "",
    email: str = "",
    phone: str = "",
    begins_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> tuple[Invitation, str]:
    """Add a person with a role, and make the code for their first password.

    The role holds for ``[begins_at, ends_at)``; the password may be set before.

    Returns the invitation and its code, which is shown once and kept as a digest.
    """
    permissions.check_can_grant(by, role_key, node)
    with ledger.recording():
        user = add_user(
            organisation=organisation,
            username=username,
            name=name,
            employee_number=employee_number,
            email=email,
            phone=phone,
            by=by,
            at=at,
        )
        grant_role(
            user=user,
            role_key=role_key,
            node=node,
            begins_at=begins_at,
            ends_at=ends_at,
            by=by,
            at=at,
        )
        return _make(user, Invitation.Purpose.JOIN, by=by, at=at)


def reset_access(*, user: User, by: Actor, at: datetime) -> tuple[Invitation, str]:
    """Take every way to come in away, which ends every session, and make a new code.

    Password and PIN, second factors and passkeys, which a lost phone would still hold or
    ask for, tokens, and addresses of mail to which a way in could be sent.

    Raises:
        Conflict: for one's own account, or a disabled one.
    """
    permissions.check_can_manage(by, user)
    if isinstance(by, User) and by.pk == user.pk:
        raise Conflict(_("自己的密码请在“我的账号”里修改"))
    if not user.is_active:
        raise Conflict(_("账号已停用，请先启用"))
    with ledger.recording():
        user.set_unusable_password()
        user.save(update_fields=["password"])
        lock_phones(holder=user).update(holder=None)
        Pin.objects.filter(user=user).delete()
        Authenticator.objects.filter(user=user).delete()
        EmailAddress.objects.filter(user=user).delete()
        for token in running_tokens(user, at=at):
            revoke_token(token=token, by=by, at=at)
        has_joined = Invitation.objects.filter(user=user, used_at__isnull=False)
        purpose = (
            Invitation.Purpose.RESET
            if user.last_login or has_joined.exists()
            else Invitation.Purpose.JOIN
        )
        return _make(user, purpose, by=by, at=at)


def use_invitation(*, code: str, password: str, at: datetime, pin: str = "") -> User:
    """Set the password, and if given the PIN, of the person whose code this is. Once.

    Raises:
        NotFound: the code is unknown, used, replaced or has run out; all answer alike.
        InvalidInput: the password is weak, or the PIN is not six digits.
    """
    # Digests are slow on purpose, and everybody who writes would wait for them.
    user = invitation_for(code, at=at).user
    set_password(user, password)
    secret = secret_of(pin) if pin else ""
    with ledger.recording():
        # First the person, as where a code is replaced: each would wait for the other.
        User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
        invitation = invitation_for(code, at=at, locked=True)
        user.save(update_fields=["password"])
        invitation.used_at = at
        invitation.save(update_fields=["used_at"])
        record_at_head(
            InvitationUsed(purpose=invitation.purpose),
            user.organisation,
            by=user,
            at=at,
            user=user,
            thing=f"invitation:{invitation.uid}",
        )
        if secret:
            keep_pin(user, secret, by=user, at=at)
    return user


def new_code() -> str:
    """A code for paper, in groups of four: ``7K2M-Q9XD-4HPR``."""
    drawn = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    return "-".join(drawn[i : i + 4] for i in range(0, CODE_LENGTH, 4))


def code_digest(code: str) -> bytes:
    return sha256(plain_code(code).encode())


def _make(
    user: User, purpose: Invitation.Purpose, *, by: Actor, at: datetime
) -> tuple[Invitation, str]:
    Invitation.objects.filter(user=user, used_at=None, revoked_at=None).update(
        revoked_at=at
    )
    code = new_code()
    invitation = Invitation.objects.create(
        user=user,
        purpose=purpose,
        digest=code_digest(code),
        made_at=at,
        expires_at=at + LIFE[purpose],
    )
    record_at_head(
        InvitationMade(
            username=user.username,
            purpose=purpose.value,
            expires=utc_text(invitation.expires_at),
        ),
        user.organisation,
        by=by,
        at=at,
        user=user,
        thing=f"invitation:{invitation.uid}",
    )
    return invitation, code
