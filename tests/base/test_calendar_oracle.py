"""Due times against oracles that count minute by minute and day by day.

The oracles read the holidays from ``chinese_calendar`` themselves and share no code with
what they check.
"""

from __future__ import annotations

import calendar as month_lengths
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

import chinese_calendar
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from anlan.base import clock
from anlan.base.calendar import (
    DayEnd,
    Interval,
    Override,
    Pause,
    RollOver,
    Term,
    Unit,
    WorkingCalendar,
    explain,
    published_holidays,
)
from anlan.base.calendar.explain import LineKind

HOLIDAYS = published_holidays()
WINDOW_DAYS = 15
MINUTE = timedelta(minutes=1)

slow = settings(
    deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow]
)
deep = settings(slow, max_examples=10_000)


@dataclass(frozen=True)
class Office:
    """An office told as plain minutes, from which both sides are built."""

    weekly: list[list[tuple[int, int]]]
    make_up: list[tuple[int, int]]
    overrides: dict[date, list[tuple[int, int]]]
    keeps_holidays: bool

    @property
    def is_often_open(self) -> bool:
        """Whether no length drawn here can exceed the ten years of look-ahead."""
        return sum(closes - opens for day in self.weekly for opens, closes in day) >= 60

    def calendar(self) -> WorkingCalendar:
        return WorkingCalendar(
            version="1",
            weekly=tuple(as_hours(day) for day in self.weekly),
            holidays=HOLIDAYS,
            keeps_holidays=self.keeps_holidays,
            make_up=as_hours(self.make_up),
            overrides=tuple(
                Override(day, as_hours(hours), "reason")
                for day, hours in sorted(self.overrides.items())
            ),
        )

    def hours_on(self, day: date) -> list[tuple[int, int]]:
        if day in self.overrides:
            return self.overrides[day]
        if self.keeps_holidays:
            is_off, festival = chinese_calendar.get_holiday_detail(day)
            if festival:
                return [] if is_off else self.make_up
        return self.weekly[day.weekday()]

    def is_open(self, minute: datetime) -> bool:
        """Say whether the minute that begins here is worked; naive China time."""
        since_midnight = minute.hour * 60 + minute.minute
        return any(
            opens <= since_midnight < closes
            for opens, closes in self.hours_on(minute.date())
        )


def as_hours(minutes: list[tuple[int, int]]) -> tuple[Interval, ...]:
    return tuple(Interval(opens, closes) for opens, closes in minutes)


def aware(wall: datetime) -> datetime:
    return wall.replace(tzinfo=clock.SHANGHAI)


