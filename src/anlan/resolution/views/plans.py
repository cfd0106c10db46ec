"""Plans: the versions, the draft, the decision, and two versions side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.clock import local_day
from anlan.base.errors import DomainError
from anlan.cases.act import act_day
from anlan.cases.enums import Severity
from anlan.cases.selectors import shown_name
from anlan.cases.views.answers import posted, reader_of, sheet
from anlan.investigation.selectors.interviews import investigated_case
from anlan.law import selectors as law
from anlan.law.selectors import refusal_words
from anlan.resolution import permissions
from anlan.resolution import services as resolution
from anlan.resolution.enums import PlanState
from anlan.resolution.forms.plans import (
    AdditionForm,
    MeasureForm,
    PlanDecisionForm,
    PlanWithdrawalForm,
    SubmissionForm,
)
from anlan.resolution.letters import appeal_days, appeal_words
from anlan.resolution.models import Plan, PlanApproval, PlanMeasure
from anlan.resolution.selectors.plans import (
    finding_in_force,
    history_at,
    measure_for,
    measures_of,
    people_needed,
    place_of_sentence,
    plan_for,
    plans_of,
    range_of,
    severity_of,
    similar_plans,
    weight_of,
)
from anlan.resolution.selectors.support import support_of

_either = require_http_methods(["GET", "POST"])


@login_required
@_either
def plans(request: HttpRequest, number: str) -> HttpResponse:
    """All versions; sent, it begins the next one."""
    reader = reader_of(request)
    case = investigated_case(reader, number)
    if request.method == "POST":
        made = resolution.begin_plan(case=case, by=reader, at=timezone.now())
        return redirect("resolution:plan", number, made.uid)
    rows = list(plans_of(case))
    is_open = bool(rows) and PlanState(rows[0].state).is_open
    return render(
        request,
        "resolution/plans.html",
        {
            "case": case,
            "rows": rows,
            "finding": finding_in_force(case),
            "may_begin": permissions.can_draft_plan(reader, case) and not is_open,
            "refused": [
                (one, one.guardrail or law.cite(one.refused_by))
                for one in law.measures(on=act_day(case))
                if not one.is_for_plans
            ],
        },
    )


@login_required
@require_GET
def plan(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    return _page(request, plan_for(reader_of(request), number, uid))


@login_required
@_either
def measure_addition(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = plan_for(reader, number, uid)
    form = AdditionForm(posted(request), case=found.case, on=act_day(found.case))

    def act(said: dict[str, Any]) -> HttpResponse:
        resolution.add_measure(
            plan=found,
            drafted=form.drafted(),
            request_id=said.get("request_id"),
            by=reader,
            at=timezone.now(),
        )
        return redirect("resolution:plan", number, uid)

    return sheet(
        request,
        number=number,
        title=_("加一项措施：%s") % found.code,
        lead=_(
            "每一项引用调查结论中的句子，写明依据；不能采取的措施，程序会拒绝并说明理由。"
        ),
        button=_("写入草稿"),
        form=form,
        act=act,
    )


@login_required
@_either
def measure(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Write a measure of a draft anew."""
    reader = reader_of(request)
    found = measure_for(reader, number, uid)
    case = found.plan.case
    form = MeasureForm(
        posted(request), case=case, on=act_day(case), initial=_initial(found)
    )

    def act(said: dict[str, Any]) -> HttpResponse:
        resolution.change_measure(
            measure=found, drafted=form.drafted(), by=reader, at=timezone.now()
        )
        return redirect("resolution:plan", number, found.plan.uid)

    return sheet(
        request,
        number=number,
        title=_("修改措施 %s") % found.position,
        button=_("保存"),
        form=form,
        act=act,
    )


