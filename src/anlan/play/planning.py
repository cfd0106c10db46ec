"""What a step of a scenario may do about a plan: drafted, corrected, submitted, decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from anlan.accounts.models import User
from anlan.base.clock import local_day
from anlan.cases.act import act_day
from anlan.cases.models import Case
from anlan.investigation.models import FindingSentence
from anlan.law import selectors as law
from anlan.play.actions import Stage, action
from anlan.resolution import services as resolution
from anlan.resolution.models import Plan
from anlan.resolution.selectors.plans import (
    finding_in_force,
    plans_of,
)
from anlan.resolution.services import Drafted

APPEAL = "收到通知后十五日内，可以书面向项目经理申诉"


@action
def plan_measure(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    of: str,
    measure: str,
    words: str,
    cites: Sequence[Sequence[str | int]] = (),
    instead_of: int = 0,
    clause: str = "",
    clause_version: str = "",
    binds: str = "",
    fen: int | None = None,
    amount_basis: str = "",
    service: str = "",
    until: str = "",
) -> str:
    """One measure of the draft, the first begins a version.

    ``cites`` are part and position of sentences of the findings; ``instead_of`` the
    position of the measure that is written anew.
    """
    case = stage.incident.case
    drafted = Drafted(
        key=measure,
        party=stage.parties[of],
        words=words,
        sentences=_sentences(case, cites),
        clause=clause,
        clause_version=clause_version,
        binds=binds,
        fen=fen,
        amount_basis=amount_basis,
        service=service,
        begins_on=local_day(at) if until else None,
        ends_on=date.fromisoformat(until) if until else None,
        appeal=APPEAL,
    )
    plan = resolution.begin_plan(case=case, by=by, at=at)
    if instead_of:
        row = plan.measures.select_related("plan__case__site").get(position=instead_of)
        resolution.change_measure(measure=row, drafted=drafted, by=by, at=at)
    else:
        resolution.add_measure(plan=plan, drafted=drafted, by=by, at=at)
    return plan.code


@action
def submit_plan(stage: Stage, *, by: User, at: datetime, words: str = "") -> str:
    """``words`` say why it leaves the proposed range, where it does."""
    return resolution.submit_plan(plan=_plan(stage), beyond=words, by=by, at=at).code


@action
def decide_plan(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    approved: bool = True,
    words: str = "",
    shown: Sequence[str] | None = None,
) -> str:
    """``shown`` are the rules that were looked at; those that apply, unless said."""
    plan = _plan(stage)
    rules = law.rule_sets(act_on=act_day(plan.case), decided_on=local_day(at))
    decided = resolution.decide_plan(
        plan=plan,
        is_approved=approved,
        remark=words,
        shown=[one.key for one in rules] if shown is None else list(shown),
        by=by,
        at=at,
    )
    return decided.state


def _plan(stage: Stage) -> Plan:
    case = stage.incident.case
    newest = plans_of(case)[0]
    newest.case = case
    return newest


def _sentences(
    case: Case, cites: Sequence[Sequence[str | int]]
) -> list[FindingSentence]:
    finding = finding_in_force(case)
    rows = FindingSentence.objects.filter(finding=finding)
    return [rows.get(kind=part, position=position) for part, position in cites]
