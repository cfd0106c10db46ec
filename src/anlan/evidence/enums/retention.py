"""How long evidence is kept, what stops its deletion, and how far that is."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class RetentionClass(models.TextChoices):
    """What a file is to the law; of several that fit, the longest counts.

    Days, bounds and sources are data: ``law/data/retention.yaml``.
    """

    FALSE_ALARM = "nothing", _("误报案件的录像和材料")
    ORDINARY = "ordinary", _("一般案件的证据")
    SERIOUS = "serious", _("有伤情、已报警或较大以上案件的证据")
    STATEMENT = "stated", _("情况说明")
    REGISTER = "register", _("录像查阅登记")


class Ground(models.TextChoices):
    """What other packages know of a case that decides its class, or keeps all of it."""

    FALSE_ALARM = "nothing", _("误报")
    POLICE = "police", _("已报警")
    CLAIM = "claim", _("有时效、诉讼、工伤或者和解履行在办")


class HoldReason(models.TextChoices):
    POLICE = "police", _("公安机关立案、调取或要求保全")
    COURT = "court", _("诉讼、仲裁")
    CLAIM = "claim", _("赔偿、保险理赔")
    AUTHORITY = "office", _("主管部门调查、信访")
    PARTY = "party", _("当事人要求保全")
    OTHER = "other", _("其他")


class HoldState(models.TextChoices):
    """Of a hold; it is read from its row, and not stored."""

    STANDING = "standing", _("保全中")
    PROPOSED = "proposed", _("申请解除，等待第二人决定")
    RELEASED = "released", _("已解除")

    @property
    def tone(self) -> str:
        tones = {HoldState.STANDING: "info", HoldState.PROPOSED: "warn"}
        return tones.get(self, "quiet")


class Keeper(models.TextChoices):
    """What keeps all evidence of a case without anybody's doing."""

    OPEN = "open", _("案件还没有办结")
    PACKAGE = "package", _("有还没有到期的证据包")
    RECORDING = "pulling", _("录像还在保存")
    UPLOAD = "upload", _("有文件还在上传")
    STATEMENT = "stated", _("有情况说明还没有定稿")
    REDACTION = "masking", _("有打码副本正在制作")
    DISPOSAL = "disposal", _("有实物处置申请等待决定")
    APPLICATION = "asked_for", _("有录像申请等待决定或者还在批准期内")
    CLAIM = "claim", _("有时效、诉讼、工伤或者和解履行在办")


class DeletionState(models.TextChoices):
    ANNOUNCED = "due", _("等待到期删除")
    DELETING = "deleting", _("正在删除")
    DELETED = "deleted", _("已按期限删除")

    @property
    def tone(self) -> str:
        tones = {DeletionState.ANNOUNCED: "warn", DeletionState.DELETING: "info"}
        return tones.get(self, "quiet")


class WordsKind(models.TextChoices):
    """Words of a case that stand beside no file, and go as one."""

    INJURIES = "injuries", _("伤情记录的文字")
    LOOKS = "looks", _("查阅录像的申请和事由")
    SAID = "said", _("没有签字的情况说明")
    CUSTODY = "custody", _("实物、证据包和保全的文字")
    HANDLING = "handling", _("调查、测算和处理方案的文字")

    @property
    def title(self) -> str:
        """As people call it; the label of the last is older than what goes with it."""
        if self == WordsKind.HANDLING:
            return gettext("报告、通话、任务、备注，和调查、测算、处理的文字")
        return str(self.label)


class FilePart(models.TextChoices):
    """What a deleted file was to the exhibit or recording."""

    ORIGINAL = "original", _("原件")
    SEGMENT = "segment", _("录像文件")
    DERIVED = "derived", _("观看副本、缩略图")
    SIGNATURE = "signed", _("签字")
    PAPER = "paper", _("申请人的文书照片")
