"""What one field finds: places, colleagues, customers; and my own sign-ins."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from anlan.accounts.events import SignedIn
from anlan.accounts.models import Membership, Place, User
from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.accounts.selectors import people_for
from anlan.base.clock import acting_moment
from anlan.cases.models import Case
from anlan.customers.selectors import MaskedPerson, masked_for, search_people
from anlan.ledger.models import Entry

MOST = 20


def may_open(user: User, case: Case) -> bool:
    """Whether the case is one of the reader's: who reports may not read everything."""
    return sites_where(user, Permission.CASE_SEE).filter(pk=case.site_id).exists()


def places_to_report(user: User) -> QuerySet[Place]:
    """The places from which the reader may raise an alarm."""
    return (
        Place.objects.filter(
            site__in=sites_where(user, Permission.INCIDENT_REPORT), is_active=True
        )
        .select_related("site")
        .order_by("site__code", "label", "pk")
    )


def places_like(user: User, text: str) -> list[Place]:
    """Places by part of their label, or by the whole code of their poster."""
    wanted = Q(label__icontains=text) | Q(code=text.upper())
    return list(places_to_report(user).filter(wanted)[:MOST])


def staff_like(user: User, text: str) -> list[User]:
    """Colleagues by name, account or number, for those who manage people."""
    running = Membership.objects.running(acting_moment()).select_related(
        "site", "region"
    )
    found = people_for(user, text=text)
    return list(found.prefetch_related(Prefetch("memberships", running))[:MOST])


def customers_like(user: User, text: str) -> list[MaskedPerson]:
    """Customers, masked, for those who may also read the unmasked value."""
    return masked_for(user, search_people(user, text, limit=MOST))


def sign_ins(user: User, *, most: int = 10) -> list[datetime]:
    """When this user signed in last, from the record."""
    return list(
        Entry.objects.filter(
            subject=user.subject,
            kind=SignedIn.kind,
            organisation_id=user.organisation_id,
        )
        .order_by("-recorded_at")
        .values_list("recorded_at", flat=True)[:most]
    )
