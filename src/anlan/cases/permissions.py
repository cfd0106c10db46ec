"""Who may see and do what with a case."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from anlan.accounts.models import Organisation, Site, User
from anlan.accounts.permissions import (
    check_permission,
    has_permission,
    held_at,
    holds_role,
)
from anlan.accounts.roles import ROLES, Permission
from anlan.base.errors import Conflict, NotAllowed, NotFound
from anlan.cases import policies
from anlan.cases.enums import Protection, Side, TaskState
from anlan.cases.joined import of_one_case
from anlan.cases.models import (
    AccessLink,
    Case,
    NamedContact,
    Party,
    Promise,
    Task,
    TaskPhoto,
    VaultFile,
)
from anlan.cases.wall import (
    is_behind_the_wall,
    is_of_a_side,
    is_party,
    walled_sides,
)
from anlan.ledger.events import Actor, System

# Who commands before whom, the least first.
RUNGS = ("guard", "guard_captain", "duty_officer", "site_manager", "hq_supervisor")
# A captain is a guard with more rights: what a guard is given, the captain may do.
STANDS_IN_FOR = {"guard_captain": "guard"}


def can_see(user: User, case: Case) -> bool:
    return has_permission(user, Permission.CASE_SEE, site=case.site)


def check_can_note(by: Actor, case: Case) -> None:
    """Staff of the site, and whoever reported it, through their own link."""
    if isinstance(by, AccessLink) and by.case_id == case.pk:
        return
    check_permission(by, Permission.CASE_NOTE, site=case.site)


def owns_task(user: User, task: Task) -> bool:
    """Whether the user has the task's role at its site, stands in for it, or commands."""
    site = task.case.site
    if not has_permission(user, Permission.TASK_DO, site=site):
        return False
    return has_permission(user, Permission.INCIDENT_COMMAND, site=site) or any(
        holds_role(user, role_key, site=site) for role_key in _doers(task.role_key)
    )


def can_know_task(user: User, task: Task, case: Case) -> bool:
    """Whoever sees the case; of a personal one, only who has its role there."""
    return not task.is_personal or holds_role(user, task.role_key, site=case.site)


def check_can_do_task(by: Actor, task: Task) -> None:
    """The owner's role, who stands in for it, and whoever commands may complete a task."""
    check_owns_task(by, task)
    policies.check_can_be_worked(task)
    policies.check_task_open(task)


def check_can_reopen_task(by: Actor, task: Task) -> None:
    """Who may complete it may also take that back."""
    check_owns_task(by, task)
    policies.check_can_be_worked(task)


def check_owns_task(by: Actor, task: Task) -> None:
    """The same, whatever the state of the task."""
    check_permission(by, Permission.TASK_DO, site=task.case.site)
    if isinstance(by, User) and not owns_task(by, task):
        raise NotAllowed(
            _("这项任务由%(role)s完成，指挥的人可以代办")
            % {"role": ROLES[task.role_key].name}
        )


def _doers(role_key: str) -> list[str]:
    return [role_key, *(key for key, role in STANDS_IN_FOR.items() if role == role_key)]


def check_can_see_photo(by: Actor, photo: TaskPhoto) -> None:
    """Whoever sees the case sees what proves its tasks, but not somebody's body.

    That is for whose task it is, and for who needs to see injuries; never for who speaks
    for the other side, for nobody knows whose body a task shows.
    """
    task = photo.task
    shows_a_body = task.shows_a_body or photo.protection == Protection.INJURY
    if shows_a_body and isinstance(by, User) and walled_sides(task.case, by):
        raise NotAllowed(_("您是本案一方的联系人或者当事人，不能查看任务里的伤情照片"))
    if not task.shows_a_body:
        check_permission(by, Permission.CASE_SEE, site=task.case.site)
        keep_protected_from(by, photo, site=task.case.site)
    elif photo.protection == Protection.DELETED:
        keep_protected_from(by, photo, site=task.case.site)
    elif not (isinstance(by, User) and owns_task(by, task)):
        check_permission(by, Permission.INJURY_READ, site=task.case.site)


def can_see_photo(user: User, photo: TaskPhoto) -> bool:
    try:
        check_can_see_photo(user, photo)
    except (NotAllowed, NotFound):
        return False
    return True


def keep_protected_from(by: Actor, row: VaultFile, *, site: Site) -> None:
    """A file that is a protected exhibit as well stays so wherever else it came.

    Whose statement it belongs to, only the list of evidence knows.
    """
    if row.protection == Protection.DELETED:
        raise NotFound(_("这份文件已按保存期限删除"))
    if row.protection == Protection.STATEMENT:
        raise NotAllowed(_("这份文件属于情况说明，请在证据清单中查看"))
    if row.protection == Protection.INJURY:
        check_permission(by, Permission.INJURY_READ, site=site)


