"""What a plan offers to those who were hurt: approved with it, and somebody's task."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest

from anlan.accounts.models import User
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases import services as cases
from anlan.cases.enums import Side, TaskState
from anlan.cases.models import Case, Task
from anlan.ledger.models import Entry
from anlan.notify.models import Delivery, Message
from anlan.resolution import services as resolution
from anlan.resolution.models import Plan, PlanSupport
from anlan.resolution.selectors.plans import content_of, measures_of
from anlan.resolution.selectors.support import support_of
from tests.evidence.told import party as victim
from tests.resolution.helped import offer, offered
from tests.resolution.planned import (
    added,
    aggressor,
    begun,
    decided,
    drafted,
    headquarters,
    sentence_in_force,
)
from tests.scene import Scene

pytestmark = pytest.mark.both_deep


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def plan(scene: Scene, case: Case) -> Plan:
    """A draft with one measure."""
    sentence = sentence_in_force(scene, case)
    plan = begun(scene, case)
    who = aggressor(scene, case)
    added(scene, plan, drafted(scene, who, "warning_letter", sentences=[sentence]))
    return plan


def submitted(scene: Scene, plan: Plan) -> Plan:
    return resolution.submit_plan(
        plan=plan, beyond="见调查结论", by=plan.author, at=scene.at
    )


def told(kind: str) -> set[User | None]:
    return {one.user for one in Delivery.objects.filter(message__kind=kind)}


def test_it_is_approved_with_the_plan_and_becomes_a_task(
    scene: Scene, case: Case, plan: Plan
):
    row = offered(scene, plan)
    decided(scene, submitted(scene, plan))
    row.refresh_from_db()
    assert row.task is not None
    assert (row.task.role_key, row.task.binding) == ("customer_service", True)
    assert row.task.due_at == scene.at + timedelta(days=2)
    assert row.owner.name not in row.task.title
    assert told("resolution.support_is_yours") == {scene.person("lifang")}
    task = row.task
    task.case = case
    with pytest.raises(InvalidInput):
        cases.complete_task(task=task, by=scene.person("lifang"), at=scene.at)
    cases.complete_task(
        task=task, words="本人谢绝，说有家人陪", by=scene.person("lifang"), at=scene.at
    )
    entry = Entry.objects.get(kind="resolution.support_fixed")
    assert row.words not in bytes(entry.data or b"").decode()


def test_its_owner_reads_whom_to_help_and_nobody_else_does(
    scene: Scene, plan: Plan, client: Any
):
    row = offered(scene, plan)
    address = f"/cases/support/{row.uid}/"
    client.force_login(row.owner)
    assert client.get(address).status_code == 404  # nobody approved it
    decided(scene, submitted(scene, plan))
    page = client.get(address)
    assert page.status_code == 200
    assert row.words in page.content.decode()
    assert "陆远航" not in page.content.decode()
    assert Message.objects.get(kind="resolution.support_is_yours").path == address
    client.force_login(scene.person("wangjianguo"))
    assert client.get(address).status_code == 404


def test_what_is_approved_is_what_was_offered(scene: Scene, plan: Plan):
    without = content_of(measures_of(plan), support_of(plan))
    offered(scene, plan)
    with_it = content_of(measures_of(plan), support_of(plan))
    submitted(scene, plan)
    assert without != with_it
    entry = Entry.objects.get(kind="resolution.plan_submitted")
    assert orjson.loads(bytes(entry.data or b""))["content"] == with_it


def test_is_left_out_only_by_who_may_approve(scene: Scene, plan: Plan):
    offered(scene, plan)
    decided(scene, submitted(scene, plan))
    task = Task.objects.get(key__startswith="support:")
    said: dict[str, Any] = {"task": task, "reason": "算了", "at": scene.at}
    for who in (scene.person("sunlei"), scene.officer):
        with pytest.raises(NotAllowed):
            cases.skip_task(**said, by=who)
    cases.skip_task(**said, by=scene.manager)


def test_late_headquarters_hear(scene: Scene, plan: Plan):
    offered(scene, plan)
    decided(scene, submitted(scene, plan))
    cases.fire_due_deadlines(at=scene.at + timedelta(days=3))
    assert told("resolution.overdue") == {headquarters(scene)}


def test_the_next_version_takes_over(scene: Scene, case: Case, plan: Plan):
    first = offered(scene, plan)
    decided(scene, submitted(scene, plan))
    second = begun(scene, case)
    assert [row.words for row in support_of(second)] == [first.words]
    decided(scene, submitted(scene, second))
    tasks = Task.objects.filter(key__startswith="support:").order_by("pk")
    assert [one.state for one in tasks] == [TaskState.SKIPPED, TaskState.OPEN]


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"words": " "}, "words"),
        ({"words": "字" * 501}, "words"),
        ({"words": "对方不道歉就停水停电"}, "words"),
        ({"words": "私了以后不用报警"}, "words"),
        ({"words": "双方互殴，各负同等责任"}, "words"),
        ({"days": 0}, "days"),
        ({"days": 366}, "days"),
    ],
)
def test_what_cannot_be_is_refused(
    scene: Scene, plan: Plan, said: dict[str, Any], path: str
):
    who = victim(scene, plan.case)
    with pytest.raises(InvalidInput) as refused:
        offered(scene, plan, offer(scene, who, **said))
    assert refused.value.path == path
    assert not plan.support.exists()


def test_only_to_who_was_hurt_and_by_who_can(scene: Scene, case: Case, plan: Plan):
    with pytest.raises(InvalidInput) as refused:
        offered(scene, plan, offer(scene, aggressor(scene, case, "另一人")))
    assert refused.value.path == "party"
    who = scene.person("lifang")
    cases.name_contact(
        case=case, side=Side.AGGRESSOR, user=who, by=scene.officer, at=scene.at
    )
    with pytest.raises(InvalidInput) as refused:
        offered(scene, plan, offer(scene, victim(scene, case, "另一位"), owner=who))
    assert refused.value.path == "owner"
    admin = scene.person("admin")
    with pytest.raises(InvalidInput) as refused:
        offered(scene, plan, offer(scene, victim(scene, case), owner=admin))
    assert refused.value.path == "owner"


def test_only_its_author_and_only_in_a_draft(scene: Scene, plan: Plan):
    row = offered(scene, plan)
    with pytest.raises(Conflict, match="只有起草人能改"):
        resolution.remove_support(support=row, by=scene.manager, at=scene.at)
    with pytest.raises(NotAllowed):
        resolution.remove_support(
            support=row, by=scene.person("wangjianguo"), at=scene.at
        )
    submitted(scene, plan)
    with pytest.raises(Conflict, match="不能再改"):
        offered(scene, plan)
    with pytest.raises(Conflict, match="不能再改"):
        resolution.remove_support(support=row, by=plan.author, at=scene.at)


def test_taken_out_those_behind_move_up_and_the_same_request_is_one(
    scene: Scene, plan: Plan
):
    said, request_id = offer(scene, victim(scene, plan.case)), uuid4()
    first = offered(scene, plan, said, request_id=request_id)
    assert offered(scene, plan, said, request_id=request_id) == first
    second = offered(scene, plan, said)
    resolution.remove_support(support=first, by=plan.author, at=scene.at)
    second.refresh_from_db()
    assert (PlanSupport.objects.count(), second.position) == (1, 1)
