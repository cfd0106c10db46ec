"""Talks and mediation over the API: begun, agreed to, proposed, accepted, performed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import Field

from anlan.accounts.models import User
from anlan.accounts.roles import Permission
from anlan.accounts.selectors import staff_of
from anlan.api.access import case_of, exhibit_of, party_of
from anlan.api.auth import ApiRequest, Caller, operation
from anlan.api.objects import Drawing
from anlan.api.schemas import In, Instant, OnceIn, Out, Text, UserOut
from anlan.base.errors import InvalidInput
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
    BodyKind,
    Capacity,
    Chooser,
    Exclusion,
    Found,
    Proposer,
    SessionState,
    TalksKind,
    TermBy,
    TermKind,
    WithdrawalWay,
)
from anlan.resolution.mediation.models import (
    Body,
    Confirmation,
    Duty,
    Forgiveness,
    Mediator,
    Proposal,
    Session,
    Talks,
)
from anlan.resolution.mediation.remedies import remedies_of
from anlan.resolution.mediation.selectors.talks import (
    approval_of,
    bodies_of,
    body_for,
    confirmation_of,
    consents_of,
    duties_of,
    duty_for,
    mediator_for,
    outside_mediators,
    proposal_for,
    proposals_of,
    session_for,
    sessions_of,
    talks_for,
    talks_of,
)
from anlan.resolution.mediation.services import Draft, Giver, TermDraft
from anlan.resolution.mediation.services.forgiving import MOST_TEXT
from anlan.resolution.mediation.services.givers import MOST_GIVER, MOST_RELATION
from anlan.resolution.mediation.services.mandates import MOST_CHOICE
from anlan.resolution.mediation.services.mandates import MOST_REASON as MOST_WHY
from anlan.resolution.mediation.services.sessions import MOST_WISH
from anlan.resolution.mediation.services.standing import MOST_FOUND
from anlan.resolution.mediation.services.talks import MOST_ABOUT, MOST_REASON

router = Router(tags=["mediation"])

_REGISTER = (Permission.TALKS_READ,)
_READ = (Permission.CASE_SEE, Permission.TALKS_READ)
_RUN = (*_READ, Permission.TALKS_RUN)


class MediatorOut(Out):
    uid: UUID
    name: str
    has_account: bool

    @classmethod
    def of(cls, row: Mediator) -> MediatorOut:
        return cls(uid=row.uid, name=row.name, has_account=row.user_id is not None)


class BodyOut(Out):
    uid: UUID
    kind: str
    name: str
    area: str
    address: str
    contact: str
    verified_on: date
    version: int
    mediators: list[MediatorOut]

    @classmethod
    def of(cls, row: Body) -> BodyOut:
        return cls(
            uid=row.uid,
            kind=row.kind,
            name=row.name,
            area=row.area,
            address=row.address,
            contact=row.contact,
            verified_on=row.verified_on,
            version=row.version,
            mediators=[MediatorOut.of(one) for one in row.mediators.all()],
        )


class SessionOut(Out):
    """When, where and who may read the notes; what was said is nowhere in the API."""

    uid: UUID
    talks: UUID
    number: int
    state: str
    planned_at: datetime
    place: str
    is_closed: bool
    begun_at: datetime | None
    ended_at: datetime | None
    readers: list[UserOut]

    @classmethod
    def of(cls, row: Session) -> SessionOut:
        return cls(
            uid=row.uid,
            talks=row.talks.uid,
            number=row.number,
            state=row.state,
            planned_at=row.planned_at,
            place=row.place,
            is_closed=row.is_closed,
            begun_at=row.begun_at,
            ended_at=row.ended_at,
            readers=[UserOut.of(one) for one in row.readers.all()],
        )


class ConfirmationOut(Out):
    talks: UUID
    state: str
    due_on: date
    court: str
    applied_on: date | None
    decided_on: date | None
    decision: str
    exhibit: UUID | None

    @classmethod
    def of(cls, row: Confirmation) -> ConfirmationOut:
        return cls(
            talks=row.talks.uid,
            state=row.state,
            due_on=row.due_on,
            court=row.court,
            applied_on=row.applied_on,
            decided_on=row.decided_on,
            decision=row.number,
            exhibit=row.exhibit.uid if row.exhibit else None,
        )


class ForgivenessOut(Out):
    """The letter; its words are on the exhibit alone."""

    talks: UUID
    made_at: datetime
    exhibit: UUID

    @classmethod
    def of(cls, row: Forgiveness) -> ForgivenessOut:
        return cls(talks=row.talks.uid, made_at=row.made_at, exhibit=row.exhibit.uid)


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
    office_approved_by: UserOut | None
    office_approved_at: datetime | None

    @classmethod
    def of(cls, row: Proposal) -> ProposalOut:
        approval = approval_of(row)
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
            office_approved_by=UserOut.perhaps(
                approval.approved_by if approval else None
            ),
            office_approved_at=approval.approved_at if approval else None,
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
    mediator: UUID | None
    about: str
    begun_at: datetime
    due_on: date
    ended_at: datetime | None
    exclusion: str
    exclusion_lifted_at: datetime | None
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
            mediator=row.mediator.uid if row.mediator else None,
            about=row.about,
            begun_at=row.begun_at,
            due_on=row.due_on,
            ended_at=row.ended_at,
            exclusion=row.exclusion,
            exclusion_lifted_at=row.lifted_at,
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
    by_guardian: Annotated[list[Side], Field(max_length=len(Side))] = []


class BodyAnswerIn(In):
    """``is_unrelated``: the mediator was asked, and has nothing to do with either side.

    With a mediator it has to be said in ``chosen_by`` who chose them.
    """

    accepts: bool
    mediator: UUID | None = None
    is_unrelated: bool = False
    chosen_by: Chooser | None = None
    choice: Annotated[Text, Field(max_length=MOST_CHOICE)] = ""
    reason: Annotated[Text, Field(max_length=MOST_REASON)] = ""


class GiverIn(In):
    """Who acts for the side: itself, its guardian by name or row, or an agent."""

    capacity: Capacity = Capacity.SELF
    giver: Annotated[Text, Field(max_length=MOST_GIVER)] = ""
    giver_party: UUID | None = None
    relation: Annotated[Text, Field(max_length=MOST_RELATION)] = ""
    authority: UUID | None = None


class ConsentIn(GiverIn):
    """A drawing, or the exhibit that is the signed paper."""

    side: Side
    signature: Drawing = b""
    exhibit: UUID | None = None


class StandingIn(In):
    """``exhibit`` is the identity document; ``words`` is why a mark was wrong."""

    side: Side
    found: Found
    words: Annotated[Text, Field(max_length=MOST_FOUND)] = ""
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


class AcceptanceIn(GiverIn):
    side: Side
    signature: Drawing


class DecliningIn(In):
    side: Side


class TalksEndIn(In):
    reason: Annotated[Text, Field(min_length=1, max_length=MOST_REASON)]
    exclusion: Exclusion | None = None


class LiftIn(In):
    reason: Annotated[Text, Field(min_length=1, max_length=MOST_REASON)]


class SessionIn(OnceIn):
    """``readers``: who reads the notes beside whoever leads."""

    planned_at: Instant
    place: Annotated[Text, Field(min_length=1, max_length=120)]
    readers: Annotated[list[UUID], Field(max_length=20)] = []


class ReadersIn(In):
    readers: Annotated[list[UUID], Field(max_length=20)]


class WriterIn(In):
    """``words``: how the mediator, who has no account, asked for it."""

    writer: UUID
    words: Annotated[Text, Field(min_length=1, max_length=MOST_WISH)]


class SessionEndIn(In):
    """``held``, ``broken`` off, or ``cancelled`` before it began."""

    state: Literal["held", "broken", "cancelled"] = "held"


class BodyIn(In):
    kind: BodyKind
    name: Annotated[Text, Field(min_length=1, max_length=80)]
    area: Annotated[Text, Field(min_length=1, max_length=120)]
    address: Annotated[Text, Field(max_length=160)] = ""
    contact: Annotated[Text, Field(min_length=1, max_length=80)]
    verified_on: date
    verified_how: Annotated[Text, Field(min_length=1, max_length=200)]


class MediatorIn(In):
    """``user`` is the account of somebody from outside, if there is one."""

    name: Annotated[Text, Field(min_length=1, max_length=40)]
    user: UUID | None = None


class MandateIn(In):
    """``reason``: why the one before does not mediate any more; ``choice``: how it was said."""

    mediator: UUID
    is_unrelated: bool
    chosen_by: Chooser
    choice: Annotated[Text, Field(max_length=MOST_CHOICE)] = ""
    reason: Annotated[Text, Field(max_length=MOST_WHY)] = ""


class MandateEndIn(In):
    """``wanted_by``: who decided that the mediator goes."""

    wanted_by: Chooser
    reason: Annotated[Text, Field(min_length=1, max_length=MOST_WHY)]


class CourtApplicationIn(In):
    court: Annotated[Text, Field(min_length=1, max_length=80)]
    applied_on: date


class CourtRulingIn(In):
    is_confirmed: bool
    number: Annotated[Text, Field(min_length=1, max_length=60)]
    decided_on: date
    exhibit: UUID | None = None


class EffectIn(In):
    """``exhibit`` is the agreement that the body signed and sealed."""

    exhibit: UUID
    effective_on: date


class ForgivenessIn(In):
    """``is_own_wish``: the victim asked for it, and was told that it is no condition."""

    text: Annotated[Text, Field(min_length=1, max_length=MOST_TEXT)]
    is_own_wish: bool


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


@router.post("/mediation-bodies", **operation(*_REGISTER, out=BodyOut, status=201))
def enter_body(request: ApiRequest, body: BodyIn) -> Status[BodyOut]:
    """By legal counsel or headquarters, after it was checked."""
    caller = request.auth
    made = mediation.write_body(
        organisation=caller.user.organisation,
        by=caller.user,
        at=caller.at,
        via="api",
        **body.model_dump(),
    )
    return Status(201, _body_out(caller, made.uid))


@router.post("/mediation-bodies/{uid}", **operation(*_REGISTER, out=BodyOut))
def correct_body(request: ApiRequest, uid: UUID, body: BodyIn) -> BodyOut:
    """What was checked anew, as the next version; the same changes nothing."""
    caller = request.auth
    mediation.write_body(
        organisation=caller.user.organisation,
        body=body_for(caller.user, uid),
        by=caller.user,
        at=caller.at,
        via="api",
        **body.model_dump(),
    )
    return _body_out(caller, uid)


@router.post(
    "/mediation-bodies/{uid}/mediators",
    **operation(*_REGISTER, out=BodyOut, status=201),
)
def enter_mediator(request: ApiRequest, uid: UUID, body: MediatorIn) -> Status[BodyOut]:
    """Somebody of the body; an account is for somebody from outside alone (G19)."""
    caller = request.auth
    accounts = {one.uid: one for one in outside_mediators(caller.user.organisation)}
    if body.user is not None and body.user not in accounts:
        raise InvalidInput(_("没有这个账号"), path="user")
    mediation.enter_mediator(
        body=body_for(caller.user, uid),
        name=body.name,
        user=accounts[body.user] if body.user else None,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, _body_out(caller, uid))


@router.post("/mediators/{uid}/end", **operation(*_REGISTER, out=BodyOut))
def retire_mediator(request: ApiRequest, uid: UUID) -> BodyOut:
    """They mediate for their body no more, said twice too; not while they mediate."""
    caller = request.auth
    gone = mediation.retire_mediator(
        mediator=mediator_for(caller.user, uid, also_gone=True),
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return _body_out(caller, gone.body.uid)


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
        by_guardian=body.by_guardian,
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
    if body.mediator is not None and body.chosen_by is None:
        raise InvalidInput(_("请写明是谁选定的调解员"), path="chosen_by")
    mediation.record_answer(
        talks=talks_for(caller.user, uid),
        accepts=body.accepts,
        mediator=mediator_for(caller.user, body.mediator) if body.mediator else None,
        is_unrelated=body.is_unrelated,
        chosen_by=body.chosen_by or Chooser.BODY,
        choice=body.choice,
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
    giver = _giver(caller, body)
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


@router.post("/talks/{uid}/standing", **operation(*_RUN, out=TalksOut, status=201))
def record_standing(
    request: ApiRequest, uid: UUID, body: StandingIn
) -> Status[TalksOut]:
    """A side needs no guardian after all: it is of age, or was marked by mistake."""
    caller = request.auth
    mediation.record_standing(
        talks=talks_for(caller.user, uid),
        side=body.side,
        found=body.found,
        words=body.words,
        exhibit=exhibit_of(caller, body.exhibit) if body.exhibit else None,
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


@router.post("/talks/{uid}/exclusion/lift", **operation(*_RUN, out=TalksOut))
def lift_exclusion(request: ApiRequest, uid: UUID, body: LiftIn) -> TalksOut:
    """What ended the talks speaks against talks no more; by another than who named it."""
    caller = request.auth
    mediation.lift_exclusion(
        talks=talks_for(caller.user, uid),
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return _talks(caller, uid)


@router.post("/talks/{uid}/mediator", **operation(*_RUN, out=TalksOut))
def appoint_mediator(request: ApiRequest, uid: UUID, body: MandateIn) -> TalksOut:
    """Who mediates from now on; one before ends with the reason."""
    caller = request.auth
    mediation.appoint_mediator(
        talks=talks_for(caller.user, uid),
        mediator=mediator_for(caller.user, body.mediator),
        is_unrelated=body.is_unrelated,
        chosen_by=body.chosen_by,
        choice=body.choice,
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return _talks(caller, uid)


@router.post("/talks/{uid}/mediator/end", **operation(*_RUN, out=TalksOut))
def end_mandate(request: ApiRequest, uid: UUID, body: MandateEndIn) -> TalksOut:
    """The mediator mediates these talks no more."""
    caller = request.auth
    mediation.end_mandate(
        talks=talks_for(caller.user, uid),
        wanted_by=body.wanted_by,
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return _talks(caller, uid)


@router.get("/talks/{uid}/sessions", **operation(*_READ, out=list[SessionOut]))
def list_sessions(request: ApiRequest, uid: UUID) -> list[SessionOut]:
    """The newest first."""
    found = talks_for(request.auth.user, uid)
    return [SessionOut.of(row) for row in sessions_of(found)]


@router.post("/sessions/{uid}/begin", **operation(*_RUN, out=SessionOut))
def begin_session(request: ApiRequest, uid: UUID) -> SessionOut:
    caller = request.auth
    mediation.begin_session(
        session=session_for(caller.user, uid), by=caller.user, at=caller.at, via="api"
    )
    return SessionOut.of(session_for(caller.user, uid))


@router.post("/sessions/{uid}/end", **operation(*_RUN, out=SessionOut))
def end_session(request: ApiRequest, uid: UUID, body: SessionEndIn) -> SessionOut:
    caller = request.auth
    mediation.end_session(
        session=session_for(caller.user, uid),
        state=SessionState(body.state),
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return SessionOut.of(session_for(caller.user, uid))


@router.post("/sessions/{uid}/readers", **operation(*_RUN, out=SessionOut))
def name_session_readers(request: ApiRequest, uid: UUID, body: ReadersIn) -> SessionOut:
    """Who reads the notes beside whoever leads, instead of those named before."""
    caller = request.auth
    session = session_for(caller.user, uid)
    mediation.name_readers(
        session=session,
        readers=_readers(session.talks, body.readers),
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return SessionOut.of(session_for(caller.user, uid))


@router.post("/sessions/{uid}/writer", **operation(*_RUN, out=SessionOut))
def name_session_writer(request: ApiRequest, uid: UUID, body: WriterIn) -> SessionOut:
    """Who writes for a mediator without an account, of a session that has begun."""
    caller = request.auth
    session = session_for(caller.user, uid)
    (writer,) = _readers(session.talks, [body.writer], path="writer")
    mediation.name_writer(
        session=session,
        writer=writer,
        words=body.words,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return SessionOut.of(session_for(caller.user, uid))


@router.post("/talks/{uid}/effect", **operation(*_RUN, out=TalksOut))
def make_effective(request: ApiRequest, uid: UUID, body: EffectIn) -> TalksOut:
    """From which day a mediated agreement binds."""
    caller = request.auth
    mediation.make_effective(
        talks=talks_for(caller.user, uid),
        exhibit=exhibit_of(caller, body.exhibit),
        effective_on=body.effective_on,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return _talks(caller, uid)


@router.get("/talks/{uid}/confirmation", **operation(*_READ, out=ConfirmationOut))
def get_confirmation(request: ApiRequest, uid: UUID) -> ConfirmationOut:
    """Until when both may ask a court, and what became of it."""
    return ConfirmationOut.of(confirmation_of(talks_for(request.auth.user, uid)))


@router.post(
    "/talks/{uid}/confirmation/application", **operation(*_RUN, out=ConfirmationOut)
)
def record_court_application(
    request: ApiRequest, uid: UUID, body: CourtApplicationIn
) -> ConfirmationOut:
    """Both asked a court together."""
    caller = request.auth
    mediation.record_application(
        confirmation=confirmation_of(talks_for(caller.user, uid)),
        court=body.court,
        applied_on=body.applied_on,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return ConfirmationOut.of(confirmation_of(talks_for(caller.user, uid)))


@router.post(
    "/talks/{uid}/confirmation/ruling", **operation(*_RUN, out=ConfirmationOut)
)
def record_court_ruling(
    request: ApiRequest, uid: UUID, body: CourtRulingIn
) -> ConfirmationOut:
    """What the court decided."""
    caller = request.auth
    mediation.record_ruling(
        confirmation=confirmation_of(talks_for(caller.user, uid)),
        is_confirmed=body.is_confirmed,
        number=body.number,
        decided_on=body.decided_on,
        exhibit=exhibit_of(caller, body.exhibit) if body.exhibit else None,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return ConfirmationOut.of(confirmation_of(talks_for(caller.user, uid)))


@router.post(
    "/talks/{uid}/forgiveness", **operation(*_RUN, out=ForgivenessOut, status=201)
)
def write_forgiveness(
    request: ApiRequest, uid: UUID, body: ForgivenessIn
) -> Status[ForgivenessOut]:
    """The victim's own letter, to sign or not; it is no condition of anything."""
    caller = request.auth
    made = mediation.write_forgiveness(
        talks=talks_for(caller.user, uid),
        text=body.text,
        is_own_wish=body.is_own_wish,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, ForgivenessOut.of(made))


