"""The live room of an incident as data, which most verbs on it answer with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Router

from anlan.accounts.permissions import check_permission
from anlan.accounts.roles import Permission
from anlan.api.access import incident_of
from anlan.api.auth import ApiRequest, Caller, operation
from anlan.api.cases.schemas import CaseOut
from anlan.api.incidents.schemas import (
    AssignmentOut,
    CallOut,
    ReportOut,
    SecondedOut,
    WaiverOut,
)
from anlan.api.schemas import ClockOut, Out, PlaceOut
from anlan.cases.selectors.deadlines import shown_deadlines
from anlan.incidents.policies import police_of
from anlan.incidents.selectors import reports_of
from anlan.incidents.severity import suggest_severity

router = Router(tags=["incidents"])


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
    false_alarm_proposals: list[SecondedOut]
    clocks: list[ClockOut]


def on_incident(*scopes: Permission, status: int = 200) -> dict[str, Any]:
    """What the route of a verb on an incident says: it answers with the whole room."""
    return operation(
        Permission.CASE_SEE,
        *scopes,
        Permission.INCIDENT_SEE,
        out=IncidentOut,
        status=status,
    )


@router.get("/cases/{number}/incident", **on_incident())
def get_incident(request: ApiRequest, number: str) -> IncidentOut:
    return state_of(request.auth, number)


def state_of(caller: Caller, number: str) -> IncidentOut:
    """The incident read afresh, for those who may see it."""
    incident = incident_of(caller, number)
    case = incident.case
    check_permission(caller.user, Permission.INCIDENT_SEE, site=case.site)
    suggestion = suggest_severity(
        flags=incident.flags, people_count=incident.people_count
    )
    reports = reports_of(incident, has_files=False, has_joined=True)
    calls = incident.calls.select_related("called_by")
    waivers = incident.police_waivers.select_related("proposed_by", "decided_by")
    proposals = incident.false_alarm_proposals.select_related(
        "proposed_by", "decided_by"
    )
    clocks = shown_deadlines().filter(case=case).order_by("started_at", "pk")
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
        police=police_of(incident),
        reports=[ReportOut.of(report) for report in reports],
        assignments=[
            AssignmentOut.of(a)
            for a in incident.assignments.select_related("user").order_by("pk")
        ],
        calls=[CallOut.of(call) for call in calls.order_by("called_at", "pk")],
        police_waivers=[WaiverOut.of(w) for w in waivers.order_by("pk")],
        false_alarm_proposals=[SecondedOut.of(p) for p in proposals.order_by("pk")],
        clocks=[ClockOut.of(clock) for clock in clocks],
    )
