"""Who may, computed from running memberships; every other package asks here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from anlan.accounts.events import UserAdded
from anlan.accounts.models import (
    Membership,
    Organisation,
    Region,
    SharedPhone,
    Site,
    User,
)
from anlan.accounts.roles import ROLES, Permission
from anlan.base.clock import acting_moment
from anlan.base.errors import NotAllowed
from anlan.base.prepared import Prepared
from anlan.ledger.events import Actor, System
from anlan.ledger.models import Entry

Node: TypeAlias = Organisation | Region | Site


_OF_USER = Prepared(
    lambda user: (
        Membership.objects.filter(user=user)
        .select_related("user", "organisation", "region", "site")
        .order_by("pk")
    )
)


def memberships_of(user_id: int) -> list[Membership]:
    """Every membership that somebody has or had, with the user."""
    return _OF_USER(user=user_id)


def running_memberships(user: User) -> list[Membership]:
    """The user's memberships that run at the moment of acting."""
    at = acting_moment()
    return [m for m in _memberships(user) if m.is_running(at)]


def memberships_not_over(user: User) -> list[Membership]:
    """The same, and those that begin later: what somebody has been given."""
    at = acting_moment()
    return [m for m in _memberships(user) if not m.is_over(at)]


def memberships_during(
    user: User, starts_at: datetime, ends_at: datetime
) -> list[Membership]:
    """The user's memberships that hold for all of ``[starts_at, ends_at)``."""
    return [
        m
        for m in _memberships(user)
        if m.since_at <= starts_at and (m.ended_at is None or m.ended_at >= ends_at)
    ]


def _memberships(user: User) -> list[Membership]:
    """All of the user's, ended ones too; read once for each user object."""
    if user.memberships_read is None:
        user.memberships_read = memberships_of(user.pk)
    return user.memberships_read


def read_memberships(people: Iterable[User]) -> None:
    """Read those of several by one query, before each of them is asked."""
    unread = [one for one in people if one.memberships_read is None]
    if len(unread) < 2:  # what is compiled already is faster
        return
    rows = (
        Membership.objects.filter(user__in=unread)
        .select_related("user", "organisation", "region", "site")
        .order_by("pk")
    )
    found: dict[int, list[Membership]] = {one.pk: [] for one in unread}
    for row in rows:
        found[row.user_id].append(row)
    for one in unread:
        one.memberships_read = list(found[one.pk])


