"""Terms that the law gives in days, months and years, and how they end."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from anlan.base.calendar import (
    RollOver,
    Term,
    Unit,
    WorkingCalendar,
    published_holidays,
)


@lru_cache(maxsize=1)
def legal_calendar() -> WorkingCalendar:
    """Of the public holidays that were announced."""
    return WorkingCalendar.statutory(published_holidays())


def last_day(
    day: date, amount: int, unit: Unit, *, roll_over: RollOver = RollOver.HOLIDAYS
) -> date:
    """The last day of a term; a holiday carries it on (民法典 203).

    A weekend does not: that it would is only the usual reading, and whoever must not be
    late does not rely on it.
    """
    return legal_calendar().last_day(day, Term(amount, unit, roll_over))
