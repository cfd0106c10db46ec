"""Incidents over the API: reporting, answering, commanding, calling for help, closing."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import BeforeValidator, Field

from anlan.accounts.permissions import check_permission
from anlan.accounts.roles import Permission
from anlan.api.access import (
    call_of,
    colleague_of,
    incident_of,
    place_to_report,
    report_of,
    waiver_of,
)
from anlan.api.auth import ApiRequest, Caller, operation
from anlan.api.cases import CaseOut
from anlan.api.once import once
from anlan.api.schemas import (
    ClockOut,
    In,
    Instant,
    Out,
    PlaceOut,
    Reason,
    ReasonIn,
    Text,
    UserOut,
    Words,
)
from anlan.base.clock import acting_moment, local_day
from anlan.base.errors import InvalidInput
from anlan.cases.models import Deadline
from anlan.incidents import services as incidents
from anlan.incidents.enums import (
    Channel,
    Dissuasion,
    EmergencyService,
    Flag,
    HappenedSource,
)
from anlan.incidents.models import (
    Assignment,
    EmergencyCall,
    PoliceWaiver,
    Report,
)
from anlan.incidents.severity import suggest_severity
from anlan.law.services import check_measure

router = Router(tags=["incidents"])


class ReportIn(In):
    """An alarm. ``place`` is a spot's uid, ``place_code`` the code on its poster.

    ``happened`` is the claimed time; the ladder starts on arrival all the same.
    """

    request_id: UUID
    place: UUID | None = None
    place_code: Annotated[Text, Field(max_length=10)] = ""
    flags: Annotated[list[Flag], Field(max_length=6)] = []
    people_count: Annotated[int, Field(strict=True, ge=1, le=999)] | None = None
    words: Words = ""
    happened: Instant | None = None
    happened_source: Literal["phone", "device", "person"] = "person"


class ReportOut(Out):
    uid: UUID
    case: str
    place: PlaceOut
    channel: str
    reporter: UserOut | None
    words: str
    flags: list[str]
    people_count: int | None
    happened_at: datetime
    happened_source: str
    received_at: datetime
    opened_incident: bool
    withdrawn_at: datetime | None

    @classmethod
    def of(cls, report: Report) -> ReportOut:
        return cls(
            uid=report.uid,
            case=report.incident.case.number,
            place=PlaceOut.of(report.place),
            channel=report.channel,
            reporter=UserOut.perhaps(report.reporter),
            words=report.words,
            flags=report.flags,
            people_count=report.people_count,
            happened_at=report.happened_at,
            happened_source=report.happened_source,
            received_at=report.received_at,
            opened_incident=report.opened_incident,
            withdrawn_at=report.withdrawn_at,
        )


class AssignmentOut(Out):
    uid: UUID
    responder: UserOut
    rung: str
    state: str
    alerted_at: datetime
    acknowledged_at: datetime | None
    arrived_at: datetime | None

    @classmethod
    def of(cls, assignment: Assignment) -> AssignmentOut:
        return cls(
            uid=assignment.uid,
            responder=UserOut.of(assignment.user),
            rung=assignment.rung,
            state=assignment.state,
            alerted_at=assignment.alerted_at,
            acknowledged_at=assignment.acknowledged_at,
            arrived_at=assignment.arrived_at,
        )


class CallOut(Out):
    uid: UUID
    service: str
    called_by: UserOut
    called_at: datetime
    words: str
    answered_at: datetime | None
    answer: str
    receipt: str

    @classmethod
    def of(cls, call: EmergencyCall) -> CallOut:
        return cls(
            uid=call.uid,
            service=call.service,
            called_by=UserOut.of(call.called_by),
            called_at=call.called_at,
            words=call.words,
            answered_at=call.answered_at,
            answer=call.answer,
            receipt=call.receipt,
        )


class WaiverOut(Out):
    uid: UUID
    reason: str
    proposed_by: UserOut
    proposed_at: datetime
    decided_by: UserOut | None
    decided_at: datetime | None
    approved: bool | None

    @classmethod
    def of(cls, waiver: PoliceWaiver) -> WaiverOut:
        return cls(
            uid=waiver.uid,
            reason=waiver.reason,
            proposed_by=UserOut.of(waiver.proposed_by),
            proposed_at=waiver.proposed_at,
            decided_by=UserOut.perhaps(waiver.decided_by),
            decided_at=waiver.decided_at,
            approved=waiver.approved,
        )


class IncidentOut(Out):
    """The live room as data: times, people sent, calls, and every clock."""

    case: CaseOut
    place: PlaceOut
    flags: list[str]
    people_count: int | None
    suggested_severity: int
    suggestion_reasons: list[str]
    reported_at: datetime
    confirmed_at: datetime | None
    acknowledged_at: datetime | None
    arrived_at: datetime | None
    controlled_at: datetime | None
    false_alarm_at: datetime | None
    dissuasion: str
    police: str
    reports: list[ReportOut]
    assignments: list[AssignmentOut]
    calls: list[CallOut]
    police_waivers: list[WaiverOut]
    clocks: list[ClockOut]


class ResponderIn(In):
    """Who acknowledges or arrives; nobody named: the caller. For another it is by radio."""

    responder: UUID | None = None
    via: Literal["api", "radio", "phone"] | None = None


def _refuse_measure(word: object) -> object:
    """What guards may not do is no result: refused with the law, not as a typing error."""
    check_measure(measure=str(word), act_on=local_day(acting_moment()))
    return word


class DissuasionIn(In):
    result: Annotated[Dissuasion, BeforeValidator(_refuse_measure)]


class SeverityIn(In):
    severity: Annotated[int, Field(strict=True, ge=1, le=5)]
    reason: Words = ""


class CallIn(In):
    service: EmergencyService
    request_id: UUID | None = None


class AnswerIn(In):
    answer: Annotated[Text, Field(min_length=1, max_length=500)]
    receipt: Annotated[Text, Field(max_length=60)] = ""


class WaiverIn(In):
    reason: Reason
    request_id: UUID | None = None


class DecisionIn(In):
    approved: Annotated[bool, Field(strict=True)]


@router.post(
    "/reports", **operation(Permission.INCIDENT_REPORT, out=ReportOut, status=201)
)
def report_incident(request: ApiRequest, body: ReportIn) -> Status[ReportOut]:
    """Raise the alarm. The same ``request_id`` again gives the first answer again."""
    caller = request.auth
    if (body.place is None) == (not body.place_code):
        raise InvalidInput(_("请给出点位或点位码之一"), path="place")
    made = incidents.report_incident(
        place=place_to_report(caller, body.place or body.place_code),
        channel=Channel.API,
        flags=[flag.value for flag in body.flags],
        people_count=body.people_count,
        words=body.words,
        happened=body.happened,
        happened_source=HappenedSource(body.happened_source),
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
    )
    return Status(201, _report_out(made))


@router.get("/reports/{uid}", **operation(Permission.INCIDENT_REPORT, out=ReportOut))
def get_report(request: ApiRequest, uid: UUID) -> ReportOut:
    """A report of one's own, or of a case one may see."""
    return ReportOut.of(report_of(request.auth, uid))


