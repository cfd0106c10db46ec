"""THE other table: the due work of every package, and the loop that does it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeAlias

from django.db import OperationalError, close_old_connections
from django.utils import timezone

from anlan.cases import services as cases

log = logging.getLogger(__name__)

Job: TypeAlias = Callable[..., int]

# Each does a bounded batch of what is due at ``at`` and says how much that was.
JOBS: dict[str, Job] = {
    "deadlines": cases.fire_due_deadlines,
}
# When the next row is due; the loop sleeps until then, or until the poll.
NEXT_DUE: list[Callable[[], datetime | None]] = [cases.next_due]

POLL_SECONDS = 0.25


def run_due(*, at: datetime) -> int:
    """Do everything that is due at ``at``, and what falls due because of it."""
    done = 0
    while batch := sum(job(at=at) for job in JOBS.values()):
        done += batch
    return done


def run_forever(stop: threading.Event) -> None:
    """Work until ``stop`` is set; a database that is away is waited for, not fatal."""
    while not stop.is_set():
        try:
            at = timezone.now()
            run_due(at=at)
            pause = _pause(at)
        except OperationalError:
            log.warning("the database does not answer; trying again in a second")
            close_old_connections()
            pause = 1.0
        stop.wait(pause)


def next_due() -> datetime | None:
    """The earliest moment at which any job has something to do."""
    times = [moment for ask in NEXT_DUE if (moment := ask()) is not None]
    return min(times, default=None)


def _pause(at: datetime) -> float:
    """Seconds to sleep: rows that others add are seen at the poll at the latest."""
    due = next_due()
    if due is None:
        return POLL_SECONDS
    left = (due - at) / timedelta(seconds=1)
    return max(0.0, min(POLL_SECONDS, left))
