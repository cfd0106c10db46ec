"""Interviews over the API: planned, begun as a statement, stopped, called off."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import Field

from anlan.accounts.roles import Permission
from anlan.api.access import colleague_of, guardian_of
from anlan.api.auth import ApiRequest, Caller, operation
from anlan.api.investigation.access import interview_of, parties_named, seen_case
from anlan.api.schemas import In, Instant, OnceIn, Out, Text, UserOut
from anlan.base.errors import InvalidInput
from anlan.evidence.enums import StatementMode, StatementRole
from anlan.investigation import services as investigation
from anlan.investigation.models import Interview, InterviewQuestion
from anlan.investigation.selectors.interviews import (
    gaps_of,
    interviews_of,
    unasked_of,
)
from anlan.investigation.services import Plan

router = Router(tags=["investigation"])

_SEE = (Permission.CASE_SEE, Permission.INVESTIGATION_READ)
_LEAD = (*_SEE, Permission.INVESTIGATE)
Where = Annotated[Text, Field(max_length=120)]


class QuestionOut(Out):
    """``is_asked``: something is written down to it, were it that they do not answer."""

    uid: UUID
    text: str
    is_asked: bool


class InterviewOut(Out):
    uid: UUID
    case: str
    code: str
    position: int
    party: UUID
    role: str
    interviewer: UserOut
    planned_for: datetime | None
    place: str
    topics: str
    state: str
    guardian_present: bool
    is_under_fourteen: bool
    has_consent: bool
    begun_at: datetime | None
    ended_at: datetime | None
    reason: str
    statement: UUID | None
    questions: list[QuestionOut]

    @classmethod
    def of(cls, row: Interview) -> InterviewOut:
        unasked = {question.pk for question in unasked_of(row)}
        return cls(
            uid=row.uid,
            case=row.case.number,
            code=row.code,
            position=row.position,
            party=row.party.uid,
            role=row.role,
            interviewer=UserOut.of(row.interviewer),
            planned_for=row.planned_for,
            place=row.place,
            topics=row.topics,
            state=row.state,
            guardian_present=row.guardian_present,
            is_under_fourteen=row.is_under_fourteen,
            has_consent=row.has_consent,
            begun_at=row.begun_at,
            ended_at=row.ended_at,
            reason=row.reason,
            statement=row.statement.uid if row.statement else None,
            questions=[
                QuestionOut(
                    uid=question.uid,
                    text=question.text,
                    is_asked=question.pk not in unasked,
                )
                for question in row.questions.order_by("position")
            ],
        )


class GapOut(Out):
    """What nobody asked a party: questions by uid, to take up, and the guide's in words."""

    party: UUID
    questions: list[QuestionOut]
    guide: list[str]


class InterviewsOut(Out):
    interviews: list[InterviewOut]
    gaps: list[GapOut]


class InterviewPlanIn(In):
    """``interviewer`` is the caller unless somebody is named; position 0 is behind all."""

    interviewer: UUID | None = None
    position: Annotated[int, Field(ge=0, le=99)] = 0
    planned_for: Instant | None = None
    place: Where = ""
    topics: Annotated[Text, Field(max_length=1000)] = ""

    def plan(self, caller: Caller) -> Plan:
        return Plan(
            interviewer=colleague_of(caller, self.interviewer, path="interviewer"),
            position=self.position,
            planned_for=self.planned_for,
            place=self.place,
            topics=self.topics,
        )


class InterviewIn(InterviewPlanIn):
    """``parties`` is a list so that a second one can be refused, with the rule (G21)."""

    request_id: UUID | None = None
    parties: Annotated[list[UUID], Field(max_length=20)]
    role: Literal["victim", "aggressor", "witness", "guard", "other"]
    questions: Annotated[
        list[Annotated[Text, Field(min_length=1, max_length=200)]],
        Field(max_length=20),
    ] = []
    take_up: Annotated[list[UUID], Field(max_length=20)] = []


class BeginningIn(OnceIn):
    """``guardian`` is a party of the case that is linked to the person as that."""

    place: Annotated[Where, Field(min_length=1)]
    is_told: bool
    mode: Literal["spoken", "written", "phone"] = "spoken"
    language: Annotated[Text, Field(max_length=40)] = ""
    present: Annotated[Text, Field(max_length=200)] = ""
    is_minor: bool = False
    guardian: UUID | None = None
    is_guardian_present: bool = False
    is_under_fourteen: bool = False
    has_consent: bool = False


