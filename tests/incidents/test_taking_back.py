"""One tap too early: not there yet, not under control yet, each an entry of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anlan.base.errors import Conflict, NotAllowed
from anlan.cases import services as cases
from anlan.cases.models import Deadline
from anlan.incidents import services as incidents
from anlan.incidents.models import Assignment, Incident
from anlan.ledger.verify import verify
from tests.incidents.story import entries, pass_time, states
from tests.scene import Scene

pytestmark = pytest.mark.both_deep

MINUTE = timedelta(minutes=1)


def arrived(scene: Scene, incident: Incident) -> Assignment:
    mine = scene.assignment(incident, scene.guard)
    incidents.acknowledge(assignment=mine, by=scene.guard, at=scene.at)
    return incidents.arrive(assignment=mine, by=scene.guard, at=scene.at + MINUTE)


class TestArrival:
    def test_on_the_way_again(self, scene: Scene) -> None:
        incident = scene.incident()
        mine = arrived(scene, incident)

        incidents.take_back_arrival(
            assignment=mine, by=scene.guard, at=scene.at + MINUTE, via="phone"
        )

        incident.refresh_from_db()
        incident.case.refresh_from_db()
        mine.refresh_from_db()
        assert (mine.state, mine.arrived_at) == ("acknowledged", None)
        assert mine.acknowledged_at == scene.at
        assert incident.arrived_at is None
        assert incident.case.commander is None
        assert len(entries(incident.case, "incident.arrival_taken_back")) == 1
        assert len(entries(incident.case, "case.command_left")) == 1
        assert not verify().problems

    def test_who_does_not_come_is_followed_by_the_next(self, scene: Scene) -> None:
        incident = scene.incident()
        mine = arrived(scene, incident)
        incidents.take_back_arrival(
            assignment=mine, by=scene.guard, at=scene.at + MINUTE
        )

        pass_time(scene.at + MINUTE, 121)

        found = states(incident)
        assert found[scene.guard.username] == "expired"
        assert found[scene.next_guard.username] == "alerted"

    def test_of_one_who_came_without_acknowledging(self, scene: Scene) -> None:
        incident = scene.incident()
        mine = scene.assignment(incident, scene.guard)
        incidents.arrive(assignment=mine, by=scene.guard, at=scene.at)
        incidents.take_back_arrival(assignment=mine, by=scene.guard, at=scene.at)

        running = Deadline.objects.filter(
            about=f"assignment:{mine.uid}", met_at=None, key="incident.arrive"
        )
        assert running.count() == 1

    def test_of_the_first_of_two(self, scene: Scene) -> None:
        incident = scene.incident()
        mine = arrived(scene, incident)
        other = incidents.join_response(
            incident=incident, user=scene.next_guard, by=scene.next_guard, at=scene.at
        )
        incidents.arrive(
            assignment=other, by=scene.next_guard, at=scene.at + 2 * MINUTE
        )

        incidents.take_back_arrival(
            assignment=mine, by=scene.officer, at=scene.at + 3 * MINUTE
        )

        incident.refresh_from_db()
        assert incident.arrived_at == scene.at + 2 * MINUTE

    def test_the_next_one_there_commands(self, scene: Scene) -> None:
        incident = scene.incident()
        mine = arrived(scene, incident)
        other = incidents.join_response(
            incident=incident, user=scene.next_guard, by=scene.next_guard, at=scene.at
        )
        incidents.arrive(assignment=other, by=scene.next_guard, at=scene.at + MINUTE)

        incidents.take_back_arrival(
            assignment=mine, by=scene.guard, at=scene.at + 2 * MINUTE
        )

        incident.case.refresh_from_db()
        assert incident.case.commander == scene.next_guard
        assert len(entries(incident.case, "case.command_left")) == 1
        assert not verify().problems

    def test_what_a_phone_kept_from_before_does_not_undo_it(self, scene: Scene) -> None:
        incident = scene.incident()
        mine = arrived(scene, incident)
        incidents.take_back_arrival(
            assignment=mine, by=scene.guard, at=scene.at + 2 * MINUTE
        )
        late = scene.at + 3 * MINUTE

        with pytest.raises(Conflict, match="之后已更正为还没有到场"):
            incidents.arrive(
                assignment=mine, by=scene.guard, at=late, happened=scene.at + MINUTE
            )

        assert states(incident)[scene.guard.username] == "acknowledged"
        incidents.arrive(assignment=mine, by=scene.guard, at=late, happened=late)
        assert states(incident)[scene.guard.username] == "arrived"

    def test_a_promise_that_ran_out_was_not_kept_by_it(self, scene: Scene) -> None:
        incident = scene.incident()
        mine = scene.assignment(incident, scene.guard)
        incidents.acknowledge(assignment=mine, by=scene.guard, at=scene.at)
        late = pass_time(scene.at, 200)
        incidents.arrive(assignment=mine, by=scene.guard, at=late)

        incidents.take_back_arrival(assignment=mine, by=scene.guard, at=late)

        clocks = Deadline.objects.filter(
            key="incident.arrive", about=f"assignment:{mine.uid}"
        ).order_by("pk")
        assert [(one.met_at, one.fired_at is None) for one in clocks] == [
            (None, False),
            (None, True),
        ]

    def test_who_may_command_goes_on_commanding(self, scene: Scene) -> None:
        incident = scene.incident()
        mine = incidents.join_response(
            incident=incident, user=scene.officer, by=scene.officer, at=scene.at
        )
        incidents.arrive(assignment=mine, by=scene.officer, at=scene.at)

        incidents.take_back_arrival(assignment=mine, by=scene.officer, at=scene.at)

        incident.case.refresh_from_db()
        assert incident.case.commander == scene.officer

    def test_is_the_persons_or_the_commanders(self, scene: Scene) -> None:
        mine = arrived(scene, scene.incident())

        with pytest.raises(NotAllowed):
            incidents.take_back_arrival(
                assignment=mine, by=scene.next_guard, at=scene.at
            )

    def test_needs_an_arrival_and_no_control(self, scene: Scene) -> None:
        incident = scene.incident()
        mine = scene.assignment(incident, scene.guard)
        by, later = scene.guard, scene.at + MINUTE
        with pytest.raises(Conflict, match="还没有登记到场"):
            incidents.take_back_arrival(assignment=mine, by=by, at=later)

        arrived(scene, incident)
        incidents.control_scene(incident=incident, by=by, at=later)
        with pytest.raises(Conflict, match="现场已经确认控制"):
            incidents.take_back_arrival(assignment=mine, by=by, at=later)


class TestControl:
    def controlled(self, scene: Scene) -> tuple[Incident, Assignment]:
        """By the guard who is there; another one was on the way and is called off."""
        incident = scene.incident()
        arrived(scene, incident)
        other = incidents.join_response(
            incident=incident, user=scene.next_guard, by=scene.officer, at=scene.at
        )
        incidents.control_scene(
            incident=incident, by=scene.guard, at=scene.at + 2 * MINUTE
        )
        return incident, other

    def test_clock_and_people_go_on(self, scene: Scene) -> None:
        incident, other = self.controlled(scene)
        later = scene.at + 3 * MINUTE

        incidents.take_back_control(incident=incident, by=scene.guard, at=later)

        incident.refresh_from_db()
        clock = Deadline.objects.get(case=incident.case, key="incident.control")
        contact = Deadline.objects.get(case=incident.case, key="case.victim_contact")
        again = Assignment.objects.exclude(pk=other.pk).get(user=scene.next_guard)
        assert (incident.controlled_at, incident.controlled_by) == (None, None)
        assert (clock.met_at, contact.cancelled_at) == (None, later)
        assert (again.state, again.alerted_at) == ("alerted", later)
        assert scene.assignment(incident, scene.guard).state == "arrived"
        assert len(entries(incident.case, "incident.control_taken_back")) == 1
        assert not verify().problems

        incidents.control_scene(incident=incident, by=scene.guard, at=later)
        running = Deadline.objects.filter(key="case.victim_contact", cancelled_at=None)
        assert running.count() == 1

    def test_who_was_called_off_by_what_a_phone_kept_comes_again(
        self, scene: Scene
    ) -> None:
        incident = scene.incident()
        arrived(scene, incident)
        other = incidents.join_response(
            incident=incident, user=scene.next_guard, by=scene.officer, at=scene.at
        )
        late = scene.at + 10 * MINUTE
        incidents.control_scene(
            incident=incident,
            by=scene.guard,
            at=late,
            happened=scene.at + 2 * MINUTE,
        )
        other.refresh_from_db()
        assert (other.state, other.ended_at) == ("stood_down", late)

        incidents.take_back_control(incident=incident, by=scene.guard, at=late)

        again = Assignment.objects.exclude(pk=other.pk).get(user=scene.next_guard)
        assert (again.state, again.alerted_at) == ("alerted", late)

    def test_what_a_phone_kept_from_before_does_not_undo_it(self, scene: Scene) -> None:
        incident, _other = self.controlled(scene)
        taken_back = scene.at + 5 * MINUTE
        incidents.take_back_control(incident=incident, by=scene.guard, at=taken_back)
        late = scene.at + 10 * MINUTE

        with pytest.raises(Conflict, match="之后已更正为还没有控制"):
            incidents.control_scene(
                incident=incident, by=scene.officer, at=late, happened=scene.at + MINUTE
            )

        assert states(incident)[scene.next_guard.username] == "alerted"
        incidents.control_scene(
            incident=incident, by=scene.officer, at=late, happened=taken_back + MINUTE
        )
        incident.refresh_from_db()
        assert incident.controlled_at == taken_back + MINUTE

    def test_a_promise_that_ran_out_was_not_kept_by_it(self, scene: Scene) -> None:
        incident = scene.incident()
        arrived(scene, incident)
        late = pass_time(scene.at + MINUTE, 3600)
        incidents.control_scene(incident=incident, by=scene.guard, at=late)

        incidents.take_back_control(incident=incident, by=scene.guard, at=late)

        clock = Deadline.objects.get(case=incident.case, key="incident.control")
        assert clock.fired_at is not None
        assert clock.met_at is None

    def test_who_was_called_off_when_a_case_was_joined_comes_again(
        self, scene: Scene
    ) -> None:
        """Once, though one of them was called off twice."""
        incident, _other = self.controlled(scene)
        late = scene.at + 30 * MINUTE
        joined = scene.incident(by=scene.officer, at=late)
        people = [scene.next_guard, scene.person("sunlei")]
        for person in people:
            incidents.join_response(
                incident=joined, user=person, by=scene.officer, at=late
            )
        cases.join_cases(
            case=joined.case, host=incident.case, by=scene.officer, at=late
        )

        incidents.take_back_control(incident=incident, by=scene.officer, at=late)

        again = incident.assignments.filter(state="alerted", alerted_at=late)
        assert [one.user for one in again.order_by("pk")] == people

    def test_is_the_persons_or_the_commanders(self, scene: Scene) -> None:
        incident, _other = self.controlled(scene)

        with pytest.raises(NotAllowed):
            incidents.take_back_control(
                incident=incident, by=scene.next_guard, at=scene.at
            )
        incidents.take_back_control(incident=incident, by=scene.officer, at=scene.at)
        with pytest.raises(Conflict, match="还没有确认控制"):
            incidents.take_back_control(
                incident=incident, by=scene.officer, at=scene.at
            )

    def test_not_of_a_closed_case(self, scene: Scene) -> None:
        incident, _other = self.controlled(scene)
        scene.call_off(incident, reason="误报", at=scene.at)

        with pytest.raises(Conflict):
            incidents.take_back_control(incident=incident, by=scene.guard, at=scene.at)


def test_nobody_commands_twice_is_once(scene: Scene) -> None:
    case = scene.incident().case
    cases.take_command(
        case=case, commander=scene.officer, by=scene.officer, at=scene.at
    )

    for _twice in range(2):
        cases.leave_command(case=case, by=scene.officer, at=scene.at)

    assert len(entries(case, "case.command_left")) == 1
