"""Bringing it under control and to an end: level, police, gates, false starts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anlan.base.errors import Conflict, DomainError, InvalidInput, NotAllowed
from anlan.cases import services as cases
from anlan.cases.enums import CaseState, Phase, Severity
from anlan.cases.models import Deadline, Task
from anlan.customers import services as customers
from anlan.evidence import services as evidence
from anlan.incidents import messages
from anlan.incidents import services as incidents
from anlan.incidents.enums import (
    Dissuasion,
    EmergencyService,
    Flag,
    HappenedSource,
    Police,
)
from anlan.incidents.models import EmergencyCall, Incident, PoliceWaiver
from anlan.ledger.verify import verify
from anlan.notify.enums import Urgency
from anlan.notify.models import Message
from anlan.worker import run_due
from tests.evidence import told
from tests.incidents.story import entries, facts, finish_tasks, pass_time
from tests.scene import Scene
from tests.signed_in import SignIn

pytestmark = pytest.mark.both_deep


def controlled(scene: Scene, **more: object) -> Incident:
    incident = scene.incident(**more)
    incidents.arrive(
        assignment=scene.assignment(incident, scene.guard), by=scene.guard, at=scene.at
    )
    return incidents.control_scene(incident=incident, by=scene.guard, at=scene.at)


def waived(scene: Scene, incident: Incident) -> PoliceWaiver:
    waiver = incidents.propose_police_waiver(
        incident=incident, reason="双方都要求不报警", by=scene.officer, at=scene.at
    )
    return incidents.decide_police_waiver(
        waiver=waiver, approved=True, by=scene.manager, at=scene.at
    )


def _missed(incident: Incident) -> list[str]:
    return [fact["title"] for fact in facts(incident.case, "case.deadline_missed")]


class TestSeverity:
    def test_raising_adds_tasks_and_removes_none(self, scene: Scene) -> None:
        incident = scene.incident(flags=[])
        before = set(incident.case.tasks.values_list("key", "state"))

        incidents.set_severity(
            incident=incident, severity=Severity.MAJOR, by=scene.officer, at=scene.at
        )

        after = set(incident.case.tasks.values_list("key", "state"))
        assert after > before
        assert facts(incident.case, "case.severity_set") == [
            {"severity": Severity.MAJOR, "before": incident.suggested_severity}
        ]

    def test_lowering_is_a_managers_and_removes_nothing(self, scene) -> None:
        incident = scene.incident(flags=[Flag.WEAPON])
        tasks = set(incident.case.tasks.values_list("key", "state"))
        lower = {"incident": incident, "severity": Severity.ORDINARY, "at": scene.at}

        with pytest.raises(NotAllowed):
            incidents.set_severity(**lower, by=scene.officer, reason="没有刀")
        with pytest.raises(NotAllowed):
            incidents.set_severity(**lower, by=scene.manager)
        incidents.set_severity(**lower, by=scene.manager, reason="没有刀")

        incident.case.refresh_from_db()
        assert incident.case.severity == Severity.ORDINARY
        assert set(incident.case.tasks.values_list("key", "state")) == tasks
        assert incident.case.notes.get().text == "没有刀"

    def test_same_level_twice_is_nothing(self, scene) -> None:
        incident = scene.incident()
        for _twice in range(2):
            incidents.set_severity(
                incident=incident, severity=4, by=scene.officer, at=scene.at
            )

        assert len(entries(incident.case, "case.severity_set")) == 1

    @pytest.mark.parametrize("level", [0, 6, -1])
    def test_unknown_level(self, scene, level) -> None:
        with pytest.raises(InvalidInput):
            incidents.set_severity(
                incident=scene.incident(), severity=level, by=scene.officer, at=scene.at
            )

    def test_a_guard_does_not_set_it(self, scene) -> None:
        with pytest.raises(NotAllowed):
            incidents.set_severity(
                incident=scene.incident(), severity=5, by=scene.guard, at=scene.at
            )


class TestDissuasion:
    @pytest.mark.parametrize("result", Dissuasion)
    def test_its_result_is_on_the_record(self, scene, result) -> None:
        incident = incidents.record_dissuasion(
            incident=scene.incident(), result=result, by=scene.guard, at=scene.at
        )

        assert incident.dissuasion == result
        assert facts(incident.case, "incident.dissuasion_tried") == [{"result": result}]

    def test_the_same_result_again_is_nothing_new(self, scene) -> None:
        incident = scene.incident()
        for result in (Dissuasion.FAILED, Dissuasion.FAILED, Dissuasion.WORKED):
            incidents.record_dissuasion(
                incident=incident, result=result, by=scene.guard, at=scene.at
            )

        assert facts(incident.case, "incident.dissuasion_tried") == [
            {"result": Dissuasion.FAILED},
            {"result": Dissuasion.WORKED},
        ]

    def test_is_the_first_line_of_the_checklist(self, scene) -> None:
        tasks = scene.incident().case.tasks.order_by("position")

        first = tasks[0]
        assert (first.key, first.phase, first.binding) == (
            "dissuade",
            Phase.PROTECT,
            True,
        )


class TestCalls:
    def test_the_police_hear_when_it_began_and_how_many_at_least(self, scene) -> None:
        """A report that lay in a phone for forty minutes, and a chip "three to five"."""
        incident = scene.incident(
            people_count=3,
            happened=scene.at - timedelta(minutes=40),
            happened_source=HappenedSource.PHONE,
        )
        scene.report(by=scene.next_guard)

        call = incidents.record_emergency_call(
            incident=incident,
            service=EmergencyService.POLICE,
            by=scene.guard,
            at=scene.at,
        )

        assert "13:22 左右" in call.words
        assert "至少 3 人" in call.words

    def test_words_are_kept_as_they_were_shown(self, scene) -> None:
        incident = scene.incident(flags=[Flag.WEAPON, Flag.INJURED], people_count=3)

        call = incidents.record_emergency_call(
            incident=incident,
            service=EmergencyService.POLICE,
            by=scene.guard,
            at=scene.at,
        )

        for said in (scene.garage.label, "14:02", "持械", "受伤", "3 人"):
            assert said in call.words
        incident.refresh_from_db()
        assert incident.police == Police.CALLED

    def test_answer_with_its_time_and_number(self, scene) -> None:
        call = incidents.record_emergency_call(
            incident=scene.incident(),
            service=EmergencyService.AMBULANCE,
            by=scene.officer,
            at=scene.at,
        )
        at = scene.at + timedelta(minutes=2)
        answered = {"call": call, "by": scene.officer, "at": at, "receipt": "120-7"}

        with pytest.raises(InvalidInput):
            incidents.record_emergency_answer(**answered, answer=" ")
        incidents.record_emergency_answer(**answered, answer="五分钟到")
        with pytest.raises(Conflict):
            incidents.record_emergency_answer(**answered, answer="再说一次")

        call = EmergencyCall.objects.get()
        assert (call.answered_at, call.answer, call.receipt) == (
            at,
            "五分钟到",
            "120-7",
        )
        assert verify().is_sound

    def test_anybody_who_sees_it_may_call(self, scene) -> None:
        """G06: nothing stands before a call to the police."""
        incident = scene.incident()
        for username in ("wangjianguo", "lifang", "xuqing", "chenlu", "guoxin"):
            incidents.record_emergency_call(
                incident=incident,
                service=EmergencyService.POLICE,
                by=scene.person(username),
                at=scene.at,
            )

        assert EmergencyCall.objects.count() == 5

    def test_a_stranger_may_not(self, scene) -> None:
        with pytest.raises(NotAllowed):
            incidents.record_emergency_call(
                incident=scene.incident(),
                service=EmergencyService.POLICE,
                by=scene.stranger,
                at=scene.at,
            )


def test_of_two_who_say_that_it_is_under_control_the_second_changes_nothing(
    scene: Scene, sign_in: SignIn
) -> None:
    incident = scene.incident()
    mine = scene.assignment(incident, scene.guard)
    incidents.arrive(assignment=mine, by=scene.guard, at=scene.at)
    incidents.control_scene(incident=incident, by=scene.guard, at=scene.at)
    number = incident.case.number

    later = scene.at + timedelta(seconds=20)
    again = incidents.control_scene(incident=incident, by=scene.officer, at=later)
    page = sign_in("wangjianguo").post(f"/m/cases/{number}/control/")

    assert (again.controlled_at, again.controlled_by) == (scene.at, scene.guard)
    assert page.status_code == 302
    assert len(entries(incident.case, "incident.controlled")) == 1


class TestPoliceWaiver:
    """G05: a second person, a reason, and never from 较大 on."""

    def test_needs_a_second_person(self, scene) -> None:
        incident = scene.incident(flags=[])
        waiver = incidents.propose_police_waiver(
            incident=incident, reason="推了一下", by=scene.manager, at=scene.at
        )
        decide = {"waiver": waiver, "approved": True, "at": scene.at}

        with pytest.raises(NotAllowed):
            incidents.decide_police_waiver(**decide, by=scene.manager)
        with pytest.raises(NotAllowed):
            incidents.decide_police_waiver(**decide, by=scene.officer)
        incidents.decide_police_waiver(**decide, by=scene.person("chenlu"))

        incident.refresh_from_db()
        assert incident.police == Police.WAIVED

    @pytest.mark.parametrize("flags", [[Flag.INJURED], [Flag.WEAPON], [Flag.STAFF]])
    def test_never_from_considerable_on(self, scene, flags) -> None:
        with pytest.raises(Conflict) as refusal:
            waived(scene, scene.incident(flags=flags))

        assert refusal.value.source == "G05"

    def test_needs_a_reason(self, scene) -> None:
        with pytest.raises(DomainError):
            incidents.propose_police_waiver(
                incident=scene.incident(flags=[]),
                reason="  ",
                by=scene.officer,
                at=scene.at,
            )

    def test_disagreeing_leaves_the_police_to_be_called(self, scene) -> None:
        incident = scene.incident(flags=[])
        waiver = incidents.propose_police_waiver(
            incident=incident, reason="推了一下", by=scene.officer, at=scene.at
        )
        with pytest.raises(Conflict):
            waived(scene, incident)  # one at a time
        incidents.decide_police_waiver(
            waiver=waiver, approved=False, by=scene.manager, at=scene.at
        )

        incident.refresh_from_db()
        assert incident.police == Police.UNDECIDED
        with pytest.raises(Conflict):
            incidents.decide_police_waiver(
                waiver=waiver, approved=True, by=scene.manager, at=scene.at
            )

    def test_level_risen_before_the_decision(self, scene) -> None:
        incident = scene.incident(flags=[])
        waiver = incidents.propose_police_waiver(
            incident=incident, reason="推了一下", by=scene.officer, at=scene.at
        )
        incidents.set_severity(
            incident=incident, severity=3, by=scene.officer, at=scene.at
        )

        with pytest.raises(Conflict):
            incidents.decide_police_waiver(
                waiver=waiver, approved=True, by=scene.manager, at=scene.at
            )

    def test_level_risen_after_the_decision(self, scene) -> None:
        incident = controlled(scene, flags=[])
        waived(scene, incident)
        incidents.set_severity(
            incident=incident, severity=3, by=scene.officer, at=scene.at
        )
        finish_tasks(incident.case, by=scene.officer, at=scene.at)

        with pytest.raises(Conflict) as refusal:
            incidents.close_incident(incident=incident, by=scene.officer, at=scene.at)

        assert refusal.value.source == "G05"

    @pytest.mark.parametrize("how", ["level", "minor", "joined", "told", "told late"])
    def test_ends_when_it_would_be_refused_and_asks_again(self, scene, how) -> None:
        incident = scene.incident(flags=[])
        waiver = waived(scene, incident)
        task = incident.case.tasks.get(key="call_police")
        at = scene.at + timedelta(hours=5)
        cases.complete_task(
            task=task, words="两人同意不报警", by=scene.officer, at=scene.at
        )

        if how == "level":
            incidents.set_severity(
                incident=incident, severity=3, by=scene.officer, at=at
            )
        elif how == "minor":
            child = customers.add_person(
                site=scene.site,
                name="陈小宝",
                is_minor=True,
                by=scene.officer,
                at=at,
            )
            cases.add_party(
                case=incident.case,
                roles=["victim"],
                person=child,
                by=scene.officer,
                at=at,
            )
        elif how.startswith("told"):
            boy = told.party(scene, incident.case, "男孩")
            mother = told.guardian_of(scene, boy)
            about = {"guardian": mother, "at": at}
            if how == "told":
                told.begun(scene, incident.case, of=boy, is_minor=True, **about)
            else:
                statement = told.begun(scene, incident.case, of=boy)
                evidence.name_guardian(statement=statement, by=scene.guard, **about)
        else:
            other = scene.incident(
                place=scene.place("园区 南门"), flags=[Flag.INJURED], at=at
            )
            cases.join_cases(
                case=other.case, host=incident.case, by=scene.officer, at=at
            )

        incident.refresh_from_db()
        waiver.refresh_from_db()
        task.refresh_from_db()
        assert (incident.police, waiver.ended_at) == (Police.UNDECIDED, at)
        assert (task.state, task.due_at) == ("open", at + timedelta(minutes=10))
        assert incident.case.deadlines.filter(
            about=f"task:{task.uid}", due_at=task.due_at, met_at=None, cancelled_at=None
        ).exists()
        assert len(entries(incident.case, "incident.police_waiver_ended")) == 1
        assert verify().is_sound

    def test_stands_while_it_is_still_allowed(self, scene) -> None:
        incident = scene.incident(flags=[])
        waiver = waived(scene, incident)
        incidents.set_severity(
            incident=incident, severity=1, reason="轻", by=scene.manager, at=scene.at
        )
        incidents.set_severity(
            incident=incident, severity=2, by=scene.officer, at=scene.at
        )

        waiver.refresh_from_db()
        assert waiver.ended_at is None

    def test_one_that_ended_is_shown_and_a_new_one_needs_a_lower_level(
        self, scene, sign_in
    ) -> None:
        incident = scene.incident(flags=[])
        waived(scene, incident)
        incidents.set_severity(
            incident=incident, severity=3, by=scene.officer, at=scene.at
        )
        address = f"/cases/{incident.case.number}/"

        page = sign_in("zhoumin").get(address).content.decode()
        assert "起失效" in page
        with pytest.raises(Conflict):
            waived(scene, incident)
        incidents.set_severity(
            incident=incident, severity=2, reason="轻", by=scene.manager, at=scene.at
        )
        waived(scene, incident)
        incident.refresh_from_db()
        assert incident.police == Police.WAIVED

    def test_a_call_counts_more_than_a_waiver(self, scene) -> None:
        incident = scene.incident(flags=[])
        waiver = incidents.propose_police_waiver(
            incident=incident, reason="推了一下", by=scene.officer, at=scene.at
        )
        incidents.record_emergency_call(
            incident=incident,
            service=EmergencyService.POLICE,
            by=scene.guard,
            at=scene.at,
        )
        incidents.decide_police_waiver(
            waiver=waiver, approved=True, by=scene.manager, at=scene.at
        )

        incident.refresh_from_db()
        assert incident.police == Police.CALLED


class TestClosing:
    def test_all_gates_open(self, scene) -> None:
        incident = controlled(scene, flags=[])
        waived(scene, incident)
        finish_tasks(incident.case, by=scene.officer, at=scene.at)
        at = scene.at + timedelta(hours=3)

        incidents.close_incident(incident=incident, by=scene.officer, at=at)

        incident.case.refresh_from_db()
        case = incident.case
        assert (case.state, case.closed_at, case.closed_by) == (
            CaseState.CLOSED,
            at,
            scene.officer,
        )
        assert facts(case, "case.closed") == [{"seconds": 3 * 3600}]
        assert not case.deadlines.filter(
            met_at=None, cancelled_at=None, fired_at=None
        ).exists()

    def test_refused_while_a_binding_task_is_open(self, scene) -> None:
        incident = controlled(scene, flags=[])
        waived(scene, incident)
        finish_tasks(
            incident.case,
            by=scene.officer,
            at=scene.at,
            unless=lambda task: task.key == "separate",
        )

        with pytest.raises(Conflict, match="将双方分开"):
            incidents.close_incident(incident=incident, by=scene.officer, at=scene.at)

    def test_an_open_task_that_binds_nobody_does_not_hold_it(self, scene) -> None:
        incident = controlled(scene, flags=[])
        waived(scene, incident)
        finish_tasks(
            incident.case,
            by=scene.officer,
            at=scene.at,
            unless=lambda task: not task.binding,
        )
        left = Task.objects.filter(case=incident.case, state=Task.State.OPEN)
        assert left.exists()

        incidents.close_incident(incident=incident, by=scene.officer, at=scene.at)

        incident.case.refresh_from_db()
        assert incident.case.state == CaseState.CLOSED

    def test_refused_before_control(self, scene) -> None:
        incident = scene.incident(flags=[])
        waived(scene, incident)
        finish_tasks(incident.case, by=scene.officer, at=scene.at)

        with pytest.raises(Conflict, match="控制"):
            incidents.close_incident(incident=incident, by=scene.officer, at=scene.at)

    def test_refused_while_the_police_are_undecided(self, scene) -> None:
        incident = controlled(scene, flags=[])
        finish_tasks(incident.case, by=scene.officer, at=scene.at)

        with pytest.raises(Conflict) as refusal:
            incidents.close_incident(incident=incident, by=scene.officer, at=scene.at)

        assert refusal.value.source == "G05"

    def test_a_guard_does_not_close(self, scene) -> None:
        with pytest.raises(NotAllowed):
            incidents.close_incident(
                incident=scene.incident(), by=scene.guard, at=scene.at
            )

    def test_nothing_changes_afterwards(self, scene) -> None:
        incident = scene.incident()
        task = Task.objects.filter(case=incident.case)[0]
        scene.call_off(incident, reason="误报", at=scene.at)
        by, at = scene.officer, scene.at
        attempts = [
            lambda: incidents.set_severity(incident=incident, severity=5, by=by, at=at),
            lambda: incidents.control_scene(incident=incident, by=by, at=at),
            lambda: incidents.record_dissuasion(
                incident=incident, result=Dissuasion.WORKED, by=by, at=at
            ),
            lambda: incidents.close_incident(incident=incident, by=by, at=at),
            lambda: incidents.mark_false_alarm(
                incident=incident, reason="再", by=by, at=at
            ),
            lambda: incidents.join_response(
                incident=incident, user=scene.guard, by=by, at=at
            ),
            lambda: incidents.acknowledge(
                assignment=scene.assignment(incident, scene.guard), by=by, at=at
            ),
            lambda: cases.advance_phase(case=incident.case, by=by, at=at),
            lambda: cases.complete_task(task=task, by=by, at=at, words="做了"),
            lambda: cases.skip_task(task=task, reason="不做", by=by, at=at),
            lambda: cases.reopen_task(task=task, by=by, at=at),
            lambda: cases.add_party(
                case=incident.case, roles=["victim"], description="高", by=by, at=at
            ),
            lambda: cases.take_command(
                case=incident.case, commander=scene.guard, by=by, at=at
            ),
        ]
        count = verify().entries

        for attempt in attempts:
            with pytest.raises(Conflict):
                attempt()

        assert verify().entries == count

    def test_what_is_not_closed_in_time_is_told_to_the_manager_and_headquarters(
        self, scene: Scene
    ) -> None:
        incident = controlled(scene, flags=[])

        at = pass_time(scene.at, 7 * 24 * 3600 - 1)
        assert "办结" not in _missed(incident)
        pass_time(at, 1)

        assert _missed(incident).count("办结") == 1
        message = Message.objects.get(kind=messages.LATE)
        told = set(message.deliveries.values_list("user__username", flat=True))
        assert told == {scene.manager.username, "guoxin"}
        assert message.urgency == Urgency.NORMAL

    @pytest.mark.parametrize("end", ["closed", "joined", "none"])
    def test_what_ended_is_not_late(self, scene: Scene, end: str) -> None:
        incident = controlled(scene, flags=[])
        if end == "closed":
            waived(scene, incident)
            finish_tasks(incident.case, by=scene.officer, at=scene.at)
            incidents.close_incident(incident=incident, by=scene.officer, at=scene.at)
        elif end == "joined":
            host = scene.incident(place=scene.place("园区 南门"))
            cases.join_cases(
                case=incident.case, host=host.case, by=scene.officer, at=scene.at
            )
        else:
            scene.call_off(incident, reason="看错了", at=scene.at)

        pass_time(scene.at, 8 * 24 * 3600)

        assert "办结" not in _missed(incident)

    @pytest.mark.parametrize(("days", "missed"), [(6, 0), (7, 1), (30, 1)])
    def test_reopened_it_is_to_be_closed_in_the_time_since_its_report(
        self, scene: Scene, days: int, missed: int
    ) -> None:
        incident = controlled(scene, flags=[])
        waived(scene, incident)
        finish_tasks(incident.case, by=scene.officer, at=scene.at)
        for day in (1, 3):
            at = scene.at + timedelta(days=day)
            incidents.close_incident(incident=incident, by=scene.officer, at=at)
            cases.reopen_case(case=incident.case, by=scene.manager, at=at)

        pass_time(at, (days - 3) * 24 * 3600)

        assert _missed(incident).count("办结") == missed

    def test_reopened_after_that_time_it_missed_nothing(self, scene: Scene) -> None:
        incident = controlled(scene, flags=[])
        waived(scene, incident)
        finish_tasks(incident.case, by=scene.officer, at=scene.at)
        at = scene.at + timedelta(days=2)
        incidents.close_incident(incident=incident, by=scene.officer, at=at)
        later = pass_time(at, 28 * 24 * 3600)
        cases.reopen_case(case=incident.case, by=scene.manager, at=later)

        run_due(at=later)
        pass_time(later, 60 * 24 * 3600)

        assert "办结" not in _missed(incident)
        assert not Message.objects.filter(kind=messages.LATE).exists()

    @pytest.mark.parametrize("days", [3, 30])
    def test_reported_before_there_was_a_clock_it_gets_one(
        self, scene: Scene, days: int
    ) -> None:
        incident = controlled(scene, flags=[])
        Deadline.objects.filter(key="incident.close").delete()

        later = scene.at + timedelta(days=days)
        run_due(at=later)
        run_due(at=later)
        pass_time(later, 30 * 24 * 3600)

        clock = Deadline.objects.get(case=incident.case, key="incident.close")
        assert clock.due_at == incident.reported_at + timedelta(days=7)
        assert _missed(incident).count("办结") == 1

    @pytest.mark.parametrize("end", ["closed", "reopened late"])
    def test_what_has_ended_before_there_was_a_clock_gets_none(
        self, scene: Scene, end: str
    ) -> None:
        incident = controlled(scene, flags=[])
        waived(scene, incident)
        finish_tasks(incident.case, by=scene.officer, at=scene.at)
        incidents.close_incident(incident=incident, by=scene.officer, at=scene.at)
        later = scene.at + timedelta(days=30)
        if end == "reopened late":
            cases.reopen_case(case=incident.case, by=scene.manager, at=later)
        Deadline.objects.filter(key="incident.close").delete()

        run_due(at=later)

        assert not Deadline.objects.filter(key="incident.close").exists()
        assert "办结" not in _missed(incident)

    def test_reopened_the_clocks_of_open_tasks_run_on(self, scene: Scene) -> None:
        """What may be left open counts down on the screen, and is told when it is late."""
        incident = controlled(scene, flags=[])
        waived(scene, incident)
        optional = cases.add_task(
            case=incident.case,
            phase=Phase.STRENGTHEN,
            title="补充照明",
            role_key="site_manager",
            within=timedelta(hours=2),
            by=scene.officer,
            at=scene.at,
        )
        skipped = cases.add_task(
            case=incident.case,
            phase=Phase.STRENGTHEN,
            title="清洁",
            role_key="site_manager",
            within=timedelta(hours=2),
            by=scene.officer,
            at=scene.at,
        )
        finish_tasks(
            incident.case,
            by=scene.officer,
            at=scene.at,
            unless=lambda task: task in {optional, skipped},
        )
        closed_at = scene.at + timedelta(hours=1)
        cases.skip_task(task=skipped, reason="雨", by=scene.officer, at=closed_at)
        incidents.close_incident(incident=incident, by=scene.officer, at=closed_at)
        pass_time(closed_at, 3600)

        later = closed_at + timedelta(hours=5)
        cases.reopen_case(case=incident.case, by=scene.manager, at=later)
        pass_time(later, 60)

        late = facts(incident.case, "case.deadline_missed")
        assert [
            fact["title"] for fact in late if fact["about"].startswith("task:")
        ] == ["补充照明"]

    def test_reopened_it_keeps_its_number_and_can_close_again(self, scene) -> None:
        incident = controlled(scene, flags=[])
        waived(scene, incident)
        finish_tasks(incident.case, by=scene.officer, at=scene.at)
        incidents.close_incident(incident=incident, by=scene.officer, at=scene.at)

        case = cases.reopen_case(case=incident.case, by=scene.manager, at=scene.at)

        assert (case.state, case.number) == (CaseState.OPEN, incident.case.number)
        incidents.close_incident(incident=incident, by=scene.officer, at=scene.at)
        assert verify().is_sound
