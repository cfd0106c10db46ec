"""Answers to what others put on the record."""

from __future__ import annotations

from anlan.cases.events import DeadlineMissed
from anlan.incidents import services
from anlan.ledger.events import Queued


def climb_ladder(queued: Queued) -> None:
    """A clock of an incident ran out: the ladder goes on, in the same transaction."""
    event = queued.event
    if isinstance(event, DeadlineMissed):
        services.climb(deadline_key=event.key, about=event.about, at=queued.recorded_at)
