"""A call that comes to nothing: the ladder goes on at once, and only once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from anlan.cases.models import Deadline
from anlan.cases.services import fire_due_deadlines
from anlan.incidents import services as incidents
from anlan.incidents.enums import AssignmentState
from anlan.incidents.models import Assignment, Incident
from anlan.ledger.afterwards import run_reactions
from anlan.ledger.models import Parked
from anlan.ledger.verify import verify
from anlan.notify import jobs, services
from anlan.notify.enums import ChannelKind, DeliveryState
from anlan.notify.models import Delivery
from anlan.worker import run_due
from tests.at_once import at_once, failures
from tests.incidents.story import alerted, entries, facts
from tests.notify.conftest import MakeChannel
from tests.notify.gateway import Gateway
from tests.notify.receivers import HttpReceiver
from tests.scene import Scene

CALL_AFTER = timedelta(seconds=20)
UNREACHABLE = "incident.responder_unreachable"


def called(scene: Scene) -> Incident:
    """An incident whose first guard has been called, after twenty seconds of silence."""
    incident = scene.incident()
    run_due(at=scene.at)
    run_due(at=scene.at + CALL_AFTER)
    return incident


def the_call(scene: Scene) -> Delivery:
    return Delivery.objects.get(kind="voice", user=scene.guard)


def state_of(incident: Incident, scene: Scene) -> str:
    return scene.assignment(incident, scene.guard).state


@pytest.fixture
def soon(scene: Scene) -> datetime:
    """Two seconds after the call, eight before the time to answer is over."""
    return scene.at + CALL_AFTER + timedelta(seconds=2)


@pytest.mark.both
def test_a_call_that_is_refused_is_followed_by_the_next_at_once(
    scene: Scene, voice: Gateway, http: HttpReceiver
) -> None:
    http.answers["/voice"] = (400, {})

    incident = called(scene)

    assert alerted(incident) == ["wangjianguo", "zhangqiang"]
    assert facts(incident.case, UNREACHABLE) == [{"responder": scene.guard.actor_key}]
    second = scene.assignment(incident, scene.next_guard)
    clock = Deadline.objects.get(about=f"assignment:{second.uid}", met_at=None)
    assert clock.due_at - second.alerted_at == timedelta(seconds=30)
    assert second.alerted_at == scene.at + CALL_AFTER
    assert verify().is_sound


@pytest.mark.parametrize("error", ["no-answer", "busy", "unreachable"])
def test_a_call_that_nobody_took_is_followed_by_the_next_at_once(
    scene: Scene, voice: Gateway, soon: datetime, error: str
) -> None:
    incident = called(scene)
    assert alerted(incident) == ["wangjianguo"]

    voice.says("failed", id=the_call(scene).provider_id, error=error)
    run_due(at=soon)

    assert alerted(incident) == ["wangjianguo", "zhangqiang"]
    kinds = [
        entry.kind
        for entry in entries(incident.case, "notify.not_delivered")
        + entries(incident.case, UNREACHABLE)
    ]
    assert kinds == ["notify.not_delivered", UNREACHABLE]


def test_a_call_whose_tries_are_spent_is_followed_by_the_next(
    scene: Scene, voice: Gateway, http: HttpReceiver
) -> None:
    http.answers["/voice"] = (503, {})
    incident = scene.incident()
    Delivery.objects.filter(kind="voice").update(attempts=4)

    run_due(at=scene.at + CALL_AFTER)
    assert alerted(incident) == ["wangjianguo"]  # the fifth; it is tried once more
    again_at = the_call(scene).next_attempt_at
    Deadline.objects.update(due_at=again_at + timedelta(seconds=9))
    jobs._resting.clear()
    run_due(at=again_at)

    assert alerted(incident) == ["wangjianguo", "zhangqiang"]
    [failed] = facts(incident.case, "notify.delivery_failed")
    assert (failed["attempts"], failed["error"]) == (6, "http_503")


def test_one_failed_call_is_one_step(
    scene: Scene, voice: Gateway, soon: datetime
) -> None:
    incident = called(scene)
    call = the_call(scene)

    for _twice in range(2):
        voice.says("failed", id=call.provider_id, error="busy")
        run_due(at=soon)
    # Their own time runs out later, and an administrator has the call tried again.
    fire_due_deadlines(at=scene.at + timedelta(seconds=30))
    services.try_again(delivery=call, by=scene.person("admin"), at=soon)
    jobs.deliver_due(at=soon)
    voice.says("failed", id=the_call(scene).provider_id, error="busy")
    run_reactions(at=scene.at + timedelta(seconds=31))

    assert alerted(incident) == ["wangjianguo", "zhangqiang"]
    assert len(facts(incident.case, "notify.not_delivered")) == 2
    assert facts(incident.case, "incident.responder_expired") == []


def test_who_has_answered_meanwhile_is_not_passed_over(
    scene: Scene, voice: Gateway, soon: datetime
) -> None:
    incident = called(scene)
    mine = scene.assignment(incident, scene.guard)

    incidents.acknowledge(assignment=mine, by=scene.guard, at=soon)
    voice.says("failed", id=the_call(scene).provider_id, error="busy")
    run_due(at=soon)

    assert alerted(incident) == ["wangjianguo"]
    assert the_call(scene).state == DeliveryState.FAILED
    assert state_of(incident, scene) == AssignmentState.ACKNOWLEDGED
    assert facts(incident.case, UNREACHABLE) == []


def test_a_call_that_was_taken_after_all_is_waited_for(
    scene: Scene, voice: Gateway, soon: datetime
) -> None:
    incident = called(scene)
    call = the_call(scene)

    voice.says("failed", id=call.provider_id, error="busy")
    voice.says("answered", id=call.provider_id)
    run_due(at=soon)

    assert alerted(incident) == ["wangjianguo"]


def test_a_text_that_failed_is_not_a_call(
    scene: Scene, sms: Gateway, voice: Gateway, soon: datetime
) -> None:
    incident = called(scene)
    text = Delivery.objects.get(kind="sms", user=scene.guard)

    voice.says("answered", id=the_call(scene).provider_id)
    sms.says("failed", id=text.provider_id, error="ABSENT")
    run_due(at=soon)

    assert alerted(incident) == ["wangjianguo"]


def test_nobody_is_sent_to_what_is_over(
    scene: Scene, voice: Gateway, soon: datetime
) -> None:
    incident = called(scene)
    scene.call_off(incident, reason="孩子按着玩", at=soon)

    voice.says("failed", id=the_call(scene).provider_id, error="busy")
    run_due(at=soon)

    assert alerted(incident) == ["wangjianguo"]
    assert not Parked.objects.exists()


def test_texts_are_still_tried_until_their_time_is_up(
    scene: Scene, channel: MakeChannel, voice: Gateway, http: HttpReceiver
) -> None:
    channel(ChannelKind.SMS)
    http.answers |= {"/sms": (503, {}), "/voice": (400, {})}
    incident = called(scene)
    text = Delivery.objects.get(kind="sms", user=scene.guard)
    assert alerted(incident) == ["wangjianguo", "zhangqiang"]
    assert text.state == DeliveryState.PENDING

    fire_due_deadlines(at=scene.at + timedelta(seconds=30))

    text.refresh_from_db()
    assert (text.state, text.error) == (DeliveryState.SKIPPED, "called_off")


def test_who_was_passed_over_may_still_come(
    scene: Scene, voice: Gateway, http: HttpReceiver, soon: datetime
) -> None:
    http.answers["/voice"] = (400, {})
    incident = called(scene)
    mine = scene.assignment(incident, scene.guard)

    incidents.acknowledge(assignment=mine, by=scene.guard, at=soon)
    run_due(at=scene.at + timedelta(seconds=30))

    assert state_of(incident, scene) == AssignmentState.ACKNOWLEDGED
    clock = Deadline.objects.get(
        about=f"assignment:{mine.uid}", key="incident.acknowledge"
    )
    assert (clock.met_at, clock.fired_at) == (soon, None)


def test_calls_that_all_fail_end_in_the_cry_for_help_not_in_a_circle(
    scene: Scene, voice: Gateway, http: HttpReceiver
) -> None:
    http.answers["/voice"] = (400, {})
    incident = scene.incident()

    for seconds in range(0, 7 * 20 + 1, 20):
        run_due(at=scene.at + timedelta(seconds=seconds))

    assert len(alerted(incident)) == 7
    assert len(facts(incident.case, UNREACHABLE)) == 7
    assert facts(incident.case, "incident.ladder_exhausted") == [{"tried": 7}]
    assert not Parked.objects.exists()


@pytest.mark.slow
@pytest.mark.both
def test_an_answer_and_a_failure_at_once_do_not_wait_for_each_other(
    committed_scene: Scene, channel: MakeChannel, http: HttpReceiver
) -> None:
    scene = committed_scene
    gateway = Gateway(channel(ChannelKind.VOICE, receipts="anlan"))
    incident = called(scene)
    mine = scene.assignment(incident, scene.guard)
    call = the_call(scene)
    at = scene.at + CALL_AFTER + timedelta(seconds=2)

    def fail() -> None:
        assert gateway.says("failed", key=call.idempotency_key)[0] == 200
        run_reactions(at=at)

    def answer() -> Assignment:
        return incidents.acknowledge(assignment=mine, by=scene.guard, at=at)

    results = at_once(fail, answer, fail, answer)

    assert failures(results) == []
    assert state_of(incident, scene) == AssignmentState.ACKNOWLEDGED
    assert len(alerted(incident)) == 1 + len(facts(incident.case, UNREACHABLE))
    assert len(alerted(incident)) <= 2
    assert not Parked.objects.exists()
    assert verify().is_sound
