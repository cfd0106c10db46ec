"""Work of mediation that is due: what the worker calls."""

from __future__ import annotations

from anlan.resolution.mediation.services import (
    lapse_confirmations,
    remind_of_confirmations,
    remind_of_duties,
    watch_overdue,
)

__all__ = [
    "lapse_confirmations",
    "remind_of_confirmations",
    "remind_of_duties",
    "watch_overdue",
]
