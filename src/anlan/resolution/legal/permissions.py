"""Who may handle the legal side of a case, and see it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.accounts.permissions import check_permission, has_permission
from anlan.accounts.roles import Permission
from anlan.base.errors import NotAllowed
from anlan.cases.enums import Side
from anlan.cases.models import Case
from anlan.cases.wall import walled_sides
from anlan.investigation import permissions as investigation
from anlan.ledger.events import Actor
from anlan.resolution.legal.models import WorkInjury


def can_see_work_injury(user: User, injury: WorkInjury) -> bool:
    """Whoever was hurt sees their own; else who may see injuries, and those of the victim."""
    is_own = injury.party.user_id is not None and injury.party.user_id == user.pk
    return is_own or can_see_work_injuries(user, injury.case)


def can_see_work_injuries(user: User, case: Case) -> bool:
    may = has_permission(user, Permission.INJURY_READ, site=case.site)
    return may and Side.VICTIM not in walled_sides(case, user)


def check_can_see_work_injury(by: User, injury: WorkInjury) -> None:
    if not can_see_work_injury(by, injury):
        raise NotAllowed(_("工伤只有本人和需要知道伤情的人能看"))


def can_handle_work_injury(user: User, injury: WorkInjury) -> bool:
    return (
        has_permission(user, Permission.WORK_INJURY, site=injury.case.site)
        and can_see_work_injury(user, injury)
        and injury.party.user_id != user.pk
    )


def check_can_handle_work_injury(by: Actor, injury: WorkInjury) -> None:
    """Somebody of the office, never the person whose injury it is."""
    check_permission(by, Permission.WORK_INJURY, site=injury.case.site)
    if not isinstance(by, User):
        return
    check_can_see_work_injury(by, injury)
    if injury.party.user_id == by.pk:
        raise NotAllowed(_("您是伤者本人，请由另一人办理；您自己也可以直接申请"))


def can_see_limitations(user: User, case: Case) -> bool:
    """Whoever may read what was found, on which claims rest."""
    return investigation.can_see(user, case)


def check_can_see_limitations(by: Actor, case: Case) -> None:
    investigation.check_can_see(by, case)


def can_keep_limitations(user: User, case: Case) -> bool:
    return has_permission(
        user, Permission.LIMITATION_KEEP, site=case.site
    ) and can_see_limitations(user, case)


def check_can_keep_limitations(by: Actor, case: Case) -> None:
    """Enter the days from which a claim is out of time."""
    check_permission(by, Permission.LIMITATION_KEEP, site=case.site)
    check_can_see_limitations(by, case)
