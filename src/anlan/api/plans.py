"""Plans over the API: what may be done, the versions, and the decisions about them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import Field, StrictInt

from anlan.accounts.roles import Permission
from anlan.api.access import (
    case_of,
    colleague_of,
    measure_of,
    party_of,
    plan_of,
    plan_support_of,
)
from anlan.api.auth import ApiRequest, check_any_scope, operation
from anlan.api.schemas import In, OnceIn, Out, Text, UserOut
from anlan.base.errors import InvalidInput
from anlan.cases.act import act_day
from anlan.cases.models import Case
from anlan.investigation.models import FindingSentence
from anlan.investigation.permissions import check_can_see
from anlan.law import selectors as law
from anlan.law.book import Measure
from anlan.resolution import services as resolution
from anlan.resolution.enums import SupportKind
from anlan.resolution.letters import MOST_APPEAL_DAYS
from anlan.resolution.models import Plan, PlanApproval, PlanMeasure, PlanSupport
from anlan.resolution.selectors.plans import (
    finding_sentences,
    history_at,
    measures_of,
    people_needed,
    plans_of,
    severity_of,
)
from anlan.resolution.selectors.support import support_of
from anlan.resolution.services import MOST_GROUNDS, Drafted, Offered
from anlan.resolution.services.support import MOST_DAYS

router = Router(tags=["plans"])

_READ = (Permission.CASE_SEE, Permission.INVESTIGATION_READ)
_DRAFT = (*_READ, Permission.PLAN_DRAFT)
_APPROVE = (*_READ, Permission.PLAN_APPROVE)


class LawMeasureOut(Out):
    """``lawful`` is yes, contract or no; ``needs`` is what a measure must have."""

    key: str
    title: str
    lawful: str
    weight: int
    needs: list[str]
    services: list[str]
    guardrail: str | None
    words: str
    source: str
    is_advice: bool

    @classmethod
    def of(cls, one: Measure) -> LawMeasureOut:
        return cls(
            key=one.key,
            title=one.heading,
            lawful=one.lawful.value,
            weight=one.weight,
            needs=[need.value for need in one.needs],
            services=list(one.optional),
            guardrail=one.guardrail,
            words=one.words,
            source=law.cite_all(one.sources),
            is_advice=one.confidence != "V",
        )


class PlanMeasureOut(Out):
    uid: UUID
    position: int
    key: str
    party: UUID
    words: str
    clause: str
    clause_version: str
    binds: str
    fen: int | None
    amount_basis: str
    service: str
    begins_on: date | None
    ends_on: date | None
    appeal: str
    appeal_days: int | None
    despite: str
    sentences: list[UUID]

    @classmethod
    def of(cls, row: PlanMeasure) -> PlanMeasureOut:
        return cls(
            uid=row.uid,
            position=row.position,
            key=row.key,
            party=row.party.uid,
            words=row.words,
            clause=row.clause,
            clause_version=row.clause_version,
            binds=row.binds,
            fen=row.amount,
            amount_basis=row.amount_basis,
            service=row.service,
            begins_on=row.begins_on,
            ends_on=row.ends_on,
            appeal=row.appeal,
            appeal_days=row.appeal_days,
            despite=row.despite,
            sentences=[ground.sentence.uid for ground in row.grounds.all()],
        )


class SupportOut(Out):
    """An offer to somebody who was hurt; ``task`` once the plan is in force."""

    uid: UUID
    position: int
    kind: str
    party: UUID
    owner: UserOut
    days: int
    words: str
    task: UUID | None

    @classmethod
    def of(cls, row: PlanSupport) -> SupportOut:
        return cls(
            uid=row.uid,
            position=row.position,
            kind=row.kind,
            party=row.party.uid,
            owner=UserOut.of(row.owner),
            days=row.days,
            words=row.words,
            task=row.task.uid if row.task else None,
        )


class PlanApprovalOut(Out):
    by: UserOut
    at: datetime
    is_approved: bool
    is_legal: bool
    remark: str

    @classmethod
    def of(cls, row: PlanApproval) -> PlanApprovalOut:
        return cls(
            by=UserOut.of(row.by),
            at=row.at,
            is_approved=row.is_approved,
            is_legal=row.is_legal,
            remark=row.remark,
        )


class PlanOut(Out):
    """``people`` is how many have to approve; ``history`` how often it happened before; ``reason`` why it was withdrawn."""

    uid: UUID
    case: str
    code: str
    state: str
    author: UserOut
    begun_at: datetime
    submitted_at: datetime | None
    ended_at: datetime | None
    finding: UUID | None
    severity: int
    history: int
    beyond: str
    reason: str
    people: int
    measures: list[PlanMeasureOut]
    support: list[SupportOut]
    approvals: list[PlanApprovalOut]

    @classmethod
    def of(cls, row: Plan) -> PlanOut:
        rows = measures_of(row)
        approvals = row.approvals.select_related("by").order_by("at", "pk")
        return cls(
            uid=row.uid,
            case=row.case.number,
            code=row.code,
            state=row.state,
            author=UserOut.of(row.author),
            begun_at=row.begun_at,
            submitted_at=row.submitted_at,
            ended_at=row.ended_at,
            finding=row.finding.uid if row.finding else None,
            severity=severity_of(row),
            history=history_at(row),
            beyond=row.beyond,
            reason=row.reason,
            people=people_needed(row, rows),
            measures=[PlanMeasureOut.of(one) for one in rows],
            support=[SupportOut.of(one) for one in support_of(row)],
            approvals=[PlanApprovalOut.of(one) for one in approvals],
        )


class MeasureIn(In):
    """What the measure needs, as ``/measures`` says; ``ends_on`` is the last day.

    ``despite`` says why it is taken although an objection to the like was upheld.
    """

    key: Annotated[Text, Field(min_length=1, max_length=24)]
    party: UUID
    words: Annotated[Text, Field(min_length=1, max_length=500)]
    sentences: Annotated[list[UUID], Field(max_length=MOST_GROUNDS)] = []
    clause: Annotated[Text, Field(max_length=120)] = ""
    clause_version: Annotated[Text, Field(max_length=60)] = ""
    binds: Annotated[Text, Field(max_length=200)] = ""
    fen: Annotated[StrictInt, Field(ge=1, le=10**13)] | None = None
    amount_basis: Annotated[Text, Field(max_length=300)] = ""
    service: Annotated[Text, Field(max_length=24)] = ""
    begins_on: date | None = None
    ends_on: date | None = None
    appeal: Annotated[Text, Field(max_length=200)] = ""
    appeal_days: Annotated[StrictInt, Field(ge=1, le=MOST_APPEAL_DAYS)] | None = None
    despite: Annotated[Text, Field(max_length=500)] = ""


class MeasureOnceIn(OnceIn, MeasureIn):
    """Sent again with the same ``request_id`` it is one."""


class SupportIn(OnceIn):
    kind: SupportKind
    party: UUID
    owner: UUID
    days: Annotated[StrictInt, Field(ge=1, le=MOST_DAYS)]
    words: Annotated[Text, Field(min_length=1, max_length=500)]


class PlanSubmissionIn(In):
    beyond: Annotated[Text, Field(max_length=500)] = ""


class PlanWithdrawalIn(In):
    reason: Annotated[Text, Field(min_length=1, max_length=500)]


class PlanDecisionIn(In):
    """``shown`` are the keys of the rule sets that were looked at (G16)."""

    is_approved: bool
    remark: Annotated[Text, Field(max_length=500)] = ""
    shown: Annotated[
        list[Annotated[Text, Field(max_length=16)]], Field(max_length=8)
    ] = []


@router.get("/cases/{number}/measures", **operation(*_READ, out=list[LawMeasureOut]))
def list_measures(request: ApiRequest, number: str) -> list[LawMeasureOut]:
    """What may be done about the act of this case, and what may not."""
    case = _case(request, number)
    on = act_day(case)
    return [
        LawMeasureOut.of(
            one.model_copy(update={"sources": law.in_force(one.sources, on=on)})
        )
        for one in law.measures(on=on)
    ]


@router.get("/cases/{number}/plans", **operation(*_READ, out=list[PlanOut]))
def list_plans(request: ApiRequest, number: str) -> list[PlanOut]:
    """Every version, the newest first."""
    case = _case(request, number)
    return [PlanOut.of(row) for row in plans_of(case).select_related("case")]


@router.post("/cases/{number}/plans", **operation(*_DRAFT, out=PlanOut))
def begin_plan(request: ApiRequest, number: str) -> PlanOut:
    """Begin the next version; the caller's draft, if there is one."""
    caller = request.auth
    made = resolution.begin_plan(
        case=case_of(caller, number), by=caller.user, at=caller.at, via="api"
    )
    return PlanOut.of(plan_of(caller, made.uid))


