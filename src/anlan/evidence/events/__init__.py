"""What happens to evidence, in the words of the record."""

from __future__ import annotations

from anlan.evidence.events.copies import (
    CopyDamaged,
    CopyFound,
    CopyRepaired,
    SecondCopyMade,
)
from anlan.evidence.events.custody import (
    CustodyStepped,
    ObjectRegistered,
    SealFoundBroken,
)
from anlan.evidence.events.exhibits import (
    ExhibitOpened,
    ExhibitReceived,
    ExhibitReceivedAgain,
    ReceiptShown,
    UploadRefused,
)
from anlan.evidence.events.recordings import (
    CameraChanged,
    CameraRegistered,
    ClockCompared,
    FootageAsked,
    FootageOpened,
    RecorderChanged,
    RecorderRegistered,
    RecordingDeclined,
    RecordingEndangered,
    RecordingLost,
    RecordingSaved,
    RecordingTroubled,
    RecordingWanted,
    SegmentsKept,
    ViewingMade,
)

__all__ = [
    "CameraChanged",
    "CameraRegistered",
    "ClockCompared",
    "CopyDamaged",
    "CopyFound",
    "CopyRepaired",
    "CustodyStepped",
    "ExhibitOpened",
    "ExhibitReceived",
    "ExhibitReceivedAgain",
    "FootageAsked",
    "FootageOpened",
    "ObjectRegistered",
    "ReceiptShown",
    "RecorderChanged",
    "RecorderRegistered",
    "RecordingDeclined",
    "RecordingEndangered",
    "RecordingLost",
    "RecordingSaved",
    "RecordingTroubled",
    "RecordingWanted",
    "SealFoundBroken",
    "SecondCopyMade",
    "SegmentsKept",
    "UploadRefused",
    "ViewingMade",
]
