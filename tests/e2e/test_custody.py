"""A thing changes hands: registered, signed for by two on one screen, printed."""

from __future__ import annotations

import base64
import re
from io import BytesIO

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import DESK, PHONE, Installation, SignIn

DARK = {"color_scheme": "dark"}


def register(page: Page, number: str, seal: str) -> str:
    """Take in the umbrella; the address of its page."""
    page.goto(f"/cases/{number}/evidence/objects/")
    page.fill("input[name=title]", "黑色长柄伞，伞尖弯曲")
    page.fill("textarea[name=how]", "12 号车位旁捡起")
    page.fill("input[name=seal_number]", seal)
    page.fill("input[name=kept_where]", "值班室保险柜 2 层")
    page.click("form.form button.primary")
    page.wait_for_url(re.compile(r"/evidence/[0-9a-f-]{36}/$"))
    return page.url


def pad(page: Page, side: str) -> Locator:
    return page.locator(f"signature-pad:has(input[name={side}_signature])")


def sign(page: Page, side: str, *, strokes: int = 2) -> None:
    canvas = pad(page, side).locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    for number in range(strokes):
        left, top = box["x"] + 30 + 50 * number, box["y"] + 40
        page.mouse.move(left, top)
        page.mouse.down()
        page.mouse.move(left + 60, top + 50 + (9 if side == "giver" else 0), steps=6)
        page.mouse.move(left + 110, top + 10, steps=6)
        page.mouse.up()


def drawn(page: Page, side: str) -> Image.Image:
    value = pad(page, side).locator("input").input_value()
    content = base64.b64decode(value.removeprefix("data:image/png;base64,"))
    return Image.open(BytesIO(content)).convert("L")


def faults(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    names = [f"{v['id']}: {v['nodes'][0]['target']}" for v in found]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        names.append("sideways scrolling")
    return names


@pytest.mark.parametrize(
    ("size", "more"),
    [(PHONE, {**DARK, "device_scale_factor": 3}), (DESK, {})],
    ids=["phone", "desk"],
)
def test_hand_over_with_two_signatures(
    told_installation: Installation,
    sign_in: SignIn,
    size: dict[str, int],
    more: dict[str, object],
) -> None:
    number = told_installation.story["number"]
    page = sign_in(told_installation, "zhoumin", size=size, **more).page
    record = register(page, number, "YQ-0417")
    assert faults(page) == []

    page.get_by_role("link", name="交接").click()
    assert faults(page) == []
    page.select_option("select[name=receiver]", label="孙磊 (sunlei)")
    page.fill("textarea[name=words]", "换班")
    sign(page, "giver")
    page.click("form.form button.primary")
    expect(page.locator("form .error").first).to_contain_text("都要签")
    assert faults(page) == []

    sign(page, "receiver", strokes=3)  # what the giver signed is still there
    before = drawn(page, "receiver")
    pad(page, "receiver").locator("[data-undo]").click()
    assert sum(drawn(page, "receiver").histogram()[:128]) < sum(
        before.histogram()[:128]
    )
    ink = drawn(page, "receiver")
    assert ink.getpixel((2, 2)) == 255  # white paper in the dark as well
    assert ink.width >= size["width"] * (2 if size is PHONE else 0.2)
    page.dblclick("form.form button.primary")
    page.wait_for_url(record)

    assert told_installation.kinds()["evidence.custody_stepped"] == 2
    expect(page.locator(".chapters")).to_contain_text("周敏 → 孙磊")
    pictures = page.locator(".signatures img")
    expect(pictures).to_have_count(2)
    loaded = "all => all.every((img) => img.complete && img.naturalWidth > 0)"
    assert pictures.evaluate_all(loaded)
    assert faults(page) == []

    receiver = sign_in(told_installation, "sunlei")
    receiver.go("/notify/inbox/")
    expect(receiver.page.locator("main")).to_contain_text("E-0001 已交接给您")


def test_clearing_and_the_keyboard(
    told_installation: Installation, sign_in: SignIn
) -> None:
    number = told_installation.story["number"]
    page = sign_in(told_installation, "zhoumin").page
    register(page, number, "YQ-0418")
    page.get_by_role("link", name="交接").click()

    clear = pad(page, "giver").locator("[data-clear]")
    expect(clear).to_be_disabled()
    sign(page, "giver")
    clear.focus()
    page.keyboard.press("Enter")

    expect(clear).to_be_disabled()
    assert pad(page, "giver").locator("input").input_value() == ""


def test_the_pad_works_on_the_sheet_over_the_room(
    told_installation: Installation, sign_in: SignIn
) -> None:
    number = told_installation.story["number"]
    page = sign_in(told_installation, "zhoumin").page
    record = register(page, number, "YQ-0419")
    page.goto(f"/cases/{number}/")
    address = f"{record}hand-over/"

    page.evaluate(f"htmx.ajax('GET', '{address}', {{target: '#sheet'}})")
    expect(page.locator("dialog#sheet signature-pad").first).to_be_visible()
    page.select_option("dialog select[name=receiver]", label="孙磊 (sunlei)")
    sign(page, "giver")
    sign(page, "receiver")
    page.click("dialog form button.primary")

    page.wait_for_url(record)
    expect(page.locator(".signatures img")).to_have_count(2)


def test_on_paper(told_installation: Installation, sign_in: SignIn) -> None:
    number = told_installation.story["number"]
    page = sign_in(told_installation, "zhoumin").page
    page.goto(f"{register(page, number, 'YQ-0420')}custody/")

    assert sizes(page) == [(595, 842)]  # A4 in points
    page.get_by_role("link", name="标签").click()
    page.wait_for_url("**/label/")
    assert faults(page) == []
    expect(page.locator(".bag-qr svg")).to_be_visible()
    ((width, _height),) = sizes(page)
    assert width == 176  # 62 mm


def sizes(page: Page) -> list[tuple[int, int]]:
    """The pages that would come out of the printer, in points."""
    content = page.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)
    return [(round(float(width)), round(float(height))) for width, height in boxes]
