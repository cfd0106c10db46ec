"""Whole years of life on a day, and for how many years an income is made up."""

from __future__ import annotations

from datetime import date

ADULT = 18
LONGEST = 20  # years
OLD, VERY_OLD = 60, 75
SHORTEST = 5  # years, from 75 on


def age_on(day: date, *, born_on: date) -> int:
    """Whole years; a birthday of 29 February comes on 1 March in other years."""
    has_had_it = (day.month, day.day) >= (born_on.month, born_on.day)
    return day.year - born_on.year - (not has_had_it)


def years_for(age: int) -> int:
    """Twenty; from 60 on one fewer for each year of age; from 75 on five (Arts. 12, 15)."""
    if age < OLD:
        return LONGEST
    if age < VERY_OLD:
        return LONGEST - (age - OLD)
    return SHORTEST


def years_of_support(age: int) -> int:
    """A child to its majority, an adult as for an income (Art. 17)."""
    return ADULT - age if age < ADULT else years_for(age)
