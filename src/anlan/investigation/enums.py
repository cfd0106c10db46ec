"""The closed lists of an investigation, with the words the screens show."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class InterviewState(models.TextChoices):
    """Planned, then under way until its statement is signed, or the person stops."""

    PLANNED = "planned", pgettext_lazy("an interview", "已安排")
    RUNNING = "running", pgettext_lazy("an interview", "谈话中")
    HELD = "held", _("已谈完，情况说明已签字")
    STOPPED = "stopped", _("本人要求停止")
    CANCELLED = "cancelled", pgettext_lazy("an interview", "已取消")

    @property
    def is_over(self) -> bool:
        return self in {
            InterviewState.HELD,
            InterviewState.STOPPED,
            InterviewState.CANCELLED,
        }


class SceneAspect(models.TextChoices):
    """What of a place may have had a part in it."""

    WIDTH = "width", _("通道宽度")
    QUEUE = "queue", _("排队与拥挤")
    LIGHT = "light", _("照明")
    SIGHT = "sight", _("视线遮挡")
    NOISE = "noise", _("噪声")
    STAFFING = "staffing", _("人员配备")
    ARRANGEMENT = "arrangement", _("布置与标识")
    CAMERAS = "cameras", _("监控覆盖")


class SceneRating(models.TextChoices):
    FINE = "fine", _("没有问题")
    MINOR = "minor", _("有欠缺，未见影响")
    PART = "part", _("可能有影响")
    UNKNOWN = "unknown", _("没有查清")


class PinKind(models.TextChoices):
    PERSON = "person", pgettext_lazy("on a sketch", "人")
    CAMERA = "camera", _("摄像头")
    OBJECT = "object", _("物品")
    SPOT = "spot", _("位置")


class FindingState(models.TextChoices):
    """A version is frozen when it is submitted; a return leads to the next version."""

    DRAFT = "draft", pgettext_lazy("findings", "起草中")
    SUBMITTED = "submitted", _("待另一人审批")
    RETURNED = "returned", pgettext_lazy("findings", "已退回")
    APPROVED = "approved", pgettext_lazy("findings", "已批准")
    SUPERSEDED = "superseded", _("已被新版本取代")


class SentenceKind(models.TextChoices):
    CAUSE = "cause", _("起因")
    COURSE = "course", _("经过")
    CONSEQUENCES = "consequences", _("后果")
    FACTORS = "factors", _("促成因素")
    FAILINGS = "failings", _("我们自己的不足")

    @property
    def is_always_fact(self) -> bool:
        """What happened, and what came of it, is never an opinion."""
        return self in {SentenceKind.COURSE, SentenceKind.CONSEQUENCES}
