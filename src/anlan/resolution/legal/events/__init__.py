"""What the legal side puts on the record."""

from __future__ import annotations

from anlan.resolution.legal.events.work_injury import (
    WorkInjuryEmployerSet,
    WorkInjuryMaterialAdded,
    WorkInjuryOpened,
    WorkInjuryStepped,
)

__all__ = [
    "WorkInjuryEmployerSet",
    "WorkInjuryMaterialAdded",
    "WorkInjuryOpened",
    "WorkInjuryStepped",
]
