"""The closed lists of talks: how, who, what is agreed, and what became of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.cases.enums import Side


class TalksKind(models.TextChoices):
    """What the office holds itself is a negotiation, and is never called mediation (G19)."""

    NEGOTIATION = "negotiation", _("协商（管理处组织）")
    PEOPLES = "peoples", _("人民调解")
    POLICE = "police", _("公安机关治安调解")
    COURT = "court", _("法院委派、特邀调解")

    @property
    def is_mediation(self) -> bool:
        return self != TalksKind.NEGOTIATION

    @property
    def can_be_confirmed(self) -> bool:
        """Whether a court confirms what a body of this kind brought about (民诉法 205)."""
        return self in {TalksKind.PEOPLES, TalksKind.COURT}

    @property
    def ends_the_police_case(self) -> bool:
        """Whether its performance may end the police case (治安法 9 ¶4)."""
        return self in {TalksKind.NEGOTIATION, TalksKind.PEOPLES}


class TalksState(models.TextChoices):
    REQUESTED = "requested", pgettext_lazy("talks", "已邀请，等候答复")
    CONSENT_PENDING = "consent", pgettext_lazy("talks", "等候双方同意")
    ACCEPTED = "accepted", pgettext_lazy("talks", "双方已同意")
    IN_SESSION = "session", pgettext_lazy("talks", "进行中")
    AGREED = "agreed", pgettext_lazy("talks", "双方已接受协议")
    PERFORMING = "performing", pgettext_lazy("talks", "履行中")
    PERFORMED = "performed", pgettext_lazy("talks", "已全部履行")
    BREACHED = "breached", pgettext_lazy("talks", "有人没有履行")
    FAILED = "failed", pgettext_lazy("talks", "没有达成协议")
    WITHDRAWN = "withdrawn", pgettext_lazy("talks", "有一方退出")

    @property
    def is_talking(self) -> bool:
        """Before anything is agreed."""
        return self in {
            TalksState.REQUESTED,
            TalksState.CONSENT_PENDING,
            TalksState.ACCEPTED,
            TalksState.IN_SESSION,
        }

    @property
    def may_be_left(self) -> bool:
        """Nothing binds a side yet: what was mediated is agreed, and not in force."""
        return self.is_talking or self == TalksState.AGREED

    @property
    def leads_on(self) -> bool:
        """Whether the next remedies are told."""
        return self in {
            TalksState.FAILED,
            TalksState.WITHDRAWN,
            TalksState.BREACHED,
        }


class Exclusion(models.TextChoices):
    """Why a matter is not brought to terms (行政程序规定 179, G17)."""

    HIRED = "hired", _("雇凶伤害他人")
    GANG = "gang", _("结伙斗殴或者寻衅滋事")
    REPEAT = "repeat", _("多次实施违法行为")
    NEW_VIOLATION = "new_violation", _("调解、协商过程中又动手或者威胁")
    FLED = "fled", _("行为人已经逃跑")
    SERIOUS = "serious", _("可能是重伤、死亡等严重犯罪")


class BodyKind(models.TextChoices):
    COMMITTEE = "committee", _("人民调解委员会（村居、街道）")
    INDUSTRY = "industry", _("行业性、专业性人民调解委员会")
    OWN = "own", _("本公司设立的人民调解委员会")
    POLICE = "police", _("公安派出所")
    COURT = "court", _("法院特邀调解组织")

    @property
    def holds(self) -> TalksKind:
        return {
            BodyKind.POLICE: TalksKind.POLICE,
            BodyKind.COURT: TalksKind.COURT,
        }.get(self, TalksKind.PEOPLES)


class ConsentWay(models.TextChoices):
    SCREEN = "screen", _("当面在屏幕上签字")
    LINK = "link", _("手机链接和一次性验证码")
    PAPER = "paper", _("书面同意书")


class Capacity(models.TextChoices):
    SELF = "self", _("本人")
    GUARDIAN = "guardian", _("监护人")
    AGENT = "agent", _("受书面委托的人")


class Chooser(models.TextChoices):
    """Who decides who mediates: the body appoints, or both sides choose (人民调解法 19)."""

    BODY = "body", _("调解组织")
    SIDES = "sides", _("双方当事人")


class Found(models.TextChoices):
    """What was found out about a side that needed a guardian."""

    OF_AGE = "of_age", _("已看身份证件，本人已满十八周岁")
    NO_GUARDIAN = "no_guardian", _("监护人的标记登记错了，本人自己办理")


class WithdrawalWay(models.TextChoices):
    LINK = "link", _("本人在手机链接上退出")
    IN_PERSON = "in_person", _("本人当面表示")
    PHONE = "phone", _("本人打电话表示")
    PAPER = "paper", _("本人书面表示")


class SessionState(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("a session", "已约定")
    OPEN = "open", pgettext_lazy("a session", "进行中")
    HELD = "held", pgettext_lazy("a session", "已结束")
    BROKEN_OFF = "broken", pgettext_lazy("a session", "中止")
    CANCELLED = "cancelled", pgettext_lazy("a session", "已取消")


class Proposer(models.TextChoices):
    VICTIM = "victim", _("受害方提出")
    AGGRESSOR = "aggressor", _("行为人提出")
    MEDIATOR = "mediator", _("调解员建议")
    OFFICE = "office", _("管理处整理")


class ProposalState(models.TextChoices):
    OPEN = "open", pgettext_lazy("a proposal", "等候双方答复")
    SUPERSEDED = "superseded", pgettext_lazy("a proposal", "已被新版取代")
    DECLINED = "declined", pgettext_lazy("a proposal", "有一方不接受")
    AGREED = "agreed", pgettext_lazy("a proposal", "双方已接受")
    LAPSED = "lapsed", pgettext_lazy("a proposal", "已随协商、调解结束")


class TermKind(models.TextChoices):
    PAYMENT = "payment", _("支付赔偿款")
    KINDNESS = "kindness", _("管理处人道慰问（另列，不代表承认责任）")
    APOLOGY = "apology", _("赔礼道歉")
    PROMISE = "promise", _("承诺")
    NO_CONTACT = "no_contact", _("不接触")
    CONFIDENTIAL = "confidential", _("保密")

    @property
    def is_paid(self) -> bool:
        return self in {TermKind.PAYMENT, TermKind.KINDNESS}

    @property
    def goes_on(self) -> bool:
        """Whether it binds until a day, instead of being done by it."""
        return self in {TermKind.PROMISE, TermKind.NO_CONTACT, TermKind.CONFIDENTIAL}


class TermBy(models.TextChoices):
    """Who performs a term, as a paper names them: it judges nobody (G15)."""

    AGGRESSOR = "aggressor", _("乙方")
    VICTIM = "victim", _("甲方")
    OFFICE = "office", _("管理处")

    @property
    def side(self) -> Side | None:
        return None if self == TermBy.OFFICE else Side(self.value)


class DutyState(models.TextChoices):
    DUE = "due", pgettext_lazy("a duty", "待履行")
    DONE = "done", pgettext_lazy("a duty", "已履行")
    DEFAULTED = "defaulted", pgettext_lazy("a duty", "没有履行")


class ConfirmationState(models.TextChoices):
    POSSIBLE = "possible", pgettext_lazy("a confirmation", "可以共同申请")
    APPLIED = "applied", pgettext_lazy("a confirmation", "已申请")
    CONFIRMED = "confirmed", pgettext_lazy("a confirmation", "法院已确认")
    REFUSED = "refused", pgettext_lazy("a confirmation", "法院不予确认")
    LAPSED = "lapsed", pgettext_lazy("a confirmation", "没有申请，期限已过")
