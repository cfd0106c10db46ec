"""Calls to 110 and 120 over the API, and the decision not to call."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from ninja import Router, Status
from pydantic import Field

from anlan.accounts.roles import Permission
from anlan.api.access import call_of, incident_of, waiver_of
from anlan.api.auth import ApiRequest, operation
from anlan.api.incidents.schemas import CallOut, DecisionIn, SecondedIn, WaiverOut
from anlan.api.once import once
from anlan.api.schemas import In, OnceIn, Out, Text
from anlan.incidents import services as incidents
from anlan.incidents.enums import CallOutcome, EmergencyService
from anlan.incidents.script import words_to_say

router = Router(tags=["incidents"])


class CallIn(OnceIn):
    service: EmergencyService
    outcome: CallOutcome


class CallWordsOut(Out):
    """``words`` is in the order in which the operator asks, in Chinese."""

    service: str
    words: list[str]


class AnswerIn(In):
    answer: Annotated[Text, Field(min_length=1, max_length=500)]
    receipt: Annotated[Text, Field(max_length=60)] = ""


class CallCorrectionIn(In):
    outcome: CallOutcome
    reason: Annotated[Text, Field(min_length=1, max_length=300)]


@router.get(
    "/cases/{number}/calls/{service}/words",
    **operation(Permission.CASE_SEE, Permission.INCIDENT_SEE, out=CallWordsOut),
)
def words_for_call(
    request: ApiRequest, number: str, service: EmergencyService
) -> CallWordsOut:
    """What to say to 110 or 120, as the record has it now; nothing is noted by asking."""
    incident = incident_of(request.auth, number)
    return CallWordsOut(service=service, words=words_to_say(incident, service))


@router.post(
    "/cases/{number}/calls",
    **operation(Permission.CASE_SEE, Permission.INCIDENT_SEE, out=CallOut, status=201),
)
def call_for_help(request: ApiRequest, number: str, body: CallIn) -> Status[CallOut]:
    """Note that 110 or 120 was called; the words to say are asked for before.

    `outcome` says whether somebody took up the phone. A call to 110 that was `missed`
    leaves the police still to be called.
    """
    caller = request.auth
    incident = incident_of(caller, number)

    call = once(
        caller,
        name="call_for_help",
        about=number,
        body=body,
        make=lambda: incidents.record_emergency_call(
            incident=incident,
            service=body.service,
            outcome=body.outcome,
            by=caller.user,
            at=caller.at,
        ),
        find=lambda uid: call_of(caller, uid),
    )
    return Status(201, CallOut.of(call))


@router.post(
    "/calls/{uid}/answer",
    **operation(Permission.CASE_SEE, Permission.INCIDENT_SEE, out=CallOut),
)
def answer_call(request: ApiRequest, uid: UUID, body: AnswerIn) -> CallOut:
    """What the operator said, and the number they gave."""
    caller = request.auth
    incidents.record_emergency_answer(
        call=call_of(caller, uid),
        answer=body.answer,
        receipt=body.receipt,
        by=caller.user,
        at=caller.at,
    )
    return CallOut.of(call_of(caller, uid))


@router.post(
    "/calls/{uid}/correction",
    **operation(Permission.CASE_SEE, Permission.INCIDENT_SEE, out=CallOut),
)
def correct_call(request: ApiRequest, uid: UUID, body: CallCorrectionIn) -> CallOut:
    """It went otherwise than was recorded: `outcome` stands from now on.

    By whoever recorded it, or whoever commands. What was recorded stays on the timeline,
    struck. Where nothing else says that the police know, they are to be called again.
    """
    caller = request.auth
    incidents.correct_emergency_call(
        call=call_of(caller, uid),
        outcome=body.outcome,
        reason=body.reason,
        by=caller.user,
        at=caller.at,
    )
    return CallOut.of(call_of(caller, uid))


@router.post(
    "/cases/{number}/police-waivers",
    **operation(
        Permission.CASE_SEE, Permission.INCIDENT_COMMAND, out=WaiverOut, status=201
    ),
)
def propose_waiver(
    request: ApiRequest, number: str, body: SecondedIn
) -> Status[WaiverOut]:
    """Propose not to call the police; a second person decides, never from level 3 on."""
    caller = request.auth
    incident = incident_of(caller, number)

    waiver = once(
        caller,
        name="propose_waiver",
        about=number,
        body=body,
        make=lambda: incidents.propose_police_waiver(
            incident=incident, reason=body.reason, by=caller.user, at=caller.at
        ),
        find=lambda uid: waiver_of(caller, uid),
    )
    return Status(201, WaiverOut.of(waiver))


@router.post(
    "/police-waivers/{uid}/decision",
    **operation(Permission.CASE_SEE, Permission.POLICE_WAIVE, out=WaiverOut),
)
def decide_waiver(request: ApiRequest, uid: UUID, body: DecisionIn) -> WaiverOut:
    caller = request.auth
    incidents.decide_police_waiver(
        waiver=waiver_of(caller, uid),
        approved=body.approved,
        by=caller.user,
        at=caller.at,
    )
    return WaiverOut.of(waiver_of(caller, uid))
