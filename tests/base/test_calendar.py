"""Due times by example: the law's rules, the office's hours, pauses, gaps."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

import pytest

from anlan.base import clock
from anlan.base.calendar import (
    CLOSED,
    WHOLE_DAY,
    DayEnd,
    Interval,
    NeverOpen,
    Override,
    Pause,
    RollOver,
    Term,
    Unit,
    WorkingCalendar,
    parse_hours,
    published_holidays,
)

HOLIDAYS = published_holidays()
HOURS = parse_hours(["09:00-12:00", "13:30-18:00"], path="")
OFFICE = WorkingCalendar("3", (HOURS,) * 5 + (CLOSED,) * 2, HOLIDAYS)
STATUTORY = WorkingCalendar.statutory(HOLIDAYS)
ALWAYS = WorkingCalendar.round_the_clock(HOLIDAYS)

china = partial(datetime, tzinfo=clock.SHANGHAI)


def office(*overrides: Override) -> WorkingCalendar:
    return WorkingCalendar("3", OFFICE.weekly, HOLIDAYS, overrides=overrides)


# Days


@pytest.mark.parametrize(
    ("day", "days", "last"),
    [
        # The test vectors of the law notes §12; the first day is not counted.
        (date(2025, 9, 26), 3, date(2025, 9, 30)),
        (date(2026, 2, 13), 5, date(2026, 2, 27)),
        (date(2026, 4, 30), 2, date(2026, 5, 7)),
        (date(2026, 9, 18), 5, date(2026, 9, 24)),
        (date(2026, 9, 18), 0, date(2026, 9, 18)),
    ],
)
def test_working_days_skip_holidays_and_count_make_up_days(day, days, last):
    assert STATUTORY.add_working_days(day, days) == last
    assert OFFICE.add_working_days(day, days) == last


def test_working_days_skip_days_the_office_closes_itself():
    closed = office(Override(date(2026, 11, 25), CLOSED, "台风停工"))

    assert closed.add_working_days(date(2026, 11, 23), 2) == date(2026, 11, 26)


def test_calendar_days_end_after_the_holiday_they_end_in():
    begin = date(2026, 1, 20)

    assert STATUTORY.add_calendar_days(begin, 30) == date(2026, 2, 24)
    unrolled = STATUTORY.add_calendar_days(begin, 30, roll_over=RollOver.NEVER)
    assert unrolled == date(2026, 2, 19)


@pytest.mark.parametrize(
    ("rule", "last"),
    [
        (RollOver.NEVER, date(2026, 11, 28)),
        (RollOver.HOLIDAYS, date(2026, 11, 28)),
        (RollOver.REST_DAYS, date(2026, 11, 30)),
    ],
)
def test_last_day_on_a_plain_weekend_gives_way_only_if_weekends_count(rule, last):
    assert STATUTORY.rolled_over(date(2026, 11, 28), rule) == last


def test_last_day_on_a_make_up_saturday_stays():
    assert STATUTORY.rolled_over(date(2026, 2, 28), RollOver.REST_DAYS) == date(
        2026, 2, 28
    )


def test_last_day_rolls_over_even_where_the_office_never_closes():
    assert ALWAYS.add_calendar_days(date(2026, 1, 20), 30) == date(2026, 2, 24)


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 11, 23), 1, date(2026, 12, 23)),
        (date(2026, 11, 23), 14, date(2028, 1, 23)),
        (date(2026, 12, 31), 0, date(2026, 12, 31)),
    ],
)
def test_months_end_on_the_corresponding_day_or_the_last(day, months, last):
    assert STATUTORY.add_months(day, months, roll_over=RollOver.NEVER) == last


# Hours


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        (china(2026, 11, 23, 10), 60, china(2026, 11, 23, 11)),
        (china(2026, 11, 23, 11, 30), 60, china(2026, 11, 23, 14)),
        (china(2026, 11, 23, 17), 60, china(2026, 11, 23, 18)),
        (china(2026, 11, 23, 17), 61, china(2026, 11, 24, 9, 1)),
        (china(2026, 11, 23, 18), 1, china(2026, 11, 24, 9, 1)),
        (china(2026, 11, 22, 3), 1, china(2026, 11, 23, 9, 1)),
        (china(2026, 11, 23, 20), 0, china(2026, 11, 23, 20)),
        (china(2026, 11, 23, 14, 2, 31, 5), 30, china(2026, 11, 23, 14, 32, 31, 5)),
        (china(2026, 9, 24, 17), 90, china(2026, 9, 28, 9, 30)),  # 中秋
        (china(2026, 9, 19, 12), 60, china(2026, 9, 20, 10)),  # Sunday, 调休上班
    ],
)
def test_working_time_runs_in_office_hours_only(start, minutes, due):
    assert OFFICE.add_working_time(start, minutes) == due


def test_working_time_stands_still_in_pauses():
    pauses = [
        Pause(china(2026, 11, 23, 10), china(2026, 11, 23, 11)),
        Pause(china(2026, 11, 23, 10, 30), china(2026, 11, 23, 11, 30)),
        Pause(china(2026, 11, 23, 18), china(2026, 11, 24, 9, 15)),
        Pause(china(2020, 1, 1), china(2026, 11, 23, 8)),
    ]

    due = OFFICE.add_working_time(china(2026, 11, 23, 9), 7 * 60, pauses=pauses)

    assert due == china(2026, 11, 24, 10, 15)  # 1 h + 0.5 h + 4.5 h, then 1 h


def test_partial_day_and_its_reason_come_before_weekly_hours_and_holidays():
    morning = parse_hours(["09:00-12:00"], path="")
    own = office(
        Override(date(2026, 11, 24), morning, "消防演练"),
        Override(date(2026, 10, 1), morning, "国庆值班"),
    )

    assert own.add_working_time(china(2026, 11, 24, 11), 120) == china(2026, 11, 25, 10)
    assert own.is_open(china(2026, 10, 1, 9))
    assert own.plan(date(2026, 10, 1)).name == "国庆值班"


def test_office_that_never_closes_has_no_closed_minute_at_midnight():
    start = china(2026, 2, 16, 23, 59, 30)

    assert ALWAYS.add_working_time(start, 24 * 60) == start + timedelta(days=1)
    assert ALWAYS.is_open(china(2026, 2, 17))


def test_make_up_day_has_the_hours_of_the_first_open_weekday_or_its_own():
    monday_closed = (CLOSED, HOURS, HOURS, HOURS, HOURS, CLOSED, CLOSED)
    by_default = WorkingCalendar("1", monday_closed, HOLIDAYS)
    own = WorkingCalendar("1", monday_closed, HOLIDAYS, make_up=(Interval(600, 660),))

    assert by_default.plan(date(2026, 9, 20)).hours == HOURS
    assert own.plan(date(2026, 9, 20)).hours == (Interval(600, 660),)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (china(2026, 11, 23, 8, 59, 59, 999999), False),
        (china(2026, 11, 23, 9), True),
        (china(2026, 11, 23, 11, 59, 59, 999999), True),
        (china(2026, 11, 23, 12), False),
        (china(2026, 11, 21, 10), False),
        (china(2026, 10, 1, 10), False),
        (china(2026, 9, 20, 10), True),
    ],
)
def test_office_is_open_from_opening_up_to_closing(at, is_open):
    assert OFFICE.is_open(at) == is_open


def test_working_time_between_counts_open_time_only():
    friday, monday = china(2026, 11, 20, 17), china(2026, 11, 23, 9, 30, 59)

    assert OFFICE.working_time_between(friday, monday) == timedelta(
        minutes=90, seconds=59
    )
    assert OFFICE.working_time_between(monday, friday) == timedelta(0)


def test_working_time_between_reaches_beyond_the_look_ahead():
    always = ALWAYS.working_time_between(china(2004, 1, 1), china(2026, 1, 1))

    assert always == china(2026, 1, 1) - china(2004, 1, 1)


def test_calendar_that_is_never_open_says_so():
    never = WorkingCalendar("1", (CLOSED,) * 7, HOLIDAYS)

    with pytest.raises(NeverOpen):
        never.add_working_time(china(2026, 11, 23), 1)
    with pytest.raises(NeverOpen):
        never.add_working_days(date(2026, 11, 23), 1)


# Terms


@pytest.mark.parametrize(
    ("term", "due"),
    [
        (Term(90, Unit.MINUTE), china(2026, 9, 18, 17, 32, 31)),
        (Term(24 * 60, Unit.MINUTE), china(2026, 9, 19, 16, 2, 31)),
        (Term(120, Unit.WORKING_MINUTE), china(2026, 9, 20, 9, 2, 31)),
        (Term(5, Unit.WORKING_DAY), china(2026, 9, 25)),
        (Term(5, Unit.WORKING_DAY, day_end=DayEnd.CLOSING), china(2026, 9, 24, 18)),
        (Term(7, Unit.DAY), china(2026, 9, 29)),
        (Term(7, Unit.DAY, RollOver.NEVER), china(2026, 9, 26)),
        (Term(7, Unit.DAY, RollOver.NEVER, DayEnd.CLOSING), china(2026, 9, 26)),
        (Term(2, Unit.MONTH), china(2026, 11, 19)),
        (Term(1, Unit.YEAR, RollOver.NEVER), china(2027, 9, 19)),
        (Term(0, Unit.DAY), china(2026, 9, 19)),
    ],
)
def test_term_is_due(term, due):
    start = china(2026, 9, 18, 16, 2, 31)

    assert OFFICE.due(start, term).at == due


def test_minutes_by_the_clock_stand_still_in_pauses():
    start = china(2026, 11, 23, 10)
    pauses = [
        Pause(start - timedelta(hours=1), start + timedelta(minutes=10)),
        Pause(start + timedelta(minutes=5), start + timedelta(minutes=20)),
        Pause(start + timedelta(minutes=50), start + timedelta(hours=2)),
    ]

    due = OFFICE.due(start, Term(30, Unit.MINUTE), pauses=pauses)

    assert due.at == start + timedelta(minutes=50)


def test_days_that_begin_in_a_pause_are_not_counted():
    pauses = [Pause(china(2026, 11, 24, 10), china(2026, 11, 26, 15))]
    start = china(2026, 11, 23, 9)

    working = OFFICE.due(start, Term(3, Unit.WORKING_DAY), pauses=pauses)
    plain = OFFICE.due(start, Term(3, Unit.DAY, RollOver.NEVER), pauses=pauses)

    assert working.at == china(2026, 12, 1)  # 24, 27, 30 November
    assert plain.at == china(2026, 11, 29)  # 24, 27, 28 November


def test_months_refuse_pauses():
    pause = Pause(china(2026, 11, 24), china(2026, 11, 26))

    with pytest.raises(ValueError, match="not paused"):
        OFFICE.due(china(2026, 11, 23), Term(1, Unit.MONTH), pauses=[pause])


@pytest.mark.parametrize(
    ("start", "term", "missing"),
    [
        (china(2026, 11, 23, 9), Term(3, Unit.WORKING_DAY), ()),
        (china(2026, 12, 20, 9), Term(20, Unit.WORKING_DAY), (2027,)),
        (china(2026, 12, 20, 9), Term(80 * 60, Unit.WORKING_MINUTE), (2027,)),
        (china(2026, 12, 28, 9), Term(1, Unit.WORKING_DAY), (2027,)),
        (china(2026, 12, 1, 9), Term(60, Unit.DAY), (2027,)),
        (china(2026, 12, 1, 9), Term(60, Unit.DAY, RollOver.NEVER), ()),
        (china(2026, 12, 1, 9), Term(3, Unit.YEAR), (2029,)),
        (china(2026, 12, 31, 9), Term(72 * 60, Unit.MINUTE), ()),
    ],
)
def test_due_time_names_the_years_whose_holidays_are_not_known(start, term, missing):
    assert OFFICE.due(start, term).missing_years == missing


def test_unknown_year_is_counted_monday_to_friday():
    start = date(2026, 12, 31)  # a Thursday

    assert OFFICE.add_working_days(start, 6) == date(2027, 1, 8)


def test_office_that_never_closes_needs_no_table_for_its_hours():
    due = ALWAYS.due(china(2026, 12, 31), Term(72 * 60, Unit.WORKING_MINUTE))

    assert due.missing_years == ()


def test_due_time_names_what_it_was_computed_from():
    due = OFFICE.due(china(2026, 11, 23), Term(1, Unit.DAY))

    assert due.calendar == f"3 / {HOLIDAYS.version}"


# What cannot be


@pytest.mark.parametrize("minutes", [(0, 0), (60, 30), (-1, 5), (0, 1441)])
def test_interval_lies_within_one_day(minutes):
    with pytest.raises(ValueError, match="one day"):
        Interval(*minutes)


def test_calendar_refuses_what_contradicts_itself():
    overlapping = (Interval(0, 60), Interval(30, 90))
    typhoon = Override(date(2026, 11, 25), CLOSED, "台风停工")

    for wrong in (
        partial(WorkingCalendar, "1", (HOURS,) * 6, HOLIDAYS),
        partial(WorkingCalendar, "1", (overlapping,) * 7, HOLIDAYS),
        partial(WorkingCalendar, "1", (HOURS,) * 7, HOLIDAYS, make_up=overlapping),
        partial(office, typhoon, typhoon),
        partial(office, Override(date(2026, 11, 25), overlapping, "台风停工")),
    ):
        with pytest.raises(ValueError, match=r"seven|overlap|twice"):
            wrong()


def test_negative_lengths_are_refused():
    begin, day = china(2026, 11, 23), date(2026, 11, 23)

    for wrong in (
        lambda: OFFICE.add_working_time(begin, -1),
        lambda: OFFICE.add_working_days(day, -1),
        lambda: OFFICE.add_calendar_days(day, -1),
        lambda: OFFICE.add_months(day, -1),
        lambda: Term(-1, Unit.DAY),
        lambda: Pause(begin, begin - timedelta(seconds=1)),
    ):
        with pytest.raises(ValueError, match=r"not negative|ends before"):
            wrong()


def test_naive_start_is_refused():
    with pytest.raises(clock.NaiveDatetime):
        OFFICE.add_working_time(datetime(2026, 11, 23), 1)  # noqa: DTZ001 -- the point


def test_calendars_are_values():
    again = WorkingCalendar("3", OFFICE.weekly, HOLIDAYS)
    OFFICE.plan(date(2026, 11, 23))

    assert again == OFFICE
    assert hash(again) == hash(OFFICE)
    assert again != office(Override(date(2026, 11, 25), CLOSED, "台风停工"))


def test_whole_day_is_a_day():
    assert [str(interval) for interval in WHOLE_DAY] == ["00:00-24:00"]
