"""Why it could happen, and what becomes of what is improved."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Cause(models.TextChoices):
    """Where the root of it lies; a closed list, so that two cases can have the same."""

    PERSON = "person", _("人员：沟通、情绪、技能")
    ENVIRONMENT = "environment", _("环境：场地、照明、排队、标识、设备")
    PROCEDURE = "procedure", _("程序：没有规定，或者规定没有照做")
    MANAGEMENT = "management", _("管理：人手、培训、督促、跟进")


class ImprovementState(models.TextChoices):
    """Done is not yet improved: it is watched until somebody saw that it worked."""

    OPEN = "open", pgettext_lazy("an improvement", "进行中")
    WATCHED = "watched", _("已做完，观察效果")
    WORKED = "worked", _("检查有效")
    DROPPED = "dropped", pgettext_lazy("an improvement", "不再进行")


class RecurrenceState(models.TextChoices):
    """A new incident at the same place: the same cause again, or another one."""

    POSSIBLE = "possible", _("可能再次发生，待查看")
    SAME = "same", _("同一原因再次发生")
    OTHER = "other", _("原因不同")
