"""Opening hours of one day, to the minute."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

from django.utils.translation import gettext as _

from anlan.base.errors import InvalidInput

MINUTES_A_DAY: Final = 24 * 60

_INTERVAL = re.compile(
    r"(\d{1,2})[:：]([0-5]\d)\s*(?:[-~－–—～]|至)\s*(\d{1,2})[:：]([0-5]\d)", re.ASCII
)


@dataclass(frozen=True, order=True, slots=True)
class Interval:
    """Open from minute ``opens`` after midnight up to, not including, ``closes``.

    Never past 24:00: a night shift is two intervals on two days.
    """

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= MINUTES_A_DAY:
            raise ValueError("an interval lies within one day and is not empty")

    def __str__(self) -> str:
        return f"{_clock_text(self.opens)}-{_clock_text(self.closes)}"


Hours: TypeAlias = tuple[Interval, ...]

CLOSED: Final[Hours] = ()
WHOLE_DAY: Final[Hours] = (Interval(0, MINUTES_A_DAY),)


def are_in_order(hours: Hours) -> bool:
    """Say whether the intervals follow one another without overlapping."""
    return all(first.closes <= second.opens for first, second in pairwise(hours))


def parse_hours(texts: Iterable[str], *, path: str) -> Hours:
    """Read ``["09:00-12:00", "13:30-18:00"]``, in any order; 24:00 is the day's end.

    Raises:
        InvalidInput: for anything else, and for intervals that overlap.
    """
    hours = tuple(sorted(_parse_interval(text, path) for text in texts))
    if not are_in_order(hours):
        raise InvalidInput(_("同一天的时段不能重叠。"), path=path)
    return hours


def hours_as_texts(hours: Hours) -> list[str]:
    """Return what ``parse_hours`` reads."""
    return [str(interval) for interval in hours]


def _parse_interval(text: str, path: str) -> Interval:
    match = _INTERVAL.fullmatch(text.strip())
    if match:
        hour, minute, last_hour, last_minute = map(int, match.groups())
        opens, closes = hour * 60 + minute, last_hour * 60 + last_minute
        if opens < closes <= MINUTES_A_DAY:
            return Interval(opens, closes)
    raise InvalidInput(
        _("时段应写作 09:00-12:00，结束晚于开始，跨夜分两天填写。"), path=path
    )


def _clock_text(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
