"""Counsel over the API: the register, who acts, and questions for those entitled."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Router, Status
from pydantic import Field

from anlan.accounts.roles import Permission
from anlan.api.access import (
    case_of,
    colleague_of,
    engagement_of,
    exhibit_of,
    lawyer_of,
    opinion_of,
    question_of,
)
from anlan.api.auth import ApiRequest, operation
from anlan.api.once import once
from anlan.api.schemas import In, OnceIn, Out, Text, UserOut
from anlan.resolution.legal import services as legal
from anlan.resolution.legal.enums import Client, LawyerArea, LawyerKind
from anlan.resolution.legal.models import (
    CounselQuestion,
    Engagement,
    Lawyer,
    Opinion,
)
from anlan.resolution.legal.permissions import (
    check_can_see_engagements,
    check_can_see_lawyers,
)
from anlan.resolution.legal.selectors.counsel import (
    engagements_of,
    given_opinions,
    lawyers_of,
    masked_phone,
    questions_of,
)
from anlan.resolution.legal.services.counsel import (
    MOST_FIRM,
    MOST_LICENCE,
    MOST_NAME,
    MOST_OPINION,
    MOST_QUESTION,
    MOST_REASON,
    MOST_SCOPE,
)

router = Router(tags=["counsel"])

_READ = (Permission.CASE_SEE,)
_ENGAGE = (Permission.CASE_SEE, Permission.COUNSEL_ENGAGE)


class LawyerOut(Out):
    """``phone`` is masked."""

    uid: UUID
    kind: str
    name: str
    firm: str
    licence: str
    areas: list[str]
    phone: str
    user: UserOut | None
    retired_at: datetime | None

    @classmethod
    def of(cls, row: Lawyer) -> LawyerOut:
        return cls(
            uid=row.uid,
            kind=row.kind,
            name=row.name,
            firm=row.firm,
            licence=row.licence,
            areas=[one for one in row.areas.split(",") if one],
            phone=masked_phone(row),
            user=UserOut.of(row.user) if row.user else None,
            retired_at=row.retired_at,
        )


class EngagementOut(Out):
    uid: UUID
    case: str
    code: str
    lawyer: UUID
    client: str
    scope: str
    begins_on: date
    ends_on: date | None
    letter: UUID | None
    reason: str

    @classmethod
    def of(cls, row: Engagement) -> EngagementOut:
        return cls(
            uid=row.uid,
            case=row.case.number,
            code=row.code,
            lawyer=row.lawyer.uid,
            client=row.client,
            scope=row.scope,
            begins_on=row.begins_on,
            ends_on=row.ends_on,
            letter=row.letter.uid if row.letter else None,
            reason=row.reason,
        )


class OpinionRefOut(Out):
    """A version that was given; its words are read one by one, on the record."""

    uid: UUID
    version: int
    author: UserOut
    given_at: datetime | None

    @classmethod
    def of(cls, row: Opinion) -> OpinionRefOut:
        author = UserOut.of(row.author)
        return cls(
            uid=row.uid, version=row.version, author=author, given_at=row.given_at
        )


class CounselQuestionOut(Out):
    """Privileged: only those who are entitled get any."""

    uid: UUID
    case: str
    code: str
    engagement: UUID
    state: str
    words: str
    asked_by: UserOut
    asked_at: datetime
    privileged: bool
    opinions: list[OpinionRefOut]

    @classmethod
    def of(cls, row: CounselQuestion) -> CounselQuestionOut:
        return cls(
            uid=row.uid,
            case=row.case.number,
            code=row.code,
            engagement=row.engagement.uid,
            state=row.state,
            words=row.words,
            asked_by=UserOut.of(row.asked_by),
            asked_at=row.asked_at,
            privileged=True,
            opinions=[OpinionRefOut.of(one) for one in given_opinions(row)],
        )


class OpinionOut(Out):
    uid: UUID
    version: int
    privileged: bool
    text: str


class LawyerIn(OnceIn):
    """Counsel of the house has a ``user``, an outside lawyer a ``firm``."""

    kind: LawyerKind
    name: Annotated[Text, Field(min_length=1, max_length=MOST_NAME)]
    firm: Annotated[Text, Field(max_length=MOST_FIRM)] = ""
    licence: Annotated[Text, Field(max_length=MOST_LICENCE)] = ""
    phone: Annotated[Text, Field(max_length=40)] = ""
    areas: list[LawyerArea] = []
    user: UUID | None = None


class EngagementIn(OnceIn):
    """``related`` is what the lawyer declares about kin and stakes."""

    lawyer: UUID
    client: Client
    scope: Annotated[Text, Field(min_length=1, max_length=MOST_SCOPE)]
    begins_on: date
    related: bool
    letter: UUID | None = None


class EngagementEndIn(In):
    ends_on: date
    reason: Annotated[Text, Field(min_length=1, max_length=MOST_REASON)]


class CounselQuestionIn(OnceIn):
    words: Annotated[Text, Field(min_length=1, max_length=MOST_QUESTION)]


class OpinionIn(In):
    text: Annotated[Text, Field(min_length=1, max_length=MOST_OPINION)]


class OpinionGivingIn(In):
    """``digest`` is the SHA-256 of the text that was looked at."""

    digest: Annotated[Text, Field(min_length=64, max_length=64)]


@router.get("/lawyers", **operation(Permission.COUNSEL_ENGAGE, out=list[LawyerOut]))
def list_lawyers(request: ApiRequest) -> list[LawyerOut]:
    """The register of the company."""
    user = request.auth.user
    check_can_see_lawyers(user, user.organisation)
    return [LawyerOut.of(row) for row in lawyers_of(user.organisation)]


@router.post(
    "/lawyers", **operation(Permission.COUNSEL_ENGAGE, out=LawyerOut, status=201)
)
def add_lawyer(request: ApiRequest, body: LawyerIn) -> Status[LawyerOut]:
    caller = request.auth

    made = once(
        caller,
        name="add_lawyer",
        about="",
        body=body,
        make=lambda: legal.add_lawyer(
            organisation=caller.user.organisation,
            kind=body.kind,
            name=body.name,
            firm=body.firm,
            licence=body.licence,
            phone=body.phone,
            areas=body.areas,
            user=colleague_of(caller, body.user, path="user") if body.user else None,
            by=caller.user,
            at=caller.at,
            via="api",
        ),
        find=lambda uid: lawyer_of(caller, uid),
    )
    return Status(201, LawyerOut.of(made))


@router.post(
    "/lawyers/{uid}/retirement", **operation(Permission.COUNSEL_ENGAGE, out=LawyerOut)
)
def retire_lawyer(request: ApiRequest, uid: UUID) -> LawyerOut:
    caller = request.auth
    legal.retire_lawyer(
        lawyer=lawyer_of(caller, uid), by=caller.user, at=caller.at, via="api"
    )
    return LawyerOut.of(lawyer_of(caller, uid))


@router.get(
    "/cases/{number}/engagements", **operation(*_ENGAGE, out=list[EngagementOut])
)
def list_engagements(request: ApiRequest, number: str) -> list[EngagementOut]:
    caller = request.auth
    case = case_of(caller, number)
    check_can_see_engagements(caller.user, case)
    rows = list(engagements_of(case))
    for row in rows:
        row.case = case
    return [EngagementOut.of(row) for row in rows]


@router.post(
    "/cases/{number}/engagements", **operation(*_ENGAGE, out=EngagementOut, status=201)
)
def engage_counsel(
    request: ApiRequest, number: str, body: EngagementIn
) -> Status[EngagementOut]:
    """A lawyer acts, unless something speaks against it."""
    caller = request.auth
    made = legal.engage_counsel(
        case=case_of(caller, number),
        lawyer=lawyer_of(caller, body.lawyer),
        client=body.client,
        scope=body.scope,
        begins_on=body.begins_on,
        is_related=body.related,
        letter=exhibit_of(caller, body.letter) if body.letter else None,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, EngagementOut.of(engagement_of(caller, made.uid)))


@router.post("/engagements/{uid}/end", **operation(*_ENGAGE, out=EngagementOut))
def end_engagement(
    request: ApiRequest, uid: UUID, body: EngagementEndIn
) -> EngagementOut:
    caller = request.auth
    legal.end_engagement(
        engagement=engagement_of(caller, uid),
        ends_on=body.ends_on,
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return EngagementOut.of(engagement_of(caller, uid))


@router.post(
    "/engagements/{uid}/questions",
    **operation(*_ENGAGE, out=CounselQuestionOut, status=201),
)
def ask_counsel(
    request: ApiRequest, uid: UUID, body: CounselQuestionIn
) -> Status[CounselQuestionOut]:
    caller = request.auth
    made = legal.ask_counsel(
        engagement=engagement_of(caller, uid),
        words=body.words,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, CounselQuestionOut.of(question_of(caller, made.uid)))


@router.get(
    "/cases/{number}/counsel-questions",
    **operation(*_READ, out=list[CounselQuestionOut]),
)
def list_counsel_questions(
    request: ApiRequest, number: str
) -> list[CounselQuestionOut]:
    """Those whose answer the caller may know; to others there are none."""
    caller = request.auth
    rows = questions_of(case_of(caller, number), caller.user)
    return [CounselQuestionOut.of(row) for row in rows]


@router.get("/counsel-questions/{uid}", **operation(*_READ, out=CounselQuestionOut))
def get_counsel_question(request: ApiRequest, uid: UUID) -> CounselQuestionOut:
    return CounselQuestionOut.of(question_of(request.auth, uid))


@router.post(
    "/counsel-questions/{uid}/withdrawal", **operation(*_READ, out=CounselQuestionOut)
)
def withdraw_counsel_question(request: ApiRequest, uid: UUID) -> CounselQuestionOut:
    """By who asked."""
    caller = request.auth
    legal.withdraw_question(
        question=question_of(caller, uid), by=caller.user, at=caller.at, via="api"
    )
    return CounselQuestionOut.of(question_of(caller, uid))


@router.post(
    "/counsel-questions/{uid}/draft", **operation(*_READ, out=CounselQuestionOut)
)
def save_counsel_opinion(
    request: ApiRequest, uid: UUID, body: OpinionIn
) -> CounselQuestionOut:
    """By the counsel who was asked; nobody else reads it."""
    caller = request.auth
    legal.save_opinion(
        question=question_of(caller, uid),
        text=body.text,
        by=caller.user,
        at=caller.at,
    )
    return CounselQuestionOut.of(question_of(caller, uid))


@router.post(
    "/counsel-questions/{uid}/giving", **operation(*_READ, out=CounselQuestionOut)
)
def give_counsel_opinion(
    request: ApiRequest, uid: UUID, body: OpinionGivingIn
) -> CounselQuestionOut:
    """From then on the version does not change."""
    caller = request.auth
    legal.give_opinion(
        question=question_of(caller, uid),
        shown=body.digest,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return CounselQuestionOut.of(question_of(caller, uid))


@router.post("/opinions/{uid}/reading", **operation(*_READ, out=OpinionOut))
def read_counsel_opinion(request: ApiRequest, uid: UUID) -> OpinionOut:
    """The words of a version, privileged; that they were read is on the record."""
    caller = request.auth
    found = opinion_of(caller, uid)
    text = legal.read_opinion(opinion=found, by=caller.user, at=caller.at, via="api")
    return OpinionOut(uid=found.uid, version=found.version, privileged=True, text=text)
