"""What the state of a plan allows."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anlan.base.errors import Conflict
from anlan.investigation.models import Finding
from anlan.resolution.enums import PlanState
from anlan.resolution.models import Plan

# What may become what; ``docs/states/`` is drawn from this table.
PLAN_MOVES: dict[PlanState, tuple[PlanState, ...]] = {
    PlanState.DRAFT: (PlanState.SUBMITTED, PlanState.WITHDRAWN),
    PlanState.SUBMITTED: (
        PlanState.APPROVED,
        PlanState.RETURNED,
        PlanState.WITHDRAWN,
    ),
    PlanState.RETURNED: (),
    PlanState.WITHDRAWN: (),
    PlanState.APPROVED: (PlanState.SUPERSEDED,),
    PlanState.SUPERSEDED: (),
}


def check_plan_may_become(plan: Plan, state: PlanState) -> None:
    now = PlanState(plan.state)
    if state not in PLAN_MOVES[now]:
        raise Conflict(
            _("处理方案 %(code)s %(state)s，不能再这样办理")
            % {"code": plan.code, "state": now.label}
        )


def check_is_draft(plan: Plan) -> None:
    """From its submission on a version does not change; a new one takes its place."""
    if not plan.is_draft:
        raise Conflict(
            _("处理方案 %(code)s %(state)s，不能再改；要改请起草新版本")
            % {"code": plan.code, "state": plan.get_state_display()}
        )


def check_rests_on(plan: Plan, finding: Finding | None) -> Finding:
    """The findings in force; a plan is about what was found, not about what is thought.

    Raises:
        Conflict: there are none, or others than those that were submitted with the plan.
    """
    if finding is None:
        raise Conflict(_("还没有批准的调查结论，方案要以它为依据"))
    if plan.finding_id is not None and plan.finding_id != finding.pk:
        raise Conflict(_("调查结论已换成 %s，请按新结论起草新的方案") % finding.code)
    return finding
