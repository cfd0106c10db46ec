"""The page of a plan: old and new law, what came of cases like it, two versions compared."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from anlan.cases import services as cases
from anlan.cases.enums import Severity
from anlan.cases.models import Case
from anlan.resolution import services as resolution
from anlan.resolution.enums import ObjectionState, PlanState
from anlan.resolution.models import Plan
from anlan.resolution.selectors.plans import similar_plans
from tests.accounts.browsing import sign_in
from tests.resolution.helped import offered
from tests.resolution.planned import (
    added,
    aggressor,
    begun,
    decided,
    drafted,
    headquarters,
    sentence_in_force,
    submitted,
)
from tests.resolution.told import issued, objected
from tests.scene import Scene

pytestmark = pytest.mark.both_deep


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def shown(client: Client, plan: Plan, *, tail: str = "") -> str:
    answer = client.get(f"/cases/{plan.case.number}/plans/{plan.uid}/{tail}")
    assert answer.status_code == 200
    return answer.content.decode()


class TestOldAndNewLaw:
    @pytest.fixture
    def plan(self, scene: Scene, case: Case) -> Plan:
        cases.state_act(
            case=case,
            day=date(2025, 12, 31),
            words="双方都说是元旦前一天",
            by=scene.manager,
            at=scene.at,
        )
        return submitted(scene, case)

    def test_stand_side_by_side_and_the_police_decide(
        self, client: Client, scene: Scene, plan: Plan
    ):
        sign_in(client, headquarters(scene))
        with time_machine.travel(scene.at, tick=False):
            page = shown(client, plan)
        for words in ("第43条", "第51条", "二百元以上五百元以下", "由公安机关认定"):
            assert words in page
        assert "一并适用" not in page

    def test_are_said_to_have_been_looked_at(
        self, client: Client, scene: Scene, plan: Plan
    ):
        sign_in(client, headquarters(scene))
        page = f"/cases/{plan.case.number}/plans/{plan.uid}/decision/"
        with time_machine.travel(scene.at, tick=False):
            refused = client.post(page, {"shown": ["2012"]})
            assert (refused.status_code, "G16" in refused.content.decode()) == (
                409,
                True,
            )
            assert client.post(page, {"shown": ["2012", "2025"]}).status_code == 302
        plan.refresh_from_db()
        assert plan.state == PlanState.APPROVED

    def test_of_one_law_nothing_is_asked(
        self, client: Client, scene: Scene, case: Case
    ):
        plan = submitted(scene, case)
        sign_in(client, headquarters(scene))
        with time_machine.travel(scene.at, tick=False):
            page = shown(client, plan)
        assert 'type="hidden"name="shown"value="2025"' in "".join(page.split())
        assert "新旧规定对照" not in page


def test_what_an_objection_took_back_is_no_example(
    client: Client, scene: Scene, case: Case
):
    other = scene.incident(place=scene.place("园区 南门")).case
    plan = decided(scene, submitted(scene, other))
    measure = plan.measures.select_related("plan__case__site").get()
    issued(scene, measure)
    objection = objected(scene, measure)
    resolution.decide_objection(
        objection=objection,
        state=ObjectionState.UPHELD,
        reason="录像看不清是谁",
        by=headquarters(scene),
        at=scene.at,
    )

    (one,) = similar_plans(case, scene.manager)
    assert one.words == ""
    assert one.taken_back.startswith("警示函、告知函")
    assert "申诉：撤销措施" in one.taken_back
    sign_in(client, scene.manager)
    assert "已被申诉推翻" in shown(client, begun(scene, case))


def test_a_removal_shifts_no_row_and_support_and_range_stand_beside(
    client: Client, scene: Scene, case: Case
):
    Case.objects.filter(pk=case.pk).update(severity=Severity.NOTICE)
    case.refresh_from_db()
    sentence = sentence_in_force(scene, case)
    first, who = begun(scene, case), aggressor(scene, case)
    for key in ("verbal_warn", "warning_letter", "liquidated_damages"):
        added(scene, first, drafted(scene, who, key, sentences=[sentence]))
    offered(scene, first)
    resolution.submit_plan(
        plan=first, beyond="第一版的理由", by=first.author, at=scene.at
    )
    decided(scene, first, is_approved=False, remark="去掉口头提醒")
    second = begun(scene, case)
    resolution.remove_measure(
        measure=second.measures.get(key="verbal_warn"), by=second.author, at=scene.at
    )

    sign_in(client, scene.officer)
    answer = client.get(f"/cases/{case.number}/plans/{second.uid}/comparison/")
    rows = [
        tuple(one and one["row"].key for one in pair) for pair in answer.context["rows"]
    ]
    assert rows == [
        ("verbal_warn", None),
        ("warning_letter", "warning_letter"),
        ("liquidated_damages", "liquidated_damages"),
    ]
    page = answer.content.decode()
    assert ("对受害人的支持" in page, "第一版的理由" in page) == (True, True)
