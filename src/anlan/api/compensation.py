"""Compensation over the API: official figures, calculations, their versions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from anlan.accounts.roles import Permission
from anlan.api.access import case_of, compensation_of, compensation_version_of, party_of
from anlan.api.auth import ApiRequest, operation
from anlan.api.files import content
from anlan.api.schemas import In, OnceIn, Out, Text, UserOut
from anlan.resolution import services as resolution
from anlan.resolution.compensation import Claim, Outcome
from anlan.resolution.enums import FigureKey, Province
from anlan.resolution.models import (
    Compensation,
    CompensationFigure,
    CompensationVersion,
    KindnessWords,
)
from anlan.resolution.permissions import check_can_enter_figures, check_can_see_kindness
from anlan.resolution.selectors.compensation import (
    ShownLine,
    claim_of,
    figures_of,
    listed_in,
    outcome_of,
    shown_lines,
)
from anlan.resolution.selectors.kindness import all_kindness_words
from anlan.resolution.wording import ESTIMATE

router = Router(tags=["compensation"])

_MAKE = (Permission.CASE_SEE, Permission.INJURY_READ, Permission.COMPENSATION_MAKE)
_READ = (Permission.CASE_SEE, Permission.INJURY_READ)


class CompensationFigureOut(Out):
    """``value`` is in fen, in hundredths of a percent, or in days, as ``unit`` says."""

    uid: UUID
    key: str
    unit: str
    province: str
    year: int
    variant: str
    version: int
    value: int
    title: str
    issuer: str
    issued_on: date
    address: str
    reason: str
    entered_at: datetime
    entered_by: UserOut

    @classmethod
    def of(cls, row: CompensationFigure) -> CompensationFigureOut:
        return cls(
            uid=row.uid,
            key=row.key,
            unit=FigureKey(row.key).unit.value,
            province=row.province,
            year=row.year,
            variant=row.variant,
            version=row.version,
            value=row.value,
            title=row.title,
            issuer=row.issuer,
            issued_on=row.issued_on,
            address=row.address,
            reason=row.reason,
            entered_at=row.entered_at,
            entered_by=UserOut.of(row.entered_by),
        )


class CompensationFigureIn(In):
    key: FigureKey
    province: Province
    year: Annotated[int, Field(ge=1, le=9999, strict=True)]
    value: Annotated[int, Field(ge=1, le=10**15, strict=True)]
    variant: Annotated[Text, Field(max_length=60)] = ""
    title: Annotated[Text, Field(min_length=1, max_length=120)]
    issuer: Annotated[Text, Field(min_length=1, max_length=80)]
    issued_on: date
    address: Annotated[Text, Field(max_length=300)] = ""
    reason: Annotated[Text, Field(max_length=300)] = ""


class CompensationOut(Out):
    """``due_fen`` is none to a caller who may not see injuries, and before a version."""

    uid: UUID
    case: str
    code: str
    party: UUID
    begun_at: datetime
    versions: int
    due_fen: int | None
    is_complete: bool | None

    @classmethod
    def told(
        cls,
        row: Compensation,
        newest: CompensationVersion | None = None,
        outcome: Outcome | None = None,
    ) -> CompensationOut:
        return cls(
            uid=row.uid,
            case=row.case.number,
            code=row.code,
            party=row.party.uid,
            begun_at=row.begun_at,
            versions=newest.number if newest else 0,
            due_fen=outcome.due_fen if outcome else None,
            is_complete=outcome.is_complete if outcome else None,
        )


class CompensationIn(In):
    party: UUID


class CompensationLineOut(Out):
    """``formulas`` has the numbers put in; only ``counted`` is in the sum."""

    item: str
    name: str
    state: str
    fen: int
    formulas: list[str]
    figures: list[str]
    missing: list[str]
    source: str
    notes: list[str]

    @classmethod
    def of(cls, line: ShownLine) -> CompensationLineOut:
        return cls(
            item=line.item.value,
            name=str(line.item.label),
            state=line.state.value,
            fen=line.fen,
            formulas=list(line.formulas),
            figures=[f"{one.words} {one.title} {one.issuer}" for one in line.figures],
            missing=list(line.wanted),
            source=line.citation,
            notes=list(line.notes),
        )


class CompensationVersionOut(Out):
    """``estimate`` says what it is: no judgment, and no agreement."""

    uid: UUID
    compensation: UUID
    number: int
    made_at: datetime
    made_by: UserOut
    is_complete: bool
    law: str
    claim: Claim
    lines: list[CompensationLineOut]
    total_fen: int
    owed_fen: int
    paid_fen: int
    due_fen: int
    overpaid_fen: int
    manager_cap_fen: int
    manager_due_fen: int
    kindness_fen: int
    estimate: str

    @classmethod
    def of(cls, row: CompensationVersion) -> CompensationVersionOut:
        outcome = outcome_of(row)
        return cls(
            uid=row.uid,
            compensation=row.compensation.uid,
            number=row.number,
            made_at=row.made_at,
            made_by=UserOut.of(row.made_by),
            is_complete=row.is_complete,
            law=row.law,
            claim=claim_of(row),
            lines=[CompensationLineOut.of(line) for line in shown_lines(row)],
            total_fen=outcome.total_fen,
            owed_fen=outcome.owed_fen,
            paid_fen=outcome.paid_fen,
            due_fen=outcome.due_fen,
            overpaid_fen=outcome.overpaid_fen,
            manager_cap_fen=outcome.manager_cap_fen,
            manager_due_fen=outcome.manager_due_fen,
            kindness_fen=outcome.kindness_fen,
            estimate=str(ESTIMATE),
        )


class CompensationVersionIn(OnceIn):
    claim: Claim


class KindnessWordsOut(Out):
    uid: UUID
    version: int
    words: str
    approved_by: UserOut
    approved_at: datetime

    @classmethod
    def of(cls, row: KindnessWords) -> KindnessWordsOut:
        return cls(
            uid=row.uid,
            version=row.version,
            words=row.words,
            approved_by=UserOut.of(row.approved_by),
            approved_at=row.approved_at,
        )


class KindnessWordsIn(In):
    words: Annotated[Text, Field(min_length=1, max_length=500)]


@router.get(
    "/compensation-figures",
    **operation(Permission.COMPENSATION_FIGURES, out=list[CompensationFigureOut]),
)
def list_compensation_figures(
    request: ApiRequest,
    province: Province,
    year: Annotated[int, Query(ge=1, le=9999)],
) -> list[CompensationFigureOut]:
    """Every version of the figures of a province and a year."""
    user = request.auth.user
    check_can_enter_figures(user, user.organisation)
    found = figures_of(user.organisation).filter(province=province, year=year)
    return [CompensationFigureOut.of(row) for row in found]


@router.post(
    "/compensation-figures",
    **operation(Permission.COMPENSATION_FIGURES, out=CompensationFigureOut, status=201),
)
def enter_compensation_figure(
    request: ApiRequest, body: CompensationFigureIn
) -> Status[CompensationFigureOut]:
    """Enter a figure with its source, or supersede it; the same again changes nothing."""
    caller = request.auth
    figure = resolution.enter_figure(
        organisation=caller.user.organisation,
        **dict(body),
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, CompensationFigureOut.of(figure))


@router.get(
    "/cases/{number}/compensations",
    **operation(Permission.CASE_SEE, out=list[CompensationOut]),
)
def list_compensations(request: ApiRequest, number: str) -> list[CompensationOut]:
    """The calculations of a case; what they come to, for who may see injuries."""
    caller = request.auth
    found = listed_in(case_of(caller, number), caller.user)
    return [
        CompensationOut.told(one.compensation, one.newest, one.outcome) for one in found
    ]


@router.post(
    "/cases/{number}/compensations",
    **operation(*_MAKE, out=CompensationOut, status=201),
)
def begin_compensation(
    request: ApiRequest, number: str, body: CompensationIn
) -> Status[CompensationOut]:
    """The calculation of a victim; there is one of each, and asked again it is found."""
    caller = request.auth
    made = resolution.begin_compensation(
        case=case_of(caller, number),
        party=party_of(caller, body.party),
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, CompensationOut.told(made))


@router.post(
    "/compensations/{uid}/versions",
    **operation(*_MAKE, out=CompensationVersionOut, status=201),
)
def make_compensation_version(
    request: ApiRequest, uid: UUID, body: CompensationVersionIn
) -> Status[CompensationVersionOut]:
    """Compute; what the newest version says already makes no new one."""
    caller = request.auth
    made = resolution.make_compensation(
        compensation=compensation_of(caller, uid),
        claim=body.claim,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, CompensationVersionOut.of(made))


@router.get(
    "/compensation-versions/{uid}/paper", **content(*_READ, kinds=["application/pdf"])
)
def print_compensation_version(request: ApiRequest, uid: UUID) -> HttpResponse:
    """The version as PDF, in the language of the caller. That it was printed is recorded."""
    caller = request.auth
    found = compensation_version_of(caller, uid)
    pdf = resolution.print_compensation(
        version=found, by=caller.user, at=caller.at, via="api"
    )
    return HttpResponse(pdf, content_type="application/pdf")


@router.get("/kindness-words", **operation(_MAKE[2], out=list[KindnessWordsOut]))
def list_kindness_words(request: ApiRequest) -> list[KindnessWordsOut]:
    """What goes with a humanitarian payment: every version, the newest is in force."""
    user = request.auth.user
    check_can_see_kindness(user, user.organisation)
    return [KindnessWordsOut.of(row) for row in all_kindness_words(user.organisation)]


@router.post(
    "/kindness-words",
    **operation(_MAKE[2], out=KindnessWordsOut, status=201),
)
def approve_kindness_words(
    request: ApiRequest, body: KindnessWordsIn
) -> Status[KindnessWordsOut]:
    """Approve the next version, as legal counsel; the same words again change nothing."""
    caller = request.auth
    approved = resolution.approve_kindness_words(
        organisation=caller.user.organisation,
        words=body.words,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, KindnessWordsOut.of(approved))


@router.get(
    "/compensation-versions/{uid}", **operation(*_READ, out=CompensationVersionOut)
)
def get_compensation_version(request: ApiRequest, uid: UUID) -> CompensationVersionOut:
    """One version, whole. That it was read is on the record."""
    caller = request.auth
    found = compensation_version_of(caller, uid)
    resolution.show_compensation(
        compensation=found.compensation, by=caller.user, at=caller.at
    )
    return CompensationVersionOut.of(found)
