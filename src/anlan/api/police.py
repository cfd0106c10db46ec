"""Reports to the police over the API: material, hand-over, papers, periods, rights."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Router, Status
from pydantic import Field

from anlan.accounts.roles import Permission
from anlan.api.access import (
    case_of,
    exhibit_of,
    party_of,
    place_to_report,
    police_paper_of,
    police_report_of,
)
from anlan.api.auth import ApiRequest, operation
from anlan.api.schemas import In, Instant, OnceIn, Out, Text, UserOut
from anlan.base.clock import local_day
from anlan.law import selectors as law
from anlan.resolution.legal import permissions
from anlan.resolution.legal import services as legal
from anlan.resolution.legal.enums import ItemKind, ItemState, PaperKind, ToldWay
from anlan.resolution.legal.models import (
    PolicePaper,
    PolicePeriod,
    PoliceProcedure,
    PoliceReport,
    Retaliation,
    RightsTold,
)
from anlan.resolution.legal.periods import Happened, PeriodRule
from anlan.resolution.legal.selectors.police import (
    Line,
    Right,
    checklist,
    happened_in,
    last_day,
    missing_in,
    papers_of,
    periods_of,
    reports_of,
    rights_of,
)
from anlan.resolution.legal.services.police import (
    MOST_ITEM,
    MOST_NAME,
    MOST_NUMBER,
    MOST_SIGNERS,
)

router = Router(tags=["police"])

_READ = (Permission.CASE_SEE, Permission.INVESTIGATION_READ)
_WRITE = (*_READ, Permission.POLICE_REPORT)
_APPROVE = (*_READ, Permission.FOOTAGE_APPROVE)
_Name = Annotated[Text, Field(min_length=1, max_length=MOST_NAME)]
_Words = Annotated[Text, Field(max_length=500)]
_Reason = Annotated[Text, Field(min_length=1, max_length=500)]


class PoliceProcedureOut(Out):
    """How the site reports: the version that the report began with."""

    uid: UUID
    version: int
    valid_from: date
    station: str
    phone: str
    address: str
    receives: str
    bring: str

    @classmethod
    def of(cls, row: PoliceProcedure) -> PoliceProcedureOut:
        return cls(
            uid=row.uid,
            version=row.version,
            valid_from=row.valid_from,
            station=row.station,
            phone=row.phone,
            address=row.address,
            receives=row.receives,
            bring=row.bring,
        )


class PoliceItemOut(Out):
    kind: str
    state: str
    words: str
    exhibits: list[str]
    is_accepted: bool

    @classmethod
    def of(cls, line: Line) -> PoliceItemOut:
        return cls(
            kind=line.kind.value,
            state=line.state.value,
            words=line.row.words if line.row else "",
            exhibits=[one.code for one in line.exhibits],
            is_accepted=bool(line.row and line.row.is_accepted),
        )


class PolicePaperOut(Out):
    uid: UUID
    kind: str
    number: str
    office: str
    officer: str
    dated_on: date
    received_on: date
    words: str
    against: list[UUID]
    exhibit: UUID | None
    recorded_by: UserOut
    recorded_at: datetime
    revoked_at: datetime | None
    reason: str

    @classmethod
    def of(cls, row: PolicePaper) -> PolicePaperOut:
        return cls(
            uid=row.uid,
            kind=row.kind,
            number=row.number,
            office=row.office,
            officer=row.officer,
            dated_on=row.dated_on,
            received_on=row.received_on,
            words=row.words,
            against=[one.uid for one in row.against.all()],
            exhibit=row.exhibit.uid if row.exhibit else None,
            recorded_by=UserOut.of(row.recorded_by),
            recorded_at=row.recorded_at,
            revoked_at=row.revoked_at,
            reason=row.reason,
        )


class PolicePeriodOut(Out):
    """``is_law`` says whether the article was read; what was not is advice.

    ``is_earliest``: the time of an appraisal is not counted, and ``last_day`` may be later.
    """

    rule: str
    title: str
    whose: str
    is_law: bool
    cited: str
    begins_at: datetime
    due_at: datetime
    last_day: date
    is_earliest: bool
    ended_at: datetime | None

    @classmethod
    def of_period(
        cls, row: PolicePeriod, rule: PeriodRule, *, happened: list[Happened]
    ) -> PolicePeriodOut:
        return cls(
            rule=rule.id,
            title=rule.heading,
            whose=rule.of.value,
            is_law=rule.is_law,
            cited=law.cite_all(rule.sources, on=local_day(row.begins_at)),
            begins_at=row.begins_at,
            due_at=row.due_at,
            last_day=last_day(row.due_at),
            is_earliest=rule.is_earliest(happened),
            ended_at=row.ended_at,
        )


class PoliceReportOut(Out):
    """``missing`` is computed; ``listing`` is the list as it was handed over."""

    uid: UUID
    case: str
    code: str
    state: str
    supplements: UUID | None
    procedure: PoliceProcedureOut | None
    author: UserOut
    begun_at: datetime
    items: list[PoliceItemOut]
    missing: list[str]
    approved_at: datetime | None
    approved_by: UserOut | None
    handed_at: datetime | None
    handed_by: UserOut | None
    station: str
    officer: str
    officer_number: str
    signers: str
    listing: str
    gaps: str
    words: str
    receipt: UUID | None
    reason: str
    papers: list[PolicePaperOut]
    periods: list[PolicePeriodOut]

    @classmethod
    def of(cls, row: PoliceReport) -> PoliceReportOut:
        happened = happened_in(row)
        return cls(
            uid=row.uid,
            case=row.case.number,
            code=row.code,
            state=row.state,
            supplements=row.supplements.uid if row.supplements else None,
            procedure=PoliceProcedureOut.of(row.procedure) if row.procedure else None,
            author=UserOut.of(row.author),
            begun_at=row.begun_at,
            items=[PoliceItemOut.of(line) for line in checklist(row)],
            missing=[kind.value for kind in missing_in(row)],
            approved_at=row.approved_at,
            approved_by=UserOut.of(row.approved_by) if row.approved_by else None,
            handed_at=row.handed_at,
            handed_by=UserOut.of(row.handed_by) if row.handed_by else None,
            station=row.station,
            officer=row.officer,
            officer_number=row.officer_number,
            signers=row.signers,
            listing=row.listing,
            gaps=row.gaps,
            words=row.words,
            receipt=row.receipt.uid if row.receipt else None,
            reason=row.reason,
            papers=[PolicePaperOut.of(one) for one in papers_of(row)],
            periods=[
                PolicePeriodOut.of_period(one, rule, happened=happened)
                for one, rule in periods_of(row)
            ],
        )


class RightOut(Out):
    words: str
    last_day: date | None
    cited: str

    @classmethod
    def of(cls, one: Right) -> RightOut:
        return cls(words=one.words, last_day=one.last_day, cited=one.cited)


class RightsToldOut(Out):
    uid: UUID
    party: UUID
    way: str
    sheet: str
    words: str
    happened_at: datetime
    told_by: UserOut

    @classmethod
    def of(cls, row: RightsTold) -> RightsToldOut:
        return cls(
            uid=row.uid,
            party=row.party.uid,
            way=row.way,
            sheet=row.sheet,
            words=row.words,
            happened_at=row.happened_at,
            told_by=UserOut.of(row.told_by),
        )


class RetaliationOut(Out):
    """``opened`` is the number of the case that was opened for it."""

    uid: UUID
    case: str
    opened: str
    noted_at: datetime

    @classmethod
    def of(cls, row: Retaliation) -> RetaliationOut:
        return cls(
            uid=row.uid,
            case=row.case.number,
            opened=row.opened.number if row.opened else "",
            noted_at=row.noted_at,
        )


class PoliceItemIn(In):
    """``state`` is ready, none with a reason, or open again."""

    kind: ItemKind
    state: ItemState
    exhibits: Annotated[list[UUID], Field(max_length=100)] = []
    words: Annotated[Text, Field(max_length=MOST_ITEM)] = ""


class PoliceReasonIn(In):
    reason: _Reason


class PoliceHandOverIn(OnceIn):
    """``receipt`` is the police's own list; without it ``words`` says why.

    ``accepted`` and ``signers`` are empty where there is no material at all.
    """

    happened_at: Instant
    station: _Name
    officer: Annotated[Text, Field(max_length=MOST_NAME)] = ""
    officer_number: Annotated[Text, Field(max_length=30)] = ""
    accepted: Annotated[list[ItemKind], Field(max_length=20)] = []
    signers: Annotated[Text, Field(max_length=MOST_SIGNERS)] = ""
    receipt: UUID | None = None
    gaps: _Words = ""
    words: _Words = ""


class PolicePaperIn(OnceIn):
    """Dated as the paper is, whenever it came; see the guide.

    Of a judgment ``words`` says what was decided, of an appeal whose it is; ``office`` is
    then the procuratorate's or court's. ``against`` are the aggressors whom it is about:
    where there are several, each paper of a procuratorate or court has to say so.
    """

    kind: PaperKind
    number: Annotated[Text, Field(max_length=MOST_NUMBER)] = ""
    office: _Name
    officer: Annotated[Text, Field(max_length=90)] = ""
    dated_on: date
    received_on: date
    exhibit: UUID | None = None
    against: Annotated[list[UUID], Field(max_length=50)] = []
    words: _Words = ""


class RightsToldIn(OnceIn):
    party: UUID
    way: ToldWay
    happened_at: Instant
    words: _Words = ""


class RetaliationIn(OnceIn):
    place: UUID
    is_ongoing: bool
    words: _Reason


@router.get(
    "/cases/{number}/police-reports", **operation(*_READ, out=list[PoliceReportOut])
)
def list_police_reports(request: ApiRequest, number: str) -> list[PoliceReportOut]:
    """The newest first."""
    caller = request.auth
    case = case_of(caller, number)
    permissions.check_can_see_reports(caller.user, case)
    rows = list(reports_of(case).select_related("receipt", "supplements"))
    for row in rows:
        row.case = case
    return [PoliceReportOut.of(row) for row in rows]


@router.post(
    "/cases/{number}/police-reports", **operation(*_WRITE, out=PoliceReportOut)
)
def begin_police_report(request: ApiRequest, number: str) -> PoliceReportOut:
    """Begin to gather material; what is being gathered already, if there is."""
    caller = request.auth
    made = legal.begin_report(
        case=case_of(caller, number), by=caller.user, at=caller.at, via="api"
    )
    return PoliceReportOut.of(police_report_of(caller, made.uid))


@router.get("/police-reports/{uid}", **operation(*_READ, out=PoliceReportOut))
def get_police_report(request: ApiRequest, uid: UUID) -> PoliceReportOut:
    return PoliceReportOut.of(police_report_of(request.auth, uid))


@router.post("/police-reports/{uid}/items", **operation(*_WRITE, out=PoliceReportOut))
def set_police_item(
    request: ApiRequest, uid: UUID, body: PoliceItemIn
) -> PoliceReportOut:
    caller = request.auth
    legal.set_item(
        report=police_report_of(caller, uid),
        kind=body.kind,
        state=body.state,
        exhibits=[exhibit_of(caller, one) for one in body.exhibits],
        words=body.words,
        by=caller.user,
        at=caller.at,
    )
    return PoliceReportOut.of(police_report_of(caller, uid))


@router.post(
    "/police-reports/{uid}/approval", **operation(*_APPROVE, out=PoliceReportOut)
)
def approve_police_material(request: ApiRequest, uid: UUID) -> PoliceReportOut:
    """Agree that its exhibits go to the police; not by whoever made the list."""
    caller = request.auth
    legal.approve_material(
        report=police_report_of(caller, uid), by=caller.user, at=caller.at, via="api"
    )
    return PoliceReportOut.of(police_report_of(caller, uid))


@router.post(
    "/police-reports/{uid}/hand-over", **operation(*_WRITE, out=PoliceReportOut)
)
def hand_over_police_report(
    request: ApiRequest, uid: UUID, body: PoliceHandOverIn
) -> PoliceReportOut:
    """From then on its list stands."""
    caller = request.auth
    legal.hand_over(
        report=police_report_of(caller, uid),
        happened=body.happened_at,
        station=body.station,
        officer=body.officer,
        officer_number=body.officer_number,
        accepted=body.accepted,
        signers=body.signers,
        receipt=exhibit_of(caller, body.receipt) if body.receipt else None,
        gaps=body.gaps,
        words=body.words,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return PoliceReportOut.of(police_report_of(caller, uid))


@router.post(
    "/police-reports/{uid}/dropping", **operation(*_WRITE, out=PoliceReportOut)
)
def drop_police_report(
    request: ApiRequest, uid: UUID, body: PoliceReasonIn
) -> PoliceReportOut:
    """Give up what was never handed over; no way around the duty to report (G05)."""
    caller = request.auth
    legal.drop_report(
        report=police_report_of(caller, uid),
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return PoliceReportOut.of(police_report_of(caller, uid))


@router.post(
    "/police-reports/{uid}/papers",
    **operation(*_WRITE, out=PoliceReportOut, status=201),
)
def record_police_paper(
    request: ApiRequest, uid: UUID, body: PolicePaperIn
) -> Status[PoliceReportOut]:
    """Enter what police, prosecutors or courts wrote; the periods of the police follow."""
    caller = request.auth
    legal.record_paper(
        report=police_report_of(caller, uid),
        kind=body.kind,
        number=body.number,
        office=body.office,
        officer=body.officer,
        dated_on=body.dated_on,
        received_on=body.received_on,
        exhibit=exhibit_of(caller, body.exhibit) if body.exhibit else None,
        against=[party_of(caller, one) for one in body.against],
        words=body.words,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, PoliceReportOut.of(police_report_of(caller, uid)))


@router.post(
    "/police-papers/{uid}/revocation", **operation(*_WRITE, out=PoliceReportOut)
)
def revoke_police_paper(
    request: ApiRequest, uid: UUID, body: PoliceReasonIn
) -> PoliceReportOut:
    """Take back what was entered wrongly; its periods do not run any more."""
    caller = request.auth
    paper = police_paper_of(caller, uid)
    legal.revoke_paper(
        paper=paper, reason=body.reason, by=caller.user, at=caller.at, via="api"
    )
    return PoliceReportOut.of(police_report_of(caller, paper.report.uid))


@router.get(
    "/cases/{number}/rights", **operation(Permission.CASE_SEE, out=list[RightOut])
)
def list_rights(request: ApiRequest, number: str) -> list[RightOut]:
    """What the victim's side may do themselves, and until when (G06)."""
    return [RightOut.of(one) for one in rights_of(case_of(request.auth, number))]


@router.post(
    "/cases/{number}/rights",
    **operation(Permission.CASE_SEE, out=RightsToldOut, status=201),
)
def tell_rights(
    request: ApiRequest, number: str, body: RightsToldIn
) -> Status[RightsToldOut]:
    """Say that they were told; the sheet is kept with it."""
    caller = request.auth
    case = case_of(caller, number)
    told = legal.tell_rights(
        case=case,
        party=party_of(caller, body.party),
        way=body.way,
        happened=body.happened_at,
        words=body.words,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, RightsToldOut.of(told))


@router.post(
    "/cases/{number}/retaliation",
    **operation(
        Permission.CASE_SEE,
        Permission.INCIDENT_REPORT,
        out=RetaliationOut,
        status=201,
    ),
)
def note_retaliation(
    request: ApiRequest, number: str, body: RetaliationIn
) -> Status[RetaliationOut]:
    """Retaliation is a new incident at once (G23)."""
    caller = request.auth
    case = case_of(caller, number)
    noted = legal.note_retaliation(
        case=case,
        place=place_to_report(caller, body.place),
        is_ongoing=body.is_ongoing,
        words=body.words,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    noted.case = case
    return Status(201, RetaliationOut.of(noted))
