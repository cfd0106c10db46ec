"""What becomes of an improvement: made, done, checked, taken up again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext as now
from django.utils.translation import gettext_noop as _

from anlan.ledger.events import Covered, Event, covers, recorded
from anlan.resolution.review.enums import Cause, RecurrenceState


@recorded
@dataclass(frozen=True, kw_only=True)
class ImprovementMade(Event):
    kind: ClassVar[str] = "review.improvement_made"
    sentence: ClassVar[str] = _("{actor}提出改进措施 {code}（{cause}），{due} 前完成")
    covers: ClassVar[tuple[Covered, ...]] = covers("review.Improvement", "what", "why")

    code: str
    cause: str
    owner: str  # user:<uid>
    due: str
    what_digest: str
    why_digest: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "cause": Cause(self.cause).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class ImprovementDone(Event):
    kind: ClassVar[str] = "review.improvement_done"
    sentence: ClassVar[str] = _("{actor}完成改进措施 {code}，开始观察效果")
    tone: ClassVar[str] = "good"
    covers: ClassVar[tuple[Covered, ...]] = covers("review.ImprovementProof", "words")

    code: str
    turn: int
    exhibit: str | None = None
    words_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class ImprovementLate(Event):
    kind: ClassVar[str] = "review.improvement_late"
    sentence: ClassVar[str] = _("改进措施 {code} 到 {due} 没有完成，已报总部")
    tone: ClassVar[str] = "warn"

    code: str
    due: str


@recorded
@dataclass(frozen=True, kw_only=True)
class ImprovementDropped(Event):
    kind: ClassVar[str] = "review.improvement_dropped"
    sentence: ClassVar[str] = _("{actor}决定不再进行改进措施 {code}，理由已写明")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers("review.Improvement", "reason")

    code: str
    reason_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class ImprovementReopened(Event):
    """``because`` is a check that found no effect, or a case like the first."""

    kind: ClassVar[str] = "review.improvement_reopened"
    sentence: ClassVar[str] = _("改进措施 {code} 重新进行（{because}），{due} 前完成")
    tone: ClassVar[str] = "warn"

    code: str
    because: str
    due: str

    def shown(self) -> dict[str, Any]:
        because = self.because
        if because == "check":
            because = now("检查没有效果")
        return {**self.facts(), "because": because}


@recorded
@dataclass(frozen=True, kw_only=True)
class ImprovementWorked(Event):
    kind: ClassVar[str] = "review.improvement_worked"
    sentence: ClassVar[str] = _("改进措施 {code} 经检查有效")
    tone: ClassVar[str] = "good"

    code: str


@recorded
@dataclass(frozen=True, kw_only=True)
class CheckDue(Event):
    kind: ClassVar[str] = "review.check_due"
    sentence: ClassVar[str] = _("改进措施 {code} 该做第 {days} 天的效果检查")

    code: str
    days: int


@recorded
@dataclass(frozen=True, kw_only=True)
class CheckLate(Event):
    kind: ClassVar[str] = "review.check_late"
    sentence: ClassVar[str] = _(
        "改进措施 {code} 第 {days} 天的效果检查没有做，已报总部"
    )
    tone: ClassVar[str] = "warn"

    code: str
    days: int


@recorded
@dataclass(frozen=True, kw_only=True)
class CheckSaid(Event):
    kind: ClassVar[str] = "review.check_said"
    sentence: ClassVar[str] = _("{actor}检查改进措施 {code}（第 {days} 天）：{effect}")
    covers: ClassVar[tuple[Covered, ...]] = covers("review.ImprovementCheck", "looked")

    code: str
    days: int
    effective: int
    exhibit: str | None = None
    looked_digest: str

    def shown(self) -> dict[str, Any]:
        effect = now("有效") if self.effective else now("没有效果")
        return {**self.facts(), "effect": effect}


@recorded
@dataclass(frozen=True, kw_only=True)
class RecurrenceFound(Event):
    """``case`` is the number of the new incident."""

    kind: ClassVar[str] = "review.recurrence_found"
    sentence: ClassVar[str] = _(
        "同一地点又有事件 {case}，请查看改进措施 {code} 是否有效"
    )
    tone: ClassVar[str] = "warn"

    code: str
    case: str


@recorded
@dataclass(frozen=True, kw_only=True)
class RecurrenceConfirmed(Event):
    """Nobody looked before the report of the new incident was approved: it says so."""

    kind: ClassVar[str] = "review.recurrence_confirmed"
    sentence: ClassVar[str] = _(
        "{approved_by}批准的报告 {report}（{case}）写明同一地点、同一类原因，改进措施 {code} 没有起作用"
    )
    tone: ClassVar[str] = "warn"

    code: str
    case: str
    report: str
    approved_by: str


@recorded
@dataclass(frozen=True, kw_only=True)
class RecurrenceSaid(Event):
    kind: ClassVar[str] = "review.recurrence_said"
    sentence: ClassVar[str] = _("{actor}查看 {case} 与改进措施 {code}：{state}")
    covers: ClassVar[tuple[Covered, ...]] = covers("review.Recurrence", "words")

    code: str
    case: str
    state: str
    words_digest: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "state": RecurrenceState(self.state).label}
