"""Objections: anybody may make one, somebody without a part hears it, it has effects."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from anlan.accounts.models import Membership, User
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases import policies as case_policies
from anlan.cases import services as cases
from anlan.cases.enums import TaskState
from anlan.cases.models import Case, Deadline, Task
from anlan.cases.selectors import timeline
from anlan.law import selectors as law
from anlan.ledger.models import Entry
from anlan.notify.models import Delivery
from anlan.resolution import services as resolution
from anlan.resolution.enums import CarryingState, ObjectionState
from anlan.resolution.models import Notice, Objection, PlanMeasure
from tests.at_once import at_once
from tests.evidence.told import party as victim
from tests.resolution.planned import APPEAL, added, drafted, headquarters, legal
from tests.resolution.planned import begun as planned
from tests.resolution.planned import decided as approved
from tests.resolution.told import (
    begun,
    carrying,
    delivered,
    in_force,
    issued,
    objected,
    signed,
)
from tests.scene import Scene

pytestmark = pytest.mark.both_deep


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def measure(scene: Scene, case: Case) -> PlanMeasure:
    return in_force(scene, case)


def decided(scene: Scene, objection: Objection, **more: Any) -> Objection:
    said: dict[str, Any] = {
        "state": ObjectionState.REJECTED,
        "reason": "录像可见用伞击打两次。",
        "by": headquarters(scene),
        "at": scene.at + timedelta(days=2),
        **more,
    }
    return resolution.decide_objection(objection=objection, **said)


def told(kind: str) -> set[User | None]:
    return {one.user for one in Delivery.objects.filter(message__kind=kind)}


def test_it_is_heard_by_those_who_had_no_part(scene: Scene, measure: PlanMeasure):
    issued(scene, measure)  # by the manager, who approved the plan as well
    objection = objected(scene, measure)
    assert told("resolution.objection_to_hear") >= {headquarters(scene), legal(scene)}
    assert scene.manager not in told("resolution.objection_to_hear")
    for part, words in (
        (scene.manager, "审批过"),
        (scene.officer, "权限"),
    ):
        with pytest.raises(NotAllowed, match=words):
            decided(scene, objection, by=part)
    found = decided(scene, objection)
    assert found.state == ObjectionState.REJECTED
    assert found.task is not None
    assert Task.objects.get(uid=found.task.uid).state == TaskState.DONE
    assert scene.officer in told("resolution.objection_heard")


def test_no_word_of_letters_and_objections_is_on_the_timeline(
    scene: Scene, case: Case, measure: PlanMeasure
):
    """Every guard reads it, and who has yet to say what they saw."""
    issued(scene, measure)
    decided(scene, objected(scene, measure))

    lines = [line for line in timeline(case) if line.kind.startswith("resolution.")]

    assert {"resolution.objection_decided", "resolution.notice_issued"} <= {
        line.kind for line in lines
    }
    assert not any(line.quote for line in lines)


def test_who_issued_the_letter_does_not_hear(scene: Scene, measure: PlanMeasure):
    signed(scene, begun(scene, measure), by=headquarters(scene))
    with pytest.raises(NotAllowed, match="签发"):
        decided(scene, objected(scene, measure))
    assert decided(scene, Objection.objects.get(), by=legal(scene)).decided_at


def test_an_upheld_one_takes_back_what_was_not_done(scene: Scene, measure: PlanMeasure):
    objection = decided(scene, objected(scene, measure), state=ObjectionState.UPHELD)
    found = carrying(measure)
    assert found.state == CarryingState.DROPPED
    assert found.task is not None
    assert found.task.state == TaskState.SKIPPED
    assert objection.code in found.task.words
    assert not Task.objects.filter(key__startswith="undo:").exists()
    with pytest.raises(Conflict, match="不再执行"):
        begun(scene, measure)


def test_an_upheld_one_undoes_what_was_done(
    scene: Scene, case: Case, measure: PlanMeasure
):
    delivered(scene, issued(scene, measure))
    assert carrying(measure).state == CarryingState.DONE
    decided(scene, objected(scene, measure), state=ObjectionState.UPHELD)
    assert carrying(measure).state == CarryingState.DROPPED
    undo = Task.objects.get(key__startswith="undo:")
    assert (undo.binding, undo.state) == (True, TaskState.OPEN)


def test_an_eased_one_asks_for_another_plan(scene: Scene, measure: PlanMeasure):
    decided(scene, objected(scene, measure), state=ObjectionState.EASED)
    anew = Task.objects.get(key__startswith="anew:")
    assert (anew.role_key, anew.binding) == ("duty_officer", True)
    assert carrying(measure).state == CarryingState.DUE


@pytest.mark.parametrize("state", [ObjectionState.UPHELD, ObjectionState.EASED])
def test_what_it_led_to_is_left_out_only_by_who_may_approve(
    scene: Scene, case: Case, measure: PlanMeasure, state: ObjectionState
):
    delivered(scene, issued(scene, measure))
    decided(scene, objected(scene, measure), state=state)
    key = {ObjectionState.UPHELD: "undo:", ObjectionState.EASED: "anew:"}[state]
    task = Task.objects.get(key__startswith=key)
    said: dict[str, Any] = {"task": task, "reason": "算了", "at": scene.at}
    for who in (scene.person("sunlei"), scene.officer):
        with pytest.raises(NotAllowed):
            cases.skip_task(**said, by=who)
    task.refresh_from_db()
    assert task.state == TaskState.OPEN
    cases.skip_task(**said, by=scene.manager)


def test_it_holds_the_case_open_and_headquarters_hear_when_it_is_late(
    scene: Scene, case: Case, measure: PlanMeasure
):
    objection = objected(scene, measure)
    assert objection.task is not None
    others = Task.objects.filter(case=case).exclude(key=objection.key)
    others.update(state=TaskState.DONE, ended_at=scene.at)
    Deadline.objects.filter(case=case).exclude(
        about=f"task:{objection.task.uid}"
    ).update(met_at=scene.at)
    with pytest.raises(Conflict, match="复核申诉"):
        case_policies.check_can_close(Case.objects.get(pk=case.pk))
    cases.fire_due_deadlines(at=scene.at + timedelta(days=11))
    assert told("resolution.overdue") == {headquarters(scene)}
    entry = Entry.objects.filter(kind="resolution.objection_received").get()
    assert objection.words not in bytes(entry.data or b"").decode()


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"words": "  "}, "words"),
        ({"words": "字" * 2001}, "words"),
    ],
)
def test_nothing_said_or_too_much_is_refused(
    scene: Scene, measure: PlanMeasure, said: dict[str, Any], path: str
):
    with pytest.raises(InvalidInput) as refused:
        objected(scene, measure, **said)
    assert refused.value.path == path
    assert not Objection.objects.exists()


def test_one_at_a_time_and_the_same_request_once(scene: Scene, measure: PlanMeasure):
    request_id = uuid4()
    first = objected(scene, measure, request_id=request_id)
    assert objected(scene, measure, request_id=request_id) == first
    with pytest.raises(Conflict, match="还在复核中"):
        objected(scene, measure)
    decided(scene, first)
    again = objected(scene, measure, words="我还是不同意。")
    assert again.code == "O-02"
    with pytest.raises(NotAllowed, match="再次复核"):
        decided(scene, again)


def test_none_is_taken_that_nobody_may_hear(scene: Scene, measure: PlanMeasure):
    for person in (headquarters(scene), legal(scene)):
        decided(scene, objected(scene, measure), by=person)
    with pytest.raises(Conflict, match="没有人可以复核"):
        objected(scene, measure, words="我还是不同意。")
    assert Objection.objects.count() == 2
    assert not Objection.objects.filter(state=ObjectionState.OPEN).exists()


def test_a_first_one_is_taken_and_headquarters_finds_somebody(
    scene: Scene, case: Case, measure: PlanMeasure
):
    """Who says something is not sent away because the office has nobody to listen."""
    notice = issued(scene, measure)
    Notice.objects.filter(pk=notice.pk).update(
        author=headquarters(scene), issued_by=legal(scene)
    )
    objection = objected(scene, measure)
    assert objection.task is not None
    assert objection.task.title.startswith("安排没有参与本案的人复核申诉 O-01")
    assert told("resolution.nobody_hears") == {headquarters(scene)}
    assert not told("resolution.objection_to_hear")
    with pytest.raises(NotAllowed):
        decided(scene, objection)
    another = User.objects.create(
        username="chenxi",
        name="陈曦",
        organisation=scene.organisation,
        created_at=scene.at,
    )
    Membership.objects.create(
        user=another,
        organisation=scene.site.organisation,
        role_key="hq_supervisor",
        since_at=scene.at,
    )
    decided(scene, objection, by=another)
    task = Task.objects.get(pk=objection.task.pk)
    assert task.state == TaskState.DONE


def test_withdrawn_or_decided_it_is_over(scene: Scene, measure: PlanMeasure):
    objection = objected(scene, measure)
    said: dict[str, Any] = {"objection": objection, "at": scene.at}
    with pytest.raises(InvalidInput):
        resolution.withdraw_objection(reason="", by=headquarters(scene), **said)
    with pytest.raises(NotAllowed):
        resolution.withdraw_objection(reason="他说算了", by=scene.manager, **said)
    resolution.withdraw_objection(
        reason="本人电话说不再坚持", by=headquarters(scene), **said
    )
    with pytest.raises(Conflict, match="已有结果"):
        decided(scene, objection)


@pytest.mark.parametrize("state", [ObjectionState.OPEN, ObjectionState.WITHDRAWN])
def test_only_a_decision_decides(
    scene: Scene, measure: PlanMeasure, state: ObjectionState
):
    with pytest.raises(InvalidInput) as refused:
        decided(scene, objected(scene, measure), state=state)
    assert refused.value.path == "state"


@pytest.mark.both
def test_two_who_decide_at_once_decide_once(committed_scene: Scene):
    scene = committed_scene
    objection = objected(scene, in_force(scene, scene.incident().case))

    def decide(person: User, state: ObjectionState) -> object:
        fresh = Objection.objects.select_related("case__site", "measure__plan").get(
            pk=objection.pk
        )
        return decided(scene, fresh, by=person, state=state).state

    ended = at_once(
        lambda: decide(headquarters(scene), ObjectionState.UPHELD),
        lambda: decide(legal(scene), ObjectionState.REJECTED),
    )
    assert sum(isinstance(one, Conflict) for one in ended) == 1
    assert Entry.objects.filter(kind="resolution.objection_decided").count() == 1


def test_its_task_is_not_ended_by_hand(scene: Scene, case: Case, measure: PlanMeasure):
    task = objected(scene, measure).task
    assert task is not None
    task.case = case
    with pytest.raises(Conflict, match="申诉页面"):
        cases.complete_task(task=task, words="听过了", by=scene.officer, at=scene.at)
    with pytest.raises(Conflict, match="申诉页面"):
        cases.skip_task(task=task, reason="没必要", by=scene.manager, at=scene.at)
    assert Task.objects.get(uid=task.uid).state == TaskState.OPEN


def test_while_it_is_open_no_version_takes_the_place(
    scene: Scene, case: Case, measure: PlanMeasure
):
    plan = planned(scene, case)
    plan = resolution.submit_plan(
        plan=plan, beyond="见结论", by=scene.officer, at=scene.at
    )
    objection = objected(scene, measure)
    with pytest.raises(Conflict, match=objection.code):
        approved(scene, plan)
    decided(scene, objection)
    assert approved(scene, plan).state == "approved"


def test_what_was_taken_back_is_not_in_the_next_version(
    scene: Scene, case: Case, measure: PlanMeasure
):
    decided(scene, objected(scene, measure), state=ObjectionState.UPHELD)
    assert not planned(scene, case).measures.exists()


class TestWhatWasTakenBack:
    """It comes back by no version, unless it is entered anew with a reason."""

    def test_by_none_that_was_submitted_before(
        self, scene: Scene, case: Case, measure: PlanMeasure
    ):
        plan = resolution.submit_plan(
            plan=planned(scene, case), beyond="见结论", by=scene.officer, at=scene.at
        )
        decided(scene, objected(scene, measure), state=ObjectionState.UPHELD)

        with pytest.raises(Conflict, match="已经成立"):
            approved(scene, plan, at=scene.at + timedelta(days=3))

        assert approved(scene, plan, is_approved=False, remark="申诉成立").state == (
            "returned"
        )
        assert not planned(scene, case).measures.exists()

    def test_by_none_that_copies_a_copy(
        self, scene: Scene, case: Case, measure: PlanMeasure
    ):
        second = planned(scene, case)
        resolution.withdraw_plan(
            plan=second, reason="另有线索", by=scene.officer, at=scene.at
        )
        decided(scene, objected(scene, measure), state=ObjectionState.UPHELD)

        assert not planned(scene, case).measures.exists()

    def test_but_anew_with_a_reason_until_that_is_taken_back_too(
        self, scene: Scene, case: Case, measure: PlanMeasure
    ):
        decided(scene, objected(scene, measure), state=ObjectionState.UPHELD)
        later = scene.at + timedelta(days=3)
        plan = planned(scene, case, at=later)
        cited = [one.sentence for one in measure.grounds.all()]
        said = drafted(scene, measure.party, measure.key, sentences=cited)
        with pytest.raises(InvalidInput) as refusal:
            added(scene, plan, said)
        assert (refusal.value.path, refusal.value.source) == ("despite", "G04")

        added(scene, plan, replace(said, despite="补交的录像看得清是他"))
        plan = resolution.submit_plan(
            plan=plan, beyond="见结论", by=scene.officer, at=later
        )
        assert approved(scene, plan, at=later).state == "approved"
        third = planned(scene, case, at=later)
        assert third.measures.get().despite == "补交的录像看得清是他"
        resolution.withdraw_plan(
            plan=third, reason="另有线索", by=scene.officer, at=later
        )

        anew = plan.measures.select_related("plan__case__site").get()
        objection = objected(scene, anew, at=later)
        last = later + timedelta(days=1)
        decided(scene, objection, state=ObjectionState.UPHELD, by=legal(scene), at=last)
        assert not planned(scene, case, at=last).measures.exists()

    def test_and_the_form_asks_for_it(
        self, scene: Scene, case: Case, measure: PlanMeasure, client: Client
    ):
        client.force_login(scene.officer)
        with time_machine.travel(scene.at + timedelta(days=3), tick=False):
            plan = planned(scene, case)
            sheet = reverse("resolution:measure_new", args=[case.number, plan.uid])
            assert "为什么仍要采取" not in client.get(sheet).content.decode()
            decided(scene, objected(scene, measure), state=ObjectionState.UPHELD)
            typed = {
                "key": measure.key,
                "party": str(measure.party.uid),
                "words": "请其书面说明",
                "appeal": APPEAL,
                "appeal_days": "15",
            }
            answer = client.post(sheet, {**typed, "request_id": uuid4()})
            assert answer.status_code == 422
            assert "仍要采取的，请写明有什么新的理由" in answer.content.decode()
            answer = client.post(
                sheet, {**typed, "request_id": uuid4(), "despite": "补交了录像"}
            )
            assert plan.measures.get(despite="补交了录像").key == measure.key


def test_none_is_taken_down_where_no_clock_would_run(
    scene: Scene, case: Case, measure: PlanMeasure
):
    Case.objects.filter(pk=case.pk).update(state="closed", closed_at=scene.at)
    with pytest.raises(Conflict):
        objected(scene, measure)


def free_to_close(scene: Scene, case: Case) -> Case:
    """Nothing but a letter holds it open."""
    Task.objects.filter(case=case).update(state=TaskState.DONE, ended_at=scene.at)
    return Case.objects.select_related("site__organisation").get(pk=case.pk)


def test_the_case_stays_open_while_one_may_object(
    scene: Scene, case: Case, measure: PlanMeasure
):
    """A letter that says fifteen days is not cut short by who closes the case."""
    delivered(scene, issued(scene, measure))
    case = free_to_close(scene, case)
    last = scene.at + timedelta(days=15)
    with pytest.raises(Conflict, match="申诉期限到 2026-12-08 为止"):
        cases.close_case(case=case, by=scene.manager, at=last)
    host = scene.incident(place=scene.place("园区 南门")).case
    with pytest.raises(Conflict, match="也不能并入其他案件"):
        cases.join_cases(case=case, host=host, by=scene.manager, at=last)
    assert Case.objects.get(pk=case.pk).is_open
    closed = cases.close_case(case=case, by=scene.manager, at=last + timedelta(days=1))
    assert not closed.is_open


def test_until_its_letter_arrives_a_case_is_not_joined(
    scene: Scene, case: Case, measure: PlanMeasure
):
    """In a joined case nobody takes an objection: whoever got the letter would be lost."""
    notice = issued(scene, measure)
    case = free_to_close(scene, case)
    host = scene.incident(place=scene.place("园区 南门")).case
    said: dict[str, Any] = {"host": host, "by": scene.manager, "at": scene.at}
    with pytest.raises(Conflict, match="还没有送达"):
        cases.join_cases(case=case, **said)
    assert Case.objects.get(pk=case.pk).is_open
    resolution.revoke_notice(
        notice=notice, reason="写错了", by=scene.manager, at=scene.at
    )
    assert cases.join_cases(case=case, **said).joined_into == host


def test_the_closing_page_says_until_when_one_may_object(
    scene: Scene, case: Case, measure: PlanMeasure, client: Client
):
    notice = issued(scene, measure)
    client.force_login(scene.manager)
    page = f"/cases/{case.number}/closing/"
    words = f"告知书 {notice.code} 的申诉期限还没有过"
    with time_machine.travel(scene.at):
        assert words not in client.get(page).content.decode()
        delivered(scene, notice)
        shown = client.get(page).content.decode()
    assert words in shown
    assert "到 2026-12-08 为止" in shown
    with time_machine.travel(scene.at + timedelta(days=16)):
        assert words not in client.get(page).content.decode()


def test_what_was_heard_or_taken_back_holds_it_open_no_longer(
    scene: Scene, case: Case, measure: PlanMeasure
):
    delivered(scene, issued(scene, measure))
    decided(scene, objected(scene, measure))
    case = free_to_close(scene, case)
    at = scene.at + timedelta(days=3)
    assert not cases.close_case(case=case, by=scene.manager, at=at).is_open


@pytest.mark.parametrize("way", ["joined", "false alarm"])
def test_while_it_is_heard_its_clock_is_not_stopped(
    scene: Scene, case: Case, measure: PlanMeasure, way: str
):
    """The period to object is over; what was promised about the answer is not."""
    delivered(scene, issued(scene, measure))
    objection = objected(scene, measure)
    at = scene.at + timedelta(days=16)
    host = scene.incident(place=scene.place("园区 南门")).case

    def end() -> Case:
        found = Case.objects.select_related("site__organisation").get(pk=case.pk)
        if way == "joined":
            return cases.join_cases(case=found, host=host, by=scene.manager, at=at)
        return cases.close_as_false_alarm(
            case=found, reason="误触", by=scene.officer, at=at
        )

    with pytest.raises(Conflict, match=objection.code):
        end()
    assert Case.objects.get(pk=case.pk).is_open
    decided(scene, objection, at=at)
    if way == "joined":
        assert not end().is_open


@pytest.mark.parametrize(
    "reason", ["停水停电以后再说。", "您负全责。", "陆远航说是您。"]
)
def test_the_reason_says_nothing_that_no_letter_may(
    scene: Scene, case: Case, measure: PlanMeasure, reason: str
):
    victim(scene, case)
    with pytest.raises((InvalidInput, Conflict)):
        decided(scene, objected(scene, measure), reason=reason)
    assert Objection.objects.get().decided_at is None


def test_the_reason_does_not_say_who_reported_it(
    scene: Scene, case: Case, measure: PlanMeasure
):
    reason = f"{scene.person('lixiang').name}报告时看得很清楚。"
    with pytest.raises(InvalidInput) as refused:
        decided(scene, objected(scene, measure), reason=reason)
    assert str(refused.value) == law.guardrail("G23").refusal_words
    assert refused.value.source == "G23"
    assert Objection.objects.get().decided_at is None
