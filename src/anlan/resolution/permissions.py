"""Who may decide what is done about a case, and see it."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from anlan.accounts.models import Organisation, User
from anlan.accounts.permissions import (
    check_permission,
    has_permission,
    holds_role,
    holds_somewhere,
    running_memberships,
)
from anlan.accounts.roles import Permission
from anlan.accounts.selectors import staff_of
from anlan.base.errors import NotAllowed
from anlan.cases.enums import Side
from anlan.cases.joined import of_one_case
from anlan.cases.models import Case
from anlan.cases.permissions import check_may_edit
from anlan.cases.wall import is_party, walled_sides
from anlan.investigation import permissions as investigation
from anlan.investigation.independence import check_is_independent, conflict_of
from anlan.ledger.events import Actor
from anlan.resolution.models import (
    Notice,
    Objection,
    Plan,
    PlanApproval,
    PlanMeasure,
)

_WRITE_TEMPLATES = ("legal_counsel", "hq_supervisor")


def check_can_enter_figures(by: Actor, organisation: Organisation) -> None:
    """They hold for the whole company, so a role at one site is not enough."""
    check_may_edit(by, organisation, Permission.COMPENSATION_FIGURES)


def check_can_see_kindness(by: Actor, organisation: Organisation) -> None:
    """The words that go with a kindness: for whoever computes anywhere in the company."""
    permission = Permission.COMPENSATION_MAKE
    if (
        not isinstance(by, User)
        or by.organisation_id != organisation.pk
        or not holds_somewhere(by, permission)
    ):
        raise NotAllowed(_("您没有“%s”的权限") % permission.label)


def can_approve_kindness(user: User, organisation: Organisation) -> bool:
    """By role and no permission: whoever manages may still appoint counsel."""
    return user.is_active and any(
        member.role_key == "legal_counsel" and member.node == organisation
        for member in running_memberships(user)
    )


def check_can_approve_kindness(by: Actor, organisation: Organisation) -> None:
    """Legal counsel of the whole company, and nobody else (G34)."""
    if not isinstance(by, User) or not can_approve_kindness(by, organisation):
        raise NotAllowed(_("慰问款的文书由公司法务审定"))


def can_see_compensation(user: User, case: Case) -> bool:
    """It says who is hurt how badly: whoever may see injuries, and those of the victim."""
    may = has_permission(user, Permission.INJURY_READ, site=case.site)
    return may and Side.VICTIM not in walled_sides(case, user)


def check_can_see_compensation(by: Actor, case: Case) -> None:
    check_permission(by, Permission.INJURY_READ, site=case.site)
    if isinstance(by, User) and Side.VICTIM in walled_sides(case, by):
        raise NotAllowed(_("您是本案另一方的联系人或者当事人，不能查看赔偿测算"))


def can_make_compensation(user: User, case: Case) -> bool:
    return (
        has_permission(user, Permission.COMPENSATION_MAKE, site=case.site)
        and can_see_compensation(user, case)
        and not is_party(user, case)
    )


def check_can_make_compensation(by: Actor, case: Case) -> None:
    """Somebody who may see injuries, and is on neither side."""
    check_permission(by, Permission.COMPENSATION_MAKE, site=case.site)
    if isinstance(by, User) and is_party(by, case):
        raise NotAllowed(_("您是本案当事人，请由另一人测算"))
    check_can_see_compensation(by, case)


def can_see_plans(user: User, case: Case) -> bool:
    """Whoever may read what was found, which a plan quotes."""
    return investigation.can_see(user, case)


def check_can_see_plans(by: Actor, case: Case) -> None:
    investigation.check_can_see(by, case)


def can_draft_plan(user: User, case: Case) -> bool:
    return (
        has_permission(user, Permission.PLAN_DRAFT, site=case.site)
        and can_see_plans(user, case)
        and not conflict_of(user, case)
    )


def check_can_draft_plan(by: User, case: Case) -> None:
    """Write measures: somebody who has nothing to do with the matter."""
    check_permission(by, Permission.PLAN_DRAFT, site=case.site)
    check_can_see_plans(by, case)
    check_is_independent(by, case)


def can_decide_plan(user: User, plan: Plan) -> bool:
    return (
        has_permission(user, Permission.PLAN_APPROVE, site=plan.case.site)
        and not _why_not_decide(user, plan)
        and not conflict_of(user, plan.case)
    )


def check_can_decide_plan(by: User, plan: Plan) -> None:
    """Approve or return: who drafted no version, did not investigate, and is no party."""
    check_permission(by, Permission.PLAN_APPROVE, site=plan.case.site)
    refusal = _why_not_decide(by, plan)
    if refusal:
        raise NotAllowed(refusal)
    check_is_independent(by, plan.case)


def can_withdraw_plan(user: User, plan: Plan) -> bool:
    return user.pk == plan.author_id or (
        has_permission(user, Permission.PLAN_APPROVE, site=plan.case.site)
        and can_see_plans(user, plan.case)
        and not conflict_of(user, plan.case)
    )


def check_can_withdraw_plan(by: Actor, plan: Plan) -> None:
    """Its author, whatever became of them, or who may approve plans and is independent.

    Else the draft of somebody who left would keep everybody from the next version.
    """
    if isinstance(by, User) and by.pk == plan.author_id:
        return
    check_permission(by, Permission.PLAN_APPROVE, site=plan.case.site)
    check_can_see_plans(by, plan.case)
    if isinstance(by, User):
        check_is_independent(by, plan.case)


def still_counts(approval: PlanApproval, plan: Plan) -> bool:
    """Whether it is still the word of somebody who had no part in the matter.

    What they may do now does not matter: they might when they gave it.
    """
    who = approval.by
    return not _why_not_decide(who, plan) and not conflict_of(who, plan.case)


def is_legal(user: User, case: Case) -> bool:
    """Whether what they say is legal counsel's word."""
    return holds_role(user, "legal_counsel", site=case.site)


