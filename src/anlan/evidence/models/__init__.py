"""Tables of evidence."""

from __future__ import annotations

from anlan.evidence.models.checks import LATE_AFTER, CheckRun, CheckTurn
from anlan.evidence.models.custody import CustodyStep, PhysicalItem
from anlan.evidence.models.exhibits import Exhibit, Upload
from anlan.evidence.models.recordings import (
    Camera,
    ClockReading,
    Derivative,
    FootageRequest,
    Recorder,
    Recording,
    Segment,
)
from anlan.evidence.models.vault import Blob, Copy

__all__ = [
    "LATE_AFTER",
    "Blob",
    "Camera",
    "CheckRun",
    "CheckTurn",
    "ClockReading",
    "Copy",
    "CustodyStep",
    "Derivative",
    "Exhibit",
    "FootageRequest",
    "PhysicalItem",
    "Recorder",
    "Recording",
    "Segment",
    "Upload",
]
