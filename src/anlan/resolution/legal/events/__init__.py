"""What the legal side puts on the record."""

from __future__ import annotations

from anlan.resolution.legal.events.limitation import (
    LimitationEnded,
    LimitationExtended,
    LimitationRanOut,
    LimitationResumed,
    LimitationStarted,
    LimitationTurned,
    LimitationTurnEnded,
    LimitationTurnStruck,
    LimitationWarned,
)
from anlan.resolution.legal.events.work_injury import (
    WorkInjuryEmployerSet,
    WorkInjuryMaterialAdded,
    WorkInjuryOpened,
    WorkInjuryStepped,
)

__all__ = [
    "LimitationEnded",
    "LimitationExtended",
    "LimitationRanOut",
    "LimitationResumed",
    "LimitationStarted",
    "LimitationTurnEnded",
    "LimitationTurnStruck",
    "LimitationTurned",
    "LimitationWarned",
    "WorkInjuryEmployerSet",
    "WorkInjuryMaterialAdded",
    "WorkInjuryOpened",
    "WorkInjuryStepped",
]
