"""What each person chose for themselves; taste, so not on the record."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import InvalidInput
from anlan.notify.enums import ChannelKind
from anlan.notify.models import Preference


def set_preference(
    *,
    user: User,
    kind: ChannelKind,
    is_on: bool = True,
    quiet_from: time | None = None,
    quiet_to: time | None = None,
    address: str = "",
) -> Preference:
    """Keep how this person wants one way used. An alarm does not ask for it.

    Raises:
        InvalidInput: half a span of quiet hours, or an address that lists several.
    """
    if (quiet_from is None) != (quiet_to is None):
        raise InvalidInput(_("免打扰请同时填写开始和结束"), path="quiet_to")
    address = address.strip()
    # The providers take lists joined by these: one person, one message.
    if any(sign in address for sign in "|,@ \n"):
        raise InvalidInput(_("请只填一个账号"), path="address")
    preference, _created = Preference.objects.update_or_create(
        user=user,
        kind=kind,
        defaults={
            "is_on": is_on,
            "quiet_from": quiet_from,
            "quiet_to": quiet_to,
            "address": address,
        },
    )
    return preference
