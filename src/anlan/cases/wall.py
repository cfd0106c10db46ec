"""The wall between the sides: who speaks for one does not look behind the other.

Whoever is or was the named contact of one side in a case, or is a party of that side
themself, sees neither contact details nor medical facts of the other there. Only those
whose role must know both are excepted (``Permission.SIDES_BOTH``).
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from anlan.accounts.models import User
from anlan.accounts.permissions import has_permission, sites_where
from anlan.accounts.roles import Permission
from anlan.cases.enums import Side
from anlan.cases.models import Case, NamedContact, Party, PartyRole


def behind_the_wall(reader: User) -> QuerySet[Party]:
    """The parties, of any case, of whom the reader may know neither.

    Who stands on both sides is behind no wall: their own side speaks with them too.
    """
    walled = Q(pk__in=[])
    for side in Side:
        walled |= _speaks_for(reader, side) & _is_of(side.other) & ~_is_of(side)
    knows_both = sites_where(reader, Permission.SIDES_BOTH)
    return Party.objects.filter(walled).exclude(case__site__in=knows_both)


def is_behind_the_wall(party: Party, reader: User) -> bool:
    return behind_the_wall(reader).filter(pk=party.pk).exists()


def walled_sides(case: Case, reader: User) -> set[Side]:
    """The sides of a case behind which the reader may not look."""
    if has_permission(reader, Permission.SIDES_BOTH, site=case.site):
        return set()
    named = NamedContact.objects.filter(case=case, user=reader)
    own = PartyRole.objects.filter(party__case=case, party__user=reader)
    mine = {*named.values_list("side", flat=True), *own.values_list("role", flat=True)}
    return {side.other for side in Side if side in mine and side.other not in mine}


def _speaks_for(reader: User, side: Side) -> Q:
    here = {"case": OuterRef("case"), "user": reader}
    own = PartyRole.objects.filter(
        party__case=OuterRef("case"), party__user=reader, role=side
    )
    return Q(Exists(NamedContact.objects.filter(**here, side=side))) | Q(Exists(own))


def _is_of(side: Side) -> Q:
    return Q(Exists(PartyRole.objects.filter(party=OuterRef("pk"), role=side)))
