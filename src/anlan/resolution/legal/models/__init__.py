"""What the law asks: the police."""

from __future__ import annotations

from anlan.resolution.legal.models.police import (
    PolicePaper,
    PolicePeriod,
    PoliceProcedure,
    PoliceReport,
    ReportItem,
    Retaliation,
    RightsTold,
)

__all__ = [
    "PolicePaper",
    "PolicePeriod",
    "PoliceProcedure",
    "PoliceReport",
    "ReportItem",
    "Retaliation",
    "RightsTold",
]
