"""What happens in an investigation, in the words of the record."""

from __future__ import annotations

from anlan.investigation.events.comparison import (
    CellRead,
    FreeFactAdded,
    FreeFactWithdrawn,
    PairRead,
    PersonNamed,
)
from anlan.investigation.events.facts import FactNoted, FactWithdrawn
from anlan.investigation.events.findings import (
    FindingApproved,
    FindingBegun,
    FindingPrinted,
    FindingReturned,
    FindingSubmitted,
    FindingSuperseded,
    FindingWithdrawn,
    SentenceFixed,
)
from anlan.investigation.events.interviews import (
    GuardianConsented,
    InterviewBegun,
    InterviewCancelled,
    InterviewHeld,
    InterviewPlanned,
    InterviewReplanned,
    InterviewReset,
    InterviewStopped,
    QuestionPlanned,
)
from anlan.investigation.events.scene import (
    PinMoved,
    PinRemoved,
    PinSet,
    SceneLooked,
    SketchDrawn,
)

__all__ = [
    "CellRead",
    "FactNoted",
    "FactWithdrawn",
    "FindingApproved",
    "FindingBegun",
    "FindingPrinted",
    "FindingReturned",
    "FindingSubmitted",
    "FindingSuperseded",
    "FindingWithdrawn",
    "FreeFactAdded",
    "FreeFactWithdrawn",
    "GuardianConsented",
    "InterviewBegun",
    "InterviewCancelled",
    "InterviewHeld",
    "InterviewPlanned",
    "InterviewReplanned",
    "InterviewReset",
    "InterviewStopped",
    "PairRead",
    "PersonNamed",
    "PinMoved",
    "PinRemoved",
    "PinSet",
    "QuestionPlanned",
    "SceneLooked",
    "SentenceFixed",
    "SketchDrawn",
]
