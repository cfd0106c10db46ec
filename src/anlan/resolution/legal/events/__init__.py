"""What the legal side puts on the record."""

from __future__ import annotations

from anlan.resolution.legal.events.counsel import (
    CounselAsked,
    CounselEngaged,
    CounselQuestionWithdrawn,
    EngagementEnded,
    LawyerAdded,
    LawyerPhoneRead,
    LawyerRetired,
    OpinionGiven,
    OpinionPrinted,
    OpinionRead,
)
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
    "CounselAsked",
    "CounselEngaged",
    "CounselQuestionWithdrawn",
    "EngagementEnded",
    "LawyerAdded",
    "LawyerPhoneRead",
    "LawyerRetired",
    "LimitationEnded",
    "LimitationExtended",
    "LimitationRanOut",
    "LimitationResumed",
    "LimitationStarted",
    "LimitationTurnEnded",
    "LimitationTurnStruck",
    "LimitationTurned",
    "LimitationWarned",
    "OpinionGiven",
    "OpinionPrinted",
    "OpinionRead",
    "WorkInjuryEmployerSet",
    "WorkInjuryMaterialAdded",
    "WorkInjuryOpened",
    "WorkInjuryStepped",
]
