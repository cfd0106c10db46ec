"""A working calendar: when an office is open, and due times counted in its hours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple, Self, TypeAlias

from django.utils.translation import gettext as _

from anlan.base import clock
from anlan.base.calendar import terms
from anlan.base.calendar.holidays import HolidayTable
from anlan.base.calendar.hours import CLOSED, WHOLE_DAY, Hours, are_in_order
from anlan.base.calendar.terms import DayEnd, Due, Pause, RollOver, Term, Unit
from anlan.base.errors import DomainError

# Ten years: a calendar that is hardly ever open ends in a sentence, not in a loop.
LOOK_AHEAD_DAYS: Final = 3_660

# Inside this module an instant is a count of microseconds on China's wall clock since
# the day 0 of ``date.toordinal``, many times faster than datetime arithmetic. China has
# kept one offset since September 1991; no deadline here is older.
_MINUTE: Final = 60_000_000
_DAY: Final = 24 * 60 * _MINUTE
_Stretch: TypeAlias = tuple[int, int]


class NeverOpen(DomainError):
    """The calendar has too little working time within ``LOOK_AHEAD_DAYS``."""

    code = "never_open"


class DayKind(StrEnum):
    """Why a day has the hours that it has."""

    ORDINARY = "ordinary"
    WEEKLY_REST = "weekly_rest"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"
    OVERRIDE = "override"


class DayPlan(NamedTuple):
    """The hours of a day, and why; ``name`` is the festival or the override's reason."""

    hours: Hours
    kind: DayKind
    name: str
    stretches: tuple[_Stretch, ...]  # the hours in microseconds after midnight


@dataclass(frozen=True, order=True, slots=True)
class Override:
    """What the office itself sets for one day; it beats weekly hours and holidays."""

    day: date
    hours: Hours
    reason: str