@st.composite
def hours_of_a_day(draw, min_size=0):
    """Up to four intervals; now and then two that touch, or the whole day."""
    count = draw(st.integers(min_size, 4))
    edges = draw(
        st.lists(
            st.integers(0, 1440), min_size=2 * count, max_size=2 * count, unique=True
        )
    )
    hours = list(zip(sorted(edges)[::2], sorted(edges)[1::2], strict=True))
    if hours and draw(st.booleans()):
        opens, closes = hours[-1]
        return [*hours[:-1], (opens, (opens + closes + 1) // 2), *rest(opens, closes)]
    return hours


def rest(opens: int, closes: int) -> list[tuple[int, int]]:
    middle = (opens + closes + 1) // 2
    return [(middle, closes)] if middle < closes else []


@st.composite
def starts(draw):
    """A minute in 2020–2026, half of the time within ten days of a holiday."""
    last = date(2026, 11, 30)
    if draw(st.booleans()):
        specials = [
            special.day
            for special in HOLIDAYS.days
            if date(2020, 1, 20) <= special.day <= last
        ]
        day = draw(st.sampled_from(specials)) - timedelta(days=draw(st.integers(0, 10)))
    else:
        day = draw(st.dates(date(2020, 1, 1), last))
    minute = draw(st.integers(0, 1439))
    return datetime.combine(day, datetime.min.time()) + minute * MINUTE


@st.composite
def cases(draw):
    start = draw(starts())
    window = [start.date() + timedelta(days=i) for i in range(WINDOW_DAYS + 1)]
    office = Office(
        weekly=draw(st.lists(hours_of_a_day(), min_size=7, max_size=7)),
        make_up=draw(hours_of_a_day(min_size=1)),
        overrides=draw(
            st.dictionaries(st.sampled_from(window), hours_of_a_day(), max_size=3)
        ),
        keeps_holidays=draw(st.booleans()),
    )
    offsets = st.integers(-60, WINDOW_DAYS * 1440)
    pairs = draw(st.lists(st.tuples(offsets, st.integers(0, 3000)), max_size=4))
    pauses = [
        (start + offset * MINUTE, start + (offset + length) * MINUTE)
        for offset, length in pairs
    ]
    return start, office, pauses


def as_pauses(pauses: list[tuple[datetime, datetime]]) -> list[Pause]:
    return [Pause(aware(begins), aware(ends), "reason") for begins, ends in pauses]


def running_minutes(
    start: datetime, office: Office, pauses: list[tuple[datetime, datetime]]
) -> list[datetime]:
    """Walk through the window and keep each minute that counts."""
    counted = []
    hours = office.hours_on(start.date())
    since_midnight = start.hour * 60 + start.minute
    for i in range(WINDOW_DAYS * 1440):
        if since_midnight == 1440:
            since_midnight = 0
            hours = office.hours_on((start + i * MINUTE).date())
        if any(opens <= since_midnight < closes for opens, closes in hours):
            minute = start + i * MINUTE
            if not any(begins <= minute < ends for begins, ends in pauses):
                counted.append(minute)
        since_midnight += 1
    return counted


def check_against_minutes(case, data) -> None:
    start, office, pauses = case
    counted = running_minutes(start, office, pauses)
    assume(counted)
    calendar, periods = office.calendar(), as_pauses(pauses)
    length = data.draw(st.integers(1, len(counted)))
    until = start + data.draw(st.integers(0, WINDOW_DAYS * 1440)) * MINUTE

    due = calendar.add_working_time(aware(start), length, pauses=periods)
    worked = calendar.working_time_between(aware(start), aware(until), pauses=periods)

    assert due == aware(counted[length - 1] + MINUTE)
    assert worked == sum(minute < until for minute in counted) * MINUTE
    assert calendar.is_open(aware(start)) == office.is_open(start)


@slow
@given(cases(), st.data())
def test_working_time_agrees_minute_by_minute(case, data):
    check_against_minutes(case, data)


@pytest.mark.deep
@deep
@given(cases(), st.data())
def test_working_time_agrees_minute_by_minute_ten_thousand_times(case, data):
    check_against_minutes(case, data)


@settings(slow, max_examples=200)
@given(cases(), st.integers(1, 5000), st.integers(0, 59_999_999))
def test_due_time_is_the_first_instant_with_that_much_working_time(
    case, length, microseconds
):
    start, office, pauses = case
    assume(office.is_often_open)
    calendar, periods = office.calendar(), as_pauses(pauses)
    begin = aware(start + timedelta(microseconds=microseconds))

    due = calendar.add_working_time(begin, length, pauses=periods)
    just_before = due - timedelta(microseconds=1)

    wanted = length * MINUTE
    assert calendar.working_time_between(begin, due, pauses=periods) == wanted
    assert calendar.working_time_between(begin, just_before, pauses=periods) < wanted


@settings(slow, max_examples=200)
@given(cases(), st.lists(st.integers(0, 10**12), min_size=2, max_size=2).map(sorted))
def test_working_time_of_two_parts_is_that_of_the_whole(case, offsets):
    start, office, pauses = case
    calendar, periods = office.calendar(), as_pauses(pauses)
    a = aware(start)
    b, c = (a + timedelta(microseconds=offset) for offset in offsets)

    between = [
        calendar.working_time_between(x, y, pauses=periods)
        for x, y in ((a, b), (b, c), (a, c))
    ]

    assert between[0] + between[1] == between[2]


@settings(slow, max_examples=200)
@given(cases(), st.integers(0, 2000), st.integers(0, 2000))
def test_adding_twice_is_adding_the_sum(case, first, second):
    start, office, pauses = case
    assume(office.is_often_open and first)
    calendar, periods = office.calendar(), as_pauses(pauses)
    add = calendar.add_working_time

    halfway = add(aware(start), first, pauses=periods)

    assert add(halfway, second, pauses=periods) == add(
        aware(start), first + second, pauses=periods
    )


# Days


days_2020s = st.dates(date(2020, 1, 1), date(2026, 9, 30))


@given(days_2020s, st.integers(1, 40))
@example(date(2026, 2, 13), 5)
def test_statutory_working_days_agree_day_by_day(day, count):
    statutory = WorkingCalendar.statutory(HOLIDAYS)
    after = (day + timedelta(days=i) for i in range(1, 100))
    workdays = [d for d in after if d.year < 2027 and chinese_calendar.is_workday(d)]
    assume(len(workdays) >= count)

    assert statutory.add_working_days(day, count) == workdays[count - 1]


@given(days_2020s, st.integers(0, 60), st.sampled_from(RollOver))
def test_calendar_days_agree_day_by_day(day, count, rule):
    statutory = WorkingCalendar.statutory(HOLIDAYS)
    last = day + timedelta(days=count)
    while last.year < 2027 and off_under(rule, last):
        last += timedelta(days=1)
    assume(last.year < 2027)

    assert statutory.add_calendar_days(day, count, roll_over=rule) == last


def off_under(rule: RollOver, day: date) -> bool:
    if rule is RollOver.NEVER:
        return False
    is_off, festival = chinese_calendar.get_holiday_detail(day)
    return is_off if rule is RollOver.REST_DAYS else is_off and festival is not None


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 400))
def test_months_keep_the_day_or_take_the_last_of_the_month(day, months):
    statutory = WorkingCalendar.statutory(HOLIDAYS)

    last = statutory.add_months(day, months, roll_over=RollOver.NEVER)

    assert (last.year * 12 + last.month) - (day.year * 12 + day.month) == months
    length = month_lengths.monthrange(last.year, last.month)[1]
    assert last.day == min(day.day, length)


