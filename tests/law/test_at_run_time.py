"""G01, G06 and G07 where people meet them: forms, the API and a scenario."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from django.test import Client

from anlan.base.errors import InvalidInput
from anlan.cases import services as cases
from anlan.cases.models import Playbook, Standard
from anlan.cases.plan_text import write_plan_text
from anlan.incidents.services.defaults import _DATA
from anlan.law import guardrails, selectors
from anlan.ledger.events import SYSTEM
from anlan.play.player import play
from anlan.play.scenario import read_scenario
from tests.law.test_guardrails import ON

MEASURES = selectors.guardrail("G07").lists["measures"]
G07 = selectors.guardrail("G07").refusal or ""


def shipped() -> dict[str, Any]:
    body: dict[str, Any] = yaml.safe_load(
        (_DATA / "assault.yaml").read_text(encoding="utf-8")
    )
    return body


def task_of(body: dict[str, Any], key: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The phase and the task."""
    return next(
        (phase, task)
        for phase in body["phases"]
        for task in phase["tasks"]
        if task["key"] == key
    )


def with_words(words: str, field: str = "title") -> dict[str, Any]:
    body = shipped()
    task_of(body, "dissuade")[1][field] = words
    return body


def with_key(key: str) -> dict[str, Any]:
    body = shipped()
    task_of(body, "bystanders")[1]["key"] = key
    return body


def call_in_the_third_phase(title: str = "") -> dict[str, Any]:
    body = shipped()
    phase, task = task_of(body, "call_police")
    phase["tasks"].remove(task)
    if title:  # the same call under another name
        task |= {"key": "my_call", "title": title}
    body["phases"][2]["tasks"].append(task)
    return body


def call_that_waits(word: str) -> dict[str, Any]:
    body = shipped()
    task_of(body, "call_police")[1][word] = ["经理批准"]
    return body


