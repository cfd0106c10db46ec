"""Roles, given at a node and taken back."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from anlan.accounts import permissions
from anlan.accounts.events import RoleEnded, RoleGranted, RoleGrantedFor
from anlan.accounts.models import Membership, Organisation, Region, Site, User
from anlan.accounts.roles import ROLES
from anlan.accounts.services.people import check_not_last_administrator
from anlan.accounts.services.record import record_at_head
from anlan.accounts.services.row_locks import lock_organisation
from anlan.base.clock import utc_text
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
    begins_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Membership:
    """Give the role at the node for ``[begins_at, ends_at)``; none: at once, for good.

    What somebody has for all of that time already is the first one again.

    Raises:
        NotAllowed: nobody grants more than they hold themselves at that node.
        InvalidInput: the period is empty or begins in the past.
        Conflict: the region or site is closed, or they have the role for a part of it.
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
    since_at = begins_at or at
    if since_at < at:
        raise InvalidInput(_("开始不能早于现在"), path="begins")
    if ends_at is not None and ends_at <= since_at:
        raise InvalidInput(_("结束应晚于开始"), path="ends")
    wanted = Membership(
        user=user,
        role_key=role_key,
        organisation=organisation,
        region=region,
        site=site,
        since_at=since_at,
        ended_at=ends_at,
    )
    with ledger.recording():
        User.objects.select_for_update().only("pk").get(pk=user.pk)
        if (there := _overlapping(wanted)) is not None:
            return there
        wanted.save()
        _forget_memberships(user)
        record_at_head(
            _granted(wanted, at),
            organisation,
            by=by,
            at=at,
            user=user,
        )
    return wanted


def end_role(*, membership: Membership, by: Actor, at: datetime) -> None:
    """Take the role back, also one that has not begun; twice does nothing.

    Raises:
        NotAllowed: the role is more than ``by`` could have granted.
        Conflict: it is the last administrator's.
    """
    permissions.check_can_grant(by, membership.role_key, membership.node)
    with ledger.recording():
        if _administers_company(membership):
            # Before the person, as whoever disables an account takes them.
            lock_organisation(membership.organisation)
        User.objects.select_for_update().only("pk").get(pk=membership.user_id)
        membership.refresh_from_db(fields=["since_at", "ended_at"])
        if membership.is_over(at):
            return
        _forget_memberships(membership.user)
        if (
            _administers_company(membership)
            and membership.is_running(at)
            and User.objects.filter(pk=membership.user_id, is_active=True).exists()
        ):
            check_not_last_administrator(membership.user)
        membership.ended_at = max(at, membership.since_at)
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


def _overlapping(wanted: Membership) -> Membership | None:
    """The same role there that holds for all of the time wanted.

    Raises:
        Conflict: one that holds for a part of it.
    """
    same = Membership.objects.filter(
        user=wanted.user,
        role_key=wanted.role_key,
        organisation=wanted.organisation,
        region=wanted.region,
        site=wanted.site,
    ).not_over(wanted.since_at)
    if wanted.ended_at is not None:
        same = same.filter(since_at__lt=wanted.ended_at)
    ends_later = Q(ended_at=None)
    if wanted.ended_at is not None:
        ends_later |= Q(ended_at__gte=wanted.ended_at)
    whole = same.filter(ends_later, since_at__lte=wanted.since_at).first()
    if whole is None and same.exists():
        raise Conflict(_("这个角色在这段时间里已经授予过，请先收回那一段"))
    return whole


def _granted(membership: Membership, at: datetime) -> RoleGranted | RoleGrantedFor:
    user, role = membership.user.actor_key, membership.role_key
    node = f"{membership.node.uid}"
    if membership.since_at == at and membership.ended_at is None:
        return RoleGranted(user=user, role=role, node=node)
    return RoleGrantedFor(
        user=user,
        role=role,
        node=node,
        begins=utc_text(membership.since_at),
        ends=utc_text(membership.ended_at) if membership.ended_at else None,
    )


def _administers_company(membership: Membership) -> bool:
    return membership.role_key == "administrator" and isinstance(
        membership.node, Organisation
    )


def _forget_memberships(user: User) -> None:
    user.memberships_read = None
