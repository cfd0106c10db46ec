"""Who may, computed from running memberships; every other package asks here."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from anlan.accounts.models import Membership, Region, Site, User
from anlan.accounts.roles import Permission
from anlan.base.errors import NotAllowed
from anlan.ledger.events import Actor, System


def running_memberships(user: User) -> list[Membership]:
    """The user's memberships that have not ended; read once for each user object."""
    if user.memberships_read is None:
        user.memberships_read = list(
            Membership.objects.filter(user=user, ended_at=None).select_related(
                "organisation", "region", "site"
            )
        )
    return user.memberships_read


def has_permission(user: User, permission: Permission, *, site: Site) -> bool:
    """Whether a running role of the user, at the site or above it, carries it.

    A user reached through an API token has at most the token's scopes.
    """
    if not user.is_active or not _in_scope(user, permission):
        return False
    return any(
        permission in membership.role.permissions and _covers(membership, site)
        for membership in running_memberships(user)
    )


def check_permission(
    by: Actor, permission: Permission, *, site: Site, sentence: str | Promise = ""
) -> None:
    """Let the program itself and permitted users pass.

    Raises:
        NotAllowed: for everybody else, with ``sentence`` or the permission's name.
    """
    if isinstance(by, System):
        return
    if isinstance(by, User) and has_permission(by, permission, site=site):
        return
    raise NotAllowed(sentence or _("您在这个项目没有“%s”的权限") % permission.label)


def sites_where(user: User, permission: Permission) -> QuerySet[Site]:
    """The sites at which the user holds the permission, as one query."""
    if not user.is_active or not _in_scope(user, permission):
        return Site.objects.none()
    wanted = Q(pk__in=[])
    for membership in running_memberships(user):
        if permission not in membership.role.permissions:
            continue
        if membership.site_id:
            wanted |= Q(pk=membership.site_id)
        elif membership.region_id:
            wanted |= Q(region__in=regions_below(membership.region_id))
        else:
            wanted |= Q(organisation=membership.organisation_id)
    return Site.objects.filter(wanted)


def regions_below(region_id: int) -> list[int]:
    """The region and all regions inside it; a company has tens of them, not thousands."""
    found = [region_id]
    layer: Iterable[int] = found
    while layer := list(
        Region.objects.filter(parent__in=layer).values_list("pk", flat=True)
    ):
        found.extend(layer)
    return found


def _covers(membership: Membership, site: Site) -> bool:
    if membership.organisation_id != site.organisation_id:
        return False
    if membership.site_id:
        return membership.site_id == site.pk
    if membership.region_id:
        return site.region_id in regions_below(membership.region_id)
    return True


def _in_scope(user: User, permission: Permission) -> bool:
    return user.scopes is None or permission in user.scopes
