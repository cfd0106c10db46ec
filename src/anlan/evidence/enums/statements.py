"""Statements 情况说明: who gives one, how, and how far it is."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class StatementRole(models.TextChoices):
    """The part from which somebody speaks; it chooses the questions."""

    VICTIM = "victim", _("受害人")
    AGGRESSOR = "aggressor", _("另一方")
    WITNESS = "witness", _("目击者")
    GUARD = "guard", _("到场人员")
    OTHER = "other", _("其他人员")


class StatementMode(models.TextChoices):
    SPOKEN = "spoken", _("当面讲述，由记录人记录")
    WRITTEN = "written", _("本人书写")
    PHONE = "phone", _("电话讲述，由记录人记录")


class StatementState(models.TextChoices):
    """A draft is read back, then signed and frozen; the other two are ends as well."""

    DRAFT = "draft", pgettext_lazy("a statement", "记录中")
    READ_BACK = "read_back", _("核对中")
    FROZEN = "frozen", _("已签字定稿")
    REFUSED = "refused", _("本人不愿说明")
    DISCARDED = "discarded", _("草稿已放弃")

    @property
    def is_open(self) -> bool:
        return self in {StatementState.DRAFT, StatementState.READ_BACK}


class StatementFileKind(models.TextChoices):
    RECORDING = "recording", _("录音")
    PAPER = "paper", _("本人签字的纸")
