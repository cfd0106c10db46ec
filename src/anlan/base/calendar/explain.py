"""How a due time came about, line by line: data first, a sentence on demand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import groupby

from anlan.base import clock
from anlan.base.calendar import terms
from anlan.base.calendar.hours import hours_as_texts
from anlan.base.calendar.terms import Due, Pause, RollOver, Term, Unit
from anlan.base.calendar.working import DayKind, WorkingCalendar


class LineKind(StrEnum):
    """What a line says; ``sentences.sentence`` has the words."""

    STARTS = "starts"
    FIRST_DAY = "first_day"
    RUNNING = "running"
    WORKING_DAYS = "working_days"
    DAYS = "days"
    WEEKLY_REST = "weekly_rest"
    HOLIDAY = "holiday"
    CLOSED = "closed"
    MAKE_UP = "make_up"
    OWN_HOURS = "own_hours"
    PAUSED = "paused"
    PAUSED_DAYS = "paused_days"
    CORRESPONDING_DAY = "corresponding_day"
    NO_SUCH_DAY = "no_such_day"
    ROLLED_OVER = "rolled_over"
    WEEKEND_READING = "weekend_reading"
    MISSING_YEAR = "missing_year"
    DUE = "due"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the count.

    ``begins`` / ``ends`` are instants, ``first_day`` / ``last_day`` days (inclusive),
    ``counted`` and ``total`` seconds in RUNNING and PAUSED, days elsewhere, the year in
    MISSING_YEAR; ``name`` is a festival, a reason, hours, or the calendar's stamp.
    """

    kind: LineKind
    begins: datetime | None = None
    ends: datetime | None = None
    first_day: date | None = None
    last_day: date | None = None
    counted: int = 0
    total: int = 0
    name: str = ""


def explain(
    calendar: WorkingCalendar,
    start: datetime,
    term: Term,
    *,
    pauses: Iterable[Pause] = (),
) -> list[Line]:
    """Return the steps from ``start`` to what ``calendar.due`` returns, in order.

    The figures come from the very functions that compute the due time.
    """
    pauses = tuple(sorted(pauses, key=lambda pause: pause.begins))
    due = calendar.due(start, term, pauses=pauses)
    if term.unit.is_time:
        steps = _time_steps(calendar, start, term, due, pauses)
    else:
        steps = _day_steps(calendar, start, term, pauses)
    return [
        Line(LineKind.STARTS, begins=start),
        *steps,
        *(Line(LineKind.MISSING_YEAR, counted=year) for year in due.missing_years),
        Line(LineKind.DUE, ends=due.at),
        Line(LineKind.CALENDAR, name=due.calendar),
    ]


def _time_steps(
    calendar: WorkingCalendar,
    start: datetime,
    term: Term,
    due: Due,
    pauses: tuple[Pause, ...],
) -> list[Line]:
    if term.unit is Unit.MINUTE:
        calendar = WorkingCalendar.round_the_clock(calendar.holidays)
    first = clock.local_day(start)
    last = max(first, clock.local_day(due.at - timedelta(microseconds=1)))
    lines = [
        *_day_notes(calendar, first, last),
        *_closed_days(calendar, first, last),
        *_pauses_in(calendar, start, due.at, pauses),
        *_running(calendar, start, due.at, pauses),
    ]
    return sorted(lines, key=_position)


def _running(
    calendar: WorkingCalendar,
    start: datetime,
    end: datetime,
    pauses: tuple[Pause, ...],
) -> Iterator[Line]:
    total = timedelta()
    stretches = _joined(calendar.open_stretches(start, end, pauses=pauses))
    for begins, ends in stretches:
        before, total = total, total + (ends - begins)
        # Seconds of the sum, not of the part, so that the parts always add up to it.
        counted = _seconds(total) - _seconds(before)
        yield Line(
            LineKind.RUNNING,
            begins=begins,
            ends=ends,
            counted=counted,
            total=_seconds(total),
        )


