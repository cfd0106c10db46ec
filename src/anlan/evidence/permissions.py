"""Who may add evidence, open it, and keep the things that are evidence."""

from __future__ import annotations

from anlan.accounts.models import User
from anlan.accounts.permissions import check_permission, has_permission
from anlan.accounts.roles import Permission
from anlan.cases.models import Case
from anlan.evidence import policies
from anlan.evidence.models import Exhibit
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


def check_can_dispose(by: Actor, exhibit: Exhibit) -> None:
    check_permission(by, Permission.EVIDENCE_DISPOSE, site=exhibit.case.site)
    policies.check_is_object(exhibit)
    policies.check_is_kept(exhibit)
