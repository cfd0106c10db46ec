"""The wall between the sides: who speaks for one does not look behind the other.

Whoever is or was the named contact of one side in a case, or is or was a party of that
side themself, sees neither contact details nor medical facts of the other there. Only
those whose role must know both are excepted (``Permission.SIDES_BOTH``), and only while
they are no party. Cases that were joined are one case, whichever of them is looked at.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from anlan.accounts.models import User
from anlan.accounts.permissions import has_permission, sites_where
from anlan.accounts.roles import Permission
from anlan.cases.enums import Side
from anlan.cases.joined import of_one_case
from anlan.cases.models import (
    Case,
    FormerSide,
    NamedContact,
    Party,
    PartyRole,
)


def is_party(user: User, case: Case) -> bool:
    return Party.objects.filter(of_one_case(case), user=user, removed_at=None).exists()


def behind_the_wall(reader: User) -> QuerySet[Party]:
    """The parties, of any case, of whom the reader may know neither.

    Who stands on both sides is behind no wall: their own side speaks with them too.
    """
    walled = Q(pk__in=[])
    for side in Side:
        walled |= _speaks_for(reader, side) & _is_of(side.other) & ~_is_of(side)
    knows_both = Q(case__site__in=sites_where(reader, Permission.SIDES_BOTH))
    own = Party.objects.filter(user=reader, removed_at=None)
    # Nobody is walled off from what is noted of themself.
    found = Party.objects.filter(walled).exclude(user=reader)
    return found.exclude(knows_both & ~_in_one_case(own))


def people_behind(reader: User) -> QuerySet[Any, Any]:
    """The customers among them, by their keys: a person is the same in every case."""
    return behind_the_wall(reader).exclude(person=None).values("person")


def hidden_in(case: Case, reader: User) -> set[int]:
    """The parties of a case, by their keys, whose numbers the reader sees nowhere."""
    found = Party.objects.filter(case=case, person__in=people_behind(reader))
    return set(found.values_list("pk", flat=True))


def is_behind_the_wall(party: Party, reader: User) -> bool:
    return behind_the_wall(reader).filter(pk=party.pk).exists()


def walled_sides(case: Case, reader: User) -> set[Side]:
    """The sides of a case behind which the reader may not look.

    Both, for who speaks for both: two cases may turn out to be one.
    """
    if has_permission(reader, Permission.SIDES_BOTH, site=case.site) and not is_party(
        reader, case
    ):
        return set()
    named = NamedContact.objects.filter(of_one_case(case), user=reader)
    spoken = named.values_list("side", flat=True).union(*_own_sides(case, reader))
    return {Side(side).other for side in spoken}


def is_of_a_side(reader: User, case: Case) -> bool:
    """Whether they are or were of one of the sides themself."""
    roles, former = _own_sides(case, reader)
    return roles.union(former).exists()


def where_of_a_side(reader: User) -> Q:
    """The same of rows that have a case, as a condition."""
    own, former = _own(reader, role__in=Side.values), _former(reader)
    return _in_one_case(own, "party__case") | _in_one_case(former, "party__case")


def _own_sides(case: Case, reader: User) -> tuple[QuerySet[Any], QuerySet[Any]]:
    here = of_one_case(case, "party__case")
    roles = _own(reader, role__in=Side.values).filter(here)
    former = _former(reader).filter(here)
    return roles.values_list("role", flat=True), former.values_list("side", flat=True)


def _speaks_for(reader: User, side: Side) -> Q:
    named = NamedContact.objects.filter(user=reader, side=side)
    return (
        _in_one_case(named)
        | _in_one_case(_own(reader, role=side), "party__case")
        | _in_one_case(_former(reader).filter(side=side), "party__case")
    )


def _own(reader: User, **more: Any) -> QuerySet[PartyRole]:
    return PartyRole.objects.filter(party__user=reader, **more)


def _former(reader: User) -> QuerySet[FormerSide]:
    return FormerSide.objects.filter(party__user=reader)


def _in_one_case(rows: QuerySet[Any, Any], path: str = "case") -> Q:
    """That there is one of ``rows`` in the case, or in one that is joined with it.

    The cases of ``rows`` are asked for once, and not for each row that is looked at: there
    may be a thousand of them, and a hundred thousand of these.
    """
    wholes = rows.annotate(whole=Coalesce(f"{path}__joined_into", path)).values("whole")
    return Q(case__in=wholes) | Q(case__joined_into__in=wholes)


def _is_of(side: Side) -> Q:
    return Q(Exists(PartyRole.objects.filter(party=OuterRef("pk"), role=side)))
