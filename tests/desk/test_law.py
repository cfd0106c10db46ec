"""The pages of the law: every rule and article stands there, and citations lead to it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from anlan.desk.law import FIGURES
from anlan.law import selectors as law
from tests.scene import Scene


@pytest.fixture
def counsel(scene: Scene, client: Client) -> Client:
    client.force_login(scene.person("chenlu"))
    return client


def test_every_guardrail_and_rule_set_is_listed_and_planned_ones_are_named(
    counsel: Client,
) -> None:
    page = counsel.get(reverse("desk:law")).content.decode()

    for rule in law.guardrails():
        assert reverse("desk:law_rule", args=[rule.id]) in page
        assert rule.heading in page
    for period in law.periods():
        assert period.heading in page
    planned = [rule for rule in law.guardrails() if rule.status == "planned"]
    assert page.count("计划中</span>") == len(planned) > 0


def test_every_guardrail_has_its_page(counsel: Client) -> None:
    for rule in law.guardrails():
        page = counsel.get(reverse("desk:law_rule", args=[rule.id])).content.decode()

        assert rule.words in page
        assert (rule.refusal or "") in page
        for source in law.sources_of(rule):
            assert law.citation(law.source(source)) in page


def test_every_figure_has_words_and_no_words_are_left_over() -> None:
    used = {(rule.id, name) for rule in law.guardrails() for name in rule.thresholds}

    assert set(FIGURES) == used


def test_figures_are_said_as_a_person_asks(counsel: Client) -> None:
    page = counsel.get(reverse("desk:law_rule", args=["G05"])).content.decode()

    assert "从“较大”起不能决定不报警" in page
    assert "决定不报警须 2 个人" in page


def test_what_was_not_read_in_the_law_is_marked_as_advice(counsel: Client) -> None:
    page = counsel.get(reverse("desk:law_sources")).content.decode()

    rows = page.split('<tr id="source-')[1:]
    marked = {row.partition('"')[0] for row in rows if "仅供参考" in row}
    assert marked == {str(one.number) for one in law.sources() if one.confidence != "V"}
    assert len(rows) == len(law.sources())


def test_an_unknown_rule_is_not_found(counsel: Client) -> None:
    assert counsel.get(reverse("desk:law_rule", args=["G99"])).status_code == 404


def test_strangers_are_asked_to_sign_in(client: Client) -> None:
    for name in ("desk:law", "desk:law_sources"):
        assert client.get(reverse(name)).status_code == 302


def test_the_menu_leads_there_for_who_reads_findings(
    scene: Scene, client: Client
) -> None:
    leads = f'href="{reverse("desk:law")}"'
    led = []
    for who in ("chenlu", "zhoumin", "wangjianguo"):
        client.force_login(scene.person(who))
        led.append(leads in client.get(reverse("desk:home")).content.decode())

    assert led == [True, True, False]


def test_a_citation_on_a_page_leads_to_its_rule(scene: Scene, client: Client) -> None:
    number = scene.incident().case.number
    client.force_login(scene.officer)

    page = client.get(reverse("investigation:facts", args=[number])).content.decode()

    assert f'href="{reverse("desk:law_rule", args=["G15"])}"' in page
