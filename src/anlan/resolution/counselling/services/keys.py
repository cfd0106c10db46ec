"""The counsellor's key: made, printed, shown to be on paper, opened by its passphrase."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from anlan.accounts.models import User
from anlan.accounts.services.record import record_at_head
from anlan.base import limits, paper, sealing
from anlan.base.errors import Conflict, InvalidInput, TooManyRequests
from anlan.base.sealing import SealBroken
from anlan.ledger import services as ledger
from anlan.resolution.counselling import permissions
from anlan.resolution.counselling.events import (
    NotesOpened,
    PassphraseChanged,
    SealingKeyMade,
)
from anlan.resolution.counselling.models import CounsellorKey
from anlan.resolution.counselling.selectors import key_of

LEAST_PASSPHRASE = 12  # characters
MOST_PASSPHRASE = 200
MOST_TRIES = 10  # in one window, right ones included
WINDOW = 15 * 60  # seconds


@dataclass(frozen=True)
class Sheets:
    """The two halves of the paper key, each as groups; they are shown once."""

    first: tuple[str, ...] = field(repr=False)
    second: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class OpenKey:
    """A key that was opened: its row, and the private half, which no log may show."""

    row: CounsellorKey
    private: bytes = field(repr=False)


@sensitive_variables("passphrase", "private", "recovery", "first_half", "second_half")
def make_key(
    *, passphrase: str, first: User, second: User, by: User, at: datetime
) -> tuple[CounsellorKey, Sheets]:
    """Make a key pair and the paper key; it seals nothing before ``confirm_key``.

    Called again before that, the earlier one is thrown away: nothing was sealed with it.

    Args:
        first, second: the two who will hold one sheet each.

    Raises:
        InvalidInput: the passphrase is short or that of the account, or a holder is
            the counsellor, named twice, or of another company.
    """
    permissions.check_is_counsellor(by)
    _check_passphrase(passphrase, by)
    _check_holders(first, second, by)
    private, recovery = sealing.new_key(), sealing.new_key()
    first_half, second_half = sealing.split(recovery)
    with ledger.recording():
        keys = CounsellorKey.objects.filter(user=_locked(by))
        keys.filter(confirmed_at=None).delete()
        last: int | None = keys.aggregate(last=Max("number"))["last"]
        row = CounsellorKey(
            user=by,
            number=(last or 0) + 1,
            public=sealing.public_of(private),
            recovery=sealing.public_of(recovery),
            first_holder=first,
            second_holder=second,
            made_at=at,
        )
        row.locked = sealing.lock(private, passphrase=passphrase, bound=_bound(row))
        row.save(force_insert=True)
    return row, Sheets(
        tuple(paper.written(first_half)), tuple(paper.written(second_half))
    )


@sensitive_variables("first", "second", "halves")
def confirm_key(
    *, key: CounsellorKey, first: str, second: str, by: User, at: datetime
) -> CounsellorKey:
    """Show that both sheets are on paper, by typing them; from now on the key seals.

    An earlier key of the counsellor seals no more. What it sealed stays sealed with it
    until its own passphrase (``reseal_notes``) or its paper (``recover_notes``) takes it over.

    Raises:
        InvalidInput: a group was misread, or the sheets are of another key.
        Conflict: it was confirmed before, or thrown away for another.
    """
    permissions.check_is_counsellor(by)
    halves = read_sheets(first=first, second=second, key=key)
    del halves
    with ledger.recording():
        keys = CounsellorKey.objects.filter(user=_locked(by))
        fresh = keys.select_for_update().filter(pk=key.pk, confirmed_at=None).first()
        if fresh is None:
            raise Conflict(_("这把密钥已经启用或者作废，请刷新页面"))
        keys.filter(confirmed_at__isnull=False, retired_at=None).update(retired_at=at)
        fresh.confirmed_at = at
        fresh.save(update_fields=["confirmed_at"])
        record_at_head(
            SealingKeyMade(
                number=fresh.number,
                public=bytes(fresh.public).hex(),
                recovery=bytes(fresh.recovery).hex(),
                first=fresh.first_holder.actor_key,
                second=fresh.second_holder.actor_key,
            ),
            by.organisation,
            thing=fresh.key,
            by=by,
            at=at,
        )
    return fresh


@sensitive_variables("passphrase")
def open_key(*, passphrase: str, by: User, at: datetime) -> OpenKey:
    """The private key, for as long as the caller keeps it; on the record.

    Raises:
        InvalidInput: another passphrase.
        TooManyRequests: tried too often; right ones count too, for each costs memory.
        Conflict: there is no key yet.
    """
    permissions.check_is_counsellor(by)
    row = key_of(by)
    if row is None:
        raise Conflict(_("请先设置封存密钥"))
    opened = OpenKey(row, unlock(row, passphrase, by, path="passphrase"))
    with ledger.recording():
        record_at_head(
            NotesOpened(number=row.number), by.organisation, thing=row.key, by=by, at=at
        )
    return opened


@sensitive_variables("old", "new", "private")
def change_passphrase(*, old: str, new: str, by: User, at: datetime) -> CounsellorKey:
    """Lock the same key with another passphrase; what was sealed stays as it is.

    Raises:
        InvalidInput: the old one is wrong, or the new one is too short.
        TooManyRequests: tried too often.
    """
    permissions.check_is_counsellor(by)
    _check_passphrase(new, by, path="new")
    row = key_of(by)
    if row is None:
        raise Conflict(_("请先设置封存密钥"))
    private = unlock(row, old, by, path="old")
    locked = sealing.lock(private, passphrase=new, bound=_bound(row))
    with ledger.recording():
        fresh = CounsellorKey.objects.select_for_update().get(pk=row.pk)
        if bytes(fresh.locked) != bytes(row.locked):
            raise Conflict(_("口令刚刚被改过，请刷新页面"))
        fresh.locked = locked
        fresh.save(update_fields=["locked"])
        record_at_head(
            PassphraseChanged(number=fresh.number),
            by.organisation,
            thing=fresh.key,
            by=by,
            at=at,
        )
    return fresh


@sensitive_variables("first", "second", "halves", "key_bytes")
def read_sheets(*, first: str, second: str, key: CounsellorKey) -> bytes:
    """The key on paper from what was typed off both sheets, in either order.

    Raises:
        InvalidInput: a group was misread, or they are not the sheets of this key.
    """
    halves = [_read(first, "first"), _read(second, "second")]
    key_bytes = sealing.join(*halves)
    if sealing.public_of(key_bytes) != bytes(key.recovery):
        raise InvalidInput(_("这两份纸不是这把密钥的两半"), path="second")
    return key_bytes


@sensitive_variables("passphrase")
def unlock(row: CounsellorKey, passphrase: str, by: User, *, path: str) -> bytes:
    """The private half of their key, the newest or one before it; nothing is recorded.

    Raises:
        InvalidInput: another passphrase.
        TooManyRequests: tried too often; right ones count too, for each costs memory.
    """
    tried = limits.count_up(f"counselling:{by.uid}", seconds=WINDOW)
    if tried > MOST_TRIES:
        raise TooManyRequests(_("口令试得太多，请十五分钟后再试"), retry_after=WINDOW)
    if len(passphrase) > MOST_PASSPHRASE:
        raise InvalidInput(_("口令不对"), path=path)
    try:
        return sealing.unlock(
            bytes(row.locked), passphrase=passphrase, bound=_bound(row)
        )
    except SealBroken:
        raise InvalidInput(_("口令不对"), path=path) from None


@sensitive_variables("passphrase")
def _check_passphrase(passphrase: str, by: User, *, path: str = "passphrase") -> None:
    if not LEAST_PASSPHRASE <= len(passphrase) <= MOST_PASSPHRASE:
        raise InvalidInput(
            _("口令要有 %(least)s 到 %(most)s 个字符，可以是一句话")
            % {"least": LEAST_PASSPHRASE, "most": MOST_PASSPHRASE},
            path=path,
        )
    if len(set(passphrase)) < LEAST_PASSPHRASE // 2:
        raise InvalidInput(_("口令里重复的字符太多"), path=path)
    if by.check_password(passphrase):
        raise InvalidInput(_("不能用登录密码作口令"), path=path)


def _check_holders(first: User, second: User, by: User) -> None:
    for path, one in (("first", first), ("second", second)):
        if one.organisation_id != by.organisation_id or not one.is_active:
            raise InvalidInput(_("保管人要是本公司的在职人员"), path=path)
        if one.pk == by.pk:
            raise InvalidInput(_("辅导员本人不能保管纸质密钥"), path=path)
    if first.pk == second.pk:
        raise InvalidInput(_("两份纸要由两个人分别保管"), path="second")


@sensitive_variables("text")
def _read(text: str, path: str) -> bytes:
    try:
        return paper.read(text)
    except paper.Misread as misread:
        group = misread.group
    raise InvalidInput(
        _("第 %s 组抄错了") % group if group else _("要抄完整的一份，共十四组"),
        path=path,
    )


def _locked(by: User) -> User:
    """Their row, so that two windows do not make two keys."""
    return User.objects.select_for_update().get(pk=by.pk)


def _bound(row: CounsellorKey) -> bytes:
    return sealing.packed(b"counselling.key", row.user.uid.bytes, row.uid.bytes)
