"""Figures and claims for tests: round numbers that no province has."""

from __future__ import annotations

from datetime import date
from typing import Any

from anlan.resolution.compensation import Claim, Figure, Figures
from anlan.resolution.enums import FigureKey, Forum, Province

YEAR = 2026
ON = date(2026, 11, 29)  # reckoned on; the year before is 2025
HOME, AWAY = Province.ZHEJIANG, Province.GANSU
INDUSTRY = "居民服务业"
VALUES = {
    FigureKey.INCOME_URBAN: 50_000_00,
    FigureKey.CONSUME_URBAN: 30_000_00,
    FigureKey.MONTHLY_WAGE: 8_000_00,
    FigureKey.INDUSTRY_WAGE: 73_000_00,
    FigureKey.TRAVEL_MEAL: 100_00,
    FigureKey.CARER_DAY: 150_00,
    FigureKey.NUTRITION_DAY: 50_00,
    FigureKey.EXTRA_DISABILITY: 200,
    FigureKey.YEAR_DAYS: 365,
}


def known(province: Province = HOME, **values: int) -> list[Figure]:
    """All figures of a province, those named in ``values`` with another value."""
    return [
        Figure(
            key=key,
            province=province,
            year=2025,
            value=values.get(key.value, value),
            variant=INDUSTRY if key.has_variant else "",
            uid=f"{province}-{key}",
        )
        for key, value in VALUES.items()
    ]


def figures(*more: Figure) -> Figures:
    return Figures([*known(), *more], year=YEAR)


def claim(**said: Any) -> Claim:
    """Before a civil court at home, with nothing claimed but what is said."""
    return Claim.model_validate(
        {"forum": Forum.CIVIL, "province": HOME, "reckoned_on": ON, **said}
    )


def aged(age: int) -> date:
    """The birthday of somebody who is exactly so old on ``ON``."""
    return ON.replace(year=ON.year - age)
