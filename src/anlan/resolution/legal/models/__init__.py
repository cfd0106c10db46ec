"""Rows of the legal side."""

from __future__ import annotations

from anlan.resolution.legal.models.counsel import (
    CounselQuestion,
    Engagement,
    Lawyer,
    Opinion,
)
from anlan.resolution.legal.models.limitation import Limitation, LimitationTurn
from anlan.resolution.legal.models.police import (
    PolicePaper,
    PolicePeriod,
    PoliceProcedure,
    PoliceReport,
    ReportItem,
    Retaliation,
    RightsTold,
)
from anlan.resolution.legal.models.work_injury import (
    WorkInjury,
    WorkInjuryMaterial,
    WorkInjuryStep,
)

__all__ = [
    "CounselQuestion",
    "Engagement",
    "Lawyer",
    "Limitation",
    "LimitationTurn",
    "Opinion",
    "PolicePaper",
    "PolicePeriod",
    "PoliceProcedure",
    "PoliceReport",
    "ReportItem",
    "Retaliation",
    "RightsTold",
    "WorkInjury",
    "WorkInjuryMaterial",
    "WorkInjuryStep",
]