@router.post(
    "/reports/{uid}/withdrawal", **operation(Permission.INCIDENT_REPORT, out=ReportOut)
)
def withdraw_report(request: ApiRequest, uid: UUID) -> ReportOut:
    """Take one's own report back; whoever was sent still goes."""
    caller = request.auth
    report = report_of(caller, uid)
    incidents.withdraw_report(report=report, by=caller.user, at=caller.at)
    return ReportOut.of(report_of(caller, uid))


@router.post(
    "/reports/{uid}/splitting",
    **operation(
        Permission.CASE_SEE,
        Permission.INCIDENT_COMMAND,
        Permission.INCIDENT_SEE,
        out=IncidentOut,
        status=201,
    ),
)
def split_report(request: ApiRequest, uid: UUID) -> Status[IncidentOut]:
    """Make a further report an incident of its own, with a ladder of its own."""
    caller = request.auth
    report = report_of(caller, uid)
    incident = incidents.split_report(report=report, by=caller.user, at=caller.at)
    return Status(201, _state(caller, incident.case.number))


@router.get(
    "/cases/{number}/incident",
    **operation(Permission.CASE_SEE, Permission.INCIDENT_SEE, out=IncidentOut),
)
def get_incident(request: ApiRequest, number: str) -> IncidentOut:
    return _state(request.auth, number)


