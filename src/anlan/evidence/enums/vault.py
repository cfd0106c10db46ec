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
    AWAY = "away", _("存放处不在线")
    DELETING = "deleting", _("正在到期删除")
    LOCKED = "locked", _("锁定期未满，到期再删")
    DELETED = "deleted", _("已按期限删除")


class StoreFault(models.TextChoices):
    """Why a bucket cannot be the second store, each with what to do."""

    NO_EXTRA = "no_extra", _("缺少程序包")
    AWAY = "away", _("连不上")
    NO_BUCKET = "no_bucket", _("没有这个存储桶")
    KEYS = "keys", _("密钥无效")
    CLOCK = "clock", _("时钟不一致")
    NO_PUT = "no_put", _("不能写入")
    NO_GET = "no_get", _("不能读取")
    NO_DELETE = "no_delete", _("不能删除")
    OTHER = "other", _("服务器拒绝")

    @property
    def sentence(self) -> Promise:
        return _FAULTS[self]


_FAULTS: dict[StoreFault, Promise] = {
    StoreFault.NO_EXTRA: _(
        "没有安装 anlan[s3] 的程序包。请重新运行 ./anlan up，或者在程序环境里安装 requirements/s3.txt。"
    ),
    StoreFault.AWAY: _(
        "连不上存储桶的服务器。请检查网络、ANLAN_BACKUP_ENDPOINT 和服务器证书。"
    ),
    StoreFault.NO_BUCKET: _(
        "服务器上没有这个存储桶。请先建立存储桶，或者更正 ANLAN_BACKUP_STORE。"
    ),
    StoreFault.KEYS: _(
        "服务器不认这把密钥。请检查 ANLAN_BACKUP_KEY_ID、ANLAN_BACKUP_SECRET 或 ANLAN_BACKUP_KEYS。"
    ),
    StoreFault.CLOCK: _(
        "本机时钟与存储桶服务器相差超过 5 分钟。请先校准时钟，否则请求会被拒绝，锁定期也会算错。"
    ),
    StoreFault.NO_PUT: _("密钥没有写入权限（s3:PutObject）。请在存储桶的策略里加上。"),
    StoreFault.NO_GET: _(
        "密钥没有读取权限（s3:GetObject、s3:ListBucket），或者读回的内容不一致。副本写了也无法核对。"
    ),
    StoreFault.NO_DELETE: _(
        "密钥没有删除权限（s3:DeleteObject，有版本时还要 s3:DeleteObjectVersion、s3:ListBucketVersions）。到期的文件删不掉。"
    ),
    StoreFault.OTHER: _("服务器拒绝了请求。它的错误代码在后台程序的日志里。"),
}


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
