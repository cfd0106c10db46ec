"""The closed lists of a case, with the words the screens show."""

from __future__ import annotations

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class CaseKind(models.TextChoices):
    INCIDENT = "IN", _("事件")
    COMPLAINT = "CP", _("投诉")
    DRILL = "DR", _("演练")


class CaseState(models.TextChoices):
    OPEN = "open", _("处理中")
    JOINED = "joined", _("已并入")
    CLOSED = "closed", _("已办结")


class Severity(models.IntegerChoices):
    """Five levels, rising. Source: docs/sources.md, own scale after incident practice."""

    NOTICE = 1, _("提示")
    ORDINARY = 2, _("一般")
    CONSIDERABLE = 3, _("较大")
    MAJOR = 4, _("重大")
    CRITICAL = 5, _("特别重大")


class Phase(models.TextChoices):
    """The five phases of FAQ 1: protect → evidence → talk → police → strengthen."""

    PROTECT = "protect", _("保护与控制")
    EVIDENCE = "evidence", _("收集证据")
    TALK = "talk", _("沟通了解")
    POLICE = "police", _("报警与法律")
    STRENGTHEN = "strengthen", _("加强防范")

    @property
    def following(self) -> Phase | None:
        phases = list(Phase)
        place = phases.index(self)
        return phases[place + 1] if place + 1 < len(phases) else None


class Role(models.TextChoices):
    """The part that somebody plays in a case."""

    VICTIM = "victim", _("受害人")
    AGGRESSOR = "aggressor", _("行为人")
    WITNESS = "witness", _("目击者")
    GUARDIAN = "guardian", _("监护人")
    STAFF = "staff", _("工作人员")
    INVOLVED = "involved", _("涉事人")


class Side(models.TextChoices):
    """On which side somebody stands; a paper for one says nothing private of the other."""

    VICTIM = "victim", _("受害方")
    AGGRESSOR = "aggressor", _("行为人")

    @property
    def other(self) -> Side:
        return Side.AGGRESSOR if self is Side.VICTIM else Side.VICTIM


class Private(models.TextChoices):
    """What a paper for one side must not say of anybody who is not of that side."""

    NAME = "name", _("姓名")
    PHONE = "phone", _("电话")
    IDENTITY = "identity", _("身份证号码")
    ADDRESS = "address", _("住址")
    MEDICAL = "medical", _("伤情和医疗信息")


class ContactChannel(models.TextChoices):
    IN_PERSON = "in_person", _("当面")
    VISIT = "visit", _("上门、探望")
    PHONE = "phone", _("电话")
    MESSAGE = "message", _("短信、微信")
    LETTER = "letter", _("书面")


class Direction(models.TextChoices):
    OUT = "out", _("管理处联系对方")
    IN = "in", _("对方联系管理处")


class OfferAnswer(models.TextChoices):
    """What somebody said to an offer of help; nothing, if none was made."""

    ACCEPTED = "accepted", _("接受")
    DECLINED = "declined", _("谢绝")
    LATER = "later", _("以后再说")


class PromiseState(models.TextChoices):
    """Read from the promise's task and the time; it is stored nowhere."""

    RUNNING = "running", _("待兑现")
    KEPT = "kept", _("已兑现")
    KEPT_LATE = "late", _("逾期兑现")
    BROKEN = "broken", _("未兑现")


class KeepApartState(models.TextChoices):
    """Read from the plan's times; it is stored nowhere."""

    PLANNED = "planned", _("未开始")
    RUNNING = "running", _("执行中")
    OVER = "over", _("已到期")
    ENDED = "ended", _("提前结束")


class Protection(models.TextChoices):
    """Which files only those see who need them; to all others they do not exist."""

    NONE = "", _("不另行保护")
    STATEMENT = "stated", _("情况说明")
    INJURY = "injury", _("伤情记录")
    DELETED = "gone", _("已按期限删除")  # of a row beside an exhibit that was let go


class TaskState(models.TextChoices):
    OPEN = "open", _("待办")
    DONE = "done", _("已完成")
    SKIPPED = "skipped", _("已跳过")


class DeadlineState(models.TextChoices):
    """Read from a clock's three times; it is stored nowhere."""

    RUNNING = "running", _("计时中")
    MET = "met", _("已达成")
    FIRED = "fired", _("已超时")
    MET_LATE = "met_late", _("超时后完成")
    CANCELLED = "cancelled", _("不再计时")


class Proof(models.TextChoices):
    NONE = "", _("不需要")
    NOTE = "note", _("文字记录")
    PHOTO = "photo", _("照片")
    EITHER = "either", _("文字或照片")
    RECEIPT = "receipt", _("回执编号")


class LinkScope(models.TextChoices):
    FOLLOW = "follow", _("查看进展")


class Way(models.TextChoices):
    """What somebody did with the bytes of a file, or with a page."""

    VIEWED = "viewed", _("查看")
    DOWNLOADED = "downloaded", _("下载")
    PRINTED = "printed", _("打印")

    @classmethod
    def told(cls, way: str | None) -> str:
        """How a sentence says it; entries of before there were ways tell of a look."""
        return str(_TOLD.get(way or cls.VIEWED, _TOLD[cls.VIEWED]))


_TOLD: dict[str, Promise] = {
    Way.VIEWED: _("查看了"),
    Way.DOWNLOADED: _("下载了"),
    Way.PRINTED: _("打印了"),
}
