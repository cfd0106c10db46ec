"""Who works on a recording or a masked copy just now: a lease and no lock, as bytes take their time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from anlan.evidence.models import Recording, Redaction
from anlan.evidence.services.check_turns import LEASE, RENEW_SECONDS, TurnLost


class Lease:
    """One job's hold on a row; of a worker that was killed it runs out."""

    def __init__(self, row: Recording | Redaction, field: str, at: datetime) -> None:
        self._rows: QuerySet[Any] = (
            Recording.objects.filter(pk=row.pk)
            if isinstance(row, Recording)
            else Redaction.objects.filter(pk=row.pk)
        )
        self._field, self._at = field, at
        self._began = self._renewed = time.monotonic()
        self._until = at + LEASE

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def take(self) -> bool:
        free = Q(**{self._field: None}) | Q(**{f"{self._field}__lte": self._at})
        return bool(self._rows.filter(free).update(**{self._field: self._until}))

    def keep(self) -> None:
        """Say now and then that somebody is there, also while a program runs.

        Raises:
            TurnLost: another worker took it.
        """
        if time.monotonic() - self._renewed >= RENEW_SECONDS:
            self._renew()

    def _renew(self) -> None:
        self._renewed = time.monotonic()
        until = self._at + timedelta(seconds=self.seconds) + LEASE
        mine = self._rows.filter(**{self._field: self._until})
        if not mine.update(**{self._field: until}):
            raise TurnLost
        self._until = until

    def give_back(self) -> None:
        self._rows.filter(**{self._field: self._until}).update(**{self._field: None})


@contextmanager
def leased(
    row: Recording | Redaction, field: str, *, at: datetime
) -> Iterator[Lease | None]:
    """The lease of a job, by the field of the row that holds it; none if it is held."""
    lease = Lease(row, field, at)
    if not lease.take():
        yield None
        return
    try:
        yield lease
    finally:
        lease.give_back()
