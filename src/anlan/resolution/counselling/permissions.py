"""Who may offer support, give it, be told to call, and read off the paper."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from anlan.accounts.models import Organisation, User
from anlan.accounts.permissions import (
    check_permission,
    has_permission,
    held_at,
    holds_role,
    holds_somewhere,
    running_memberships,
)
from anlan.accounts.roles import Permission
from anlan.base.errors import NotAllowed
from anlan.cases.joined import of_one_case
from anlan.cases.models import Case
from anlan.cases.permissions import check_may_edit
from anlan.cases.wall import is_party
from anlan.investigation.independence import conflict_of
from anlan.investigation.models import Finding, Interview
from anlan.ledger.events import Actor
from anlan.resolution.counselling.models import Care, CounsellorKey, UrgentCall
from anlan.resolution.models import Plan, PlanApproval

ROLE = "counsellor"


def can_offer(user: User, case: Case) -> bool:
    may = has_permission(user, Permission.SUPPORT_OFFER, site=case.site)
    return may and not is_party(user, case)


def check_can_offer(by: Actor, case: Case) -> None:
    """Ask somebody whether they would like support, and refer who says yes.

    Who is a party themselves does not arrange it for the others, and sees nothing of it.
    """
    check_permission(by, Permission.SUPPORT_OFFER, site=case.site)
    if isinstance(by, User) and is_party(by, case):
        raise NotAllowed(
            _(
                "您是本案的当事人，不能安排本案的支持，请由另一位同事办理；您自己需要支持的，也由他提出"
            )
        )


def is_counsellor(user: User) -> bool:
    """Whether they counsel anywhere; what they see there is each person's own question."""
    return user.is_active and any(
        member.role_key == ROLE for member in running_memberships(user)
    )


def check_is_counsellor(by: Actor) -> None:
    if not isinstance(by, User) or not is_counsellor(by):
        raise NotAllowed(_("只有心理辅导员可以这样办理"))


def is_care_of(user: User, care: Care) -> bool:
    """Whether the person was referred to them, and they still are a counsellor there."""
    return (
        care.counsellor is not None
        and care.counsellor.user_id == user.pk
        and holds_role(user, ROLE, site=care.case.site)
    )


def check_can_counsel(by: Actor, care: Care) -> None:
    """Only the one to whom the person was referred, whatever else somebody may."""
    if not isinstance(by, User) or not is_care_of(by, care):
        raise NotAllowed(_("只有本人的辅导员可以这样办理"))


def can_follow_up(user: User, care: Care) -> bool:
    has_own = care.counsellor is not None and care.counsellor.user_id is not None
    return is_care_of(user, care) if has_own else can_offer(user, care.case)


def check_can_follow_up(by: Actor, care: Care) -> None:
    """The counsellor; of whoever was given a number outside, the one who offers."""
    if not isinstance(by, User) or not can_follow_up(by, care):
        raise NotAllowed(_("随访由本人的辅导员登记；外部机构的由提出支持的同事登记"))


def why_not_counsel(user: User, case: Case) -> str:
    """Why a colleague does not counsel in this case, as a sentence; empty if they may.

    Nobody tells a counsellor what they would not tell an investigator.
    """
    if not holds_role(user, ROLE, site=case.site):
        return _("%s不是本项目的心理辅导员") % user.name
    conflict = conflict_of(user, case)
    if conflict:
        return conflict
    one_case = of_one_case(case)
    of_plan = of_one_case(case, "plan__case")
    if (
        Finding.objects.filter(one_case, author=user).exists()
        or Interview.objects.filter(one_case, interviewer=user).exists()
        or Plan.objects.filter(one_case, author=user).exists()
        or PlanApproval.objects.filter(of_plan, by=user).exists()
    ):
        return _("%s调查或者处理过本案，请由另一位辅导员担任") % user.name
    return ""


def check_can_see_register(by: Actor) -> None:
    """Whoever manages people anywhere may look up to whom somebody can be referred."""
    permission = Permission.PEOPLE_MANAGE
    if not isinstance(by, User) or not holds_somewhere(by, permission):
        raise NotAllowed(_("您没有“%s”的权限") % permission.label)


def can_keep_register(user: User, organisation: Organisation) -> bool:
    return Permission.PEOPLE_MANAGE in held_at(user, organisation)


def check_can_keep_register(by: Actor, organisation: Organisation) -> None:
    """The list of counsellors is the company's."""
    check_may_edit(by, organisation, Permission.PEOPLE_MANAGE)


def is_holder(user: User, key: CounsellorKey) -> bool:
    return user.pk in {key.first_holder_id, key.second_holder_id}


def check_can_recover(by: Actor, key: CounsellorKey) -> None:
    """One of the two who hold the paper; what the other holds is needed as well."""
    if not isinstance(by, User) or not by.is_active or not is_holder(by, key):
        raise NotAllowed(_("只有持有纸质密钥的两个人可以办理"))


def check_is_owner(by: Actor, key: CounsellorKey) -> None:
    if not isinstance(by, User) or key.user_id != by.pk or not is_counsellor(by):
        raise NotAllowed(_("只有辅导员本人能打开自己的密钥"))


def has_paper_of(user: User, care: Care) -> bool:
    """Whether they hold a sheet of a key to which something of this person was sealed."""
    held = Q(first_holder=user) | Q(second_holder=user)
    return CounsellorKey.objects.filter(held, notes__care=care).exists()


def can_answer_call(user: User, call: UrgentCall) -> bool:
    """Whoever commands at the site, and is not the one it is about."""
    return (
        has_permission(user, Permission.INCIDENT_COMMAND, site=call.care.case.site)
        and user.pk != call.care.party.user_id
    )


def check_can_answer_call(by: Actor, call: UrgentCall) -> None:
    if not isinstance(by, User) or not can_answer_call(by, call):
        raise NotAllowed(_("请由值班主任、项目经理或者总部接这个电话"))
