"""Bringing the scene under control, calling for help, and ending it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.accounts.permissions import check_permission
from anlan.accounts.roles import Permission
from anlan.base.errors import Conflict, InvalidInput
from anlan.cases import permissions as case_permissions
from anlan.cases import policies as case_policies
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.enums import TaskState
from anlan.cases.models import Case, Task
from anlan.incidents import permissions, policies
from anlan.incidents.enums import CallOutcome, Dissuasion, EmergencyService, Police
from anlan.incidents.events import (
    ControlTakenBack,
    DissuasionTried,
    EmergencyAnswered,
    EmergencyCalled,
    FalseAlarm,
    FalseAlarmDecided,
    FalseAlarmProposed,
    FalseAlarmTakenBack,
    PoliceWaiverDecided,
    PoliceWaiverEnded,
    PoliceWaiverProposed,
    SceneControlled,
)
from anlan.incidents.models import (
    EmergencyCall,
    FalseAlarmProposal,
    Incident,
    PoliceWaiver,
)
from anlan.incidents.script import words_to_say
from anlan.incidents.services.locking import locked_incident
from anlan.incidents.services.reporting import PLAYBOOK
from anlan.incidents.services.responding import (
    CLOSE,
    CONTROL,
    resume_ladder,
    resume_response,
    stand_down,
)
from anlan.incidents.services.seconding import await_second, rest_waivers, settle
from anlan.investigation.independence import check_is_independent
from anlan.law.guardrails import check_police_waiver
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM, Actor

CALL_POLICE = "call_police"  # of the playbook
CALL_STANDARD = "incident.call_police"


def control_scene(
    *,
    incident: Incident,
    by: Actor,
    at: datetime,
    via: str = "",
    happened: datetime | None = None,
    request_id: UUID | None = None,
) -> Incident:
    """The parties are apart: stop the first clock and call off who is still on the way.

    Two who stand there may both say so: twice does nothing.

    Args:
        happened: when it was so, if a phone without a network kept it since; never
            before somebody had arrived, and not if it was taken back since.
        request_id: the same again gives the incident, and does nothing.
    """
    content = {"control_scene": by.actor_key}
    with ledger.recording():
        incident = locked_incident(incident)
        if _is_said(incident, request_id, content):
            return incident
        case_policies.check_is_open(incident.case)
        permissions.check_can_control(by, incident)
        if incident.controlled_at is not None:
            return incident
        policies.check_control_was_not_taken_back(incident, happened)
        arrived_at = policies.check_can_be_controlled(incident)
        said = policies.moment_of(happened, since=arrived_at, at=at)
        incident.controlled_at = said
        incident.controlled_by = by if isinstance(by, User) else None
        incident.save(update_fields=["controlled_at", "controlled_by"])
        about = f"case:{incident.case.uid}"
        cases.meet_deadlines(case=incident.case, key=CONTROL, about=about, at=said)
        cases.record(
            SceneControlled(seconds=int((said - incident.reported_at).total_seconds())),
            incident.case,
            by=by,
            at=at,
            happened=said,
            via=via,
        )
        stand_down(incident=incident, at=at)
        _remember_said(incident, request_id, content, at=at)
    return incident


def take_back_control(
    *, incident: Incident, by: Actor, at: datetime, via: str = ""
) -> Incident:
    """The scene is not under control after all: the first clock runs on, and people come.

    Twice is refused: by then somebody may be on the way again.
    """
    with ledger.recording():
        incident = locked_incident(incident)
        case_policies.check_is_open(incident.case)
        policies.check_control_can_be_taken_back(incident)
        permissions.check_can_take_back_control(by, incident)
        controlled_at = incident.controlled_at
        assert controlled_at is not None  # noqa: S101 -- the policy has seen to it
        incident.controlled_at = incident.controlled_by = None
        incident.save(update_fields=["controlled_at", "controlled_by"])
        about = f"case:{incident.case.uid}"
        cases.resume_deadlines(
            case=incident.case, key=CONTROL, about=about, met_at=controlled_at
        )
        cases.record(ControlTakenBack(), incident.case, by=by, at=at, via=via)
        resume_response(incident=incident, called_off_at=controlled_at, at=at)
    return incident


def record_dissuasion(
    *,
    incident: Incident,
    result: Dissuasion,
    by: Actor,
    at: datetime,
    via: str = "",
    happened: datetime | None = None,
    request_id: UUID | None = None,
) -> Incident:
    """口头劝阻, the first line of the control checklist: whether words were tried first.

    The result that already stands says nothing new, and is not recorded again.

    Args:
        happened: when it was, if a phone without a network kept it since; never before
            the report.
        request_id: as for ``control_scene``.

    Source: docs/sources.md (保安服务管理条例 29: 及时制止).
    """
    content = {"dissuasion": result.value, "by": by.actor_key}
    with ledger.recording():
        incident = locked_incident(incident)
        check_permission(by, Permission.INCIDENT_RESPOND, site=incident.case.site)
        if _is_said(incident, request_id, content):
            return incident
        case_policies.check_is_open(incident.case)
        if incident.dissuasion == result:
            return incident
        incident.dissuasion = result
        incident.save(update_fields=["dissuasion"])
        cases.record(
            DissuasionTried(result=result.value),
            incident.case,
            by=by,
            at=at,
            happened=policies.moment_of(happened, since=incident.reported_at, at=at),
            via=via,
        )
        _remember_said(incident, request_id, content, at=at)
    return incident


def _is_said(
    incident: Incident, request_id: UUID | None, content: dict[str, str]
) -> bool:
    """Whether this very request was answered before, whatever was done since."""
    return (
        cases.made_before(
            Case.objects.all(),
            case=incident.case,
            request_id=request_id,
            content=content,
        )
        is not None
    )


def _remember_said(
    incident: Incident,
    request_id: UUID | None,
    content: dict[str, str],
    *,
    at: datetime,
) -> None:
    cases.remember_made(
        incident.case.uid,
        case=incident.case,
        request_id=request_id,
        content=content,
        at=at,
    )


def record_emergency_call(
    *,
    incident: Incident,
    service: EmergencyService,
    by: Actor,
    at: datetime,
    outcome: CallOutcome = CallOutcome.CONNECTED,
    via: str = "",
    happened: datetime | None = None,
    request_id: UUID | None = None,
) -> EmergencyCall:
    """Note that 110 or 120 was called, with the words to say as the record has them now.

    A call that a phone kept has none: what it showed then is not known here, and what is
    on the record now may have come later than the call.

    Only a call that was taken up is a report to the police; one that was not is on the
    record, and the police are still to be called.

    A second call to the same number is a second call: the police may have to be told
    that a weapon appeared. The same ``request_id`` is the same call.

    Args:
        happened: when, if a phone without a network kept it since; never before the
            report.
    """
    user = permissions.check_can_call(by, incident)
    content = {"call": service.value, "by": user.actor_key}
    if outcome == CallOutcome.MISSED:
        content["outcome"] = outcome.value
    with ledger.recording():
        incident = locked_incident(incident)
        earlier = cases.made_before(
            EmergencyCall.objects.select_related("incident__case__site"),
            case=incident.case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        said = policies.moment_of(happened, since=incident.reported_at, at=at)
        call = EmergencyCall.objects.create(
            incident=incident,
            service=service,
            called_by=user,
            called_at=said,
            outcome=outcome,
            words="\n".join(words_to_say(incident, service)) if said == at else "",
        )
        if service == EmergencyService.POLICE and outcome == CallOutcome.CONNECTED:
            incident.police = Police.CALLED
            incident.save(update_fields=["police"])
            rest_waivers(case=incident.case, at=at)
        cases.record(
            EmergencyCalled(
                service=service.value,
                outcome=outcome.value,
                words_digest=call.digest_of("words"),
            ),
            incident.case,
            thing=f"call:{call.uid}",
            by=by,
            at=at,
            happened=said,
            via=via,
        )
        cases.remember_made(
            call.uid,
            case=incident.case,
            request_id=request_id,
            content=content,
            at=at,
        )
    return call


def record_emergency_answer(
    *, call: EmergencyCall, answer: str, by: Actor, at: datetime, receipt: str = ""
) -> EmergencyCall:
    """Note what the operator said, and the number they gave."""
    permissions.check_can_call(by, call.incident)
    if not answer.strip():
        raise InvalidInput(_("请写下接线员的答复"), path="answer")
    with ledger.recording():
        call = EmergencyCall.objects.select_for_update().get(pk=call.pk)
        policies.check_can_be_answered(call)
        call.answered_at = at
        call.answer = answer.strip()
        call.receipt = receipt.strip()
        call.save(update_fields=["answered_at", "answer", "receipt"])
        cases.record(
            EmergencyAnswered(
                service=call.service,
                receipt=call.receipt or None,
                words_digest=call.digest_of("answer"),
            ),
            call.incident.case,
            thing=f"call:{call.uid}",
            by=by,
            at=at,
        )
    return call


def propose_police_waiver(
    *, incident: Incident, reason: str, by: Actor, at: datetime
) -> PoliceWaiver:
    """Propose not to call the police; another person must agree, and never from level 3 on.

    Raises:
        Conflict: G05, or that a minor was hurt, with its source.
    """
    with ledger.recording():
        incident = locked_incident(incident)
        case_permissions.check_can_command(by, incident.case)
        if not isinstance(by, User):
            raise Conflict(_("不报警的决定必须由人提出"))
        check_police_waiver(
            severity=incident.case.severity,
            reason=reason,
            act_on=act_day(incident.case),
            is_minor_hurt=policies.knows_of_minor_hurt(incident.case),
        )
        if incident.police_waivers.filter(decided_at=None).exists():
            raise Conflict(_("已有一项“不报警”在等待复核"))
        waiver = PoliceWaiver.objects.create(
            incident=incident, reason=reason.strip(), proposed_by=by, proposed_at=at
        )
        said = PoliceWaiverProposed(words_digest=waiver.digest_of("reason"))
        await_second(waiver, said, by=by, at=at)
    return waiver


def decide_police_waiver(
    *, waiver: PoliceWaiver, approved: bool, by: Actor, at: datetime
) -> PoliceWaiver:
    """A second person agrees or not (G05); disagreeing leaves the police still to be called."""
    with ledger.recording():
        incident = locked_incident(waiver.incident)
        waiver = PoliceWaiver.objects.select_for_update().get(pk=waiver.pk)
        user = permissions.check_can_decide_waiver(
            by, site=incident.case.site, proposed_by=waiver.proposed_by
        )
        waiver.incident = incident
        policies.check_is_undecided(waiver)
        if approved:
            check_is_independent(user, incident.case)
            check_police_waiver(
                severity=incident.case.severity,
                reason=waiver.reason,
                act_on=act_day(incident.case),
                is_minor_hurt=policies.knows_of_minor_hurt(incident.case),
            )
        said = PoliceWaiverDecided(approved=int(approved))
        settle(waiver, said, approved=approved, by=user, at=at)
        if approved and incident.police != Police.CALLED:
            incident.police = Police.WAIVED
            incident.save(update_fields=["police"])
    return waiver


def end_waiver(*, case: Case, at: datetime) -> None:
    """Two people agreed not to call the police, and that would be refused by now (G05)."""
    incident = Incident.objects.filter(case=case, police=Police.WAIVED).first()
    if incident is None:
        return
    incident = locked_incident(incident)
    waiver = _waiver_of(incident)
    if not incident.case.is_open or waiver is None:
        return
    try:
        _check_waiver_still_holds(incident)
    except Conflict:
        waiver.ended_at = at
        waiver.save(update_fields=["ended_at"])
    else:
        return
    incident.police = Police.UNDECIDED
    incident.save(update_fields=["police"])
    cases.record(
        PoliceWaiverEnded(),
        incident.case,
        thing=waiver.thing,
        by=SYSTEM,
        at=at,
    )
    ask_for_police_again(incident=incident, at=at)


def ask_for_police_again(*, incident: Incident, at: datetime) -> None:
    """Let whose task it is to call them have it again, with a clock of its own.

    Nothing ticks it when a call is made: it may be open still, and its time over.
    """
    task = Task.objects.filter(case=incident.case, key=CALL_POLICE).first()
    if task is None:
        return
    within = cases.standard_at(incident.case.organisation_id, CALL_STANDARD, at).seconds
    if task.state == TaskState.OPEN:
        cases.renew_task_clock(task=task, within=timedelta(seconds=within), at=at)
    else:
        cases.reopen_task(task=task, within=timedelta(seconds=within), by=SYSTEM, at=at)


def note_report(*, case: Case, at: datetime) -> None:
    """The police were told by handing a report over: they know of it, as by a call."""
    Incident.objects.filter(case=case).update(police=Police.CALLED)
    rest_waivers(case=case, at=at)


def set_severity(
    *, incident: Incident, severity: int, by: Actor, at: datetime, reason: str = ""
) -> Incident:
    """Set the level; the playbook adds what it calls for."""
    with ledger.recording():
        cases.set_severity(
            case=incident.case,
            severity=severity,
            playbook_key=PLAYBOOK,
            flags=incident.flags,
            by=by,
            at=at,
            reason=reason,
        )
        return locked_incident(incident)


def mark_false_alarm(
    *, incident: Incident, reason: str, by: Actor, at: datetime
) -> Incident:
    """误报: the duty officer says that nothing happened; the case closes with the reason.

    Raises:
        NotAllowed: who does not command, or is a party.
        Conflict: somebody was hurt, or it was taken for what it is in another way; or
            something speaks for a fight, and a second person has to agree.
    """
    reason = _why_none(reason)
    with ledger.recording():
        incident = locked_incident(incident)
        permissions.check_can_call_off(by, incident)
        policies.check_may_have_been_none(incident.case)
        policies.check_one_may_call_off(incident.case)
        _end_as_none(incident, reason=reason, by=by, at=at)
    return incident


def propose_false_alarm(
    *, incident: Incident, reason: str, by: Actor, at: datetime
) -> FalseAlarmProposal:
    """误报 where something speaks against it: another person must agree.

    Raises:
        NotAllowed: who does not command, or is a party.
        Conflict: as for ``mark_false_alarm``; or one waits for its decision already.
    """
    reason = _why_none(reason)
    with ledger.recording():
        incident = locked_incident(incident)
        permissions.check_can_call_off(by, incident)
        if not isinstance(by, User):
            raise Conflict(_("误报必须由人提出"))
        policies.check_may_have_been_none(incident.case)
        if incident.false_alarm_proposals.filter(decided_at=None).exists():
            raise Conflict(_("已有一项“误报”在等待复核"))
        proposal = FalseAlarmProposal.objects.create(
            incident=incident, reason=reason, proposed_by=by, proposed_at=at
        )
        said = FalseAlarmProposed(words_digest=proposal.digest_of("reason"))
        await_second(proposal, said, by=by, at=at)
    return proposal


def decide_false_alarm(
    *, proposal: FalseAlarmProposal, approved: bool, by: Actor, at: datetime
) -> FalseAlarmProposal:
    """A second person agrees, and the case closes with the reason; or it goes on.

    Raises:
        NotAllowed: who may not decide it, is a party, was there, or proposed it; or who
            proposed it became a party since.
        Conflict: it was decided, or somebody took it for what it is since.
    """
    with ledger.recording():
        incident = locked_incident(proposal.incident)
        proposal = FalseAlarmProposal.objects.select_for_update().get(pk=proposal.pk)
        user = permissions.check_can_decide_false_alarm(
            by, incident, proposed_by=proposal.proposed_by
        )
        proposal.incident = incident
        policies.check_is_undecided(proposal)
        if approved:
            if proposal.is_erased:
                raise Conflict(_("提出的理由已按期限删除，请复核为不同意，再重新提出"))
            check_is_independent(user, incident.case)
            permissions.check_can_call_off(proposal.proposed_by, incident)
            policies.check_may_have_been_none(incident.case)
        said = FalseAlarmDecided(approved=int(approved))
        settle(proposal, said, approved=approved, by=user, at=at)
        if approved:
            _end_as_none(incident, reason=proposal.reason, by=user, at=at)
    return proposal


def _why_none(reason: str) -> str:
    if not reason.strip():
        raise InvalidInput(_("请写明为什么是误报"), path="reason")
    return reason.strip()


def _end_as_none(incident: Incident, *, reason: str, by: Actor, at: datetime) -> None:
    incident.false_alarm_at = at
    incident.save(update_fields=["false_alarm_at"])
    stand_down(incident=incident, at=at)
    cases.record(FalseAlarm(), incident.case, by=by, at=at)
    cases.close_as_false_alarm(case=incident.case, reason=reason, by=by, at=at)


def take_back_false_alarm(*, case: Case, at: datetime) -> None:
    """It was reopened: it counts as an incident, its plan binds, and somebody is sent.

    The binding tasks come back that ended with the false alarm; what people skipped or
    did before it stays as it is.
    """
    incident = Incident.objects.filter(case=case).exclude(false_alarm_at=None).first()
    if incident is None:
        return
    incident = locked_incident(incident)
    ended_at, incident.false_alarm_at = incident.false_alarm_at, None
    incident.save(update_fields=["false_alarm_at"])
    cases.record(FalseAlarmTakenBack(), incident.case, by=SYSTEM, at=at)
    for task in Task.objects.filter(
        case=case,
        state=TaskState.SKIPPED,
        binding=True,
        ended_at=ended_at,
        ended_by=None,
    ).order_by("position", "pk"):
        cases.reopen_task(task=task, by=SYSTEM, at=at)
    if incident.controlled_at is None:
        resume_ladder(incident=incident, at=at)


def close_incident(*, incident: Incident, by: Actor, at: datetime) -> Incident:
    """Close it: the scene controlled, the police question answered, no binding task open."""
    with ledger.recording():
        incident = locked_incident(incident)
        case_permissions.check_can_close(by, incident.case)
        if incident.controlled_at is None:
            raise Conflict(_("还没有确认现场已控制，不能办结"))
        police = policies.police_of(incident)
        if police == Police.UNDECIDED:
            raise Conflict(
                _("还没有报警，也没有经复核的“不报警”决定，不能办结"),
                source="G05",
            )
        if police == Police.WAIVED:
            _check_waiver_still_holds(incident)
        about = f"case:{incident.case.uid}"
        cases.meet_deadlines(case=incident.case, key=CLOSE, about=about, at=at)
        cases.close_case(case=incident.case, by=by, at=at)
    return incident


def _waiver_of(incident: Incident) -> PoliceWaiver | None:
    """The decision that stands, if one does."""
    standing = incident.police_waivers.filter(approved=True, ended_at=None)
    return standing.order_by("decided_at").last()


def _check_waiver_still_holds(incident: Incident) -> None:
    """The level may have risen since two people agreed not to call the police (G05)."""
    waiver = _waiver_of(incident)
    check_police_waiver(
        severity=incident.case.severity,
        reason=waiver.words_in("reason") if waiver else "",
        act_on=act_day(incident.case),
        is_minor_hurt=policies.knows_of_minor_hurt(incident.case),
    )
