"""Guardrails over the API: what is refused, with its number, and that nothing was written.

Which entry tries which guardrail stands in ``tests/law/test_entries.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from anlan.base.clock import local_day
from anlan.cases import services as cases
from anlan.customers import services as customers
from anlan.ledger.models import Entry
from tests.evidence.told import party as victim
from tests.investigation.asked import drafted as finding_drafted
from tests.law import tried as shared
from tests.resolution.made import begun as compensation
from tests.scene import Scene

# Who asks, where, and what they send.
Try = tuple[str, str, dict[str, Any]]


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


def _sent(made: shared.Try) -> Try:
    return made.who, made.address, made.said


def cut_off(scene: Scene) -> Try:
    return _sent(shared.measure(scene, "warning_letter", words="不道歉就停水停电"))


def held_by_guards(scene: Scene) -> Try:
    return _sent(shared.measure(scene, "warning_letter", words="由保安扣留本人"))


def published(scene: Scene) -> Try:
    return _sent(shared.measure(scene, "publish", words="姓名和照片发到业主群"))


def labelled(scene: Scene) -> Try:
    return _sent(shared.measure(scene, "warning_letter", words="列入小区黑名单"))


def judged(scene: Scene) -> Try:
    finding = finding_drafted(scene, scene.incident().case)
    said = {"kind": "cause", "text": "双方互殴。", "request_id": str(uuid4())}
    return "xuqing", f"/findings/{finding.uid}/sentences", said


def two_at_once(scene: Scene) -> Try:
    case = scene.incident().case
    people = [str(victim(scene, case, name).uid) for name in ("甲某", "乙某")]
    said = {
        "role": "victim",
        "interviewer": str(scene.person("xuqing").uid),
        "parties": people,
        "request_id": str(uuid4()),
    }
    return "xuqing", f"/cases/{case.number}/interviews", said


def by_formula(scene: Scene) -> Try:
    claim = {
        "forum": "civil",
        "province": "33",
        "reckoned_on": local_day(scene.at).isoformat(),
        "mental": {"fen": 500_000},
    }
    found = compensation(scene, scene.incident().case)
    return "lifang", f"/compensations/{found.uid}/versions", {"claim": claim}


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


TRIED: list[tuple[str, Callable[[Scene], Try | shared.Try], int]] = [
    ("G01", shared.fined, 422),
    ("G02", shared.without_a_clause, 422),
    ("G03", cut_off, 422),
    ("G04", shared.without_an_end, 422),
    ("G05", shared.settled_without_the_police, 422),
    ("G06", shared.before_the_police, 422),
    ("G07", held_by_guards, 422),
    ("G11", published, 403),
    ("G15", judged, 422),
    ("G16", shared.by_new_rules_alone, 409),
    ("G21", two_at_once, 422),
    ("G22", shared.without_the_claim, 409),
    ("G23", by_a_witness_name, 422),
    ("G27", labelled, 422),
    ("G33", by_formula, 422),
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
    tried: Callable[[Scene], Try | shared.Try],
    status: int,
) -> None:
    made = tried(scene)
    who, path, said = _sent(made) if isinstance(made, shared.Try) else made
    before = Entry.objects.count()

    answer = speak(scene.person(who)).post(path, said)

    assert answer.status == status, answer.body
    assert answer.body["error"]["source"] == guardrail
    assert answer.body["error"]["cited"]
    assert Entry.objects.count() == before
