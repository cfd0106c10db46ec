"""A human is called at once, rung after rung, and told nothing but whom to call."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anlan import worker
from anlan.base.errors import NotAllowed
from anlan.cases import services as cases
from anlan.cases.enums import Phase
from anlan.cases.models import Deadline, Task
from anlan.cases.policies import open_binding_tasks
from anlan.cases.selectors import tasks_by_phase, timeline
from anlan.cases.selectors.deadlines import shown_deadlines
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.notify.models import Message
from anlan.resolution.counselling import services as support
from anlan.resolution.counselling.models import UrgentCall
from tests.resolution.counselling.cared import agreed, keyed, linan, noted

pytestmark = pytest.mark.both_deep
RUNG = timedelta(seconds=900)


def told(message: Message) -> set[str]:
    return set(message.deliveries.values_list("user__username", flat=True))


@pytest.fixture
def call(scene, case) -> UrgentCall:
    keyed(scene)
    noted(scene, agreed(scene, case), is_risk=True)
    return UrgentCall.objects.get()


def calls() -> list[Message]:
    return list(Message.objects.filter(kind="counselling.call").order_by("pk"))


@pytest.mark.both
def test_at_once_and_of_nobody(scene, case, call) -> None:
    (message,) = calls()

    assert message.urgency == "alarm"
    assert {"zhoumin", "hetao"} <= told(message)
    assert "admin" not in told(message)
    words = f"{message.params}{message.path}"
    assert case.number not in words
    assert str(call.care.uid) not in words


def test_the_contact_of_the_same_day_is_a_task_without_a_word_about_it(
    scene, case, call
) -> None:
    assert call.task
    task = Task.objects.get(pk=call.task.pk)

    assert (task.title, task.role_key) == ("辅导员的当天事项", "counsellor")
    assert not task.binding
    assert "call" not in task.key
    assert scene.at < task.due_at <= scene.at + timedelta(days=1)


def test_nobody_calls_and_the_next_are_told(scene, case, call) -> None:
    worker.run_due(at=scene.at + RUNG)
    second = calls()[1]
    assert "guoxin" in told(second)

    worker.run_due(at=scene.at + 2 * RUNG)
    assert {"zhoumin", "hetao", "guoxin"} <= told(calls()[2])
    call.refresh_from_db()
    assert call.rung == 2


def test_answered_it_rings_no_more(scene, case, call) -> None:
    for _twice in range(2):
        answered = support.answer_call(
            call=call, by=scene.manager, at=scene.at + timedelta(minutes=3)
        )
    assert answered.answered_by == scene.manager
    worker.run_due(at=scene.at + 3 * RUNG)

    assert len(calls()) == 1
    assert Entry.objects.filter(kind="counselling.call_answered").count() == 1
    assert verify().is_sound


def test_it_does_not_ring_for_ever(scene, case, call) -> None:
    for number in range(1, 20):
        worker.run_due(at=scene.at + number * RUNG)

    assert len(calls()) == 12


def test_pressed_twice_it_is_one(scene, case, call) -> None:
    again = support.raise_call(care=call.care, by=linan(scene), at=scene.at)

    assert again == call
    assert len(calls()) == 1


@pytest.mark.parametrize("username", ["wangjianguo", "lifang", "admin", "linan"])
def test_only_who_commands_answers(scene, case, call, username) -> None:
    with pytest.raises(NotAllowed):
        support.answer_call(call=call, by=scene.person(username), at=scene.at)


def test_whom_it_is_about_is_not_called(scene, case) -> None:
    party = cases.add_party(
        case=case, roles=["staff"], user=scene.officer, by=scene.officer, at=scene.at
    )
    keyed(scene)
    noted(scene, agreed(scene, case, party), is_risk=True)

    assert "zhoumin" not in told(calls()[0])
    with pytest.raises(NotAllowed):
        support.answer_call(
            call=UrgentCall.objects.get(), by=scene.officer, at=scene.at
        )


def test_of_a_closed_case_too(scene, case) -> None:
    keyed(scene)
    care = agreed(scene, case)
    cases.close_as_false_alarm(case=case, reason="误报", by=scene.officer, at=scene.at)
    noted(scene, care, is_risk=True)

    call = UrgentCall.objects.get()
    assert call.task is None
    assert len(calls()) == 1


@pytest.mark.parametrize("way", ["closed", "joined"])
def test_it_rings_on_when_the_case_is_closed_or_joined(
    scene, case, other, call, way
) -> None:
    at = scene.at + timedelta(minutes=1)
    if way == "closed":
        cases.close_as_false_alarm(case=case, reason="误报", by=scene.officer, at=at)
    else:
        cases.join_cases(case=case, host=other, by=scene.officer, at=at)

    worker.run_due(at=scene.at + RUNG)
    assert len(calls()) == 2
    support.answer_call(call=call, by=scene.manager, at=scene.at + RUNG)
    worker.run_due(at=scene.at + 4 * RUNG)
    assert len(calls()) == 2


class TestTheContactOfTheSameDay:
    """That there is one says that somebody feared for somebody."""

    @pytest.mark.parametrize(
        ("username", "is_known"), [("linan", True), ("hetao", False)]
    )
    def test_only_the_role_knows_of_it(
        self, scene, case, call, username, is_known
    ) -> None:
        reader = scene.person(username)
        shown = [
            one.pk for some in tasks_by_phase(case, reader).values() for one in some
        ]
        assert (call.task.pk in shown) is is_known

    @pytest.mark.parametrize("username", ["hetao", "wangjianguo"])
    def test_others_find_it_on_no_page(self, scene, case, call, sign_in, username):
        client = sign_in(username)
        assert client.get(
            f"/cases/{case.number}/tasks/{call.task.uid}/"
        ).status_code == (404)
        page = client.get(f"/cases/{case.number}/").content.decode()
        assert "当天事项" not in page

    def test_it_stands_on_no_timeline_and_in_no_clock(self, scene, case, call) -> None:
        clock = Deadline.objects.get(about=f"task:{call.task.uid}")
        assert not shown_deadlines().filter(pk=clock.pk).exists()
        worker.run_due(at=clock.due_at)
        cases.complete_task(
            task=call.task, words="已联系", by=linan(scene), at=clock.due_at
        )
        told = "".join(one.sentence for one in timeline(case))
        assert "当天事项" not in told
        clock.refresh_from_db()
        assert clock.met_at == clock.due_at
        assert verify().is_sound

    def test_it_holds_no_case_open(self, scene, case, call) -> None:
        assert call.task not in open_binding_tasks(case, upto=Phase.STRENGTHEN)
