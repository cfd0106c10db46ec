"""What the page of reports to the police is told of an incident's calls and waivers."""

from __future__ import annotations

from anlan.cases.models import Case
from anlan.incidents.enums import CallOutcome, EmergencyService
from anlan.incidents.models import Incident
from anlan.resolution.legal.police_duty import Call, Duty, Waiver, add_duty


def duty_of(case: Case) -> Duty | None:
    """Calls to 110 and decisions not to call; nothing of a case that is no incident."""
    incident = Incident.objects.filter(case=case).first()
    if incident is None:
        return None
    calls = incident.calls.filter(
        service=EmergencyService.POLICE, outcome=CallOutcome.CONNECTED
    )
    waivers = incident.police_waivers.select_related("proposed_by", "decided_by")
    return Duty(
        calls=tuple(
            Call(at=call.called_at, by=call.called_by.name, receipt=call.receipt)
            for call in calls.select_related("called_by").order_by("called_at", "pk")
        ),
        waivers=tuple(
            Waiver(
                reason=one.said("reason"),
                proposed_by=one.proposed_by.name,
                decided_by=one.decided_by.name if one.decided_by else "",
                decided_at=one.decided_at,
                is_approved=one.approved,
                ended_at=one.ended_at,
            )
            for one in waivers.order_by("proposed_at", "pk")
        ),
    )


add_duty(duty_of)
