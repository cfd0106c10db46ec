"""Reads of devices: for those who manage them, and their names on the record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import SharedPhone, User
from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.base.errors import NotFound
from anlan.cases.selectors import entries_about
from anlan.incidents.events import DeviceSignalled, refusal_word, unread_words
from anlan.incidents.models import Device, DeviceRefusal, Report
from anlan.ledger.events import uid_of

_MOST_TROUBLES = 10


def devices_for(user: User) -> QuerySet[Device]:
    """The devices of the sites where the user manages them, those in use first."""
    return (
        Device.objects.filter(site__in=sites_where(user, Permission.DEVICE_MANAGE))
        .select_related("site", "place")
        .order_by("disabled_at", "site__code", "name", "pk")
    )


def device_for(user: User, uid: UUID) -> Device:
    """One device.

    Raises:
        NotFound: unknown, or of a site where the user does not manage devices.
    """
    device = devices_for(user).filter(uid=uid).first()
    if device is None:
        raise NotFound(_("没有这台设备，或者您无权管理"))
    return device


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What of a device's messages was not taken: when, and why in words."""

    at: datetime
    words: str
    count: int = 1


def troubles_of(device: Device) -> list[Trouble]:
    """The newest refusals of a device, and what of its newest alarms made no sense."""
    refused = DeviceRefusal.objects.filter(device=device).order_by("-minute", "-pk")
    found = [
        Trouble(at=one.minute, words=refusal_word(one.reason), count=one.count)
        for one in refused[:_MOST_TROUBLES]
    ]
    reports = Report.objects.filter(
        reporter_key=device.actor_key, place__site=device.site_id
    ).order_by("-pk")
    cases = reports.values_list("incident__case__uid", flat=True)[:_MOST_TROUBLES]
    signals = entries_about({f"case:{uid}" for uid in cases}).filter(
        kind=DeviceSignalled.kind, actor=device.actor_key
    )
    for at, data in signals.values_list("recorded_at", "data"):
        unread = orjson.loads(bytes(data or b"{}")).get("unread")
        if unread:
            words = _("看不懂报文里的%s，其余照收") % unread_words(unread)
            if "place" in unread.split(","):
                words += _("。请在设备上改成本项目的点位码，或者清空它")
            found.append(Trouble(at=at, words=words))
    found.sort(key=lambda one: one.at, reverse=True)
    return found[:_MOST_TROUBLES]


def device_names(keys: Iterable[str]) -> dict[str, str]:
    """Names for ``device:<uid>``; one that does not sign is called unsigned.

    The shared phones of the guards have keys of the same kind.
    """
    uids = [uid_of(key) for key in keys]
    names = {
        device.actor_key: device.name
        if device.is_signed
        else _("%(name)s（未签名）") % {"name": device.name}
        for device in Device.objects.filter(uid__in=uids)
    }
    if len(names) < len(uids):
        phones = SharedPhone.objects.filter(uid__in=uids)
        names |= {phone.actor_key: phone.name for phone in phones}
    return names
