"""Risk markers over the API: advice for who meets the person, the rest for who decides."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import Field

from anlan.accounts.roles import Permission
from anlan.api.access import party_of
from anlan.api.auth import ApiRequest, operation
from anlan.api.schemas import In, Out, Reason, Text, UserOut
from anlan.base.clock import local_day
from anlan.base.errors import Conflict
from anlan.cases.policies import check_is_real
from anlan.customers import services as customers
from anlan.customers.enums import MarkerState, MarkerStep, ObjectionOutcome
from anlan.customers.models import (
    ADVICE_LENGTH,
    MARKER_WORDS_LENGTH,
    MarkerDecision,
    MarkerObjection,
    Person,
    RiskMarker,
)
from anlan.customers.permissions import check_can_list_markers
from anlan.customers.selectors.markers import (
    Which,
    listed,
    marker_for,
    minded,
    objection_for,
    with_history,
)

router = Router(tags=["markers"])

Advice = Annotated[Text, Field(max_length=ADVICE_LENGTH)]
MarkerWords = Annotated[Text, Field(max_length=MARKER_WORDS_LENGTH)]


class MindedOut(Out):
    """What to mind when meeting somebody; not why."""

    uid: UUID
    advice: str
    expires_on: date


class MindedListOut(Out):
    """``hidden`` counts the markers in force that the caller may not read."""

    advice: list[MindedOut]
    hidden: int


class MarkerDecisionOut(Out):
    step: MarkerStep
    reason: str
    advice: str
    told_on: date | None
    not_told_why: str
    despite: str
    review_on: date | None
    decided_by: UserOut
    decided_at: datetime

    @classmethod
    def of(cls, row: MarkerDecision) -> MarkerDecisionOut:
        return cls(
            step=MarkerStep(row.step),
            reason=row.reason,
            advice=row.advice,
            told_on=row.told_on,
            not_told_why=row.not_told_why,
            despite=row.despite,
            review_on=row.review_on,
            decided_by=UserOut.of(row.decided_by),
            decided_at=row.decided_at,
        )


class MarkerObjectionOut(Out):
    uid: UUID
    words: str
    received_by: UserOut
    received_at: datetime
    due_on: date
    outcome: str
    reason: str
    decided_by: UserOut | None
    decided_at: datetime | None

    @classmethod
    def of(cls, row: MarkerObjection) -> MarkerObjectionOut:
        return cls(
            uid=row.uid,
            words=row.words,
            received_by=UserOut.of(row.received_by),
            received_at=row.received_at,
            due_on=row.due_on,
            outcome=row.outcome,
            reason=row.reason,
            decided_by=UserOut.perhaps(row.decided_by),
            decided_at=row.decided_at,
        )


class MarkerOut(Out):
    """With every decision and objection, the newest first."""

    uid: UUID
    person: UUID
    site: str
    state: MarkerState
    advice: str
    review_on: date
    expires_on: date
    decisions: list[MarkerDecisionOut]
    objections: list[MarkerObjectionOut]

    @classmethod
    def shown(cls, row: RiskMarker, *, on: date) -> MarkerOut:
        """Of a row ``with_history``."""
        decisions = row.decisions.all()
        return cls(
            uid=row.uid,
            person=row.person.uid,
            site=row.site.code,
            state=row.state(on=on),
            advice=next((one.advice for one in decisions if one.advice), ""),
            review_on=row.review_on,
            expires_on=row.expires_on,
            decisions=[MarkerDecisionOut.of(one) for one in decisions],
            objections=[MarkerObjectionOut.of(one) for one in row.objections.all()],
        )


class MarkerIn(In):
    """Either ``told_on`` or ``not_told_why``: whether the person was told of it.

    ``despite`` says why it is set although an objection to an earlier one was upheld, or
    was never heard.
    """

    advice: Advice
    reason: Annotated[Reason, Field(max_length=MARKER_WORDS_LENGTH)]
    review_on: date
    expires_on: date
    told_on: date | None = None
    not_told_why: MarkerWords = ""
    despite: MarkerWords = ""


class MarkerReviewIn(In):
    """``review_on`` of one that is kept or changed, ``advice`` of one that is changed."""

    step: Literal["kept", "changed", "ended"]
    reason: Annotated[Reason, Field(max_length=MARKER_WORDS_LENGTH)]
    advice: Advice = ""
    review_on: date | None = None


class MarkerObjectionIn(In):
    words: Annotated[MarkerWords, Field(min_length=1)]


class MarkerHearingIn(In):
    outcome: Literal["kept", "ended"]
    reason: Annotated[Reason, Field(max_length=MARKER_WORDS_LENGTH)]


@router.get(
    "/parties/{uid}/markers",
    **operation(Permission.CASE_SEE, out=MindedListOut),
)
def list_advice(request: ApiRequest, uid: UUID) -> MindedListOut:
    """What to mind when meeting this party; what the caller may not read is counted."""
    caller = request.auth
    person = party_of(caller, uid).person
    people = [person] if person is not None else []
    found = minded(people, caller.user, on=local_day(caller.at))
    theirs = found.get(person.pk) if person is not None else None
    if theirs is None:
        return MindedListOut(advice=[], hidden=0)
    return MindedListOut(
        advice=[
            MindedOut(uid=row.uid, advice=advice, expires_on=row.expires_on)
            for row, advice in theirs.advice
        ],
        hidden=theirs.hidden,
    )


@router.post(
    "/parties/{uid}/markers",
    **operation(Permission.CASE_SEE, Permission.MARKER_SET, out=MarkerOut, status=201),
)
def set_marker(request: ApiRequest, uid: UUID, body: MarkerIn) -> Status[MarkerOut]:
    """Decide on a marker for this party's person; one that holds already is a conflict."""
    caller = request.auth
    party = party_of(caller, uid)
    check_is_real(party.case)
    made = customers.set_marker(
        person=_person(party.person),
        site=party.case.site,
        advice=body.advice,
        reason=body.reason,
        review_on=body.review_on,
        expires_on=body.expires_on,
        told_on=body.told_on,
        not_told_why=body.not_told_why,
        despite=body.despite,
        case_number=party.case.number,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, _shown(made, on=local_day(caller.at)))


