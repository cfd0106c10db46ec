"""Rows of a job one after the other, so that a faulty one keeps no other waiting."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import OperationalError

from anlan.base.errors import traced

log = logging.getLogger(__name__)

Key = TypeVar("Key")


def each_alone(keys: Iterable[Key], do: Callable[[Key], int]) -> int:
    """Do each in a transaction of its own; returns how many were done.

    What fails stands in the log without names, and the first fault is raised when all
    were tried: whoever runs the job is told.
    """
    done, faults = 0, []
    for key in keys:
        try:
            done += do(key)
        except OperationalError:
            raise  # the database is away, for all of them
        except Exception as fault:  # noqa: BLE001 -- raised when all were tried
            log.error("a row of a job failed: %s", traced(fault))  # noqa: TRY400
            faults.append(fault)
    if faults:
        raise faults[0]
    return done
