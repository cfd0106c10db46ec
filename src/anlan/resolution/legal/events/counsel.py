"""Counsel on the record: who acts for whom; that they were asked, never what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext_noop as _

from anlan.ledger.events import Covered, Event, covers, recorded
from anlan.resolution.legal.enums import Client


@recorded
@dataclass(frozen=True, kw_only=True)
class LawyerAdded(Event):
    """``phone`` says whether there is one."""

    kind: ClassVar[str] = "legal.lawyer_added"
    sentence: ClassVar[str] = _("{actor}把一位律师列入名册")
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "legal.Lawyer", "name", "firm", "licence"
    )

    lawyer: str
    phone: int
    name_digest: str
    firm_digest: str
    licence_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class LawyerRetired(Event):
    kind: ClassVar[str] = "legal.lawyer_retired"
    sentence: ClassVar[str] = _("{actor}把一位律师移出名册")

    lawyer: str


@recorded
@dataclass(frozen=True, kw_only=True)
class LawyerPhoneRead(Event):
    kind: ClassVar[str] = "legal.lawyer_phone_read"
    sentence: ClassVar[str] = _("{actor}查看了律师的电话")
    quiet: ClassVar[bool] = True

    lawyer: str


@recorded
@dataclass(frozen=True, kw_only=True)
class CounselEngaged(Event):
    kind: ClassVar[str] = "legal.counsel_engaged"
    sentence: ClassVar[str] = _("{actor}登记律师委托 {code}（{client}）")
    tone: ClassVar[str] = "people"
    covers: ClassVar[tuple[Covered, ...]] = covers("legal.Engagement", "scope")

    code: str
    lawyer: str
    client: str
    begins: str
    letter: str | None = None
    scope_digest: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "client": Client(self.client).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class EngagementEnded(Event):
    kind: ClassVar[str] = "legal.engagement_ended"
    sentence: ClassVar[str] = _("{actor}结束律师委托 {code}，理由已写明")
    covers: ClassVar[tuple[Covered, ...]] = covers("legal.Engagement", "reason")

    code: str
    ends: str
    reason_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class CounselAsked(Event):
    """Privileged: the task says that there is a question, and nothing says which."""

    kind: ClassVar[str] = "legal.counsel_asked"
    sentence: ClassVar[str] = _("{actor}提出法律咨询 {code}")
    quiet: ClassVar[bool] = True
    covers: ClassVar[tuple[Covered, ...]] = covers("legal.CounselQuestion", "words")

    code: str
    words_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class CounselQuestionWithdrawn(Event):
    kind: ClassVar[str] = "legal.counsel_question_withdrawn"
    sentence: ClassVar[str] = _("{actor}撤回法律咨询 {code}")
    quiet: ClassVar[bool] = True

    code: str


@recorded
@dataclass(frozen=True, kw_only=True)
class OpinionGiven(Event):
    kind: ClassVar[str] = "legal.opinion_given"
    sentence: ClassVar[str] = _("{actor}出具法律意见 {code} 第 {version} 版")
    quiet: ClassVar[bool] = True
    covers: ClassVar[tuple[Covered, ...]] = covers("legal.Opinion", "text")

    code: str
    version: int
    text_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class OpinionRead(Event):
    kind: ClassVar[str] = "legal.opinion_read"
    sentence: ClassVar[str] = _("{actor}查看了法律意见 {code} 第 {version} 版")
    quiet: ClassVar[bool] = True

    code: str
    version: int


@recorded
@dataclass(frozen=True, kw_only=True)
class OpinionPrinted(Event):
    """``sha256`` is that of the PDF, which says that it is privileged."""

    kind: ClassVar[str] = "legal.opinion_printed"
    sentence: ClassVar[str] = _("{actor}导出了法律意见 {code} 第 {version} 版")
    quiet: ClassVar[bool] = True

    code: str
    version: int
    sha256: str
