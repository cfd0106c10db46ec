"""What a client gets to read of an incident."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from anlan.api.schemas import In, OnceIn, Out, PlaceOut, Reason, UserOut
from anlan.incidents.models import (
    Assignment,
    EmergencyCall,
    FalseAlarmProposal,
    PoliceWaiver,
    Report,
)


class ReportOut(Out):
    uid: UUID
    case: str
    place: PlaceOut
    channel: str
    reporter: UserOut | None
    words: str
    flags: list[str]
    people_count: int | None
    happened_at: datetime
    happened_source: str
    received_at: datetime
    opened_incident: bool
    withdrawn_at: datetime | None

    @classmethod
    def of(cls, report: Report) -> ReportOut:
        return cls(
            uid=report.uid,
            case=report.incident.case.number,
            place=PlaceOut.of(report.place),
            channel=report.channel,
            reporter=UserOut.perhaps(report.reporter),
            words=report.words_in("words"),
            flags=report.flags,
            people_count=report.people_count,
            happened_at=report.happened_at,
            happened_source=report.happened_source,
            received_at=report.received_at,
            opened_incident=report.opened_incident,
            withdrawn_at=report.withdrawn_at,
        )


class AssignmentOut(Out):
    uid: UUID
    responder: UserOut
    rung: str
    state: str
    alerted_at: datetime
    acknowledged_at: datetime | None
    arrived_at: datetime | None

    @classmethod
    def of(cls, assignment: Assignment) -> AssignmentOut:
        return cls(
            uid=assignment.uid,
            responder=UserOut.of(assignment.user),
            rung=assignment.rung,
            state=assignment.state,
            alerted_at=assignment.alerted_at,
            acknowledged_at=assignment.acknowledged_at,
            arrived_at=assignment.arrived_at,
        )


class CallOut(Out):
    """``words`` is what the record had to say when the call was noted in time; empty of a
    call that a phone kept without a network. What was answered belongs to a call that
    was taken up; it is empty while the call stands corrected to one that was not.
    """

    uid: UUID
    service: str
    called_by: UserOut
    called_at: datetime
    outcome: str
    words: str
    answered_at: datetime | None
    answer: str
    receipt: str

    @classmethod
    def of(cls, row: EmergencyCall) -> Self:
        said: dict[str, Any] = {
            "words": row.words_in("words"),
            "answer": row.words_in("answer"),
        }
        if row.is_missed:
            said |= {"answered_at": None, "answer": "", "receipt": ""}
        return super().of(row).model_copy(update=said)


class SecondedIn(OnceIn):
    """What a second person is to decide, and why."""

    reason: Reason


class DecisionIn(In):
    approved: Annotated[bool, Field(strict=True)]


class SecondedOut(Out):
    """What one person proposes and a second one decides."""

    uid: UUID
    reason: str
    proposed_by: UserOut
    proposed_at: datetime
    decided_by: UserOut | None
    decided_at: datetime | None
    approved: bool | None

    @classmethod
    def of(cls, row: PoliceWaiver | FalseAlarmProposal) -> Self:
        return super().of(row).model_copy(update={"reason": row.words_in("reason")})


class WaiverOut(SecondedOut):
    ended_at: datetime | None
