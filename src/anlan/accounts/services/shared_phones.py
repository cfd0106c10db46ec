"""The guards' shared phone: enrolled by the office, handed over at the change of shift."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from anlan.accounts import permissions
from anlan.accounts.events import (
    HandoverGiven,
    HandoverTaken,
    HandoverWithdrawn,
    SharedPhoneAdded,
    SharedPhoneEnrolled,
    SharedPhoneRevoked,
)
from anlan.accounts.models import Handover, Post, SharedPhone, Site, User
from anlan.accounts.roles import Permission
from anlan.accounts.services.invitations import code_digest, new_code
from anlan.accounts.services.record import record_at_site
from anlan.accounts.services.row_locks import lock_site
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput, NotAllowed, NotFound
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor

CODE_LIFE = timedelta(minutes=30)  # the office types it into the phone at once


def add_shared_phone(
    *, site: Site, name: str, by: Actor, at: datetime, post: Post | None = None
) -> tuple[SharedPhone, str]:
    """Register a phone; the returned code, typed into it once, makes it this phone."""
    permissions.check_permission(by, Permission.DEVICE_MANAGE, site=site)
    name = name.strip()
    if not name or len(name) > 40:
        raise InvalidInput(_("名称应为一到四十个字"), path="name")
    if post is not None and post.site_id != site.pk:
        raise InvalidInput(_("岗位属于别的项目"), path="post")
    code = new_code()
    with ledger.recording():
        lock_site(site)
        if SharedPhone.objects.filter(site=site, name=name, revoked_at=None).exists():
            raise InvalidInput(_("已经有同名的公用手机"), path="name")
        phone = SharedPhone.objects.create(
            site=site,
            post=post,
            name=name,
            code_digest=code_digest(code),
            code_expires_at=at + CODE_LIFE,
        )
        _record(SharedPhoneAdded(name=name), phone, by=by, at=at)
    return phone, code


def renew_enrolment(*, phone: SharedPhone, by: Actor, at: datetime) -> str:
    """Make a new code, for a phone that was reset or replaced; the old cookie dies."""
    permissions.check_permission(by, Permission.DEVICE_MANAGE, site=phone.site)
    if phone.revoked_at is not None:
        raise Conflict(_("这部手机已经停用"))
    code = new_code()
    phone.code_digest, phone.code_expires_at = code_digest(code), at + CODE_LIFE
    phone.token_digest, phone.holder = None, None
    with ledger.recording():
        phone.save(
            update_fields=["code_digest", "code_expires_at", "token_digest", "holder"]
        )
        _record(SharedPhoneAdded(name=phone.name), phone, by=by, at=at)
    return code


def enrol_phone(*, code: str, at: datetime) -> tuple[SharedPhone, str]:
    """Exchange the code for the token that the phone keeps in its cookie.

    Raises:
        NotFound: the code is unknown, used or older than half an hour.
    """
    token = secrets.token_urlsafe(32)
    with ledger.recording():
        phone = (
            SharedPhone.objects.select_for_update(of=("self",))
            .select_related("site")
            .filter(
                code_digest=code_digest(code),
                code_expires_at__gt=at,
                revoked_at=None,
            )
            .first()
        )
        if phone is None:
            raise NotFound(_("启用码不对或已过期，请向办公室要一个新的"))
        phone.code_digest, phone.code_expires_at = None, None
        phone.token_digest, phone.enrolled_at = sha256(token.encode()), at
        phone.save()
        _record(SharedPhoneEnrolled(name=phone.name), phone, by=phone, at=at)
    return phone, token


def revoke_shared_phone(*, phone: SharedPhone, by: Actor, at: datetime) -> None:
    """A lost or retired phone: its cookie is worth nothing from now on."""
    permissions.check_permission(by, Permission.DEVICE_MANAGE, site=phone.site)
    with ledger.recording():
        if SharedPhone.objects.select_for_update().get(pk=phone.pk).revoked_at:
            return
        phone.revoked_at, phone.holder = at, None
        phone.token_digest, phone.code_digest = None, None
        phone.save(
            update_fields=["revoked_at", "holder", "token_digest", "code_digest"]
        )
        _record(SharedPhoneRevoked(name=phone.name), phone, by=by, at=at)


def lock_phone(*, phone: SharedPhone) -> None:
    """Nobody holds the phone until the next PIN; being put down is not on the record."""
    SharedPhone.objects.filter(pk=phone.pk).update(holder=None)


def give_handover(
    *,
    phone: SharedPhone,
    note: str,
    open_incidents: int,
    open_tasks: int,
    unacknowledged: int,
    by: User,
    at: datetime,
) -> Handover:
    """交班: what stands open goes to whoever takes the phone next.

    Raises:
        NotAllowed: the phone is not in the hands of ``by``.
        Conflict: a handover is already waiting.
        InvalidInput: the note is too long.
    """
    note = note.strip()
    if len(note) > 1000:
        raise InvalidInput(_("交班说明最多一千字"), path="note")
    with ledger.recording():
        phone = _held_by(phone, by)
        if Handover.objects.filter(phone=phone, taken_at=None).exists():
            raise Conflict(_("已经交班，等接班人确认"))
        handover = Handover.objects.create(
            phone=phone,
            giver=by,
            note=note,
            open_incidents=open_incidents,
            open_tasks=open_tasks,
            unacknowledged=unacknowledged,
            given_at=at,
        )
        phone.holder = None
        phone.save(update_fields=["holder"])
        _record(
            HandoverGiven(
                phone=phone.name,
                open_incidents=open_incidents,
                open_tasks=open_tasks,
                unacknowledged=unacknowledged,
                note_digest=handover.digest_of("note") if note else None,
            ),
            phone,
            by=by,
            at=at,
            thing=f"handover:{handover.uid}",
        )
    return handover


def take_handover(*, handover: Handover, by: User, at: datetime) -> None:
    """接班: confirm what was handed over. Taken back by its giver, it is withdrawn.

    Twice by the same person does nothing.
    """
    with ledger.recording():
        handover = Handover.objects.select_for_update().get(pk=handover.pk)
        phone = _held_by(handover.phone, by)
        if handover.taken_at is not None:
            if handover.taker_id == by.pk:
                return
            raise Conflict(_("已经有人接班"))
        handover.taker, handover.taken_at = by, at
        handover.save(update_fields=["taker", "taken_at"])
        event: HandoverTaken | HandoverWithdrawn = HandoverTaken(
            phone=phone.name, giver=handover.giver.actor_key
        )
        if handover.giver_id == by.pk:
            event = HandoverWithdrawn(phone=phone.name)
        _record(event, phone, by=by, at=at, thing=f"handover:{handover.uid}")


def _held_by(phone: SharedPhone, by: User) -> SharedPhone:
    locked = SharedPhone.objects.select_for_update(of=("self",)).select_related("site")
    phone = locked.get(pk=phone.pk)
    if phone.holder_id != by.pk or phone.revoked_at is not None:
        raise NotAllowed(_("请先用您的 PIN 打开这部手机"))
    return phone


def _record(
    event: (
        SharedPhoneAdded
        | SharedPhoneEnrolled
        | SharedPhoneRevoked
        | HandoverGiven
        | HandoverTaken
        | HandoverWithdrawn
    ),
    phone: SharedPhone,
    *,
    by: Actor,
    at: datetime,
    thing: str = "",
) -> None:
    record_at_site(event, phone.site, by=by, at=at, thing=thing or f"phone:{phone.uid}")
