"""What becomes of a report; its words are vouched for, and never told here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext_noop as _

from anlan.cases.enums import Side
from anlan.ledger.events import Covered, Event, covers, recorded
from anlan.resolution.review.enums import Form, Section


@recorded
@dataclass(frozen=True, kw_only=True)
class ReportBegun(Event):
    kind: ClassVar[str] = "review.report_begun"
    sentence: ClassVar[str] = _("{actor}开始编写事件报告 {code}")

    code: str
    based_on: str | None = None  # the version whose words it begins with


@recorded
@dataclass(frozen=True, kw_only=True)
class ParagraphFixed(Event):
    """A paragraph of a submitted version; ``origin`` says who worded it."""

    kind: ClassVar[str] = "review.paragraph_fixed"
    sentence: ClassVar[str] = _("事件报告 {code} 的一段已固定（{part} {position}）")
    quiet: ClassVar[bool] = True
    covers: ClassVar[tuple[Covered, ...]] = covers("review.ReportParagraph", "text")

    code: str
    part: str
    position: int
    origin: str
    fact: int
    cites: str
    text_digest: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "part": Section(self.part).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class ReportSubmitted(Event):
    """``content`` is the digest over all paragraphs, what they cite, and the record.

    ``entries`` is how long the chain was when the record was read.
    """

    kind: ClassVar[str] = "review.report_submitted"
    sentence: ClassVar[str] = _(
        "{actor}提交事件报告 {code}（{paragraphs} 段），请另一人审批"
    )
    covers: ClassVar[tuple[Covered, ...]] = covers("review.Report", "record")

    code: str
    paragraphs: int
    content: str
    cause: str
    entries: int
    record_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class ReportApproved(Event):
    kind: ClassVar[str] = "review.report_approved"
    sentence: ClassVar[str] = _("{actor}批准事件报告 {code}")
    tone: ClassVar[str] = "good"
    covers: ClassVar[tuple[Covered, ...]] = covers("review.Report", "remark")

    code: str
    content: str
    remark_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class ReportReturned(Event):
    kind: ClassVar[str] = "review.report_returned"
    sentence: ClassVar[str] = _("{actor}退回事件报告 {code}，意见已写明")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers("review.Report", "remark")

    code: str
    remark_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class ReportWithdrawn(Event):
    kind: ClassVar[str] = "review.report_withdrawn"
    sentence: ClassVar[str] = _("{actor}撤回事件报告 {code}")
    covers: ClassVar[tuple[Covered, ...]] = covers("review.Report", "reason")

    code: str
    reason_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class ReportSuperseded(Event):
    kind: ClassVar[str] = "review.report_superseded"
    sentence: ClassVar[str] = _("事件报告 {code} 由 {following} 取代，原文保留")

    code: str
    following: str


@recorded
@dataclass(frozen=True, kw_only=True)
class ReportExported(Event):
    """``sha256`` is that of the file."""

    kind: ClassVar[str] = "review.report_exported"
    sentence: ClassVar[str] = _("{actor}导出了事件报告 {code}（{form}）")
    quiet: ClassVar[bool] = True

    code: str
    form: str
    sha256: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "form": Form(self.form).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class ReportCopyGiven(Event):
    """A copy without the other side's data; ``sha256`` is that of the file."""

    kind: ClassVar[str] = "review.report_copy_given"
    sentence: ClassVar[str] = _("{actor}把事件报告 {code} 的副本交给{side}")
    covers: ClassVar[tuple[Covered, ...]] = covers("review.ReportCopy", "receiver")

    code: str
    side: str
    party: str  # party:<uid>
    sha256: str
    receiver_digest: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "side": Side(self.side).label}
