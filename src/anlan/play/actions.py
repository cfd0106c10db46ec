"""What a step of a scenario may do: each verb calls the service that the screens call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from anlan.accounts.models import Site
from anlan.cases.models import Party, Task
from anlan.evidence.models import (
    Exhibit,
    FootageApplication,
    Injury,
    Recording,
    Statement,
)
from anlan.evidence.selectors.recordings import recordings_of
from anlan.incidents.models import (
    EmergencyCall,
    FalseAlarmProposal,
    Incident,
    PoliceWaiver,
    Report,
)
from anlan.investigation.models import Interview
from anlan.ledger.events import Actor


@dataclass
class Stage:
    """Where a scenario plays, and what its steps have made so far."""

    site: Site
    exercise: bool = False
    reports: list[Report] = field(default_factory=list)
    calls: list[EmergencyCall] = field(default_factory=list)
    waivers: list[PoliceWaiver] = field(default_factory=list)
    proposals: list[FalseAlarmProposal] = field(default_factory=list)
    parties: dict[str, Party] = field(default_factory=dict)
    things: list[Exhibit] = field(default_factory=list)
    statements: dict[str, Statement] = field(default_factory=dict)
    injuries: dict[str, Injury] = field(default_factory=dict)
    applications: list[FootageApplication] = field(default_factory=list)
    interviews: dict[str, Interview] = field(default_factory=dict)

    @property
    def incident(self) -> Incident:
        """The incident of the first report, read afresh."""
        return self.incident_of(0)

    def incident_of(self, number: int) -> Incident:
        report = Report.objects.get(pk=self.reports[number].pk)
        return Incident.objects.select_related("place", "case__site").get(
            pk=report.incident_id
        )

    def task(self, key: str) -> Task:
        return Task.objects.select_related("case__site").get(
            case=self.incident.case, key=key
        )

    def recording(self, camera: str) -> Recording:
        return recordings_of(self.incident.case).get(camera__name=camera)


Action: TypeAlias = Callable[..., str]
ACTIONS: dict[str, Action] = {}


def action(function: Action) -> Action:
    """Enter a verb under its function's name."""
    ACTIONS[function.__name__] = function
    return function


@action
def wait(stage: Stage, *, by: Actor, at: datetime) -> str:
    """Let the time pass: clocks run out on the way."""
    return ""
