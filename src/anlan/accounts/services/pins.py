"""The six digits that open a shared phone, and what happens when they are guessed."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anlan.accounts import permissions
from anlan.accounts.events import (
    PinCleared,
    PinLocked,
    PinRefused,
    PinSet,
    PinUnlocked,
    SharedPhoneOpened,
    SharedPhoneUnlocked,
)
from anlan.accounts.models import Pin, SharedPhone, Site, User
from anlan.accounts.roles import Permission
from anlan.accounts.services.record import record_at_head, record_at_site
from anlan.base.clock import utc_text
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor, System

TRIES_OF_PERSON = 5  # wrong ones in a row
TRIES_ON_PHONE = 15  # wrong ones in a row, whoever they were for
LOCKED_FOR = timedelta(minutes=15)
_FREED: dict[str, int | None] = {"failures": 0, "locked_until": None}
_IN_A_ROW = "01234567890 09876543210"


def set_pin(*, user: User, pin: str, by: Actor, at: datetime) -> None:
    """Choose one's own PIN; nobody sets another person's.

    Raises:
        InvalidInput: not six digits, or digits that everybody tries first.
    """
    if not isinstance(by, System) and by.actor_key != user.actor_key:
        raise NotAllowed(_("PIN 只能由本人设置"))
    secret = secret_of(pin)
    with ledger.recording():
        keep_pin(user, secret, by=by, at=at)


def secret_of(pin: str) -> str:
    """What is kept of a PIN. Slow on purpose: before a transaction, never in one.

    Raises:
        InvalidInput: not six digits, or digits that everybody tries first.
    """
    if not re.fullmatch(r"[0-9]{6}", pin):
        raise InvalidInput(_("PIN 应为六位数字"), path="pin")
    if len(set(pin)) <= 2 or pin in _IN_A_ROW:
        raise InvalidInput(_("这个 PIN 太容易猜到，请换一个"), path="pin")
    return make_password(pin)


def keep_pin(user: User, secret: str, *, by: Actor, at: datetime) -> None:
    """Inside the transaction, what was made before it."""
    Pin.objects.update_or_create(
        user=user,
        defaults={
            "secret": secret,
            "set_at": at,
            "failures": 0,
            "locked_until": None,
        },
    )
    record_at_head(PinSet(), user.organisation, by=by, at=at, user=user)


def unlock_pin(*, user: User, site: Site, by: Actor, at: datetime) -> None:
    """Let somebody try again at once; whoever is not locked it changes nothing for.

    A phone on which many went wrong is locked by itself, see ``unlock_phone``.
    """
    permissions.check_can_help_with_pin(by, user, site=site)
    with ledger.recording():
        pins = Pin.objects.filter(user=user, locked_until__gt=at).update(**_FREED)
        if pins:
            record_at_site(PinUnlocked(user=user.actor_key), site, by=by, at=at)


def unlock_phone(*, phone: SharedPhone, by: Actor, at: datetime) -> None:
    """Let everybody try again on this phone at once, and on no other; else it does nothing."""
    permissions.check_can_unlock_phone(by, phone)
    with ledger.recording():
        if lock_phones(pk=phone.pk, locked_until__gt=at).update(**_FREED):
            record_at_site(
                SharedPhoneUnlocked(name=phone.name),
                phone.site,
                by=by,
                at=at,
                thing=f"phone:{phone.uid}",
            )


def clear_pin(*, user: User, site: Site, by: Actor, at: datetime) -> None:
    """Forget a PIN that others know; only its owner sets a new one, with the password.

    The phone that they hold is locked. Without a PIN it does nothing.
    """
    permissions.check_can_help_with_pin(by, user, site=site)
    with ledger.recording():
        phones = lock_phones(holder=user)
        deleted, _kinds = Pin.objects.filter(user=user).delete()
        if deleted:
            phones.update(holder=None)
            record_at_site(PinCleared(user=user.actor_key), site, by=by, at=at)


def open_phone(*, phone: SharedPhone, user: User, pin: str, at: datetime) -> None:
    """Open the phone for the person whose PIN this is, and put down that they hold it.

    Every wrong PIN is on the record; five in a row lock the person, fifteen the phone,
    for fifteen minutes. The digest is slow on purpose: it is computed before the rows are
    locked. Of tries at the same moment no more than the most that are allowed count.

    Raises:
        NotAllowed: a wrong PIN, none set, or a person who does not work here.
        Conflict: the person, or the phone, is locked, or the PIN was changed just now.
    """
    _check_may_open(phone, user)
    refusal: Exception | None
    tried = Pin.objects.filter(user=user).first()
    if (refusal := _refusal(SharedPhone.objects.get(pk=phone.pk), tried, at)) is None:
        assert tried is not None  # noqa: S101 -- _refusal has seen to it
        is_right = check_password(pin, tried.secret)
        # The refusal is raised after the commit: a wrong try must count.
        with ledger.recording():
            phone = SharedPhone.objects.select_for_update().get(pk=phone.pk)
            secret = Pin.objects.select_for_update().filter(user=user).first()
            if (refusal := _refusal(phone, secret, at)) is None:
                assert secret is not None  # noqa: S101 -- the same
                if secret.secret != tried.secret:
                    refusal = Conflict(_("PIN 刚刚改过，请再输一次"))
                elif is_right:
                    _let_in(phone, secret, user, at)
                else:
                    refusal = _count(phone, secret, user, at)
    if refusal is not None:
        raise refusal


def lock_phones(**which: object) -> QuerySet[SharedPhone]:
    """Phones under their locks, to be taken before those of PINs, as a try does."""
    phones = SharedPhone.objects.select_for_update().filter(**which).order_by("pk")
    return SharedPhone.objects.filter(pk__in=[phone.pk for phone in phones])


def _check_may_open(phone: SharedPhone, user: User) -> None:
    if phone.revoked_at is not None or phone.token_digest is None:
        raise NotAllowed(_("这部手机还没有启用，或者已经停用"))
    permissions.check_permission(
        user,
        Permission.INCIDENT_RESPOND,
        site=phone.site,
        sentence=_("您不在这个项目值班"),
    )


def _refusal(phone: SharedPhone, secret: Pin | None, at: datetime) -> Exception | None:
    for locked, words in (
        (
            phone,
            _("这部手机已锁定：换一部手机，等十五分钟，或请值班主任解除手机的锁定"),
        ),
        (secret, _("您的 PIN 已锁定：等十五分钟，或请值班主任解除您的锁定")),
    ):
        if locked is not None and locked.locked_until and locked.locked_until > at:
            return Conflict(words)
    if secret is None:
        return NotAllowed(_("您还没有 PIN，请先用自己的密码登录设置"))
    return None


def _let_in(phone: SharedPhone, secret: Pin, user: User, at: datetime) -> None:
    secret.failures, secret.locked_until = 0, None
    secret.save(update_fields=["failures", "locked_until"])
    phone.failures, phone.locked_until, phone.holder = 0, None, user
    phone.save(update_fields=["failures", "locked_until", "holder"])
    record_at_site(
        SharedPhoneOpened(name=phone.name),
        phone.site,
        by=user,
        at=at,
        thing=f"phone:{phone.uid}",
    )


def _count(phone: SharedPhone, secret: Pin, user: User, at: datetime) -> Exception:
    secret.failures += 1
    phone.failures += 1
    event: PinRefused | PinLocked = PinRefused(
        phone=phone.name, user=user.actor_key, failures=secret.failures
    )
    refusal: Exception = NotAllowed(
        _("PIN 不对，还可以试 %(left)d 次")
        % {"left": max(0, TRIES_OF_PERSON - secret.failures)}
    )
    for locked, most in ((secret, TRIES_OF_PERSON), (phone, TRIES_ON_PHONE)):
        if locked.failures >= most:
            locked.failures, locked.locked_until = 0, at + LOCKED_FOR
            event = PinLocked(
                phone=phone.name,
                user=user.actor_key,
                until=utc_text(locked.locked_until),
            )
            refusal = Conflict(_("PIN 多次输错，已暂停十五分钟，并记录在案"))
        locked.save(update_fields=["failures", "locked_until"])
    record_at_site(event, phone.site, by=phone, at=at, thing=f"phone:{phone.uid}")
    return refusal
