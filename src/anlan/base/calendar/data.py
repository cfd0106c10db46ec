"""A working calendar as plain data, for a JSON column, a form and the API.

``{"version": "3", "weekly": [["09:00-12:00", "13:30-18:00"], …seven, Monday first],
"keeps_holidays": true, "make_up": ["09:00-12:00"],
"overrides": [{"day": "2026-11-25", "hours": [], "reason": "台风停工"}]}``
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anlan.base.calendar.holidays import HolidayTable
from anlan.base.calendar.hours import Hours, hours_as_texts, parse_hours
from anlan.base.calendar.working import Override, WorkingCalendar
from anlan.base.errors import InvalidInput


def calendar_from_data(data: dict[str, Any], holidays: HolidayTable) -> WorkingCalendar:
    """Build a calendar from data that a person may have written.

    Raises:
        InvalidInput: with the path of what is wrong, such as ``overrides.0.hours``.
    """
    weekly = data.get("weekly")
    if not isinstance(weekly, list) or len(weekly) != 7:
        raise InvalidInput(_("请填写周一至周日七天的办公时段。"), path="weekly")
    keeps_holidays = data.get("keeps_holidays", True)
    if not isinstance(keeps_holidays, bool):
        raise InvalidInput(_("请选择是否按国家放假安排休息。"), path="keeps_holidays")
    version = data.get("version")
    if not isinstance(version, str) or not version:
        raise InvalidInput(_("请填写日历版本。"), path="version")
    return WorkingCalendar(
        version=version,
        weekly=tuple(_hours(day, f"weekly.{i}") for i, day in enumerate(weekly)),
        holidays=holidays,
        keeps_holidays=keeps_holidays,
        make_up=_hours(data.get("make_up", []), "make_up"),
        overrides=_overrides(data.get("overrides", [])),
    )


def calendar_as_data(calendar: WorkingCalendar) -> dict[str, Any]:
    """Return what ``calendar_from_data`` reads; the holiday table is not part of it."""
    return {
        "version": calendar.version,
        "weekly": [hours_as_texts(hours) for hours in calendar.weekly],
        "keeps_holidays": calendar.keeps_holidays,
        "make_up": hours_as_texts(calendar.make_up),
        "overrides": [
            {
                "day": override.day.isoformat(),
                "hours": hours_as_texts(override.hours),
                "reason": override.reason,
            }
            for override in calendar.overrides
        ],
    }


def _overrides(entries: object) -> tuple[Override, ...]:
    if not isinstance(entries, list):
        raise InvalidInput(_("例外日期应为列表。"), path="overrides")
    overrides = [_override(entry, f"overrides.{i}") for i, entry in enumerate(entries)]
    seen: set[date] = set()
    for index, override in enumerate(overrides):
        if override.day in seen:
            raise InvalidInput(
                _("同一天不能有两条例外安排。"), path=f"overrides.{index}.day"
            )
        seen.add(override.day)
    return tuple(sorted(overrides))


def _override(entry: object, path: str) -> Override:
    if not isinstance(entry, dict):
        raise InvalidInput(_("例外安排应含日期、时段和原因。"), path=path)
    try:
        day = date.fromisoformat(entry.get("day", ""))
    except (TypeError, ValueError):
        raise InvalidInput(_("日期应写作 2026-11-25。"), path=f"{path}.day") from None
    reason = entry.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        raise InvalidInput(_("请填写例外安排的原因。"), path=f"{path}.reason")
    return Override(day, _hours(entry.get("hours"), f"{path}.hours"), reason.strip())


def _hours(texts: object, path: str) -> Hours:
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise InvalidInput(_("时段应为列表，休息日为空列表。"), path=path)
    return parse_hours(texts, path=path)
