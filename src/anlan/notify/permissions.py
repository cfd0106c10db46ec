"""Who may set up channels, and who may ask a site's phones."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anlan.accounts.models import Organisation, Site, User
from anlan.accounts.permissions import check_permission, running_memberships
from anlan.accounts.roles import Permission
from anlan.base.errors import NotAllowed, NotFound
from anlan.ledger.events import Actor, System
from anlan.notify.models import CheckAnswer


def check_can_manage_channels(
    by: Actor, *, organisation: Organisation, site: Site | None
) -> None:
    """A site's channels need the right there, the company's at the head of it."""
    if site is not None:
        check_permission(by, Permission.CHANNEL_MANAGE, site=site)
        return
    if isinstance(by, System) or (
        isinstance(by, User) and organisation.pk in managed_organisations(by)
    ):
        return
    raise NotAllowed(_("只有公司级的管理员可以管理全公司的通知渠道"))


def managed_organisations(user: User) -> set[int]:
    """The companies whose own channels the user may manage."""
    if user.scopes is not None and Permission.CHANNEL_MANAGE not in user.scopes:
        return set()
    return {
        membership.organisation_id
        for membership in running_memberships(user)
        if not membership.site_id
        and not membership.region_id
        and Permission.CHANNEL_MANAGE in membership.role.permissions
    }


def check_can_test_phones(by: Actor, *, site: Site) -> None:
    check_permission(by, Permission.ROSTER_MANAGE, site=site)


def check_can_answer(by: Actor, answer: CheckAnswer) -> None:
    """Only the person asked: the point is that this very phone answers."""
    if not isinstance(by, User) or by.pk != answer.user_id:
        raise NotFound(_("没有这次通信测试"))
