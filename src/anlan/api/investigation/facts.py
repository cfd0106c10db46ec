"""Self-defence facts over the API: what each source says, and what is missing."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Router, Status
from pydantic import Field

from anlan.accounts.roles import Permission
from anlan.api.auth import ApiRequest, operation
from anlan.api.investigation.access import fact_of, seen_case, source_named
from anlan.api.schemas import In, OnceIn, Out, Text, UserOut
from anlan.investigation import services as investigation
from anlan.investigation.models import DefenceFact
from anlan.investigation.selectors.facts import facts_of

router = Router(tags=["investigation"])

_SEE = (Permission.CASE_SEE, Permission.INVESTIGATION_READ)
_LEAD = (*_SEE, Permission.INVESTIGATE)


class FactOut(Out):
    """``source`` is the code of a statement or exhibit; empty where nobody knows."""

    uid: UUID
    question: str
    source: str
    words: str
    is_unknown: bool
    written_by: UserOut
    written_at: datetime
    withdrawn_at: datetime | None
    reason: str

    @classmethod
    def of(cls, row: DefenceFact) -> FactOut:
        return cls(
            uid=row.uid,
            question=row.question,
            source=row.source_code,
            words=row.words,
            is_unknown=row.is_unknown,
            written_by=UserOut.of(row.written_by),
            written_at=row.written_at,
            withdrawn_at=row.withdrawn_at,
            reason=row.reason,
        )


class AnsweredOut(Out):
    """For reference only: nothing is concluded. ``is_gap``: no source says so yet."""

    key: str
    question: str
    citation: str
    is_gap: bool
    facts: list[FactOut]


class FactIn(OnceIn):
    """``source`` is a statement or an exhibit by its uid."""

    question: Annotated[Text, Field(min_length=1, max_length=24)]
    source: UUID | None = None
    words: Annotated[Text, Field(max_length=500)] = ""
    is_unknown: bool = False


class FactWithdrawalIn(In):
    reason: Annotated[Text, Field(min_length=1, max_length=300)]


@router.get("/cases/{number}/defence-facts", **operation(*_SEE, out=list[AnsweredOut]))
def list_defence_facts(request: ApiRequest, number: str) -> list[AnsweredOut]:
    case = seen_case(request.auth, number)
    return [
        AnsweredOut(
            key=one.question.key,
            question=one.question.words,
            citation=one.citation,
            is_gap=one.is_gap,
            facts=[FactOut.of(fact) for fact in one.facts],
        )
        for one in facts_of(case)
    ]


@router.post(
    "/cases/{number}/defence-facts", **operation(*_LEAD, out=FactOut, status=201)
)
def note_defence_fact(
    request: ApiRequest, number: str, body: FactIn
) -> Status[FactOut]:
    """Write down what one source says; a verdict is refused (G15)."""
    caller = request.auth
    case = seen_case(caller, number)
    source = None
    if body.source is not None:
        source = source_named(caller.user, case, body.source, path="source")
    made = investigation.note_fact(
        case=case,
        question=body.question,
        source=source,
        words=body.words,
        is_unknown=body.is_unknown,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, FactOut.of(made))


@router.post("/defence-facts/{uid}/withdrawal", **operation(*_LEAD, out=FactOut))
def withdraw_defence_fact(
    request: ApiRequest, uid: UUID, body: FactWithdrawalIn
) -> FactOut:
    caller = request.auth
    investigation.withdraw_fact(
        fact=fact_of(caller, uid),
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return FactOut.of(fact_of(caller, uid))
