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
from anlan.resolution.enums.notices import (
    CarryingState,
    DeliveryResult,
    DeliveryWay,
    NoticeKind,
    NoticeState,
    ObjectionState,
    ObjectionWay,
)
from anlan.resolution.enums.plans import (
    History,
    PlanState,
    Service,
)
from anlan.resolution.enums.support import (
    SupportKind,
)

__all__ = [
    "CarryingState",
    "DeliveryResult",
    "DeliveryWay",
    "FigureKey",
    "Forum",
    "History",
    "IncomeWay",
    "Item",
    "LineState",
    "NoticeKind",
    "NoticeState",
    "ObjectionState",
    "ObjectionWay",
    "PaymentKind",
    "PlanState",
    "Province",
    "Service",
    "SupportKind",
    "Unit",
]
