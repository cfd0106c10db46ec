"""Rows of a job one after the other, so that a faulty one keeps no other waiting."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import TypeVar

from django.db import OperationalError
from django.db.models import Model

from anlan.base.errors import traced

log = logging.getLogger(__name__)

Row = TypeVar("Row")

FIRST_REST = timedelta(seconds=2)
LONGEST_REST = timedelta(minutes=10)


@dataclass(frozen=True)
class _Rest:
    """How long a row that failed is left alone; twice as long after each fault."""

    failed_at: datetime
    lasts: timedelta

    def covers(self, at: datetime) -> bool:
        return self.failed_at <= at < self.failed_at + self.lasts


# By job and key. Of this process alone: another one, or the next, tries for itself.
_RESTING: dict[tuple[str, int], _Rest] = {}
_LOCK = Lock()


def each_alone(
    rows: Iterable[Row],
    act: Callable[[Row], int],
    *,
    job: str,
    at: datetime,
    is_told: bool = False,
) -> int:
    """The sum of what ``act`` says; it opens a transaction of its own for each row.

    The first fault of a row is logged with its kind and key and nothing that it holds;
    then it rests, longer after each further one. A database that does not answer is no
    fault of a row: it ends the round.

    Args:
        job: a name of its own, for which rows rest; ``resting`` tells which to leave out.
        is_told: raise the first fault of which nobody heard yet, when all were tried.
    """
    done, faults = 0, []
    for row in rows:
        key = _key(row)
        if key is not None and _rests(job, key, at):
            continue
        try:
            done += act(row)
        except OperationalError:
            raise
        except Exception as fault:  # noqa: BLE001 -- the next row has nothing to do with it
            if key is None or _let_rest(job, key, at):
                log.error("%s was left: %s", _named(row), traced(fault))  # noqa: TRY400 -- not its text
                faults.append(fault)
        else:
            if key is not None:
                let_work(job, [key])
    if is_told and faults:
        raise faults[0]
    return done


def resting(job: str, *, at: datetime | None = None) -> list[int]:
    """The keys of rows that are not to be tried now; without a time, all that failed.

    To be left out of what is asked for, so that they take nobody's place in a batch.
    """
    with _LOCK:
        return [
            key
            for (name, key), rest in _RESTING.items()
            if name == job and (at is None or rest.covers(at))
        ]


def let_work(job: str, keys: Iterable[int]) -> None:
    """These are done, alone or with others: what failed before is of no matter."""
    with _LOCK:
        for key in keys:
            _RESTING.pop((job, key), None)


def forget_faults() -> None:
    """Try everything anew."""
    with _LOCK:
        _RESTING.clear()


def _rests(job: str, key: int, at: datetime) -> bool:
    rest = _RESTING.get((job, key))
    return rest is not None and rest.covers(at)


def _let_rest(job: str, key: int, at: datetime) -> bool:
    """Returns whether it is the first fault of this row."""
    with _LOCK:
        before = _RESTING.get((job, key))
        lasts = min(before.lasts * 2, LONGEST_REST) if before else FIRST_REST
        _RESTING[job, key] = _Rest(at, lasts)
    return before is None


def _key(row: object) -> int | None:
    """The key of a row, or the first of several that stand for it."""
    if isinstance(row, Model):
        row = row.pk
    first = row[0] if isinstance(row, tuple) and row else row
    return first if type(first) is int else None


def _named(row: object) -> str:
    if isinstance(row, Model):
        return f"{type(row).__name__} {row.pk}"
    keys = row if isinstance(row, tuple) else (row,)
    are_keys = all(type(one) is int for one in keys)
    return f"row {' '.join(map(str, keys))}" if are_keys else "a row"
