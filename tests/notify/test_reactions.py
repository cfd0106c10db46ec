"""From a real report to rows that the worker sends, and back from the answers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from anlan import worker
from anlan.cases import services as cases
from anlan.cases.models import Task
from anlan.incidents import messages
from anlan.incidents import services as incidents
from anlan.ledger.events import SYSTEM
from anlan.notify.enums import ChannelKind, DeliveryState, Urgency
from anlan.notify.models import Delivery, Message
from tests.incidents.story import finish_tasks, pass_time
from tests.notify.conftest import MakeChannel
from tests.notify.receivers import HttpReceiver
from tests.scene import Scene


@pytest.fixture
def ways(channel: MakeChannel) -> None:
    for kind in (ChannelKind.SMS, ChannelKind.VOICE, ChannelKind.ROBOT):
        channel(kind)


@pytest.mark.both
def test_a_report_reaches_the_nearest_guard_and_the_group(
    scene: Scene, ways: None, http: HttpReceiver
) -> None:
    scene.report()

    worker.run_due(at=scene.at)

    [sms] = http.at("/sms")
    assert sms.json["to"] == "+8619900000001"  # 王建国, the nearest
    assert "受伤" in sms.json["text"]
    assert "警情派单" in sms.json["text"]
    [line] = http.at("/robot/send")
    assert "受伤" not in line.json["text"]["content"]
    assert "有人打架" not in sms.json["text"] + line.json["text"]["content"]
    row = Delivery.objects.get(kind="sms")
    assert (row.state, row.provider_id) == (DeliveryState.SENT, "sms-1")
    assert row.delay is not None
    assert row.delay < timedelta(seconds=5)
    assert http.at("/voice") == []  # not yet


@pytest.mark.both
def test_silence_is_followed_by_a_call_and_then_by_the_next_guard(
    scene: Scene, ways: None, http: HttpReceiver
) -> None:
    scene.report()
    worker.run_due(at=scene.at)

    worker.run_due(at=scene.at + timedelta(seconds=20))
    assert [call.json["to"] for call in http.at("/voice")] == ["+8619900000001"]
    worker.run_due(at=scene.at + timedelta(seconds=30))

    assert len({sms.json["to"] for sms in http.at("/sms")}) == 2


def test_an_acknowledgement_spares_the_call(
    scene: Scene, ways: None, http: HttpReceiver
) -> None:
    incident = scene.incident()
    worker.run_due(at=scene.at)
    assignment = scene.assignment(incident, scene.guard)
    at = scene.at + timedelta(seconds=8)

    incidents.acknowledge(assignment=assignment, by=scene.guard, at=at)
    worker.run_due(at=scene.at + timedelta(seconds=25))

    assert http.at("/voice") == []
    row = Delivery.objects.get(user=scene.guard, kind="inapp")
    assert (row.state, row.seen_at) == (DeliveryState.READ, at)


def test_a_skipped_task_is_told_to_the_manager_at_once(scene: Scene) -> None:
    incident = scene.incident()
    task = Task.objects.get(case=incident.case, key="scene_photos")

    cases.skip_task(task=task, reason="来不及", by=scene.officer, at=scene.at)

    message = Message.objects.get(kind="case.task_skipped")
    assert message.urgency == Urgency.ALARM
    assert message.params["task"] == task.title
    assert "来不及" not in str(message.params)
    assert set(message.deliveries.values_list("user__username", flat=True)) == {"hetao"}


def test_the_manager_who_skips_is_told_on(scene: Scene) -> None:
    incident = scene.incident()
    task = Task.objects.filter(case=incident.case).first()
    assert task is not None

    cases.skip_task(task=task, reason="来不及", by=scene.manager, at=scene.at)

    message = Message.objects.get(kind="case.task_skipped")
    people = set(message.deliveries.values_list("user__username", flat=True))
    assert people == {"guoxin"}


def test_a_false_alarm_is_one_message_and_calls_everybody_back(scene: Scene) -> None:
    incident = scene.incident()
    open_tasks = Task.objects.filter(case=incident.case).count()
    assert open_tasks > 1

    scene.call_off(incident, reason="孩子按着玩", at=scene.at)

    message = Message.objects.get(kind="case.task_skipped")
    assert message.params["count"] == open_tasks
    back = Message.objects.get(kind=messages.STOOD_DOWN)
    assert back.deliveries.filter(user=scene.guard, kind="inapp").exists()


def test_a_handover_is_told_to_the_other(scene: Scene) -> None:
    incident = scene.incident()
    cases.take_command(
        case=incident.case, commander=scene.guard, by=scene.guard, at=scene.at
    )
    assert not Message.objects.filter(kind=messages.COMMAND).exists()

    cases.take_command(
        case=incident.case, commander=scene.officer, by=scene.officer, at=scene.at
    )

    message = Message.objects.get(kind=messages.COMMAND)
    assert message.params["commander"] == scene.officer.actor_key
    told = set(message.deliveries.values_list("user__username", flat=True))
    assert told == {"wangjianguo"}


def test_a_second_voice_is_told_to_those_at_the_scene_once_a_minute(
    scene: Scene,
) -> None:
    incident = scene.incident()
    for seconds in (10, 20, 30):
        scene.report(
            by=scene.next_guard, at=scene.at + timedelta(seconds=seconds), flags=()
        )

    message = Message.objects.get(kind=messages.FURTHER)
    assert message.params["count"] == 3
    told = set(message.deliveries.values_list("user__username", flat=True))
    assert told == {"wangjianguo"}
    assert incident.reports.count() == 4


def test_when_nobody_is_left_everybody_above_is_called(
    scene: Scene, ways: None, http: HttpReceiver
) -> None:
    scene.report()
    at = scene.at
    for _step in range(60):
        due = worker.next_due()
        if due is None or due > scene.at + timedelta(minutes=8):
            break
        at = max(at, due)
        worker.run_due(at=at)

    # And again, as long as nobody answers.
    message, *_later = Message.objects.filter(kind=messages.EXHAUSTED).order_by("pk")
    voices = message.deliveries.filter(kind="voice")
    assert {row.state for row in voices} == {DeliveryState.SENT}
    assert {"zhoumin", "hetao", "guoxin"} <= set(
        voices.values_list("user__username", flat=True)
    )


@pytest.mark.parametrize("answers", ["somebody", "nobody"])
def test_a_scene_that_nobody_controls_in_time_is_told_above(
    scene: Scene, answers: str
) -> None:
    """With the tasks of the same moment in one message; headquarters always hears of it."""
    incident = scene.incident()
    if answers == "somebody":
        mine = scene.assignment(incident, scene.guard)
        incidents.arrive(assignment=mine, by=scene.guard, at=scene.at)

    pass_time(scene.at, 600)

    told = Message.objects.filter(kind=messages.UNPROTECTED).order_by("pk")
    assert [one.params["task"] for one in told] == [
        "查看伤情，需要时先急救并拨打 120",
        "口头劝阻，并记录结果",
    ]
    assert (
        told[1].params["count"] == 4
    )  # also to separate, to call the police, to control
    people = set(told[1].deliveries.values_list("user__username", flat=True))
    assert people == (
        {"wangjianguo", "zhoumin", "lixue", "hetao", "guoxin"}
        if answers == "somebody"
        else {"zhoumin", "lixue", "hetao", "guoxin"}
    )


def test_a_scene_under_control_is_not_told_to_be_late(scene: Scene) -> None:
    incident = scene.incident()
    mine = scene.assignment(incident, scene.guard)
    incidents.arrive(assignment=mine, by=scene.guard, at=scene.at)
    incidents.control_scene(incident=incident, by=scene.guard, at=scene.at)
    finish_tasks(incident.case, by=SYSTEM, at=scene.at)

    pass_time(scene.at, 3600)

    assert not Message.objects.filter(kind=messages.UNPROTECTED).exists()


def test_a_drill_is_marked_and_told(
    scene: Scene, ways: None, http: HttpReceiver
) -> None:
    scene.report(exercise=True)

    worker.run_due(at=scene.at)

    assert http.at("/sms")[0].json["text"].startswith("【演练】")


def test_a_refused_report_leaves_no_message(scene: Scene, at: datetime) -> None:
    with pytest.raises(Exception, match="没有"):
        scene.report(by=scene.stranger)
    assert not Message.objects.exists()
