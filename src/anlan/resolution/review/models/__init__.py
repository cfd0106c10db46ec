"""The report of a case, what is improved after it, and the meetings about it."""

from __future__ import annotations

from anlan.resolution.review.models.improvements import (
    Improvement,
    ImprovementCheck,
    ImprovementProof,
    Recurrence,
)
from anlan.resolution.review.models.meetings import Meeting, MeetingGuest
from anlan.resolution.review.models.reports import (
    Report,
    ReportCitation,
    ReportCopy,
    ReportParagraph,
)

__all__ = [
    "Improvement",
    "ImprovementCheck",
    "ImprovementProof",
    "Meeting",
    "MeetingGuest",
    "Recurrence",
    "Report",
    "ReportCitation",
    "ReportCopy",
    "ReportParagraph",
]
