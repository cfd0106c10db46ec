"""Who may decide what is done about a case, and see it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anlan.accounts.models import Organisation, User
from anlan.accounts.permissions import check_permission, has_permission, holds_role
from anlan.accounts.roles import Permission
from anlan.base.errors import NotAllowed
from anlan.cases.models import Case
from anlan.cases.permissions import check_may_edit
from anlan.cases.wall import walled_sides
from anlan.investigation import permissions as investigation
from anlan.investigation.independence import check_is_independent, conflict_of
from anlan.investigation.models import Finding, Interview
from anlan.ledger.events import Actor
from anlan.resolution.models import Plan


def check_can_enter_figures(by: Actor, organisation: Organisation) -> None:
    """They hold for the whole company, so a role at one site is not enough."""
    check_may_edit(by, organisation, Permission.COMPENSATION_FIGURES)


def can_see_compensation(user: User, case: Case) -> bool:
    """It says who is hurt how badly: whoever may see injuries, of both sides."""
    may = has_permission(user, Permission.INJURY_READ, site=case.site)
    return may and not walled_sides(case, user)


def check_can_see_compensation(by: Actor, case: Case) -> None:
    check_permission(by, Permission.INJURY_READ, site=case.site)
    if isinstance(by, User) and walled_sides(case, by):
        raise NotAllowed(_("您在本案为一方说话，不能查看赔偿测算"))


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
    """Approve or return: neither who drafted it nor who investigated, nor a party."""
    check_permission(by, Permission.PLAN_APPROVE, site=plan.case.site)
    refusal = _why_not_decide(by, plan)
    if refusal:
        raise NotAllowed(refusal)
    check_is_independent(by, plan.case)


def is_legal(user: User, case: Case) -> bool:
    """Whether what they say is legal counsel's word."""
    return holds_role(user, "legal_counsel", site=case.site)


def _why_not_decide(user: User, plan: Plan) -> str:
    if user.pk == plan.author_id:
        return _("起草人不能审批自己的方案，请由另一人审批")
    investigated = Finding.objects.filter(case=plan.case, author=user).exists()
    if (
        investigated
        or Interview.objects.filter(case=plan.case, interviewer=user).exists()
    ):
        return _("调查本案的人不能审批方案，请由另一人审批")
    return ""
