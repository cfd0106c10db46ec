"""What the office may offer to somebody who was hurt."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SupportKind(models.TextChoices):
    MEDICAL = "medical", _("陪同就医、协助办理费用")
    COUNSELLING = "counselling", _("介绍心理支持")
    ESCORT = "escort", _("出入陪同")
    HOME_VISIT = "home_visit", _("上门探望")
    SECURITY = "security", _("加强住处附近的巡逻和照看")
