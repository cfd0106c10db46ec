"""The closed lists of evidence, with the words the screens show."""

from __future__ import annotations

from anlan.evidence.enums.exhibits import (
    ExhibitKind,
    ExhibitState,
    Reading,
    Source,
    StepKind,
    UploadState,
    Way,
)
from anlan.evidence.enums.packages import (
    Failure,
    Gap,
    Masking,
    PackageState,
    Purpose,
)
from anlan.evidence.enums.vault import CheckKind, CopyState, Scan

__all__ = [
    "CheckKind",
    "CopyState",
    "ExhibitKind",
    "ExhibitState",
    "Failure",
    "Gap",
    "Masking",
    "PackageState",
    "Purpose",
    "Reading",
    "Scan",
    "Source",
    "StepKind",
    "UploadState",
    "Way",
]
