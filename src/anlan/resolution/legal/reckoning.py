"""When a claim is out of time: computed from dated facts alone, and told line by line.

A period begins anew with what interrupts it (民法典 195) or at the end of the
proceedings. An obstacle that stands in its last six months holds it up, until six
months after the obstacle has gone (民法典 194). Twenty years from the harm it ends
whatever happened (民法典 188).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.calendar import RollOver, Unit, statutory_calendar
from anlan.base.calendar.terms import add_months
from anlan.resolution.legal.enums import LimitationKind, TurnGround
from anlan.resolution.legal.law_data import limits
from anlan.resolution.legal.terms import last_day

LAST_MONTHS = 6


class LineKind(StrEnum):
    STARTS = "starts"
    TERM = "term"
    INTERRUPTED = "interrupted"
    PENDING = "pending"
    TOO_LATE = "too_late"
    SUSPENDED = "suspended"
    STILL_SUSPENDED = "still_suspended"
    NOT_IN_LAST = "not_in_last"
    ROLLED_OVER = "rolled_over"
    UNKNOWN_YEAR = "unknown_year"
    WEEKEND = "weekend"
    GRANTED = "granted"
    LONGEST = "longest"
    DUE = "due"


_SENTENCES = {
    LineKind.STARTS: gettext_lazy("%(day)s 为起算当日，不计入（民法典第二百零一条）。"),
    LineKind.TERM: gettext_lazy("期间 %(name)s，最后一日为 %(day)s。"),
    LineKind.INTERRUPTED: gettext_lazy(
        "%(name)s：自 %(day)s 起重新计算（民法典第一百九十五条）。"
    ),
    LineKind.PENDING: gettext_lazy(
        "%(day)s 起 %(name)s：程序终结以前不计算（民法典第一百九十五条）。"
    ),
    LineKind.TOO_LATE: gettext_lazy(
        "%(day)s %(name)s：期间已经届满，不产生中断。"
        "建议：义务人届满后同意履行的，不得再以届满抗辩（民法典第一百九十二条，条文未核对）。"
    ),
    LineKind.SUSPENDED: gettext_lazy(
        "%(name)s在最后六个月内：消除之日起满六个月，到 %(day)s（民法典第一百九十四条）。"
    ),
    LineKind.STILL_SUSPENDED: gettext_lazy(
        "%(day)s 起 %(name)s，还没有消除：期间中止（民法典第一百九十四条）。"
    ),
    LineKind.NOT_IN_LAST: gettext_lazy(
        "%(name)s在 %(day)s 以前消除，不在最后六个月内，不中止。"
    ),
    LineKind.ROLLED_OVER: gettext_lazy(
        "最后一日是法定休假日，顺延到 %(day)s（民法典第二百零三条）。"
    ),
    LineKind.UNKNOWN_YEAR: gettext_lazy(
        "%(name)s 年的放假安排还没有公布，公布后可能顺延，请不要等到最后一日。"
    ),
    LineKind.WEEKEND: gettext_lazy("最后一日是周末：是否顺延没有明文，按不顺延计算。"),
    LineKind.GRANTED: gettext_lazy("经同意延长到 %(day)s。"),
    LineKind.LONGEST: gettext_lazy(
        "自受到损害之日起最长二十年，到 %(day)s 为止（民法典第一百八十八条）。"
    ),
    LineKind.DUE: gettext_lazy("最后一日：%(day)s。"),
}


@dataclass(frozen=True)
class Line:
    """One step of the count, as data; ``sentence`` says it."""

    kind: LineKind
    day: date | None = None
    name: str = ""

    @property
    def sentence(self) -> str:
        day = self.day.isoformat() if self.day else ""
        return str(_SENTENCES[self.kind]) % {"day": day, "name": self.name}


@dataclass(frozen=True)
class Rule:
    """How long, and from which article."""

    amount: int
    unit: Unit
    source: str
    may_turn: bool = False
    most_years: int | None = None

    @property
    def words(self) -> str:
        return {
            Unit.DAY: _("%d 日"),
            Unit.MONTH: _("%d 个月"),
            Unit.YEAR: _("%d 年"),
        }[self.unit] % self.amount


def rule_of(kind: LimitationKind, *, hurt_on: date) -> Rule:
    """The rule for an act of that day (G16)."""
    rows = limits()[kind.value]
    row = next(one for one in rows if hurt_on <= one.get("to", hurt_on))
    return Rule(
        amount=row["amount"],
        unit=Unit(row["unit"]),
        source=row["source"],
        may_turn=row.get("turns", False),
        most_years=row.get("most_years"),
    )


@dataclass(frozen=True)
class Turn:
    """Something that interrupts or suspends; one that lasts has no ``until`` yet."""

    ground: TurnGround
    on: date
    until: date | None = None

    @property
    def name(self) -> str:
        return str(self.ground.label)


@dataclass(frozen=True)
class Reckoned:
    """``due_on`` is none while proceedings or an obstacle last."""

    due_on: date | None
    lines: tuple[Line, ...]


def reckon(
    rule: Rule,
    *,
    starts_on: date,
    hurt_on: date,
    turns: Iterable[Turn] = (),
    granted_on: date | None = None,
) -> Reckoned:
    """The last day of a period, and how it came about.

    Args:
        granted_on: what an authority agreed to; it never shortens.
    """
    turns = sorted(turns, key=lambda turn: (turn.on, turn.until or date.max))
    if not rule.may_turn:
        turns = []
    obstacles = [turn for turn in turns if not turn.ground.interrupts]
    lines = [Line(LineKind.STARTS, starts_on)]
    start = starts_on
    due, notes = _period(rule, start, obstacles)
    lines += notes
    for turn in turns:
        if not turn.ground.interrupts:
            continue
        if due is not None and turn.on > due:
            lines.append(Line(LineKind.TOO_LATE, turn.on, turn.name))
            continue
        if turn.ground.lasts and turn.until is None:
            lines.append(Line(LineKind.PENDING, turn.on, turn.name))
            return _capped(rule, None, lines, hurt_on=hurt_on)
        start = max(start, turn.until or turn.on)
        lines.append(Line(LineKind.INTERRUPTED, start, turn.name))
        due, notes = _period(rule, start, obstacles)
        lines += notes
    if granted_on is not None and due is not None and granted_on > due:
        due = granted_on
        lines.append(Line(LineKind.GRANTED, due))
    return _capped(rule, due, lines, hurt_on=hurt_on)


def _period(
    rule: Rule, start: date, obstacles: Sequence[Turn]
) -> tuple[date | None, list[Line]]:
    """One period from its beginning to its end, with what held it up."""
    last = last_day(start, rule.amount, rule.unit, roll_over=RollOver.NEVER)
    lines = [Line(LineKind.TERM, last, rule.words)]
    for one in obstacles:
        if one.on > last:
            continue
        if one.until is None:
            lines.append(Line(LineKind.STILL_SUSPENDED, one.on, one.name))
            return None, lines
        if one.until <= add_months(last, -LAST_MONTHS):
            lines.append(Line(LineKind.NOT_IN_LAST, one.until, one.name))
            continue
        last = max(last, add_months(one.until, LAST_MONTHS))
        lines.append(Line(LineKind.SUSPENDED, last, one.name))
    return _rolled(last, lines), lines


def _rolled(last: date, lines: list[Line]) -> date:
    calendar = statutory_calendar()
    due = calendar.rolled_over(last, RollOver.HOLIDAYS)
    if due != last:
        lines.append(Line(LineKind.ROLLED_OVER, due))
    elif calendar.holidays.is_rest_day(due):
        lines.append(Line(LineKind.WEEKEND, due))
    missing = calendar.holidays.missing_years(due, due + timedelta(days=1))
    if missing:
        lines.append(Line(LineKind.UNKNOWN_YEAR, name=str(missing[0])))
    return due


def _capped(
    rule: Rule, due: date | None, lines: list[Line], *, hurt_on: date
) -> Reckoned:
    """Nothing that happened carries a claim beyond its longest period."""
    if rule.most_years is not None:
        longest = last_day(hurt_on, rule.most_years, Unit.YEAR)
        if due is not None and due > longest:
            lines.append(Line(LineKind.LONGEST, longest))
            due = longest
    if due is not None:
        lines.append(Line(LineKind.DUE, due))
    return Reckoned(due, tuple(lines))
