"""How long each promise of an incident took, against its standard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from anlan.cases.models import Case
from anlan.incidents.models import Incident

_UNITS = (
    (86400, _("%d 天")),
    (3600, _("%d 小时")),
    (60, _("%d 分钟")),
    (1, _("%d 秒")),
)


def limit_words(seconds: int | None) -> str:
    """A time limit as it is said: 30 秒, 3 分钟, 1 小时, 7 天; nothing without one."""
    for size, words in _UNITS:
        if seconds and seconds % size == 0:
            return words % (seconds // size)
    return ""


class Kept(StrEnum):
    """Where a promise stands."""

    WAITING = "waiting"  # what it counts from has not happened
    RUNNING = "running"
    OVER = "over"  # running, and past its time
    MET = "met"
    LATE = "late"


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One promise; ``limit`` is in seconds, and missing where no standard stands."""

    key: str
    started_at: datetime | None
    ended_at: datetime | None
    limit: int | None
    at: datetime

    @property
    def seconds(self) -> int | None:
        """How long it took, or takes by now."""
        if self.started_at is None:
            return None
        took = (self.ended_at or self.at) - self.started_at
        return max(0, int(took.total_seconds()))

    @property
    def due_at(self) -> datetime | None:
        if self.started_at is None or self.limit is None:
            return None
        return self.started_at + timedelta(seconds=self.limit)

    @property
    def limit_words(self) -> str:
        return limit_words(self.limit)

    @property
    def state(self) -> Kept:
        if self.seconds is None:
            return Kept.WAITING
        in_time = self.limit is None or self.seconds <= self.limit
        if self.ended_at is None:
            return Kept.RUNNING if in_time else Kept.OVER
        return Kept.MET if in_time else Kept.LATE

    @property
    def spare(self) -> int:
        """Seconds to spare; negative is how much it was late."""
        return (self.limit or 0) - (self.seconds or 0)


def measures_of(
    incident: Incident, *, limits: Mapping[str, int], at: datetime
) -> list[Measure]:
    """Acknowledged, arrived, under control, closed; each from what comes before it.

    Control and closing count from the report: that is when the customer began to wait.
    Taken from the incident's own times, not from the rows of the running clocks: each of
    those belongs to one responder, and there may be several, or none any more.
    """
    case: Case = incident.case
    reported = incident.reported_at
    first = incident.acknowledged_at
    spans = {
        "incident.acknowledge": (reported, first),
        "incident.arrive": (first, incident.arrived_at),
        "incident.control": (reported, incident.controlled_at),
        "incident.close": (reported, case.closed_at),
    }
    return [
        Measure(
            key=key,
            started_at=started,
            ended_at=ended,
            limit=limits.get(key),
            # A closed case does not go on waiting for what never came.
            at=case.closed_at or at,
        )
        for key, (started, ended) in spans.items()
    ]
