"""Somebody draws over a photo and a film, and the copy is made of just that."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import DESK, PHONE, Installation, SignIn
from tests.evidence import masks

SIZES = pytest.mark.parametrize(
    ("size", "more"),
    [
        (PHONE, {"color_scheme": "dark", "has_touch": True, "is_mobile": True}),
        (DESK, {}),
    ],
    ids=["phone", "desk"],
)


def add(installation: Installation, path: Path) -> str:
    """The address of the page of an exhibit with these bytes."""
    number = installation.story["number"]
    said = installation.shell(
        "from django.utils import timezone\n"
        "from anlan.accounts.models import User\n"
        "from anlan.cases.models import Case\n"
        "from anlan.evidence import services\n"
        f"content = open({str(path)!r}, 'rb').read()\n"
        f"case = Case.objects.get(number={number!r})\n"
        "by = User.objects.get(username='zhoumin')\n"
        "made = services.add_file(\n"
        "    case=case, chunks=[content], title='车库', by=by, at=timezone.now())\n"
        "print(made.uid)"
    )
    return f"/cases/{number}/evidence/{said.strip().splitlines()[-1]}/"


def begin(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="打码", exact=True).click()
    page.wait_for_url("**/mask/")
    page.get_by_role("button", name="打开并打码").click()
    page.wait_for_url(re.compile(r"/masks/[0-9a-f-]{36}/$"))
    expect(page.locator("[data-boxes]")).to_be_visible(timeout=30_000)


def corner_of(stage: Locator, x: float, y: float) -> tuple[float, float]:
    box = stage.bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """With parts of the picture, from corner to corner."""
    stage = page.locator("[data-boxes]")
    stage.scroll_into_view_if_needed()
    page.mouse.move(*corner_of(stage, *start))
    page.mouse.down()
    page.mouse.move(*corner_of(stage, *end), steps=5)
    page.mouse.up()


def kept(page: Page) -> None:
    expect(page.locator("[data-status]").first).to_have_text("已保存")


def plan(installation: Installation) -> dict[str, Any]:
    ((said,),) = installation.rows(
        "SELECT plan FROM evidence_redaction ORDER BY id DESC LIMIT 1"
    )
    return dict(json.loads(said))


def faults(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    names = [f"{v['id']}: {v['nodes'][0]['target']}" for v in found]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        names.append("sideways scrolling")
    return names


@SIZES
def test_a_photo_from_the_first_box_to_the_copy(
    told_installation: Installation,
    sign_in: SignIn,
    tmp_path: Path,
    size: dict[str, int],
    more: dict[str, object],
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(masks.photo())
    address = add(told_installation, path)
    page = sign_in(told_installation, "zhoumin", size=size, **more).page
    begin(page, address)
    looked = told_installation.kinds()["evidence.opened"]
    assert looked >= 1  # what is drawn on is the original
    assert faults(page) == []

    drag(page, (0.1, 0.1), (0.3, 0.4))  # 64…192, 48…192: the square and more
    kept(page)
    (key,) = plan(told_installation)["boxes"][0]["keys"]
    assert key[1:] == pytest.approx([64, 48, 128, 144], abs=4)
    drag(page, (0.6, 0.6), (0.8, 0.8))
    kept(page)
    expect(page.locator("[data-list] > li")).to_have_count(2)
    page.get_by_role("button", name="撤销").click()
    expect(page.locator("[data-list] > li")).to_have_count(1)
    drag(page, (0.2, 0.2), (0.22, 0.22))  # moves it
    kept(page)
    row = page.locator("[data-list] > li").first
    row.get_by_label("左").fill("60")
    row.get_by_label("左").press("Tab")
    row.get_by_label("是什么").select_option("plate")
    kept(page)
    assert plan(told_installation)["boxes"][0]["keys"][0][1] == 60
    page.get_by_label("预览成品").check()
    assert faults(page) == []
    page.get_by_label("预览成品").uncheck()
    page.reload()
    expect(page.locator("[data-list] > li")).to_have_count(1)
    page.get_by_role("button", name="制作打码副本").dblclick()

    expect(page.locator("main")).to_contain_text("打码副本已入库", timeout=30_000)
    assert faults(page) == []
    page.locator("main .btn.primary").first.click()
    expect(page.locator("h1")).to_contain_text("打码副本")
    page.get_by_role("link", name="查看照片").click()
    loaded = "img => img.complete && img.naturalWidth > 0"
    expect(page.locator("img.look")).to_be_visible()
    assert page.locator("img.look").evaluate(loaded)
    assert told_installation.kinds()["evidence.redaction_made"] == 1
    page.goto(address)
    expect(page.locator("dl.facts").first).to_contain_text("打码副本")


@SIZES
def test_a_box_follows_through_a_film(
    told_installation: Installation,
    sign_in: SignIn,
    tmp_path: Path,
    size: dict[str, int],
    more: dict[str, object],
) -> None:
    path = masks.film(tmp_path / "film.mp4")
    address = add(told_installation, path)
    page = sign_in(told_installation, "zhoumin", size=size, **more).page
    begin(page, address)
    page.wait_for_function("() => document.querySelector('video').readyState >= 2")
    clock = page.locator("[data-moment]")

    drag(page, (16 / 320, 96 / 240), (52 / 320, 132 / 240))
    kept(page)
    page.get_by_role("button", name="后一帧").click()
    expect(clock).to_have_text("0.040")
    page.get_by_role("button", name="前一帧").click()
    expect(clock).to_have_text("0.000")
    page.locator("[data-slider]").fill("3961")
    expect(clock).to_have_text("3.960")
    drag(page, (34 / 320, 114 / 240), (232 / 320, 114 / 240))  # moves it along
    kept(page)
    (box,) = plan(told_installation)["boxes"]
    assert [key[0] for key in box["keys"]] == [0, 3960]
    assert faults(page) == []
    page.locator("[data-slider]").fill("2001")
    expect(clock).to_have_text("2.000")
    shown = page.locator("[data-boxes] rect.cover").first
    assert float(shown.get_attribute("x") or 0) == pytest.approx(116, abs=4)
    part = page.locator("[data-part]")
    part.get_by_role("button", name="从此刻").click()
    kept(page)
    assert plan(told_installation)["part"] == [2000, masks.SECONDS * 1000]
    part.get_by_label("到（秒）").fill("3")
    part.get_by_label("到（秒）").press("Tab")
    kept(page)
    assert plan(told_installation)["part"] == [2000, 3000]
    assert faults(page) == []
    part.get_by_role("button", name="整段都要").click()
    kept(page)
    assert "part" not in plan(told_installation)
    page.get_by_role("button", name="制作打码副本").click()
    expect(page.locator("main")).to_contain_text("打码副本已入库", timeout=60_000)

    ((digest,),) = told_installation.rows(
        "SELECT b.sha256 FROM evidence_exhibit e JOIN evidence_blob b ON b.id = e.blob_id"
        " WHERE e.source = 'masked'"
    )
    made = told_installation.data / "vault/objects" / digest[:2] / digest[2:4] / digest
    pictures = masks.pictures(made)
    assert len(pictures) == masks.SECONDS * masks.RATE
    assert max(max(one.convert("L").tobytes()) for one in pictures) < 150


def test_two_draw_at_once(
    told_installation: Installation, sign_in: SignIn, tmp_path: Path
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(masks.photo())
    address = add(told_installation, path)
    page = sign_in(told_installation, "zhoumin").page
    begin(page, address)
    other = sign_in(told_installation, "hetao").page
    other.goto(page.url)
    drag(page, (0.1, 0.1), (0.3, 0.4))
    kept(page)

    drag(other, (0.5, 0.5), (0.7, 0.7))

    expect(other.locator("[data-error]")).to_contain_text("周敏 刚改过")
    assert len(plan(told_installation)["boxes"]) == 1


def test_without_a_script(
    told_installation: Installation, sign_in: SignIn, tmp_path: Path
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(masks.photo())
    address = add(told_installation, path)
    page = sign_in(told_installation, "zhoumin", java_script_enabled=False).page
    page.goto(address + "mask/")
    page.get_by_role("button", name="打开并打码").click()
    for _try in range(20):
        if page.locator("[name=box-0-key-0-x]").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    for name, value in {"x": 90, "y": 70, "width": 100, "height": 100}.items():
        page.fill(f"[name=box-0-key-0-{name}]", str(value))
    page.get_by_role("button", name="保存").click()
    expect(page.locator("[name=box-0-key-0-x]")).to_have_value("90")
    assert plan(told_installation)["boxes"][0]["keys"] == [[0, 90, 70, 100, 100]]
