"""Whose turn a check is: of any number of workers one does it, a bounded part at a time.

Bytes are read outside of every transaction, so a turn is a lease and not a lock.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from anlan.evidence.enums import CheckKind
from anlan.evidence.models import CheckRun, CheckTurn

LEASE = timedelta(minutes=1)
RENEW_SECONDS = 10.0


class TurnLost(Exception):
    """The lease ran out while this worker was held up, and another has the turn."""


@dataclass
class Turn:
    """A turn that this worker holds; its moment moves on with the work."""

    row: CheckTurn
    at: datetime
    holder: str
    _began: float = field(default_factory=time.monotonic)
    _renewed: float = field(default_factory=time.monotonic)

    @property
    def now(self) -> datetime:
        return self.at + timedelta(seconds=self.seconds)

    @property
    def seconds(self) -> float:
        """How long this worker has been at it."""
        return time.monotonic() - self._began

    def keep(self) -> None:
        """Say now and then, while long files are read, that somebody is there.

        Raises:
            TurnLost: another worker took it.
        """
        if time.monotonic() - self._renewed > RENEW_SECONDS:
            self._renewed = time.monotonic()
            self._update(held_until=self.now + LEASE)

    def count(
        self, *, reached: int | None = None, chain: int | None = None, **more: int
    ) -> None:
        """Add to what the run has done so far, and say how far it is."""
        changes: dict[str, object] = {name: F(name) + n for name, n in more.items()}
        if chain is not None:
            changes["chain"] = chain
        if reached is not None:
            changes["reached"] = reached
        self._update(**changes)

    def end(self, *, due_at: datetime, **found: object) -> None:
        """The run is over: keep what it found, and say when the next is due.

        Args:
            found: further columns of the run.
        """
        with transaction.atomic():
            self.row.refresh_from_db()
            CheckRun.objects.create(
                kind=self.row.kind,
                began_at=self.row.began_at or self.at,
                ended_at=self.now,
                copies=self.row.copies,
                bytes_read=self.row.bytes_read,
                missing=self.row.missing,
                corrupt=self.row.corrupt,
                repaired=self.row.repaired,
                **found,
            )
            self.rest(due_at=due_at)

    def put_off(self, *, due_at: datetime) -> None:
        """Nothing was due: no run has begun."""
        self._update(due_at=due_at, began_at=None)

    def rest(self, *, due_at: datetime) -> None:
        """End without a row in the history: there was nothing to do."""
        self._update(
            due_at=due_at,
            began_at=None,
            ended_at=self.now,
            chain=0,
            reached=0,
            copies=0,
            bytes_read=0,
            missing=0,
            corrupt=0,
            repaired=0,
        )

    def _update(self, **changes: object) -> None:
        mine = CheckTurn.objects.filter(pk=self.row.pk, holder=self.holder)
        if not mine.update(**changes):
            raise TurnLost


@contextmanager
def turn(kind: CheckKind, *, at: datetime) -> Iterator[Turn | None]:
    """The turn of this check, if it is due and nobody else has it.

    A run that was begun goes on, whoever began it.
    """
    row = _row(kind, at)
    held = _taken(row, at) if _is_due(row, at) else None
    if held is None:
        yield None
        return
    try:
        yield held
    finally:
        CheckTurn.objects.filter(pk=row.pk, holder=held.holder).update(
            holder="", held_until=None
        )


def _row(kind: CheckKind, at: datetime) -> CheckTurn:
    found = CheckTurn.objects.filter(kind=kind).first()
    if found is None:
        found, _is_new = CheckTurn.objects.get_or_create(
            kind=kind, defaults={"due_at": at}
        )
    return found


def _is_due(row: CheckTurn, at: datetime) -> bool:
    return row.began_at is not None or row.due_at <= at


def _taken(row: CheckTurn, at: datetime) -> Turn | None:
    holder = secrets.token_hex(8)
    free = CheckTurn.objects.filter(Q(held_until=None) | Q(held_until__lte=at))
    if not free.filter(pk=row.pk).update(holder=holder, held_until=at + LEASE):
        return None
    row.refresh_from_db()
    if not _is_due(row, at):  # whoever had it a moment ago has done it
        CheckTurn.objects.filter(pk=row.pk, holder=holder).update(
            holder="", held_until=None
        )
        return None
    if row.began_at is None:
        CheckTurn.objects.filter(pk=row.pk, holder=holder).update(began_at=at)
        row.began_at = at
    return Turn(row=row, at=at, holder=holder)
