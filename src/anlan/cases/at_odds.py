"""Who faces whom in a case: asked before a colleague decides about a customer."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from anlan.accounts.models import User
from anlan.cases.enums import Role
from anlan.cases.models import PartyRole
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
    theirs = _roles(Q(party__person=person))
    for role, faced in _FACES.items():
        own = _roles(Q(party__user=user), role=role).values("whole")
        if theirs.filter(role__in=faced, whole__in=own).exists():
            return True
    return False


def _roles(who: Q, **narrower: str) -> QuerySet[PartyRole]:
    rows = PartyRole.objects.filter(who, party__removed_at=None, **narrower)
    return rows.annotate(
        whole=Coalesce(F("party__case__joined_into"), F("party__case"))
    )


add_at_odds(are_at_odds)
