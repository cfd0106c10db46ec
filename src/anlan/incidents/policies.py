"""What the state of an incident and of its responders allows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from anlan.base.clock import local_day
from anlan.base.errors import Conflict, InvalidInput
from anlan.incidents.enums import AssignmentState, Dissuasion, Flag, HappenedSource
from anlan.incidents.models import Assignment, EmergencyCall, Incident
from anlan.law.services import check_measure

# A report within this time of an open incident at the same or a neighbouring spot is
# taken for the same fight; a person can split it off with one tap.
SAME_FIGHT_WITHIN = timedelta(minutes=10)
NEIGHBOUR_STEPS = 2  # a sibling spot, the room around it, or a spot inside it

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
    AssignmentState.ARRIVED: (),
    # A guard whose time ran out may still come: late help is help.
    AssignmentState.EXPIRED: (AssignmentState.ACKNOWLEDGED, AssignmentState.ARRIVED),
    AssignmentState.STOOD_DOWN: (),
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


def check_can_move(assignment: Assignment, to: AssignmentState) -> None:
    state = AssignmentState(assignment.state)
    if to not in ASSIGNMENT_MOVES[state]:
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


def check_can_be_controlled(incident: Incident) -> None:
    if incident.controlled_at is not None:
        raise Conflict(_("现场已经确认控制"))
    if incident.arrived_at is None:
        raise Conflict(_("还没有人到场，不能确认控制"))


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
    if source != HappenedSource.PHONE or happened is None:
        happened = at
    return happened > incident.controlled_at


def check_not_answered(call: EmergencyCall) -> None:
    if call.answered_at is not None:
        raise Conflict(_("这次通话的答复已经登记"))
