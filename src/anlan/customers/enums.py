"""The closed lists of customers, with the words the screens show."""

from __future__ import annotations

from enum import Enum
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Gender(models.TextChoices):
    FEMALE = "female", _("女")
    MALE = "male", _("男")
    UNKNOWN = "unknown", _("未知")


class ProtectedField(models.TextChoices):
    """What is shown masked, and read unmasked only with a reason, on the record."""

    NAME = "name", _("姓名")
    PHONE = "phone", _("电话")
    IDENTITY_NUMBER = "identity_number", _("身份证号码")


class ErasureReason(models.TextChoices):
    """Why a person is erased; a closed list, because the entry may hold no free text."""

    REQUEST = "request", _("本人或监护人申请")
    RETENTION = "retention", _("保存期限届满")
    MISTAKE = "mistake", _("误登记")


class OccupancyRole(models.TextChoices):
    """What somebody has to do with a room."""

    OWNER = "owner", _("业主")
    OCCUPANT = "occupant", _("租户、物业使用人")
    FAMILY = "family", _("业主或者租户的同住家人")
    STAFF = "staff", _("在此工作")


class MarkerState(models.TextChoices):
    """Where a risk marker is; read from its days, and stored nowhere."""

    RUNNING = "running", pgettext_lazy("a marker", "有效")
    RESTING = "resting", _("已停用，等待决定")
    EXPIRED = "expired", _("已到期")
    ENDED = "ended", _("已撤销")


class MarkerStep(models.TextChoices):
    """What a person decided about a risk marker."""

    SET = "set", pgettext_lazy("a marker", "设置")
    KEPT = "kept", pgettext_lazy("a marker", "继续")
    CHANGED = "changed", pgettext_lazy("a marker", "修改")
    ENDED = "ended", pgettext_lazy("a marker", "撤销")


class ObjectionOutcome(models.TextChoices):
    """What became of an objection to a risk marker."""

    KEPT = "kept", _("异议不成立，标记保留")
    ENDED = "ended", _("异议成立，撤销标记")


class Keep(Enum):
    """The value of an argument that leaves the field as it is; ``None`` may empty it."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP
