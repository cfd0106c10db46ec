"""Who faces whom in a case: asked before a colleague decides about a customer, or reads
their telephone number where nobody thinks of the case.
"""

from __future__ import annotations

from django.db.models import Q

from anlan.accounts.models import User
from anlan.cases.enums import Role
from anlan.cases.models import FormerSide, PartyRole
from anlan.cases.wall import people_behind
from anlan.customers.permissions import add_at_odds, add_hidden

# Of somebody involved nobody knows yet on which side they stand: they face both.
_FACES = {
    Role.VICTIM: (Role.AGGRESSOR, Role.INVOLVED),
    Role.AGGRESSOR: (Role.VICTIM, Role.INVOLVED),
    Role.INVOLVED: (Role.VICTIM, Role.AGGRESSOR, Role.INVOLVED),
}


def faced_by(user: User) -> set[int]:
    """The people who are parties of a case of the colleague's, on a side that faces theirs.

    Cases that were joined are one; who was taken out of a case by mistake is none of it.
    """
    mine = _stands(Q(party__user=user))
    if not mine:
        return set()
    faced = {
        (whole, role) for whole, own, _user in mine for role in _FACES.get(own, ())
    }
    wholes = {whole for whole, _role in faced}
    there = Q(party__case__in=wholes) | Q(party__case__joined_into__in=wholes)
    return {
        person
        for whole, role, person in _stands(there & Q(party__person__isnull=False))
        if (whole, role) in faced
    }


def _stands(who: Q) -> list[tuple[int, Role, int]]:
    """The cases, which part is played there, or was before the parts were set anew, and by whom."""
    who &= Q(party__removed_at=None)
    fields = ("party__case", "party__case__joined_into", "party__person")
    rows = [
        *PartyRole.objects.filter(who).values_list(*fields, "role"),
        *FormerSide.objects.filter(who).values_list(*fields, "side"),
    ]
    return [(host or own, Role(role), person) for own, host, person, role in rows]


add_at_odds(faced_by)
add_hidden(people_behind)
