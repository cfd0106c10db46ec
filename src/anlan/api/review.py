"""The review of a case over the API: its report, improvements, meetings, lessons."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Status
from pydantic import Field

from anlan.accounts.roles import Permission
from anlan.api.access import (
    case_of,
    check_of,
    colleague_of,
    exhibit_of,
    improvement_of,
    paragraph_of,
    party_of,
    recurrence_of,
    report_version_of,
)
from anlan.api.auth import ApiRequest, Caller, check_any_scope, operation
from anlan.api.files import content
from anlan.api.investigation.access import source_named
from anlan.api.schemas import In, Instant, OnceIn, Out, QueryText, Text, UserOut
from anlan.base.clock import local_day
from anlan.base.errors import InvalidInput
from anlan.base.lines import MOST_WORDS
from anlan.cases.models import Case
from anlan.evidence.models import Exhibit, Statement
from anlan.resolution.review import services as review
from anlan.resolution.review.enums import Cause, Form, Section
from anlan.resolution.review.models import (
    Improvement,
    ImprovementCheck,
    Meeting,
    Recurrence,
    Report,
    ReportParagraph,
)
from anlan.resolution.review.paragraphs import codes_of, paragraphs_of
from anlan.resolution.review.permissions import check_can_see
from anlan.resolution.review.selectors.improvements import (
    Which,
    grounds_of,
    improvements_of,
    listed,
)
from anlan.resolution.review.selectors.lessons import (
    Lesson,
    Similar,
    lessons_for,
    similar_cases,
)
from anlan.resolution.review.selectors.meetings import meetings_of
from anlan.resolution.review.selectors.reports import newer_entries, reports_of
from anlan.resolution.review.services.improvements import (
    MOST_WHAT,
    MOST_WHY,
)
from anlan.resolution.review.services.meetings import (
    MOST_MINUTES,
    MOST_NAME,
    MOST_PEOPLE,
    MOST_WHERE,
)
from anlan.resolution.review.services.reports import MOST_PARAGRAPH, MOST_TAGS
from anlan.resolution.review.services.reports_paper import MOST_RECEIVER

router = Router(tags=["review"])

_READ = (Permission.CASE_SEE, Permission.INVESTIGATION_READ)
_WRITE = (*_READ, Permission.REVIEW_WRITE)
_APPROVE = (*_READ, Permission.REVIEW_APPROVE)
_OWN = (Permission.CASE_SEE,)
_TYPES = {
    Form.PDF: "application/pdf",
    Form.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}

Words = Annotated[Text, Field(min_length=1, max_length=MOST_WORDS)]


class ReportParagraphOut(Out):
    """``composed`` is what the record says now, where the words were drawn from it."""

    uid: UUID
    section: str
    text: str
    is_fact: bool
    origin: str
    composed: str
    is_behind: bool
    is_left_out: bool
    tags: str
    cites: list[str]

    @classmethod
    def of(cls, row: ReportParagraph) -> ReportParagraphOut:
        return cls(
            uid=row.uid,
            section=row.section,
            text=row.text,
            is_fact=row.is_fact,
            origin=row.origin,
            composed=row.composed,
            is_behind=row.is_behind,
            is_left_out=row.is_left_out,
            tags=row.tags,
            cites=codes_of(row),
        )


class CaseReportHeadOut(Out):
    """``newer`` counts the entries of the case since the record was read."""

    uid: UUID
    case: str
    code: str
    state: str
    cause: str
    author: UserOut
    begun_at: datetime
    composed_at: datetime
    newer: int
    submitted_at: datetime | None
    decided_by: UserOut | None
    decided_at: datetime | None
    remark: str
    withdrawn_by: UserOut | None
    withdrawn_at: datetime | None
    reason: str
    content: str

    @classmethod
    def of(cls, row: Report) -> CaseReportHeadOut:
        return cls(
            uid=row.uid,
            case=row.case.number,
            code=row.code,
            state=row.state,
            cause=row.cause,
            author=UserOut.of(row.author),
            begun_at=row.begun_at,
            composed_at=row.composed_at,
            newer=newer_entries(row).count(),
            submitted_at=row.submitted_at,
            decided_by=UserOut.perhaps(row.decided_by),
            decided_at=row.decided_at,
            remark=row.remark,
            withdrawn_by=UserOut.perhaps(row.withdrawn_by),
            withdrawn_at=row.withdrawn_at,
            reason=row.reason,
            content=row.content,
        )


class CaseReportOut(Out):
    """``record`` is JSON: the tables as they were read, in Chinese."""

    head: CaseReportHeadOut
    paragraphs: list[ReportParagraphOut]
    record: str

    @classmethod
    def of(cls, row: Report) -> CaseReportOut:
        rows = paragraphs_of(row, with_left_out=row.is_draft)
        return cls(
            head=CaseReportHeadOut.of(row),
            paragraphs=[ReportParagraphOut.of(one) for one in rows],
            record=row.record,
        )


class ParagraphChangeIn(In):
    """``sources`` are statements and exhibits by their uids."""

    text: Annotated[Text, Field(min_length=1, max_length=MOST_PARAGRAPH)]
    is_fact: bool = True
    sources: Annotated[list[UUID], Field(max_length=20)] = []
    tags: Annotated[Text, Field(max_length=MOST_TAGS)] = ""

    def named(self, caller: Caller, case: Case) -> list[Statement | Exhibit]:
        return [
            source_named(caller.user, case, uid, path="sources")
            for uid in dict.fromkeys(self.sources)
        ]


class ParagraphIn(ParagraphChangeIn, OnceIn):
    section: Section


class LeavingIn(In):
    is_left_out: bool


class CauseIn(In):
    cause: Cause


class ReportWithdrawalIn(In):
    reason: Annotated[Text, Field(min_length=1, max_length=500)]


class ReportDecisionIn(In):
    is_approved: bool
    remark: Annotated[Text, Field(max_length=500)] = ""


class ReportCopyIn(OnceIn):
    """``receiver`` is who took it: the person, or who acts for them with what paper."""

    party: UUID
    receiver: Annotated[Text, Field(min_length=1, max_length=MOST_RECEIVER)]


class ImprovementCheckOut(Out):
    uid: UUID
    turn: int
    days: int
    due_at: datetime
    is_needed: bool
    by: UserOut | None
    at: datetime | None
    is_effective: bool | None
    looked: str
    exhibit: UUID | None

    @classmethod
    def of(cls, row: ImprovementCheck) -> ImprovementCheckOut:
        return cls(
            uid=row.uid,
            turn=row.turn,
            days=row.days,
            due_at=row.due_at,
            is_needed=row.cancelled_at is None,
            by=UserOut.perhaps(row.by),
            at=row.at,
            is_effective=row.is_effective,
            looked=row.looked,
            exhibit=row.exhibit.uid if row.exhibit else None,
        )


class RecurrenceOut(Out):
    """A new incident where this was improved; ``case`` is its number."""

    uid: UUID
    case: str
    state: str
    found_at: datetime
    said_by: UserOut | None
    said_at: datetime | None
    words: str

    @classmethod
    def of(cls, row: Recurrence) -> RecurrenceOut:
        return cls(
            uid=row.uid,
            case=row.case.number,
            state=row.state,
            found_at=row.found_at,
            said_by=UserOut.perhaps(row.said_by),
            said_at=row.said_at,
            words=row.words,
        )


class ImprovementOut(Out):
    uid: UUID
    case: str
    code: str
    state: str
    what: str
    why: str
    cause: str
    place: str
    owner: UserOut
    due_on: date
    turn: int
    made_by: UserOut
    made_at: datetime
    done_at: datetime | None
    reason: str
    checks: list[ImprovementCheckOut]
    recurrences: list[RecurrenceOut]

    @classmethod
    def of(cls, row: Improvement) -> ImprovementOut:
        return cls(
            uid=row.uid,
            case=row.case.number,
            code=row.code,
            state=row.state,
            what=row.what,
            why=row.why,
            cause=row.cause,
            place=row.place.label if row.place else "",
            owner=UserOut.of(row.owner),
            due_on=row.due_on,
            turn=row.turn,
            made_by=UserOut.of(row.made_by),
            made_at=row.made_at,
            done_at=row.done_at,
            reason=row.reason,
            checks=[ImprovementCheckOut.of(one) for one in row.checks.all()],
            recurrences=[RecurrenceOut.of(one) for one in row.recurrences.all()],
        )


class ImprovementIn(OnceIn):
    """``ground`` is ``sentence:<uid>``, ``paragraph:<uid>`` or ``meeting:<uid>``."""

    what: Annotated[Text, Field(min_length=1, max_length=MOST_WHAT)]
    why: Annotated[Text, Field(min_length=1, max_length=MOST_WHY)]
    ground: Annotated[Text, Field(max_length=80)]
    cause: Cause
    owner: UUID
    due_on: date


class ImprovementDoneIn(In):
    words: Words
    exhibit: UUID | None = None


class ImprovementCheckIn(In):
    """``due_on`` says until when it is done anew, where it had no effect."""

    is_effective: bool
    looked: Words
    exhibit: UUID | None = None
    due_on: date | None = None


class DroppingIn(In):
    reason: Words


class RecurrenceIn(In):
    is_same: bool
    words: Words


class MeetingOut(Out):
    uid: UUID
    case: str
    code: str
    held_at: datetime
    where: str
    people: list[str]
    minutes: str
    recorded_by: UserOut

    @classmethod
    def of(cls, row: Meeting) -> MeetingOut:
        return cls(
            uid=row.uid,
            case=row.case.number,
            code=row.code,
            held_at=row.held_at,
            where=row.where,
            people=[one.shown for one in row.guests.all()],
            minutes=row.minutes,
            recorded_by=UserOut.of(row.recorded_by),
        )


class MeetingIn(OnceIn):
    """``is_voluntary``: everybody was asked, and came of their own will."""

    held_at: Instant
    minutes: Annotated[Text, Field(min_length=1, max_length=MOST_MINUTES)]
    is_voluntary: bool
    where: Annotated[Text, Field(max_length=MOST_WHERE)] = ""
    people: Annotated[list[UUID], Field(max_length=MOST_PEOPLE)] = []
    guests: Annotated[
        list[Annotated[Text, Field(max_length=MOST_NAME)]],
        Field(max_length=MOST_PEOPLE),
    ] = []


class LessonOut(Out):
    """``case`` is empty where the caller may not see it."""

    uid: UUID
    text: str
    tags: str
    cause: str
    place: str
    case: str

    @classmethod
    def of(cls, one: Lesson) -> LessonOut:
        place = one.row.report.place
        return cls(
            uid=one.row.uid,
            text=one.row.text,
            tags=one.row.tags,
            cause=one.row.report.cause,
            place=place.label if place else "",
            case=one.case.number if one.case else "",
        )


class SimilarOut(Out):
    """``reasons`` name what each counts; ``points`` is their sum."""

    case: str
    points: int
    reasons: list[str]
    lessons: list[str]

    @classmethod
    def of(cls, one: Similar) -> SimilarOut:
        return cls(
            case=one.case.number,
            points=one.points,
            reasons=list(one.reasons),
            lessons=[row.text for row in one.lessons],
        )


@router.get(
    "/cases/{number}/case-reports", **operation(*_READ, out=list[CaseReportHeadOut])
)
def list_case_reports(request: ApiRequest, number: str) -> list[CaseReportHeadOut]:
    """All versions, the newest first."""
    case = _reviewed(request.auth, number)
    return [CaseReportHeadOut.of(row) for row in reports_of(case)]


@router.post(
    "/cases/{number}/case-reports", **operation(*_WRITE, out=CaseReportOut, status=201)
)
def begin_case_report(request: ApiRequest, number: str) -> Status[CaseReportOut]:
    """Compose a version from the record; while it is the caller's draft, this gives it again."""
    caller = request.auth
    made = review.begin_report(
        case=case_of(caller, number), by=caller.user, at=caller.at, via="api"
    )
    return Status(201, CaseReportOut.of(report_version_of(caller, made.uid)))