@router.post(
    "/cases/{number}/confirmation",
    **operation(
        Permission.CASE_SEE,
        Permission.INCIDENT_RESPOND,
        Permission.INCIDENT_SEE,
        out=IncidentOut,
    ),
)
def confirm_report(request: ApiRequest, number: str) -> IncidentOut:
    """Staff confirm what a visitor or a device reported."""
    caller = request.auth
    incident = incident_of(caller, number)
    incidents.confirm_report(incident=incident, by=caller.user, at=caller.at)
    return _state(caller, number)


@router.post(
    "/cases/{number}/false-alarm",
    **operation(
        Permission.CASE_SEE,
        Permission.INCIDENT_COMMAND,
        Permission.TASK_SKIP,
        Permission.INCIDENT_SEE,
        out=IncidentOut,
    ),
)
def mark_false_alarm(request: ApiRequest, number: str, body: ReasonIn) -> IncidentOut:
    """误报: nothing happened; the case closes with the reason."""
    caller = request.auth
    incidents.mark_false_alarm(
        incident=incident_of(caller, number),
        reason=body.reason,
        by=caller.user,
        at=caller.at,
    )
    return _state(caller, number)


@router.post(
    "/cases/{number}/severity",
    **operation(
        Permission.CASE_SEE,
        Permission.INCIDENT_COMMAND,
        Permission.INCIDENT_SEE,
        out=IncidentOut,
    ),
)
def set_severity(request: ApiRequest, number: str, body: SeverityIn) -> IncidentOut:
    """Set the level, 1 提示 to 5 特别重大; the plan adds what it calls for."""
    caller = request.auth
    incidents.set_severity(
        incident=incident_of(caller, number),
        severity=body.severity,
        reason=body.reason,
        by=caller.user,
        at=caller.at,
    )
    return _state(caller, number)


@router.post(
    "/cases/{number}/acknowledgement",
    **operation(Permission.CASE_SEE, Permission.INCIDENT_RESPOND, out=AssignmentOut),
)
def acknowledge(request: ApiRequest, number: str, body: ResponderIn) -> AssignmentOut:
    """ "I am on my way", said by the responder, or entered for one with only a radio."""
    caller = request.auth
    assignment = _assignment(caller, number, body)
    done = incidents.acknowledge(
        assignment=assignment,
        by=caller.user,
        at=caller.at,
        via=_via(caller, body, assignment),
    )
    return AssignmentOut.of(done)


@router.post(
    "/cases/{number}/arrival",
    **operation(Permission.CASE_SEE, Permission.INCIDENT_RESPOND, out=AssignmentOut),
)
def arrive(request: ApiRequest, number: str, body: ResponderIn) -> AssignmentOut:
    """ "I am there"; it acknowledges too, if that was not said."""
    caller = request.auth
    assignment = _assignment(caller, number, body)
    done = incidents.arrive(
        assignment=assignment,
        by=caller.user,
        at=caller.at,
        via=_via(caller, body, assignment),
    )
    return AssignmentOut.of(done)


