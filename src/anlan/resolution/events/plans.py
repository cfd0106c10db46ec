"""What becomes of a plan; its words are vouched for, and never told here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext_noop as _

from anlan.law import selectors as law
from anlan.ledger.events import Covered, Event, covers, recorded


@recorded
@dataclass(frozen=True, kw_only=True)
class PlanBegun(Event):
    kind: ClassVar[str] = "resolution.plan_begun"
    sentence: ClassVar[str] = _("{actor}开始起草处理方案 {code}")

    code: str
    based_on: str | None = None  # the version whose measures it begins with


@recorded
@dataclass(frozen=True, kw_only=True)
class MeasureFixed(Event):
    """A measure of a submitted version; ``grounds`` is how many sentences it cites."""

    kind: ClassVar[str] = "resolution.measure_fixed"
    sentence: ClassVar[str] = _("处理方案 {code} 的措施 {position} 已固定：{measure}")
    quiet: ClassVar[bool] = True
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "resolution.PlanMeasure",
        *("words", "clause", "clause_version", "binds", "amount_basis", "appeal"),
        "despite",
    )

    code: str
    position: int
    measure: str
    party: str
    fen: int | None = None
    begins: str | None = None
    ends: str | None = None
    appeal_days: int | None = None
    grounds: int
    words_digest: str
    clause_digest: str
    clause_version_digest: str
    binds_digest: str
    amount_basis_digest: str
    appeal_digest: str
    despite_digest: str | None = None

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "measure": law.measure_title(self.measure)}


@recorded
@dataclass(frozen=True, kw_only=True)
class PlanSubmitted(Event):
    """``content`` is the digest over all measures; ``low`` to ``high`` what was proposed."""

    kind: ClassVar[str] = "resolution.plan_submitted"
    sentence: ClassVar[str] = _(
        "{actor}提交处理方案 {code}（{measures} 项措施），请另外 {people} 人审批"
    )
    covers: ClassVar[tuple[Covered, ...]] = covers("resolution.Plan", "beyond")

    code: str
    measures: int
    people: int
    finding: str
    severity: int
    history: int
    low: int
    high: int
    content: str
    beyond_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PlanSeconded(Event):
    """One of those who must approve has; ``missing`` are those who still have to."""

    kind: ClassVar[str] = "resolution.plan_seconded"
    sentence: ClassVar[str] = _("{actor}同意处理方案 {code}，还需 {missing} 人")
    tone: ClassVar[str] = "good"
    covers: ClassVar[tuple[Covered, ...]] = covers("resolution.PlanApproval", "remark")

    code: str
    missing: int
    legal: int
    content: str
    remark_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PlanApproved(Event):
    kind: ClassVar[str] = "resolution.plan_approved"
    sentence: ClassVar[str] = _("{actor}批准处理方案 {code}，方案生效")
    tone: ClassVar[str] = "good"
    covers: ClassVar[tuple[Covered, ...]] = covers("resolution.PlanApproval", "remark")

    code: str
    legal: int
    content: str
    remark_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PlanReturned(Event):
    kind: ClassVar[str] = "resolution.plan_returned"
    sentence: ClassVar[str] = _("{actor}退回处理方案 {code}，意见已写明")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers("resolution.PlanApproval", "remark")

    code: str
    remark_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PlanWithdrawn(Event):
    kind: ClassVar[str] = "resolution.plan_withdrawn"
    sentence: ClassVar[str] = _("{actor}撤回处理方案 {code}")
    covers: ClassVar[tuple[Covered, ...]] = covers("resolution.Plan", "reason")

    code: str
    reason_digest: str | None = None  # asked for since others than its author may


@recorded
@dataclass(frozen=True, kw_only=True)
class PlanSuperseded(Event):
    kind: ClassVar[str] = "resolution.plan_superseded"
    sentence: ClassVar[str] = _("处理方案 {code} 由 {following} 取代，原文保留")

    code: str
    following: str
