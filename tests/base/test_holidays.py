from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import chinese_calendar
import holidays as holidays_package
import pytest
from pytest_django import Settings

from anlan.base.calendar import (
    HolidayTable,
    SpecialDay,
    WorkingCalendar,
    known_holidays,
    parse_notice,
    published_holidays,
    statutory_calendar,
)
from anlan.base.calendar.holidays import FESTIVALS
from anlan.base.errors import InvalidInput

PUBLISHED = published_holidays()


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [
        first + timedelta(days=i) for i in range((date(year + 1, 1, 1) - first).days)
    ]


@pytest.mark.parametrize("year", [2025, 2026])
def test_working_days_agree_with_the_holidays_package(year):
    statutory = WorkingCalendar.statutory(PUBLISHED)
    other = holidays_package.country_holidays("CN", years=year)

    differing = [
        day
        for day in days_of(year)
        if statutory.is_working_day(day) != other.is_working_day(day)
    ]

    assert differing == []


@pytest.mark.parametrize("year", range(2004, 2027))
def test_rest_days_agree_with_chinesecalendar(year):
    assert year in PUBLISHED.years
    for day in days_of(year):
        assert PUBLISHED.is_rest_day(day) == chinese_calendar.is_holiday(day), day


@pytest.mark.parametrize("year", [2025, 2026])
def test_year_has_248_working_days(year):
    statutory = WorkingCalendar.statutory(PUBLISHED)

    assert sum(map(statutory.is_working_day, days_of(year))) == 248


@pytest.mark.parametrize(
    ("year", "off", "made_up"),
    [
        # The table of the law notes §12, from the State Council's notices.
        (
            2025,
            "0101 0128-0204 0404-0406 0501-0505 0531-0602 1001-1008",
            "0126 0208 0427 0928 1011",
        ),
        (
            2026,
            "0101-0103 0215-0223 0404-0406 0501-0505 0619-0621 0925-0927 1001-1007",
            "0104 0214 0228 0509 0920 1010",
        ),
    ],
)
def test_special_days_are_those_of_the_notice(year, off, made_up):
    listed = [special for special in PUBLISHED.days if special.day.year == year]

    assert {s.day for s in listed if not s.is_off} == set(spans(year, made_up))
    assert {s.day for s in listed if s.is_off} <= set(spans(year, off))
    assert all(PUBLISHED.is_rest_day(day) for day in spans(year, off))


def spans(year: int, text: str) -> list[date]:
    found = []
    for span in text.split():
        first, _, last = span.partition("-")
        day, end = (
            date(year, int(end[:2]), int(end[2:])) for end in (first, last or first)
        )
        while day <= end:
            found.append(day)
            day += timedelta(days=1)
    return found


def test_every_festival_of_the_table_is_in_the_catalogue():
    assert {special.name for special in PUBLISHED.days} == set(FESTIVALS)


def test_table_says_where_it_comes_from():
    assert PUBLISHED.version.startswith("chinesecalendar 1.")


@pytest.mark.parametrize(
    ("first", "last", "missing"),
    [
        (date(2026, 1, 1), date(2026, 12, 28), ()),
        (date(2026, 12, 28), date(2026, 12, 29), (2027,)),
        (date(2026, 11, 1), date(2028, 1, 1), (2027, 2028)),
        (date(2003, 12, 31), date(2004, 1, 1), (2003,)),
    ],
)
def test_table_names_the_years_it_lacks(first, last, missing):
    assert PUBLISHED.missing_years(first, last) == missing


NOTICE: dict[str, Any] = {
    "year": 2027,
    "papers": ["https://example.invalid/notice"],
    "days": [
        {"name": "元旦", "date": "2026-12-31", "isOffDay": True},
        {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
        {"name": "元旦", "date": "2027-01-03", "isOffDay": False},
    ],
}


def test_notice_is_loaded_as_data():
    table = PUBLISHED.with_notice(*parse_notice(NOTICE), source="invented notice")

    assert table.missing_years(date(2026, 12, 31), date(2027, 12, 28)) == ()
    assert table.is_holiday(date(2026, 12, 31))
    assert table.is_holiday(date(2027, 1, 1))
    assert not table.is_rest_day(date(2027, 1, 3))
    assert table.version == f"{PUBLISHED.version} + 2027 invented notice"
    assert not PUBLISHED.is_holiday(date(2026, 12, 31))


def test_notice_replaces_all_days_of_its_year():
    day = SpecialDay(date(2026, 10, 1), "国庆节", is_off=True)

    table = PUBLISHED.with_notice(2026, [day], source="invented amendment")

    assert [s for s in table.days if s.day.year == 2026] == [day]
    assert table.is_holiday(date(2025, 10, 1))


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"year": "2027"}, "year"),
        ({"year": True}, "year"),
        ({"days": None}, "days"),
        ({"days": ["2027-01-01"]}, "days.0"),
        ({"days": [{"name": "元旦", "date": "2027-01-01"}]}, "days.0"),
        (
            {"days": [{"name": "元旦", "date": "2027-02-30", "isOffDay": True}]},
            "days.0.date",
        ),
        ({"days": []}, "days"),
        ({"days": NOTICE["days"][1:] * 2}, "days"),
        (
            {"days": [{"name": "元旦", "date": "2028-01-01", "isOffDay": True}]},
            "days",
        ),
    ],
)
def test_notice_that_cannot_be_is_refused(change, path):
    with pytest.raises(InvalidInput) as refusal:
        PUBLISHED.with_notice(*parse_notice(NOTICE | change), source="invented")

    assert refusal.value.path == path


def test_table_with_a_day_twice_is_refused():
    day = SpecialDay(date(2027, 1, 1), "元旦", is_off=True)

    with pytest.raises(ValueError, match="twice"):
        HolidayTable("v", frozenset({2027}), (day, day))


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """Where an operator lays notices; what was known is forgotten around the test."""
    settings.DATA = tmp_path
    known_holidays.cache_clear()
    statutory_calendar.cache_clear()
    yield tmp_path / "holidays"
    known_holidays.cache_clear()
    statutory_calendar.cache_clear()


def test_a_notice_of_the_operator_moves_the_days_of_the_law(folder):
    folder.mkdir()
    (folder / "gov-2027.json").write_text(json.dumps(NOTICE), encoding="utf-8")

    calendar = statutory_calendar()

    assert 2027 not in PUBLISHED.years
    assert calendar.holidays.missing_years(date(2027, 1, 1), date(2027, 1, 1)) == ()
    # Thursday 31 December and Friday 1 January are off, Sunday 3 January is worked.
    assert calendar.add_working_days(date(2026, 12, 30), 1) == date(2027, 1, 3)
    assert "2027 gov-2027" in calendar.stamp


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{", b'{"year": 2027, "days": []}', b"\xff", b" " * 300_000],
)
def test_a_notice_that_cannot_be_read_is_told_and_left_out(folder, content, caplog):
    folder.mkdir()
    (folder / "2027.json").write_bytes(content)

    assert known_holidays() == PUBLISHED
    assert "2027.json is left out: " in caplog.text


def test_without_a_folder_the_package_alone_is_known(folder):
    assert known_holidays() == PUBLISHED
