"""How far the help is that a report called, as its reporter may know it: no names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from anlan.cases.models import Case
from anlan.incidents.enums import AssignmentState
from anlan.incidents.models import Incident, Report


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
    is_unanswered: bool  # nobody comes, and nobody is being alerted any more


def progress_of(report: Report) -> Progress:
    """Read from the assignments: the incident's own times keep the first answer only."""
    incident = _helping(report)
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
        is_unanswered=is_needed and not running,
    )


def _helping(report: Report) -> Incident:
    """The host's incident after joining, for its responders went on there."""
    host = report.incident.case.joined_into
    if host is None:
        return report.incident
    return Incident.objects.select_related("case").get(case=host)
