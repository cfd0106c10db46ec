"""Who may handle the legal side of a case, and see it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anlan.accounts.models import Organisation, User
from anlan.accounts.permissions import (
    check_permission,
    has_permission,
    holds_role,
    holds_somewhere,
)
from anlan.accounts.roles import Permission
from anlan.base.errors import NotAllowed
from anlan.cases.enums import Side
from anlan.cases.models import Case
from anlan.cases.permissions import can_see as can_see_case
from anlan.cases.wall import is_party, walled_sides
from anlan.investigation import permissions as investigation
from anlan.ledger.events import Actor
from anlan.resolution.legal.models import CounselQuestion, WorkInjury
from anlan.resolution.permissions import (
    can_write_templates,
    check_can_see_templates,
    check_can_write_templates,
)


def can_see_work_injury(user: User, injury: WorkInjury) -> bool:
    """Whoever was hurt sees their own; else who may see injuries, and those of the victim."""
    is_own = injury.party.user_id is not None and injury.party.user_id == user.pk
    return is_own or can_see_work_injuries(user, injury.case)


def can_see_work_injuries(user: User, case: Case) -> bool:
    may = has_permission(user, Permission.INJURY_READ, site=case.site)
    return may and Side.VICTIM not in walled_sides(case, user)


def check_can_see_work_injury(by: Actor, injury: WorkInjury) -> None:
    if not isinstance(by, User) or not can_see_work_injury(by, injury):
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


def can_see_lawyers(user: User, organisation: Organisation) -> bool:
    """The register is the company's: for whoever engages counsel anywhere in it."""
    return user.organisation_id == organisation.pk and holds_somewhere(
        user, Permission.COUNSEL_ENGAGE
    )


def check_can_see_lawyers(by: Actor, organisation: Organisation) -> None:
    if not isinstance(by, User) or not can_see_lawyers(by, organisation):
        raise NotAllowed(_("您没有“%s”的权限") % Permission.COUNSEL_ENGAGE.label)


def check_can_keep_lawyers(by: Actor, organisation: Organisation) -> None:
    """Who may see the register also keeps it; it decides nothing by itself."""
    check_can_see_lawyers(by, organisation)


def can_engage(user: User, case: Case) -> bool:
    may = has_permission(user, Permission.COUNSEL_ENGAGE, site=case.site)
    return may and not is_party(user, case)


def check_can_engage(by: Actor, case: Case) -> None:
    """Somebody of the office who is on no side."""
    check_permission(by, Permission.COUNSEL_ENGAGE, site=case.site)
    if isinstance(by, User) and is_party(by, case):
        raise NotAllowed(_("您是本案当事人，律师事务由另一人办理"))


def check_can_see_engagements(by: Actor, case: Case) -> None:
    check_can_engage(by, case)


def check_can_ask_counsel(by: Actor, case: Case) -> None:
    check_can_engage(by, case)


def can_read_opinions(user: User, question: CounselQuestion) -> bool:
    """Counsel who was asked, who asked, and who answers for the site; never a party.

    Neither guards nor investigators: what counsel thinks is no part of what was found.
    """
    if not user.is_active or is_party(user, question.case):
        return False
    site = question.case.site
    if not has_permission(user, Permission.CASE_SEE, site=site):
        return False
    return (
        _is_asked(user, question)
        or question.asked_by_id == user.pk
        or has_permission(user, Permission.OPINION_READ, site=site)
    )


def check_can_read_opinions(by: Actor, question: CounselQuestion) -> None:
    if not isinstance(by, User) or not can_read_opinions(by, question):
        raise NotAllowed(_("法律意见只有受委托的律师、提问的人和项目负责人能看"))


def can_write_opinion(user: User, question: CounselQuestion) -> bool:
    """Counsel who was asked; of one without an account, legal counsel enters the paper."""
    if question.engagement.ends_on is not None or is_party(user, question.case):
        return False
    if question.engagement.lawyer.user_id is not None:
        return _is_asked(user, question)
    return holds_role(user, "legal_counsel", site=question.case.site)


def check_can_write_opinion(by: Actor, question: CounselQuestion) -> None:
    if not isinstance(by, User) or not can_write_opinion(by, question):
        raise NotAllowed(_("意见由受委托的律师出具；没有账号的，由法务代为录入"))


def _is_asked(user: User, question: CounselQuestion) -> bool:
    lawyer = question.engagement.lawyer
    if lawyer.user_id is None:
        return holds_role(user, "legal_counsel", site=question.case.site)
    return lawyer.user_id == user.pk


def can_see_reports(user: User, case: Case) -> bool:
    """Whoever may read what was found, and speaks for neither side.

    A report names witnesses, and brings the words and injuries of both (G23).
    """
    return investigation.can_see(user, case) and not walled_sides(case, user)


def check_can_see_reports(by: Actor, case: Case) -> None:
    investigation.check_can_see(by, case)
    if isinstance(by, User) and walled_sides(case, by):
        raise NotAllowed(_("您是本案一方的联系人或者当事人，不能查看报案材料"))


def can_report(user: User, case: Case) -> bool:
    return (
        has_permission(user, Permission.POLICE_REPORT, site=case.site)
        and can_see_reports(user, case)
        and not is_party(user, case)
    )


def check_can_report(by: Actor, case: Case) -> None:
    """Gather material, hand it over, enter what the police wrote.

    Whoever was at the scene may: they are who reports what they saw. A party does not
    edit the office's file; as a person they report by themselves, and nothing stands
    before that (G06).
    """
    check_permission(by, Permission.POLICE_REPORT, site=case.site)
    if isinstance(by, User) and is_party(by, case):
        raise NotAllowed(
            _("您是本案当事人，报案材料由另一人办理；您自己随时可以向公安机关报案")
        )
    check_can_see_reports(by, case)


def can_approve_material(user: User, case: Case) -> bool:
    return (
        has_permission(user, Permission.FOOTAGE_APPROVE, site=case.site)
        and can_see_reports(user, case)
        and not is_party(user, case)
    )


def check_can_approve_material(by: Actor, case: Case) -> None:
    """The same who decide what the police get when they ask (G13)."""
    check_permission(by, Permission.FOOTAGE_APPROVE, site=case.site)
    if isinstance(by, User) and is_party(by, case):
        raise NotAllowed(_("您是本案当事人，报案材料由另一人批准"))
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
