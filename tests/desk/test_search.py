"""One field: cases, places, people; each only for those who may see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from anlan.customers import services as customers
from tests.desk.conftest import SignIn
from tests.scene import Scene


def test_a_whole_number_opens_its_room(sign_in: SignIn, scene: Scene) -> None:
    number = scene.incident().case.number
    response = sign_in("zhoumin").get("/search/", {"q": number.lower()})
    assert response.headers["Location"] == f"/cases/{number}/"
    assert sign_in("tangning").get("/search/", {"q": number}).status_code == 200


WIDE = {ord(c): ord(c) + 0xFEE0 for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"}


@pytest.mark.parametrize(
    "typed",
    [
        lambda number: number.translate(WIDE),
        lambda number: number.lower().replace("-", "—"),
        lambda number: f"　{number.replace('-', '－')} ",
    ],
    ids=["full width", "long dashes", "full-width dashes"],
)
def test_a_number_from_a_chinese_keyboard_opens_its_room(
    sign_in: SignIn, scene: Scene, typed: Callable[[str], str]
) -> None:
    number = scene.incident().case.number
    client = sign_in("zhoumin")
    response = client.get("/search/", {"q": typed(number)})
    assert response.headers["Location"] == f"/cases/{number}/"
    part = client.get("/search/", {"q": typed(number)[-9:]}).content.decode()
    assert f"/cases/{number}/" in part
    cases = client.get("/cases/", {"q": typed(number)}).content.decode()
    assert f"/cases/{number}/" in cases


def test_part_of_a_number_and_of_a_place(sign_in: SignIn, scene: Scene) -> None:
    number = scene.incident().case.number
    client = sign_in("zhoumin")
    assert number in client.get("/search/", {"q": number[-8:]}).content.decode()
    body = client.get("/search/", {"q": "车库"}).content.decode()
    assert number in body
    assert "西区出入口" in body
    assert f"/report/?place={scene.garage.code}" in body


def test_the_code_of_a_poster_finds_its_place(sign_in: SignIn, scene: Scene) -> None:
    code = scene.garage.code
    body = sign_in("zhoumin").get("/search/", {"q": code.lower()}).content.decode()
    assert scene.garage.label in body
    other = sign_in("tangning").get("/search/", {"q": code}).content.decode()
    assert scene.garage.label not in other


def test_colleagues_are_for_those_who_manage_people(
    sign_in: SignIn, scene: Scene
) -> None:
    asked = {"q": "王建国"}
    assert "B-1001" in sign_in("hetao").get("/search/", asked).content.decode()
    assert "B-1001" in sign_in("guoxin").get("/search/", asked).content.decode()
    assert "B-1001" not in sign_in("lifang").get("/search/", asked).content.decode()
    # A manager of one site does not look into another.
    assert (
        "B-1101" not in sign_in("hetao").get("/search/", {"q": "丁一"}).content.decode()
    )
    assert "B-1101" in sign_in("admin").get("/search/", {"q": "丁一"}).content.decode()


def test_customers_are_masked_and_for_those_who_may_unmask(
    sign_in: SignIn, scene: Scene, at: datetime
) -> None:
    customers.add_person(
        site=scene.site,
        name="欧阳明月",
        phone="19900000999",
        by=scene.officer,
        at=at,
    )
    body = sign_in("lifang").get("/search/", {"q": "欧阳"}).content.decode()
    assert "199****0999" in body
    assert "欧阳明月" not in body
    for username in ("zhangqiang", "tangning", "linan"):
        body = sign_in(username).get("/search/", {"q": "欧阳"}).content.decode()
        assert "199****0999" not in body, username


@pytest.mark.parametrize("asked", ["", "   ", "%", "'; --", "<b>", "长" * 500])
def test_odd_questions_do_no_harm(sign_in: SignIn, asked: str) -> None:
    response = sign_in("zhoumin").get("/search/", {"q": asked})
    assert response.status_code == 200
    assert "<b>”" not in response.content.decode()
