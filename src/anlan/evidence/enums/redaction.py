"""Masked copies: what is covered, how, and how far the copy is."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class BoxLabel(models.TextChoices):
    """What a box hides."""

    FACE = "face", _("人脸")
    PLATE = "plate", _("车牌")
    SCREEN = "screen", _("屏幕")
    PAPER = "paper", _("文书")
    OTHER = "other", _("其他")

    @property
    def may_be_coarse(self) -> bool:
        """Letters can be guessed from coarse pixels, so that they are always blacked out."""
        return self in {BoxLabel.FACE, BoxLabel.OTHER}


class BoxFill(models.TextChoices):
    SOLID = "solid", _("涂黑")
    PIXELS = "pixels", _("粗马赛克")


class SoundChoice(models.TextChoices):
    """What becomes of the sound of a film; of a recording of sound only spans are covered."""

    REMOVED = "removed", _("不要声音")
    KEPT = "kept", _("保留声音（下面的时段除外）")


class SpanFill(models.TextChoices):
    SILENT = "silent", _("静音")
    BEEP = "beep", _("哔声")


class RedactionState(models.TextChoices):
    PREPARING = "preparing", _("正在准备画面")
    DRAFT = "draft", _("草稿")
    QUEUED = "queued", _("正在制作")
    DONE = "done", _("已制成")
    FAILED = "failed", _("没有制成")


class RedactionFailure(models.TextChoices):
    """Why there is no copy; each with what to do about it."""

    UNREADABLE = (
        "unread",
        _("这种格式在本系统读不出来，不能打码；请交公安机关、法院处理"),
    )
    TOO_LARGE = "too_large", _("画面太大或时间太长，不能在本系统打码")
    DAMAGED = "damaged", _("原件没有完好的副本，请打开“证据安全”查看")
    NO_ROOM = "no_room", _("磁盘空间不足，请清理后重试")
    BROKEN = "broken", _("制作程序多次中断，请重试；再不行请联系系统管理员")
