"""Rows of a job, each done alone: one that is broken stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import OperationalError
from django.db.models import Model

from anlan.base.errors import traced

log = logging.getLogger(__name__)

Row = TypeVar("Row", bound=Model)


def each_alone(rows: Iterable[Row], act: Callable[[Row], int]) -> int:
    """The sum of what ``act`` says; it opens a transaction of its own for each row.

    A fault is logged with the kind and the key of the row and nothing that it holds. A
    database that does not answer is no fault of a row: it ends the round.
    """
    done = 0
    for row in rows:
        try:
            done += act(row)
        except OperationalError:
            raise
        except Exception as fault:  # noqa: BLE001 -- the next row has nothing to do with it
            found = (type(row).__name__, row.pk, traced(fault))
            log.error("%s %s was left: %s", *found)  # noqa: TRY400 -- not its text
    return done
