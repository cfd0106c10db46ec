"""What becomes of what the law asks."""

from __future__ import annotations

from anlan.resolution.legal.events.police import (
    PaperRecorded,
    PaperRevoked,
    PeriodPassed,
    ProcedureWritten,
    ReportBegun,
    ReportDropped,
    ReportHandedOver,
    RetaliationNoted,
    RetaliationOpened,
    RightsWereTold,
)

__all__ = [
    "PaperRecorded",
    "PaperRevoked",
    "PeriodPassed",
    "ProcedureWritten",
    "ReportBegun",
    "ReportDropped",
    "ReportHandedOver",
    "RetaliationNoted",
    "RetaliationOpened",
    "RightsWereTold",
]
