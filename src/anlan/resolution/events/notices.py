"""What becomes of letters and objections; their words are vouched for, never told here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext_noop as _

from anlan.law import selectors as law
from anlan.ledger.events import Covered, Event, covers, recorded
from anlan.resolution.enums import (
    CarryingState,
    DeliveryResult,
    DeliveryWay,
    NoticeKind,
    ObjectionState,
)


@recorded
@dataclass(frozen=True, kw_only=True)
class NoticeTemplateWritten(Event):
    """``content`` is the digest over title and body, which are no secret."""

    kind: ClassVar[str] = "resolution.notice_template_written"
    sentence: ClassVar[str] = _("{actor}写了{letter}的模板第 {version} 版")

    letter: str
    version: int
    content: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "letter": NoticeKind(self.letter).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class NoticeBegun(Event):
    kind: ClassVar[str] = "resolution.notice_begun"
    sentence: ClassVar[str] = _("{actor}开始起草{letter} {code}")

    code: str
    letter: str
    measure: str | None = None
    party: str | None = None  # of a letter about no measure

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "letter": NoticeKind(self.letter).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class NoticeIssued(Event):
    """``pdf`` is the digest of what is handed over."""

    kind: ClassVar[str] = "resolution.notice_issued"
    sentence: ClassVar[str] = _("{actor}签发{letter} {code}")
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "resolution.Notice", "facts", "request", "text"
    )

    code: str
    letter: str
    measure: str | None = None
    party: str | None = None  # of a letter about no measure
    exhibit: str
    pdf: str
    template: int
    facts_digest: str
    request_digest: str
    text_digest: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "letter": NoticeKind(self.letter).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class NoticeRevoked(Event):
    kind: ClassVar[str] = "resolution.notice_revoked"
    sentence: ClassVar[str] = _("{actor}撤销告知书 {code}，理由已写明")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers("resolution.Notice", "reason")

    code: str
    reason_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class NoticeTaken(Event):
    """As a Word file, with the full name; ``sha256`` is of the file."""

    kind: ClassVar[str] = "resolution.notice_taken"
    sentence: ClassVar[str] = _("{actor}取出告知书 {code} 的 Word 文件")
    quiet: ClassVar[bool] = True

    code: str
    sha256: str


@recorded
@dataclass(frozen=True, kw_only=True)
class NoticeDeliveryRecorded(Event):
    """One attempt; ``number`` counts those of the notice."""

    kind: ClassVar[str] = "resolution.notice_delivery"
    sentence: ClassVar[str] = _("{actor}送达告知书 {code}（{way}）：{result}")
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "resolution.NoticeDelivery", "tracking", "witnesses", "words"
    )

    code: str
    number: int
    way: str
    result: str
    exhibit: str | None = None
    tracking_digest: str
    witnesses_digest: str
    words_digest: str

    def shown(self) -> dict[str, Any]:
        return {
            **self.facts(),
            "way": DeliveryWay(self.way).label,
            "result": DeliveryResult(self.result).label,
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class ObjectionReceived(Event):
    kind: ClassVar[str] = "resolution.objection_received"
    sentence: ClassVar[str] = _("收到对措施“{measure}”的申诉 {code}，由{actor}登记")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers("resolution.Objection", "words")

    code: str
    measure: str
    thing: str  # measure:<uid>
    way: str
    words_digest: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "measure": law.measure_title(self.measure)}


@recorded
@dataclass(frozen=True, kw_only=True)
class ObjectionDecided(Event):
    kind: ClassVar[str] = "resolution.objection_decided"
    sentence: ClassVar[str] = _("{actor}复核申诉 {code}：{state}，理由已写明")
    covers: ClassVar[tuple[Covered, ...]] = covers("resolution.Objection", "reason")

    code: str
    state: str
    reason_digest: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "state": ObjectionState(self.state).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class ObjectionWithdrawn(Event):
    kind: ClassVar[str] = "resolution.objection_withdrawn"
    sentence: ClassVar[str] = _("申诉 {code} 由本人撤回，{actor}登记")
    covers: ClassVar[tuple[Covered, ...]] = covers("resolution.Objection", "reason")

    code: str
    reason_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class CarryingChanged(Event):
    """A measure is to be carried out, was, or is not any more."""

    kind: ClassVar[str] = "resolution.carrying_changed"
    sentence: ClassVar[str] = _("方案 {plan} 的措施“{measure}”：{state}")

    plan: str
    measure: str
    state: str

    def shown(self) -> dict[str, Any]:
        return {
            **self.facts(),
            "measure": law.measure_title(self.measure),
            "state": CarryingState(self.state).label,
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class MeasureRanOut(Event):
    """Its last day has passed; whatever it suspended is to be there again."""

    kind: ClassVar[str] = "resolution.measure_ran_out"
    sentence: ClassVar[str] = _("措施“{measure}”已于 {last_day} 期满，请恢复")

    measure: str
    last_day: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "measure": law.measure_title(self.measure)}
