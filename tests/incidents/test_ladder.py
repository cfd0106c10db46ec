"""Who is sent, why, and who is next when nobody answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from anlan.accounts import services as accounts
from anlan.accounts.models import User
from anlan.base.errors import Conflict, InvalidInput, NotAllowed, NotFound
from anlan.cases import services as cases
from anlan.cases.models import Case, Deadline
from anlan.cases.services import fire_due_deadlines
from anlan.incidents import messages
from anlan.incidents import services as incidents
from anlan.incidents.enums import AssignmentState, Channel
from anlan.incidents.models import Assignment, Incident
from anlan.incidents.room import IncidentRoom
from anlan.incidents.selectors import incident_and_facts, reasons_chosen
from anlan.ledger.events import SYSTEM
from anlan.ledger.verify import verify
from anlan.notify.models import Message
from anlan.worker import run_due
from tests.at_once import at_once, failures
from tests.incidents.story import (
    Visitor,
    alerted,
    entries,
    facts,
    finish_tasks,
    pass_time,
    states,
)
from tests.scene import Scene

pytestmark = pytest.mark.both
LADDER = [
    "wangjianguo",
    "zhangqiang",
    "lixiang",
    "sunlei",
    "zhoumin",
    "hetao",
    "guoxin",
]


class TestNobodyAnswers:
    def test_ladder_climbs_in_order_and_says_why(self, scene: Scene) -> None:
        incident = scene.incident()

        pass_time(scene.at, 30 * len(LADDER))

        assert alerted(incident) == LADDER
        reasons = facts(incident.case, "incident.responder_alerted")
        assert [fact["rung"] for fact in reasons] == [
            *["guard"] * 4,
            "duty_officer",
            "site_manager",
            "hq_supervisor",
        ]
        assert reasons[0] == {
            "responder": scene.guard.actor_key,
            "rung": "guard",
            "on_duty": 1,
            "post": "地下车库巡逻岗",
            "distance": 1,
        }
        assert [fact.get("distance") for fact in reasons[:4]] == [1, 4, 5, 5]
        assert [fact["on_duty"] for fact in reasons] == [1, 1, 1, 1, 1, 0, 0]

    def test_each_rung_has_thirty_seconds(self, scene) -> None:
        incident = scene.incident()

        pass_time(scene.at, 29)
        assert alerted(incident) == LADDER[:1]
        pass_time(scene.at + timedelta(seconds=29), 1)

        assert alerted(incident) == LADDER[:2]
        assert states(incident)["wangjianguo"] == AssignmentState.EXPIRED

    def test_nobody_is_exhausted_while_one_may_still_answer(self, scene) -> None:
        incident = scene.incident()
        at = pass_time(scene.at, 30 * len(LADDER) - 1)
        again = incidents.join_response(
            incident=incident, user=scene.next_guard, by=scene.officer, at=at
        )
        at = pass_time(at, 1)
        assert facts(incident.case, "incident.ladder_exhausted") == []

        pass_time(at, 29)

        again.refresh_from_db()
        assert again.state == AssignmentState.EXPIRED
        assert len(facts(incident.case, "incident.ladder_exhausted")) == 1

    def test_last_resort_is_on_the_record(self, scene) -> None:
        incident = scene.incident()

        pass_time(scene.at, 30 * len(LADDER) + 1)

        assert facts(incident.case, "incident.ladder_exhausted") == [
            {"tried": len(LADDER)}
        ]
        assert set(states(incident).values()) == {AssignmentState.EXPIRED}

    def test_a_worker_that_slept_catches_up(self, scene) -> None:
        incident = scene.incident()

        run_due(at=scene.at + timedelta(hours=1))

        assert alerted(incident)[:2] == LADDER[:2]
        missed = facts(incident.case, "case.deadline_missed")
        assert "incident.acknowledge" in [fact["key"] for fact in missed]

    def test_the_next_shift_is_tried(self, scene: Scene) -> None:
        """Nobody answered in the old shift; the cry alone would look for nobody anew."""
        for person in scene.organisation.user_set.exclude(username="admin"):
            accounts.disable_user(user=person, by=SYSTEM, at=scene.at)
        incident = scene.incident(by=Visitor(), channel=Channel.PUBLIC)
        at = pass_time(scene.at, 60)
        assert alerted(incident) == []

        accounts.enable_user(user=scene.guard, by=SYSTEM, at=at)
        pass_time(at, 300)

        assert alerted(incident)[0] == "wangjianguo"

    @pytest.mark.slow
    def test_the_cry_is_repeated_less_and_less_often_for_a_day(
        self, scene: Scene
    ) -> None:
        incident = scene.incident()
        last = scene.at + timedelta(seconds=30 * len(LADDER))

        pass_time(scene.at, 26 * 3600)

        cries = entries(incident.case, "incident.ladder_exhausted")
        waited = [(one.recorded_at - last).total_seconds() for one in cries[:8]]
        assert waited == [0, 30, 90, 210, 450, 930, 1890, 3690]
        assert len(cries) == 54
        assert cries[-1].recorded_at < last + timedelta(days=1, minutes=31)

    @pytest.mark.parametrize("end", ["answered", "false alarm"])
    def test_the_cry_ends(self, scene: Scene, end: str) -> None:
        incident = scene.incident()
        at = pass_time(scene.at, 30 * len(LADDER) + 100)
        assert len(entries(incident.case, "incident.ladder_exhausted")) == 3
        if end == "answered":
            mine = scene.assignment(incident, scene.guard)
            incidents.arrive(assignment=mine, by=scene.guard, at=at)
        else:
            scene.call_off(incident, reason="误触", at=at)

        pass_time(at, 4 * 3600)

        assert len(entries(incident.case, "incident.ladder_exhausted")) == 3

    def test_the_cry_ends_when_somebody_deals_with_it(self, scene: Scene) -> None:
        incident = scene.incident()
        at = pass_time(scene.at, 30 * len(LADDER) + 100)
        assert len(entries(incident.case, "incident.ladder_exhausted")) == 3
        finish_tasks(incident.case, by=scene.officer, at=at)
        cases.advance_phase(case=incident.case, by=scene.officer, at=at)

        pass_time(at, 4 * 3600)

        assert len(entries(incident.case, "incident.ladder_exhausted")) == 3

    def test_nobody_on_duty_at_all(self, scene) -> None:
        for person in scene.organisation.user_set.exclude(username="admin"):
            accounts.disable_user(user=person, by=SYSTEM, at=scene.at)

        incident = scene.incident(by=Visitor(), channel=Channel.PUBLIC)

        assert alerted(incident) == []
        assert len(entries(incident.case, "incident.ladder_exhausted")) == 1

    def test_a_clock_that_cannot_fire_stops_no_other_ladder(
        self, scene, monkeypatch
    ) -> None:
        broken = scene.incident()
        other = scene.incident(place=scene.place("园区 南门"))
        [bad] = broken.assignments.all()
        climb = incidents.climb

        def stumble(**more: Any) -> None:
            if more["about"] == f"assignment:{bad.uid}":
                raise ZeroDivisionError
            climb(**more)

        monkeypatch.setattr(incidents, "climb", stumble)
        with pytest.raises(ZeroDivisionError):
            fire_due_deadlines(at=scene.at + timedelta(seconds=30))

        assert len(alerted(broken)) == 1
        assert len(alerted(other)) == 2

    def test_a_further_voice_after_the_last_rung_is_heard_above(self, scene) -> None:
        incident = scene.incident()
        at = pass_time(scene.at, 30 * len(LADDER) + 1)

        scene.report(by=scene.next_guard, at=at)

        told = Message.objects.filter(
            kind=messages.FURTHER, subject=incident.case.subject
        )
        assert {scene.officer, scene.manager} <= set(
            User.objects.filter(deliveries__message__in=told)
        )

    def test_who_lost_their_role_is_passed_over(self, scene) -> None:
        for membership in scene.guard.memberships.all():
            accounts.end_role(membership=membership, by=SYSTEM, at=scene.at)

        assert alerted(scene.incident()) == LADDER[1:2]


class TestAnswers:
    def test_a_late_answer_counts_as_running_again(self, scene) -> None:
        incident = scene.incident()
        at = pass_time(scene.at, 31)

        assignment = incidents.acknowledge(
            assignment=scene.assignment(incident, scene.guard), by=scene.guard, at=at
        )

        assert assignment.ended_at is None

    def test_acknowledging_stops_the_climb(self, scene) -> None:
        incident = scene.incident()
        at = scene.at + timedelta(seconds=12)

        incidents.acknowledge(
            assignment=scene.assignment(incident, scene.guard), by=scene.guard, at=at
        )
        pass_time(at, 60)

        assert alerted(incident) == LADDER[:1]
        incident.refresh_from_db()
        assert incident.acknowledged_at == at
        assert facts(incident.case, "incident.responder_acknowledged") == [
            {"responder": scene.guard.actor_key, "seconds": 12}
        ]

    def test_acknowledgement_without_arrival_expires(self, scene) -> None:
        incident = scene.incident()
        at = scene.at + timedelta(seconds=10)
        incidents.acknowledge(
            assignment=scene.assignment(incident, scene.guard), by=scene.guard, at=at
        )

        at = pass_time(at, 179)
        assert alerted(incident) == LADDER[:1]
        pass_time(at, 1)

        assert alerted(incident) == LADDER[:2]
        assert states(incident)["wangjianguo"] == AssignmentState.EXPIRED
        [fact] = facts(incident.case, "incident.responder_expired")
        assert fact["acknowledged"] == 1

    def test_a_silent_second_one_sends_nobody_while_one_is_there(self, scene) -> None:
        """The guard stands there: headquarters is not called at night for the officer."""
        incident = scene.incident(by=Visitor(), channel=Channel.PUBLIC)
        incidents.arrive(
            assignment=scene.assignment(incident, scene.guard),
            by=scene.guard,
            at=scene.at + timedelta(seconds=20),
        )
        at = pass_time(scene.at, 600)
        incidents.join_response(
            incident=incident, user=scene.next_guard, by=scene.officer, at=at
        )
        pass_time(at, 600)

        assert states(incident) == {
            "wangjianguo": AssignmentState.ARRIVED,
            "zhoumin": AssignmentState.EXPIRED,
            "zhangqiang": AssignmentState.EXPIRED,
        }
        assert facts(incident.case, "incident.ladder_exhausted") == []

    def test_a_failed_call_sends_nobody_while_one_is_on_the_way(self, scene) -> None:
        incident = scene.incident(by=Visitor(), channel=Channel.PUBLIC)
        incidents.acknowledge(
            assignment=scene.assignment(incident, scene.guard),
            by=scene.guard,
            at=scene.at,
        )
        officers = scene.assignment(incident, scene.officer)

        incidents.climb_after_failed_call(
            about=f"assignment:{officers.uid}", at=scene.at + timedelta(seconds=25)
        )

        assert alerted(incident) == ["wangjianguo", "zhoumin"]

    def test_who_was_on_the_way_and_does_not_come_lets_it_climb(self, scene) -> None:
        incident = scene.incident(by=Visitor(), channel=Channel.PUBLIC)
        incidents.acknowledge(
            assignment=scene.assignment(incident, scene.guard),
            by=scene.guard,
            at=scene.at + timedelta(seconds=10),
        )
        assert self.next_rung_at(scene, incident) == scene.at + timedelta(seconds=190)

        at = pass_time(scene.at, 189)
        assert alerted(incident) == ["wangjianguo", "zhoumin"]
        pass_time(at, 1)

        assert alerted(incident) == ["wangjianguo", "zhoumin", "zhangqiang"]

    def next_rung_at(self, scene: Scene, incident: Incident) -> datetime | None:
        """As the room shows it to the officer."""
        found, known = incident_and_facts(scene.officer, incident.case.number)
        return IncidentRoom(
            incident=found, facts=known, reader=scene.officer, at=scene.at
        ).next_rung_at

    def test_late_help_is_help(self, scene) -> None:
        incident = scene.incident()
        at = pass_time(scene.at, 31)

        incidents.arrive(
            assignment=scene.assignment(incident, scene.guard), by=scene.guard, at=at
        )

        assert states(incident)["wangjianguo"] == AssignmentState.ARRIVED

    def test_what_was_said_without_a_network_happened_when_it_was_said(
        self, scene
    ) -> None:
        incident = scene.incident()
        said = scene.at + timedelta(seconds=20)
        at = pass_time(scene.at, 90)
        mine = scene.assignment(incident, scene.guard)
        assert states(incident)["wangjianguo"] == AssignmentState.EXPIRED

        for _twice in range(2):
            mine = incidents.acknowledge(
                assignment=mine,
                by=scene.guard,
                at=at,
                happened=said,
                request_id=UUID(int=5),
            )

        (entry,) = entries(incident.case, "incident.responder_acknowledged")
        assert (entry.happened_at, entry.recorded_at) == (said, at)
        assert mine.acknowledged_at == said
        promise = Deadline.objects.get(
            key="incident.acknowledge", about=f"assignment:{mine.uid}"
        )
        assert promise.met_at == said
        assert promise.fired_at is not None  # nobody knew, and it climbed
        assert entries(incident.case, "incident.responder_expired")
        arrival = Deadline.objects.get(
            key="incident.arrive", about=f"assignment:{mine.uid}"
        )
        assert arrival.started_at == at

    def called_off(self, scene: Scene) -> tuple[Assignment, datetime]:
        """While they had no network: another one was there, and it was over."""
        incident = scene.incident()
        other = incidents.join_response(
            incident=incident, user=scene.next_guard, by=scene.next_guard, at=scene.at
        )
        at = scene.at + timedelta(seconds=20)
        incidents.arrive(assignment=other, by=scene.next_guard, at=at)
        incidents.control_scene(incident=incident, by=scene.next_guard, at=at)
        mine = scene.assignment(incident, scene.guard)
        assert (mine.state, mine.ended_at) == (AssignmentState.STOOD_DOWN, at)
        return mine, at

    def test_an_arrival_from_before_one_was_called_off_is_kept(
        self, scene: Scene
    ) -> None:
        mine, ended_at = self.called_off(scene)
        said, at = ended_at - timedelta(seconds=10), ended_at + timedelta(minutes=9)

        for when in (None, ended_at):
            with pytest.raises(Conflict):
                incidents.arrive(assignment=mine, by=scene.guard, at=at, happened=when)
        for _twice in range(2):
            mine = incidents.arrive(
                assignment=mine, by=scene.guard, at=at, happened=said
            )

        (_others, entry) = entries(mine.incident.case, "incident.responder_arrived")
        assert (entry.happened_at, entry.recorded_at) == (said, at)
        assert (mine.state, mine.arrived_at, mine.ended_at) == (
            AssignmentState.ARRIVED,
            said,
            None,
        )
        incident = Incident.objects.get(pk=mine.incident_id)
        assert incident.arrived_at == said
        assert incident.case.commander == scene.next_guard
        assert self.running(mine) == 0
        assert not verify().problems

    def test_an_answer_from_before_one_was_called_off_is_kept(
        self, scene: Scene
    ) -> None:
        mine, ended_at = self.called_off(scene)
        said, at = ended_at - timedelta(seconds=10), ended_at + timedelta(minutes=9)

        with pytest.raises(Conflict):
            incidents.acknowledge(assignment=mine, by=scene.guard, at=at)
        for _twice in range(2):
            mine = incidents.acknowledge(
                assignment=mine, by=scene.guard, at=at, happened=said
            )

        (entry,) = (
            one
            for one in entries(mine.incident.case, "incident.responder_acknowledged")
            if one.object == f"assignment:{mine.uid}"
        )
        assert (entry.happened_at, entry.recorded_at) == (said, at)
        assert (mine.state, mine.acknowledged_at, mine.ended_at) == (
            AssignmentState.STOOD_DOWN,
            said,
            ended_at,
        )
        assert self.running(mine) == 0

    def running(self, assignment: Assignment) -> int:
        clocks = Deadline.objects.filter(
            about=f"assignment:{assignment.uid}", met_at=None, cancelled_at=None
        )
        return clocks.count()

    def test_a_request_that_was_answered_is_not_a_new_answer(self, scene) -> None:
        incident = scene.incident()
        mine = scene.assignment(incident, scene.guard)

        def acknowledge(at: datetime) -> None:
            incidents.acknowledge(
                assignment=mine, by=scene.guard, at=at, request_id=UUID(int=5)
            )

        acknowledge(scene.at)
        late = pass_time(scene.at, 600)
        assert states(incident)["wangjianguo"] == AssignmentState.EXPIRED

        acknowledge(late)

        assert states(incident)["wangjianguo"] == AssignmentState.EXPIRED

    def test_nothing_was_said_before_the_alert_or_in_the_future(self, scene) -> None:
        mine = scene.assignment(scene.incident(), scene.guard)

        def arrive(*, seconds: int) -> datetime | None:
            happened = scene.at + timedelta(seconds=seconds)
            return incidents.arrive(
                assignment=mine, by=scene.guard, at=scene.at, happened=happened
            ).arrived_at

        with pytest.raises(InvalidInput):
            arrive(seconds=1)
        assert arrive(seconds=-60) == mine.alerted_at

    def test_first_to_arrive_commands_until_somebody_takes_over(self, scene) -> None:
        incident = scene.incident()
        incidents.arrive(
            assignment=scene.assignment(incident, scene.guard),
            by=scene.guard,
            at=scene.at,
        )

        incident.case.refresh_from_db()
        assert incident.case.commander == scene.guard

    def test_command_entered_for_a_guard_names_who_entered_it(self, scene) -> None:
        incident = scene.incident()
        incidents.arrive(
            assignment=scene.assignment(incident, scene.guard),
            by=scene.officer,
            at=scene.at,
        )

        [entry] = entries(incident.case, "case.command_taken")
        assert entry.actor == scene.officer.actor_key

    def test_twice_is_once(self, scene) -> None:
        incident = scene.incident()
        mine = scene.assignment(incident, scene.guard)
        for seconds in (5, 9):
            at = scene.at + timedelta(seconds=seconds)
            incidents.acknowledge(assignment=mine, by=scene.guard, at=at)
        for seconds in (20, 40):
            at = scene.at + timedelta(seconds=seconds)
            incidents.arrive(assignment=mine, by=scene.guard, at=at)

        mine.refresh_from_db()
        assert mine.acknowledged_at == scene.at + timedelta(seconds=5)
        assert mine.arrived_at == scene.at + timedelta(seconds=20)
        assert len(entries(incident.case, "incident.responder_arrived")) == 1

    def test_officer_answers_for_a_guard_with_a_radio(self, scene) -> None:
        incident = scene.incident()

        incidents.acknowledge(
            assignment=scene.assignment(incident, scene.guard),
            by=scene.officer,
            at=scene.at,
        )

        [entry] = entries(incident.case, "incident.responder_acknowledged")
        assert entry.actor == scene.officer.actor_key
        assert f'"for":"{scene.guard.actor_key}"' in bytes(entry.body).decode()
        assert '"via":"radio"' in bytes(entry.body).decode()

    def test_a_colleague_cannot_answer_for_another(self, scene) -> None:
        incident = scene.incident()
        mine = scene.assignment(incident, scene.guard)

        with pytest.raises(NotAllowed):
            incidents.acknowledge(assignment=mine, by=scene.next_guard, at=scene.at)

        mine.refresh_from_db()
        assert mine.state == AssignmentState.ALERTED

    def test_somebody_who_was_not_sent_has_no_assignment(self, scene) -> None:
        with pytest.raises(NotFound):
            scene.assignment(scene.incident(), scene.manager)

    def test_the_reporter_is_not_the_first_to_be_sent(self, scene) -> None:
        incident = scene.incident(by=scene.guard)

        assert alerted(incident) == ["zhangqiang"]

    def test_joining_unasked_and_being_sent_by_name(self, scene) -> None:
        incident = scene.incident()

        for by in (scene.next_guard, scene.officer, scene.next_guard):
            incidents.join_response(
                incident=incident, user=scene.next_guard, by=by, at=scene.at
            )

        assert alerted(incident) == ["wangjianguo", "zhangqiang"]

    def test_who_was_sent_by_name_stands_on_the_record_with_who_did(
        self, scene: Scene
    ) -> None:
        incident = scene.incident()

        for by, user in (
            (scene.officer, scene.next_guard),
            (scene.manager, scene.manager),
        ):
            incidents.join_response(incident=incident, user=user, by=by, at=scene.at)

        _ladder, *sent = entries(incident.case, "incident.responder_alerted")
        assert [entry.actor for entry in sent] == [
            scene.officer.actor_key,
            scene.manager.actor_key,
        ]
        reasons = reasons_chosen(incident.case, [entry.object for entry in sent])
        assert [reasons[entry.object] for entry in sent] == [
            "指名派往现场",
            "本人主动前往",
        ]

    def test_who_goes_unasked_has_said_so(self, scene: Scene) -> None:
        """Nobody calls them, and they do not run out; who was sent has to answer."""
        incident = scene.incident()

        joined = incidents.join_response(
            incident=incident, user=scene.next_guard, by=scene.next_guard, at=scene.at
        )
        incidents.join_response(
            incident=incident, user=scene.guard, by=scene.guard, at=scene.at
        )
        pass_time(scene.at, 60)

        assert joined.acknowledged_at == scene.at
        assert states(incident) == {
            "wangjianguo": AssignmentState.ACKNOWLEDGED,
            "zhangqiang": AssignmentState.ACKNOWLEDGED,
        }

    def test_an_old_button_answers_the_later_alert(self, scene) -> None:
        incident = scene.incident()
        ran_out = scene.assignment(incident, scene.guard)
        pass_time(scene.at, 30)
        again = incidents.join_response(
            incident=incident, user=scene.guard, by=scene.officer, at=scene.at
        )

        for answer in (incidents.acknowledge, incidents.arrive):
            answered = answer(assignment=ran_out, by=scene.guard, at=scene.at)
            assert answered == again
        ran_out.refresh_from_db()
        assert ran_out.state == AssignmentState.EXPIRED
        assert answered.state == AssignmentState.ARRIVED

    def test_a_guard_of_another_site_cannot_be_sent(self, scene) -> None:
        with pytest.raises(NotAllowed):
            incidents.join_response(
                incident=scene.incident(),
                user=scene.stranger,
                by=scene.officer,
                at=scene.at,
            )

    def test_control_calls_off_whoever_is_still_on_the_way(self, scene) -> None:
        incident = scene.incident()
        incidents.join_response(
            incident=incident, user=scene.next_guard, by=scene.officer, at=scene.at
        )
        incidents.arrive(
            assignment=scene.assignment(incident, scene.guard),
            by=scene.guard,
            at=scene.at,
        )
        incidents.control_scene(incident=incident, by=scene.guard, at=scene.at)
        pass_time(scene.at, 60)

        assert states(incident) == {
            "wangjianguo": AssignmentState.ARRIVED,
            "zhangqiang": AssignmentState.STOOD_DOWN,
        }

    def test_control_needs_somebody_at_the_scene(self, scene) -> None:
        incident = scene.incident()

        with pytest.raises(Conflict):
            incidents.control_scene(incident=incident, by=scene.officer, at=scene.at)
        with pytest.raises(NotAllowed):
            incidents.control_scene(incident=incident, by=scene.guard, at=scene.at)


class TestUnconfirmedPublicReport:
    def test_nearest_guard_and_duty_officer_at_once(self, scene) -> None:
        incident = scene.incident(by=Visitor(), channel=Channel.PUBLIC)

        assert alerted(incident) == ["wangjianguo", "zhoumin"]
        assert not incident.is_confirmed

    def test_higher_rungs_wait_sixty_seconds(self, scene) -> None:
        incident = self.reported_with_one_guard(scene)

        at = pass_time(scene.at, 59)
        assert alerted(incident) == ["wangjianguo", "zhoumin"]
        pass_time(at, 1)

        assert alerted(incident) == ["wangjianguo", "zhoumin", "hetao"]

    def test_confirmation_lets_them_be_alerted_at_once(self, scene) -> None:
        incident = self.reported_with_one_guard(scene)
        at = pass_time(scene.at, 35)

        incidents.confirm_report(incident=incident, by=scene.next_guard, at=at)

        assert alerted(incident) == ["wangjianguo", "zhoumin", "hetao"]
        at = pass_time(at, 28)  # the confirmation's own clock is met and never fires
        assert alerted(incident) == ["wangjianguo", "zhoumin", "hetao"]
        assert "incident.confirm" not in [
            fact["key"] for fact in facts(incident.case, "case.deadline_missed")
        ]

    def test_a_confirmation_that_never_came_is_not_kept(self, scene) -> None:
        incident = scene.incident(by=Visitor(), channel=Channel.PUBLIC)
        clock = Deadline.objects.get(case=incident.case, key="incident.confirm")

        at = pass_time(scene.at, 3600)
        clock.refresh_from_db()
        assert clock.fired_at == clock.due_at
        assert clock.met_at is None

        incidents.confirm_report(incident=incident, by=scene.guard, at=at)
        clock.refresh_from_db()
        assert clock.met_at == at  # late

    def test_a_visitor_cannot_confirm(self, scene) -> None:
        incident = scene.incident(by=Visitor(), channel=Channel.PUBLIC)

        with pytest.raises(NotAllowed):
            incidents.confirm_report(incident=incident, by=Visitor(), at=scene.at)

    def test_staff_report_of_the_same_fight_confirms_it(self, scene) -> None:
        incident = scene.incident(by=Visitor(), channel=Channel.PUBLIC)

        scene.report(at=scene.at + timedelta(seconds=5))

        incident.refresh_from_db()
        assert incident.is_confirmed

    def reported_with_one_guard(self, scene: Scene) -> Incident:
        """A site with one guard: after him and the officer only managers are left."""
        for username in ("zhangqiang", "lixiang", "sunlei"):
            person = scene.person(username)
            person.shifts.filter(starts_at__lte=scene.at, ends_at__gt=scene.at).delete()
        return scene.incident(by=Visitor(), channel=Channel.PUBLIC)


class TestNothingStopsTheWorker:
    """A clock of a case that is over must not hold up the ladders of others."""

    def test_a_false_alarm_is_not_confirmed_afterwards(self, scene) -> None:
        incident = scene.incident(by=Visitor(), channel=Channel.PUBLIC)
        scene.call_off(incident, reason="小孩按的", at=scene.at)

        with pytest.raises(Conflict):
            incidents.confirm_report(incident=incident, by=scene.guard, at=scene.at)

        assert len(alerted(incident)) == 2

    def test_a_clock_left_running_by_accident(self, scene) -> None:
        incident = scene.incident()
        other = scene.incident(place=scene.place("园区 南门"))
        case = incident.case
        Case.objects.filter(pk=case.pk).update(state="closed", closed_at=scene.at)

        pass_time(scene.at, 31)

        assert alerted(incident) == ["wangjianguo"]
        assert len(alerted(other)) == 2


@pytest.mark.slow
class TestAtTheSameInstant:
    def test_answer_and_expiry_do_not_block_each_other(self, committed_scene) -> None:
        scene = committed_scene
        incident = scene.incident()
        mine = scene.assignment(incident, scene.guard)
        at = scene.at + timedelta(seconds=30)
        for _round in range(5):
            Assignment.objects.filter(pk=mine.pk).update(
                state=AssignmentState.ALERTED, acknowledged_at=None, ended_at=None
            )
            Deadline.objects.filter(about=f"assignment:{mine.uid}").update(
                met_at=None, fired_at=None
            )
            Deadline.objects.exclude(about=f"assignment:{mine.uid}").delete()
            results = at_once(
                lambda: incidents.acknowledge(assignment=mine, by=scene.guard, at=at),
                lambda: run_due(at=at),
                lambda: run_due(at=at),
            )
            # Late by a hair is late, but it is an answer all the same.
            assert failures(results) == []
            mine.refresh_from_db()
            assert mine.state == AssignmentState.ACKNOWLEDGED
        assert verify().is_sound