@router.get("/case-reports/{uid}", **operation(*_READ, out=CaseReportOut))
def get_case_report(request: ApiRequest, uid: UUID) -> CaseReportOut:
    return CaseReportOut.of(report_version_of(request.auth, uid))


@router.post("/case-reports/{uid}/composition", **operation(*_WRITE, out=CaseReportOut))
def compose_case_report(request: ApiRequest, uid: UUID) -> CaseReportOut:
    """Read the record anew; what a person wrote stays."""
    caller = request.auth
    review.compose_again(
        report=report_version_of(caller, uid), by=caller.user, at=caller.at
    )
    return CaseReportOut.of(report_version_of(caller, uid))


@router.post("/case-reports/{uid}/cause", **operation(*_WRITE, out=CaseReportOut))
def set_report_cause(request: ApiRequest, uid: UUID, body: CauseIn) -> CaseReportOut:
    caller = request.auth
    review.set_cause(
        report=report_version_of(caller, uid),
        cause=body.cause,
        by=caller.user,
        at=caller.at,
    )
    return CaseReportOut.of(report_version_of(caller, uid))


@router.post(
    "/case-reports/{uid}/paragraphs",
    **operation(*_WRITE, out=ReportParagraphOut, status=201),
)
def add_report_paragraph(
    request: ApiRequest, uid: UUID, body: ParagraphIn
) -> Status[ReportParagraphOut]:
    caller = request.auth
    report = report_version_of(caller, uid)
    made = review.add_paragraph(
        report=report,
        section=body.section,
        text=body.text,
        is_fact=body.is_fact,
        sources=body.named(caller, report.case),
        tags=body.tags,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
    )
    return Status(201, ReportParagraphOut.of(made))


