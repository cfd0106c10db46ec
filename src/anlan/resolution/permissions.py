"""Who may decide what is done about a case, and see it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anlan.accounts.models import Organisation, User
from anlan.accounts.permissions import check_permission, has_permission
from anlan.accounts.roles import Permission
from anlan.base.errors import NotAllowed
from anlan.cases.models import Case
from anlan.cases.permissions import check_may_edit
from anlan.ledger.events import Actor


def check_can_enter_figures(by: Actor, organisation: Organisation) -> None:
    """They hold for the whole company, so a role at one site is not enough."""
    check_may_edit(by, organisation, Permission.COMPENSATION_FIGURES)


def can_see_compensation(user: User, case: Case) -> bool:
    """It says who is hurt how badly: whoever may see injuries."""
    return has_permission(user, Permission.INJURY_READ, site=case.site)


def check_can_see_compensation(by: Actor, case: Case) -> None:
    check_permission(by, Permission.INJURY_READ, site=case.site)


def can_make_compensation(user: User, case: Case) -> bool:
    return (
        has_permission(user, Permission.COMPENSATION_MAKE, site=case.site)
        and can_see_compensation(user, case)
        and not _is_party(user, case)
    )


def check_can_make_compensation(by: Actor, case: Case) -> None:
    """Somebody who may see injuries, and is on neither side."""
    check_permission(by, Permission.COMPENSATION_MAKE, site=case.site)
    check_can_see_compensation(by, case)
    if isinstance(by, User) and _is_party(by, case):
        raise NotAllowed(_("您是本案当事人，请由另一人测算"))


def _is_party(user: User, case: Case) -> bool:
    return case.parties.filter(user=user, removed_at=None).exists()
