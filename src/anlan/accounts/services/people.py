"""People and their sign-ins."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from anlan.accounts import permissions
from anlan.accounts.events import (
    SignedIn,
    UserAdded,
    UserDisabled,
    UserEnabled,
)
from anlan.accounts.models import Invitation, Organisation, SharedPhone, User
from anlan.accounts.selectors import other_administrators
from anlan.accounts.selectors.tokens import running_tokens
from anlan.accounts.services.record import record_at_head
from anlan.accounts.services.row_locks import lock_organisation
from anlan.accounts.services.tokens import revoke_token
from anlan.accounts.sessions import end_sessions
from anlan.base import crypto
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.phone import normalise_phone
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor


def add_user(
    *,
    organisation: Organisation,
    username: str,
    name: str,
    by: Actor,
    at: datetime,
    password: str | None = None,
    employee_number: str = "",
    email: str = "",
    phone: str = "",
    language: str = "zh-hans",
) -> User:
    """Add a person with a sign-in; without a password they cannot sign in yet.

    Raises:
        InvalidInput: for a taken or malformed name, a weak password, a wrong phone.
    """
    permissions.check_can_add_people(by, organisation)
    user = User(
        uid=uuid4(),
        organisation=organisation,
        username=username.lower(),
        name=name,
        employee_number=employee_number,
        email=email,
        language=language,
        created_at=at,
    )
    if phone:
        _set_phone(user, phone)
    set_password(user, password)
    with ledger.recording():
        lock_organisation(organisation)
        _clean(user)
        user.save(force_insert=True)
        record_at_head(
            UserAdded(username=user.username), organisation, by=by, at=at, user=user
        )
    return user


def phone_of(user: User) -> str:
    """The user's phone in E.164, or nothing; staff numbers are shown to colleagues."""
    if user.phone is None:
        return ""
    return crypto.decrypt(bytes(user.phone), _phone_place(user))


def disable_user(*, user: User, by: Actor, at: datetime) -> None:
    """Stop the sign-in at once; what the person did stays. Twice does nothing.

    Sessions and tokens end for good: they do not come back with the account.

    Raises:
        Conflict: one's own account, or the last administrator's.
    """
    permissions.check_can_manage(by, user)
    if isinstance(by, User) and by.pk == user.pk:
        raise Conflict(_("不能停用自己的账号，请由另一位管理员操作"))
    if not user.is_active:
        return
    with ledger.recording():
        check_not_last_administrator(user)
        user.is_active = False
        user.save(update_fields=["is_active"])
        Invitation.objects.filter(user=user, used_at=None, revoked_at=None).update(
            revoked_at=at
        )
        SharedPhone.objects.filter(holder=user).update(holder=None)
        end_sessions(user, at=at)
        for token in running_tokens(user, at=at):
            revoke_token(token=token, by=by, at=at)
        record_at_head(
            UserDisabled(username=user.username),
            user.organisation,
            by=by,
            at=at,
            user=user,
        )


def enable_user(*, user: User, by: Actor, at: datetime) -> None:
    """Let a disabled person sign in again, with the password they had. Twice is once.

    The sessions and tokens that they had stay ended.
    """
    permissions.check_can_manage(by, user)
    if user.is_active:
        return
    user.is_active = True
    with ledger.recording():
        user.save(update_fields=["is_active"])
        record_at_head(
            UserEnabled(username=user.username),
            user.organisation,
            by=by,
            at=at,
            user=user,
        )


def set_preferences(
    *,
    user: User,
    language: str | None = None,
    theme: str | None = None,
    large_text: bool | None = None,
) -> None:
    """Keep how this person wants the screens; personal taste is not put on the record."""
    if language is not None:
        user.language = language
    if theme is not None:
        user.theme = theme
    if large_text is not None:
        user.large_text = large_text
    user.save(update_fields=["language", "theme", "large_text"])


def record_sign_in(*, user: User, at: datetime) -> None:
    with ledger.recording():
        record_at_head(SignedIn(), user.organisation, by=user, at=at, user=user)


def check_not_last_administrator(user: User) -> None:
    """Refuse what would leave the company without an administrator.

    Takes the organisation's row lock, so that two administrators cannot remove each
    other at the same moment; call it inside the transaction.
    """
    lock_organisation(user.organisation)
    is_one = any(
        membership.role_key == "administrator"
        and not membership.site_id
        and not membership.region_id
        for membership in permissions.running_memberships(user)
    )
    if is_one and not other_administrators(user).exists():
        raise Conflict(_("这是最后一位系统管理员，请先指定另一位"))


def set_password(user: User, password: str | None) -> None:
    """Put a checked password on the object; nothing makes it unusable.

    Raises:
        InvalidInput: for a weak one, with what is weak about it.
    """
    if password is None:
        user.set_unusable_password()
        return
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput("".join(error.messages), path="password") from error
    user.set_password(password)


def _set_phone(user: User, phone: str) -> None:
    number = normalise_phone(phone)
    user.phone = crypto.encrypt(number, _phone_place(user))
    user.phone_index = crypto.blind_index("accounts.User", "phone", number)


def _phone_place(user: User) -> crypto.Place:
    return crypto.Place(
        organisation=user.organisation_id,
        model="accounts.User",
        row=user.uid,
        field="phone",
    )


crypto.add_column(crypto.Column(model=User, field="phone", place=_phone_place))


def _clean(user: User) -> None:
    try:
        user.full_clean(exclude=["password", "phone", "phone_index"])
    except ValidationError as error:
        path, messages = next(iter(error.message_dict.items()))
        raise InvalidInput("".join(messages), path=path) from error
