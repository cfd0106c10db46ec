"""The closed lists of psychological support."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CareState(models.TextChoices):
    """How far the support of one person is; what is said in it stands nowhere here."""

    UNASKED = "unasked", pgettext_lazy("support", "登记有误，还没有问")
    LATER = "later", pgettext_lazy("support", "以后再说")
    DECLINED = "declined", pgettext_lazy("support", "已谢绝")
    ACCEPTED = "accepted", pgettext_lazy("support", "愿意，待转介")
    REFERRED = "referred", pgettext_lazy("support", "已转介")
    FOLLOWED = "followed", pgettext_lazy("support", "已随访")
    CLOSED = "closed", pgettext_lazy("support", "已结束")

    @property
    def is_running(self) -> bool:
        return self in {CareState.REFERRED, CareState.FOLLOWED}


class OfferWay(models.TextChoices):
    IN_PERSON = "in_person", _("当面")
    PHONE = "phone", _("电话")
    MESSAGE = "message", _("短信、微信")


class ConsentUse(models.TextChoices):
    """Each is asked for on its own, and each can be taken back on its own."""

    TALK = "talk", _("与辅导员谈话，并由辅导员保存加密的记录")
    SCREENING = "screening", _("填写筛查量表")


class ConsentWay(models.TextChoices):
    IN_PERSON = "in_person", _("本人当面同意")
    PAPER = "paper", _("本人在纸上签字")


class SessionState(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("a session", "已约定")
    HELD = "held", pgettext_lazy("a session", "已谈")
    MISSED = "missed", pgettext_lazy("a session", "本人没有来")
    CANCELLED = "cancelled", pgettext_lazy("a session", "取消")


class FollowUpStep(models.TextChoices):
    """The values are the ends of the standards' keys, ``support.<value>``."""

    FIRST = "first", _("24–72 小时")
    WEEK = "week", _("一周")
    MONTH = "month", _("一个月")
    QUARTER = "quarter", _("三个月")


class FollowUpResult(models.TextChoices):
    REACHED = "reached", _("联系上了")
    MISSED = "missed", _("没有联系上")


class Ending(models.TextChoices):
    """Why it ended; nothing about how the person is."""

    DONE = "done", _("按计划结束")
    WISH = "wish", _("本人不再需要")
    MEDICAL = "medical", _("已转医疗机构")
    LOST = "lost", _("联系不上")


class CallState(models.TextChoices):
    OPEN = "open", pgettext_lazy("a call", "待确认")
    ANSWERED = "answered", pgettext_lazy("a call", "已联系")
