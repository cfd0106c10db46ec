"""Findings over the API: drafted sentence by sentence, submitted, decided by another."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Router, Status
from pydantic import Field

from anlan.accounts.models import User
from anlan.accounts.roles import Permission
from anlan.api.auth import ApiRequest, check_any_scope, operation
from anlan.api.files import content
from anlan.api.investigation.access import (
    finding_of,
    seen_case,
    sentence_of,
    source_named,
)
from anlan.api.schemas import In, OnceIn, Out, Text, UserOut
from anlan.cases.models import Case
from anlan.evidence.models import Exhibit, Statement
from anlan.investigation import services as investigation
from anlan.investigation.enums import SentenceKind
from anlan.investigation.models import Finding, FindingSentence
from anlan.investigation.reading import codes_of, content_of, sentences_of
from anlan.investigation.selectors.findings import findings_of

router = Router(tags=["investigation"])

_SEE = (Permission.CASE_SEE, Permission.INVESTIGATION_READ)
_LEAD = (*_SEE, Permission.INVESTIGATE)


class FindingSentenceOut(Out):
    """``cites`` are the codes of exhibits and statements of the case."""

    uid: UUID
    kind: str
    position: int
    text: str
    is_fact: bool
    cites: list[str]

    @classmethod
    def of(cls, row: FindingSentence) -> FindingSentenceOut:
        return cls(
            uid=row.uid,
            kind=row.kind,
            position=row.position,
            text=row.text,
            is_fact=row.is_fact,
            cites=codes_of(row),
        )


class FindingHeadOut(Out):
    uid: UUID
    case: str
    code: str
    state: str
    author: UserOut
    begun_at: datetime
    submitted_at: datetime | None
    decided_by: UserOut | None
    decided_at: datetime | None
    remark: str

    @classmethod
    def of(cls, row: Finding) -> FindingHeadOut:
        return cls(
            uid=row.uid,
            case=row.case.number,
            code=row.code,
            state=row.state,
            author=UserOut.of(row.author),
            begun_at=row.begun_at,
            submitted_at=row.submitted_at,
            decided_by=UserOut.perhaps(row.decided_by),
            decided_at=row.decided_at,
            remark=row.remark,
        )


class FindingOut(Out):
    """``content`` is the digest over all sentences and what they cite."""

    head: FindingHeadOut
    sentences: list[FindingSentenceOut]
    content: str

    @classmethod
    def of(cls, row: Finding) -> FindingOut:
        rows = sentences_of(row)
        return cls(
            head=FindingHeadOut.of(row),
            sentences=[FindingSentenceOut.of(one) for one in rows],
            content=content_of(rows),
        )


class ChangeIn(In):
    """``sources`` are statements and exhibits by their uids."""

    text: Annotated[Text, Field(min_length=1, max_length=500)]
    is_fact: bool = True
    sources: Annotated[list[UUID], Field(max_length=20)] = []

    def named(self, user: User, case: Case) -> list[Statement | Exhibit]:
        return [
            source_named(user, case, uid, path="sources")
            for uid in dict.fromkeys(self.sources)
        ]


class SentenceIn(ChangeIn, OnceIn):
    kind: Literal["cause", "course", "consequences", "factors", "failings"]


class FindingDecisionIn(In):
    is_approved: bool
    remark: Annotated[Text, Field(max_length=500)] = ""


class FindingWithdrawalIn(In):
    reason: Annotated[Text, Field(min_length=1, max_length=500)]


@router.get("/cases/{number}/findings", **operation(*_SEE, out=list[FindingHeadOut]))
def list_findings(request: ApiRequest, number: str) -> list[FindingHeadOut]:
    """All versions, the newest first."""
    case = seen_case(request.auth, number)
    return [FindingHeadOut.of(row) for row in findings_of(case)]


@router.post(
    "/cases/{number}/findings", **operation(*_LEAD, out=FindingOut, status=201)
)
def begin_finding(request: ApiRequest, number: str) -> Status[FindingOut]:
    """Begin a version; while it is the caller's draft, this gives it again."""
    caller = request.auth
    made = investigation.begin_finding(
        case=seen_case(caller, number), by=caller.user, at=caller.at, via="api"
    )
    return Status(201, FindingOut.of(made))


