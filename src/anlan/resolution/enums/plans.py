"""The closed lists of a plan, with the words the screens show."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PlanState(models.TextChoices):
    """A version is frozen when it is submitted; a return leads to the next version."""

    DRAFT = "draft", pgettext_lazy("a plan", "起草中")
    SUBMITTED = "submitted", pgettext_lazy("a plan", "待审批")
    RETURNED = "returned", pgettext_lazy("a plan", "已退回")
    WITHDRAWN = "withdrawn", pgettext_lazy("a plan", "已撤回")
    APPROVED = "approved", pgettext_lazy("a plan", "已批准")
    SUPERSEDED = "superseded", pgettext_lazy("a plan", "已被新版本取代")

    @property
    def is_open(self) -> bool:
        return self in {PlanState.DRAFT, PlanState.SUBMITTED}


class History(models.IntegerChoices):
    """How often before, within twelve months, the same persons were aggressors here."""

    NONE = 0, _("没有")
    ONCE = 1, _("一次")
    AGAIN = 2, _("两次及以上")


class Service(models.TextChoices):
    """What may be suspended, because nobody needs it to live at home."""

    CLUB = "club", _("会所")
    POOL = "pool", _("泳池")
    GYM = "gym", _("健身房")
    COURT = "court", _("球场")
    BOOKING = "booking", _("场地预约")
    EVENTS = "events", _("社区活动")
    PARCELS = "parcels", _("代收快递")
    SHUTTLE = "shuttle", _("班车")
    LAUNDRY = "laundry", _("洗衣")
    GUEST_PARKING = "guest_parking", _("访客停车")
    SHOP = "shop", _("商铺")
    VISIT = "visit", _("作为访客进入")
