"""What happens to evidence, in the words of the record."""

from __future__ import annotations

from anlan.evidence.events.copies import (
    CopyDamaged,
    CopyFound,
    CopyRepaired,
    MalwareFound,
    SecondCopyMade,
)
from anlan.evidence.events.custody import (
    CustodyStepped,
    ObjectRegistered,
    SealFoundBroken,
)
from anlan.evidence.events.exhibits import (
    ExhibitOpened,
    ExhibitProtected,
    ExhibitReceived,
    ExhibitReceivedAgain,
    ReceiptShown,
    UploadRefused,
)
from anlan.evidence.events.injuries import (
    InjuriesRead,
    InjuryPhotographed,
    InjuryPhotoRefused,
    InjuryRecorded,
    InjuryWithdrawn,
    MedicalPaperAdded,
)
from anlan.evidence.events.statements import (
    AddendumSigned,
    AnswerFixed,
    GuardianNamed,
    StatementBegun,
    StatementDiscarded,
    StatementFrozen,
    StatementRead,
    StatementReadBack,
    StatementRecorded,
    StatementRefused,
    StatementReopened,
)

__all__ = [
    "AddendumSigned",
    "AnswerFixed",
    "CopyDamaged",
    "CopyFound",
    "CopyRepaired",
    "CustodyStepped",
    "ExhibitOpened",
    "ExhibitProtected",
    "ExhibitReceived",
    "ExhibitReceivedAgain",
    "GuardianNamed",
    "InjuriesRead",
    "InjuryPhotoRefused",
    "InjuryPhotographed",
    "InjuryRecorded",
    "InjuryWithdrawn",
    "MalwareFound",
    "MedicalPaperAdded",
    "ObjectRegistered",
    "ReceiptShown",
    "SealFoundBroken",
    "SecondCopyMade",
    "StatementBegun",
    "StatementDiscarded",
    "StatementFrozen",
    "StatementRead",
    "StatementReadBack",
    "StatementRecorded",
    "StatementRefused",
    "StatementReopened",
    "UploadRefused",
]
