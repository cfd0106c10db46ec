"""The closed lists of a work injury 工伤."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class WorkInjuryState(models.TextChoices):
    """How far the recognition of a work injury has come."""

    OPEN = "open", pgettext_lazy("a work injury", "待申请")
    HANDED_OVER = "handed", pgettext_lazy("a work injury", "已移交用人单位")
    FILED = "filed", pgettext_lazy("a work injury", "已申请，待受理")
    ACCEPTED = "accepted", pgettext_lazy("a work injury", "已受理，待认定")
    REFUSED = "refused", pgettext_lazy("a work injury", "不予受理")
    RECOGNISED = "recognised", pgettext_lazy("a work injury", "认定为工伤")
    NOT_RECOGNISED = "denied", pgettext_lazy("a work injury", "不认定为工伤")
    DROPPED = "dropped", pgettext_lazy("a work injury", "不属于工伤事项")


class Employer(models.TextChoices):
    """Who employs the person: the duty to apply is the employer's and nobody else's."""

    OWN = "own", _("本公司")
    OTHER = "other", _("其他单位（外包保安、保洁等）")


class Filer(models.TextChoices):
    EMPLOYER = "employer", _("用人单位")
    WORKER = "worker", _("职工本人、近亲属或者工会")


class WorkInjuryStepKind(models.TextChoices):
    """What happened on the way; most of it changes the state."""

    TOLD = "told", _("告知本人有权自己申请")
    EXTENDED = "extended", _("社会保险行政部门同意延期")
    HANDED_OVER = "handed", _("通知用人单位并移交材料")
    FILED = "filed", _("提交工伤认定申请")
    ACCEPTED = "accepted", _("社会保险行政部门受理")
    REFUSED = "refused", _("社会保险行政部门不予受理")
    RECOGNISED = "recognised", _("认定为工伤")
    NOT_RECOGNISED = "denied", _("不认定为工伤")
    DROPPED = "dropped", _("不属于工伤事项，结束办理")
    OFF_DUTY = "off_duty", _("不是在工作中受伤，结束办理")
    RESUMED = "resumed", _("恢复办理")

    @property
    def leads_to(self) -> WorkInjuryState | None:
        return _LEADS_TO.get(self)

    @property
    def needs_paper(self) -> bool:
        """What an authority or the other employer says is proven by a paper."""
        return self not in {
            WorkInjuryStepKind.TOLD,
            WorkInjuryStepKind.DROPPED,
            WorkInjuryStepKind.OFF_DUTY,
            WorkInjuryStepKind.RESUMED,
        }


_LEADS_TO = {
    WorkInjuryStepKind.HANDED_OVER: WorkInjuryState.HANDED_OVER,
    WorkInjuryStepKind.FILED: WorkInjuryState.FILED,
    WorkInjuryStepKind.ACCEPTED: WorkInjuryState.ACCEPTED,
    WorkInjuryStepKind.REFUSED: WorkInjuryState.REFUSED,
    WorkInjuryStepKind.RECOGNISED: WorkInjuryState.RECOGNISED,
    WorkInjuryStepKind.NOT_RECOGNISED: WorkInjuryState.NOT_RECOGNISED,
    WorkInjuryStepKind.DROPPED: WorkInjuryState.DROPPED,
    # Of a colleague who was hurt in no part of their work: as who lives here, say.
    WorkInjuryStepKind.OFF_DUTY: WorkInjuryState.DROPPED,
    WorkInjuryStepKind.RESUMED: WorkInjuryState.OPEN,
}


class Material(models.TextChoices):
    """What an application needs (工伤保险条例 18), and what helps it."""

    FORM = "form", _("工伤认定申请表")
    EMPLOYMENT = "employment", _("劳动关系（含事实劳动关系）的证明")
    DIAGNOSIS = "diagnosis", _("医疗诊断证明")
    SCENE = "scene", _("事发经过的证明（有则附）")

    @property
    def is_needed(self) -> bool:
        return self != Material.SCENE
