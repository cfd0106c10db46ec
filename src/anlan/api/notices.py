"""Letters and objections over the API: written, issued, delivered, heard."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.urls import reverse
from ninja import Router, Status
from pydantic import Field

from anlan.accounts.roles import Permission
from anlan.api.access import (
    case_of,
    exhibit_of,
    measure_of,
    notice_of,
    objection_of,
    party_of,
)
from anlan.api.auth import ApiRequest, operation
from anlan.api.schemas import In, Instant, LinkOut, OnceIn, Out, Text, UserOut
from anlan.base.addresses import public_address
from anlan.investigation.permissions import check_can_see
from anlan.resolution import services as resolution
from anlan.resolution.enums import (
    DeliveryResult,
    DeliveryWay,
    ObjectionState,
    ObjectionWay,
)
from anlan.resolution.models import Carrying, Notice, NoticeDelivery, Objection
from anlan.resolution.selectors.notices import (
    carried_out,
    letter_of,
    masked_letter,
    notices_of,
    objections_of,
    plan_in_force,
)
from anlan.resolution.services.notices import (
    MOST_FACTS,
    MOST_REQUEST,
    MOST_TRACKING,
    MOST_WITNESSES,
)
from anlan.resolution.services.objections import MOST_REASON, MOST_WORDS

router = Router(tags=["notices"])

_READ = (Permission.CASE_SEE, Permission.INVESTIGATION_READ)
_DRAFT = (*_READ, Permission.PLAN_DRAFT)
_ISSUE = (*_READ, Permission.PLAN_APPROVE)


class DeliveryOut(Out):
    uid: UUID
    way: str
    result: str
    by: UserOut
    happened_at: datetime
    tracking: str
    witnesses: str
    words: str
    exhibit: UUID | None

    @classmethod
    def of(cls, row: NoticeDelivery) -> DeliveryOut:
        return cls(
            uid=row.uid,
            way=row.way,
            result=row.result,
            by=UserOut.of(row.by),
            happened_at=row.happened_at,
            tracking=row.tracking,
            witnesses=row.witnesses,
            words=row.words,
            exhibit=row.exhibit.uid if row.exhibit else None,
        )


class NoticeOut(Out):
    """``text`` is what it says, or would say, with the name covered as on screens.

    ``digest`` is of the letter with the full name, and of what is issued. ``measure`` is
    null for a letter of the kind ``consequences``, by which nothing is imposed.
    """

    uid: UUID
    case: str
    code: str
    kind: str
    state: str
    measure: UUID | None
    party: UUID
    author: UserOut
    begun_at: datetime
    facts: str
    request: str
    title: str
    text: str
    digest: str
    template: int | None
    issued_at: datetime | None
    issued_by: UserOut | None
    exhibit: UUID | None
    revoked_at: datetime | None
    revoked_by: UserOut | None
    reason: str
    deliveries: list[DeliveryOut]

    @classmethod
    def of(cls, row: Notice) -> NoticeOut:
        letter = masked_letter(row)
        return cls(
            uid=row.uid,
            case=row.case.number,
            code=row.code,
            kind=row.kind,
            state=row.state,
            measure=row.measure.uid if row.measure else None,
            party=row.party.uid,
            author=UserOut.of(row.author),
            begun_at=row.begun_at,
            facts=row.facts,
            request=row.request,
            title=letter.title,
            text=letter.text,
            digest=letter_of(row).digest,
            template=row.template_version,
            issued_at=row.issued_at,
            issued_by=UserOut.of(row.issued_by) if row.issued_by else None,
            exhibit=row.exhibit.uid if row.exhibit else None,
            revoked_at=row.revoked_at,
            revoked_by=UserOut.of(row.revoked_by) if row.revoked_by else None,
            reason=row.reason,
            deliveries=[DeliveryOut.of(one) for one in row.deliveries.all()],
        )


class ObjectionOut(Out):
    uid: UUID
    case: str
    code: str
    measure: UUID
    party: UUID
    way: str
    state: str
    words: str
    received_at: datetime
    received_by: UserOut | None
    due_at: datetime | None
    decided_at: datetime | None
    decided_by: UserOut | None
    reason: str

    @classmethod
    def of(cls, row: Objection) -> ObjectionOut:
        return cls(
            uid=row.uid,
            case=row.case.number,
            code=row.code,
            measure=row.measure.uid,
            party=row.party.uid,
            way=row.way,
            state=row.state,
            words=row.words,
            received_at=row.received_at,
            received_by=UserOut.of(row.received_by) if row.received_by else None,
            due_at=row.task.due_at if row.task else None,
            decided_at=row.decided_at,
            decided_by=UserOut.of(row.decided_by) if row.decided_by else None,
            reason=row.reason,
        )


class CarryingOut(Out):
    """A measure of the plan in force; its task is done over ``/tasks``."""

    measure: UUID
    state: str
    task: UUID | None
    due_at: datetime | None
    ran_out_at: datetime | None

    @classmethod
    def of(cls, row: Carrying) -> CarryingOut:
        return cls(
            measure=row.measure.uid,
            state=row.state,
            task=row.task.uid if row.task else None,
            due_at=row.task.due_at if row.task else None,
            ran_out_at=row.ran_out_at,
        )


class NoticeWordsIn(In):
    """``request`` may be empty in a letter of the kind ``consequences`` alone."""

    facts: Annotated[Text, Field(min_length=1, max_length=MOST_FACTS)]
    request: Annotated[Text, Field(max_length=MOST_REQUEST)]


class NoticeIssueIn(In):
    """``digest`` is that of the letter that was looked at."""

    digest: Annotated[Text, Field(min_length=64, max_length=64)]


class NoticeRevocationIn(In):
    reason: Annotated[Text, Field(min_length=1, max_length=500)]


class DeliveryIn(OnceIn):
    """What the way and the result need: see the guide."""

    way: DeliveryWay
    result: DeliveryResult
    happened_at: Instant
    exhibit: UUID | None = None
    tracking: Annotated[Text, Field(max_length=MOST_TRACKING)] = ""
    witnesses: Annotated[Text, Field(max_length=MOST_WITNESSES)] = ""
    words: Annotated[Text, Field(max_length=500)] = ""


class ObjectionIn(OnceIn):
    way: ObjectionWay
    words: Annotated[Text, Field(min_length=1, max_length=MOST_WORDS)]


class HearingIn(In):
    """``state`` is rejected, eased or upheld."""

    state: ObjectionState
    reason: Annotated[Text, Field(min_length=1, max_length=MOST_REASON)]


class ObjectionWithdrawalIn(In):
    reason: Annotated[Text, Field(min_length=1, max_length=MOST_REASON)]


@router.get("/cases/{number}/notices", **operation(*_READ, out=list[NoticeOut]))
def list_notices(request: ApiRequest, number: str) -> list[NoticeOut]:
    """The newest first."""
    caller = request.auth
    case = case_of(caller, number)
    check_can_see(caller.user, case)
    rows = list(notices_of(case))
    for row in rows:
        row.case = case
    return [NoticeOut.of(row) for row in rows]


@router.get("/cases/{number}/carrying", **operation(*_READ, out=list[CarryingOut]))
def list_carrying(request: ApiRequest, number: str) -> list[CarryingOut]:
    """What becomes of the measures of the plan in force."""
    caller = request.auth
    case = case_of(caller, number)
    check_can_see(caller.user, case)
    plan = plan_in_force(case)
    return [CarryingOut.of(row) for row in carried_out(plan)] if plan else []


@router.post("/measures/{uid}/notice", **operation(*_DRAFT, out=NoticeOut))
def begin_notice(request: ApiRequest, uid: UUID) -> NoticeOut:
    """Begin the letter of a measure; its draft, if there is one."""
    caller = request.auth
    made = resolution.begin_notice(
        measure=measure_of(caller, uid), by=caller.user, at=caller.at, via="api"
    )
    return NoticeOut.of(notice_of(caller, made.uid))


@router.post("/parties/{uid}/consequences", **operation(*_DRAFT, out=NoticeOut))
def begin_consequences(request: ApiRequest, uid: UUID) -> NoticeOut:
    """Begin the letter to whoever struck on what may follow in law; its draft, if any."""
    caller = request.auth
    made = resolution.begin_consequences(
        party=party_of(caller, uid), by=caller.user, at=caller.at, via="api"
    )
    return NoticeOut.of(notice_of(caller, made.uid))


@router.get("/notices/{uid}", **operation(*_READ, out=NoticeOut))
def get_notice(request: ApiRequest, uid: UUID) -> NoticeOut:
    return NoticeOut.of(notice_of(request.auth, uid))


@router.post("/notices/{uid}/words", **operation(*_DRAFT, out=NoticeOut))
def save_notice(request: ApiRequest, uid: UUID, body: NoticeWordsIn) -> NoticeOut:
    caller = request.auth
    resolution.save_notice(
        notice=notice_of(caller, uid),
        facts=body.facts,
        request=body.request,
        by=caller.user,
        at=caller.at,
    )
    return NoticeOut.of(notice_of(caller, uid))


@router.post("/notices/{uid}/issue", **operation(*_ISSUE, out=NoticeOut))
def issue_notice(request: ApiRequest, uid: UUID, body: NoticeIssueIn) -> NoticeOut:
    """Another than its author; from then on it does not change."""
    caller = request.auth
    resolution.issue_notice(
        notice=notice_of(caller, uid),
        shown=body.digest,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return NoticeOut.of(notice_of(caller, uid))


@router.post("/notices/{uid}/revocation", **operation(*_ISSUE, out=NoticeOut))
def revoke_notice(
    request: ApiRequest, uid: UUID, body: NoticeRevocationIn
) -> NoticeOut:
    caller = request.auth
    resolution.revoke_notice(
        notice=notice_of(caller, uid),
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return NoticeOut.of(notice_of(caller, uid))


@router.post("/notices/{uid}/link", **operation(*_READ, out=LinkOut, status=201))
def give_notice_link(request: ApiRequest, uid: UUID) -> Status[LinkOut]:
    """Under it the person reads the letter and objects; the one on paper ends.

    The token needs one of ``plan.draft`` and ``plan.approve``, as for its end.
    """
    caller = request.auth
    secret = resolution.give_notice_link(
        notice=notice_of(caller, uid), by=caller.user, at=caller.at, via="api"
    )
    path = reverse("portal:notice", args=[secret])
    return Status(201, LinkOut(address=public_address(path, request)))


@router.post("/notices/{uid}/link/end", **operation(*_READ, out=NoticeOut))
def end_notice_link(request: ApiRequest, uid: UUID) -> NoticeOut:
    """It answers "not found" from now on, also the one on paper; twice does nothing."""
    caller = request.auth
    resolution.end_notice_link(
        notice=notice_of(caller, uid), by=caller.user, at=caller.at, via="api"
    )
    return NoticeOut.of(notice_of(caller, uid))


@router.post(
    "/notices/{uid}/deliveries", **operation(*_DRAFT, out=NoticeOut, status=201)
)
def record_delivery(
    request: ApiRequest, uid: UUID, body: DeliveryIn
) -> Status[NoticeOut]:
    caller = request.auth
    resolution.record_delivery(
        notice=notice_of(caller, uid),
        way=body.way,
        result=body.result,
        happened=body.happened_at,
        exhibit=exhibit_of(caller, body.exhibit) if body.exhibit else None,
        tracking=body.tracking,
        witnesses=body.witnesses,
        words=body.words,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, NoticeOut.of(notice_of(caller, uid)))


@router.get("/cases/{number}/objections", **operation(*_READ, out=list[ObjectionOut]))
def list_objections(request: ApiRequest, number: str) -> list[ObjectionOut]:
    """The newest first."""
    caller = request.auth
    case = case_of(caller, number)
    check_can_see(caller.user, case)
    rows = objections_of(case).select_related("case", "task")
    return [ObjectionOut.of(row) for row in rows]


@router.post(
    "/measures/{uid}/objections", **operation(*_DRAFT, out=ObjectionOut, status=201)
)
def receive_objection(
    request: ApiRequest, uid: UUID, body: ObjectionIn
) -> Status[ObjectionOut]:
    """What the person says against a measure; its clock begins."""
    caller = request.auth
    made = resolution.receive_objection(
        measure=measure_of(caller, uid),
        way=body.way,
        words=body.words,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, ObjectionOut.of(objection_of(caller, made.uid)))


@router.get("/objections/{uid}", **operation(*_READ, out=ObjectionOut))
def get_objection(request: ApiRequest, uid: UUID) -> ObjectionOut:
    return ObjectionOut.of(objection_of(request.auth, uid))


@router.post("/objections/{uid}/decision", **operation(*_ISSUE, out=ObjectionOut))
def decide_objection(request: ApiRequest, uid: UUID, body: HearingIn) -> ObjectionOut:
    """By somebody who had no part in what is objected to."""
    caller = request.auth
    resolution.decide_objection(
        objection=objection_of(caller, uid),
        state=body.state,
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return ObjectionOut.of(objection_of(caller, uid))


@router.post("/objections/{uid}/withdrawal", **operation(*_ISSUE, out=ObjectionOut))
def withdraw_objection(
    request: ApiRequest, uid: UUID, body: ObjectionWithdrawalIn
) -> ObjectionOut:
    """The person does not hold on to it."""
    caller = request.auth
    resolution.withdraw_objection(
        objection=objection_of(caller, uid),
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return ObjectionOut.of(objection_of(caller, uid))
