"""Who may report to the police, and who sees what was reported."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anlan.accounts.models import Organisation, User
from anlan.accounts.permissions import check_permission, has_permission
from anlan.accounts.roles import Permission
from anlan.base.errors import NotAllowed
from anlan.cases.models import Case
from anlan.cases.permissions import can_see as can_see_case
from anlan.investigation import permissions as investigation
from anlan.ledger.events import Actor
from anlan.resolution.permissions import (
    can_write_templates,
    check_can_see_templates,
    check_can_write_templates,
)


def can_see_reports(user: User, case: Case) -> bool:
    """Whoever may read what was found: a report names witnesses and brings their words."""
    return investigation.can_see(user, case)


def check_can_see_reports(by: Actor, case: Case) -> None:
    investigation.check_can_see(by, case)


def can_report(user: User, case: Case) -> bool:
    return has_permission(
        user, Permission.POLICE_REPORT, site=case.site
    ) and can_see_reports(user, case)


def check_can_report(by: Actor, case: Case) -> None:
    """Gather material, hand it over, enter what the police wrote.

    Whoever was at the scene may: they are who reports what they saw.
    """
    check_permission(by, Permission.POLICE_REPORT, site=case.site)
    check_can_see_reports(by, case)


def check_can_tell_rights(by: Actor, case: Case) -> None:
    """Everybody who knows of the case: nothing stands before it (G06)."""
    if not isinstance(by, User) or not can_see_case(by, case):
        raise NotAllowed(_("请由看得到本案的工作人员告知"))


def check_can_note_retaliation(by: Actor, case: Case) -> None:
    """Everybody who knows of the case and may raise an alarm."""
    check_can_tell_rights(by, case)
    check_permission(by, Permission.INCIDENT_REPORT, site=case.site)


def check_can_see_procedures(by: Actor, organisation: Organisation) -> None:
    check_can_see_templates(by, organisation)


def can_write_procedures(user: User, organisation: Organisation) -> bool:
    return can_write_templates(user, organisation)


def check_can_write_procedures(by: Actor, organisation: Organisation) -> None:
    """The same who keep the texts of letters."""
    check_can_write_templates(by, organisation)
