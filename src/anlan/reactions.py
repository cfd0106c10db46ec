"""THE table: what follows from what, across the product."""

from __future__ import annotations

from anlan.cases import reactions as cases
from anlan.cases.events import (
    CaseJoined,
    CaseParted,
    CommandTaken,
    DeadlineMissed,
    TaskDone,
    TaskPhotoReceived,
    TaskReopened,
    TaskSkipped,
)
from anlan.evidence import reactions as evidence
from anlan.evidence.events import (
    CustodyStepped,
    ExhibitReceived,
    SealFoundBroken,
    StatementDiscarded,
    StatementFrozen,
    StatementRefused,
)
from anlan.incidents import reactions as incidents
from anlan.incidents.events import (
    FurtherReport,
    IncidentReported,
    LadderExhausted,
    ResponderAcknowledged,
    ResponderAlerted,
    ResponderArrived,
    ResponderMoved,
    ResponderStoodDown,
    SceneControlled,
)
from anlan.investigation import reactions as investigation
from anlan.investigation.events import (
    FindingApproved,
    FindingReturned,
    FindingSubmitted,
    InterviewPlanned,
    InterviewReplanned,
)
from anlan.ledger import afterwards, checkpointing
from anlan.ledger import services as ledger
from anlan.ledger.afterwards import Consumer
from anlan.ledger.events import Reaction
from anlan.notify.events import DeliveryFailed, NotDelivered
from anlan.resolution import reactions as resolution
from anlan.resolution.events import (
    MeasureRanOut,
    ObjectionDecided,
    ObjectionReceived,
    PlanApproved,
    PlanReturned,
    PlanSubmitted,
)
from anlan.resolution.legal import reactions as legal
from anlan.resolution.legal.events import (
    PaperRecorded,
    PeriodPassed,
    RetaliationNoted,
)

# Fails together with the change that caused it.
IN_TRANSACTION: dict[str, list[Reaction]] = {
    DeadlineMissed.kind: [
        incidents.climb_ladder,
        incidents.give_up_late,
        resolution.tell_headquarters,
        cases.remind_of_contact,
    ],
    SceneControlled.kind: [cases.start_contact_clock],
    IncidentReported.kind: [incidents.tell_groups],
    FurtherReport.kind: [incidents.tell_of_further_report],
    ResponderAlerted.kind: [incidents.alert_responder],
    ResponderAcknowledged.kind: [incidents.stop_calling],
    ResponderArrived.kind: [incidents.stop_calling],
    ResponderStoodDown.kind: [incidents.call_back],
    ResponderMoved.kind: [incidents.stop_calling_twice],
    LadderExhausted.kind: [incidents.cry_for_help],
    CaseJoined.kind: [incidents.join_responders],
    CaseParted.kind: [incidents.part_responders],
    CommandTaken.kind: [incidents.tell_of_handover],
    CustodyStepped.kind: [evidence.tell_receiver],
    SealFoundBroken.kind: [evidence.tell_of_broken_seal],
    StatementDiscarded.kind: [investigation.end_interview],
    StatementFrozen.kind: [investigation.end_interview],
    StatementRefused.kind: [investigation.end_interview],
    InterviewPlanned.kind: [investigation.tell_interviewer],
    InterviewReplanned.kind: [investigation.tell_interviewer],
    FindingSubmitted.kind: [investigation.tell_deciders],
    FindingApproved.kind: [investigation.tell_author],
    FindingReturned.kind: [investigation.tell_author],
    TaskPhotoReceived.kind: [evidence.adopt_task_photo],
    TaskDone.kind: [
        evidence.follow_recording_task,
        resolution.follow_measure_task,
        legal.keep_police_task,
    ],
    TaskReopened.kind: [
        evidence.follow_recording_task,
        resolution.follow_measure_task,
        legal.keep_police_task,
    ],
    TaskSkipped.kind: [
        cases.tell_supervisor,
        evidence.follow_recording_task,
        resolution.follow_measure_task,
        legal.keep_police_task,
    ],
    PlanSubmitted.kind: [resolution.tell_plan_deciders],
    PlanApproved.kind: [resolution.tell_plan_author, resolution.tell_supporters],
    PlanReturned.kind: [resolution.tell_plan_author],
    ObjectionReceived.kind: [resolution.tell_hearers],
    ObjectionDecided.kind: [resolution.tell_of_decision],
    MeasureRanOut.kind: [resolution.tell_of_end],
    PaperRecorded.kind: [legal.tell_of_paper],
    PeriodPassed.kind: [legal.tell_of_period],
    RetaliationNoted.kind: [incidents.open_for_retaliation],
}

# Read by the worker, at least once, in the order of each chain.
AFTERWARDS: list[Consumer] = [
    Consumer(
        name="ladder",
        answers={
            DeliveryFailed.kind: incidents.climb_after_failed_call,
            NotDelivered.kind: incidents.climb_after_failed_call,
        },
    ),
    Consumer(
        name="checkpoints", answers={ExhibitReceived.kind: checkpointing.wish_for}
    ),
    # Not in the transaction of the alarm: a fault in the register of cameras must never
    # keep an alarm from being taken.
    Consumer(
        name="recordings",
        answers={
            IncidentReported.kind: incidents.want_recordings,
            FurtherReport.kind: incidents.want_recordings,
        },
    ),
]


def install() -> None:
    ledger.install_reactions(IN_TRANSACTION)
    afterwards.install_consumers(AFTERWARDS)
