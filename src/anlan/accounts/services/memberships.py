"""Roles, given at a node and taken back."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from anlan.accounts import permissions
from anlan.accounts.events import RoleEnded, RoleGranted
from anlan.accounts.models import Membership, Organisation, Region, Site, User
from anlan.accounts.roles import ROLES
from anlan.accounts.services.people import check_not_last_administrator
from anlan.accounts.services.record import record_at_head
from anlan.base.errors import Conflict, InvalidInput
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor


def grant_role(
    *,
    user: User,
    role_key: str,
    node: Organisation | Region | Site,
    by: Actor,
    at: datetime,
) -> Membership:
    """Give the role at the node; the same role there twice is the first one again.

    Raises:
        NotAllowed: nobody grants more than they hold themselves at that node.
        Conflict: the region or site is closed.
    """
    organisation = node if isinstance(node, Organisation) else node.organisation
    region = node if isinstance(node, Region) else None
    site = node if isinstance(node, Site) else None
    if role_key not in ROLES:
        raise InvalidInput(_("没有这个角色"), path="role")
    if user.organisation_id != organisation.pk:
        raise InvalidInput(_("这个人不属于该组织"), path="user")
    permissions.check_can_grant(by, role_key, node)
    if not isinstance(node, Organisation) and node.closed_at is not None:
        raise Conflict(_("“%s”已经关闭") % node.name)
    there = {"user": user, "role_key": role_key, "organisation": organisation}
    running = Membership.objects.filter(
        **there, region=region, site=site, ended_at=None
    )
    with ledger.recording():
        if (membership := running.first()) is not None:
            return membership
        membership = Membership.objects.create(
            **there, region=region, site=site, since_at=at
        )
        _forget_memberships(user)
        record_at_head(
            RoleGranted(user=user.actor_key, role=role_key, node=f"{node.uid}"),
            organisation,
            by=by,
            at=at,
            user=user,
        )
    return membership


def end_role(*, membership: Membership, by: Actor, at: datetime) -> None:
    """Take the role back; twice does nothing.

    Raises:
        NotAllowed: the role is more than ``by`` could have granted.
        Conflict: it is the last administrator's.
    """
    permissions.check_can_grant(by, membership.role_key, membership.node)
    if membership.ended_at is not None:
        return
    with ledger.recording():
        if _administers_company(membership) and membership.user.is_active:
            check_not_last_administrator(membership.user)
        membership.ended_at = at
        membership.save(update_fields=["ended_at"])
        _forget_memberships(membership.user)
        record_at_head(
            RoleEnded(
                user=membership.user.actor_key,
                role=membership.role_key,
                node=f"{membership.node.uid}",
            ),
            membership.organisation,
            by=by,
            at=at,
            user=membership.user,
        )


def _administers_company(membership: Membership) -> bool:
    return membership.role_key == "administrator" and isinstance(
        membership.node, Organisation
    )


def _forget_memberships(user: User) -> None:
    user.memberships_read = None
