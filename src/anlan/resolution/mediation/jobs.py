"""Work of mediation that is due: what the worker calls."""

from __future__ import annotations

from anlan.resolution.mediation.services import (
    follow_holidays,
    lapse_confirmations,
    remind_of_confirmations,
    remind_of_duties,
    watch_overdue,
)

__all__ = [
    "follow_holidays",
    "lapse_confirmations",
    "remind_of_confirmations",
    "remind_of_duties",
    "watch_overdue",
]
