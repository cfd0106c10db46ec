"""Official figures by province and year, as they were entered with their source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from anlan.resolution.enums import FigureKey, Province


@dataclass(frozen=True, kw_only=True)
class Figure:
    """``value`` is fen, hundredths of a percent or days, as the key's unit says."""

    key: FigureKey
    province: Province
    year: int
    value: int
    variant: str = ""
    uid: str = ""  # of the row that holds it


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A figure that nobody has entered; the line that needs it is not counted."""

    key: FigureKey
    province: Province
    year: int
    variant: str = ""


class Figures:
    """What is known, asked as on a day."""

    def __init__(self, known: Iterable[Figure], *, year: int) -> None:
        self._known = tuple(known)
        self._year = year

    def find(
        self, key: FigureKey, *provinces: Province, variant: str = ""
    ) -> Figure | Wanted:
        """That of the court's province, or the highest where others may be applied.

        Of the year before (人损解释 22), or for a rate of the day the newest one. The
        first province must have one: what is higher elsewhere cannot be known without.
        """
        found = [self._of(key, province, variant) for province in provinces]
        missing = next((one for one in found if isinstance(one, Wanted)), None)
        if missing is not None:
            return missing
        return max(
            (one for one in found if isinstance(one, Figure)), key=lambda f: f.value
        )

    def _of(self, key: FigureKey, province: Province, variant: str) -> Figure | Wanted:
        year = self._year - 1 if key.is_of_last_year else self._year
        fitting = [
            one
            for one in self._known
            if (one.key, one.province, one.variant) == (key, province, variant)
            and (one.year == year or (one.year < year and not key.is_of_last_year))
        ]
        if not fitting:
            return Wanted(key=key, province=province, year=year, variant=variant)
        return max(fitting, key=lambda one: one.year)
