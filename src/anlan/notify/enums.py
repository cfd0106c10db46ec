"""The closed lists of messages and their ways, with the words the screens show."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Urgency(models.TextChoices):
    ALARM = "alarm", _("警情")
    NORMAL = "normal", _("普通")


class ChannelKind(models.TextChoices):
    """A way out. The values are the names of the folders in ``channels``."""

    INAPP = "inapp", _("站内")
    WECOM = "wecom", _("企业微信")
    DINGTALK = "dingtalk", _("钉钉")
    SMS = "sms", _("短信")
    VOICE = "voice", _("语音电话")
    EMAIL = "email", _("电子邮件")
    ROBOT = "robot", _("群机器人")
    WEBHOOK = "webhook", _("网络回调")


class DeliveryState(models.TextChoices):
    """``sent`` is what a provider accepted; ``delivered`` what the target itself took.

    ``answered`` is a call that somebody took: not yet a person who comes.
    """

    PENDING = "pending", _("等待发送")
    SENT = "sent", _("已发出")
    DELIVERED = "delivered", _("已送达")
    READ = "read", _("已读")
    ANSWERED = "answered", _("已接听")
    RECORDED = "recorded", _("只记录（演示）")
    SKIPPED = "skipped", _("未发送")
    FAILED = "failed", _("失败")


class SkipReason(models.TextChoices):
    UNCONFIGURED = "unconfigured", _("渠道未配置")
    NO_ADDRESS = "no_address", _("没有号码或账号")
    SWITCHED_OFF = "switched_off", _("本人已关闭")
    CALLED_OFF = "called_off", _("不再需要")