@router.get("/plans/{uid}", **operation(*_READ, out=PlanOut))
def get_plan(request: ApiRequest, uid: UUID) -> PlanOut:
    return PlanOut.of(plan_of(request.auth, uid))


@router.post("/plans/{uid}/measures", **operation(*_DRAFT, out=PlanOut, status=201))
def add_measure(request: ApiRequest, uid: UUID, body: MeasureOnceIn) -> Status[PlanOut]:
    caller = request.auth
    plan = plan_of(caller, uid)
    resolution.add_measure(
        plan=plan,
        drafted=_drafted(request, plan.case, body),
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
    )
    return Status(201, PlanOut.of(plan_of(caller, uid)))


@router.post("/measures/{uid}/change", **operation(*_DRAFT, out=PlanOut))
def change_measure(request: ApiRequest, uid: UUID, body: MeasureIn) -> PlanOut:
    caller = request.auth
    found = measure_of(caller, uid)
    resolution.change_measure(
        measure=found,
        drafted=_drafted(request, found.plan.case, body),
        by=caller.user,
        at=caller.at,
    )
    return PlanOut.of(plan_of(caller, found.plan.uid))


@router.post("/measures/{uid}/removal", **operation(*_DRAFT, out=PlanOut))
def remove_measure(request: ApiRequest, uid: UUID) -> PlanOut:
    caller = request.auth
    found = measure_of(caller, uid)
    resolution.remove_measure(measure=found, by=caller.user, at=caller.at)
    return PlanOut.of(plan_of(caller, found.plan.uid))


