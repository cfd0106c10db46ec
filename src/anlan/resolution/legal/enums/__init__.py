"""The closed lists of the legal side, with the words the screens show."""

from __future__ import annotations

from anlan.resolution.legal.enums.counsel import (
    Client,
    LawyerArea,
    LawyerKind,
    QuestionState,
)
from anlan.resolution.legal.enums.limitation import (
    LimitationKind,
    LimitationState,
    TurnGround,
)
from anlan.resolution.legal.enums.police import (
    Happening,
    Issuer,
    ItemKind,
    ItemState,
    PaperKind,
    ReportState,
    ToldWay,
    Whose,
)
from anlan.resolution.legal.enums.work_injury import (
    Employer,
    Filer,
    Material,
    WorkInjuryState,
    WorkInjuryStepKind,
)

__all__ = [
    "Client",
    "Employer",
    "Filer",
    "Happening",
    "Issuer",
    "ItemKind",
    "ItemState",
    "LawyerArea",
    "LawyerKind",
    "LimitationKind",
    "LimitationState",
    "Material",
    "PaperKind",
    "QuestionState",
    "ReportState",
    "ToldWay",
    "TurnGround",
    "Whose",
    "WorkInjuryState",
    "WorkInjuryStepKind",
]
