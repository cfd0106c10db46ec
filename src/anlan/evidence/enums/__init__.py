"""The closed lists of evidence, with the words the screens show."""

from __future__ import annotations

from anlan.cases.enums import Protection, Way
from anlan.evidence.enums.applications import (
    Applicant,
    ApplicationState,
    AuthorityPaper,
    FootageWay,
    IdentityPaper,
    Relation,
)
from anlan.evidence.enums.exhibits import (
    ExhibitKind,
    ExhibitState,
    Printout,
    Reading,
    Source,
    StepKind,
    UploadState,
)
from anlan.evidence.enums.injuries import (
    AppraisedLevel,
    InjuryKind,
    PaperKind,
    Region,
    Round,
)
from anlan.evidence.enums.packages import Failure, Gap, Masking, PackageState, Purpose
from anlan.evidence.enums.recordings import (
    ClockWay,
    DerivativeKind,
    PullProblem,
    RecorderKind,
    RecordingState,
    WhyCamera,
)
from anlan.evidence.enums.redaction import (
    BoxFill,
    BoxLabel,
    RedactionFailure,
    RedactionState,
    SoundChoice,
    SpanFill,
)
from anlan.evidence.enums.retention import (
    DeletionState,
    FilePart,
    Ground,
    HoldReason,
    HoldState,
    Keeper,
    RetentionClass,
    WordsKind,
)
from anlan.evidence.enums.statements import (
    StatementFileKind,
    StatementMode,
    StatementRole,
    StatementState,
)
from anlan.evidence.enums.vault import (
    CheckKind,
    CopyState,
    DrillProof,
    Scan,
    StoreFault,
)

__all__ = [
    "Applicant",
    "ApplicationState",
    "AppraisedLevel",
    "AuthorityPaper",
    "BoxFill",
    "BoxLabel",
    "CheckKind",
    "ClockWay",
    "CopyState",
    "DeletionState",
    "DerivativeKind",
    "DrillProof",
    "ExhibitKind",
    "ExhibitState",
    "Failure",
    "FilePart",
    "FootageWay",
    "Gap",
    "Ground",
    "HoldReason",
    "HoldState",
    "IdentityPaper",
    "InjuryKind",
    "Keeper",
    "Masking",
    "PackageState",
    "PaperKind",
    "Printout",
    "Protection",
    "PullProblem",
    "Purpose",
    "Reading",
    "RecorderKind",
    "RecordingState",
    "RedactionFailure",
    "RedactionState",
    "Region",
    "Relation",
    "RetentionClass",
    "Round",
    "Scan",
    "SoundChoice",
    "Source",
    "SpanFill",
    "StatementFileKind",
    "StatementMode",
    "StatementRole",
    "StatementState",
    "StepKind",
    "StoreFault",
    "UploadState",
    "Way",
    "WhyCamera",
    "WordsKind",
]
