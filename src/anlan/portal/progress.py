"""How far the help is that a report called, as its reporter may know it: no names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from anlan.cases.models import Case
from anlan.incidents.enums import AssignmentState, Police
from anlan.incidents.models import Incident, Report
from anlan.incidents.policies import police_of
from anlan.incidents.selectors import helping


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Who is on the way or there at this moment; whoever let it lapse counts no more.

    ``incident`` and ``case`` are those by which help comes: after joining, the host's.
    """

    incident: Incident
    case: Case
    coming_since: datetime | None
    arrived_at: datetime | None
    is_alerting: bool
    is_police_called: bool  # for any of the cases that are one
    is_unanswered: bool  # nobody comes, and nobody is being alerted any more


def progress_of(report: Report) -> Progress:
    """Read from the assignments: the incident's own times keep the first answer only."""
    incident = helping(report.incident)
    case = incident.case
    running = list(
        incident.assignments.filter(
            state__in=[
                AssignmentState.ALERTED,
                AssignmentState.ACKNOWLEDGED,
                AssignmentState.ARRIVED,
            ]
        ).order_by("acknowledged_at", "pk")
    )
    coming = [one for one in running if one.state == AssignmentState.ACKNOWLEDGED]
    is_there = any(one.state == AssignmentState.ARRIVED for one in running)
    is_needed = (
        case.is_open
        and incident.controlled_at is None
        and incident.false_alarm_at is None
    )
    return Progress(
        incident=incident,
        case=case,
        coming_since=coming[0].acknowledged_at if coming else None,
        arrived_at=incident.arrived_at if is_there else None,
        is_alerting=is_needed and bool(running) and not coming and not is_there,
        is_police_called=police_of(incident) == Police.CALLED,
        is_unanswered=is_needed and not running,
    )
