"""Words of the resolution of a case, by theme."""

from __future__ import annotations

from anlan.resolution.enums.compensation import (
    FigureKey,
    Forum,
    IncomeWay,
    Item,
    LineState,
    PaymentKind,
    Province,
    Unit,
)

__all__ = [
    "FigureKey",
    "Forum",
    "IncomeWay",
    "Item",
    "LineState",
    "PaymentKind",
    "Province",
    "Unit",
]