@dataclass(frozen=True)
class WorkingCalendar:
    """Weekly hours (Monday first), public holidays, make-up days and overrides.

    ``make_up`` are the hours of a 调休 day, by default those of the first day from
    Monday on that is open at all. With ``keeps_holidays`` off (an office that never
    closes) the table still rolls over the last day of a term.
    """

    version: str
    weekly: tuple[Hours, ...]
    holidays: HolidayTable
    keeps_holidays: bool = True
    make_up: Hours = CLOSED
    overrides: tuple[Override, ...] = ()
    _overridden: dict[date, Override] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _plans: dict[int, DayPlan] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        if len(self.weekly) != 7:
            raise ValueError("a week has seven days")
        if not self.make_up:
            opened = (hours for hours in self.weekly if hours)
            object.__setattr__(self, "make_up", next(opened, CLOSED))
        own_days = (override.hours for override in self.overrides)
        if not all(map(are_in_order, (*self.weekly, self.make_up, *own_days))):
            raise ValueError("intervals overlap or are out of order")
        self._overridden.update((override.day, override) for override in self.overrides)
        if len(self._overridden) != len(self.overrides):
            raise ValueError("a day is overridden twice")

    @classmethod
    def statutory(cls, holidays: HolidayTable) -> Self:
        """Return the calendar of the law's 工作日: Monday to Friday, all day."""
        return cls("statutory", (WHOLE_DAY,) * 5 + (CLOSED,) * 2, holidays)

    @classmethod
    def round_the_clock(cls, holidays: HolidayTable) -> Self:
        """Return the calendar of a post that never closes."""
        return cls("24/7", (WHOLE_DAY,) * 7, holidays, keeps_holidays=False)

    @property
    def stamp(self) -> str:
        """What a due time was computed from: own version and the holiday table's."""
        return f"{self.version} / {self.holidays.version}"

    def plan(self, day: date) -> DayPlan:
        """Return the hours of ``day`` and why they are so."""
        return self._plan(day.toordinal())

    def is_working_day(self, day: date) -> bool:
        """Say whether the office opens at all on ``day``."""
        return bool(self.plan(day).hours)

    def is_open(self, at: datetime) -> bool:
        """Say whether the office is open at this instant; at closing time it is not."""
        ordinal, offset = divmod(_local(at), _DAY)
        return any(begins <= offset < ends for begins, ends in self._stretches(ordinal))

    def closing_time(self, day: date) -> datetime:
        """Return when business ends on ``day``; its 24:00 if the office is closed."""
        stretches = self.plan(day).stretches
        return _instant(
            day.toordinal() * _DAY + (stretches[-1][1] if stretches else _DAY)
        )

    def open_stretches(
        self, first: datetime, last: datetime, *, pauses: Iterable[Pause] = ()
    ) -> Iterator[tuple[datetime, datetime]]:
        """Yield the half-open stretches of open time from ``first`` up to ``last``."""
        for begins, ends in self._running(_local(first), _local(last), _merged(pauses)):
            yield _instant(begins), _instant(ends)

    def working_time_between(
        self, first: datetime, last: datetime, *, pauses: Iterable[Pause] = ()
    ) -> timedelta:
        """Return the open time from ``first`` up to ``last``; nothing if that is earlier."""
        running = self._running(_local(first), _local(last), _merged(pauses))
        return timedelta(microseconds=sum(ends - begins for begins, ends in running))

    def add_working_time(
        self, start: datetime, minutes: int, *, pauses: Iterable[Pause] = ()
    ) -> datetime:
        """Return the first instant (UTC) with ``minutes`` of open time since ``start``.

        What runs out at closing time is due then, not at the next opening.

        Raises:
            NeverOpen: if that takes more than ten years.
        """
        begin, left = _local(start), _amount(minutes) * _MINUTE
        if left == 0:
            return _instant(begin)
        horizon = begin + LOOK_AHEAD_DAYS * _DAY
        for begins, ends in self._running(begin, horizon, _merged(pauses)):
            if ends - begins >= left:
                return _instant(begins + left)
            left -= ends - begins
        raise NeverOpen(_("工作日历中没有足够的工作时间，请检查营业时段和例外日期。"))

    def add_working_days(
        self, day: date, days: int, *, pauses: Iterable[Pause] = ()
    ) -> date:
        """Return the last of ``days`` days on which the office opens, after ``day``.

        ``day`` itself is not counted (民法典 201), nor is a day that begins in a pause.

        Raises:
            NeverOpen: if that takes more than ten years.
        """
        ordinal, left, periods = day.toordinal(), _amount(days), _merged(pauses)
        horizon = ordinal + LOOK_AHEAD_DAYS
        while left:
            ordinal += 1
            if ordinal > horizon:
                raise NeverOpen(
                    _("工作日历中没有足够的工作日，请检查营业时段和例外日期。")
                )
            left -= bool(self._stretches(ordinal)) and not _is_paused(ordinal, periods)
        return date.fromordinal(ordinal)

    def add_calendar_days(
        self,
        day: date,
        days: int,
        *,
        roll_over: RollOver = RollOver.REST_DAYS,
        pauses: Iterable[Pause] = (),
    ) -> date:
        """Return the last day of a term in days: 民法典 201 (first day), 203 (last day).

        A day that begins in a pause is not counted.
        """
        ordinal, left, periods = day.toordinal(), _amount(days), _merged(pauses)
        while left:
            ordinal += 1
            left -= not _is_paused(ordinal, periods)
        return self.rolled_over(date.fromordinal(ordinal), roll_over)

    def add_months(
        self, day: date, months: int, *, roll_over: RollOver = RollOver.REST_DAYS
    ) -> date:
        """Return the last day of a term in months: 民法典 201, 202 (month end), 203."""
        return self.rolled_over(terms.add_months(day, _amount(months)), roll_over)

    def rolled_over(self, day: date, rule: RollOver) -> date:
        """Return ``day``, or the next that is no day off under ``rule`` (民法典 203)."""
        if rule is RollOver.NEVER:
            return day
        table = self.holidays
        is_off = table.is_rest_day if rule is RollOver.REST_DAYS else table.is_holiday
        while is_off(day):
            day += timedelta(days=1)
        return day

    def due(self, start: datetime, term: Term, *, pauses: Iterable[Pause] = ()) -> Due:
        """Return when ``term``, begun at ``start``, runs out, and what that rests on.

        Raises:
            NeverOpen: see ``add_working_time``.
            ValueError: for pauses in a term of months or years, where the law knows
                suspension (民法典 194) but no taking out of single days.
        """
        pauses = tuple(pauses)
        if term.unit is Unit.MINUTE:
            at = _add_elapsed(start, term.amount, pauses)
        elif term.unit is Unit.WORKING_MINUTE:
            at = self.add_working_time(start, term.amount, pauses=pauses)
        else:
            last = self.last_day(clock.local_day(start), term, pauses=pauses)
            closing = term.day_end is DayEnd.CLOSING
            at = self.closing_time(last) if closing else clock.day_bounds(last)[1]
        return Due(at, self.stamp, self._missing_years(start, term, at))

    def last_day(self, day: date, term: Term, *, pauses: Iterable[Pause] = ()) -> date:
        """Return the last day of a term in days, months or years that begins on ``day``."""
        pauses = tuple(pauses)
        match term.unit:
            case Unit.WORKING_DAY:
                return self.add_working_days(day, term.amount, pauses=pauses)
            case Unit.DAY:
                return self.add_calendar_days(
                    day, term.amount, roll_over=term.roll_over, pauses=pauses
                )
            case Unit.MONTH | Unit.YEAR if not pauses:
                months = term.amount * (12 if term.unit is Unit.YEAR else 1)
                return self.add_months(day, months, roll_over=term.roll_over)
            case Unit.MONTH | Unit.YEAR:
                raise ValueError("months and years are not paused")
        raise ValueError("a term in minutes has no last day")

    def _missing_years(
        self, start: datetime, term: Term, at: datetime
    ) -> tuple[int, ...]:
        """Return the years whose holidays the due time needed and did not have."""
        end = clock.local_day(at - timedelta(microseconds=1))
        match term.unit:
            case Unit.MINUTE:
                return ()
            case Unit.WORKING_MINUTE | Unit.WORKING_DAY:
                first = clock.local_day(start)
                needed = self.keeps_holidays
            case _:
                first = end  # only the last day is looked up, and those it gives way to
                needed = term.roll_over is not RollOver.NEVER
        return self.holidays.missing_years(min(first, end), end) if needed else ()

    def _running(
        self, begin: int, end: int, pauses: list[_Stretch]
    ) -> Iterator[_Stretch]:
        """Yield the open stretches from ``begin`` up to ``end``, pauses cut out."""
        for ordinal in range(begin // _DAY, -(-end // _DAY)):
            midnight = ordinal * _DAY
            for opens, closes in self._stretches(ordinal):
                first, last = max(midnight + opens, begin), min(midnight + closes, end)
                if first >= last:
                    continue
                if pauses:
                    yield from _without(first, last, pauses)
                else:
                    yield first, last

    def _stretches(self, ordinal: int) -> tuple[_Stretch, ...]:
        return self._plan(ordinal).stretches

    def _plan(self, ordinal: int) -> DayPlan:
        plan = self._plans.get(ordinal)
        if plan is None:
            hours, kind, name = self._decide(date.fromordinal(ordinal))
            stretches = tuple((i.opens * _MINUTE, i.closes * _MINUTE) for i in hours)
            plan = self._plans[ordinal] = DayPlan(hours, kind, name, stretches)
        return plan

    def _decide(self, day: date) -> tuple[Hours, DayKind, str]:
        if override := self._overridden.get(day):
            return override.hours, DayKind.OVERRIDE, override.reason
        if self.keeps_holidays and (special := self.holidays.on(day)):
            if special.is_off:
                return CLOSED, DayKind.HOLIDAY, special.name
            return self.make_up, DayKind.MAKE_UP, special.name
        hours = self.weekly[day.weekday()]
        return hours, DayKind.ORDINARY if hours else DayKind.WEEKLY_REST, ""


def _amount(amount: int) -> int:
    if amount < 0:
        raise ValueError("a term is not negative")
    return amount


def _local(at: datetime) -> int:
    t = clock.local_time(at)
    seconds = (t.hour * 60 + t.minute) * 60 + t.second
    return t.toordinal() * _DAY + seconds * 1_000_000 + t.microsecond


def _instant(local: int) -> datetime:
    ordinal, rest = divmod(local, _DAY)
    wall = datetime.fromordinal(ordinal) + timedelta(microseconds=rest)
    return wall.replace(tzinfo=clock.SHANGHAI).astimezone(UTC)


def _merged(pauses: Iterable[Pause]) -> list[_Stretch]:
    """Return the pauses in order, those that overlap or touch made one."""
    merged: list[_Stretch] = []
    for begins, ends in sorted((_local(p.begins), _local(p.ends)) for p in pauses):
        if merged and begins <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], ends))
        elif begins < ends:
            merged.append((begins, ends))
    return merged


def _without(begin: int, end: int, pauses: list[_Stretch]) -> Iterator[_Stretch]:
    """Yield what is left of one stretch between merged pauses."""
    for begins, ends in pauses:
        if ends <= begin:
            continue
        if begins >= end:
            break
        if begin < begins:
            yield begin, begins
        begin = ends
    if begin < end:
        yield begin, end


def _is_paused(ordinal: int, pauses: list[_Stretch]) -> bool:
    """Say whether the first moment of a day lies in a pause."""
    return any(begins <= ordinal * _DAY < ends for begins, ends in pauses)


def _add_elapsed(start: datetime, minutes: int, pauses: Iterable[Pause]) -> datetime:
    """Return ``start`` plus minutes by the clock, night and holiday alike."""
    begin = _local(start)
    due = begin + minutes * _MINUTE
    for begins, ends in _merged(pauses):
        if begins >= due:
            break
        due += max(0, ends - max(begins, begin))
    return _instant(due)
