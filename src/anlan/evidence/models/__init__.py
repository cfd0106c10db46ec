"""Tables of evidence."""

from __future__ import annotations

from anlan.evidence.models.checks import LATE_AFTER, CheckRun, CheckTurn
from anlan.evidence.models.custody import CustodyStep, PhysicalItem
from anlan.evidence.models.exhibits import Exhibit, Upload
from anlan.evidence.models.injuries import (
    Injury,
    InjuryPhoto,
    InjuryRefusal,
    MedicalPaper,
)
from anlan.evidence.models.statements import (
    Addendum,
    Statement,
    StatementAnswer,
    StatementFile,
)
from anlan.evidence.models.vault import Blob, Copy

__all__ = [
    "LATE_AFTER",
    "Addendum",
    "Blob",
    "CheckRun",
    "CheckTurn",
    "Copy",
    "CustodyStep",
    "Exhibit",
    "Injury",
    "InjuryPhoto",
    "InjuryRefusal",
    "MedicalPaper",
    "PhysicalItem",
    "Statement",
    "StatementAnswer",
    "StatementFile",
    "Upload",
]
