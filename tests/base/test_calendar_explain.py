from __future__ import annotations

from datetime import date, datetime
from functools import partial

import pytest
from django.utils import translation

from anlan.base import clock
from anlan.base.calendar import (
    CLOSED,
    DayEnd,
    Line,
    LineKind,
    Override,
    Pause,
    RollOver,
    Term,
    Unit,
    WorkingCalendar,
    explain,
    parse_hours,
    published_holidays,
    sentence,
)
from anlan.base.calendar.sentences import _SENTENCES

HOLIDAYS = published_holidays()
HOURS = parse_hours(["09:00-12:00", "13:30-18:00"], path="")
MORNING = parse_hours(["09:00-12:00"], path="")
OFFICE = WorkingCalendar(
    version="3",
    weekly=(HOURS,) * 5 + (CLOSED,) * 2,
    holidays=HOLIDAYS,
    overrides=(
        Override(date(2026, 9, 22), CLOSED, "停电"),
        Override(date(2026, 9, 23), MORNING, "消防演练"),
    ),
)
STAMP = f"所用工作日历：3 / {HOLIDAYS.version}。"

china = partial(datetime, tzinfo=clock.SHANGHAI)


@pytest.fixture(autouse=True)
def _chinese():
    with translation.override("zh-hans"):
        yield


def told(start: datetime, term: Term, *pauses: Pause) -> list[str]:
    return [sentence(line) for line in explain(OFFICE, start, term, pauses=pauses)]


def test_explanation_of_working_time_tells_every_stretch_and_gap():
    pause = Pause(china(2026, 9, 21, 10), china(2026, 9, 21, 14), "等待鉴定")

    lines = told(china(2026, 9, 18, 15, 2, 31), Term(1200, Unit.WORKING_MINUTE), pause)

    assert lines == [
        "2026-09-18 周五 15:02:31 起算。",
        (
            "2026-09-18 周五 15:02:31 至 18:00，"
            "计 2 小时 57 分钟 29 秒，累计 2 小时 57 分钟 29 秒。"
        ),
        "2026-09-19 周六 休息，不计。",
        "2026-09-20 周日 调休上班（国庆节）。",
        "2026-09-20 周日 09:00 至 12:00，计 3 小时，累计 5 小时 57 分钟 29 秒。",
        (
            "2026-09-20 周日 13:30 至 18:00，"
            "计 4 小时 30 分钟，累计 10 小时 27 分钟 29 秒。"
        ),
        "2026-09-21 周一 09:00 至 10:00，计 1 小时，累计 11 小时 27 分钟 29 秒。",
        "2026-09-21 周一 10:00 至 14:00 暂停计时（等待鉴定），扣除 2 小时 30 分钟。",
        "2026-09-21 周一 14:00 至 18:00，计 4 小时，累计 15 小时 27 分钟 29 秒。",
        "2026-09-22 周二 不办公（停电），不计。",
        "2026-09-23 周三 办公时段另有安排：09:00-12:00（消防演练）。",
        "2026-09-23 周三 09:00 至 12:00，计 3 小时，累计 18 小时 27 分钟 29 秒。",
        "2026-09-24 周四 09:00 至 10:32:31，计 1 小时 32 分钟 31 秒，累计 20 小时。",
        "2026-09-24 周四 10:32:31 到期。",
        STAMP,
    ]


def test_explanation_of_working_days_groups_what_belongs_together():
    assert told(china(2026, 9, 18, 15), Term(6, Unit.WORKING_DAY)) == [
        "2026-09-18 周五 15:00 起算。",
        "2026-09-18 周五 为起算当日，不计入（民法典第二百零一条）。",
        "2026-09-19 周六 休息，不计。",
        "2026-09-20 周日 调休上班（国庆节）。",
        "2026-09-20 周日 至 2026-09-21 周一，计 2 个工作日，累计 2 个。",
        "2026-09-22 周二 不办公（停电），不计。",
        "2026-09-23 周三 办公时段另有安排：09:00-12:00（消防演练）。",
        "2026-09-23 周三 至 2026-09-24 周四，计 2 个工作日，累计 4 个。",
        "2026-09-25 周五 至 2026-09-27 周日 中秋节放假，不计。",
        "2026-09-28 周一 至 2026-09-29 周二，计 2 个工作日，累计 6 个。",
        "2026-09-29 周二 24:00 到期。",
        STAMP,
    ]


