"""The closed lists of a review, with the words the screens show."""

from __future__ import annotations

from anlan.resolution.review.enums.improvements import (
    Cause,
    ImprovementState,
    RecurrenceState,
)
from anlan.resolution.review.enums.reports import (
    Form,
    Origin,
    ReportState,
    Section,
    Verdict,
)

__all__ = [
    "Cause",
    "Form",
    "ImprovementState",
    "Origin",
    "RecurrenceState",
    "ReportState",
    "Section",
    "Verdict",
]
