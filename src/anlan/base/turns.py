"""Rows of a job one after the other, so that a faulty one keeps no other waiting."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import OperationalError
from django.db.models import Model

from anlan.base.errors import traced

log = logging.getLogger(__name__)

Row = TypeVar("Row")


def each_alone(
    rows: Iterable[Row], act: Callable[[Row], int], *, is_told: bool = False
) -> int:
    """The sum of what ``act`` says; it opens a transaction of its own for each row.

    A fault is logged with the kind and the key of the row and nothing that it holds. A
    database that does not answer is no fault of a row: it ends the round.

    Args:
        is_told: raise the first fault when all were tried.
    """
    done, faults = 0, []
    for row in rows:
        try:
            done += act(row)
        except OperationalError:
            raise
        except Exception as fault:  # noqa: BLE001 -- the next row has nothing to do with it
            log.error("%s was left: %s", _named(row), traced(fault))  # noqa: TRY400 -- not its text
            faults.append(fault)
    if is_told and faults:
        raise faults[0]
    return done


def _named(row: object) -> str:
    if isinstance(row, Model):
        return f"{type(row).__name__} {row.pk}"
    keys = row if isinstance(row, tuple) else (row,)
    are_keys = all(type(one) is int for one in keys)
    return f"row {' '.join(map(str, keys))}" if are_keys else "a row"
