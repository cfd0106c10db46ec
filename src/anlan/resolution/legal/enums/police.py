"""The closed lists of a report to the police: material, papers, states, periods."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class ItemKind(models.TextChoices):
    """What belongs to the material of a report (law notes §5)."""

    LETTER = "letter", _("报案书")
    IDENTITY = "identity", _("受害人或者代理人的身份证明、委托书")
    MEDICAL = "medical", _("病历、诊断证明和票据")
    INJURIES = "injuries", _("伤情照片")
    FOOTAGE = "footage", _("录像及校验值清单")
    WITNESSES = "witness", _("证人名单、情况说明")
    LOSSES = "losses", _("财物损失清单")
    DUTY_LOG = "duty_log", _("保安值班记录")
    CONTRACT = "contract", _("物业服务合同、管理规约摘录")


class ItemState(models.TextChoices):
    OPEN = "open", _("还缺")
    READY = "ready", _("已备齐")
    NONE = "none", _("没有")


class ReportState(models.TextChoices):
    PREPARING = "draft", _("准备材料")
    HANDED_OVER = "handed", _("已递交，等待回执")
    ACCEPTED = "accepted", _("已受案")
    FILED = "filed", _("已立案")
    REFUSED = "refused", _("不予立案")
    DECIDED = "decided", _("已作出决定")
    TRANSFERRED = "moved", _("已移送")
    ENDED = "ended", _("已终止调查")
    SUBMITTED = "submit", _("已移送审查起诉")
    PROSECUTED = "charged", _("已提起公诉")
    WITHDRAWN = "recalled", _("已撤回起诉")
    NOT_PROSECUTED = "no_trial", _("不起诉")
    JUDGED = "judged", _("已判决，还没有登记生效")
    APPEALED = "appealed", _("已上诉或者抗诉")
    IN_FORCE = "in_force", _("判决已生效")
    DROPPED = "dropped", _("不再递交")

    @property
    def tone(self) -> str:
        tones = {
            ReportState.PREPARING: "warn",
            ReportState.HANDED_OVER: "info",
            ReportState.REFUSED: "bad",
            ReportState.DROPPED: "quiet",
            ReportState.ENDED: "quiet",
            ReportState.SUBMITTED: "info",
            ReportState.PROSECUTED: "info",
            ReportState.WITHDRAWN: "bad",
            ReportState.NOT_PROSECUTED: "bad",
            ReportState.JUDGED: "info",
            ReportState.APPEALED: "warn",
        }
        return tones.get(self, "ok")

    @property
    def is_beyond_police(self) -> bool:
        """Whether a prosecutor or a court has it, or had it last."""
        return self in _BEYOND_POLICE

    @property
    def is_pending(self) -> bool:
        """Whether a prosecutor or a court still decides, or what they decided may change."""
        return self.is_beyond_police and self not in {
            ReportState.NOT_PROSECUTED,
            ReportState.IN_FORCE,
        }


_BEYOND_POLICE = frozenset(
    {
        ReportState.SUBMITTED,
        ReportState.PROSECUTED,
        ReportState.WITHDRAWN,
        ReportState.NOT_PROSECUTED,
        ReportState.JUDGED,
        ReportState.APPEALED,
        ReportState.IN_FORCE,
    }
)


class Issuer(models.TextChoices):
    """Who writes papers about a report."""

    POLICE = "police", _("公安机关")
    PROSECUTOR = "prosecutor", _("人民检察院")
    COURT = "court", _("人民法院")


class PaperKind(models.TextChoices):
    """What police, prosecutors and courts write, or say in writing, about a report.

    In the order in which they are written where several bear one day.
    """

    RECEIPT = "receipt", _("受案回执")
    FILING = "filing", _("立案告知")
    REFUSAL = "refusal", _("不予立案通知书")
    REVIEW = "review", _("不予立案复议决定书")
    APPRAISAL = "appraisal", _("伤情鉴定委托或者鉴定意见通知")
    MEDIATION = "mediation", _("治安调解（未达成）")
    DECISION = "decision", _("行政处罚决定书")
    NO_PENALTY = "no_penalty", _("不予行政处罚决定书")
    TRANSFER = "transfer", _("移送通知")
    ENDING = "ending", _("终止案件调查决定书")
    SUBMISSION = "submission", _("移送审查起诉告知")
    INDICTMENT = "indictment", _("起诉书或者提起公诉告知")
    # The prosecutor asks for it, and the court says whether it may be.
    WITHDRAWAL = "withdrawal", _("准许撤回起诉裁定书")
    # Not prosecuted: the law bars it, it is too slight to be punished, or not proven.
    BARRED = "barred", _("不起诉决定书（法定不起诉）")
    SLIGHT = "slight", _("不起诉决定书（酌定不起诉）")
    UNPROVEN = "unproven", _("不起诉决定书（证据不足）")
    JUDGMENT = "judgment", _("刑事判决书")
    APPEAL = "appeal", _("上诉或者抗诉告知")
    IN_FORCE = "in_force", _("判决生效证明或者告知")

    @property
    def is_beyond_police(self) -> bool:
        """Whether with this paper a prosecutor or a court has it."""
        return self.state in _BEYOND_POLICE

    @property
    def issuer(self) -> Issuer:
        return _ISSUERS.get(self, Issuer.POLICE)

    @property
    def state(self) -> ReportState | None:
        """What the report is once this paper stands; nothing changes by the others."""
        return _STATES.get(self)

    @property
    def opens_remedies(self) -> bool:
        """Whether the victim has to be told what they may do about it, and until when."""
        return self in {
            PaperKind.REFUSAL,
            PaperKind.REVIEW,
            PaperKind.DECISION,
            PaperKind.NO_PENALTY,
            PaperKind.ENDING,
            PaperKind.INDICTMENT,
            PaperKind.WITHDRAWAL,
            PaperKind.BARRED,
            PaperKind.SLIGHT,
            PaperKind.UNPROVEN,
            PaperKind.JUDGMENT,
        }


# The police themselves say that they submitted it.
_ISSUERS = {
    PaperKind.INDICTMENT: Issuer.PROSECUTOR,
    PaperKind.WITHDRAWAL: Issuer.COURT,
    PaperKind.BARRED: Issuer.PROSECUTOR,
    PaperKind.SLIGHT: Issuer.PROSECUTOR,
    PaperKind.UNPROVEN: Issuer.PROSECUTOR,
    PaperKind.JUDGMENT: Issuer.COURT,
    PaperKind.APPEAL: Issuer.COURT,
    PaperKind.IN_FORCE: Issuer.COURT,
}

_STATES = {
    PaperKind.RECEIPT: ReportState.ACCEPTED,
    PaperKind.FILING: ReportState.FILED,
    PaperKind.REFUSAL: ReportState.REFUSED,
    PaperKind.DECISION: ReportState.DECIDED,
    PaperKind.NO_PENALTY: ReportState.DECIDED,
    PaperKind.TRANSFER: ReportState.TRANSFERRED,
    PaperKind.ENDING: ReportState.ENDED,
    PaperKind.SUBMISSION: ReportState.SUBMITTED,
    PaperKind.INDICTMENT: ReportState.PROSECUTED,
    PaperKind.WITHDRAWAL: ReportState.WITHDRAWN,
    PaperKind.BARRED: ReportState.NOT_PROSECUTED,
    PaperKind.SLIGHT: ReportState.NOT_PROSECUTED,
    PaperKind.UNPROVEN: ReportState.NOT_PROSECUTED,
    PaperKind.JUDGMENT: ReportState.JUDGED,
    PaperKind.APPEAL: ReportState.APPEALED,
    PaperKind.IN_FORCE: ReportState.IN_FORCE,
}


class Happening(StrEnum):
    """What opens and ends a period: three things of ours, and every paper."""

    ACT = "act"
    CALL = "call"
    HAND_OVER = "hand_over"
    RECEIPT = "receipt"
    FILING = "filing"
    REFUSAL = "refusal"
    REVIEW = "review"
    APPRAISAL = "appraisal"
    MEDIATION = "mediation"
    DECISION = "decision"
    NO_PENALTY = "no_penalty"
    TRANSFER = "transfer"
    ENDING = "ending"
    SUBMISSION = "submission"
    INDICTMENT = "indictment"
    WITHDRAWAL = "withdrawal"
    BARRED = "barred"
    SLIGHT = "slight"
    UNPROVEN = "unproven"
    JUDGMENT = "judgment"
    APPEAL = "appeal"
    IN_FORCE = "in_force"


class Whose(models.TextChoices):
    POLICE = "police", _("公安机关")
    VICTIM = "victim", _("受害一方")
    OFFICE = "office", _("管理处")


class ToldWay(models.TextChoices):
    IN_PERSON = "in_person", _("当面，交了这一页")
    PHONE = "phone", _("电话里读了")
    POST = "post", _("寄送或者发送")
