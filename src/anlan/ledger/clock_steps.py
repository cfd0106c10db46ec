"""That the clock of this machine was set back or leapt ahead, on the record.

Nothing that is kept hangs on it: the order of entries is their number. But a time beside
an entry is only as good as the clock, and whoever reads it must know that it stepped.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from anlan.ledger.events import SYSTEM, ClockStepped
from anlan.ledger.models import Chain, Entry
from anlan.ledger.services import append_everywhere, recording

# A service that keeps the time steps when it is an eighth of a second off, and at the
# first start by what the battery of the board lost; requests overlap by less than this.
LEAST_SECONDS = 2.0


class ClockWatch:
    """Holds the clock that people read against the one that only goes forward.

    Each worker has one; a step that two of them saw is told by both.
    """

    def __init__(self) -> None:
        self._offset: float | None = None

    def look(self, *, at: datetime) -> int:
        """Tell of a step since the last look; at the first, of what the record is ahead.

        That is told again at each start, as long as the newest entries lie ahead. A look
        that failed is made up for: the step is still there.
        """
        offset = _offset()
        before = self._offset
        seconds = -_lead(at) if before is None else offset - before
        if abs(seconds) > LEAST_SECONDS:
            _tell(seconds, at=at)
        self._offset = offset
        return 0


def _offset() -> float:
    return time.time() - _since_boot()


def _since_boot() -> float:
    """Seconds that no clock set by people counts; where it can, asleep as well.

    A machine that wakes up did not set its clock.
    """
    boot = getattr(time, "CLOCK_BOOTTIME", None)  # Linux alone
    return time.monotonic() if boot is None else time.clock_gettime(boot)


def _lead(at: datetime) -> float:
    """By how many seconds the newest entry of any chain lies ahead."""
    heads = [
        Entry.objects.get(
            organisation_id=head.organisation_id, site_id=head.site_id, seq=head.seq
        ).recorded_at
        for head in Chain.objects.exclude(seq=0)
    ]
    return max(0.0, (max(heads, default=at) - at).total_seconds())


def _tell(seconds: float, *, at: datetime) -> None:
    event = ClockStepped(
        direction="back" if seconds < 0 else "forward",
        milliseconds=abs(timedelta(seconds=seconds)) // timedelta(milliseconds=1),
    )
    with recording():
        append_everywhere(event, subject="ledger", by=SYSTEM, at=at)