@router.post("/talks/{uid}/sessions", **operation(*_RUN, out=TalksOut, status=201))
def plan_session(request: ApiRequest, uid: UUID, body: SessionIn) -> Status[TalksOut]:
    caller = request.auth
    found = talks_for(caller.user, uid)
    mediation.plan_session(
        talks=found,
        planned=body.planned_at,
        place=body.place,
        readers=_readers(found, body.readers),
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
        giver=_giver(caller, body),
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return ProposalOut.of(proposal_for(caller.user, uid))


@router.post(
    "/proposals/{uid}/office-approval",
    **operation(*_READ, Permission.PLAN_APPROVE, out=ProposalOut),
)
def approve_office_terms(request: ApiRequest, uid: UUID) -> ProposalOut:
    """Stand for what the office promises in it; by who neither runs the talks nor wrote it."""
    caller = request.auth
    mediation.approve_office_terms(
        proposal=proposal_for(caller.user, uid),
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


def _body_out(caller: Caller, uid: UUID) -> BodyOut:
    return BodyOut.of(body_for(caller.user, uid))


def _readers(talks: Talks, uids: list[UUID], *, path: str = "readers") -> list[User]:
    """
    Raises:
        InvalidInput: somebody who is no colleague at the site of the case.
    """
    there = {one.uid: one for one in staff_of(talks.case.site)}
    if not there.keys() >= set(uids):
        raise InvalidInput(_("本项目没有这位同事"), path=path)
    return [there[uid] for uid in dict.fromkeys(uids)]


def _giver(caller: Caller, said: GiverIn) -> Giver:
    return Giver(
        said.capacity,
        said.giver,
        exhibit_of(caller, said.authority) if said.authority else None,
        said.relation,
        party_of(caller, said.giver_party) if said.giver_party else None,
    )


def _body(caller: Caller, uid: UUID | None) -> Body | None:
    return body_for(caller.user, uid) if uid else None
