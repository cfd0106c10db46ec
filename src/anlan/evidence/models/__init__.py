"""Tables of evidence."""

from __future__ import annotations

from anlan.evidence.models.applications import (
    FootageApplication,
    FootageViewing,
    FootageWindow,
    RegisterExtract,
)
from anlan.evidence.models.checks import (
    LATE_AFTER,
    CheckRun,
    CheckTurn,
    LedgerFault,
    StoreProbe,
)
from anlan.evidence.models.custody import CustodyStep, PhysicalItem
from anlan.evidence.models.exhibits import Exhibit, FootageCorrection, Upload
from anlan.evidence.models.injuries import (
    Injury,
    InjuryPhoto,
    InjuryRefusal,
    MedicalPaper,
)
from anlan.evidence.models.outside import OutsideKeeper
from anlan.evidence.models.packages import (
    Package,
    PackageFile,
    PackageReceipt,
    PackageWithdrawal,
)
from anlan.evidence.models.playing import FootageMark, PlayingCopy, Still
from anlan.evidence.models.recordings import (
    Camera,
    ClockReading,
    Derivative,
    FootageRequest,
    Recorder,
    Recording,
    SaidLength,
    Segment,
)
from anlan.evidence.models.redaction import Redaction
from anlan.evidence.models.retention import (
    CaseWords,
    DeletedFile,
    Deletion,
    Hold,
    RetentionLook,
    RetentionRule,
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
    "CaseWords",
    "CheckRun",
    "CheckTurn",
    "ClockReading",
    "Copy",
    "CustodyStep",
    "DeletedFile",
    "Deletion",
    "Derivative",
    "Exhibit",
    "FootageApplication",
    "FootageCorrection",
    "FootageMark",
    "FootageRequest",
    "FootageViewing",
    "FootageWindow",
    "Hold",
    "Injury",
    "InjuryPhoto",
    "InjuryRefusal",
    "LedgerFault",
    "MedicalPaper",
    "OutsideKeeper",
    "Package",
    "PackageFile",
    "PackageReceipt",
    "PackageWithdrawal",
    "PhysicalItem",
    "PlayingCopy",
    "Recorder",
    "Recording",
    "Redaction",
    "RegisterExtract",
    "RetentionLook",
    "RetentionRule",
    "SaidLength",
    "Segment",
    "Statement",
    "StatementAnswer",
    "StatementFile",
    "Still",
    "StoreProbe",
    "Upload",
]
