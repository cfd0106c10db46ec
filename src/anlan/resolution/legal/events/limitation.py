"""Limits of time on the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext as now
from django.utils.translation import gettext_noop as _

from anlan.ledger.events import Covered, Event, covers, recorded
from anlan.resolution.legal.enums import LimitationKind, TurnGround


def ground_of_count(day: str | None) -> str:
    """Why something is counted anew: another day of the act, or holidays known since."""
    if day is None:
        return now("按已知的放假安排重新计算")
    return now("按行为发生之日 %s 重新计算") % day


@recorded
@dataclass(frozen=True, kw_only=True)
class LimitationStarted(Event):
    kind: ClassVar[str] = "legal.limitation_started"
    sentence: ClassVar[str] = _("时效 {code} 开始计算：{limitation}，最后一日 {due}")
    covers: ClassVar[tuple[Covered, ...]] = covers("legal.Limitation", "words")

    code: str
    limitation: str
    starts: str
    due: str
    words_digest: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "limitation": LimitationKind(self.limitation).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class LimitationTurned(Event):
    """``due`` is what follows; none while what turned it lasts."""

    kind: ClassVar[str] = "legal.limitation_turned"
    sentence: ClassVar[str] = _("{actor}登记时效 {code} {ground}，最后一日 {due}")
    covers: ClassVar[tuple[Covered, ...]] = covers("legal.LimitationTurn", "words")

    code: str
    ground: str
    day: str
    until: str | None = None
    exhibit: str
    due: str | None = None
    words_digest: str

    def shown(self) -> dict[str, Any]:
        return {
            **self.facts(),
            "ground": TurnGround(self.ground).label,
            "due": self.due or now("待定"),
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class LimitationTurnEnded(Event):
    kind: ClassVar[str] = "legal.limitation_turn_ended"
    sentence: ClassVar[str] = _(
        "{actor}登记时效 {code} 的程序终结或者障碍消除（{day}），最后一日 {due}"
    )

    code: str
    day: str
    due: str | None = None

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "due": self.due or now("待定")}


@recorded
@dataclass(frozen=True, kw_only=True)
class LimitationTurnStruck(Event):
    kind: ClassVar[str] = "legal.limitation_turn_struck"
    sentence: ClassVar[str] = _("{actor}划去时效 {code} 的一项中断或者中止，理由已写明")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers("legal.LimitationTurn", "reason")

    code: str
    due: str | None = None
    reason_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class LimitationRecounted(Event):
    """By the program, from another day of the act; without one, by holidays known since.

    No last day while what stops it lasts.
    """

    kind: ClassVar[str] = "legal.limitation_recounted"
    sentence: ClassVar[str] = _(
        "时效 {code} {recounted}：最后一日由 {before} 改为 {due}"
    )
    tone: ClassVar[str] = "warn"

    code: str
    day: str | None = None
    before: str | None = None
    due: str | None = None

    def shown(self) -> dict[str, Any]:
        pending = now("待定")
        return {
            **self.facts(),
            "recounted": ground_of_count(self.day),
            "before": self.before or pending,
            "due": self.due or pending,
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class LimitationExtended(Event):
    kind: ClassVar[str] = "legal.limitation_extended"
    sentence: ClassVar[str] = _("时效 {code} 经同意延长，最后一日 {due}")

    code: str
    due: str


@recorded
@dataclass(frozen=True, kw_only=True)
class LimitationEnded(Event):
    kind: ClassVar[str] = "legal.limitation_ended"
    sentence: ClassVar[str] = _("{actor}结束时效 {code} 的计算，理由已写明")
    covers: ClassVar[tuple[Covered, ...]] = covers("legal.Limitation", "reason")

    code: str
    reason_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class LimitationResumed(Event):
    kind: ClassVar[str] = "legal.limitation_resumed"
    sentence: ClassVar[str] = _("时效 {code} 恢复计算")

    code: str


@recorded
@dataclass(frozen=True, kw_only=True)
class LimitationWarned(Event):
    """By the worker, so many days before the last."""

    kind: ClassVar[str] = "legal.limitation_warned"
    sentence: ClassVar[str] = _("时效 {code} 还有 {days} 天届满（{due}）")
    tone: ClassVar[str] = "warn"

    code: str
    days: int
    due: str


@recorded
@dataclass(frozen=True, kw_only=True)
class LimitationStillOpen(Event):
    """By the worker, again and again while proceedings or an obstacle last."""

    kind: ClassVar[str] = "legal.limitation_still_open"
    sentence: ClassVar[str] = _(
        "时效 {code} 自 {since} 起停着，请查询程序是否终结、障碍是否消除"
    )
    tone: ClassVar[str] = "warn"

    code: str
    since: str


@recorded
@dataclass(frozen=True, kw_only=True)
class LimitationRanOut(Event):
    kind: ClassVar[str] = "legal.limitation_ran_out"
    sentence: ClassVar[str] = _("时效 {code} 已于 {due} 届满")
    tone: ClassVar[str] = "alarm"

    code: str
    due: str
