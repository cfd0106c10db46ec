"""Talks and mediation over the API: begun, agreed to, proposed, accepted, performed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Router, Status
from pydantic import AwareDatetime, Field

from anlan.accounts.roles import Permission
from anlan.api.access import case_of, exhibit_of, party_of
from anlan.api.auth import ApiRequest, Caller, operation
from anlan.api.objects import Drawing
from anlan.api.schemas import In, OnceIn, Out, Text, UserOut
from anlan.cases.enums import Side
from anlan.resolution.mediation import permissions
from anlan.resolution.mediation import services as mediation
from anlan.resolution.mediation.agreement import (
    MOST_DEFAULT,
    MOST_FACTS,
    MOST_MANNER,
    MOST_TERMS,
    MOST_WORDS,
)
from anlan.resolution.mediation.enums import (
    Capacity,
    Exclusion,
    Proposer,
    TalksKind,
    TermBy,
    TermKind,
    WithdrawalWay,
)
from anlan.resolution.mediation.models import Body, Duty, Proposal, Talks
from anlan.resolution.mediation.remedies import remedies_of
from anlan.resolution.mediation.selectors.talks import (
    bodies_of,
    body_for,
    consents_of,
    duties_of,
    duty_for,
    proposal_for,
    proposals_of,
    talks_for,
    talks_of,
)
from anlan.resolution.mediation.services import Draft, Giver, TermDraft
from anlan.resolution.mediation.services.consents import MOST_GIVER
from anlan.resolution.mediation.services.talks import MOST_ABOUT, MOST_REASON

router = Router(tags=["mediation"])

_REGISTER = (Permission.TALKS_READ,)
_READ = (Permission.CASE_SEE, Permission.TALKS_READ)
_RUN = (*_READ, Permission.TALKS_RUN)


class BodyOut(Out):
    uid: UUID
    kind: str
    name: str
    area: str
    address: str
    contact: str
    verified_on: date
    version: int


class ConsentOut(Out):
    """The newest of a side; who gave it for somebody else is told on no list."""

    side: str
    way: str
    capacity: str
    given_at: datetime
    withdrawn_at: datetime | None


class TermOut(Out):
    uid: UUID
    position: int
    kind: str
    by: str
    words: str
    manner: str
    fen: int | None
    due_on: date


class ProposalOut(Out):
    uid: UUID
    talks: UUID
    number: int
    state: str
    by: str
    facts: str
    share_victim: int | None
    share_aggressor: int | None
    in_default: str
    written_by: UserOut
    written_at: datetime
    terms: list[TermOut]
    accepted_by: list[str]

    @classmethod
    def of(cls, row: Proposal) -> ProposalOut:
        return cls(
            uid=row.uid,
            talks=row.talks.uid,
            number=row.number,
            state=row.state,
            by=row.by,
            facts=row.facts,
            share_victim=row.share_victim,
            share_aggressor=row.share_aggressor,
            in_default=row.in_default,
            written_by=UserOut.of(row.written_by),
            written_at=row.written_at,
            terms=[TermOut.of(term) for term in row.terms.all()],
            accepted_by=sorted(one.side for one in row.acceptances.all()),
        )


class DutyOut(Out):
    uid: UUID
    talks: UUID
    term: UUID
    state: str
    due_on: date
    ended_at: datetime | None
    words: str
    exhibit: UUID | None

    @classmethod
    def of(cls, row: Duty) -> DutyOut:
        return cls(
            uid=row.uid,
            talks=row.talks.uid,
            term=row.term.uid,
            state=row.state,
            due_on=row.due_on,
            ended_at=row.ended_at,
            words=row.words,
            exhibit=row.exhibit.uid if row.exhibit else None,
        )


class TalksOut(Out):
    """What was said in sessions is not here, and nowhere else in the API."""

    uid: UUID
    case: str
    code: str
    kind: str
    state: str
    victim: UUID
    aggressor: UUID
    host: UserOut
    body: UUID | None
    about: str
    begun_at: datetime
    due_on: date
    ended_at: datetime | None
    effective_on: date | None
    deed: UUID | None
    consents: list[ConsentOut]
    remedies: list[str]

    @classmethod
    def of(cls, row: Talks) -> TalksOut:
        return cls(
            uid=row.uid,
            case=row.case.number,
            code=row.code,
            kind=row.kind,
            state=row.state,
            victim=row.victim.uid,
            aggressor=row.aggressor.uid,
            host=UserOut.of(row.host),
            body=row.body.uid if row.body else None,
            about=row.about,
            begun_at=row.begun_at,
            due_on=row.due_on,
            ended_at=row.ended_at,
            effective_on=row.effective_on,
            deed=row.deed.uid if row.deed else None,
            consents=[ConsentOut.of(one) for one in consents_of(row).values() if one],
            remedies=[one.words for one in remedies_of(row)],
        )


class TalksIn(OnceIn):
    """``excluded`` is what is known to speak against it; ``body`` is for mediation."""

    kind: TalksKind
    victim: UUID
    aggressor: UUID
    about: Annotated[Text, Field(min_length=1, max_length=MOST_ABOUT)]
    body: UUID | None = None
    excluded: Annotated[list[Exclusion], Field(max_length=len(Exclusion))] = []


class BodyAnswerIn(In):
    accepts: bool
    reason: Annotated[Text, Field(max_length=MOST_REASON)] = ""


class ConsentIn(In):
    """A drawing, or the exhibit that is the signed paper."""

    side: Side
    capacity: Capacity = Capacity.SELF
    giver: Annotated[Text, Field(max_length=MOST_GIVER)] = ""
    authority: UUID | None = None
    signature: Drawing = b""
    exhibit: UUID | None = None


class TalksWithdrawalIn(In):
    side: Side
    way: WithdrawalWay
    words: Annotated[Text, Field(max_length=500)] = ""


class TermIn(In):
    kind: TermKind
    by: TermBy
    due_on: date
    words: Annotated[Text, Field(max_length=MOST_WORDS)] = ""
    manner: Annotated[Text, Field(max_length=MOST_MANNER)] = ""
    fen: Annotated[int, Field(ge=1)] | None = None


class ProposalIn(OnceIn):
    """``latest`` is the number of the version that was looked at; 0 is none."""

    proposer: Proposer
    latest: Annotated[int, Field(ge=0)]
    facts: Annotated[Text, Field(min_length=1, max_length=MOST_FACTS)]
    in_default: Annotated[Text, Field(min_length=1, max_length=MOST_DEFAULT)]
    share_victim: Annotated[int, Field(ge=0, le=100)] | None = None
    share_aggressor: Annotated[int, Field(ge=0, le=100)] | None = None
    terms: Annotated[list[TermIn], Field(min_length=1, max_length=MOST_TERMS)]


class AcceptanceIn(In):
    side: Side
    signature: Drawing


class DecliningIn(In):
    side: Side


class TalksEndIn(In):
    reason: Annotated[Text, Field(min_length=1, max_length=MOST_REASON)]
    exclusion: Exclusion | None = None


class SessionIn(OnceIn):
    planned_at: AwareDatetime
    place: Annotated[Text, Field(min_length=1, max_length=120)]


class PerformanceIn(In):
    words: Annotated[Text, Field(min_length=1, max_length=MOST_WORDS)]
    exhibit: UUID | None = None


class DefaultIn(In):
    words: Annotated[Text, Field(min_length=1, max_length=MOST_WORDS)]


@router.get("/mediation-bodies", **operation(*_REGISTER, out=list[BodyOut]))
def list_bodies(request: ApiRequest) -> list[BodyOut]:
    """The register of the company."""
    user = request.auth.user
    permissions.check_can_read_bodies(user, user.organisation)
    return [BodyOut.of(row) for row in bodies_of(user.organisation)]


@router.get("/cases/{number}/talks", **operation(*_READ, out=list[TalksOut]))
def list_talks(request: ApiRequest, number: str) -> list[TalksOut]:
    """The newest first."""
    caller = request.auth
    case = case_of(caller, number)
    permissions.check_can_see_case_talks(caller.user, case)
    return [TalksOut.of(row) for row in talks_of(case)]


@router.post("/cases/{number}/talks", **operation(*_RUN, out=TalksOut, status=201))
def begin_talks(request: ApiRequest, number: str, body: TalksIn) -> Status[TalksOut]:
    """A negotiation of the office, or an invitation to a body."""
    caller = request.auth
    made = mediation.begin_talks(
        case=case_of(caller, number),
        kind=body.kind,
        victim=party_of(caller, body.victim),
        aggressor=party_of(caller, body.aggressor),
        about=body.about,
        body=_body(caller, body.body),
        excluded=body.excluded,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, _talks(caller, made.uid))


@router.get("/talks/{uid}", **operation(*_READ, out=TalksOut))
def get_talks(request: ApiRequest, uid: UUID) -> TalksOut:
    return _talks(request.auth, uid)


@router.post("/talks/{uid}/answer", **operation(*_RUN, out=TalksOut))
def record_body_answer(request: ApiRequest, uid: UUID, body: BodyAnswerIn) -> TalksOut:
    """What the body that was asked says."""
    caller = request.auth
    mediation.record_answer(
        talks=talks_for(caller.user, uid),
        accepts=body.accepts,
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return _talks(caller, uid)


@router.post("/talks/{uid}/consents", **operation(*_RUN, out=TalksOut, status=201))
def give_consent(request: ApiRequest, uid: UUID, body: ConsentIn) -> Status[TalksOut]:
    """One side agrees: it signs, or has signed on paper. By link it does so itself."""
    caller = request.auth
    found = talks_for(caller.user, uid)
    authority = exhibit_of(caller, body.authority) if body.authority else None
    giver = Giver(body.capacity, body.giver, authority)
    if body.exhibit is not None:
        mediation.consent_on_paper(
            talks=found,
            side=body.side,
            exhibit=exhibit_of(caller, body.exhibit),
            giver=giver,
            by=caller.user,
            at=caller.at,
            via="api",
        )
    else:
        mediation.consent_on_screen(
            talks=found,
            side=body.side,
            signature=[body.signature],
            giver=giver,
            by=caller.user,
            at=caller.at,
            via="api",
        )
    return Status(201, _talks(caller, uid))


@router.post("/talks/{uid}/withdrawal", **operation(*_RUN, out=TalksOut))
def withdraw_consent(
    request: ApiRequest, uid: UUID, body: TalksWithdrawalIn
) -> TalksOut:
    """A side is not willing, or not any more; whatever was running ends with it."""
    caller = request.auth
    mediation.record_withdrawal(
        talks=talks_for(caller.user, uid),
        side=body.side,
        way=body.way,
        words=body.words,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return _talks(caller, uid)


@router.post("/talks/{uid}/end", **operation(*_RUN, out=TalksOut))
def end_talks(request: ApiRequest, uid: UUID, body: TalksEndIn) -> TalksOut:
    """Nothing came of it; ``remedies`` names what is open to both."""
    caller = request.auth
    mediation.end_talks(
        talks=talks_for(caller.user, uid),
        reason=body.reason,
        exclusion=body.exclusion,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return _talks(caller, uid)


@router.post("/talks/{uid}/sessions", **operation(*_RUN, out=TalksOut, status=201))
def plan_session(request: ApiRequest, uid: UUID, body: SessionIn) -> Status[TalksOut]:
    caller = request.auth
    mediation.plan_session(
        talks=talks_for(caller.user, uid),
        planned=body.planned_at,
        place=body.place,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, _talks(caller, uid))


@router.get("/talks/{uid}/proposals", **operation(*_READ, out=list[ProposalOut]))
def list_proposals(request: ApiRequest, uid: UUID) -> list[ProposalOut]:
    """Every version, the newest first."""
    found = talks_for(request.auth.user, uid)
    return [ProposalOut.of(row) for row in proposals_of(found)]


@router.post("/talks/{uid}/proposals", **operation(*_RUN, out=ProposalOut, status=201))
def propose(request: ApiRequest, uid: UUID, body: ProposalIn) -> Status[ProposalOut]:
    """The next version; the one before cannot be accepted any more."""
    caller = request.auth
    made = mediation.propose(
        talks=talks_for(caller.user, uid),
        proposer=body.proposer,
        draft=Draft(
            facts=body.facts,
            in_default=body.in_default,
            share_victim=body.share_victim,
            share_aggressor=body.share_aggressor,
            terms=[TermDraft(**one.model_dump()) for one in body.terms],
        ),
        latest=body.latest,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, ProposalOut.of(proposal_for(caller.user, made.uid)))


@router.post("/proposals/{uid}/acceptance", **operation(*_RUN, out=ProposalOut))
def accept_proposal(request: ApiRequest, uid: UUID, body: AcceptanceIn) -> ProposalOut:
    """One side signs this version; with the second it is agreed."""
    caller = request.auth
    mediation.accept_proposal(
        proposal=proposal_for(caller.user, uid),
        side=body.side,
        signature=[body.signature],
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return ProposalOut.of(proposal_for(caller.user, uid))


@router.post("/proposals/{uid}/declining", **operation(*_RUN, out=ProposalOut))
def decline_proposal(request: ApiRequest, uid: UUID, body: DecliningIn) -> ProposalOut:
    caller = request.auth
    mediation.decline_proposal(
        proposal=proposal_for(caller.user, uid),
        side=body.side,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return ProposalOut.of(proposal_for(caller.user, uid))


@router.get("/talks/{uid}/duties", **operation(*_READ, out=list[DutyOut]))
def list_duties(request: ApiRequest, uid: UUID) -> list[DutyOut]:
    """What was agreed, term by term, and whether it was performed."""
    found = talks_for(request.auth.user, uid)
    return [DutyOut.of(row) for row in duties_of(found)]


@router.post("/duties/{uid}/performance", **operation(*_RUN, out=DutyOut))
def record_performance(request: ApiRequest, uid: UUID, body: PerformanceIn) -> DutyOut:
    """Money is proven by an exhibit."""
    caller = request.auth
    mediation.record_performance(
        duty=duty_for(caller.user, uid),
        words=body.words,
        exhibit=exhibit_of(caller, body.exhibit) if body.exhibit else None,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return DutyOut.of(duty_for(caller.user, uid))


@router.post("/duties/{uid}/default", **operation(*_RUN, out=DutyOut))
def record_default(request: ApiRequest, uid: UUID, body: DefaultIn) -> DutyOut:
    """It was not performed by its day."""
    caller = request.auth
    mediation.record_default(
        duty=duty_for(caller.user, uid),
        words=body.words,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return DutyOut.of(duty_for(caller.user, uid))


def _talks(caller: Caller, uid: UUID) -> TalksOut:
    return TalksOut.of(talks_for(caller.user, uid))


def _body(caller: Caller, uid: UUID | None) -> Body | None:
    return body_for(caller.user, uid) if uid else None
