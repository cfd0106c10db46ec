"""Recorders, cameras, and what becomes of what they recorded."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RecorderKind(models.TextChoices):
    """How recordings are got from a recorder."""

    MANUAL = "manual", _("人工导出（U 盘）")
    FOLDER = "folder", _("录像文件夹（自动）")
    HTTP = "http", _("网络下载（自动）")
    FRIGATE = "frigate", _("Frigate（自动）")
    RTSP = "rtsp", _("RTSP 回放（自动，按播放速度）")
    ONVIF = "onvif", _("ONVIF Profile G（自动）")


class WhyCamera(models.TextChoices):
    """Why a camera's recording is saved for a case."""

    SEES = "sees", _("看得到现场")
    WAY_OUT = "way_out", _("出入口")
    ADDED = "added", _("人工添加")


class RecordingState(models.TextChoices):
    WANTED = "wanted", _("待保存")
    PULLING = "pulling", _("正在保存")
    PARTLY = "partly", _("已保存一部分")
    SAVED = "saved", _("已保存")
    LOST = "lost", _("无法保存")
    DECLINED = "declined", _("不需要")

    @property
    def tone(self) -> str:
        """The colour of its tag."""
        tones = {
            RecordingState.WANTED: "warn",
            RecordingState.PULLING: "info",
            RecordingState.PARTLY: "warn",
            RecordingState.SAVED: "ok",
            RecordingState.LOST: "bad",
        }
        return tones.get(self, "quiet")


class PullProblem(models.TextChoices):
    """Why nothing comes from a recorder just now; it is tried again by itself."""

    UNREACHABLE = "unreachable", _("录像机连不上")
    REFUSED = "refused", _("录像机拒绝登录")
    NOTHING = "nothing", _("录像机里没有这段录像")
    NO_ROOM = "no_room", _("服务器磁盘空间不足")
    UNREADABLE = "unreadable", _("录像机的文件读不出来")


class DerivativeKind(models.TextChoices):
    """What is made of originals to look at; it is no proof."""

    VIEWING = "viewing", _("观看副本")
    SHEET = "sheet", _("缩略图")


class ClockWay(models.TextChoices):
    """How the clock of a recorder was compared with the right time."""

    PHOTO = "photo", _("同框拍照")
    BY_EYE = "by_eye", _("目视比对")
    BY_PROGRAM = "program", _("程序读取")
