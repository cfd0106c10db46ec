"""The closed lists of notices, objections and what is carried out."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class NoticeKind(models.TextChoices):
    """As the law as data names the letter of a measure; and one that is of no measure."""

    WARNING_LETTER = "warning_letter", _("警示函")
    CONDUCT_AGREEMENT = "conduct_agreement", _("行为承诺书")
    DAMAGES_CLAIM = "damages_claim", _("赔偿请求函")
    LIQUIDATED_DAMAGES = "liquidated_damages", _("违约金通知")
    SUSPENSION = "suspension", _("暂停服务通知")
    BAN = "ban", _("限制进入通知")
    TERMINATION = "termination", _("解除合同通知")
    CONSEQUENCES = "consequences", _("法律后果告知书")

    @property
    def is_of_measure(self) -> bool:
        """Whether it tells of something that was decided about the person."""
        return self != NoticeKind.CONSEQUENCES

    @property
    def is_objectable(self) -> bool:
        """Whether it imposes anything: nobody is bound to sign an undertaking."""
        return self not in {NoticeKind.CONSEQUENCES, NoticeKind.CONDUCT_AGREEMENT}


class NoticeState(models.TextChoices):
    """From its issue on a notice does not change; what is wrong is revoked."""

    DRAFT = "draft", pgettext_lazy("a notice", "起草中")
    ISSUED = "issued", pgettext_lazy("a notice", "已签发，待送达")
    DELIVERED = "delivered", pgettext_lazy("a notice", "已送达")
    REVOKED = "revoked", pgettext_lazy("a notice", "已撤销")


class DeliveryWay(models.TextChoices):
    IN_PERSON = "in_person", _("当面交付")
    POST = "post", _("邮寄")
    AGREED = "agreed", _("本人同意的电子方式")
    LEFT = "left", _("留在住处或者营业处")

    @property
    def needs_tracking(self) -> bool:
        return self == DeliveryWay.POST


class DeliveryResult(models.TextChoices):
    """What came of one attempt; whoever refuses has the letter before them all the same."""

    SIGNED = "signed", _("本人签收")
    GUARDIAN = "guardian", _("监护人签收（本人未成年）")
    RECEIVED = "received", _("已收到，没有签字")
    REFUSED = "refused", _("拒收，有人见证")
    LEFT = "left", _("已留置，有人见证")
    FAILED = "failed", _("没有送到")

    @property
    def is_delivered(self) -> bool:
        return self != DeliveryResult.FAILED

    @property
    def is_signed(self) -> bool:
        return self in {DeliveryResult.SIGNED, DeliveryResult.GUARDIAN}

    @property
    def needs_witnesses(self) -> bool:
        return self in {DeliveryResult.REFUSED, DeliveryResult.LEFT}


class ObjectionState(models.TextChoices):
    OPEN = "open", pgettext_lazy("an objection", "复核中")
    REJECTED = "rejected", pgettext_lazy("an objection", "维持原措施")
    EASED = "eased", pgettext_lazy("an objection", "措施应当减轻")
    UPHELD = "upheld", pgettext_lazy("an objection", "撤销措施")
    WITHDRAWN = "withdrawn", pgettext_lazy("an objection", "本人撤回")

    @property
    def is_decision(self) -> bool:
        return self in {
            ObjectionState.REJECTED,
            ObjectionState.EASED,
            ObjectionState.UPHELD,
        }


class ObjectionWay(models.TextChoices):
    WRITTEN = "written", _("书面")
    SPOKEN = "spoken", _("口头，已记录并核对")
    MESSAGE = "message", _("短信或者微信")
    PORTAL = "portal", _("本人在告知书的链接上")

    @property
    def is_taken_down(self) -> bool:
        """By somebody of the office; on their own link people write themselves."""
        return self != ObjectionWay.PORTAL


class CarryingState(models.TextChoices):
    """What became of a measure that was approved."""

    DUE = "due", pgettext_lazy("a measure", "待执行")
    DONE = "done", pgettext_lazy("a measure", "已执行")
    DROPPED = "dropped", pgettext_lazy("a measure", "不再执行")
