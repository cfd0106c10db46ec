"""THE table: what follows from what, across the product."""

from __future__ import annotations

from anlan.accounts.events import PlaceClosed, SiteClosed
from anlan.cases import reactions as cases
from anlan.cases.events import (
    ActStated,
    CaseClosed,
    CaseJoined,
    CaseParted,
    CaseReopened,
    CommandTaken,
    ContactHeld,
    DeadlineMissed,
    GuardianLinked,
    GuardianUnlinked,
    PartyAdded,
    PartyIdentified,
    PartyRolesSet,
    PlaybookApplied,
    SeveritySet,
    TaskDone,
    TaskPhotoReceived,
    TaskReopened,
    TaskSkipped,
)
from anlan.customers import reactions as customers
from anlan.customers.events import MarkerObjectionReceived
from anlan.evidence import reactions as evidence
from anlan.evidence.events import (
    CustodyStepped,
    ExhibitReceived,
    GuardianNamed,
    HoldPlaced,
    InjuryRecorded,
    SealFoundBroken,
    StatementBegun,
    StatementDiscarded,
    StatementFrozen,
    StatementRefused,
)
from anlan.incidents import reactions as incidents
from anlan.incidents.events import (
    ControlTakenBack,
    EmergencyCorrected,
    FalseAlarmProposed,
    FurtherReport,
    IncidentReported,
    LadderExhausted,
    PoliceWaiverProposed,
    ReportSplitOff,
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
    FindingWithdrawn,
    InterviewPlanned,
    InterviewReplanned,
)
from anlan.ledger import afterwards, checkpointing
from anlan.ledger import services as ledger
from anlan.ledger.afterwards import Consumer
from anlan.ledger.events import Reaction
from anlan.notify.events import DeliveryFailed, NotDelivered
from anlan.resolution import reactions as resolution
from anlan.resolution.counselling import reactions as counselling
from anlan.resolution.events import (
    MeasureRanOut,
    ObjectionDecided,
    ObjectionReceived,
    PlanApproved,
    PlanReturned,
    PlanSeconded,
    PlanSubmitted,
    PlanWithdrawn,
)
from anlan.resolution.legal import reactions as legal
from anlan.resolution.legal.events import (
    CounselAsked,
    LimitationRanOut,
    LimitationStillOpen,
    LimitationWarned,
    OpinionGiven,
    PaperRecorded,
    PeriodPassed,
    ReportHandedOver,
    RetaliationNoted,
    WorkInjuryOpened,
    WorkInjuryRemedyNear,
)
from anlan.resolution.mediation import reactions as mediation
from anlan.resolution.mediation.events import (
    ConfirmationComesDue,
    DutyComesDue,
    DutyMoved,
    DutyOverdue,
    MediatorAppointed,
    ProposalMade,
    TalksEnded,
    TalksMoved,
)
from anlan.resolution.review import reactions as review
from anlan.resolution.review.events import (
    CheckDue,
    CheckLate,
    ImprovementLate,
    ImprovementMade,
    ImprovementReopened,
    RecurrenceFound,
    ReportApproved,
    ReportReturned,
    ReportSubmitted,
    ReportWithdrawn,
)