def has_permission(user: User, permission: Permission, *, site: Site) -> bool:
    """Whether a running role of the user, at the site or above it, carries it.

    A user reached through an API token has at most the token's scopes.
    """
    if not user.is_active or not _in_scope(user, permission):
        return False
    return any(
        permission in membership.role.permissions and covers(membership, site)
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


def holds_role(user: User, role_key: str, *, site: Site) -> bool:
    """Whether the user has just this role, at the site or above it."""
    return user.is_active and any(
        membership.role_key == role_key and covers(membership, site)
        for membership in running_memberships(user)
    )


def works_at(user: User, site: Site) -> bool:
    """Whether somebody may still sign in and has any role at the site, or above it."""
    return user.is_active and any(
        covers(membership, site) for membership in running_memberships(user)
    )


def sites_where(
    user: User, permission: Permission, *, role_key: str = ""
) -> QuerySet[Site]:
    """The sites at which the user holds the permission, as one query.

    Args:
        role_key: count only what the user may by this role; empty: by any.
    """
    if not user.is_active or not _in_scope(user, permission):
        return Site.objects.none()
    wanted = Q(pk__in=[])
    for membership in running_memberships(user):
        if permission not in membership.role.permissions:
            continue
        if role_key and membership.role_key != role_key:
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


def covers(membership: Membership, node: Node) -> bool:
    """Whether the membership stands at the node or above it."""
    organisation_id = (
        node.pk if isinstance(node, Organisation) else node.organisation_id
    )
    if membership.organisation_id != organisation_id:
        return False
    if membership.site_id:
        return isinstance(node, Site) and membership.site_id == node.pk
    if membership.region_id:
        region_id = node.region_id if isinstance(node, Site) else node.pk
        return not isinstance(node, Organisation) and region_id in regions_below(
            membership.region_id
        )
    return True


def held_at(user: User, node: Node) -> frozenset[Permission]:
    """Everything the user may do at the node, by roles there or above it."""
    if not user.is_active:
        return frozenset()
    held = {
        permission
        for membership in running_memberships(user)
        if covers(membership, node)
        for permission in membership.role.permissions
    }
    return frozenset(p for p in held if _in_scope(user, p))


def holds_somewhere(user: User, permission: Permission) -> bool:
    """Whether any running role carries it; for pages that then scope what they show."""
    return (
        user.is_active
        and _in_scope(user, permission)
        and any(permission in m.role.permissions for m in running_memberships(user))
    )


def can_change_tree(user: User, organisation: Organisation) -> bool:
    return Permission.SITE_MANAGE in held_at(user, organisation)


def check_can_change_tree(by: Actor, organisation: Organisation) -> None:
    """The company's regions and sites are changed by those who manage all of it."""
    if isinstance(by, System):
        return
    if isinstance(by, User) and can_change_tree(by, organisation):
        return
    raise NotAllowed(_("只有公司级的管理员可以增加和修改区域、项目"))


def check_can_add_people(by: Actor, organisation: Organisation) -> None:
    """Whoever manages people anywhere may add one; what they get is another check."""
    if isinstance(by, System):
        return
    if (
        isinstance(by, User)
        and by.organisation_id == organisation.pk
        and holds_somewhere(by, Permission.PEOPLE_MANAGE)
    ):
        return
    raise NotAllowed(_("您没有管理人员的权限"))


def can_grant(by: User, role_key: str, node: Node) -> bool:
    """Nobody gives what they do not hold at that node; administrators give any role."""
    held = held_at(by, node)
    if Permission.PEOPLE_MANAGE not in held:
        return False
    return ROLES[role_key].permissions <= held or any(
        membership.role_key == "administrator" and covers(membership, node)
        for membership in running_memberships(by)
    )


def check_can_grant(by: Actor, role_key: str, node: Node) -> None:
    """To give a role and to take it back is the same right."""
    if isinstance(by, System):
        return
    if not isinstance(by, User):
        raise NotAllowed(_("您没有管理人员的权限"))
    if Permission.PEOPLE_MANAGE not in held_at(by, node):
        raise NotAllowed(_("您只能在自己管理的项目授予和收回角色"))
    if not can_grant(by, role_key, node):
        raise NotAllowed(_("不能授予或收回超过自己权限的角色"))


def can_manage(by: User, user: User) -> bool:
    """Whether ``by`` could have granted every role of ``user`` that is not over.

    Of somebody without any: whether ``by`` manages the company's people or added them.
    """
    if by.organisation_id != user.organisation_id:
        return False
    if not holds_somewhere(by, Permission.PEOPLE_MANAGE):
        return False
    held = memberships_not_over(user)
    if held:
        return all(can_grant(by, m.role_key, m.node) for m in held)
    return (
        Permission.PEOPLE_MANAGE in held_at(by, user.organisation)
        or Entry.objects.filter(
            organisation_id=user.organisation_id,
            subject=user.subject,
            kind=UserAdded.kind,
            actor=by.actor_key,
        ).exists()
    )


def check_can_manage(by: Actor, user: User) -> None:
    """Disable, enable, reset: only for people whose every role is within one's own."""
    check_can_add_people(by, user.organisation)
    if isinstance(by, User) and not can_manage(by, user):
        raise NotAllowed(_("这个人还有您不管理的角色，请由上一级处理"))


def can_help_with_pin(by: User, user: User, *, site: Site) -> bool:
    """Whether ``user`` stands watch under ``by``: each role less than what ``by`` holds."""
    held = held_at(by, site)
    return (
        Permission.INCIDENT_COMMAND in held
        and has_permission(user, Permission.INCIDENT_RESPOND, site=site)
        and all(m.role.permissions < held for m in memberships_not_over(user))
    )


def check_can_unlock_phone(by: Actor, phone: SharedPhone) -> None:
    """Who commands at its site, at night too: a phone is nobody's own."""
    check_permission(by, Permission.INCIDENT_COMMAND, site=phone.site)


def check_can_help_with_pin(by: Actor, user: User, *, site: Site) -> None:
    """The guards' own, at night too: who commands there, and never of an equal."""
    if isinstance(by, System):
        return
    if not (isinstance(by, User) and can_help_with_pin(by, user, site=site)):
        raise NotAllowed(
            _("值班主任只能处理本项目保安的 PIN；其他人请找项目经理或系统管理员")
        )


def _in_scope(user: User, permission: Permission) -> bool:
    return user.scopes is None or permission in user.scopes
