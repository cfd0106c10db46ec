"""Alarms over the API: raised, taken back, split off, confirmed, called false."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import Field

from anlan.accounts.roles import Permission
from anlan.api.access import incident_of, place_to_report, proposal_of, report_of
from anlan.api.auth import ApiRequest, operation
from anlan.api.incidents.room import IncidentOut, on_incident, state_of
from anlan.api.incidents.schemas import DecisionIn, ReportOut, SecondedIn, SecondedOut
from anlan.api.once import once
from anlan.api.schemas import In, Instant, LinkOut, ReasonIn, Text, Words
from anlan.base.addresses import public_address
from anlan.base.errors import InvalidInput
from anlan.incidents import services as incidents
from anlan.incidents.enums import Channel, Flag, HappenedSource
from anlan.incidents.models import Report

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
    "/reports/{uid}/splitting", **on_incident(Permission.INCIDENT_COMMAND, status=201)
)
def split_report(request: ApiRequest, uid: UUID) -> Status[IncidentOut]:
    """Make a further report an incident of its own, with a ladder of its own."""
    caller = request.auth
    report = report_of(caller, uid)
    incident = incidents.split_report(report=report, by=caller.user, at=caller.at)
    return Status(201, state_of(caller, incident.case.number))


@router.post(
    "/reports/{uid}/link",
    **operation(Permission.CASE_SEE, Permission.CASE_LINK, out=LinkOut, status=201),
)
def give_report_link(request: ApiRequest, uid: UUID) -> Status[LinkOut]:
    """A new address for whoever scanned a poster or telephoned; those before end."""
    caller = request.auth
    secret = incidents.give_report_link(
        report=report_of(caller, uid), by=caller.user, at=caller.at, via="api"
    )
    path = reverse("portal:follow", args=[secret])
    return Status(201, LinkOut(address=public_address(path, request)))


@router.post(
    "/reports/{uid}/link/end",
    **operation(Permission.CASE_SEE, Permission.CASE_LINK, out=ReportOut),
)
def end_report_link(request: ApiRequest, uid: UUID) -> ReportOut:
    """End every address by which a visitor follows this report; twice does nothing."""
    caller = request.auth
    report = report_of(caller, uid)
    incidents.revoke_report_links(report=report, by=caller.user, at=caller.at)
    return ReportOut.of(report_of(caller, uid))


@router.post("/cases/{number}/confirmation", **on_incident(Permission.INCIDENT_RESPOND))
def confirm_report(request: ApiRequest, number: str) -> IncidentOut:
    """Staff confirm what a visitor or a device reported."""
    caller = request.auth
    incident = incident_of(caller, number)
    incidents.confirm_report(incident=incident, by=caller.user, at=caller.at)
    return state_of(caller, number)


@router.post(
    "/cases/{number}/false-alarm",
    **on_incident(Permission.INCIDENT_COMMAND, Permission.TASK_SKIP),
)
def mark_false_alarm(request: ApiRequest, number: str, body: ReasonIn) -> IncidentOut:
    """误报: nothing happened; the case closes with the reason.

    Refused where something speaks for a fight: propose it, and somebody else decides.
    """
    caller = request.auth
    incidents.mark_false_alarm(
        incident=incident_of(caller, number),
        reason=body.reason,
        by=caller.user,
        at=caller.at,
    )
    return state_of(caller, number)


@router.post(
    "/cases/{number}/false-alarm-proposals",
    **operation(
        Permission.CASE_SEE,
        Permission.INCIDENT_COMMAND,
        out=SecondedOut,
        status=201,
    ),
)
def propose_false_alarm(
    request: ApiRequest, number: str, body: SecondedIn
) -> Status[SecondedOut]:
    """Propose 误报 where something speaks for a fight; a second person decides."""
    caller = request.auth
    incident = incident_of(caller, number)

    proposal = once(
        caller,
        name="propose_false_alarm",
        about=number,
        body=body,
        make=lambda: incidents.propose_false_alarm(
            incident=incident, reason=body.reason, by=caller.user, at=caller.at
        ),
        find=lambda uid: proposal_of(caller, uid),
    )
    return Status(201, SecondedOut.of(proposal))


@router.post(
    "/false-alarm-proposals/{uid}/decision",
    **operation(
        Permission.CASE_SEE,
        Permission.INCIDENT_COMMAND,
        Permission.POLICE_WAIVE,
        Permission.TASK_SKIP,
        out=SecondedOut,
    ),
)
def decide_false_alarm(request: ApiRequest, uid: UUID, body: DecisionIn) -> SecondedOut:
    """Agree, which closes the case with the reason, or not."""
    caller = request.auth
    incidents.decide_false_alarm(
        proposal=proposal_of(caller, uid),
        approved=body.approved,
        by=caller.user,
        at=caller.at,
    )
    return SecondedOut.of(proposal_of(caller, uid))


def _report_out(report: Report) -> ReportOut:
    fresh = Report.objects.select_related("place", "reporter", "incident__case").get(
        pk=report.pk
    )
    return ReportOut.of(fresh)
