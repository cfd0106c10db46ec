"""What becomes of the findings; their words are vouched for, and never told here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_noop as _

from anlan.ledger.events import Covered, Event, covers, recorded


@recorded
@dataclass(frozen=True, kw_only=True)
class FindingBegun(Event):
    kind: ClassVar[str] = "investigation.finding_begun"
    sentence: ClassVar[str] = _("{actor}开始起草调查结论 {code}")

    code: str
    based_on: str | None = None  # the version whose sentences it begins with


@recorded
@dataclass(frozen=True, kw_only=True)
class SentenceFixed(Event):
    """A sentence of a submitted version, and the codes of what it cites."""

    kind: ClassVar[str] = "investigation.sentence_fixed"
    sentence: ClassVar[str] = _("调查结论 {code} 的一句已固定（{part} {position}）")
    quiet: ClassVar[bool] = True
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "investigation.FindingSentence", "text"
    )

    code: str
    part: str
    position: int
    fact: int
    cites: str
    text_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class FindingSubmitted(Event):
    """``content`` is the digest over all sentences and what they cite."""

    kind: ClassVar[str] = "investigation.finding_submitted"
    sentence: ClassVar[str] = _(
        "{actor}提交调查结论 {code}（{sentences} 句），请另一人审批"
    )

    code: str
    sentences: int
    content: str


@recorded
@dataclass(frozen=True, kw_only=True)
class FindingApproved(Event):
    kind: ClassVar[str] = "investigation.finding_approved"
    sentence: ClassVar[str] = _("{actor}批准调查结论 {code}")
    tone: ClassVar[str] = "good"
    covers: ClassVar[tuple[Covered, ...]] = covers("investigation.Finding", "remark")

    code: str
    content: str
    remark_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class FindingPrinted(Event):
    """``sha256`` is that of the PDF."""

    kind: ClassVar[str] = "investigation.finding_printed"
    sentence: ClassVar[str] = _("{actor}导出了调查结论 {code}")
    quiet: ClassVar[bool] = True

    code: str
    sha256: str


@recorded
@dataclass(frozen=True, kw_only=True)
class FindingReturned(Event):
    kind: ClassVar[str] = "investigation.finding_returned"
    sentence: ClassVar[str] = _("{actor}退回调查结论 {code}，意见已写明")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers("investigation.Finding", "remark")

    code: str
    remark_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class FindingWithdrawn(Event):
    kind: ClassVar[str] = "investigation.finding_withdrawn"
    sentence: ClassVar[str] = _("{actor}撤回调查结论 {code}，理由已写明")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers("investigation.Finding", "remark")

    code: str
    remark_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class FindingSuperseded(Event):
    kind: ClassVar[str] = "investigation.finding_superseded"
    sentence: ClassVar[str] = _("调查结论 {code} 由 {following} 取代，原文保留")

    code: str
    following: str
