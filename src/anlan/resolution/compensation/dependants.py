"""Support of several dependants, year by year, under one yearly cap (人损解释 17)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import groupby

from anlan.resolution.compensation.ages import age_on, years_of_support
from anlan.resolution.compensation.claim import Dependant
from anlan.resolution.compensation.rounding import share


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Years in which the same people are supported; ``yearly`` is exact."""

    first: int
    last: int
    people: int
    shares: Fraction  # of one person's spending, before the cap
    yearly: Fraction
    is_capped: bool

    @property
    def years(self) -> int:
        return self.last - self.first + 1

    @property
    def shares_words(self) -> str:
        return str(self.shares)


def support(
    dependants: Sequence[Dependant], *, start: date, spending: int, coefficient: int
) -> list[Stretch]:
    """The stretches from the first year on, until nobody is supported any more."""
    until = [
        (
            years_of_support(age_on(start, born_on=one.born_on)),
            Fraction(1, one.supporters),
        )
        for one in dependants
    ]
    longest = max((years for years, _part in until), default=0)
    by_year = [
        (year, tuple(sorted(part for years, part in until if year <= years)))
        for year in range(1, longest + 1)
    ]
    found = []
    for parts, years in groupby(by_year, key=lambda one: one[1]):
        numbers = [year for year, _parts in years]
        uncapped = spending * share(coefficient) * sum(parts, Fraction(0))
        found.append(
            Stretch(
                first=numbers[0],
                last=numbers[-1],
                people=len(parts),
                shares=sum(parts, Fraction(0)),
                yearly=min(uncapped, Fraction(spending)),
                is_capped=uncapped > spending,
            )
        )
    return found
