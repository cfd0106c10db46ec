"""What a plan offers to those who were hurt."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import NotFound
from anlan.cases.enums import Role
from anlan.cases.models import Case, Party
from anlan.investigation.selectors.interviews import investigated_case
from anlan.resolution.models import Plan, PlanSupport


def supported_in(case: Case) -> QuerySet[Party]:
    """Who was hurt, in the order in which they came into the case."""
    return (
        case.parties.filter(removed_at=None, roles__role=Role.VICTIM)
        .distinct()
        .select_related("person", "user")
        .order_by("pk")
    )


def support_of(plan: Plan) -> list[PlanSupport]:
    """In their order."""
    return list(
        plan.support.select_related(
            "party__person", "party__user", "owner", "task"
        ).order_by("position")
    )


def own_support(reader: User, uid: UUID) -> PlanSupport:
    """What is the reader's to offer; they need not see the plan that it is part of.

    Raises:
        NotFound: unknown, somebody else's, or not approved.
    """
    found = (
        PlanSupport.objects.filter(uid=uid, owner=reader, task__isnull=False)
        .select_related(
            *("plan__case__site", "party__person", "party__user", "owner", "task")
        )
        .first()
    )
    if found is None:
        raise NotFound(_("没有这项支持"))
    return found


def support_for(reader: User, number: str, uid: UUID) -> PlanSupport:
    """
    Raises:
        NotFound: unknown, or of another case.
    """
    case = investigated_case(reader, number)
    found = (
        PlanSupport.objects.filter(uid=uid, plan__case=case)
        .select_related("plan__author")
        .first()
    )
    if found is None:
        raise NotFound(_("没有这项支持"))
    found.plan.case = case
    return found
