"""The closed lists of limits of time 时效."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class LimitationKind(models.TextChoices):
    CIVIL = "civil", _("民事赔偿的诉讼时效（三年）")
    SECURITY = "security", _("治安处罚的追究时效（六个月）")
    WORK_EMPLOYER = "employer", _("工伤认定：用人单位申请（三十日）")
    WORK_WORKER = "worker", _("工伤认定：本人申请（一年）")

    @property
    def may_turn(self) -> bool:
        """Whether it is interrupted and suspended: only what is sued for is."""
        return self == LimitationKind.CIVIL

    @property
    def is_of_work_injury(self) -> bool:
        return self in {LimitationKind.WORK_EMPLOYER, LimitationKind.WORK_WORKER}


class LimitationState(models.TextChoices):
    RUNNING = "running", pgettext_lazy("a limit of time", "计时中")
    RAN_OUT = "ran_out", pgettext_lazy("a limit of time", "已届满")
    ENDED = "ended", pgettext_lazy("a limit of time", "不再计时")


class TurnGround(models.TextChoices):
    """What interrupts (民法典 195) or suspends (民法典 194) a period."""

    DEMAND = "demand", _("中断：权利人提出履行请求")
    PROMISE = "promise", _("中断：义务人同意履行")
    SUIT = "suit", _("中断：提起诉讼或者申请仲裁")
    LIKE_SUIT = "like_suit", _("中断：与起诉、仲裁具有同等效力的其他情形")
    FORCE = "force", _("中止：不可抗力")
    NO_AGENT = "no_agent", _("中止：无行为能力或者限制行为能力，没有法定代理人")
    NO_HEIR = "no_heir", _("中止：继承开始后没有确定继承人或者遗产管理人")
    HELD = "held", _("中止：权利人被义务人或者其他人控制")
    OBSTACLE = "obstacle", _("中止：其他不能行使请求权的障碍")

    @property
    def interrupts(self) -> bool:
        return self in {
            TurnGround.DEMAND,
            TurnGround.PROMISE,
            TurnGround.SUIT,
            TurnGround.LIKE_SUIT,
        }

    @property
    def lasts(self) -> bool:
        """Whether it has an end of its own, until which no new period runs."""
        return self not in {TurnGround.DEMAND, TurnGround.PROMISE}
