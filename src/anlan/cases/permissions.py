"""Who may see and do what with a case."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anlan.accounts.models import Organisation, User
from anlan.accounts.permissions import (
    check_permission,
    has_permission,
    held_at,
    holds_role,
)
from anlan.accounts.roles import ROLES, Permission
from anlan.base.errors import NotAllowed
from anlan.cases import policies
from anlan.cases.models import AccessLink, Case, Task
from anlan.ledger.events import Actor, System


def can_see(user: User, case: Case) -> bool:
    return has_permission(user, Permission.CASE_SEE, site=case.site)


def check_can_note(by: Actor, case: Case) -> None:
    """Staff of the site, and whoever reported it, through their own link."""
    if isinstance(by, AccessLink) and by.case_id == case.pk:
        return
    check_permission(by, Permission.CASE_NOTE, site=case.site)


def owns_task(user: User, task: Task) -> bool:
    """Whether the user has the task's role at its site, or commands there."""
    site = task.case.site
    return has_permission(user, Permission.TASK_DO, site=site) and (
        holds_role(user, task.role_key, site=site)
        or has_permission(user, Permission.INCIDENT_COMMAND, site=site)
    )


def check_can_do_task(by: Actor, task: Task) -> None:
    """The owner's role, or whoever commands at the site, may complete a task."""
    _check_owns(by, task)
    policies.check_is_open(task.case)
    policies.check_task_open(task)


def check_can_reopen_task(by: Actor, task: Task) -> None:
    """Who may complete it may also take that back."""
    _check_owns(by, task)
    policies.check_is_open(task.case)


def _check_owns(by: Actor, task: Task) -> None:
    check_permission(by, Permission.TASK_DO, site=task.case.site)
    if isinstance(by, User) and not owns_task(by, task):
        raise NotAllowed(
            _("这项任务由%(role)s完成，指挥的人可以代办")
            % {"role": ROLES[task.role_key].name}
        )


def check_can_skip_task(by: Actor, task: Task) -> None:
    check_permission(by, Permission.TASK_SKIP, site=task.case.site)
    policies.check_is_open(task.case)
    policies.check_task_open(task)


def check_can_set_severity(
    by: Actor, case: Case, *, severity: int, reason: str
) -> None:
    """Raising is the commander's; lowering is a manager's, with a reason.

    Source: docs/sources.md, incident practice ("can only be lowered by a manager").
    """
    check_permission(by, Permission.INCIDENT_COMMAND, site=case.site)
    policies.check_is_open(case)
    if severity < case.severity:
        check_permission(
            by,
            Permission.SEVERITY_LOWER,
            site=case.site,
            sentence=_("等级只能由项目经理调低"),
        )
        if not reason.strip():
            raise NotAllowed(_("调低等级必须写明理由"))


def check_can_command(by: Actor, case: Case) -> None:
    check_permission(by, Permission.INCIDENT_COMMAND, site=case.site)
    policies.check_is_open(case)


def check_can_close(by: Actor, case: Case) -> None:
    check_permission(by, Permission.INCIDENT_CLOSE, site=case.site)
    policies.check_can_close(case)


def check_can_reopen(by: Actor, case: Case) -> None:
    check_permission(by, Permission.INCIDENT_CLOSE, site=case.site)


def check_can_strike(by: Actor, case: Case) -> User:
    if isinstance(by, System) or not isinstance(by, User):
        raise NotAllowed(_("只有工作人员可以划去记录"))
    check_permission(by, Permission.CASE_STRIKE, site=case.site)
    return by


def check_can_link(by: Actor, case: Case) -> None:
    check_permission(by, Permission.CASE_LINK, site=case.site)


def check_can_edit_parties(by: Actor, case: Case) -> None:
    check_permission(by, Permission.PARTY_EDIT, site=case.site)
    policies.check_is_open(case)


def can_edit(user: User, organisation: Organisation, permission: Permission) -> bool:
    """Whether a running role for the whole company carries ``permission``."""
    return permission in held_at(user, organisation)


def check_may_edit(
    by: Actor, organisation: Organisation, permission: Permission
) -> None:
    """Standards and playbooks are the company's: no site has its own."""
    if isinstance(by, System):
        return
    if isinstance(by, User) and can_edit(by, organisation, permission):
        return
    raise NotAllowed(_("您没有“%s”的权限") % permission.label)
