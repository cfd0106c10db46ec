"""Locking a case, and putting an event on the chain of its site."""

from __future__ import annotations

from datetime import datetime

from anlan.cases.models import Case
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor, Event


def record(
    event: Event,
    case: Case,
    *,
    by: Actor,
    at: datetime,
    thing: str = "",
    happened: datetime | None = None,
    on_behalf_of: Actor | None = None,
    via: str = "",
) -> None:
    """Append to the case's timeline; ``thing`` is what was changed, ``task:<uid>``."""
    ledger.append(
        event,
        site=case.site,
        subject=case.subject,
        object=thing,
        by=by,
        at=at,
        happened=happened,
        on_behalf_of=on_behalf_of,
        via=via,
        exercise=case.exercise,
    )


def lock_case(case: Case | int) -> Case:
    """Read the case, or the one with this key, under its row lock.

    The order of locks is case, then chain.
    """
    locked = Case.objects.select_for_update(of=("self",)).select_related("site")
    return locked.get(pk=case.pk if isinstance(case, Case) else case)
