"""Reads about people and places."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from anlan.accounts.models import Membership, Place, Shift, Site, User
from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission


def shifts_at(site: Site, at: datetime) -> QuerySet[Shift]:
    """The shifts running at ``at`` at this site, with their people and posts."""
    return Shift.objects.filter(
        site=site, starts_at__lte=at, ends_at__gt=at, user__is_active=True
    ).select_related("user", "post", "post__place")


def people_with_role(site: Site, role_key: str) -> QuerySet[User]:
    """Active users who hold the role at the site or above it, by employee number."""
    node = Q(site=site) | Q(organisation=site.organisation_id, site=None, region=None)
    if site.region_id:
        node |= Q(region__in=_regions_above(site))
    holders = Membership.objects.filter(node, role_key=role_key, ended_at=None)
    return User.objects.filter(pk__in=holders.values("user"), is_active=True).order_by(
        "employee_number", "pk"
    )


def places_of(site: Site) -> QuerySet[Place]:
    return Place.objects.filter(site=site, is_active=True).order_by("label", "pk")


def site_of(user: User) -> Site | None:
    """The site at which the user works: the first at which incidents are theirs to see."""
    return sites_where(user, Permission.INCIDENT_REPORT).order_by("code", "pk").first()


def names_of(keys: Iterable[str]) -> dict[str, str]:
    """Names for actor keys ``user:<uid>``; unknown ones are left out."""
    uids = []
    for key in keys:
        kind, _, uid = key.partition(":")
        if kind == "user":
            uids.append(UUID(uid))
    if not uids:
        return {}
    rows = User.objects.filter(uid__in=uids).values_list("uid", "name")
    return {f"user:{uid}": name for uid, name in rows}


def _regions_above(site: Site) -> list[int]:
    found: list[int] = []
    region = site.region
    while region is not None:
        found.append(region.pk)
        region = region.parent
    return found
