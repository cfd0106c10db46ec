from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.utils.timezone import localtime
from hypothesis import given
from hypothesis import strategies as st

from anlan.base import clock

aware = st.datetimes(
    min_value=datetime(1900, 1, 2),  # noqa: DTZ001 -- Hypothesis adds the zone
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001 -- as above
    timezones=st.timezones(),
    allow_imaginary=False,
)


def test_utc_text_is_utc_with_microseconds():
    at = datetime(2026, 11, 23, 14, 2, 31, tzinfo=clock.SHANGHAI)

    assert clock.utc_text(at) == "2026-11-23T06:02:31.000000Z"


@given(aware)
def test_utc_text_reads_back_as_the_same_instant(at):
    assert clock.parse_utc_text(clock.utc_text(at)) == at.astimezone(UTC)


@given(aware, aware)
def test_utc_texts_sort_as_the_instants_do(first, second):
    texts_in_order = clock.utc_text(first) <= clock.utc_text(second)

    assert texts_in_order == (first.astimezone(UTC) <= second.astimezone(UTC))


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T06:02:31Z",
        "2026-11-23T06:02:31.000000+00:00",
        "2026-11-23T06:02:31.000000",
        "2026-11-23 06:02:31.000000Z",
        "2026-11-23T06:02:31.000000Z\n",
        "２026-11-23T06:02:31.000000Z",
        "2026-02-30T06:02:31.000000Z",
        "",
    ],
)
def test_parse_utc_text_refuses_any_other_form(text):
    with pytest.raises(ValueError, match=r"."):
        clock.parse_utc_text(text)


@pytest.mark.parametrize(
    "function", [clock.require_aware, clock.utc_text, clock.local_time, clock.local_day]
)
def test_naive_datetimes_are_refused(function):
    with pytest.raises(clock.NaiveDatetime):
        function(datetime(2026, 11, 23, 14, 2))  # noqa: DTZ001 -- the point


def test_local_day_is_the_day_in_china_whatever_the_zone():
    before_midnight = datetime(2026, 11, 23, 15, 59, 59, 999999, tzinfo=UTC)
    midnight = before_midnight + timedelta(microseconds=1)
    elsewhere = midnight.astimezone(timezone(timedelta(hours=-8)))

    assert clock.local_day(before_midnight) == date(2026, 11, 23)
    assert clock.local_day(midnight) == date(2026, 11, 24)
    assert clock.local_day(elsewhere) == date(2026, 11, 24)


def test_day_bounds_are_midnight_in_china_and_in_utc():
    begins, ends = clock.day_bounds(date(2026, 11, 23))

    assert clock.utc_text(begins) == "2026-11-22T16:00:00.000000Z"
    assert clock.utc_text(ends) == "2026-11-23T16:00:00.000000Z"
    assert begins.tzinfo is UTC


@given(aware)
def test_day_bounds_hold_every_instant_of_the_day(at):
    begins, ends = clock.day_bounds(clock.local_day(at))

    assert begins <= at < ends


def test_screens_and_papers_show_the_time_of_china():
    """Whichever way a paper turns an instant into a time of day, it is the same one."""
    at = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)

    assert localtime(at).timetuple() == clock.local_time(at).timetuple()
    assert localtime(at).hour == 1
