"""The scene over the API: who goes and arrives, severity, control, closing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal
from uuid import UUID

from ninja import Router, Status
from pydantic import BeforeValidator, Field

from anlan.accounts.roles import Permission
from anlan.api.access import colleague_of, incident_of
from anlan.api.auth import ApiRequest, Caller, operation
from anlan.api.incidents.room import IncidentOut, on_incident, state_of
from anlan.api.incidents.schemas import AssignmentOut
from anlan.api.schemas import In, Words
from anlan.base.clock import acting_moment, local_day
from anlan.incidents import services as incidents
from anlan.incidents.enums import Dissuasion
from anlan.incidents.models import Assignment
from anlan.law.guardrails import check_measure

router = Router(tags=["incidents"])


class ResponderIn(In):
    """Who acknowledges or arrives; nobody named: the caller. For another it is by radio."""

    responder: UUID | None = None
    via: Literal["api", "radio", "phone"] | None = None


def _refuse_measure(word: object) -> object:
    """What guards may not do is no result: refused with the law, not as a typing error."""
    check_measure(measure=str(word), act_on=local_day(acting_moment()))
    return word


class DissuasionIn(In):
    result: Annotated[Dissuasion, BeforeValidator(_refuse_measure)]


class SeverityIn(In):
    severity: Annotated[int, Field(strict=True, ge=1, le=5)]
    reason: Words = ""


@router.post("/cases/{number}/severity", **on_incident(Permission.INCIDENT_COMMAND))
def set_severity(request: ApiRequest, number: str, body: SeverityIn) -> IncidentOut:
    """Set the level, 1 提示 to 5 特别重大; the plan adds what it calls for."""
    caller = request.auth
    incidents.set_severity(
        incident=incident_of(caller, number),
        severity=body.severity,
        reason=body.reason,
        by=caller.user,
        at=caller.at,
    )
    return state_of(caller, number)


@router.post(
    "/cases/{number}/acknowledgement",
    **operation(Permission.CASE_SEE, Permission.INCIDENT_RESPOND, out=AssignmentOut),
)
def acknowledge(request: ApiRequest, number: str, body: ResponderIn) -> AssignmentOut:
    """ "I am on my way", said by the responder, or entered for one with only a radio."""
    return _answered(request.auth, number, body, incidents.acknowledge)


@router.post(
    "/cases/{number}/arrival",
    **operation(Permission.CASE_SEE, Permission.INCIDENT_RESPOND, out=AssignmentOut),
)
def arrive(request: ApiRequest, number: str, body: ResponderIn) -> AssignmentOut:
    """ "I am there"; it acknowledges too, if that was not said."""
    return _answered(request.auth, number, body, incidents.arrive)


@router.post(
    "/cases/{number}/arrival/withdrawal",
    **operation(Permission.CASE_SEE, Permission.INCIDENT_RESPOND, out=AssignmentOut),
)
def take_back_arrival(
    request: ApiRequest, number: str, body: ResponderIn
) -> AssignmentOut:
    """ "Not there yet": on the way again, and the clock of the arrival runs."""
    return _answered(request.auth, number, body, incidents.take_back_arrival)


@router.post(
    "/cases/{number}/responders",
    **operation(
        Permission.CASE_SEE, Permission.INCIDENT_RESPOND, out=AssignmentOut, status=201
    ),
)
def join_response(
    request: ApiRequest, number: str, body: ResponderIn
) -> Status[AssignmentOut]:
    """Go there without having been alerted, which says "on my way"; or send somebody."""
    caller = request.auth
    assignment = incidents.join_response(
        incident=incident_of(caller, number),
        user=colleague_of(caller, body.responder, path="responder"),
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, AssignmentOut.of(assignment))


@router.post("/cases/{number}/control", **on_incident(Permission.INCIDENT_RESPOND))
def control_scene(request: ApiRequest, number: str) -> IncidentOut:
    """The parties are apart: the first clock stops."""
    caller = request.auth
    incidents.control_scene(
        incident=incident_of(caller, number), by=caller.user, at=caller.at, via="api"
    )
    return state_of(caller, number)


@router.post(
    "/cases/{number}/control/withdrawal", **on_incident(Permission.INCIDENT_RESPOND)
)
def take_back_control(request: ApiRequest, number: str) -> IncidentOut:
    """Not under control after all: the first clock runs on, and people are alerted again.

    Whoever confirmed it may say so, or who commands.
    """
    caller = request.auth
    incidents.take_back_control(
        incident=incident_of(caller, number), by=caller.user, at=caller.at, via="api"
    )
    return state_of(caller, number)


@router.post("/cases/{number}/dissuasion", **on_incident(Permission.INCIDENT_RESPOND))
def record_dissuasion(
    request: ApiRequest, number: str, body: DissuasionIn
) -> IncidentOut:
    """口头劝阻: whether words were tried first, and how it went."""
    caller = request.auth
    incidents.record_dissuasion(
        incident=incident_of(caller, number),
        result=body.result,
        by=caller.user,
        at=caller.at,
    )
    return state_of(caller, number)


@router.post("/cases/{number}/closing", **on_incident(Permission.INCIDENT_CLOSE))
def close_incident(request: ApiRequest, number: str) -> IncidentOut:
    """Close it: scene controlled, police question answered, no binding task open."""
    caller = request.auth
    incidents.close_incident(
        incident=incident_of(caller, number), by=caller.user, at=caller.at
    )
    return state_of(caller, number)


def _answered(
    caller: Caller, number: str, said: ResponderIn, note: Callable[..., Assignment]
) -> AssignmentOut:
    responder = colleague_of(caller, said.responder, path="responder")
    assignment = incidents.assignment_of(incident_of(caller, number), responder)
    via = _via(caller, said, assignment)
    done = note(assignment=assignment, by=caller.user, at=caller.at, via=via)
    return AssignmentOut.of(done)


def _via(caller: Caller, said: ResponderIn, assignment: Assignment) -> str:
    """How it was heard: unless it is said, one's own word by this API, another's by radio."""
    if said.via is not None:
        return said.via
    return "api" if assignment.user_id == caller.user.pk else "radio"