# The explanation is about the very due time


terms = st.one_of(
    st.builds(
        Term, st.integers(0, 5000), st.sampled_from([Unit.MINUTE, Unit.WORKING_MINUTE])
    ),
    st.builds(
        Term,
        st.integers(0, 30),
        st.sampled_from([Unit.DAY, Unit.WORKING_DAY]),
        st.sampled_from(RollOver),
        st.sampled_from(DayEnd),
    ),
)


@settings(slow, max_examples=200)
@given(cases(), terms, st.integers(0, 59_999_999))
def test_explanation_adds_up_to_the_due_time(case, term, microseconds):
    start, office, pauses = case
    assume(office.is_often_open)
    calendar, periods = office.calendar(), as_pauses(pauses)
    begin = aware(start + timedelta(microseconds=microseconds))

    lines = explain(calendar, begin, term, pauses=periods)

    counting = {LineKind.RUNNING, LineKind.DAYS, LineKind.WORKING_DAYS}
    counted = [line for line in lines if line.kind in counting]
    unit = 60 if term.unit.is_time else 1
    assert sum(line.counted for line in counted) == term.amount * unit
    assert not counted or counted[-1].total == term.amount * unit
    due = next(line for line in lines if line.kind is LineKind.DUE)
    assert due.ends == calendar.due(begin, term, pauses=periods).at
    if term.unit.is_time and term.amount:
        assert counted[0].begins
        assert begin <= counted[0].begins
        assert counted[-1].ends == due.ends
        for before, after in pairwise(counted):
            assert before.ends
            assert after.begins
            assert before.ends < after.begins