def test_explanation_of_days_names_the_holiday_it_rolls_over():
    assert told(china(2026, 1, 20, 10), Term(30, Unit.DAY)) == [
        "2026-01-20 周二 10:00 起算。",
        "2026-01-20 周二 为起算当日，不计入（民法典第二百零一条）。",
        "2026-01-21 周三 至 2026-02-19 周四，计 30 天，累计 30 天。",
        (
            "最后一日 2026-02-19 周四 为休假日，"
            "顺延至 2026-02-24 周二（民法典第二百零三条）。"
        ),
        "2026-02-24 周二 24:00 到期。",
        STAMP,
    ]


def test_explanation_of_paused_days_says_so_even_without_a_reason():
    pause = Pause(china(2026, 11, 24, 10), china(2026, 11, 26, 9))

    assert told(
        china(2026, 11, 23, 10), Term(3, Unit.DAY, day_end=DayEnd.CLOSING), pause
    ) == [
        "2026-11-23 周一 10:00 起算。",
        "2026-11-23 周一 为起算当日，不计入（民法典第二百零一条）。",
        "2026-11-24 周二，计 1 天，累计 1 天。",
        "2026-11-25 周三 至 2026-11-26 周四 暂停计时（未注明原因），扣除 2 天。",
        "2026-11-27 周五 至 2026-11-28 周六，计 2 天，累计 3 天。",
        (
            "最后一日 2026-11-28 周六 为休假日，"
            "顺延至 2026-11-30 周一（民法典第二百零三条）。"
        ),
        "周末也按休假日顺延，这是通常理解，法律条文未明示。",
        "2026-11-30 周一 18:00 到期。",
        STAMP,
    ]


def test_explanation_of_months_names_the_rule_and_the_missing_year():
    assert told(china(2026, 8, 31, 10), Term(6, Unit.MONTH)) == [
        "2026-08-31 周一 10:00 起算。",
        "2026-08-31 周一 为起算当日，不计入（民法典第二百零一条）。",
        "到期月没有对应日，以月末日 2027-02-28 周日 为准（民法典第二百零二条）。",
        (
            "最后一日 2027-02-28 周日 为休假日，"
            "顺延至 2027-03-01 周一（民法典第二百零三条）。"
        ),
        "周末也按休假日顺延，这是通常理解，法律条文未明示。",
        "2027 年放假安排尚未载入，暂按周一至周五计算，公布后应重新计算。",
        "2027-03-01 周一 24:00 到期。",
        STAMP,
    ]


def test_explanation_of_a_year_names_the_corresponding_day():
    lines = told(china(2025, 11, 24, 10), Term(1, Unit.YEAR, RollOver.NEVER))

    assert lines[2] == "到期月的对应日为 2026-11-24 周二（民法典第二百零二条）。"


def test_explanation_by_the_clock_is_one_stretch_through_the_night():
    assert told(china(2026, 9, 18, 15), Term(33 * 60, Unit.MINUTE)) == [
        "2026-09-18 周五 15:00 起算。",
        "2026-09-18 周五 15:00 至 2026-09-19 周六 24:00，计 33 小时，累计 33 小时。",
        "2026-09-19 周六 24:00 到期。",
        STAMP,
    ]


def test_explanation_of_overlapping_pauses_counts_no_minute_twice():
    start = china(2026, 11, 23, 9)
    pauses = [
        Pause(china(2026, 11, 23, 10), china(2026, 11, 23, 11), "甲"),
        Pause(china(2026, 11, 23, 10, 30), china(2026, 11, 23, 11, 30), "乙"),
        Pause(china(2026, 11, 23, 10, 40), china(2026, 11, 23, 10, 50), "丙"),
    ]

    lines = explain(OFFICE, start, Term(180, Unit.WORKING_MINUTE), pauses=pauses)

    paused = [line for line in lines if line.kind is LineKind.PAUSED]
    assert [(line.name, line.counted) for line in paused] == [
        ("甲", 3600),
        ("乙", 1800),
    ]


def test_every_kind_of_line_has_a_sentence():
    assert set(_SENTENCES) == set(LineKind)


def test_festival_is_translated_but_an_office_reason_is_not(monkeypatch):
    monkeypatch.setattr("anlan.base.calendar.sentences._", lambda text: f"<{text}>")
    day = date(2026, 10, 1)
    festival = Line(LineKind.HOLIDAY, first_day=day, last_day=day, name="国庆节")
    own_reason = Line(LineKind.CLOSED, first_day=day, last_day=day, name="停电")

    assert sentence(festival) == "2026-10-01 周四 <国庆节>放假，不计。"
    assert sentence(own_reason) == "2026-10-01 周四 不办公（停电），不计。"
