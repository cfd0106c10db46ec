"""Every page of the desk, asked by every person of the demo."""

from __future__ import annotations

import pytest
from django.test import Client

from anlan.play.company import PEOPLE
from tests.desk.conftest import SignIn
from tests.scene import Scene

PAGES = (
    "/incidents/",
    "/cases/",
    "/tasks/",
    "/monitor/",
    "/report/",
    "/search/",
    "/search/?q=车库",
    "/me/",
    "/permissions/",
)
ON_FOOT = {"wangjianguo", "zhangqiang", "sunlei", "maliang", "gaofeng", "dingyi"}


@pytest.mark.parametrize("username", [somebody.username for somebody in PEOPLE])
def test_everybody_gets_every_page(
    sign_in: SignIn, scene: Scene, username: str
) -> None:
    scene.incident()
    client = sign_in(username)
    for page in PAGES:
        assert client.get(page).status_code == 200, page


@pytest.mark.parametrize("username", [somebody.username for somebody in PEOPLE])
def test_home_sends_guards_to_the_phone(sign_in: SignIn, username: str) -> None:
    response = sign_in(username).get("/")
    if username in ON_FOOT:
        assert response.headers["Location"] == "/m/"
    elif username == "lixiang":  # on duty in the monitor room
        assert response.headers["Location"] == "/monitor/"
    else:
        assert response.status_code == 200


@pytest.mark.parametrize("page", ["/", *PAGES])
def test_nobody_gets_a_page_without_signing_in(scene: Scene, page: str) -> None:
    response = Client().get(page)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("username", ["tangning", "admin", "linan"])
def test_who_may_not_see_a_case_finds_it_on_no_page(
    sign_in: SignIn, scene: Scene, username: str
) -> None:
    """The officer of another site, the administrator, the counsellor."""
    number = scene.incident().case.number
    client = sign_in(username)
    for page in ("/", "/incidents/", "/cases/", "/monitor/", f"/search/?q={number}"):
        body = client.get(page).content.decode()
        assert f"/{number}/" not in body, page
        assert scene.garage.label + "，" not in body, page


def test_who_may_see_the_case_finds_it_on_these_pages(
    sign_in: SignIn, scene: Scene
) -> None:
    """The counterpart of the test above: it would notice a page that shows nothing."""
    number = scene.incident().case.number
    client = sign_in("zhoumin")
    for page in ("/", "/incidents/", "/cases/", "/monitor/"):
        assert f"/cases/{number}/" in client.get(page).content.decode(), page


@pytest.mark.parametrize(
    ("username", "place"),
    [
        ("fangzheng", "/cases/talks/mine/"),
        ("chenlu", "/cases/counsel/lawyers/"),
        ("linan", "/counselling/"),
    ],
)
def test_the_menu_leads_to_what_a_role_is_for(
    sign_in: SignIn, scene: Scene, username: str, place: str
) -> None:
    client = sign_in(username)
    assert f'href="{place}"' in client.get("/me/").content.decode()
    assert client.get(place).status_code == 200