def has_drafted(user: User, case: Case) -> bool:
    """Whether they wrote any version: each begins with the measures of the one before."""
    return Plan.objects.filter(of_one_case(case), author=user).exists()


def _why_not_decide(user: User, plan: Plan) -> str:
    if user.pk == plan.author_id:
        return _("起草人不能审批自己的方案，请由另一人审批")
    if has_drafted(user, plan.case):
        return _(
            "您起草过本案处理方案的一个版本，新版本沿用它的内容，您不能审批，请由另一人审批"
        )
    if investigation.has_investigated(user, plan.case):
        return _("调查本案的人不能审批方案，请由另一人审批")
    return ""


def check_can_see_templates(by: Actor, organisation: Organisation) -> None:
    """The texts of letters: for whoever decides on plans anywhere in the company."""
    permission = Permission.PLAN_APPROVE
    if (
        not isinstance(by, User)
        or by.organisation_id != organisation.pk
        or not holds_somewhere(by, permission)
    ):
        raise NotAllowed(_("您没有“%s”的权限") % permission.label)


def can_write_templates(user: User, organisation: Organisation) -> bool:
    """By role and no permission: whoever manages may still appoint counsel."""
    return user.is_active and any(
        member.role_key in _WRITE_TEMPLATES and member.node == organisation
        for member in running_memberships(user)
    )


def check_can_write_templates(by: Actor, organisation: Organisation) -> None:
    """Letters go out in the name of the whole company."""
    if not isinstance(by, User) or not can_write_templates(by, organisation):
        raise NotAllowed(_("告知书模板由公司法务或者总部编写"))


def can_issue_notice(user: User, notice: Notice) -> bool:
    return (
        has_permission(user, Permission.PLAN_APPROVE, site=notice.case.site)
        and can_see_plans(user, notice.case)
        and user.pk != notice.author_id
        and not conflict_of(user, notice.case)
    )


def check_can_issue_notice(by: User, notice: Notice) -> None:
    """Another than who wrote it puts the company's name under it, or takes it back."""
    check_permission(by, Permission.PLAN_APPROVE, site=notice.case.site)
    check_can_see_plans(by, notice.case)
    if by.pk == notice.author_id:
        raise NotAllowed(_("起草人不能签发自己起草的函，请由另一人签发"))
    check_is_independent(by, notice.case)


def can_deliver(user: User, case: Case) -> bool:
    return can_see_plans(user, case) and any(
        has_permission(user, permission, site=case.site)
        for permission in (Permission.PLAN_DRAFT, Permission.PLAN_APPROVE)
    )


def check_can_deliver(by: User, case: Case) -> None:
    """Say how a letter was handed over, and take down what somebody objects."""
    check_can_see_plans(by, case)
    if not can_deliver(by, case):
        check_permission(by, Permission.PLAN_DRAFT, site=case.site)


def can_hear_objection(user: User, objection: Objection) -> bool:
    return (
        has_permission(user, Permission.PLAN_APPROVE, site=objection.case.site)
        and can_see_plans(user, objection.case)
        and not _why_not_hear(user, objection)
        and not conflict_of(user, objection.case)
    )


def can_be_heard(case: Case, measure: PlanMeasure) -> bool:
    """Whether there is somebody left who may hear an objection to it."""
    objection = Objection(case=case, measure=measure)
    return any(can_hear_objection(one, objection) for one in staff_of(case.site))


def check_can_hear_objection(by: User, objection: Objection) -> None:
    """Decide on it: somebody who had no part in what is objected to."""
    check_permission(by, Permission.PLAN_APPROVE, site=objection.case.site)
    check_can_see_plans(by, objection.case)
    refusal = _why_not_hear(by, objection)
    if refusal:
        raise NotAllowed(refusal)
    check_is_independent(by, objection.case)


def _why_not_hear(user: User, objection: Objection) -> str:
    plan = objection.measure.plan
    of_plan = of_one_case(objection.case, "plan__case")
    if PlanApproval.objects.filter(of_plan, by=user).exists():
        return _("审批过这个方案的人不能复核对它的申诉，请由没有参与的人复核")
    notices = Notice.objects.filter(measure=objection.measure.pk)
    if notices.filter(Q(author=user) | Q(issued_by=user)).exists():
        return _("起草或者签发告知书的人不能复核申诉，请由没有参与的人复核")
    earlier = Objection.objects.filter(of_one_case(objection.case), decided_by=user)
    if earlier.exclude(pk=objection.pk).exists():
        return _("复核过本案申诉的人不能再次复核，请由另一人复核")
    if has_drafted(user, objection.case):
        return _("起草过本案方案的人不能复核申诉，请由没有参与的人复核")
    return _why_not_decide(user, plan)
