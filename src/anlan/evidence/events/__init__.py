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
    ExhibitReceived,
    ExhibitReceivedAgain,
    ReceiptShown,
    UploadRefused,
)
from anlan.evidence.events.packages import (
    PackageAsked,
    PackageDownloaded,
    PackageExpired,
    PackageFailed,
    PackageHandedOver,
    PackageMade,
)

__all__ = [
    "CopyDamaged",
    "CopyFound",
    "CopyRepaired",
    "CustodyStepped",
    "ExhibitOpened",
    "ExhibitReceived",
    "ExhibitReceivedAgain",
    "MalwareFound",
    "ObjectRegistered",
    "PackageAsked",
    "PackageDownloaded",
    "PackageExpired",
    "PackageFailed",
    "PackageHandedOver",
    "PackageMade",
    "ReceiptShown",
    "SealFoundBroken",
    "SecondCopyMade",
    "UploadRefused",
]