@router.post(
    "/cases/{number}/responders",
    **operation(
        Permission.CASE_SEE, Permission.INCIDENT_RESPOND, out=AssignmentOut, status=201
    ),
)
def join_response(
    request: ApiRequest, number: str, body: ResponderIn
) -> Status[AssignmentOut]:
    """Go there without having been alerted, or send somebody by name."""
    caller = request.auth
    assignment = incidents.join_response(
        incident=incident_of(caller, number),
        user=colleague_of(caller, body.responder, path="responder"),
        by=caller.user,
        at=caller.at,
    )
    return Status(201, AssignmentOut.of(assignment))


@router.post(
    "/cases/{number}/control",
    **operation(
        Permission.CASE_SEE,
        Permission.INCIDENT_RESPOND,
        Permission.INCIDENT_SEE,
        out=IncidentOut,
    ),
)
def control_scene(request: ApiRequest, number: str) -> IncidentOut:
    """The parties are apart: the first clock stops."""
    caller = request.auth
    incidents.control_scene(
        incident=incident_of(caller, number), by=caller.user, at=caller.at, via="api"
    )
    return _state(caller, number)


@router.post(
    "/cases/{number}/dissuasion",
    **operation(
        Permission.CASE_SEE,
        Permission.INCIDENT_RESPOND,
        Permission.INCIDENT_SEE,
        out=IncidentOut,
    ),
)
def record_dissuasion(
    request: ApiRequest, number: str, body: DissuasionIn
) -> IncidentOut:
    """口头劝阻: whether words were tried first, and how it went."""
    caller = request.auth
    incidents.record_dissuasion(
        incident=incident_of(caller, number),
        result=body.result,
        by=caller.user,
        at=caller.at,
    )
    return _state(caller, number)


@router.post(
    "/cases/{number}/calls",
    **operation(Permission.CASE_SEE, Permission.INCIDENT_SEE, out=CallOut, status=201),
)
def call_for_help(request: ApiRequest, number: str, body: CallIn) -> Status[CallOut]:
    """Note that 110 or 120 is being called; the answer holds the words to say."""
    caller = request.auth
    incident = incident_of(caller, number)

    def make() -> tuple[EmergencyCall, UUID]:
        call = incidents.record_emergency_call(
            incident=incident, service=body.service, by=caller.user, at=caller.at
        )
        return call, call.uid

    call = once(
        caller,
        name="call_for_help",
        about=number,
        request_id=body.request_id,
        body=body,
        make=make,
        find=lambda uid: call_of(caller, uid),
    )
    return Status(201, CallOut.of(call))


@router.post(
    "/calls/{uid}/answer",
    **operation(Permission.CASE_SEE, Permission.INCIDENT_SEE, out=CallOut),
)
def answer_call(request: ApiRequest, uid: UUID, body: AnswerIn) -> CallOut:
    """What the operator said, and the number they gave."""
    caller = request.auth
    incidents.record_emergency_answer(
        call=call_of(caller, uid),
        answer=body.answer,
        receipt=body.receipt,
        by=caller.user,
        at=caller.at,
    )
    return CallOut.of(call_of(caller, uid))


@router.post(
    "/cases/{number}/police-waivers",
    **operation(
        Permission.CASE_SEE, Permission.INCIDENT_COMMAND, out=WaiverOut, status=201
    ),
)
def propose_waiver(
    request: ApiRequest, number: str, body: WaiverIn
) -> Status[WaiverOut]:
    """Propose not to call the police; a second person decides, never from level 3 on."""
    caller = request.auth
    incident = incident_of(caller, number)

    def make() -> tuple[PoliceWaiver, UUID]:
        waiver = incidents.propose_police_waiver(
            incident=incident, reason=body.reason, by=caller.user, at=caller.at
        )
        return waiver, waiver.uid

    waiver = once(
        caller,
        name="propose_waiver",
        about=number,
        request_id=body.request_id,
        body=body,
        make=make,
        find=lambda uid: waiver_of(caller, uid),
    )
    return Status(201, WaiverOut.of(waiver))


