"""Rows of the legal side."""

from __future__ import annotations

from anlan.resolution.legal.models.limitation import Limitation, LimitationTurn
from anlan.resolution.legal.models.work_injury import (
    WorkInjury,
    WorkInjuryMaterial,
    WorkInjuryStep,
)

__all__ = [
    "Limitation",
    "LimitationTurn",
    "WorkInjury",
    "WorkInjuryMaterial",
    "WorkInjuryStep",
]
