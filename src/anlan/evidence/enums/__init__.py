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
from anlan.evidence.enums.recordings import (
    ClockWay,
    DerivativeKind,
    PullProblem,
    RecorderKind,
    RecordingState,
    WhyCamera,
)
from anlan.evidence.enums.vault import CheckKind, CopyState

__all__ = [
    "CheckKind",
    "ClockWay",
    "CopyState",
    "DerivativeKind",
    "ExhibitKind",
    "ExhibitState",
    "PullProblem",
    "Reading",
    "RecorderKind",
    "RecordingState",
    "Source",
    "StepKind",
    "UploadState",
    "Way",
    "WhyCamera",
]