def check_can_skip_task(by: Actor, task: Task) -> None:
    """What no case is closed without is left out only by who may approve.

    Another person then closes the case: ``check_can_close``. A promise is given up by
    whoever made it, or somebody above them.
    """
    site = task.case.site
    check_permission(by, Permission.TASK_SKIP, site=site)
    policies.check_can_be_worked(task)
    policies.check_task_open(task)
    if task.key in policies.ESSENTIAL:
        _check_is_of_no_side(by, task.case)
        check_permission(
            by,
            Permission.PLAN_APPROVE,
            site=site,
            sentence=_("“%(task)s”只能由%(roles)s写明理由跳过，并由另一个人办结")
            % {"task": task.title, "roles": _approvers()},
        )
    promise = _promise_of(task)
    if isinstance(by, User) and promise and not _may_give_up(by, promise, site):
        raise NotAllowed(_("这项承诺只能由作出承诺的人或者其上级写明理由跳过"))


def why_not_skipped(user: User, task: Task) -> str:
    """The sentence by which it would be refused to this person; empty if it would not."""
    try:
        check_can_skip_task(user, task)
    except (Conflict, NotAllowed) as refusal:
        return str(refusal)
    return ""


def _approvers() -> str:
    """The roles that may leave an essential task out, by name."""
    needed = {Permission.TASK_SKIP, Permission.PLAN_APPROVE}
    roles = [role for role in ROLES.values() if needed <= role.permissions]
    return _("、").join(str(role.name) for role in roles)


def _promise_of(task: Task) -> Promise | None:
    if not task.key.startswith("promise:"):
        return None
    return Promise.objects.select_related("contact__held_by").filter(task=task).first()


def _may_give_up(user: User, promise: Promise, site: Site) -> bool:
    maker = promise.contact.held_by
    return user.pk == maker.pk or (
        has_permission(user, Permission.INCIDENT_COMMAND, site=site)
        and rung_at(user, site) > rung_at(maker, site)
    )


def check_can_set_severity(
    by: Actor, case: Case, *, severity: int, reason: str
) -> None:
    """Raising is the commander's; lowering is a manager's, with a reason.

    Source: docs/sources.md, incident practice ("can only be lowered by a manager").
    """
    check_permission(by, Permission.INCIDENT_COMMAND, site=case.site)
    policies.check_is_open(case)
    if severity < case.severity:
        _check_is_of_no_side(by, case)
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


def check_can_take_command(by: Actor, case: Case, *, commander: User) -> None:
    """From nobody, from an equal or a lower rung, or as the present commander hands it over.

    A guard may command until somebody senior arrives, so the right to respond is enough
    to take it oneself; naming somebody else needs the right to command.
    """
    present = case.commander
    is_present = isinstance(by, User) and present is not None and by.pk == present.pk
    is_oneself = isinstance(by, User) and by.pk == commander.pk
    if is_present or isinstance(by, System):
        return
    if not is_oneself:
        check_permission(by, Permission.INCIDENT_COMMAND, site=case.site)
    if not isinstance(by, User) or present is None:
        return
    if rung_at(by, case.site) < rung_at(present, case.site):
        raise NotAllowed(
            _("%(name)s正在指挥，职级比您高，请由其移交") % {"name": present.name}
        )


def rung_at(user: User, site: Site) -> int:
    """How senior somebody is at a scene of the site; -1 for who has no place there."""
    return max(
        (n for n, key in enumerate(RUNGS) if holds_role(user, key, site=site)),
        default=-1,
    )


def check_can_close(by: Actor, case: Case) -> None:
    check_permission(by, Permission.INCIDENT_CLOSE, site=case.site)
    policies.check_can_close(case)
    _check_is_of_no_side(by, case)
    if isinstance(by, User):
        _check_left_nothing_out(by, case)


def _check_is_of_no_side(by: Actor, case: Case) -> None:
    """Who struck or was struck ends nothing of it: no level, no duty, no word, no case."""
    if isinstance(by, User) and is_of_a_side(by, case):
        raise NotAllowed(
            _(
                "您是本案一方当事人，请由与本案无关的人调低等级、跳过必办任务、"
                "划去记录或者办结"
            )
        )


def _check_left_nothing_out(user: User, case: Case) -> None:
    """Who left out what no case is closed without does not close it as well.

    Nor who gave up a recording, in a case that was joined neither.
    """
    own = Task.objects.filter(
        of_one_case(case),
        Q(key__in=policies.ESSENTIAL) | policies.going_on(),
        state=TaskState.SKIPPED,
        ended_by=user,
    ).order_by("case", "position", "pk")
    if own:
        raise NotAllowed(
            _("您跳过了必须做的事：%s。请由另一个人办结")
            % _("、").join(task.title for task in own)
        )


def check_can_reopen(by: Actor, case: Case) -> None:
    check_permission(by, Permission.INCIDENT_CLOSE, site=case.site)