@router.post("/report-paragraphs/{uid}", **operation(*_WRITE, out=ReportParagraphOut))
def change_report_paragraph(
    request: ApiRequest, uid: UUID, body: ParagraphChangeIn
) -> ReportParagraphOut:
    """Write it anew, with what it cites now."""
    caller = request.auth
    row = paragraph_of(caller, uid)
    changed = review.change_paragraph(
        paragraph=row,
        text=body.text,
        is_fact=body.is_fact,
        sources=body.named(caller, row.report.case),
        tags=body.tags,
        by=caller.user,
        at=caller.at,
    )
    return ReportParagraphOut.of(changed)


@router.post(
    "/report-paragraphs/{uid}/leaving", **operation(*_WRITE, out=CaseReportOut)
)
def leave_report_paragraph(
    request: ApiRequest, uid: UUID, body: LeavingIn
) -> CaseReportOut:
    """Leave it out, or take it in again; what a person wrote is gone when left out."""
    caller = request.auth
    row = paragraph_of(caller, uid)
    review.leave_paragraph(
        paragraph=row, is_left_out=body.is_left_out, by=caller.user, at=caller.at
    )
    return CaseReportOut.of(report_version_of(caller, row.report.uid))


@router.post("/case-reports/{uid}/submission", **operation(*_WRITE, out=CaseReportOut))
def submit_case_report(request: ApiRequest, uid: UUID) -> CaseReportOut:
    caller = request.auth
    review.submit_report(
        report=report_version_of(caller, uid), by=caller.user, at=caller.at, via="api"
    )
    return CaseReportOut.of(report_version_of(caller, uid))


