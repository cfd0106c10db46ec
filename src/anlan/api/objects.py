"""Things that are evidence over the API: registered, looked at, every step of custody."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import Base64Bytes, Field

from anlan.accounts.models import User
from anlan.accounts.roles import Permission
from anlan.api.access import case_of, colleague_of, object_of, party_of
from anlan.api.auth import ApiRequest, Caller, operation
from anlan.api.schemas import Instant, OnceIn, Out, Text, UserOut
from anlan.base.errors import InvalidInput
from anlan.cases.models import Party
from anlan.evidence import services as evidence
from anlan.evidence.models import CustodyStep, PhysicalItem
from anlan.evidence.selectors import objects_of, steps_of
from anlan.evidence.services import Signed

router = Router(tags=["objects"])

_KEEP = (Permission.CASE_SEE, Permission.EVIDENCE_KEEP)
_PART = (Permission.CASE_SEE, Permission.EVIDENCE_DISPOSE)

Said = Annotated[Text, Field(max_length=500)]
Where = Annotated[Text, Field(max_length=120)]
Seal = Annotated[Text, Field(max_length=40)]
# A little more than a drawing may have, so that the refusal is the service's.
Drawing = Annotated[Base64Bytes, Field(max_length=400_000)]
Photo = Annotated[Base64Bytes, Field(max_length=3_000_000)]


class ObjectOut(Out):
    """A thing and where it is now; ``holder`` is none when it is not in our hands."""

    uid: UUID
    case: str
    code: str
    title: str
    how: str
    state: str
    seal_number: str
    kept_where: str
    holder: UserOut | None
    returned_to: UUID | None
    received_at: datetime

    @classmethod
    def of(cls, item: PhysicalItem) -> ObjectOut:
        exhibit = item.exhibit
        return cls(
            uid=exhibit.uid,
            case=exhibit.case.number,
            code=exhibit.code,
            title=exhibit.title,
            how=exhibit.how,
            state=exhibit.state,
            seal_number=item.seal_number,
            kept_where=item.kept_where,
            holder=UserOut.perhaps(item.holder),
            returned_to=item.holder_party.uid if item.holder_party else None,
            received_at=exhibit.received_at,
        )


class StepOut(Out):
    """A step; seal and place are those after it, signatures the digests on the record."""

    uid: UUID
    kind: str
    at: datetime
    by: UserOut
    giver: UserOut | None
    receiver: UserOut | None
    receiver_party: UUID | None
    seal_number: str
    seal_is_whole: bool | None
    kept_where: str
    words: str
    giver_signature: str | None
    receiver_signature: str | None

    @classmethod
    def of(cls, step: CustodyStep) -> StepOut:
        giver, receiver = step.giver_signature, step.receiver_signature
        return cls(
            uid=step.uid,
            kind=step.kind,
            at=step.at,
            by=UserOut.of(step.by),
            giver=UserOut.perhaps(step.giver),
            receiver=UserOut.perhaps(step.receiver),
            receiver_party=step.receiver_party.uid if step.receiver_party else None,
            seal_number=step.seal_number,
            seal_is_whole=step.seal_is_whole,
            kept_where=step.kept_where,
            words=step.words,
            giver_signature=giver.sha256 if giver else None,
            receiver_signature=receiver.sha256 if receiver else None,
        )


class ObjectIn(OnceIn):
    """``colleague`` or ``party`` handed it in; neither, if it was found."""

    title: Annotated[Text, Field(min_length=1, max_length=120)]
    kept_where: Annotated[Text, Field(min_length=1, max_length=120)]
    how: Said = ""
    seal_number: Seal = ""
    happened_at: Instant | None = None
    colleague: UUID | None = None
    party: UUID | None = None


class SealIn(OnceIn):
    seal_number: Annotated[Text, Field(min_length=1, max_length=40)]
    words: Said = ""


class SealCheckIn(OnceIn):
    is_whole: bool
    words: Said = ""


class MoveIn(OnceIn):
    kept_where: Annotated[Text, Field(min_length=1, max_length=120)]
    words: Said = ""


class SignedIn(OnceIn):
    """Two drawings as PNG, or one photo of the paper that both signed; in base64."""

    giver_signature: Drawing = b""
    receiver_signature: Drawing = b""
    paper: Photo = b""

    def signed(self) -> Signed:
        return Signed(
            giver=[self.giver_signature],
            receiver=[self.receiver_signature],
            paper=[self.paper],
        )


class HandOverIn(SignedIn):
    receiver: UUID
    kept_where: Where = ""
    words: Said = ""


class ReturnIn(SignedIn):
    party: UUID
    words: Said = ""


class DisposalIn(OnceIn):
    words: Annotated[Text, Field(min_length=1, max_length=500)]


class DisposalDecisionIn(OnceIn):
    approved: bool
    words: Said = ""


@router.get(
    "/cases/{number}/objects", **operation(Permission.CASE_SEE, out=list[ObjectOut])
)
def list_objects(request: ApiRequest, number: str) -> list[ObjectOut]:
    """The things that are evidence of a case, in the order of arrival."""
    return [ObjectOut.of(item) for item in objects_of(case_of(request.auth, number))]


@router.post("/cases/{number}/objects", **operation(*_KEEP, out=ObjectOut, status=201))
def register_object(
    request: ApiRequest, number: str, body: ObjectIn
) -> Status[ObjectOut]:
    """Take a thing into custody; the caller has it from then on."""
    caller = request.auth
    exhibit = evidence.register_object(
        case=case_of(caller, number),
        title=body.title,
        how=body.how,
        seal_number=body.seal_number,
        kept_where=body.kept_where,
        happened=body.happened_at,
        handed_in_by=_hander(caller, body),
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, ObjectOut.of(object_of(caller, exhibit.uid)))


@router.get("/objects/{uid}", **operation(Permission.CASE_SEE, out=ObjectOut))
def get_object(request: ApiRequest, uid: UUID) -> ObjectOut:
    return ObjectOut.of(object_of(request.auth, uid))


@router.get("/objects/{uid}/steps", **operation(Permission.CASE_SEE, out=list[StepOut]))
def list_custody_steps(request: ApiRequest, uid: UUID) -> list[StepOut]:
    """Every step of its custody, the first one first."""
    exhibit = object_of(request.auth, uid).exhibit
    return [StepOut.of(step) for step in steps_of(exhibit)]


@router.post("/objects/{uid}/seals", **operation(*_KEEP, out=StepOut, status=201))
def reseal_object(request: ApiRequest, uid: UUID, body: SealIn) -> Status[StepOut]:
    """Put a new seal on it, with why the old one was opened."""
    caller = request.auth
    step = evidence.reseal(
        exhibit=object_of(caller, uid).exhibit,
        seal_number=body.seal_number,
        words=body.words,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, StepOut.of(step))


@router.post("/objects/{uid}/seal-checks", **operation(*_KEEP, out=StepOut, status=201))
def check_seal(request: ApiRequest, uid: UUID, body: SealCheckIn) -> Status[StepOut]:
    """Say how the seal looks; of a broken one manager and counsel hear at once."""
    caller = request.auth
    step = evidence.check_seal(
        exhibit=object_of(caller, uid).exhibit,
        is_whole=body.is_whole,
        words=body.words,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, StepOut.of(step))


@router.post("/objects/{uid}/moves", **operation(*_KEEP, out=StepOut, status=201))
def move_object(request: ApiRequest, uid: UUID, body: MoveIn) -> Status[StepOut]:
    """Lay it somewhere else; who has it stays who has it."""
    caller = request.auth
    step = evidence.move(
        exhibit=object_of(caller, uid).exhibit,
        kept_where=body.kept_where,
        words=body.words,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, StepOut.of(step))


@router.post("/objects/{uid}/hand-overs", **operation(*_KEEP, out=StepOut, status=201))
def hand_over_object(
    request: ApiRequest, uid: UUID, body: HandOverIn
) -> Status[StepOut]:
    """Give it to a colleague who may keep things; both have signed."""
    caller = request.auth
    step = evidence.hand_over(
        exhibit=object_of(caller, uid).exhibit,
        receiver=colleague_of(caller, body.receiver, path="receiver"),
        kept_where=body.kept_where,
        words=body.words,
        signed=body.signed(),
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, StepOut.of(step))


@router.post("/objects/{uid}/return", **operation(*_PART, out=StepOut, status=201))
def return_object(request: ApiRequest, uid: UUID, body: ReturnIn) -> Status[StepOut]:
    """Give it back to a party of the case; both have signed."""
    caller = request.auth
    step = evidence.return_to(
        exhibit=object_of(caller, uid).exhibit,
        party=party_of(caller, body.party),
        words=body.words,
        signed=body.signed(),
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, StepOut.of(step))


@router.post("/objects/{uid}/disposal", **operation(*_KEEP, out=StepOut, status=201))
def ask_disposal(request: ApiRequest, uid: UUID, body: DisposalIn) -> Status[StepOut]:
    """Ask that it be disposed of; another person decides."""
    caller = request.auth
    step = evidence.ask_disposal(
        exhibit=object_of(caller, uid).exhibit,
        words=body.words,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, StepOut.of(step))


@router.post("/objects/{uid}/disposal/decision", **operation(*_PART, out=StepOut))
def decide_disposal(
    request: ApiRequest, uid: UUID, body: DisposalDecisionIn
) -> StepOut:
    """Agree to what another person asked for, or say why not."""
    caller = request.auth
    decide = evidence.confirm_disposal if body.approved else evidence.refuse_disposal
    step = decide(
        exhibit=object_of(caller, uid).exhibit,
        words=body.words,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return StepOut.of(step)


def _hander(caller: Caller, said: ObjectIn) -> User | Party | None:
    if said.party is not None and said.colleague is not None:
        raise InvalidInput(_("请只选一个交来的人"), path="colleague")
    if said.party is not None:
        return party_of(caller, said.party)
    if said.colleague is not None:
        return colleague_of(caller, said.colleague, path="colleague")
    return None
