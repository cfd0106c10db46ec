"""Only its author writes on the draft of a plan."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import Conflict
from anlan.cases import services as cases
from anlan.resolution import policies
from anlan.resolution.models import Plan


def own_draft(plan: Plan, by: User) -> Plan:
    """The draft under its lock.

    Raises:
        Conflict: it is no draft any more, or somebody else's.
    """
    plan = lock_plan(plan)
    policies.check_is_draft(plan)
    check_author(plan, by)
    return plan


def check_author(plan: Plan, by: User) -> None:
    if plan.author_id != by.pk:
        raise Conflict(
            _("这份方案由%(name)s起草，只有起草人能改") % {"name": plan.author.name}
        )


def lock_plan(plan: Plan) -> Plan:
    """The version under its row lock, after its case's, as everywhere."""
    return cases.lock_of_case(plan, "author")
