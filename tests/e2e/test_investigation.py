"""Two are heard apart, the scene is drawn with the keys, findings cite and are approved."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESK, PHONE, Installation, SignIn
from tests.e2e.test_statements import faults, read_back, sign, tell

SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])


SAID = (
    "我下午两点十分到的车库。他用伞打了我的额头。我没有推他。",
    "那是下午三点半的事。他先推了我。我手里没有拿东西。",
)


def plan(page: Page, base: str, *people: int, question: str) -> None:
    page.goto(f"{base}interviews/new/")
    for place in people:
        page.locator("input[name=parties]").nth(place).check()
    page.check("input[name=role][value=witness]")
    page.select_option("select[name=interviewer]", label="许晴 (xuqing)")
    page.fill("[name=questions]", question)
    page.click("form.form button.primary")


def hear(page: Page, question: str, words: str) -> str:
    """From the plan to the signature; the address of the interview."""
    page.wait_for_url(re.compile(r"/interviews/[0-9a-f-]{36}/$"))
    address = page.url
    page.get_by_role("link", name="开始谈话").click()
    page.fill("input[name=place]", "会客室")
    page.click("form.form button.primary")
    expect(page.locator("main")).to_contain_text("G21")  # nobody was told
    page.check("input[name=is_told]")
    page.click("form.form button.primary")
    page.wait_for_url(re.compile(r"/statements/[0-9a-f-]{36}/$"))
    expect(page.locator("fieldset[data-key=own-1] legend")).to_contain_text(question)
    tell(page, "free", words)
    read_back(page)
    page.check("input[name=is_confirmed]")
    sign(page, "signature")
    page.click("form.form button.primary")
    expect(page.locator("main")).to_contain_text("已签字定稿")
    return address


def compare(page: Page, base: str) -> None:
    """The two contradict in the time; a person reads it, and asks what nobody said."""
    page.goto(f"{base}comparison/")
    when = page.locator("#fact-when td")
    expect(when.nth(0)).to_contain_text("两点十分")
    expect(when.nth(1)).to_contain_text("三点半")
    assert faults(page) == []
    when.nth(0).get_by_role("button", name="接受").click()
    page.wait_for_url(re.compile(r"#fact-when$"))
    expect(when.nth(0)).to_contain_text("许晴核对")
    when.nth(1).get_by_role("link", name="修改").click()
    page.check("input[name=says][value=silent]")
    assert faults(page) == []
    page.click("form.form button.primary")
    page.wait_for_url(re.compile(r"#fact-when$"))
    expect(when.nth(1)).to_contain_text("未提及")
    pair = page.locator(".pair").filter(has_text="时间对不上").first
    pair.get_by_role("link", name="不成立").click()
    page.fill("[name=reason]", "说的不是同一时刻")
    page.click("form.form button.primary")
    expect(page.locator("main")).to_contain_text("核对后不成立的 1 条")
    page.locator("#fact-saw").get_by_role("link", name="下次谈话问").click()
    expect(page.locator("[name=questions]")).to_have_value(re.compile("谁在场"))


def test_two_interviews_and_findings_that_another_person_approves(
    told_installation: Installation, sign_in: SignIn
) -> None:
    number = told_installation.story["number"]
    base = f"/cases/{number}/investigation/"
    page = sign_in(told_installation, "xuqing", size=DESK).page

    plan(page, base, 0, 1, question="几点？")
    expect(page.locator("form .error").first).to_contain_text("谈话分别进行")
    assert faults(page) == []
    for place in (0, 1):
        plan(page, base, place, question="车位线看得清吗？")
        page.goto(hear(page, "车位线看得清吗？", SAID[place]))
        expect(page.locator("main")).to_contain_text("没有问到")
    page.goto(base)
    expect(page.locator("main")).to_contain_text("还没有人问过")
    assert faults(page) == []

    compare(page, base)

    page.goto(f"{base}findings/")
    page.get_by_role("button", name="起草调查结论").click()
    page.wait_for_url(re.compile(r"/findings/[0-9a-f-]{36}/$"))
    address = page.url
    page.get_by_role("link", name="在“经过”写一句").click()
    page.fill("form.form [name=text]", "双方系互殴。")
    page.click("form.form button.primary")
    expect(page.locator("main")).to_contain_text("G15")
    page.fill("form.form [name=text]", "灰衣男子用伞打了陆某。")
    page.click("form.form button.primary")
    page.wait_for_url(address)
    page.get_by_role("button", name="提交审批").click()
    expect(page.locator("[role=alert]")).to_contain_text("每一句事实都要引用")
    page.get_by_role("link", name="修改", exact=True).click()
    page.locator("input[name=sources]").first.check()  # a signed statement
    page.click("form.form button.primary")
    page.get_by_role("button", name="提交审批").click()
    expect(page.locator(".meta").first).to_contain_text("待另一人审批")
    assert faults(page) == []

    manager = sign_in(told_installation, "hetao", size=PHONE).page
    manager.goto(address)
    assert faults(manager) == []
    manager.get_by_role("button", name="批准").click()
    expect(manager.locator(".meta").first).to_contain_text("已批准")
    manager.goto(f"{address}paper/")
    expect(manager.locator("main")).to_contain_text("[S-")


@SIZES
def test_a_sketch_is_drawn_with_the_mouse_and_the_keys(
    told_installation: Installation, sign_in: SignIn, size: dict[str, int]
) -> None:
    number = told_installation.story["number"]
    page = sign_in(told_installation, "xuqing", size=size).page
    page.goto(f"/cases/{number}/investigation/scene/sketches/new/")
    page.fill("input[name=title]", "B1 东区")
    page.click("form.form button.primary")
    page.wait_for_url(re.compile(r"/sketches/[0-9a-f-]{36}/$"))

    drawing = page.locator("svg.sketch")
    box = drawing.bounding_box()
    assert box is not None
    drawing.click(position={"x": box["width"] / 4, "y": box["height"] / 2})
    expect(page.locator("[data-form] [name=x]")).to_have_value(re.compile(r"^2[45]\d$"))
    at_first = int(page.locator("[data-form] [name=x]").input_value())
    page.check("input[name=kind][value=object]")
    page.fill("[data-form] [name=label]", "雨伞")
    page.click("[data-form] button.primary")
    expect(page.locator(".legend")).to_contain_text("雨伞")
    pin = page.locator("svg a[data-pin]")
    pin.focus()
    with page.expect_response(re.compile(r"/place/$")):
        for _press in range(3):
            page.keyboard.press("ArrowRight")
    page.reload()

    newest = "SELECT x FROM investigation_pin ORDER BY id DESC"
    assert told_installation.rows(newest)[0][0] == at_first + 30
    assert faults(page) == []
