"""Exhibits and what is done with them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ExhibitKind(models.TextChoices):
    PHOTO = "photo", _("照片")
    VIDEO = "video", _("录像")
    AUDIO = "audio", _("录音")
    DOCUMENT = "document", _("文书")
    OTHER = "other", _("其他文件")
    OBJECT = "object", _("实物")

    @classmethod
    def of(cls, media_type: str) -> ExhibitKind:
        """What a file is to the people here."""
        kinds = {
            "image": cls.PHOTO,
            "video": cls.VIDEO,
            "audio": cls.AUDIO,
        }
        if media_type == "application/pdf":
            return cls.DOCUMENT
        return kinds.get(media_type.partition("/")[0], cls.OTHER)


class Source(models.TextChoices):
    """How an exhibit came here."""

    UPLOAD = "upload", _("上传")
    REPORT = "report", _("随报告提交")
    TASK = "task", _("任务的证明")
    PHYSICAL = "physical", _("现场提取实物")
    STATEMENT = "stated", _("情况说明")
    INJURY = "injury", _("伤情记录")
    RECORDER = "recorder", _("录像机")
    MASKED = "masked", _("打码副本")
    STILL = "still", _("录像截图")
    NOTICE = "notice", _("告知书")
    DEED = "deed", _("协商、调解的同意和协议")


class Reading(models.TextChoices):
    """What became of reading a file to its end."""

    READABLE = "readable", _("完整可读")
    BROKEN = "broken", _("不完整或已损坏，按原样保存")
    OPAQUE = "opaque", _("格式不能识别，按原样保存")
    UNREAD = "unread", _("未能在本机读取，按原样保存")


class ExhibitState(models.TextChoices):
    KEPT = "kept", _("保管中")
    RETURNED = "returned", _("已退还")
    DISPOSED = "disposed", _("已处置")
    DELETED = "deleted", _("已按期限删除")


class StepKind(models.TextChoices):
    """What can happen to a physical exhibit."""

    REGISTERED = "registered", _("登记入库")
    SEALED = "sealed", _("重新封存")
    CHECKED = "checked", _("检查封条")
    MOVED = "moved", _("移动存放位置")
    HANDED_OVER = "handed_over", _("交接")
    RETURNED = "returned", _("退还")
    DISPOSAL_ASKED = "disposal_asked", _("申请处置")
    DISPOSAL_REFUSED = "kept_on", _("不同意处置")
    DISPOSED = "disposed", _("处置")


class UploadState(models.TextChoices):
    OPEN = "open", _("上传中")
    DONE = "done", _("已保存")
    REFUSED = "refused", _("未接受")


class Printout(models.TextChoices):
    """A page made to be printed."""

    CUSTODY = "custody", _("保管记录")
    LABEL = "label", _("标签")
    RECEIPT = "receipt", _("证据包签收单")
    LIST = "list", _("证据清单")
