"""What the state of an incident and of its responders allows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import orjson
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anlan.base.clock import local_day
from anlan.base.errors import Conflict, InvalidInput
from anlan.cases.act import act_day
from anlan.cases.enums import Role, Severity, TaskState
from anlan.cases.events import SeveritySet
from anlan.cases.joined import of_one_case
from anlan.cases.models import Case, Party, Task
from anlan.cases.selectors import entries_about, is_minor_hurt
from anlan.evidence.enums import StatementRole, StatementState
from anlan.evidence.models import Injury, Statement
from anlan.incidents.enums import (
    AssignmentState,
    CallOutcome,
    Dissuasion,
    EmergencyService,
    Flag,
    HappenedSource,
    Police,
)
from anlan.incidents.events import (
    ArrivalTakenBack,
    ControlTakenBack,
    DissuasionTried,
    EmergencyCorrected,
    SceneControlled,
)
from anlan.incidents.models import (
    Assignment,
    EmergencyCall,
    FalseAlarmProposal,
    Incident,
    PoliceWaiver,
    Report,
)
from anlan.incidents.severity import suggest_severity
from anlan.investigation.models import Finding
from anlan.law.guardrails import check_measure, must_be_reported
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Entry
from anlan.resolution.enums import PlanState
from anlan.resolution.legal.models import PoliceReport
from anlan.resolution.models import Plan

# A report within this time of an open incident at the same or a neighbouring spot is
# taken for the same fight; a person can split it off with one tap.
SAME_FIGHT_WITHIN = timedelta(minutes=10)
TOLD_LATE_FROM = timedelta(minutes=5)
NEIGHBOUR_STEPS = 2  # a sibling spot, the room around it, or a spot inside it
# What the message of a box may have been on its way; further off, its clock is wrong.
DEVICE_CLOCK_WITHIN = timedelta(minutes=10)

FORCE_RECORD = "force_record"  # of the playbook: force was used, and how

# Who may move where; everything else is refused. ``docs/states/assignment.md`` is
# drawn from this table.
ASSIGNMENT_MOVES: dict[AssignmentState, tuple[AssignmentState, ...]] = {
    AssignmentState.ALERTED: (
        AssignmentState.ACKNOWLEDGED,
        AssignmentState.ARRIVED,
        AssignmentState.EXPIRED,
        AssignmentState.STOOD_DOWN,
    ),
    AssignmentState.ACKNOWLEDGED: (
        AssignmentState.ARRIVED,
        AssignmentState.EXPIRED,
        AssignmentState.STOOD_DOWN,
    ),
    # Only by saying that the button was pressed too early: ``take_back_arrival``.
    AssignmentState.ARRIVED: (AssignmentState.ACKNOWLEDGED,),
    # A guard whose time ran out may still come: late help is help.
    AssignmentState.EXPIRED: (AssignmentState.ACKNOWLEDGED, AssignmentState.ARRIVED),
    # Only by what a phone without a network kept from before: ``check_can_move``.
    AssignmentState.STOOD_DOWN: (AssignmentState.ARRIVED,),
}


def dissuasion_of(word: str, *, at: datetime) -> Dissuasion:
    """The result of speaking to somebody, by its name.

    Raises:
        NotAllowed: the name of a measure that guards may not take (G07), with its source.
        InvalidInput: no such result.
    """
    check_measure(measure=word, act_on=local_day(at))
    if word not in Dissuasion.values:
        raise InvalidInput(_("请选一个结果"), path="result")
    return Dissuasion(word)


def moment_of(happened: datetime | None, *, since: datetime, at: datetime) -> datetime:
    """When something was done that came in at ``at``; not before ``since``.

    Only a phone claims it, by how long it kept what was said: the difference of two times
    of one clock. Its other clock, the server's, stands beside it on the record.

    Raises:
        InvalidInput: in the future.
    """
    if happened is None:
        return at
    if happened > at:
        raise InvalidInput(_("发生时间不能晚于现在"), path="happened")
    return min(max(happened, since), at)


def was_called_off_since(assignment: Assignment, happened: datetime | None) -> bool:
    """Whether somebody was called off after they said what their phone kept."""
    ended_at = assignment.ended_at
    return (
        assignment.state == AssignmentState.STOOD_DOWN
        and happened is not None
        and ended_at is not None
        and happened < ended_at
    )


def check_can_move(
    assignment: Assignment, to: AssignmentState, *, happened: datetime | None = None
) -> None:
    """
    Args:
        happened: when it was said, if a phone kept it; of somebody who was called off
            since then it is a fact still.
    """
    state = AssignmentState(assignment.state)
    is_too_late = state == AssignmentState.STOOD_DOWN and not was_called_off_since(
        assignment, happened
    )
    if to not in ASSIGNMENT_MOVES[state] or is_too_late:
        raise Conflict(
            _("现在的状态是“%(now)s”，不能改为“%(then)s”")
            % {"now": state.label, "then": to.label}
        )


def may_still_go(incident: Incident, *, last: Assignment | None) -> bool:
    """Whether somebody may still join the response.

    Args:
        last: their newest assignment to it; whoever was called off may come after all.
    """
    return incident.controlled_at is None and (
        last is None
        or last.state in {AssignmentState.EXPIRED, AssignmentState.STOOD_DOWN}
    )


def check_can_be_controlled(incident: Incident) -> datetime:
    """When the first had arrived: before that nobody can have controlled it."""
    if incident.arrived_at is None:
        raise Conflict(_("还没有人到场，不能确认控制"))
    return incident.arrived_at


def check_arrival_can_be_taken_back(assignment: Assignment) -> None:
    if assignment.state != AssignmentState.ARRIVED:
        raise Conflict(_("还没有登记到场，不需要更正"))
    if assignment.incident.controlled_at is not None:
        raise Conflict(_("现场已经确认控制。确实弄错了的，请先更正为“还没有控制”"))


def check_arrival_was_not_taken_back(
    assignment: Assignment, happened: datetime | None
) -> None:
    """What a phone kept does not undo what was corrected after it was said."""
    taken_back = _since(assignment.incident, ArrivalTakenBack.kind, happened)
    if taken_back.filter(object=f"assignment:{assignment.uid}").exists():
        raise Conflict(_("之后已更正为还没有到场"))


def check_control_was_not_taken_back(
    incident: Incident, happened: datetime | None
) -> None:
    """The same of the scene."""
    if _since(incident, ControlTakenBack.kind, happened).exists():
        raise Conflict(_("之后已更正为还没有控制"))


def _since(incident: Incident, kind: str, happened: datetime | None) -> QuerySet[Entry]:
    """What came in after a phone kept something; nothing, if none did."""
    if happened is None:
        return Entry.objects.none()
    entries = entries_about({incident.case.subject})
    return entries.filter(kind=kind, recorded_at__gt=happened)


def check_control_can_be_taken_back(incident: Incident) -> None:
    if incident.controlled_at is None:
        raise Conflict(_("现场还没有确认控制，不需要更正"))


def is_another_fight(
    incident: Incident,
    *,
    flags: Collection[str],
    happened: datetime | None,
    source: HappenedSource,
    at: datetime,
) -> bool:
    """Whether a report says that it goes on after the scene was under control.

    Then somebody has to come, under a promise of their own, and what was done before is
    another act; whoever knows better joins the two. Of the claims only the time that a
    report lay in a phone without a network is believed: any other clock may be slow, and
    for its sake nobody would come.

    Source: docs/sources.md (民法典 942: stop it in time, each time).
    """
    if incident.controlled_at is None or Flag.ONGOING not in flags:
        return False
    return told_at(happened=happened, source=source, at=at) > incident.controlled_at


def told_at(
    *, happened: datetime | None, source: HappenedSource, at: datetime
) -> datetime:
    """When a report was made: one that lay in a phone was then, any other is now."""
    if source != HappenedSource.PHONE or happened is None:
        return at
    return happened


def minutes_on_the_way(*, happened: datetime, received: datetime) -> int | None:
    """How long a report lay in a phone, if that is long enough to be told."""
    waited = received - happened
    return int(waited.total_seconds() // 60) if waited >= TOLD_LATE_FROM else None


def believed_time(report: Report) -> datetime:
    """When it happened, as said; by the clock of a box only if that is nearly right."""
    if report.happened_source == HappenedSource.DEVICE:
        off = abs(report.happened_at - report.received_at)
        return report.happened_at if off <= DEVICE_CLOCK_WITHIN else report.received_at
    return report.happened_at


def check_may_have_been_none(case: Case) -> None:
    """Refuse to call a case a false alarm once somebody took it for what it is.

    What a report says does not count here, nor the level that the program makes of it:
    see ``check_one_may_call_off``. Of cases that were joined any of them counts.

    Raises:
        Conflict: naming why, and what to do instead.
    """
    whole = _whole(case)
    if any(_is_set_serious(one) for one in whole):
        raise Conflict(
            _(
                "等级已由人定为“较大”或以上，不能按误报办结。"
                "请照常处置、办结；确属误报的，请项目经理先写明理由调低等级"
            )
        )
    injuries = Injury.objects.filter(case__in=whole, withdrawn_at=None)
    victims = Party.objects.filter(
        case__in=whole, removed_at=None, roles__role=Role.VICTIM
    )
    if injuries.exists() or victims.exists():
        raise Conflict(
            _(
                "已经登记了受害人或者伤情，不能按误报办结。"
                "请照常处置、办结；登记错了的，请先更正"
            )
        )
    calls = _answered_calls(whole).filter(outcome=CallOutcome.CONNECTED)
    reports = PoliceReport.objects.filter(case__in=whole, handed_at__isnull=False)
    if calls.exists() or reports.exists():
        raise Conflict(
            _(
                "已经打通 110 或者 120，或者已向公安机关报案，不能按误报办结。"
                "请照常处置、办结"
            )
        )
    papers = (
        Statement.objects.filter(case__in=whole, state=StatementState.FROZEN),
        Finding.objects.filter(case__in=whole),
        Plan.objects.filter(case__in=whole).exclude(state=PlanState.WITHDRAWN),
    )
    if any(some.exists() for some in papers):
        raise Conflict(
            _(
                "已有签字的情况说明、调查结论或者处理方案，不能按误报办结。"
                "请照常处置、办结"
            )
        )


def check_one_may_call_off(case: Case) -> None:
    """Refuse to let one person say that it was none, where something speaks for a fight.

    Raises:
        Conflict: what does; a second person has to agree.
    """
    signs = signs_of_a_fight(case)
    if signs:
        raise Conflict(
            _("%(signs)s：不能由一个人认定为误报。请写明理由提出，由另一人复核同意")
            % {"signs": _("、").join(signs)},
            source="G05",
        )


def signs_of_a_fight(case: Case) -> list[str]:
    """What speaks for it that there was one, in words; of joined cases any of them.

    What was entered and taken back counts as well: whoever may end it alone could else
    first take back what stands in the way.
    """
    whole = _whole(case)
    of_them = Incident.objects.filter(case__in=whole)
    said = entries_about({one.subject for one in whole})
    tried = said.filter(kind=DissuasionTried.kind)
    spoken = {orjson.loads(bytes(one.data or b"{}")).get("result") for one in tried}
    spoken |= set(of_them.values_list("dissuasion", flat=True))
    controlled = of_them.exclude(controlled_at=None)
    tasks = Task.objects.filter(case__in=whole, key=FORCE_RECORD, state=TaskState.DONE)
    told = Report.objects.filter(incident__in=of_them)
    level = max(map(_told_beside_going_on, told), default=0)
    signs = {
        _("现场曾确认控制"): controlled.exists()
        or said.filter(kind=SceneControlled.kind).exists(),
        _("登记过劝阻的结果"): bool(spoken & {Dissuasion.WORKED, Dissuasion.FAILED}),
        _("登记过是否使用力量"): tasks.exists(),
        _("登记过打通 110 或者 120，后来更正"): _answered_calls(whole)
        .filter(outcome=CallOutcome.MISSED)
        .exists(),
        _("报告说有伤、持械、多人或者老幼、工作人员被打"): must_be_reported(
            severity=level, is_reported=False, act_on=act_day(case)
        ),
    }
    return [words for words, is_so in signs.items() if is_so]


def _answered_calls(whole: list[Case]) -> QuerySet[EmergencyCall]:
    return EmergencyCall.objects.filter(
        incident__case__in=whole, answered_at__isnull=False
    )


def _told_beside_going_on(report: Report) -> int:
    """The level of what a report tells apart from "it goes on".

    That alone is what most false alarms say, and who comes sees that it does not.
    """
    flags = set(report.flags) - {Flag.ONGOING}
    told = suggest_severity(flags=flags, people_count=report.people_count)
    return int(told.severity)


def _whole(case: Case) -> list[Case]:
    return [case, *case.joined_cases.order_by("pk")]


def _is_set_serious(case: Case) -> bool:
    """Whether it is so grave by what a person said last of it, and not by the program."""
    if case.severity < Severity.CONSIDERABLE:
        return False
    by_people = entries_about({case.subject}).filter(kind=SeveritySet.kind)
    last = by_people.exclude(actor=SYSTEM.actor_key).order_by("-seq").first()
    said = orjson.loads(bytes(last.data or b"{}")) if last is not None else {}
    return bool(said.get("severity", 0) >= Severity.CONSIDERABLE)


def knows_of_minor_hurt(case: Case) -> bool:
    """Whether somebody who was hurt is known to be under 18, by what they said as well."""
    said = Statement.objects.filter(
        of_one_case(case), role=StatementRole.VICTIM, is_minor=True
    )
    return is_minor_hurt(case) or said.exclude(state=StatementState.DISCARDED).exists()


def police_of(incident: Incident) -> Police:
    """Whether the police know: of one of the cases that are one, and they know of it.

    A decision not to call them stands for the case only for which two people made it.
    """
    known = Incident.objects.filter(
        case__joined_into=incident.case_id, police=Police.CALLED
    )
    return Police.CALLED if known.exists() else Police(incident.police)


def check_is_undecided(proposal: PoliceWaiver | FalseAlarmProposal) -> None:
    if proposal.decided_at is not None:
        raise Conflict(_("这项决定已经复核"))


def still_waits(proposal: PoliceWaiver | FalseAlarmProposal) -> bool:
    """Whether a second person is needed yet: the police may have been called meanwhile."""
    incident = proposal.incident
    if proposal.decided_at is not None or not incident.case.is_open:
        return False
    is_waiver = isinstance(proposal, PoliceWaiver)
    return not is_waiver or police_of(incident) != Police.CALLED


def police_on_record(incident: Incident) -> Police:
    """What the calls, the reports and the decisions of this one case say by now."""
    is_called = incident.calls.filter(
        service=EmergencyService.POLICE, outcome=CallOutcome.CONNECTED
    )
    reports = PoliceReport.objects.filter(
        case=incident.case_id, handed_at__isnull=False
    )
    if is_called.exists() or reports.exists():
        return Police.CALLED
    waivers = incident.police_waivers.filter(approved=True, ended_at=None)
    return Police.WAIVED if waivers.exists() else Police.UNDECIDED


def check_call_was_not_corrected(
    call: EmergencyCall, happened: datetime | None
) -> None:
    """What a phone kept does not undo what was corrected after it was said."""
    corrected = _since(call.incident, EmergencyCorrected.kind, happened)
    if corrected.filter(object=f"call:{call.uid}").exists():
        raise Conflict(_("这次电话的结果之后已另行更正"))


def check_can_be_answered(call: EmergencyCall) -> None:
    if call.outcome == CallOutcome.MISSED:
        raise Conflict(_("这次电话没有接通，请再拨打一次"))
    if call.answered_at is not None:
        raise Conflict(_("这次通话的答复已经登记"))
    if call.is_erased:  # without a salt the answer could be guessed by its digest
        raise Conflict(_("这次通话的文字已按期限删除，不能再登记答复"))