@router.get("/findings/{uid}", **operation(*_SEE, out=FindingOut))
def get_finding(request: ApiRequest, uid: UUID) -> FindingOut:
    return FindingOut.of(finding_of(request.auth, uid))


@router.get("/findings/{uid}/paper", **content(*_SEE, kinds=["application/pdf"]))
def print_finding(request: ApiRequest, uid: UUID) -> HttpResponse:
    """A submitted version with the scene as PDF; that it was printed is recorded."""
    caller = request.auth
    pdf = investigation.print_finding(
        finding=finding_of(caller, uid), by=caller.user, at=caller.at, via="api"
    )
    return HttpResponse(pdf, content_type="application/pdf")


@router.post(
    "/findings/{uid}/sentences", **operation(*_LEAD, out=FindingSentenceOut, status=201)
)
def add_finding_sentence(
    request: ApiRequest, uid: UUID, body: SentenceIn
) -> Status[FindingSentenceOut]:
    """Write one sentence into the caller's draft."""
    caller = request.auth
    finding = finding_of(caller, uid)
    made = investigation.add_sentence(
        finding=finding,
        kind=SentenceKind(body.kind),
        text=body.text,
        is_fact=body.is_fact,
        sources=body.named(caller.user, finding.case),
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
    )
    return Status(201, FindingSentenceOut.of(made))


@router.post("/finding-sentences/{uid}", **operation(*_LEAD, out=FindingSentenceOut))
def change_finding_sentence(
    request: ApiRequest, uid: UUID, body: ChangeIn
) -> FindingSentenceOut:
    """Write a sentence of a draft anew, with all that it cites."""
    caller = request.auth
    sentence = sentence_of(caller, uid)
    changed = investigation.change_sentence(
        sentence=sentence,
        text=body.text,
        is_fact=body.is_fact,
        sources=body.named(caller.user, sentence.finding.case),
        by=caller.user,
        at=caller.at,
    )
    return FindingSentenceOut.of(changed)


@router.post("/finding-sentences/{uid}/removal", **operation(*_LEAD, out=FindingOut))
def remove_finding_sentence(request: ApiRequest, uid: UUID) -> FindingOut:
    caller = request.auth
    sentence = sentence_of(caller, uid)
    finding = sentence.finding
    investigation.remove_sentence(sentence=sentence, by=caller.user, at=caller.at)
    return FindingOut.of(finding_of(caller, finding.uid))


@router.post("/findings/{uid}/submission", **operation(*_LEAD, out=FindingOut))
def submit_finding(request: ApiRequest, uid: UUID) -> FindingOut:
    """Freeze the draft; each fact has to cite something."""
    caller = request.auth
    investigation.submit_finding(
        finding=finding_of(caller, uid), by=caller.user, at=caller.at, via="api"
    )
    return FindingOut.of(finding_of(caller, uid))


@router.post(
    "/findings/{uid}/decision",
    **operation(*_SEE, Permission.FINDING_APPROVE, out=FindingOut),
)
def decide_finding(
    request: ApiRequest, uid: UUID, body: FindingDecisionIn
) -> FindingOut:
    """Approve or return, by another person than the author."""
    caller = request.auth
    investigation.decide_finding(
        finding=finding_of(caller, uid),
        is_approved=body.is_approved,
        remark=body.remark,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return FindingOut.of(finding_of(caller, uid))


@router.post("/findings/{uid}/withdrawal", **operation(*_SEE, out=FindingOut))
def withdraw_finding(
    request: ApiRequest, uid: UUID, body: FindingWithdrawalIn
) -> FindingOut:
    """Give up what is not decided on: its author, or somebody who may approve findings."""
    caller = request.auth
    check_any_scope(caller, Permission.INVESTIGATE, Permission.FINDING_APPROVE)
    investigation.withdraw_finding(
        finding=finding_of(caller, uid),
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return FindingOut.of(finding_of(caller, uid))
