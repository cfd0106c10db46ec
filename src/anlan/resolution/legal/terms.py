"""Terms that the law gives in days, months and years, and how they end."""

from __future__ import annotations

from datetime import date

from anlan.base.calendar import RollOver, Term, Unit, statutory_calendar


def last_day(
    day: date, amount: int, unit: Unit, *, roll_over: RollOver = RollOver.HOLIDAYS
) -> date:
    """The last day of a term; a holiday carries it on (民法典 203).

    A weekend does not: that it would is only the usual reading, and whoever must not be
    late does not rely on it.
    """
    return statutory_calendar().last_day(day, Term(amount, unit, roll_over))
