"""One order of locks for everything that changes an incident: its case first."""

from __future__ import annotations

from anlan.cases import services as cases
from anlan.incidents.models import Incident


def locked_incident(incident: Incident) -> Incident:
    """The incident with its case, under the case's row lock."""
    case = cases.lock_case(incident.case_id)
    fresh = Incident.objects.select_related("place").get(pk=incident.pk)
    fresh.case = case
    return fresh