@router.get("/markers", **operation(Permission.MARKER_SET, out=list[MarkerOut]))
def list_markers(
    request: ApiRequest, which: Literal["due", "running", "over"] = "due"
) -> list[MarkerOut]:
    """Those that the caller decides on, at most a hundred: what waits, holds or is over."""
    caller = request.auth
    check_can_list_markers(caller.user)
    on = local_day(caller.at)
    rows = with_history(listed(caller.user, Which(which), on=on))[:100]
    return [MarkerOut.shown(row, on=on) for row in rows]


@router.post(
    "/markers/{uid}/review",
    **operation(Permission.MARKER_READ, Permission.MARKER_SET, out=MarkerOut),
)
def review_marker(request: ApiRequest, uid: UUID, body: MarkerReviewIn) -> MarkerOut:
    """Keep it, change its advice, or end it; its last day stays."""
    caller = request.auth
    reviewed = customers.review_marker(
        marker=marker_for(caller.user, uid, on=local_day(caller.at)),
        step=MarkerStep(body.step),
        reason=body.reason,
        advice=body.advice,
        review_on=body.review_on,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return _shown(reviewed, on=local_day(caller.at))


@router.post(
    "/markers/{uid}/objections",
    **operation(Permission.MARKER_READ, out=MarkerObjectionOut, status=201),
)
def object_to_marker(
    request: ApiRequest, uid: UUID, body: MarkerObjectionIn
) -> Status[MarkerObjectionOut]:
    """Take down what the person says against it."""
    caller = request.auth
    made = customers.object_to_marker(
        marker=marker_for(caller.user, uid, on=local_day(caller.at)),
        words=body.words,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, MarkerObjectionOut.of(made))


@router.post(
    "/marker-objections/{uid}/decision",
    **operation(Permission.MARKER_SET, out=MarkerObjectionOut),
)
def decide_marker_objection(
    request: ApiRequest, uid: UUID, body: MarkerHearingIn
) -> MarkerObjectionOut:
    """Say whether the marker stays; never by whoever decided anything about it."""
    caller = request.auth
    decided = customers.decide_marker_objection(
        objection=objection_for(caller.user, uid),
        outcome=ObjectionOutcome(body.outcome),
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return MarkerObjectionOut.of(decided)


def _shown(row: RiskMarker, *, on: date) -> MarkerOut:
    """As it is now, whatever was read of it before."""
    rows = with_history(RiskMarker.objects.filter(pk=row.pk))
    return MarkerOut.shown(rows.get(), on=on)


def _person(person: Person | None) -> Person:
    if person is None:
        raise Conflict(_("这位当事人没有登记个人资料"))
    return person
