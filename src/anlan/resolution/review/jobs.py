"""Work of a review that is due: what the worker calls."""

from __future__ import annotations

from datetime import datetime

from anlan.resolution.review.services.improvements import watch

__all__ = ["watch_improvements"]


def watch_improvements(*, at: datetime) -> int:
    """Improvements that are late, and checks that are due or late."""
    return watch(at=at)