def check_can_strike(by: Actor, case: Case) -> User:
    if isinstance(by, System) or not isinstance(by, User):
        raise NotAllowed(_("只有工作人员可以划去记录"))
    check_permission(by, Permission.CASE_STRIKE, site=case.site)
    _check_is_of_no_side(by, case)
    return by


def check_can_link(by: Actor, case: Case) -> None:
    check_permission(by, Permission.CASE_LINK, site=case.site)


def check_can_edit_parties(by: Actor, case: Case) -> None:
    check_permission(by, Permission.PARTY_EDIT, site=case.site)
    policies.check_is_open(case)


def check_can_set_roles(by: Actor, party: Party) -> None:
    """Say which parts somebody plays: on a side themself nobody does, nor behind a wall.

    Who is on which side decides what whoever speaks for one may read of the other.
    """
    check_can_edit_parties(by, party.case)
    if not isinstance(by, User):
        return
    if is_party(by, party.case):
        raise NotAllowed(_("您是本案当事人，当事人的角色由另一人修改"))
    if is_behind_the_wall(party, by):
        raise NotAllowed(
            _(
                "您是本案另一方的联系人或者当事人，不能修改这一方的角色，请由指挥的人修改"
            )
        )


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


def can_state_act(user: User, case: Case) -> bool:
    """Whoever keeps the limits of time or investigates, and is on neither side."""
    keeps = (Permission.LIMITATION_KEEP, Permission.INVESTIGATE)
    may = any(has_permission(user, one, site=case.site) for one in keeps)
    return may and not is_party(user, case)


def check_can_state_act(by: Actor, case: Case) -> None:
    """Say on which day it was, from which days of the law count; of a closed case too."""
    if not isinstance(by, User) or not can_state_act(by, case):
        raise NotAllowed(
            _("行为发生之日由登记时效的人或者调查的人登记，本案当事人除外")
        )


def check_can_record_contact(by: Actor, case: Case) -> None:
    check_permission(by, Permission.CONTACT_RECORD, site=case.site)
    policies.check_is_open(case)


def can_give_own_link(user: User, case: Case) -> bool:
    """Whoever opens it reads what was promised: who reads talks, or is their contact."""
    if not has_permission(user, Permission.CONTACT_RECORD, site=case.site):
        return False
    return (
        has_permission(user, Permission.CONTACT_READ, site=case.site)
        or NamedContact.objects.filter(
            case=case, user=user, side=Side.VICTIM, ended_at=None
        ).exists()
    )


def check_can_give_own_link(by: Actor, case: Case) -> None:
    check_permission(by, Permission.CONTACT_RECORD, site=case.site)
    if not isinstance(by, User) or not can_give_own_link(by, case):
        raise NotAllowed(
            _("受害人自己的链接由能查看沟通的人或者受害人的联系人生成和作废")
        )


def check_can_correct_contact(by: Actor, case: Case) -> None:
    """At the scene whoever registers; when all is over, who may read what they change."""
    check_permission(by, Permission.PARTY_EDIT, site=case.site)
    lead = case.joined_into or case
    if lead.state == Case.State.CLOSED:
        check_permission(by, Permission.PERSON_UNMASK, site=case.site)


def can_correct_contact(user: User, case: Case) -> bool:
    try:
        check_can_correct_contact(user, case)
    except NotAllowed:
        return False
    return True


def can_read_trail(user: User, case: Case) -> bool:
    """Whether the record of the case is theirs to read as a whole, who looked at what too.

    Not of who speaks for one side: it tells what was done for the other.
    """
    may = has_permission(user, Permission.LEDGER_READ, site=case.site)
    return may and can_see(user, case) and not walled_sides(case, user)


def check_can_read_trail(by: Actor, case: Case) -> None:
    for permission in (Permission.CASE_SEE, Permission.LEDGER_READ):
        check_permission(by, permission, site=case.site)
    if not isinstance(by, User) or not can_read_trail(by, case):
        raise NotAllowed(
            _("您是本案一方的联系人或者当事人，完整记录由与双方无关的人查看")
        )


def check_can_read_looks(by: Actor, party: Party) -> None:
    """Who looked at somebody's details and who corrected them, with what stood there before."""
    for permission in (Permission.LEDGER_READ, Permission.PERSON_UNMASK):
        check_permission(by, permission, site=party.case.site)
    check_can_look_behind(by, party)


def check_can_look_behind(by: Actor, party: Party) -> None:
    """At the contact details and medical facts of somebody, as far as their side goes."""
    if isinstance(by, System):
        return
    if not isinstance(by, User) or is_behind_the_wall(party, by):
        raise NotAllowed(
            _(
                "您是本案另一方的联系人或者当事人，不能查看这一方的联系方式和伤情，也不能与其联系"
            )
        )
