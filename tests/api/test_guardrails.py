"""Guardrails over the API: what is refused, with which sentence, and that nothing was written.

Which entry tries which guardrail stands in ``tests/law/test_entries.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from anlan.base.clock import local_day
from anlan.ledger.models import Entry
from tests.law import tried as shared
from tests.law.tried import Try
from tests.resolution.made import begun as compensation
from tests.scene import Scene


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path
    settings.RECORDINGS_ROOTS = [tmp_path]


def published(scene: Scene) -> Try:
    return shared.measure(
        scene,
        "publish",
        words="姓名和照片发到业主群",
        sentence=(
            "不能采取“公示姓名、照片或者发到群里”："
            "不得公开个人信息和录像；内部提醒只用遮盖后的内容。"
        ),
    )


def by_formula(scene: Scene) -> Try:
    claim = {
        "forum": "civil",
        "province": "33",
        "reckoned_on": local_day(scene.at).isoformat(),
        "mental": {"fen": 500_000},
    }
    found = compensation(scene, scene.incident().case)
    address = f"/compensations/{found.uid}/versions"
    return Try(who="lifang", address=address, said={"claim": claim})


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
    address = f"/compensations/{found.uid}/versions"
    return Try(who="lifang", address=address, said={"claim": claim})


TRIED: list[tuple[str, Callable[[Scene], Try], int]] = [
    ("G01", shared.fined, 422),
    ("G02", shared.without_a_clause, 422),
    ("G03", shared.cut_off, 422),
    ("G04", shared.without_an_end, 422),
    ("G05", shared.settled_without_the_police, 422),
    ("G06", shared.before_the_police, 422),
    ("G07", shared.held_by_guards, 422),
    ("G08", shared.without_both_copies, 409),
    ("G09", shared.released_alone, 403),
    ("G10", shared.looked_at_without_a_reason, 403),
    ("G11", shared.given_out_unmasked, 422),
    ("G11", published, 403),
    ("G12", shared.kept_too_short, 422),
    ("G13", shared.asked_for_without_a_document, 422),
    ("G14", shared.appraised_without_the_paper, 422),
    ("G15", shared.judged, 422),
    ("G16", shared.by_new_rules_alone, 409),
    ("G17", shared.agreed_by_one, 409),
    ("G17", shared.met_without_the_other, 409),
    ("G18", shared.vaguely_agreed, 422),
    ("G19", shared.called_mediation, 422),
    ("G20", shared.heard_without_a_guardian, 422),
    ("G21", shared.two_at_once, 422),
    ("G22", shared.without_the_claim, 409),
    ("G23", shared.by_a_witness_name, 422),
    ("G23", shared.by_the_name_of_who_reported, 422),
    ("G26", shared.told_in_a_group, 422),
    ("G27", shared.labelled, 422),
    ("G33", by_formula, 422),
    ("G34", kindness_as_debt, 422),
    ("G34", shared.kindness_that_disclaims_nothing, 422),
]


@pytest.mark.parametrize(
    ("guardrail", "tried", "status"),
    TRIED,
    ids=[f"{guardrail}-{tried.__name__}" for guardrail, tried, _status in TRIED],
)
def test_over_the_api_it_is_refused_with_its_sentence_and_source(
    scene: Scene,
    speak: Any,
    guardrail: str,
    tried: Callable[[Scene], Try],
    status: int,
) -> None:
    made = tried(scene)
    api = speak(scene.person(made.who))
    before = Entry.objects.count()

    if made.said is None:
        answer = api.get(made.address)
    else:
        answer = api.post(made.address, made.said)

    assert answer.status == status, answer.body
    shared.assert_answers(answer.body["error"], guardrail, made.sentence)
    assert Entry.objects.count() == before
