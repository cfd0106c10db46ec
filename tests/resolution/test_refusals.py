"""A refusal names its rule and the article: on a sheet, over the API, in both languages."""

from __future__ import annotations

from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from anlan.accounts.models import User
from anlan.cases.models import Case
from anlan.resolution.models import Plan, PlanMeasure
from tests.accounts.browsing import sign_in
from tests.api.conftest import Api, give_token
from tests.resolution.planned import aggressor, begun
from tests.scene import Scene

pytestmark = pytest.mark.both_deep

CITED = {
    "zh-hans": "《民法典》第944条",
    "en": "Civil Code, Art. 944",
}


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def plan(scene: Scene, case: Case) -> Plan:
    return begun(scene, case)


def speaking(user: User, language: str) -> User:
    user.language = language
    user.save(update_fields=["language"])
    return user


def measure(scene: Scene, plan: Plan, words: str) -> dict[str, str]:
    party = aggressor(scene, plan.case)
    return {
        "key": "warning_letter",
        "party": str(party.uid),
        "words": words,
        "request_id": str(uuid4()),
        "appeal": "收到通知后十五日内，可以书面向项目经理申诉",
    }


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-hans", f"（G03，{CITED['zh-hans']}）"),
        ("en", f"(G03: {CITED['en']})"),
    ],
)
def test_the_sheet_names_the_rule_and_the_article(
    client: Client, scene: Scene, plan: Plan, language: str, said: str
):
    sign_in(client, speaking(scene.officer, language))

    answer = client.post(
        f"/cases/{plan.case.number}/plans/{plan.uid}/measures/new/",
        measure(scene, plan, "不道歉就停水停电"),
    )

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not PlanMeasure.objects.exists()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_api_gives_both(scene: Scene, plan: Plan, language: str):
    with time_machine.travel(scene.at, tick=False):
        api = Api(give_token(speaking(scene.officer, language), scene.at))
        answer = api.post(
            f"/plans/{plan.uid}/measures", measure(scene, plan, "不道歉就停水停电")
        )

    assert answer.status == 422
    assert answer.body["error"]["source"] == "G03"
    assert answer.body["error"]["cited"] == CITED[language]
