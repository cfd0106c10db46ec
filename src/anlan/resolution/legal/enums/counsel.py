"""The closed lists of lawyers and what they are asked."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class LawyerKind(models.TextChoices):
    IN_HOUSE = "in_house", _("公司法务")
    OUTSIDE = "outside", _("外聘律师")


class LawyerArea(models.TextChoices):
    TORT = "tort", _("侵权与人身损害")
    LABOUR = "labour", _("劳动与工伤")
    SECURITY = "security", _("治安与行政")
    CRIMINAL = "criminal", _("刑事")
    PROPERTY = "property", _("物业与合同")


class Client(models.TextChoices):
    """For whom somebody acts; what the other side's lawyer is known to do is noted too."""

    COMPANY = "company", _("本公司")
    VICTIM = "victim", _("受害方")
    AGGRESSOR = "aggressor", _("行为人")


class QuestionState(models.TextChoices):
    OPEN = "open", pgettext_lazy("a question to counsel", "待答复")
    ANSWERED = "answered", pgettext_lazy("a question to counsel", "已答复")
    WITHDRAWN = "withdrawn", pgettext_lazy("a question to counsel", "已撤回")
