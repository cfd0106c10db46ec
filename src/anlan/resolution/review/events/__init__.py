"""What becomes of reports, improvements and meetings, in the words of the record."""

from __future__ import annotations

from anlan.resolution.review.events.improvements import (
    CheckDue,
    CheckLate,
    CheckSaid,
    ImprovementDone,
    ImprovementDropped,
    ImprovementLate,
    ImprovementMade,
    ImprovementReopened,
    ImprovementWorked,
    RecurrenceConfirmed,
    RecurrenceFound,
    RecurrenceSaid,
)
from anlan.resolution.review.events.meetings import MeetingHeld, MeetingJoined
from anlan.resolution.review.events.reports import (
    ParagraphFixed,
    ReportApproved,
    ReportBegun,
    ReportCopyGiven,
    ReportExported,
    ReportReturned,
    ReportSubmitted,
    ReportSuperseded,
    ReportWithdrawn,
)

__all__ = [
    "CheckDue",
    "CheckLate",
    "CheckSaid",
    "ImprovementDone",
    "ImprovementDropped",
    "ImprovementLate",
    "ImprovementMade",
    "ImprovementReopened",
    "ImprovementWorked",
    "MeetingHeld",
    "MeetingJoined",
    "ParagraphFixed",
    "RecurrenceConfirmed",
    "RecurrenceFound",
    "RecurrenceSaid",
    "ReportApproved",
    "ReportBegun",
    "ReportCopyGiven",
    "ReportExported",
    "ReportReturned",
    "ReportSubmitted",
    "ReportSuperseded",
    "ReportWithdrawn",
]