# Fails together with the change that caused it.
IN_TRANSACTION: dict[str, list[Reaction]] = {
    DeadlineMissed.kind: [
        incidents.climb_ladder,
        incidents.give_up_late,
        incidents.tell_of_late_closing,
        incidents.tell_of_late_protection,
        incidents.tell_who_may_agree,
        resolution.tell_headquarters,
        mediation.tell_of_delay,
        cases.remind_of_contact,
        counselling.answer_missed,
        legal.tell_of_late_telling,
    ],
    CaseClosed.kind: [
        incidents.tell_proposer,
        resolution.keep_open_for_objections,
        counselling.keep_clocks,
        evidence.keep_photo_clocks,
    ],
    SceneControlled.kind: [cases.start_contact_clock],
    ControlTakenBack.kind: [cases.stop_contact_clock],
    IncidentReported.kind: [incidents.tell_groups],
    ReportSplitOff.kind: [incidents.tell_groups],
    FurtherReport.kind: [incidents.tell_of_further_report],
    FalseAlarmProposed.kind: [incidents.tell_who_may_agree],
    PoliceWaiverProposed.kind: [incidents.tell_who_may_agree],
    EmergencyCorrected.kind: [incidents.tell_police_are_not_called],
    PlaybookApplied.kind: [legal.join_playbook_task],
    ResponderAlerted.kind: [incidents.alert_responder],
    ResponderAcknowledged.kind: [incidents.stop_calling],
    ResponderArrived.kind: [incidents.stop_calling],
    ResponderStoodDown.kind: [incidents.call_back],
    ResponderMoved.kind: [incidents.stop_calling_twice],
    LadderExhausted.kind: [incidents.cry_for_help],
    ActStated.kind: [legal.count_from_act],
    CaseJoined.kind: [
        resolution.keep_open_for_objections,
        incidents.join_incident,
        incidents.end_waiver,
        incidents.tell_proposer,
        counselling.keep_clocks,
        evidence.keep_photo_clocks,
        legal.count_from_act,
    ],
    CaseParted.kind: [
        incidents.part_responders,
        resolution.catch_up_with_letters,
        legal.count_from_act,
    ],
    CaseReopened.kind: [
        incidents.go_on,
        resolution.catch_up_with_letters,
        legal.tell_after_reopening,
    ],
    CommandTaken.kind: [incidents.tell_of_handover],
    CustodyStepped.kind: [evidence.tell_receiver],
    SealFoundBroken.kind: [evidence.tell_of_broken_seal],
    GuardianNamed.kind: [investigation.keep_guardian, incidents.end_waiver],
    StatementBegun.kind: [incidents.end_waiver],
    StatementDiscarded.kind: [investigation.end_interview],
    StatementFrozen.kind: [investigation.end_interview],
    StatementRefused.kind: [investigation.end_interview],
    InterviewPlanned.kind: [investigation.tell_interviewer],
    InterviewReplanned.kind: [investigation.tell_interviewer],
    FindingSubmitted.kind: [investigation.tell_deciders],
    FindingApproved.kind: [investigation.tell_author],
    FindingReturned.kind: [investigation.tell_author],
    FindingWithdrawn.kind: [investigation.tell_author],
    PlaceClosed.kind: [
        incidents.keep_devices_in_use,
        incidents.keep_pictures_at_places_in_use,
    ],
    SiteClosed.kind: [incidents.keep_devices_in_use],
    TaskPhotoReceived.kind: [evidence.adopt_task_photo],
    TaskDone.kind: [
        evidence.follow_recording_task,
        resolution.follow_measure_task,
        mediation.guard_talks_task,
        legal.keep_work_injury_tasks,
        legal.keep_police_task,
    ],
    TaskReopened.kind: [
        evidence.follow_recording_task,
        resolution.follow_measure_task,
        legal.keep_work_injury_tasks,
        legal.keep_police_task,
    ],
    TaskSkipped.kind: [
        cases.tell_supervisor,
        evidence.follow_recording_task,
        resolution.follow_measure_task,
        mediation.guard_talks_task,
        legal.keep_work_injury_tasks,
        legal.keep_police_task,
    ],
    PlanSubmitted.kind: [resolution.tell_plan_deciders],
    PlanSeconded.kind: [resolution.tell_who_is_missing],
    PlanApproved.kind: [resolution.tell_plan_author, resolution.tell_supporters],
    PlanReturned.kind: [resolution.tell_plan_author],
    PlanWithdrawn.kind: [resolution.tell_plan_author],
    ObjectionReceived.kind: [resolution.tell_hearers],
    ObjectionDecided.kind: [resolution.tell_of_decision],
    MarkerObjectionReceived.kind: [customers.tell_hearers],
    MeasureRanOut.kind: [resolution.tell_of_end],
    TalksMoved.kind: [mediation.tell_mediator, mediation.tell_after_closing],
    DutyMoved.kind: [mediation.tell_after_closing],
    DutyOverdue.kind: [mediation.tell_after_closing],
    MediatorAppointed.kind: [mediation.tell_new_mediator],
    TalksEnded.kind: [mediation.tell_of_end],
    ProposalMade.kind: [mediation.ask_for_the_office],
    DutyComesDue.kind: [mediation.remind],
    ConfirmationComesDue.kind: [mediation.remind_to_confirm],
    SeveritySet.kind: [incidents.end_waiver],
    PartyAdded.kind: [
        legal.open_work_injuries,
        legal.tell_new_victim,
        incidents.end_waiver,
    ],
    PartyIdentified.kind: [
        legal.open_work_injuries,
        legal.tell_new_victim,
        incidents.end_waiver,
    ],
    PartyRolesSet.kind: [
        incidents.end_waiver,
        legal.open_work_injuries,
        legal.tell_new_victim,
        legal.tell_wards_anew,
    ],
    GuardianLinked.kind: [legal.tell_wards_anew],
    GuardianUnlinked.kind: [legal.tell_wards_anew],
    HoldPlaced.kind: [legal.end_hold_task],
    InjuryRecorded.kind: [legal.open_work_injuries],
    WorkInjuryOpened.kind: [legal.tell_of_work_injury],
    WorkInjuryRemedyNear.kind: [legal.tell_of_remedy],
    LimitationWarned.kind: [legal.tell_of_limit],
    LimitationRanOut.kind: [legal.tell_of_limit],
    LimitationStillOpen.kind: [legal.tell_of_limit],
    CounselAsked.kind: [legal.tell_counsel],
    OpinionGiven.kind: [legal.tell_asker],
    ReportSubmitted.kind: [review.tell_deciders],
    ReportApproved.kind: [review.tell_author],
    ReportReturned.kind: [review.tell_author],
    ReportWithdrawn.kind: [review.tell_author],
    ImprovementMade.kind: [review.tell_of_improvement],
    ImprovementReopened.kind: [review.tell_of_improvement],
    ImprovementLate.kind: [review.tell_of_improvement],
    CheckDue.kind: [review.tell_of_improvement],
    CheckLate.kind: [review.tell_of_improvement],
    RecurrenceFound.kind: [review.tell_of_improvement],
    ReportHandedOver.kind: [incidents.note_police_report],
    PaperRecorded.kind: [legal.tell_of_paper, legal.suggest_hold],
    PeriodPassed.kind: [legal.tell_of_period],
    RetaliationNoted.kind: [incidents.open_for_retaliation],
}

# Read by the worker, at least once, in the order of each chain.
AFTERWARDS: list[Consumer] = [
    Consumer(
        name="ladder",
        locks=True,
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
        locks=True,
        answers={
            IncidentReported.kind: incidents.want_recordings,
            FurtherReport.kind: incidents.want_recordings,
            ReportSplitOff.kind: incidents.want_recordings,
        },
    ),
    # Nor must a fault in what is offered to people keep a scene from being controlled.
    Consumer(
        name="support",
        locks=True,
        answers={
            SceneControlled.kind: counselling.ask_people,
            ContactHeld.kind: counselling.take_answer,
        },
    ),
    Consumer(
        name="recurrences",
        locks=True,
        answers={
            IncidentReported.kind: review.find_recurred,
            ReportSplitOff.kind: review.find_recurred,
            ReportApproved.kind: review.reopen_what_recurred,
        },
    ),
]


def install() -> None:
    ledger.install_reactions(IN_TRANSACTION)
    afterwards.install_consumers(AFTERWARDS)
