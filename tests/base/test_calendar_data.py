from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.calendar import (
    Interval,
    Override,
    WorkingCalendar,
    calendar_as_data,
    calendar_from_data,
    parse_hours,
    published_holidays,
)
from anlan.base.errors import InvalidInput

HOLIDAYS = published_holidays()
DATA: dict[str, Any] = {
    "version": "2026-11",
    "weekly": [["09:00-12:00", "13:30-18:00"]] * 5 + [[], []],
    "keeps_holidays": True,
    "make_up": ["09:00-17:00"],
    "overrides": [
        {"day": "2026-11-25", "hours": [], "reason": "台风停工"},
        {"day": "2026-11-26", "hours": ["09:00-12:00"], "reason": "消防演练"},
    ],
}


def test_calendar_is_built_from_data_and_gives_it_back():
    calendar = calendar_from_data(DATA, HOLIDAYS)

    assert calendar == WorkingCalendar(
        version="2026-11",
        weekly=((Interval(540, 720), Interval(810, 1080)),) * 5 + ((), ()),
        holidays=HOLIDAYS,
        make_up=(Interval(540, 1020),),
        overrides=(
            Override(date(2026, 11, 25), (), "台风停工"),
            Override(date(2026, 11, 26), (Interval(540, 720),), "消防演练"),
        ),
    )
    assert json.loads(json.dumps(calendar_as_data(calendar))) == DATA


def test_calendar_data_may_leave_out_what_is_usual():
    calendar = calendar_from_data({"version": "1", "weekly": DATA["weekly"]}, HOLIDAYS)

    assert calendar.keeps_holidays
    assert calendar.make_up == (Interval(540, 720), Interval(810, 1080))
    assert calendar.overrides == ()


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"version": ""}, "version"),
        ({"version": 3}, "version"),
        ({"weekly": DATA["weekly"][:6]}, "weekly"),
        ({"weekly": "09:00-12:00"}, "weekly"),
        ({"weekly": [[], [], "09:00-12:00", [], [], [], []]}, "weekly.2"),
        ({"weekly": [[], [], [], [], [], [], ["9-12"]]}, "weekly.6"),
        ({"weekly": [["09:00-12:00", "11:59-13:00"]] + [[]] * 6}, "weekly.0"),
        ({"keeps_holidays": "yes"}, "keeps_holidays"),
        ({"make_up": ["18:00-09:00"]}, "make_up"),
        ({"overrides": {}}, "overrides"),
        ({"overrides": ["2026-11-25"]}, "overrides.0"),
        ({"overrides": [{"hours": [], "reason": "x"}]}, "overrides.0.day"),
        ({"overrides": [{"day": 7, "hours": [], "reason": "x"}]}, "overrides.0.day"),
        (
            {"overrides": [{"day": "2026-02-30", "hours": [], "reason": "x"}]},
            "overrides.0.day",
        ),
        ({"overrides": [{"day": "2026-11-25", "reason": "x"}]}, "overrides.0.hours"),
        ({"overrides": [{"day": "2026-11-25", "hours": []}]}, "overrides.0.reason"),
        (
            {"overrides": [{"day": "2026-11-25", "hours": [], "reason": " "}]},
            "overrides.0.reason",
        ),
        ({"overrides": DATA["overrides"] * 2}, "overrides.2.day"),
    ],
)
def test_calendar_data_that_is_wrong_is_refused_with_its_path(change, path):
    with pytest.raises(InvalidInput) as refusal:
        calendar_from_data(DATA | change, HOLIDAYS)

    assert refusal.value.path == path


@pytest.mark.parametrize(
    "text",
    ["09:00-12:00", "9:00 - 12:00", "09:00–12:00", "09：00～12：00", "09:00至12:00"],
)
def test_hours_are_read_as_people_type_them(text):
    assert parse_hours([text], path="hours") == (Interval(540, 720),)


@pytest.mark.parametrize(
    "text", ["", "09:00", "12:00-09:00", "09:00-09:00", "09:60-10:00", "23:00-24:01"]
)
def test_hours_that_are_none_are_refused(text):
    with pytest.raises(InvalidInput) as refusal:
        parse_hours([text], path="hours")

    assert refusal.value.path == "hours"


@given(
    st.lists(st.integers(0, 1440), min_size=2, max_size=10, unique=True),
    st.randoms(use_true_random=False),
)
def test_hours_read_back_in_any_order(edges, random):
    edges = sorted(edges)[: len(edges) // 2 * 2]
    hours = [Interval(*pair) for pair in zip(edges[::2], edges[1::2], strict=True)]
    texts = [str(interval) for interval in hours]
    random.shuffle(texts)

    assert parse_hours(texts, path="hours") == tuple(hours)
