"""Reads of devices: for those who manage them, and their names on the record."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import SharedPhone, User
from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.base.errors import NotFound
from anlan.incidents.models import Device


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


def device_names(keys: Iterable[str]) -> dict[str, str]:
    """Names for ``device:<uid>``; one that does not sign is called unsigned.

    The shared phones of the guards have keys of the same kind.
    """
    uids = [UUID(key.partition(":")[2]) for key in keys]
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
