"""The screens around the API: tokens, devices, the page of operations."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from anlan.accounts.models import ApiToken, User
from anlan.api.root import api
from anlan.incidents.enums import DeviceMode
from anlan.incidents.models import Device
from tests.api.boxes import HERE, Box, put_up
from tests.api.conftest import Api
from tests.scene import Scene


@pytest.fixture
def sit(scene: Scene) -> Any:
    """``sit(user)`` is a browser signed in as that person."""

    def sit(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="anlan.accounts.backend.Backend")
        return client

    return sit


def _shown(response: HttpResponse) -> str:
    found = re.search(r'id="secret"[^>]*>([^<]+)<', response.content.decode())
    assert found, "no secret on the page"
    return found[1]


def test_a_token_is_made_copied_once_used_and_revoked(scene: Scene, sit: Any) -> None:
    browser = sit(scene.guard)
    said = {"name": "大堂屏幕", "days": "30", "scopes": ["case.see"]}
    made = browser.post("/me/tokens/", said)
    assert made.status_code == 201
    assert "no-store" in made.headers["Cache-Control"]
    secret = _shown(made)
    assert Api(secret).get("/cases").status == 200
    later = browser.get("/me/tokens/").content.decode()
    assert secret not in later
    assert "大堂屏幕" in later
    uid = ApiToken.objects.get().uid
    assert sit(scene.officer).post(f"/me/tokens/{uid}/revoke/").status_code == 404
    assert browser.post(f"/me/tokens/{uid}/revoke/").status_code == 302
    assert Api(secret).get("/cases").status == 401


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(
    scene: Scene, sit: Any
) -> None:
    answer = sit(scene.guard).post("/me/tokens/", {"name": "屏幕", "days": "30"})
    assert answer.status_code == 422
    assert 'value="屏幕"' in answer.content.decode()
    foreign = {"name": "屏幕", "days": "30", "scopes": ["ledger.read"]}
    assert sit(scene.guard).post("/me/tokens/", foreign).status_code == 422
    assert not ApiToken.objects.exists()


def test_a_device_is_registered_rotated_tested_and_disabled(
    scene: Scene, sit: Any, at: datetime
) -> None:
    browser = sit(scene.manager)
    said = {
        "name": "前台按钮",
        "kind": "panic_button",
        "place": str(scene.garage.uid),
        "mapping": "anlan",
        "mode": "hmac",
        "rate": "30",
    }
    made = browser.post("/admin/devices/new/", said)
    assert made.status_code == 201
    device = Device.objects.get()
    secret = _shown(made)
    assert f"SECRET={secret}" in made.content.decode()
    page = f"/admin/devices/{device.uid}/"
    assert secret not in browser.get(page).content.decode()
    rotated = browser.post(f"{page}rotate/")
    assert _shown(rotated) != secret
    browser.post(f"{page}test/")
    assert "等待测试信号" in browser.get(page).content.decode()
    now = at.replace(minute=at.minute + 1)
    assert Box(device, _shown(rotated)).press(now).body["received"] == "test"
    browser.post(f"{page}disable/")
    assert Box(device, _shown(rotated)).press(now).status == 401
    assert "已停用" in browser.get("/admin/devices/").content.decode()


@pytest.mark.parametrize("mode", DeviceMode)
def test_every_mode_says_what_to_type_into_the_device(
    scene: Scene, sit: Any, mode: DeviceMode
) -> None:
    topic = "anlan/alarms/1" if mode == DeviceMode.BROKER else ""
    addresses = () if mode in {DeviceMode.BROKER, DeviceMode.HMAC} else (HERE,)
    box = put_up(scene, mode=mode, topic=topic, addresses=addresses)
    page = sit(scene.manager).get(f"/admin/devices/{box.device.uid}/")
    assert page.status_code == 200
    assert (topic or "/api/v1/alarms") in page.content.decode()


@pytest.mark.parametrize("path", ["", "new/"])
def test_devices_are_for_those_who_manage_them(
    scene: Scene, sit: Any, path: str
) -> None:
    assert sit(scene.officer).get(f"/admin/devices/{path}").status_code == 403
    assert Client().get(f"/admin/devices/{path}").status_code == 302


def test_a_device_of_another_site_is_not_found(scene: Scene, sit: Any) -> None:
    box = put_up(scene)
    page = f"/admin/devices/{box.device.uid}/"
    for path in ("", "rotate/", "disable/", "test/"):
        browser = sit(scene.person("tangning"))
        answer = browser.post(page + path) if path else browser.get(page)
        assert answer.status_code in {403, 404}
    box.device.refresh_from_db()
    assert box.device.is_enabled


def test_the_pages_of_operations_name_them_all_without_script(scene: Scene) -> None:
    pages = _pages_of_operations()
    index, themes = pages.pop("/api/docs"), "".join(pages.values())
    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    for methods in schema["paths"].values():
        for operation in methods.values():
            assert f'#{operation["operationId"]}"' in index
            assert f'id="{operation["operationId"]}"' in themes
    for page in (index, themes):
        assert not re.search(r"<script(?![^>]*src=)", page)
        assert not re.search(r'(src|href)="https?://', page)


def test_a_theme_that_nobody_knows(scene: Scene) -> None:
    assert Client().get("/api/docs/weather").status_code == 404


def _pages_of_operations() -> dict[str, str]:
    index = Client().get("/api/docs").content.decode()
    paths = set(re.findall(r'href="(/api/docs/[\w-]+)"', index))
    return {path: Client().get(path).content.decode() for path in ("/api/docs", *paths)}


def test_the_schema_is_served_to_programs(scene: Scene) -> None:
    answer = Api().get("/openapi.json")
    assert answer.status == 200
    assert answer.body["openapi"].startswith("3.")
