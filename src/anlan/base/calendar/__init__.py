"""Working calendars, terms and due times, each of which can explain itself.

Law: 民法典 200–204, 全国年节及纪念日放假办法; the cases of use are in docs/sources.md.
"""

from __future__ import annotations

from anlan.base.calendar.data import calendar_as_data, calendar_from_data
from anlan.base.calendar.explain import Line, LineKind, explain
from anlan.base.calendar.holidays import (
    HolidayTable,
    SpecialDay,
    parse_notice,
    published_holidays,
)
from anlan.base.calendar.hours import CLOSED, WHOLE_DAY, Hours, Interval, parse_hours
from anlan.base.calendar.notices import known_holidays, statutory_calendar
from anlan.base.calendar.sentences import sentence
from anlan.base.calendar.terms import DayEnd, Due, Pause, RollOver, Term, Unit
from anlan.base.calendar.working import (
    DayKind,
    DayPlan,
    NeverOpen,
    Override,
    WorkingCalendar,
)

__all__ = [
    "CLOSED",
    "WHOLE_DAY",
    "DayEnd",
    "DayKind",
    "DayPlan",
    "Due",
    "HolidayTable",
    "Hours",
    "Interval",
    "Line",
    "LineKind",
    "NeverOpen",
    "Override",
    "Pause",
    "RollOver",
    "SpecialDay",
    "Term",
    "Unit",
    "WorkingCalendar",
    "calendar_as_data",
    "calendar_from_data",
    "explain",
    "known_holidays",
    "parse_hours",
    "parse_notice",
    "published_holidays",
    "sentence",
    "statutory_calendar",
]