FORBIDDEN: dict[str, tuple[str, dict[str, Any]]] = {
    "fine": ("G01", with_words("对打人者罚款二百元")),
    "fine in advice": ("G01", with_words("没收门禁卡", "advice")),
    "detain": ("G07", with_words("把打人者扣留在值班室")),
    "search": ("G07", with_words("双方冷静；随后搜身", "advice")),
    "english": ("G07", with_words("Detain the aggressor")),
    "after a comma": ("G07", with_words("不得打骂，扣留到业主赔钱为止")),
    **{measure: ("G07", with_key(measure)) for measure in MEASURES},
    "later phase": ("G06", call_in_the_third_phase()),
    "later phase, renamed": ("G06", call_in_the_third_phase("拨打 110 说明情况")),
    "after": ("G06", call_that_waits("after")),
    "needs": ("G06", call_that_waits("needs")),
    "in words": ("G06", with_words("请示经理后再报警")),
    "in words, spaced": ("G06", with_words("调解不成后再拨打 110", "advice")),
    "talk them out of it": ("G06", with_words("劝其不报警，先协商")),
    "tell it in a group": ("G26", with_words("组织受害人集体讲述经过")),
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_plan_that_the_law_forbids_is_not_published(scene, name):
    guardrail, body = FORBIDDEN[name]
    before = Playbook.objects.count()

    with pytest.raises(InvalidInput) as refused:
        cases.publish_playbook(
            organisation=scene.organisation, body=body, by=SYSTEM, at=scene.at
        )

    assert refused.value.source == guardrail
    rule = selectors.guardrail(guardrail)
    assert rule.refusal_words in str(refused.value)
    assert selectors.cite(guardrail) in str(refused.value)
    assert Playbook.objects.count() == before


@pytest.mark.parametrize(
    "words",
    [
        "不得扣留、搜身，不得限制人身自由",
        "由民警搜查，保安不参与",
        "配合公安机关扣押物证，登记清单",
        "制止无效立即报警",
        "先报警，再分开双方",
        "Do not detain anybody",
    ],
)
def test_what_is_forbidden_may_be_spoken_of(scene, words):
    cases.publish_playbook(
        organisation=scene.organisation, body=with_words(words), by=SYSTEM, at=scene.at
    )


def test_the_shipped_plan_is_lawful_on_every_day_of_change(scene):
    for period in ("2021-01-01", "2026-01-01"):
        text = yaml.safe_dump(shipped(), allow_unicode=True)
        on = ON.fromisoformat(period)
        guardrails.check_no_measure(text=text, act_on=on)
        guardrails.check_no_delay(text=text, act_on=on)


@pytest.mark.parametrize("word", selectors.guardrail("G07").lists["words"])
def test_each_word_refuses_alone_and_passes_forbidden(word):
    with pytest.raises(InvalidInput):
        guardrails.check_no_measure(text=f"立即{word}对方", act_on=ON)
    guardrails.check_no_measure(text=f"不得{word}对方", act_on=ON)


def test_the_page_of_plans_says_the_sentence_and_its_source(scene, sign_in):
    text = write_plan_text(with_words("把打人者扣留在值班室"))
    page = sign_in("guoxin").post(
        "/admin/playbooks/assault/text/", {"text": text, "reason": "试一试"}
    )

    assert page.status_code == 422
    said = page.content.decode()
    assert G07 in said
    assert "《保安服务管理条例》" in said


def test_a_standard_does_not_punish(scene):
    before = Standard.objects.count()
    with pytest.raises(InvalidInput) as refused:
        cases.publish_standard(
            organisation=scene.organisation,
            key="x.fine",
            title="迟到罚款",
            seconds=60,
            by=SYSTEM,
            at=scene.at,
        )
    assert (refused.value.source, refused.value.path) == ("G01", "title")
    assert Standard.objects.count() == before


class TestMeasuresAsActions:
    """There is no such button; what is sent past the buttons is answered with the law."""

    @pytest.mark.parametrize("measure", MEASURES)
    def test_by_form_at_the_desk(self, scene, sign_in, measure):
        incident = scene.incident()
        number = incident.case.number
        page = sign_in("zhoumin").post(
            f"/cases/{number}/incident/dissuasion/", {"result": measure}
        )
        incident.refresh_from_db()
        assert (page.status_code, incident.dissuasion) == (403, "")
        assert G07 in page.content.decode()
        assert "《保安服务管理条例》" in page.content.decode()

    def test_by_form_on_the_phone(self, scene, sign_in):
        incident = scene.incident()
        address = f"/m/cases/{incident.case.number}/dissuasion/"
        page = sign_in("wangjianguo").post(address, {"result": "detain"}, follow=True)
        incident.refresh_from_db()
        assert incident.dissuasion == ""
        assert G07 in page.content.decode()

    def test_in_a_scenario(self, scene, tmp_path):
        path = tmp_path / "detain.yaml"
        text = """
title: 扣人
start: 2026-11-23T14:02:31+08:00
site: YQ
steps:
  - {at: 0s, who: lixiang, do: report, place: 3 号楼 B1 车库 东区 12 号车位, flags: [ongoing]}
  - {at: 5s, who: wangjianguo, do: acknowledge}
  - {at: 9s, who: wangjianguo, do: dissuade, result: detain, refused: G07}
expect:
  - state == open
"""
        path.write_text(text, encoding="utf-8")
        outcome = play(read_scenario(path), say=lambda played: None)
        assert outcome.is_good, outcome.failed


def test_calling_the_police_waits_for_nothing(scene, sign_in):
    """Nobody has acknowledged, nothing is done; guard and officer may call at once."""
    incident = scene.incident()
    client: Client = sign_in("wangjianguo")
    number = incident.case.number
    for who in (client, sign_in("zhoumin")):
        page = who.get(f"/cases/{number}/incident/call/110/")
        assert page.status_code == 200
        assert "tel:110" in page.content.decode()
    assert "tel:110" in client.get("/m/").content.decode()
