"""Applications to see or to get footage: who asks, as what, and how far it is."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.evidence.enums.packages import Purpose


class Applicant(models.TextChoices):
    """Who asks; it decides what they show, and whether originals may leave."""

    PERSON = "person", _("本人、近亲属或者监护人")
    AGENT = "agent", _("律师或者其他受委托人")
    POLICE = "police", _("公安机关")
    COURT = "court", _("人民法院、人民检察院")
    ORGAN = "organ", _("其他国家机关")
    STAFF = "staff", _("本公司工作人员")

    @property
    def is_authority(self) -> bool:
        """Comes with a document, and may have originals (G11, G13)."""
        return self in {Applicant.POLICE, Applicant.COURT, Applicant.ORGAN}

    @property
    def is_customer(self) -> bool:
        """Is kept, masked, with the other people of the site."""
        return self in {Applicant.PERSON, Applicant.AGENT}

    @property
    def package_purpose(self) -> Purpose:
        """For what a package is that is handed to them."""
        return {
            Applicant.POLICE: Purpose.POLICE,
            Applicant.COURT: Purpose.COURT,
            Applicant.ORGAN: Purpose.ORGAN,
        }.get(self, Purpose.PARTY)


class Relation(models.TextChoices):
    """What the applicant has to do with what was recorded (视频条例 21)."""

    SELF = "self", _("本人")
    KIN = "kin", _("近亲属")
    GUARDIAN = "guardian", _("监护人、照护人")
    AGENT = "agent", _("受本人委托")
    OFFICIAL = "official", _("依法履行职责")
    WORK = "work", _("本岗位工作需要")


class IdentityPaper(models.TextChoices):
    ID_CARD = "id_card", _("居民身份证")
    PASSPORT = "passport", _("护照、通行证")
    BADGE = "badge", _("人民警察证")
    OFFICE = "office", _("国家机关工作证件")
    LAWYER = "lawyer", _("律师执业证")
    STAFF = "staff", _("工作牌")


class AuthorityPaper(models.TextChoices):
    """By which paper an authority asks."""

    COLLECT = "collect", _("调取证据通知书")
    INQUIRY = "inquiry", _("调查令、协助调查函")
    LETTER = "letter", _("介绍信及工作证件")
    MANDATE = "mandate", _("授权委托书")
    OTHER = "other", _("其他法律文书")


class FootageWay(models.TextChoices):
    VIEW = "view", _("现场查阅，不留复制件")
    COPY = "copy", _("复制、调取")


class ApplicationState(models.TextChoices):
    ASKED = "asked", _("待批准")
    APPROVED = "approved", _("已批准")
    REFUSED = "refused", _("未批准")
    WITHDRAWN = "withdrawn", _("已撤回")
    VIEWED = "viewed", _("已查阅")
    HANDED_OVER = "handed_over", _("已交付")
    EXPIRED = "expired", _("已过期")

    @property
    def tone(self) -> str:
        """The colour of its tag."""
        tones = {
            ApplicationState.ASKED: "warn",
            ApplicationState.APPROVED: "info",
            ApplicationState.REFUSED: "bad",
            ApplicationState.VIEWED: "ok",
            ApplicationState.HANDED_OVER: "ok",
        }
        return tones.get(self, "quiet")

    @property
    def is_running(self) -> bool:
        """Approved, and something may still be seen or given under it."""
        return self in {
            ApplicationState.APPROVED,
            ApplicationState.VIEWED,
            ApplicationState.HANDED_OVER,
        }