class StopIn(In):
    words: Annotated[Text, Field(max_length=500)] = ""


class CancelIn(In):
    reason: Annotated[Text, Field(min_length=1, max_length=500)]


@router.get("/cases/{number}/interviews", **operation(*_SEE, out=InterviewsOut))
def list_interviews(request: ApiRequest, number: str) -> InterviewsOut:
    """The plan in its order, and what nobody has asked yet."""
    case = seen_case(request.auth, number)
    return InterviewsOut(
        interviews=[InterviewOut.of(row) for row in interviews_of(case)],
        gaps=[
            GapOut(
                party=gap.party.uid,
                questions=[
                    QuestionOut(uid=one.uid, text=one.text, is_asked=False)
                    for one in gap.questions
                ],
                guide=list(gap.guide),
            )
            for gap in gaps_of(case)
        ],
    )


@router.post(
    "/cases/{number}/interviews", **operation(*_LEAD, out=InterviewOut, status=201)
)
def plan_interview(
    request: ApiRequest, number: str, body: InterviewIn
) -> Status[InterviewOut]:
    """Plan to hear one person; questions beside the guide's are in one's own words."""
    caller = request.auth
    case = seen_case(caller, number)
    made = investigation.plan_interview(
        case=case,
        parties=parties_named(case, body.parties),
        role=StatementRole(body.role),
        plan=body.plan(caller),
        questions=body.questions,
        take_up=_questions(case.pk, body.take_up),
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, InterviewOut.of(interview_of(caller, made.uid)))


@router.get("/interviews/{uid}", **operation(*_SEE, out=InterviewOut))
def get_interview(request: ApiRequest, uid: UUID) -> InterviewOut:
    return InterviewOut.of(interview_of(request.auth, uid))


@router.post("/interviews/{uid}/plan", **operation(*_LEAD, out=InterviewOut))
def replan_interview(
    request: ApiRequest, uid: UUID, body: InterviewPlanIn
) -> InterviewOut:
    """Plan otherwise what has not begun; who is heard stays."""
    caller = request.auth
    investigation.replan_interview(
        interview=interview_of(caller, uid),
        plan=body.plan(caller),
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return InterviewOut.of(interview_of(caller, uid))


@router.post(
    "/interviews/{uid}/beginning",
    **operation(*_LEAD, Permission.STATEMENT_TAKE, out=InterviewOut),
)
def begin_interview(request: ApiRequest, uid: UUID, body: BeginningIn) -> InterviewOut:
    """Begin: what they say is written down as the statement that it names."""
    caller = request.auth
    investigation.begin_interview(
        interview=interview_of(caller, uid),
        place=body.place,
        is_told=body.is_told,
        mode=StatementMode(body.mode),
        language=body.language,
        present=body.present,
        is_minor=body.is_minor,
        guardian=guardian_of(caller, body.guardian),
        is_guardian_present=body.is_guardian_present,
        is_under_fourteen=body.is_under_fourteen,
        has_consent=body.has_consent,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return InterviewOut.of(interview_of(caller, uid))


@router.post("/interviews/{uid}/stopping", **operation(*_LEAD, out=InterviewOut))
def stop_interview(request: ApiRequest, uid: UUID, body: StopIn) -> InterviewOut:
    """They want to stop; no reason is asked."""
    caller = request.auth
    investigation.stop_interview(
        interview=interview_of(caller, uid),
        words=body.words,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return InterviewOut.of(interview_of(caller, uid))


@router.post("/interviews/{uid}/cancellation", **operation(*_LEAD, out=InterviewOut))
def cancel_interview(request: ApiRequest, uid: UUID, body: CancelIn) -> InterviewOut:
    """Call off what has not begun; its questions stay as gaps."""
    caller = request.auth
    investigation.cancel_interview(
        interview=interview_of(caller, uid),
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return InterviewOut.of(interview_of(caller, uid))


def _questions(case: int, uids: list[UUID]) -> list[InterviewQuestion]:
    found = {
        one.uid: one
        for one in InterviewQuestion.objects.filter(uid__in=uids, interview__case=case)
    }
    if set(found) != set(uids):
        raise InvalidInput(_("没有这个问题"), path="take_up")
    return [found[uid] for uid in dict.fromkeys(uids)]
