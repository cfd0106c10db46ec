"""Tables of the resolution of a case."""

from __future__ import annotations

from anlan.resolution.models.compensation import (
    Compensation,
    CompensationFigure,
    CompensationVersion,
    VersionExhibit,
    VersionFigure,
)
from anlan.resolution.models.kindness import KindnessWords
from anlan.resolution.models.notices import (
    Carrying,
    Notice,
    NoticeDelivery,
    NoticeTemplate,
    Objection,
)
from anlan.resolution.models.plans import MeasureGround, Plan, PlanApproval, PlanMeasure
from anlan.resolution.models.support import (
    PlanSupport,
)

__all__ = [
    "Carrying",
    "Compensation",
    "CompensationFigure",
    "CompensationVersion",
    "KindnessWords",
    "MeasureGround",
    "Notice",
    "NoticeDelivery",
    "NoticeTemplate",
    "Objection",
    "Plan",
    "PlanApproval",
    "PlanMeasure",
    "PlanSupport",
    "VersionExhibit",
    "VersionFigure",
]
