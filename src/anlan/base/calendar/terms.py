"""How long, in which unit, and how the last day is treated: the terms of a promise.

Law (docs/sources.md): 民法典 200–204; 民诉法 85; 行政程序规定 35; 行政处罚法 85 (its
days up to seven are working days).
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Unit(StrEnum):
    """In what a length is counted."""

    MINUTE = "minute"
    WORKING_MINUTE = "working_minute"
    DAY = "day"
    WORKING_DAY = "working_day"
    MONTH = "month"
    YEAR = "year"

    @property
    def is_time(self) -> bool:
        """Whether it runs from the moment itself, not from the day after it."""
        return self in {Unit.MINUTE, Unit.WORKING_MINUTE}


class RollOver(StrEnum):
    """Which last days give way to the next day that is none (民法典 203 ¶1).

    That weekends count as 法定休假日 is the usual reading, not confirmed; whoever must
    not be late chooses NEVER for themselves. Custody is never extended (行政程序规定 35).
    """

    NEVER = "never"
    HOLIDAYS = "holidays"
    REST_DAYS = "rest_days"


class DayEnd(StrEnum):
    """When the last day is over (民法典 203 ¶2)."""

    MIDNIGHT = "midnight"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time as a law, a contract or a standard states it.

    ``roll_over`` touches days, months and years only, ``day_end`` working days too.
    """

    amount: int
    unit: Unit
    roll_over: RollOver = RollOver.REST_DAYS
    day_end: DayEnd = DayEnd.MIDNIGHT

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise ValueError("a term is not negative")


@dataclass(frozen=True, slots=True)
class Pause:
    """A period in which the clock stands: from ``begins`` up to ``ends``, not including it.

    One that still runs is passed with ``ends`` set to now: the due time is then the
    earliest that is still possible.
    """

    begins: datetime
    ends: datetime
    reason: str = ""

    def __post_init__(self) -> None:
        if self.ends < self.begins:
            raise ValueError("a pause ends before it begins")


@dataclass(frozen=True, slots=True)
class Due:
    """A due time with what it was computed from, to be stored together.

    ``missing_years`` are years counted as plain Monday to Friday, because their
    holidays were not announced yet; a reader is told so.
    """

    at: datetime
    calendar: str
    missing_years: tuple[int, ...]


def add_months(day: date, months: int) -> date:
    """Return the corresponding day, or the month's last if there is none (民法典 202)."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
