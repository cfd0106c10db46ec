"""Copies and their checks."""

from __future__ import annotations

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class CopyState(models.TextChoices):
    PRESENT = "present", _("完好")
    WAITING = "waiting", _("等待复制")
    MISSING = "missing", _("缺失")
    CORRUPT = "corrupt", _("已被改动")
    AWAY = "away", _("所在硬盘不在线")
    DELETING = "deleting", _("正在到期删除")
    DELETED = "deleted", _("已按期限删除")


class Scan(models.TextChoices):
    """Whether a program looked for malware; only what was looked at can be clean."""

    NONE = "none", _("未查病毒")
    CLEAN = "clean", _("未发现病毒")
    INFECTED = "infected", _("含有病毒")
    REFUSED = "refused", _("未能查病毒")


class DrillProof(models.TextChoices):
    """What ``verify.py`` said of the package that a drill made of what came back."""

    INTACT = "intact", _("verify.py 核验完好")
    ALTERED = "altered", _("verify.py 核验未通过")
    UNSIGNED = "unsigned", _("签名程序没有应答，只核对了校验值")


class CheckKind(models.TextChoices):
    """The checks of the vault, each with what it reads."""

    COPIES = "copies", _("补齐副本")
    QUICK = "quick", _("快速检查（存在与大小）")
    DEEP = "deep", _("深度检查（逐字节校验）")
    SWEEP = "sweep", _("清点无主文件")
    ADOPT = "adopt", _("登记早期文件")
    RETAIN = "retain", _("核对保存期限")
    DRILL = "drill", _("恢复演练（只用第二份副本）")
    LEDGER = "ledger", _("台账核对（逐条重算）")

    @property
    def short(self) -> Promise:
        """What a tile calls the last one of its kind."""
        words = {
            CheckKind.DEEP: _("上次深度检查"),
            CheckKind.DRILL: _("上次恢复演练"),
            CheckKind.LEDGER: _("上次台账核对"),
        }
        return words.get(self, _("上次快速检查"))