@login_required
@require_POST
def measure_removal(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = measure_for(reader, number, uid)
    uid = found.plan.uid
    resolution.remove_measure(measure=found, by=reader, at=timezone.now())
    return redirect("resolution:plan", number, uid)


@login_required
@require_POST
def plan_submission(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = plan_for(reader, number, uid)
    form = SubmissionForm(request.POST)
    if not form.is_valid():
        return _page(request, found, submission=form, status=422)
    try:
        resolution.submit_plan(
            plan=found,
            beyond=form.cleaned_data["beyond"],
            by=reader,
            at=timezone.now(),
        )
    except DomainError as error:
        return _page(
            request, plan_for(reader, number, uid), submission=form, refusal=error
        )
    return redirect("resolution:plan", number, uid)


@login_required
@_either
def plan_withdrawal(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = plan_for(reader, number, uid)
    permissions.check_can_withdraw_plan(reader, found)

    def act(said: dict[str, Any]) -> HttpResponse:
        resolution.withdraw_plan(
            plan=found, reason=said["reason"], by=reader, at=timezone.now()
        )
        return redirect("resolution:plans", number)

    return sheet(
        request,
        number=number,
        title=_("撤回处理方案 %s") % found.code,
        lead=_("这一版保留可查，撤回以后可以起草新版本，并带入它的措施。"),
        button=_("撤回"),
        kind="danger",
        form=PlanWithdrawalForm(posted(request)),
        act=act,
    )


@login_required
@require_POST
def plan_decision(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Approved, or returned; ``return`` is the other button's name."""
    reader = reader_of(request)
    found = plan_for(reader, number, uid)
    form = PlanDecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, found, decision=form, status=422)
    try:
        resolution.decide_plan(
            plan=found,
            is_approved="return" not in request.POST,
            remark=form.cleaned_data["remark"],
            shown=request.POST.getlist("shown"),
            by=reader,
            at=timezone.now(),
        )
    except DomainError as error:
        return _page(
            request, plan_for(reader, number, uid), decision=form, refusal=error
        )
    return redirect("resolution:plan", number, uid)


@login_required
@require_GET
def plan_comparison(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """A version beside the one before it, measure by measure."""
    found = plan_for(reader_of(request), number, uid)
    earlier = plans_of(found.case).filter(version=found.version - 1).first()
    return render(
        request,
        "resolution/plan_comparison.html",
        {
            "case": found.case,
            "plan": found,
            "earlier": earlier,
            "rows": _paired(
                _measures(earlier) if earlier else [],
                _measures(found),
                key=_same_measure,
            ),
            "support": _paired(
                _support(earlier) if earlier else [],
                _support(found),
                key=_same_support,
            ),
        },
    )


def _same_measure(one: dict[str, Any]) -> tuple[Any, ...]:
    return one["row"].key, one["row"].party_id, one["row"].service


def _same_support(one: dict[str, Any]) -> tuple[Any, ...]:
    return one["row"].kind, one["row"].party_id


def _paired(
    before: list[dict[str, Any]],
    after: list[dict[str, Any]],
    *,
    key: Callable[[dict[str, Any]], tuple[Any, ...]],
) -> list[tuple[dict[str, Any] | None, dict[str, Any] | None]]:
    """What is the same thing about the same person side by side, wherever it stands."""
    left = list(after)
    pairs: list[tuple[dict[str, Any] | None, dict[str, Any] | None]] = []
    for one in before:
        same = next((other for other in left if key(other) == key(one)), None)
        if same is not None:
            left.remove(same)
        pairs.append((one, same))
    return [*pairs, *((None, one) for one in left)]


def _page(
    request: HttpRequest,
    found: Plan,
    *,
    submission: SubmissionForm | None = None,
    decision: PlanDecisionForm | None = None,
    refusal: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    reader = reader_of(request)
    case = found.case
    rows = measures_of(found)
    on, today = act_day(case), local_day(timezone.now())
    return render(
        request,
        "resolution/plan.html",
        {
            "case": case,
            "plan": found,
            "measures": _measures(found),
            "support": [(one, shown_name(one.party)) for one in support_of(found)],
            "range": range_of(found),
            "weight": weight_of(found, rows),
            "severity": Severity(severity_of(found)),
            "history": history_at(found),
            "people": people_needed(found, rows),
            "approvals": _approvals(found),
            "similar": similar_plans(case, reader),
            "rule_sets": law.rule_sets(act_on=on, decided_on=today),
            "beside": [
                ((law.citation(old), old.words), (law.citation(new), new.words))
                for old, new in law.articles_beside(act_on=on, decided_on=today)
            ],
            "may_write": found.is_draft and found.author_id == reader.pk,
            "may_withdraw": PlanState(found.state).is_open
            and permissions.can_withdraw_plan(reader, found),
            "may_decide": found.state == PlanState.SUBMITTED
            and permissions.can_decide_plan(reader, found),
            "submission": submission or SubmissionForm(),
            "decision": decision or PlanDecisionForm(),
            "refusal": refusal_words(refusal) if refusal else "",
        },
        status=refusal.status if refusal else status,
    )


def _approvals(found: Plan) -> list[tuple[PlanApproval, bool]]:
    """Each with whether it counts; of what was decided on every one did."""
    is_open = PlanState(found.state).is_open
    return [
        (one, not is_open or permissions.still_counts(one, found))
        for one in found.approvals.select_related("by").order_by("at")
    ]


def _support(found: Plan) -> list[dict[str, Any]]:
    return [{"row": one, "party": shown_name(one.party)} for one in support_of(found)]


def _measures(found: Plan) -> list[dict[str, Any]]:
    """Each measure as it is read: with its name in the law, and what it rests on."""
    on = act_day(found.case)
    return [
        {
            "row": row,
            "law": law.measure(row.key, on=on),
            "cites": law.cite_all(law.measure(row.key, on=on).sources, on=on),
            "party": shown_name(row.party),
            "appeal": appeal_words(row.appeal, row.appeal_days),
            "grounds": [
                (place_of_sentence(ground.sentence), ground.sentence.text)
                for ground in row.grounds.all()
            ],
        }
        for row in measures_of(found)
    ]


def _initial(found: PlanMeasure) -> dict[str, Any]:
    return {
        "key": found.key,
        "party": str(found.party.uid),
        "words": found.words,
        "sentences": [str(one.sentence.uid) for one in found.grounds.all()],
        "clause": found.clause,
        "clause_version": found.clause_version,
        "binds": found.binds,
        "fen": f"{found.amount / 100:.2f}" if found.amount else "",
        "amount_basis": found.amount_basis,
        "service": found.service,
        "begins_on": found.begins_on,
        "ends_on": found.ends_on,
        "appeal": found.appeal,
        "appeal_days": found.appeal_days or appeal_days(found.appeal),
        "despite": found.despite,
    }
