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
from anlan.evidence.models.packages import Package, PackageReceipt
from anlan.evidence.models.playing import FootageMark, PlayingCopy, Still
from anlan.evidence.models.recordings import (
    Camera,
    ClockReading,
    Derivative,
    FootageRequest,
    Recorder,
    Recording,
    Segment,
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
    "Camera",
    "CheckRun",
    "CheckTurn",
    "ClockReading",
    "Copy",
    "CustodyStep",
    "Derivative",
    "Exhibit",
    "FootageMark",
    "FootageRequest",
    "Injury",
    "InjuryPhoto",
    "InjuryRefusal",
    "MedicalPaper",
    "Package",
    "PackageReceipt",
    "PhysicalItem",
    "PlayingCopy",
    "Recorder",
    "Recording",
    "Segment",
    "Statement",
    "StatementAnswer",
    "StatementFile",
    "Still",
    "Upload",
]
