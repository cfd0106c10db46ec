"""Half a fen goes up: an item is exact until its end, and is rounded there once."""

from __future__ import annotations

from fractions import Fraction

WHOLE = 10_000  # a share in hundredths of a percent


def half_up(amount: Fraction) -> int:
    """Whole fen; exactly half goes away from zero, though nothing here is below it."""
    sign = -1 if amount < 0 else 1
    return sign * ((2 * abs(amount) + 1) // 2)


def share(part: int) -> Fraction:
    """A share that is written in hundredths of a percent: 3333 is 33.33 %."""
    return Fraction(part, WHOLE)
