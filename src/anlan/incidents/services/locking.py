"""One order of locks for everything that changes an incident: its case first."""

from __future__ import annotations

from anlan.base.prepared import Prepared
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.incidents.models import Incident, Report

_OF_CASE = Prepared(
    lambda case: Incident.objects.select_related("place").filter(case=case)
)


def locked_incident(incident: Incident) -> Incident:
    """The incident with its case, under the case's row lock."""
    return locked_incident_of(incident.case_id)


def locked_incident_of(case_id: int) -> Incident:
    return incident_in(cases.lock_case(case_id))


def incident_in(case: Case) -> Incident:
    """The incident of a case that is locked."""
    (incident,) = _OF_CASE(case=case.pk)
    incident.case = case
    return incident


def locked_report(report: Report) -> Report:
    """The report read afresh, under the lock of the case in which it is by then.

    Whoever splits it off holds the lock of the case in which it was: who waited for that
    one looks again.
    """
    reports = Report.objects.select_related("incident__case__site__organisation")
    while True:
        before = reports.get(pk=report.pk).incident.case_id
        case = cases.lock_case(before)
        now = reports.get(pk=report.pk)
        if now.incident.case_id == before:
            now.incident.case = case
            return now
