"""What happens to the resolution of a case, in the words of the record."""

from __future__ import annotations

from anlan.resolution.events.compensation import (
    CompensationBegun,
    CompensationFigureEntered,
    CompensationMade,
    CompensationPrinted,
    CompensationRead,
)
from anlan.resolution.events.kindness import KindnessWordsApproved
from anlan.resolution.events.notices import (
    CarryingChanged,
    MeasureRanOut,
    NoticeBegun,
    NoticeDeliveryRecorded,
    NoticeIssued,
    NoticeRevoked,
    NoticeTaken,
    NoticeTemplateWritten,
    ObjectionDecided,
    ObjectionReceived,
    ObjectionWithdrawn,
)
from anlan.resolution.events.plans import (
    MeasureFixed,
    PlanApproved,
    PlanBegun,
    PlanReturned,
    PlanSeconded,
    PlanSubmitted,
    PlanSuperseded,
    PlanWithdrawn,
)
from anlan.resolution.events.support import (
    SupportFixed,
)

__all__ = [
    "CarryingChanged",
    "CompensationBegun",
    "CompensationFigureEntered",
    "CompensationMade",
    "CompensationPrinted",
    "CompensationRead",
    "KindnessWordsApproved",
    "MeasureFixed",
    "MeasureRanOut",
    "NoticeBegun",
    "NoticeDeliveryRecorded",
    "NoticeIssued",
    "NoticeRevoked",
    "NoticeTaken",
    "NoticeTemplateWritten",
    "ObjectionDecided",
    "ObjectionReceived",
    "ObjectionWithdrawn",
    "PlanApproved",
    "PlanBegun",
    "PlanReturned",
    "PlanSeconded",
    "PlanSubmitted",
    "PlanSuperseded",
    "PlanWithdrawn",
    "SupportFixed",
]