def _joined(
    stretches: Iterable[tuple[datetime, datetime]],
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the stretches, those that touch made one: 24 hours open is one line."""
    current: tuple[datetime, datetime] | None = None
    for begins, ends in stretches:
        if current and current[1] == begins:
            current = current[0], ends
            continue
        if current:
            yield current
        current = begins, ends
    if current:
        yield current


def _pauses_in(
    calendar: WorkingCalendar,
    start: datetime,
    end: datetime,
    pauses: tuple[Pause, ...],
) -> Iterator[Line]:
    """Yield the pauses that took time; of two that overlap the second tells the rest."""
    reached = start
    for pause in pauses:
        begins, ends = max(pause.begins, reached), min(pause.ends, end)
        if begins >= ends:
            continue
        reached = ends
        lost = calendar.working_time_between(begins, ends)
        yield Line(
            LineKind.PAUSED,
            begins=begins,
            ends=ends,
            counted=_seconds(lost),
            name=pause.reason,
        )


def _day_steps(
    calendar: WorkingCalendar, start: datetime, term: Term, pauses: tuple[Pause, ...]
) -> list[Line]:
    first = clock.local_day(start)
    last = calendar.last_day(first, term, pauses=pauses)
    lines = [Line(LineKind.FIRST_DAY, first_day=first)]
    if term.unit is Unit.WORKING_DAY:
        next_day = first + timedelta(days=1)
        notes = _day_notes(calendar, next_day, last)
        counted = _counted_days(calendar, first, last, pauses, LineKind.WORKING_DAYS)
        closed = _closed_days(calendar, next_day, last)
        return lines + sorted([*notes, *closed, *counted], key=_position)
    if term.unit is Unit.DAY:
        nominal = calendar.add_calendar_days(
            first, term.amount, roll_over=RollOver.NEVER, pauses=pauses
        )
        always = WorkingCalendar.round_the_clock(calendar.holidays)
        lines += _counted_days(always, first, nominal, pauses, LineKind.DAYS)
    else:
        months = term.amount * (12 if term.unit is Unit.YEAR else 1)
        nominal = terms.add_months(first, months)
        exists = nominal.day == first.day
        kind = LineKind.CORRESPONDING_DAY if exists else LineKind.NO_SUCH_DAY
        lines.append(Line(kind, first_day=nominal))
    return lines + list(_roll_over(calendar, nominal, last))


def _counted_days(
    calendar: WorkingCalendar,
    first: date,
    last: date,
    pauses: tuple[Pause, ...],
    kind: LineKind,
) -> Iterator[Line]:
    """Yield the runs of days counted or paused after ``first``, up to ``last``."""
    total = 0

    def pause_on(day: date) -> Pause | None:
        morning = clock.start_of_day(day)
        return next((p for p in pauses if p.begins <= morning < p.ends), None)

    def state(day: date) -> tuple[bool, Pause | None]:
        is_working_day = calendar.is_working_day(day)
        return is_working_day, pause_on(day) if is_working_day else None

    days = _days(first + timedelta(days=1), last)
    for (is_working_day, pause), run in groupby(days, key=state):
        if not is_working_day:
            continue
        group = list(run)
        if pause is None:
            total += len(group)
        yield Line(
            LineKind.PAUSED_DAYS if pause else kind,
            first_day=group[0],
            last_day=group[-1],
            counted=len(group),
            total=0 if pause else total,
            name=pause.reason if pause else "",
        )


def _roll_over(calendar: WorkingCalendar, nominal: date, last: date) -> Iterator[Line]:
    if nominal == last:
        return
    special = calendar.holidays.on(nominal)
    name = special.name if special else ""
    yield Line(LineKind.ROLLED_OVER, first_day=nominal, last_day=last, name=name)
    before = last - timedelta(days=1)
    if not all(calendar.holidays.is_holiday(day) for day in _days(nominal, before)):
        yield Line(LineKind.WEEKEND_READING)


def _day_notes(calendar: WorkingCalendar, first: date, last: date) -> Iterator[Line]:
    """Yield why single open days are open, or open at other hours than usual."""
    for day in _days(first, last):
        plan = calendar.plan(day)
        if plan.kind is DayKind.MAKE_UP and plan.hours:
            yield Line(LineKind.MAKE_UP, first_day=day, name=plan.name)
        elif plan.kind is DayKind.OVERRIDE and plan.hours:
            hours = " ".join(hours_as_texts(plan.hours))
            name = f"{hours}（{plan.name}）" if plan.name else hours
            yield Line(LineKind.OWN_HOURS, first_day=day, name=name)


_CLOSED = {
    DayKind.WEEKLY_REST: LineKind.WEEKLY_REST,
    DayKind.HOLIDAY: LineKind.HOLIDAY,
    DayKind.OVERRIDE: LineKind.CLOSED,
}


def _closed_days(calendar: WorkingCalendar, first: date, last: date) -> Iterator[Line]:
    """Yield the runs of days on which the office does not open at all."""

    def why(day: date) -> tuple[LineKind, str] | None:
        plan = calendar.plan(day)
        return (
            None
            if plan.hours
            else (_CLOSED.get(plan.kind, LineKind.WEEKLY_REST), plan.name)
        )

    for reason, run in groupby(_days(first, last), key=why):
        group = list(run)
        if reason:
            kind, name = reason
            yield Line(kind, first_day=group[0], last_day=group[-1], name=name)


def _days(first: date, last: date) -> Iterator[date]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)


def _position(line: Line) -> tuple[datetime, bool]:
    """Order by beginning; what concerns a whole day stands before what happens in it."""
    if line.first_day:
        return clock.start_of_day(line.first_day), False
    return line.begins or datetime.max.replace(tzinfo=UTC), True


def _seconds(length: timedelta) -> int:
    return length // timedelta(seconds=1)