@router.post(
    "/police-waivers/{uid}/decision",
    **operation(Permission.CASE_SEE, Permission.POLICE_WAIVE, out=WaiverOut),
)
def decide_waiver(request: ApiRequest, uid: UUID, body: DecisionIn) -> WaiverOut:
    caller = request.auth
    incidents.decide_police_waiver(
        waiver=waiver_of(caller, uid),
        approved=body.approved,
        by=caller.user,
        at=caller.at,
    )
    return WaiverOut.of(waiver_of(caller, uid))


@router.post(
    "/cases/{number}/closing",
    **operation(
        Permission.CASE_SEE,
        Permission.INCIDENT_CLOSE,
        Permission.INCIDENT_SEE,
        out=IncidentOut,
    ),
)
def close_incident(request: ApiRequest, number: str) -> IncidentOut:
    """Close it: scene controlled, police question answered, no binding task open."""
    caller = request.auth
    incidents.close_incident(
        incident=incident_of(caller, number), by=caller.user, at=caller.at
    )
    return _state(caller, number)


def _assignment(caller: Caller, number: str, said: ResponderIn) -> Assignment:
    responder = colleague_of(caller, said.responder, path="responder")
    return incidents.assignment_of(incident_of(caller, number), responder)


def _via(caller: Caller, said: ResponderIn, assignment: Assignment) -> str:
    """How it was heard: unless it is said, one's own word by this API, another's by radio."""
    if said.via is not None:
        return said.via
    return "api" if assignment.user_id == caller.user.pk else "radio"


def _report_out(report: Report) -> ReportOut:
    fresh = Report.objects.select_related("place", "reporter", "incident__case").get(
        pk=report.pk
    )
    return ReportOut.of(fresh)


def _state(caller: Caller, number: str) -> IncidentOut:
    """The incident read afresh, for those who may see it."""
    incident = incident_of(caller, number)
    case = incident.case
    check_permission(caller.user, Permission.INCIDENT_SEE, site=case.site)
    suggestion = suggest_severity(
        flags=incident.flags, people_count=incident.people_count
    )
    reports = incident.reports.select_related("place", "reporter", "incident__case")
    calls = incident.calls.select_related("called_by")
    waivers = incident.police_waivers.select_related("proposed_by", "decided_by")
    clocks = Deadline.objects.filter(case=case).order_by("started_at", "pk")
    return IncidentOut(
        case=CaseOut.of(case),
        place=PlaceOut.of(incident.place),
        flags=incident.flags,
        people_count=incident.people_count,
        suggested_severity=incident.suggested_severity,
        suggestion_reasons=[str(reason) for reason in suggestion.reasons],
        reported_at=incident.reported_at,
        confirmed_at=incident.confirmed_at,
        acknowledged_at=incident.acknowledged_at,
        arrived_at=incident.arrived_at,
        controlled_at=incident.controlled_at,
        false_alarm_at=incident.false_alarm_at,
        dissuasion=incident.dissuasion,
        police=incident.police,
        reports=[ReportOut.of(r) for r in reports.order_by("received_at", "pk")],
        assignments=[
            AssignmentOut.of(a)
            for a in incident.assignments.select_related("user").order_by("pk")
        ],
        calls=[CallOut.of(call) for call in calls.order_by("called_at", "pk")],
        police_waivers=[WaiverOut.of(w) for w in waivers.order_by("pk")],
        clocks=[_clock(clock) for clock in clocks],
    )


def _clock(deadline: Deadline) -> ClockOut:
    return ClockOut(
        key=deadline.key,
        about=deadline.about,
        started_at=deadline.started_at,
        due_at=deadline.due_at,
        met_at=deadline.met_at,
        cancelled_at=deadline.cancelled_at,
        fired_at=deadline.fired_at,
    )
