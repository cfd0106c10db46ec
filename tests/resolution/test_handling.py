"""What is done about a case, in its room: a line for each theme that the reader may open."""

from __future__ import annotations

import re
from typing import Any

import pytest

from anlan.cases import services as cases
from tests.scene import Scene

pytestmark = pytest.mark.both_deep


@pytest.mark.parametrize(
    ("who", "shown", "hidden"),
    [
        ("hetao", {"报案", "处理方案", "律师", "总结与改进"}, set()),
        ("chenlu", {"报案", "时效", "律师"}, {"支持"}),
        ("lifang", {"支持", "赔偿测算"}, {"处理方案", "律师", "报案"}),
        ("wangjianguo", set(), {"处置与后续", "处理方案", "律师", "支持"}),
    ],
)
def test_names_what_they_may_open(
    scene: Scene, sign_in: Any, who: str, shown: set[str], hidden: set[str]
):
    case = scene.incident().case
    answer = sign_in(who).get(f"/cases/{case.number}/handling/panel/")
    page = answer.content.decode()

    assert answer.status_code == 200
    assert {words for words in shown if words in page} == shown
    assert not {words for words in hidden if words in page}


def test_a_party_arranges_no_support(scene: Scene, sign_in: Any):
    case = scene.incident().case
    lifang = scene.person("lifang")
    cases.add_party(
        case=case, roles=["witness"], user=lifang, by=scene.officer, at=scene.at
    )
    page = sign_in("lifang").get(f"/cases/{case.number}/handling/panel/")

    assert "counselling" not in page.content.decode()
    assert "赔偿测算" in page.content.decode()


def test_nor_does_a_party_of_a_case_that_was_joined(scene: Scene, sign_in: Any):
    host = scene.incident().case
    other = scene.report(place=scene.place("园区 快递柜")).incident.case
    lifang = scene.person("lifang")
    cases.add_party(
        case=other, roles=["witness"], user=lifang, by=scene.officer, at=scene.at
    )
    cases.join_cases(case=other, host=host, by=scene.officer, at=scene.at)
    client = sign_in("lifang")
    for case in (host, other):
        where = f"/cases/{case.number}/"
        page = client.get(f"{where}handling/panel/").content.decode()
        assert "counselling" not in page
        assert client.get(f"{where}counselling/").status_code == 404


def test_news_of_the_case_fetch_no_similar_cases_again(scene: Scene, sign_in: Any):
    case = scene.incident().case
    page = sign_in("hetao").get(f"/cases/{case.number}/handling/panel/")
    before = page.content.decode().partition("similar/panel/")[0]

    assert before.count("<div") - before.count("</div") == 1  # its own alone


def test_every_line_opens(scene: Scene, sign_in: Any):
    case = scene.incident().case
    client = sign_in("hetao")
    page = client.get(f"/cases/{case.number}/handling/panel/").content.decode()
    addresses = re.findall(rf'href="(/cases/{case.number}/[^"]+)"', page)

    assert len(addresses) >= 9
    for address in addresses:
        assert client.get(address).status_code == 200, address


def test_is_of_no_other_site(scene: Scene, sign_in: Any):
    case = scene.incident().case
    address = f"/cases/{case.number}/handling/panel/"

    assert sign_in("dingyi").get(address).status_code == 404
