"""The days off and the make-up working days (调休) that the State Council announces.

Law: 全国年节及纪念日放假办法; each autumn a notice of the General Office of the State
Council fixes the next year. The table of the years gone by comes from the package
``chinesecalendar``; a notice newer than the package is loaded as data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib.metadata import version
from typing import Any, Final, Self

from chinese_calendar.constants import Holiday, holidays, workdays
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from anlan.base.errors import InvalidInput

# The names of the table, so that the catalogue knows them.
FESTIVALS: Final = (
    gettext_noop("元旦"),
    gettext_noop("春节"),
    gettext_noop("清明节"),
    gettext_noop("劳动节"),
    gettext_noop("端午节"),
    gettext_noop("中秋节"),
    gettext_noop("国庆节"),
    gettext_noop("抗战胜利纪念日"),
)
_NAMES: Final = {
    Holiday.new_years_day: "元旦",
    Holiday.spring_festival: "春节",
    Holiday.tomb_sweeping_day: "清明节",
    Holiday.labour_day: "劳动节",
    Holiday.dragon_boat_festival: "端午节",
    Holiday.mid_autumn_festival: "中秋节",
    Holiday.national_day: "国庆节",
    Holiday.anti_fascist_70th_day: "抗战胜利纪念日",
}
# The notice of a year has reached back as far as 29 December (2007, 2018).
_DECEMBER_DAY_OF_NEXT_NOTICE: Final = 29


@dataclass(frozen=True, order=True, slots=True)
class SpecialDay:
    """A day that the notice turns round: off, or a weekend day worked for it."""

    day: date
    name: str
    is_off: bool


@dataclass(frozen=True)
class HolidayTable:
    """The special days of the years whose notices are loaded, under a version."""

    version: str
    years: frozenset[int]
    days: tuple[SpecialDay, ...]
    _by_day: dict[date, SpecialDay] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        self._by_day.update((special.day, special) for special in self.days)
        if len(self._by_day) != len(self.days):
            raise ValueError("a day stands in the table twice")

    def on(self, day: date) -> SpecialDay | None:
        """Return what the notices say about ``day``, if anything."""
        return self._by_day.get(day)

    def is_holiday(self, day: date) -> bool:
        """Say whether a notice gives ``day`` off."""
        special = self._by_day.get(day)
        return special is not None and special.is_off

    def is_rest_day(self, day: date) -> bool:
        """Say whether ``day`` is off, or a weekend day that is not worked instead."""
        special = self._by_day.get(day)
        return special.is_off if special else day.weekday() >= 5

    def missing_years(self, first: date, last: date) -> tuple[int, ...]:
        """Return the years between two days (inclusive) whose notice is not loaded.

        The last days of December belong to the notice of the year after, too.
        """
        reach = last.month == 12 and last.day >= _DECEMBER_DAY_OF_NEXT_NOTICE
        years = range(first.year, last.year + 1 + reach)
        return tuple(year for year in years if year not in self.years)

    def with_notice(
        self, year: int, days: Sequence[SpecialDay], *, source: str
    ) -> Self:
        """Return this table with all of one year's days replaced by those of a notice.

        ``source`` names the notice and becomes part of the version.

        Raises:
            InvalidInput: if a day is listed twice or belongs to another year.
        """
        new = {special.day: special for special in days}
        if len(new) != len(days):
            raise InvalidInput(_("放假安排中同一日期出现了两次。"), path="days")
        if not new or not all(_belongs(special.day, year) for special in days):
            raise InvalidInput(
                _("放假安排应只含 %(year)d 年的日期。") % {"year": year}, path="days"
            )
        kept = {s.day: s for s in self.days if s.day.year != year}
        return type(self)(
            version=f"{self.version} + {year} {source}",
            years=self.years | {year},
            days=tuple(sorted((kept | new).values())),
        )


def parse_notice(data: dict[str, Any]) -> tuple[int, tuple[SpecialDay, ...]]:
    """Read a notice in the form in which open data sets publish them.

    ``{"year": 2027, "days": [{"date": "2027-01-01", "name": "元旦",
    "isOffDay": true}, …]}``; an ``isOffDay`` of false is a make-up working day.

    Raises:
        InvalidInput: with the path of the entry that cannot be read.
    """
    year, entries = data.get("year"), data.get("days")
    if not isinstance(year, int) or isinstance(year, bool):
        raise InvalidInput(_("请填写年份。"), path="year")
    if not isinstance(entries, list):
        raise InvalidInput(_("请填写放假和调休日期。"), path="days")
    return year, tuple(_parse_day(entry, i) for i, entry in enumerate(entries))


@lru_cache(maxsize=1)
def published_holidays() -> HolidayTable:
    """Return the table of the installed ``chinesecalendar``.

    A year counts as loaded if its National Day is in the table, because the first of
    January may come with the notice of the year before.
    """
    off = [
        SpecialDay(day, _festival(name), is_off=True) for day, name in holidays.items()
    ]
    worked = [
        SpecialDay(day, _festival(name), is_off=False) for day, name in workdays.items()
    ]
    national = Holiday.national_day.value
    return HolidayTable(
        version=f"chinesecalendar {version('chinesecalendar')}",
        years=frozenset(day.year for day, name in holidays.items() if name == national),
        days=tuple(sorted(off + worked)),
    )


def _festival(name: str) -> str:
    return _NAMES[Holiday(name)]


def _belongs(day: date, year: int) -> bool:
    return day.year == year or (day.year == year - 1 and day.month == 12)


def _parse_day(entry: object, index: int) -> SpecialDay:
    path = f"days.{index}"
    if isinstance(entry, dict):
        day, name, is_off = entry.get("date"), entry.get("name"), entry.get("isOffDay")
        if isinstance(day, str) and isinstance(name, str) and isinstance(is_off, bool):
            try:
                return SpecialDay(date.fromisoformat(day), name, is_off)
            except ValueError:
                path = f"{path}.date"
    raise InvalidInput(_("这一天无法识别，应含日期、名称和是否放假。"), path=path)
