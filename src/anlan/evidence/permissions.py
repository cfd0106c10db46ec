"""Who may add evidence, open it, and keep the things that are evidence."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.accounts.permissions import check_permission, has_permission
from anlan.accounts.roles import Permission
from anlan.base.errors import NotAllowed
from anlan.cases.models import Case
from anlan.evidence import policies
from anlan.evidence.models import Exhibit, PhysicalItem
from anlan.ledger.events import Actor


def check_can_add(by: Actor, case: Case) -> None:
    """Also to a closed case: a medical paper comes when it comes."""
    check_permission(by, Permission.EVIDENCE_ADD, site=case.site)


def can_open(user: User, exhibit: Exhibit) -> bool:
    """Whoever needs it for their work, and whoever brought it."""
    is_own = exhibit.received_from == user.actor_key
    permission = Permission.EVIDENCE_ADD if is_own else Permission.EVIDENCE_OPEN
    return has_permission(user, permission, site=exhibit.case.site)


def check_can_open(by: Actor, exhibit: Exhibit) -> None:
    if not isinstance(by, User) or not can_open(by, exhibit):
        check_permission(by, Permission.EVIDENCE_OPEN, site=exhibit.case.site)


def check_can_register(by: Actor, case: Case) -> None:
    check_permission(by, Permission.EVIDENCE_KEEP, site=case.site)


def check_can_keep(by: Actor, exhibit: Exhibit) -> None:
    check_permission(by, Permission.EVIDENCE_KEEP, site=exhibit.case.site)
    policies.check_is_object(exhibit)
    policies.check_is_kept(exhibit)


def check_can_part_with(by: Actor, case: Case) -> None:
    """Give things of the case back or dispose of them, whatever their state."""
    check_permission(by, Permission.EVIDENCE_DISPOSE, site=case.site)


def check_can_decide_disposal(
    by: Actor, exhibit: Exhibit, *, proposed_by: User
) -> None:
    """The second of the two persons whom a disposal needs."""
    check_can_part_with(by, exhibit.case)
    if isinstance(by, User) and by.pk == proposed_by.pk:
        raise NotAllowed(_("申请人不能批准自己的处置申请，请由另一人决定"))
    check_can_dispose(by, exhibit)


def check_can_give(by: User, item: PhysicalItem) -> None:
    """The holder gives away; in their absence only who may part with things does."""
    check_can_keep(by, item.exhibit)
    if by.pk != item.holder_id and not has_permission(
        by, Permission.EVIDENCE_DISPOSE, site=item.exhibit.case.site
    ):
        raise NotAllowed(
            _("这件实物现在由%(name)s保管，只能由其交出；其不在时由项目经理交出")
            % {"name": item.holder.name if item.holder else ""}
        )


def can_keep(user: User, case: Case) -> bool:
    return has_permission(user, Permission.EVIDENCE_KEEP, site=case.site)


def can_part_with(user: User, case: Case) -> bool:
    return has_permission(user, Permission.EVIDENCE_DISPOSE, site=case.site)


def check_can_dispose(by: Actor, exhibit: Exhibit) -> None:
    check_permission(by, Permission.EVIDENCE_DISPOSE, site=exhibit.case.site)
    policies.check_is_object(exhibit)
    policies.check_is_kept(exhibit)


def check_can_make_package(by: Actor, case: Case) -> None:
    check_permission(by, Permission.PACKAGE_MAKE, site=case.site)


def check_can_hand_over_package(by: Actor, case: Case) -> None:
    """Also to take the file, which is the same as having it to give away."""
    check_permission(by, Permission.PACKAGE_HAND_OVER, site=case.site)


def can_make_package(user: User, case: Case) -> bool:
    return has_permission(user, Permission.PACKAGE_MAKE, site=case.site)


def can_hand_over_package(user: User, case: Case) -> bool:
    return has_permission(user, Permission.PACKAGE_HAND_OVER, site=case.site)
