"""Locking a case, and putting an event on the chain of its site."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.db.models import Model

from anlan.accounts.models import User
from anlan.base.prepared import Prepared
from anlan.cases.models import Case
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor, Event

Row = TypeVar("Row", bound=Model)


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


def user_of(by: Actor) -> User | None:
    """For a column that names a person; the program itself is none."""
    return by if isinstance(by, User) else None


_LOCKED = Prepared(
    lambda key: (
        Case.objects.select_for_update(of=("self",))
        .select_related("site")
        .filter(pk=key)
    )
)


def lock_case(case: Case | int) -> Case:
    """Read the case, or the one with this key, under its row lock.

    The order of locks is case, then chain.
    """
    (locked,) = _LOCKED(key=case.pk if isinstance(case, Case) else case)
    return locked


def lock_of_case(row: Row, *related: str) -> Row:
    """A row of a case read again under its lock, after its case's, as everywhere.

    Two that take them in another order wait for each other and never end; and without the
    case's, the row could be changed while somebody closes the case.

    Args:
        related: what is read with it, as ``select_related`` names it.
    """
    case = lock_case(row.case_id)  # type: ignore[attr-defined]
    manager = type(row)._default_manager  # noqa: SLF001 -- a public name of Django's
    rows = manager.select_for_update(of=("self",))
    fresh = (rows.select_related(*related) if related else rows).get(pk=row.pk)
    fresh.case = case  # type: ignore[attr-defined]
    return fresh


def lock_with_joined(case: Case) -> list[Case]:
    """The case and those that were joined into it, locked by their keys, itself first."""
    joined = Case.objects.filter(joined_into=case).order_by("pk")
    keys = sorted({case.pk, *joined.values_list("pk", flat=True)})
    locked = {key: lock_case(key) for key in keys}
    # Nobody joins or parts a case whose host is locked; who came before it is late.
    rows = [
        locked.get(key) or lock_case(key) for key in joined.values_list("pk", flat=True)
    ]
    return [locked[case.pk], *rows]
