"""Who faces whom in a case: asked before a colleague decides about a customer."""

from __future__ import annotations

from django.db.models import Q

from anlan.accounts.models import User
from anlan.cases.enums import Role
from anlan.cases.models import FormerSide, PartyRole
from anlan.customers.models import Person
from anlan.customers.permissions import add_at_odds

# Of somebody involved nobody knows yet on which side they stand: they face both.
_FACES = {
    Role.VICTIM: (Role.AGGRESSOR, Role.INVOLVED),
    Role.AGGRESSOR: (Role.VICTIM, Role.INVOLVED),
    Role.INVOLVED: (Role.VICTIM, Role.AGGRESSOR, Role.INVOLVED),
}


def are_at_odds(user: User, person: Person) -> bool:
    """Whether both are parties of one case, on sides that face each other.

    Cases that were joined are one; who was taken out of a case by mistake is none of it.
    """
    theirs = _stands(Q(party__person=person))
    return any(
        (whole, faced) in theirs
        for whole, role in _stands(Q(party__user=user))
        for faced in _FACES.get(role, ())
    )


def _stands(who: Q) -> set[tuple[int, Role]]:
    """The cases, and which part is played there, or was before the parts were set anew."""
    who &= Q(party__removed_at=None)
    case = ("party__case", "party__case__joined_into")
    rows = [
        *PartyRole.objects.filter(who).values_list(*case, "role"),
        *FormerSide.objects.filter(who).values_list(*case, "side"),
    ]
    return {(host or own, Role(role)) for own, host, role in rows}


add_at_odds(are_at_odds)
