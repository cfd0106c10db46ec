"""What a step of a scenario may do about an incident: report, come, calm, call, close."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from anlan.accounts.models import Place, User
from anlan.incidents import services as incidents
from anlan.incidents.enums import CallOutcome, Channel, EmergencyService, HappenedSource
from anlan.incidents.models import Report
from anlan.incidents.policies import dissuasion_of
from anlan.ledger.events import Actor
from anlan.play.actions import Stage, action
from anlan.play.scenario import read_span

_NAMESPACE = UUID("6c1f7f0e-6f0a-4c53-9f0c-3c6f3a8d9b11")


@action
def report(
    stage: Stage,
    *,
    by: Actor,
    at: datetime,
    place: str,
    flags: Sequence[str] = (),
    people: int | None = None,
    words: str = "",
    channel: str = "phone",
    happened_before: str = "",
    request: str = "",
) -> str:
    happened = at - read_span(happened_before) if happened_before else None
    made = incidents.report_incident(
        place=Place.objects.select_related("site").get(site=stage.site, label=place),
        channel=Channel(channel),
        flags=flags,
        people_count=people,
        words=words,
        happened=happened,
        happened_source=HappenedSource.PHONE if happened else HappenedSource.SERVER,
        request_id=uuid5(_NAMESPACE, request) if request else None,
        exercise=stage.exercise,
        by=by,
        at=at,
    )
    stage.reports.append(made)
    return f"{made.incident.case.number}, severity {made.incident.case.severity}"


@action
def acknowledge(stage: Stage, *, by: User, at: datetime, guard: str = "") -> str:
    person = User.objects.get(username=guard) if guard else by
    assignment = incidents.assignment_of(stage.incident, person)
    incidents.acknowledge(assignment=assignment, by=by, at=at)
    return person.username


@action
def arrive(stage: Stage, *, by: User, at: datetime, guard: str = "") -> str:
    person = User.objects.get(username=guard) if guard else by
    assignment = incidents.assignment_of(stage.incident, person)
    incidents.arrive(assignment=assignment, by=by, at=at)
    return person.username


@action
def join_response(stage: Stage, *, by: User, at: datetime, guard: str = "") -> str:
    person = User.objects.get(username=guard) if guard else by
    incidents.join_response(incident=stage.incident, user=person, by=by, at=at)
    return person.username


@action
def dissuade(stage: Stage, *, by: Actor, at: datetime, result: str) -> str:
    incidents.record_dissuasion(
        incident=stage.incident, result=dissuasion_of(result, at=at), by=by, at=at
    )
    return result


@action
def control(stage: Stage, *, by: Actor, at: datetime) -> str:
    incidents.control_scene(incident=stage.incident, by=by, at=at)
    return ""


@action
def confirm(stage: Stage, *, by: Actor, at: datetime) -> str:
    incidents.confirm_report(incident=stage.incident, by=by, at=at)
    return ""


@action
def withdraw(stage: Stage, *, by: Actor, at: datetime, report: int = 0) -> str:
    incidents.withdraw_report(report=stage.reports[report], by=by, at=at)
    return ""


@action
def split(stage: Stage, *, by: Actor, at: datetime, report: int) -> str:
    fresh = Report.objects.select_related("place__site", "incident__case__site").get(
        pk=stage.reports[report].pk
    )
    return incidents.split_report(report=fresh, by=by, at=at).case.number


@action
def call(
    stage: Stage,
    *,
    by: Actor,
    at: datetime,
    service: str,
    outcome: str = CallOutcome.CONNECTED,
) -> str:
    made = incidents.record_emergency_call(
        incident=stage.incident,
        service=EmergencyService(str(service)),
        outcome=CallOutcome(outcome),
        by=by,
        at=at,
    )
    stage.calls.append(made)
    return f"{service}: {made.words.splitlines()[1]}"


@action
def answer(
    stage: Stage, *, by: Actor, at: datetime, words: str, receipt: str = ""
) -> str:
    incidents.record_emergency_answer(
        call=stage.calls[-1], answer=words, receipt=receipt, by=by, at=at
    )
    return receipt


@action
def correct_call(
    stage: Stage, *, by: Actor, at: datetime, outcome: str, reason: str
) -> str:
    incidents.correct_emergency_call(
        call=stage.calls[-1],
        outcome=CallOutcome(outcome),
        reason=reason,
        by=by,
        at=at,
    )
    return outcome


@action
def severity(
    stage: Stage, *, by: Actor, at: datetime, level: int, reason: str = ""
) -> str:
    incidents.set_severity(
        incident=stage.incident, severity=level, reason=reason, by=by, at=at
    )
    return str(level)


@action
def waive_police(stage: Stage, *, by: Actor, at: datetime, reason: str) -> str:
    stage.waivers.append(
        incidents.propose_police_waiver(
            incident=stage.incident, reason=reason, by=by, at=at
        )
    )
    return ""


@action
def decide_waiver(stage: Stage, *, by: Actor, at: datetime, approved: bool) -> str:
    incidents.decide_police_waiver(
        waiver=stage.waivers[-1], approved=approved, by=by, at=at
    )
    return "approved" if approved else "refused"


@action
def false_alarm(stage: Stage, *, by: Actor, at: datetime, reason: str) -> str:
    incidents.mark_false_alarm(incident=stage.incident, reason=reason, by=by, at=at)
    return ""


@action
def propose_false_alarm(stage: Stage, *, by: Actor, at: datetime, reason: str) -> str:
    stage.proposals.append(
        incidents.propose_false_alarm(
            incident=stage.incident, reason=reason, by=by, at=at
        )
    )
    return ""


@action
def decide_false_alarm(stage: Stage, *, by: Actor, at: datetime, approved: bool) -> str:
    incidents.decide_false_alarm(
        proposal=stage.proposals[-1], approved=approved, by=by, at=at
    )
    return "approved" if approved else "refused"


@action
def close(stage: Stage, *, by: Actor, at: datetime) -> str:
    incidents.close_incident(incident=stage.incident, by=by, at=at)
    return ""
