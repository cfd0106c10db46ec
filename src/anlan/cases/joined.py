"""Cases that were joined are one case: what belongs to any of them."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet

from anlan.cases.models import Case, Party


def of_one_case(case: Case, path: str = "case") -> Q:
    """What belongs to the case or to one joined with it, whichever of them is looked at.

    Args:
        path: from the row to its case, as a filter writes it.
    """
    whole = case.joined_into_id or case.pk
    return Q(**{path: whole}) | Q(**{f"{path}__joined_into": whole})


def somebody(party: Party) -> tuple[str, int]:
    """Who a party is: each of the joined cases calls the same person a party of its own."""
    if party.user_id is not None:
        return "user", party.user_id
    if party.person_id is not None:
        return "person", party.person_id
    return "party", party.pk


def one_case(case: Case) -> QuerySet[Case]:
    """All of them, the host first: it was there before the others were joined into it."""
    whole = case.joined_into_id or case.pk
    found = Case.objects.filter(Q(pk=whole) | Q(joined_into=whole))
    return found.select_related("site").order_by(
        F("joined_into").asc(nulls_first=True), "pk"
    )
