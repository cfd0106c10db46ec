"""Guardrails over the API: what is refused, with its number, and that nothing was written.

Which entry tries which guardrail stands in ``tests/law/test_entries.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from anlan.base.clock import local_day
from anlan.cases import services as cases
from anlan.customers import services as customers
from anlan.ledger.models import Entry
from tests.evidence.told import party as victim
from tests.resolution.legal import hurt as struck
from tests.resolution.made import begun as compensation
from tests.resolution.planned import AGREED, aggressor, begun, legal, submitted
from tests.scene import Scene

# Who asks, where, and what they send.
Try = tuple[str, str, dict[str, Any]]


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


def _measure(scene: Scene, key: str, **more: Any) -> Try:
    plan = begun(scene, scene.incident().case)
    said = {
        "request_id": str(uuid4()),
        "key": key,
        "party": str(aggressor(scene, plan.case).uid),
        "words": "用伞打人，请其书面说明",
        "appeal": "收到通知后十五日内，可以书面向项目经理申诉",
        **more,
    }
    return "zhoumin", f"/plans/{plan.uid}/measures", said


def fined(scene: Scene) -> Try:
    return _measure(scene, "warning_letter", words="罰 款二百元")


def without_a_clause(scene: Scene) -> Try:
    return _measure(scene, "liquidated_damages", fen=50_000, amount_basis="规约的金额")


def cut_off(scene: Scene) -> Try:
    return _measure(scene, "warning_letter", words="不道歉就停水停电")


def without_an_end(scene: Scene) -> Try:
    return _measure(scene, "facility_ban", service="club", **AGREED)


def before_the_police(scene: Scene) -> Try:
    return _measure(scene, "warning_letter", words="协商不成再报警")


def held_by_guards(scene: Scene) -> Try:
    return _measure(scene, "warning_letter", words="由保安扣留本人")


def labelled(scene: Scene) -> Try:
    return _measure(scene, "warning_letter", words="列入小区黑名单")


def by_new_rules_alone(scene: Scene) -> Try:
    plan = submitted(scene, scene.incident().case)
    cases.state_act(
        case=plan.case,
        day=date(2025, 12, 31),
        words="当天的聊天记录",
        by=legal(scene),
        at=scene.at,
    )
    said = {"is_approved": True, "shown": ["2025"]}
    return "hetao", f"/plans/{plan.uid}/decision", said


def without_the_claim(scene: Scene) -> Try:
    injury = struck.opened(scene)
    said = {
        "request_id": str(uuid4()),
        "kind": "dropped",
        "happened_on": local_day(scene.at).isoformat(),
        "words": "不用申请",
    }
    return "hetao", f"/work-injuries/{injury.uid}/steps", said


def by_a_witness_name(scene: Scene) -> Try:
    case = scene.incident().case
    said = {
        "role": "victim",
        "interviewer": str(scene.person("xuqing").uid),
        "parties": [str(victim(scene, case).uid)],
        "questions": ["罗 开明怎么说你的？"],
    }
    seen = customers.add_person(
        site=scene.site, name="罗开明", by=scene.officer, at=scene.at
    )
    cases.add_party(
        case=case, roles=["witness"], person=seen, by=scene.officer, at=scene.at
    )
    return "xuqing", f"/cases/{case.number}/interviews", said


def kindness_as_debt(scene: Scene) -> Try:
    paid = {"kind": "kindness", "fen": 50_000, "words": "先行赔偿一部分"}
    claim = {
        "forum": "civil",
        "province": "33",
        "reckoned_on": local_day(scene.at).isoformat(),
        "expenses": [{"item": "medical", "fen": 80_000}],
        "payments": [paid],
    }
    found = compensation(scene, scene.incident().case)
    return "lifang", f"/compensations/{found.uid}/versions", {"claim": claim}


def kindness_that_disclaims_nothing(_scene: Scene) -> Try:
    return "chenlu", "/kindness-words", {"words": "一点心意，请收下。"}


TRIED: list[tuple[str, Callable[[Scene], Try], int]] = [
    ("G01", fined, 422),
    ("G02", without_a_clause, 422),
    ("G03", cut_off, 422),
    ("G04", without_an_end, 422),
    ("G06", before_the_police, 422),
    ("G07", held_by_guards, 422),
    ("G16", by_new_rules_alone, 409),
    ("G22", without_the_claim, 409),
    ("G23", by_a_witness_name, 422),
    ("G27", labelled, 422),
    ("G34", kindness_as_debt, 422),
    ("G34", kindness_that_disclaims_nothing, 422),
]


@pytest.mark.parametrize(
    ("guardrail", "tried", "status"),
    TRIED,
    ids=[f"{guardrail}-{tried.__name__}" for guardrail, tried, _status in TRIED],
)
def test_over_the_api_it_is_refused_with_its_number(
    scene: Scene,
    speak: Any,
    guardrail: str,
    tried: Callable[[Scene], Try],
    status: int,
) -> None:
    who, path, said = tried(scene)
    before = Entry.objects.count()

    answer = speak(scene.person(who)).post(path, said)

    assert answer.status == status, answer.body
    assert answer.body["error"]["source"] == guardrail
    assert answer.body["error"]["cited"]
    assert Entry.objects.count() == before
