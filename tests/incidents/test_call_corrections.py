"""Correcting how a call to 110 or 120 went: what rested on it follows."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from anlan.api.incidents.schemas import CallOut
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases import services as cases
from anlan.cases.enums import CaseState, TaskState
from anlan.cases.models import Deadline, Strike
from anlan.incidents import messages
from anlan.incidents import services as incidents
from anlan.incidents.enums import CallOutcome, EmergencyService, Police
from anlan.incidents.models import EmergencyCall, Incident
from anlan.incidents.policies import police_of, signs_of_a_fight
from anlan.incidents.selectors import incident_and_facts
from anlan.ledger.verify import verify
from anlan.notify.enums import Urgency
from anlan.notify.models import Message
from anlan.resolution.legal.enums import PaperKind
from anlan.resolution.legal.police_duty import duty_of
from anlan.resolution.legal.selectors.police import rights_of
from tests.at_once import at_once
from tests.incidents.story import entries, facts, finish_tasks, pass_time
from tests.resolution.legal.reported import paper, reported
from tests.scene import Scene
from tests.signed_in import SignIn

pytestmark = pytest.mark.both

MINUTE = timedelta(minutes=1)
WHY = "按错了，没有打"


def called(
    scene: Scene,
    incident: Incident,
    *,
    outcome: CallOutcome = CallOutcome.CONNECTED,
    minutes: int = 0,
) -> EmergencyCall:
    return incidents.record_emergency_call(
        incident=incident,
        service=EmergencyService.POLICE,
        outcome=outcome,
        by=scene.guard,
        at=scene.at + minutes * MINUTE,
    )


def corrected(
    scene: Scene,
    call: EmergencyCall,
    outcome: CallOutcome = CallOutcome.MISSED,
    **more: object,
) -> EmergencyCall:
    said: dict[str, Any] = {
        "by": scene.guard,
        "at": scene.at + 5 * MINUTE,
        "reason": WHY,
    }
    return incidents.correct_emergency_call(
        call=call, outcome=outcome, **{**said, **more}
    )


def controlled(scene: Scene) -> Incident:
    incident = scene.incident(flags=[])
    mine = scene.assignment(incident, scene.guard)
    incidents.arrive(assignment=mine, by=scene.guard, at=scene.at)
    incidents.control_scene(incident=incident, by=scene.guard, at=scene.at)
    return Incident.objects.get(pk=incident.pk)


def police_now(incident: Incident) -> Police:
    incident.refresh_from_db()
    return police_of(incident)


def test_the_police_are_to_be_called_again_and_what_was_said_stays_struck(
    scene: Scene,
) -> None:
    incident = controlled(scene)
    call = called(scene, incident)
    finish_tasks(incident.case, by=scene.officer, at=scene.at)

    corrected(scene, call)

    assert police_now(incident) == Police.UNDECIDED
    task = incident.case.tasks.get(key="call_police")
    assert task.state == TaskState.OPEN
    assert task.due_at == scene.at + 15 * MINUTE
    (entry,) = entries(incident.case, "incident.emergency_called")
    strike = Strike.objects.get(case=incident.case)
    assert (strike.seq, strike.reason, strike.struck_by) == (
        entry.seq,
        WHY,
        scene.guard,
    )
    assert facts(incident.case, "incident.emergency_corrected") == [
        {"service": "110", "outcome": "missed"}
    ]
    assert duty_of(incident.case).calls == ()
    finish_tasks(incident.case, by=scene.officer, at=scene.at)
    with pytest.raises(Conflict, match="还没有报警"):
        incidents.close_incident(incident=incident, by=scene.officer, at=scene.at)
    assert verify().is_sound


def test_a_task_that_was_open_and_late_has_a_clock_again_and_all_hear_of_it(
    scene: Scene,
) -> None:
    """Nothing ticks the task when a call is made, and its own clock rings once."""
    incident = controlled(scene)
    incidents.set_severity(incident=incident, severity=2, by=scene.officer, at=scene.at)
    call = called(scene, incident)
    pass_time(scene.at, 12 * 60)
    later = scene.at + 12 * MINUTE

    corrected(scene, call, at=later)

    assert police_now(incident) == Police.UNDECIDED
    task = incident.case.tasks.get(key="call_police")
    assert (task.state, task.due_at) == (TaskState.OPEN, later + 10 * MINUTE)
    clocks = Deadline.objects.filter(about=f"task:{task.uid}").order_by("pk")
    assert [one.fired_at is None for one in clocks] == [False, True]
    assert told_of_no_call() == {"zhoumin", "lixue", "hetao", "guoxin"}

    corrected(scene, call, CallOutcome.CONNECTED, at=later, reason="其实接通了")
    corrected(scene, call, at=later + MINUTE)

    assert clocks.count() == 2  # one that runs is left as it is
    assert verify().is_sound


def test_below_the_second_level_they_hear_of_it_too(scene: Scene) -> None:
    incident = controlled(scene)
    incidents.set_severity(
        incident=incident, severity=1, by=scene.manager, at=scene.at, reason="口角"
    )
    incident.case.tasks.filter(key="call_police").delete()
    call, missed = (
        called(scene, incident),
        called(scene, incident, outcome=CallOutcome.MISSED),
    )

    corrected(scene, missed, CallOutcome.CONNECTED)
    corrected(scene, missed)
    assert not Message.objects.filter(kind=messages.NOT_CALLED).exists()
    corrected(scene, call)

    assert told_of_no_call() == {"zhoumin", "lixue", "hetao", "guoxin"}


def told_of_no_call() -> set[str]:
    message = Message.objects.get(kind=messages.NOT_CALLED)
    assert message.urgency == Urgency.ALARM
    return set(message.deliveries.values_list("user__username", flat=True))


def test_it_follows_the_other_calls(scene: Scene) -> None:
    incident = scene.incident()
    first, second = called(scene, incident), called(scene, incident, minutes=1)

    corrected(scene, second)
    assert police_now(incident) == Police.CALLED
    _incident, known = incident_and_facts(scene.officer, incident.case.number)
    assert [call.uid for call in known.calls] == [first.uid, second.uid]
    corrected(scene, first)
    assert police_now(incident) == Police.UNDECIDED
    corrected(scene, second, CallOutcome.CONNECTED, reason="其实接通了")

    assert police_now(incident) == Police.CALLED
    assert verify().is_sound


def test_it_follows_a_report_that_was_handed_over(scene: Scene) -> None:
    incident = scene.incident()
    call = called(scene, incident)
    reported(scene, incident.case)

    corrected(scene, call)

    assert police_now(incident) == Police.CALLED


@pytest.mark.parametrize("level", [2, 3])
def test_it_follows_a_decision_not_to_call(scene: Scene, level: int) -> None:
    incident = controlled(scene)
    waiver = incidents.propose_police_waiver(
        incident=incident, reason="双方和好", by=scene.officer, at=scene.at
    )
    incidents.decide_police_waiver(
        waiver=waiver, approved=True, by=scene.manager, at=scene.at
    )
    call = called(scene, incident)
    incidents.set_severity(
        incident=incident, severity=level, by=scene.officer, at=scene.at
    )

    corrected(scene, call)

    waiver.refresh_from_db()
    assert police_now(incident) == (Police.WAIVED if level == 2 else Police.UNDECIDED)
    assert (waiver.ended_at is None) == (level == 2)


def test_a_call_of_a_joined_case_counts_for_its_host(scene: Scene) -> None:
    host, other = (
        controlled(scene),
        scene.incident(flags=[], place=scene.place("园区 南门")),
    )
    call = called(scene, other)
    finish_tasks(host.case, by=scene.officer, at=scene.at)
    cases.join_cases(case=other.case, host=host.case, by=scene.officer, at=scene.at)
    assert police_now(host) == Police.CALLED

    corrected(scene, call)

    assert police_now(host) == Police.UNDECIDED
    assert host.case.tasks.get(key="call_police").state == TaskState.OPEN


def test_whoever_recorded_it_or_commands_may_and_says_why(scene: Scene) -> None:
    call = called(scene, scene.incident())

    with pytest.raises(NotAllowed, match="只有登记这次电话的人"):
        corrected(scene, call, by=scene.next_guard)
    with pytest.raises(InvalidInput):
        corrected(scene, call, reason=" ")
    corrected(scene, call, by=scene.officer)

    assert EmergencyCall.objects.get().is_missed


def test_twice_and_what_stands_already_is_nothing_new(scene: Scene) -> None:
    incident = scene.incident()
    call = called(scene, incident)
    request = uuid4()

    corrected(scene, call, request_id=request)
    corrected(scene, call, CallOutcome.CONNECTED, reason="接通了")
    corrected(scene, call, request_id=request)
    corrected(scene, call, CallOutcome.CONNECTED, reason="又点了一次")

    said = facts(incident.case, "incident.emergency_corrected")
    assert [one["outcome"] for one in said] == ["missed", "connected"]
    assert not EmergencyCall.objects.get().is_missed


def test_what_a_phone_kept_has_two_clocks_and_undoes_no_later_correction(
    scene: Scene,
) -> None:
    incident = scene.incident()
    call = called(scene, incident)
    later = scene.at + 9 * MINUTE

    corrected(scene, call, happened=scene.at + 2 * MINUTE)
    (entry,) = entries(incident.case, "incident.emergency_corrected")
    assert entry.recorded_at - entry.happened_at == 3 * MINUTE
    with pytest.raises(Conflict, match="之后已另行更正"):
        corrected(
            scene,
            call,
            CallOutcome.CONNECTED,
            happened=scene.at + 4 * MINUTE,
            at=later,
        )


def test_an_answer_to_it_does_not_stand_and_one_alone_ends_nothing_with_that(
    scene: Scene,
) -> None:
    incident = scene.incident(flags=[])
    call = called(scene, incident)
    incidents.record_emergency_answer(
        call=call, answer="已派警", by=scene.guard, at=scene.at
    )

    corrected(scene, call)

    struck = set(Strike.objects.values_list("seq", flat=True))
    assert {
        entries(incident.case, f"incident.emergency_{what}")[0].seq
        for what in ("called", "answered")
    } == struck
    assert "登记过打通 110 或者 120，后来更正" in signs_of_a_fight(incident.case)
    with pytest.raises(Conflict, match="不能由一个人认定为误报"):
        incidents.mark_false_alarm(
            incident=incident, reason="误按", by=scene.officer, at=scene.at
        )


def test_an_answer_stands_again_with_a_call_that_was_taken_up_after_all(
    scene: Scene, sign_in: SignIn
) -> None:
    incident = scene.incident(flags=[])
    call = called(scene, incident)
    incidents.record_emergency_answer(
        call=call,
        answer="已派警",
        receipt="J-17",
        by=scene.guard,
        at=scene.at + 2 * MINUTE,
    )
    corrected(scene, call)
    missed = CallOut.of(EmergencyCall.objects.get())
    assert (missed.answered_at, missed.answer, missed.receipt) == (None, "", "")

    corrected(scene, call, CallOutcome.CONNECTED, reason="其实接通了")

    first, again = entries(incident.case, "incident.emergency_answered")
    struck = set(Strike.objects.values_list("seq", flat=True))
    assert (first.seq in struck, again.seq in struck) == (True, False)
    assert again.happened_at == scene.at + 2 * MINUTE
    assert json.loads(bytes(again.data or b""))["receipt"] == "J-17"
    assert CallOut.of(EmergencyCall.objects.get()).answer == "已派警"
    page = sign_in("zhoumin").get(
        f"/cases/{incident.case.number}/incident/panel/scene/"
    )
    assert "已派警" in page.content.decode()
    assert verify().is_sound

    corrected(scene, call)

    struck = set(Strike.objects.values_list("seq", flat=True))
    assert again.seq in struck
    assert "登记过打通 110 或者 120，后来更正" in signs_of_a_fight(incident.case)
    assert verify().is_sound


def test_of_a_closed_case_it_is_reopened_first(scene: Scene) -> None:
    incident = controlled(scene)
    call = called(scene, incident)
    finish_tasks(incident.case, by=scene.officer, at=scene.at)
    incidents.close_incident(incident=incident, by=scene.officer, at=scene.at)

    with pytest.raises(Conflict, match="已经办结"):
        corrected(scene, call)


def test_no_case_is_closed_on_a_call_that_is_corrected_meanwhile(
    committed_scene: Scene,
) -> None:
    scene = committed_scene
    incident = controlled(scene)
    call = called(scene, incident)
    finish_tasks(incident.case, by=scene.officer, at=scene.at)

    ended = at_once(
        lambda: corrected(scene, call),
        lambda: incidents.close_incident(
            incident=incident, by=scene.officer, at=scene.at + 5 * MINUTE
        ),
    )

    refused = [one for one in ended if isinstance(one, Exception)]
    assert [type(one) for one in refused] == [Conflict]
    incident.case.refresh_from_db()
    is_closed = incident.case.state == CaseState.CLOSED
    assert is_closed == (police_now(incident) == Police.CALLED)
    assert verify().is_sound


def test_in_the_room_by_a_sheet(scene: Scene, sign_in: SignIn) -> None:
    incident = scene.incident()
    call = called(scene, incident)
    client = sign_in("zhoumin")
    base = f"/cases/{incident.case.number}/incident"
    url = f"{base}/calls/{call.uid}/correction/"
    panel = client.get(f"{base}/panel/scene/").content.decode()
    assert url in panel
    mine = sign_in("maliang").get(f"{base}/panel/scene/").content.decode()
    assert url not in mine
    assert "更正为“没有接通”" in client.get(url).content.decode()

    told = {"request_id": str(uuid4()), "outcome": "missed", "reason": WHY}
    client.post(url, told)

    assert EmergencyCall.objects.get().is_missed
    timeline = client.get(f"/cases/{incident.case.number}/").content.decode()
    assert "更正：拨打 110 报警，没有接通" in timeline
    assert WHY in timeline


def test_on_the_phone_by_its_outbox(scene: Scene, sign_in: SignIn) -> None:
    incident = scene.incident()
    call = called(scene, incident)
    url = f"/m/cases/{incident.case.number}/calls/{call.uid}/correction/"
    client = sign_in(scene.guard.username)
    assert url in client.get(f"/m/cases/{incident.case.number}/").content.decode()
    other = sign_in(scene.next_guard.username)
    assert url not in other.get(f"/m/cases/{incident.case.number}/").content.decode()

    told = {"request_id": str(uuid4()), "outcome": "missed"}
    accepted = {"Accept": "application/json"}
    without = client.post(url, told, headers=accepted)
    sent = client.post(url, {**told, "reason": WHY}, headers=accepted)

    assert (without.status_code, sent.status_code) == (422, 201)
    assert police_now(incident) == Police.UNDECIDED


def test_of_joined_cases_a_call_is_shown_to_each_and_a_handed_report_too(
    scene: Scene, sign_in: SignIn
) -> None:
    host, other = (
        scene.incident(flags=[]),
        scene.incident(flags=[], place=scene.place("园区 南门")),
    )
    called(scene, host)
    handed = reported(scene, host.case)
    paper(scene, handed, PaperKind.REFUSAL)
    before = {one.words for one in rights_of(other.case)}
    cases.join_cases(case=other.case, host=host.case, by=scene.officer, at=scene.at)
    other.case.refresh_from_db()

    assert [call.number for call in duty_of(other.case).calls] == [host.case.number]
    assert [call.number for call in duty_of(host.case).calls] == [""]
    words = {one.words for one in rights_of(other.case)}
    assert words == {one.words for one in rights_of(host.case)}
    assert words > before
    client = sign_in("zhoumin")
    page = client.get(f"/cases/{other.case.number}/police/").content.decode()
    assert f"/cases/{host.case.number}/police/{handed.uid}/" in page
    assert "还没有报警" not in page
