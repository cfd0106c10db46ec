"""The closed lists of evidence, with the words the screens show."""

from __future__ import annotations

from anlan.evidence.enums.exhibits import (
    ExhibitKind,
    ExhibitState,
    Protection,
    Reading,
    Source,
    StepKind,
    UploadState,
    Way,
)
from anlan.evidence.enums.injuries import (
    AppraisedLevel,
    InjuryKind,
    PaperKind,
    Region,
    Round,
)
from anlan.evidence.enums.statements import (
    StatementFileKind,
    StatementMode,
    StatementRole,
    StatementState,
)
from anlan.evidence.enums.vault import CheckKind, CopyState, Scan

__all__ = [
    "AppraisedLevel",
    "CheckKind",
    "CopyState",
    "ExhibitKind",
    "ExhibitState",
    "InjuryKind",
    "PaperKind",
    "Protection",
    "Reading",
    "Region",
    "Round",
    "Scan",
    "Source",
    "StatementFileKind",
    "StatementMode",
    "StatementRole",
    "StatementState",
    "StepKind",
    "UploadState",
    "Way",
]
