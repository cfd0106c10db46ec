"""Lengths of time in words."""

from __future__ import annotations

from django.utils.translation import gettext as _


def duration_words(seconds: float) -> str:
    """Say a length of time: ``48 秒``, ``2 分 12 秒``, ``1 小时 05 分``, ``3 天 4 小时``.

    Two units at most, the rest cut off; the sign is left to whoever knows what it means.
    """
    minutes, second = divmod(abs(int(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days:
        return _("%(days)d 天 %(hours)d 小时") % {"days": days, "hours": hour}
    if hours:
        return _("%(hours)d 小时 %(minutes)02d 分") % {"hours": hour, "minutes": minute}
    if minutes:
        return _("%(minutes)d 分 %(seconds)02d 秒") % {
            "minutes": minute,
            "seconds": second,
        }
    return _("%(seconds)d 秒") % {"seconds": second}
