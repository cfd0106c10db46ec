"""Retaliation is an incident of its own, more serious than what it answers (G23)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from anlan.cases.enums import Severity
from anlan.incidents.enums import Channel, Flag
from anlan.incidents.models import Incident
from anlan.incidents.services.controlling import set_severity
from anlan.incidents.services.reporting import report_incident, split_report
from anlan.ledger.events import SYSTEM
from anlan.resolution.legal.models import Retaliation
from anlan.resolution.legal.services.rights import settle_retaliation

# The highest that the program sets: death, hostages and masses are a person's to judge.
_HIGHEST = Severity.MAJOR


def follow_retaliation(*, noted: Retaliation, at: datetime) -> Incident:
    """Raise an alarm where it happened, one level above the case that it answers.

    It never joins an incident that runs next to it: whoever retaliates is no further
    report of the same fight.
    """
    host = noted.case
    report = report_incident(
        place=noted.place,
        channel=Channel.DESK,
        flags=[Flag.ONGOING] if noted.is_ongoing else [],
        words=noted.words,
        by=noted.noted_by,
        at=at,
        exercise=host.exercise,
    )
    incident = (
        report.incident
        if report.opened_incident
        else split_report(report=report, by=SYSTEM, at=at)
    )
    level = min(_HIGHEST, max(host.severity, incident.case.severity) + 1)
    incident = set_severity(
        incident=incident,
        severity=max(level, incident.case.severity),
        reason=_("报复，等级调高"),
        by=SYSTEM,
        at=at,
    )
    settle_retaliation(noted=noted, opened=incident.case, at=at)
    return incident
