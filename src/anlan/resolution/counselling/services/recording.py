"""Locking a person's support, and putting what happens on the record."""

from __future__ import annotations

from datetime import datetime

from anlan.accounts.models import User
from anlan.cases import services as cases
from anlan.ledger.events import Actor, Event
from anlan.resolution.counselling import permissions
from anlan.resolution.counselling.models import Care


def lock_care(care: Care) -> Care:
    """The support under its row lock, after its case's, as everywhere."""
    return cases.lock_of_case(care, "party__person", "party__user", "counsellor__user")


def lock_own(care: Care, by: User) -> Care:
    """The same, for its counsellor: who it is, is asked of the row that was locked.

    Raises:
        NotAllowed: they are not, or not any more.
    """
    care = lock_care(care)
    permissions.check_can_counsel(by, care)
    return care


def record(
    event: Event, care: Care, thing: str, *, by: Actor, at: datetime, via: str = ""
) -> None:
    cases.record(event, care.case, thing=thing, by=by, at=at, via=via)
