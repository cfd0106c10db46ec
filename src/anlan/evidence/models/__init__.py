"""Tables of evidence."""

from __future__ import annotations

from anlan.evidence.models.checks import LATE_AFTER, CheckRun, CheckTurn
from anlan.evidence.models.custody import CustodyStep, PhysicalItem
from anlan.evidence.models.exhibits import Exhibit, Upload
from anlan.evidence.models.packages import Package, PackageReceipt
from anlan.evidence.models.vault import Blob, Copy

__all__ = [
    "LATE_AFTER",
    "Blob",
    "CheckRun",
    "CheckTurn",
    "Copy",
    "CustodyStep",
    "Exhibit",
    "Package",
    "PackageReceipt",
    "PhysicalItem",
    "Upload",
]