@router.post("/case-reports/{uid}/withdrawal", **operation(*_READ, out=CaseReportOut))
def withdraw_case_report(
    request: ApiRequest, uid: UUID, body: ReportWithdrawalIn
) -> CaseReportOut:
    """By its author, or by who may approve; with the scope of one of them."""
    caller = request.auth
    check_any_scope(caller, Permission.REVIEW_WRITE, Permission.REVIEW_APPROVE)
    review.withdraw_report(
        report=report_version_of(caller, uid),
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return CaseReportOut.of(report_version_of(caller, uid))


@router.post("/case-reports/{uid}/decision", **operation(*_APPROVE, out=CaseReportOut))
def decide_case_report(
    request: ApiRequest, uid: UUID, body: ReportDecisionIn
) -> CaseReportOut:
    """By another person than its author; a return says what is wrong."""
    caller = request.auth
    review.decide_report(
        report=report_version_of(caller, uid),
        is_approved=body.is_approved,
        remark=body.remark,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return CaseReportOut.of(report_version_of(caller, uid))


@router.get("/case-reports/{uid}/pdf", **content(*_READ, kinds=[_TYPES[Form.PDF]]))
def export_case_report(request: ApiRequest, uid: UUID) -> HttpResponse:
    """The approved version, the same bytes each time; that it was taken is recorded."""
    return _file(request.auth, uid, Form.PDF)


@router.get("/case-reports/{uid}/word", **content(*_READ, kinds=[_TYPES[Form.DOCX]]))
def export_case_report_word(request: ApiRequest, uid: UUID) -> HttpResponse:
    """The same for a word processor."""
    return _file(request.auth, uid, Form.DOCX)


@router.post(
    "/case-reports/{uid}/copies", **content(*_APPROVE, kinds=[_TYPES[Form.PDF]])
)
def hand_out_case_report_copy(
    request: ApiRequest, uid: UUID, body: ReportCopyIn
) -> HttpResponse:
    """The copy for one side: nothing private of others in it, and who took it recorded."""
    caller = request.auth
    report = report_version_of(caller, uid)
    copy, made = review.hand_out_copy(
        report=report,
        party=party_of(caller, body.party),
        receiver=body.receiver,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    answer = HttpResponse(made, content_type=_TYPES[Form.PDF])
    name = f"{report.case.number}-{report.code}-{copy.side}.pdf"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@router.get("/improvements", **operation(*_OWN, out=list[ImprovementOut]))
def list_improvements(
    request: ApiRequest, which: Annotated[Which, Query()] = Which.OPEN
) -> list[ImprovementOut]:
    """Of all sites that the caller sees, or their own; what is due first at the top."""
    caller = request.auth
    rows = listed(caller.user, which=which, today=local_day(caller.at))
    return [ImprovementOut.of(row) for row in rows]


@router.get(
    "/cases/{number}/improvements", **operation(*_READ, out=list[ImprovementOut])
)
def list_case_improvements(request: ApiRequest, number: str) -> list[ImprovementOut]:
    case = _reviewed(request.auth, number)
    return [ImprovementOut.of(row) for row in improvements_of(case)]


@router.post(
    "/cases/{number}/improvements",
    **operation(*_WRITE, out=ImprovementOut, status=201),
)
def make_improvement(
    request: ApiRequest, number: str, body: ImprovementIn
) -> Status[ImprovementOut]:
    caller = request.auth
    case = _reviewed(caller, number)
    ground = grounds_of(case).get(body.ground)
    if ground is None:
        raise InvalidInput(
            _("请选择本案查明的促成因素或者不足、批准的报告里的教训，或者本案的复盘会"),
            path="ground",
        )
    made = review.make_improvement(
        case=case,
        what=body.what,
        why=body.why,
        ground=ground,
        cause=body.cause,
        owner=colleague_of(caller, body.owner, path="owner"),
        due_on=body.due_on,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, ImprovementOut.of(improvement_of(caller, made.uid)))


@router.get("/improvements/{uid}", **operation(*_OWN, out=ImprovementOut))
def get_improvement(request: ApiRequest, uid: UUID) -> ImprovementOut:
    return ImprovementOut.of(improvement_of(request.auth, uid))


@router.post("/improvements/{uid}/done", **operation(*_OWN, out=ImprovementOut))
def finish_improvement(
    request: ApiRequest, uid: UUID, body: ImprovementDoneIn
) -> ImprovementOut:
    """By its owner, with what was done and what shows it."""
    caller = request.auth
    review.finish_improvement(
        improvement=improvement_of(caller, uid),
        words=body.words,
        exhibit=exhibit_of(caller, body.exhibit) if body.exhibit else None,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return ImprovementOut.of(improvement_of(caller, uid))


@router.post("/improvements/{uid}/dropping", **operation(*_APPROVE, out=ImprovementOut))
def drop_improvement(
    request: ApiRequest, uid: UUID, body: DroppingIn
) -> ImprovementOut:
    caller = request.auth
    review.drop_improvement(
        improvement=improvement_of(caller, uid),
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return ImprovementOut.of(improvement_of(caller, uid))


@router.post("/improvement-checks/{uid}", **operation(*_WRITE, out=ImprovementOut))
def check_improvement(
    request: ApiRequest, uid: UUID, body: ImprovementCheckIn
) -> ImprovementOut:
    """Whether it worked, by somebody else than its owner."""
    caller = request.auth
    row = review.check_improvement(
        check=check_of(caller, uid),
        is_effective=body.is_effective,
        looked=body.looked,
        exhibit=exhibit_of(caller, body.exhibit) if body.exhibit else None,
        due_on=body.due_on,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return ImprovementOut.of(improvement_of(caller, row.uid))


@router.post("/recurrences/{uid}", **operation(*_WRITE, out=ImprovementOut))
def say_recurrence(
    request: ApiRequest, uid: UUID, body: RecurrenceIn
) -> ImprovementOut:
    """Whether a new incident at the place had the same cause; if so, it is reopened."""
    caller = request.auth
    said = review.say_recurrence(
        recurrence=recurrence_of(caller, uid),
        is_same=body.is_same,
        words=body.words,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return ImprovementOut.of(improvement_of(caller, said.improvement.uid))


@router.get("/cases/{number}/meetings", **operation(*_READ, out=list[MeetingOut]))
def list_meetings(request: ApiRequest, number: str) -> list[MeetingOut]:
    """The newest first."""
    case = _reviewed(request.auth, number)
    return [MeetingOut.of(row) for row in meetings_of(case)]


@router.post(
    "/cases/{number}/meetings",
    **operation(*_WRITE, Permission.CASE_NOTE, out=MeetingOut, status=201),
)
def record_meeting(
    request: ApiRequest, number: str, body: MeetingIn
) -> Status[MeetingOut]:
    """A meeting about the handling; voluntary, and no debriefing."""
    caller = request.auth
    case = _reviewed(caller, number)
    made = review.record_meeting(
        case=case,
        held_at=body.held_at,
        minutes=body.minutes,
        is_voluntary=body.is_voluntary,
        where=body.where,
        people=[colleague_of(caller, uid, path="people") for uid in body.people],
        guests=body.guests,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, MeetingOut.of(made))


@router.get("/lessons", **operation(*_READ, out=list[LessonOut]))
def list_lessons(
    request: ApiRequest,
    text: Annotated[QueryText, Query()] = "",
    cause: Annotated[Cause | None, Query()] = None,
) -> list[LessonOut]:
    """Of all approved reports of the company, the newest first; without names."""
    found = lessons_for(request.auth.user, text=text, cause=cause)
    return [LessonOut.of(one) for one in found]


@router.get("/cases/{number}/similar", **operation(*_READ, out=list[SimilarOut]))
def list_similar_cases(request: ApiRequest, number: str) -> list[SimilarOut]:
    """Earlier cases that the caller may see, with every reason."""
    caller = request.auth
    case = _reviewed(caller, number)
    return [SimilarOut.of(one) for one in similar_cases(case, caller.user)]


def _file(caller: Caller, uid: UUID, form: Form) -> HttpResponse:
    made = review.export_report(
        report=report_version_of(caller, uid),
        form=form,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return HttpResponse(made, content_type=_TYPES[form])


def _reviewed(caller: Caller, number: str) -> Case:
    """The case, for whoever may see its review."""
    case = case_of(caller, number)
    check_can_see(caller.user, case)
    return case