@router.post("/plans/{uid}/support", **operation(*_DRAFT, out=PlanOut, status=201))
def add_support(request: ApiRequest, uid: UUID, body: SupportIn) -> Status[PlanOut]:
    """Offer something to somebody who was hurt; a task of its owner once approved."""
    caller = request.auth
    plan = plan_of(caller, uid)
    resolution.add_support(
        plan=plan,
        offered=Offered(
            kind=body.kind,
            party=party_of(caller, body.party),
            owner=colleague_of(caller, body.owner, path="owner"),
            days=body.days,
            words=body.words,
        ),
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
    )
    return Status(201, PlanOut.of(plan_of(caller, uid)))


@router.post("/support/{uid}/removal", **operation(*_DRAFT, out=PlanOut))
def remove_support(request: ApiRequest, uid: UUID) -> PlanOut:
    caller = request.auth
    found = plan_support_of(caller, uid)
    resolution.remove_support(support=found, by=caller.user, at=caller.at)
    return PlanOut.of(plan_of(caller, found.plan.uid))


@router.post("/plans/{uid}/submission", **operation(*_DRAFT, out=PlanOut))
def submit_plan(request: ApiRequest, uid: UUID, body: PlanSubmissionIn) -> PlanOut:
    """From then on it does not change; ``beyond`` where it leaves the proposed range."""
    caller = request.auth
    resolution.submit_plan(
        plan=plan_of(caller, uid),
        beyond=body.beyond,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return PlanOut.of(plan_of(caller, uid))


@router.post("/plans/{uid}/withdrawal", **operation(*_READ, out=PlanOut))
def withdraw_plan(request: ApiRequest, uid: UUID, body: PlanWithdrawalIn) -> PlanOut:
    """By its author, or by who may approve; with the scope of one of them."""
    caller = request.auth
    check_any_scope(caller, Permission.PLAN_DRAFT, Permission.PLAN_APPROVE)
    resolution.withdraw_plan(
        plan=plan_of(caller, uid),
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return PlanOut.of(plan_of(caller, uid))


@router.post("/plans/{uid}/decision", **operation(*_APPROVE, out=PlanOut))
def decide_plan(request: ApiRequest, uid: UUID, body: PlanDecisionIn) -> PlanOut:
    """Approve it, or return it with what is wrong; neither its author nor a party may."""
    caller = request.auth
    resolution.decide_plan(
        plan=plan_of(caller, uid),
        is_approved=body.is_approved,
        remark=body.remark,
        shown=body.shown,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return PlanOut.of(plan_of(caller, uid))


def _case(request: ApiRequest, number: str) -> Case:
    caller = request.auth
    case = case_of(caller, number)
    check_can_see(caller.user, case)
    return case


def _drafted(request: ApiRequest, case: Case, body: MeasureIn) -> Drafted:
    said = body.model_dump(exclude={"party", "sentences", "request_id"})
    return Drafted(
        party=party_of(request.auth, body.party),
        sentences=_sentences(case, body.sentences),
        **said,
    )


def _sentences(case: Case, uids: list[UUID]) -> list[FindingSentence]:
    there = {one.uid: one for one in finding_sentences(case)}
    if any(uid not in there for uid in uids):
        raise InvalidInput(_("请引用现行调查结论中的句子"), path="sentences")
    return [there[uid] for uid in uids]
