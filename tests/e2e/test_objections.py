"""On the phone of who got a letter: the link, the objection, and what became of it."""

from __future__ import annotations

import re
from http import HTTPStatus

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PHONE, Installation, SignIn
from tests.e2e.test_custody import DARK
from tests.e2e.test_notices import APPROVED
from tests.e2e.test_statements import faults


@pytest.fixture
def number(told_installation: Installation) -> str:
    return told_installation.shell(APPROVED).rpartition("number:")[2].strip()


def test_an_objection_on_the_phone_is_heard(
    told_installation: Installation, number: str, sign_in: SignIn
) -> None:
    desk = sign_in(told_installation, "zhoumin").page
    desk.goto(f"/cases/{number}/notices/")
    desk.get_by_role("button", name="起草告知书").click()
    desk.wait_for_url(re.compile(r"/notices/[0-9a-f-]{36}/$"))
    address = desk.url
    desk.fill("form.form [name=facts]", "您在停车场用伞打了他人。")
    desk.get_by_role("button", name="保存并预览").click()
    other = sign_in(told_installation, "guoxin").page
    other.goto(address)
    other.get_by_role("button", name="签发").click()
    expect(other.locator(".meta")).to_contain_text("已签发")

    desk.goto(address)
    desk.get_by_role("button", name="生成新链接").click()
    own = (desk.locator("#given-address").text_content() or "").strip()
    assert faults(desk) == []

    phone = sign_in(told_installation, size=PHONE, path=own, **DARK).page
    expect(phone.locator("main")).to_contain_text("您在停车场用伞打了他人")
    expect(phone.locator("main")).not_to_contain_text("孟大海")
    assert faults(phone) == []
    phone.fill("[name=words]", "我没有打人，请看录像。")
    phone.get_by_role("button", name="提出申诉").click()
    expect(phone.locator("main")).to_contain_text("已收到您的申诉")
    expect(phone.locator("main")).to_contain_text("正在复核")
    expect(phone.get_by_role("button", name="提出申诉")).to_have_count(0)
    assert faults(phone) == []

    hearer = sign_in(told_installation, "chenlu").page
    hearer.goto(f"/cases/{number}/notices/")
    hearer.get_by_role("link", name=re.compile("O-0")).first.click()
    expect(hearer.locator("main")).to_contain_text("本人在告知书的链接上")
    hearer.get_by_label("撤销措施").check()
    hearer.fill("[name=reason]", "录像里看不清，证据不足。")
    hearer.get_by_role("button", name="作出复核决定").click()
    expect(hearer.locator(".meta")).to_contain_text("撤销措施")

    phone.reload()
    expect(phone.locator("main")).to_contain_text("录像里看不清，证据不足。")
    expect(phone.locator("main")).to_contain_text("不再执行")
    phone.get_by_role("button", name="English").click()
    expect(phone.locator("main")).to_contain_text("no longer carried out")
    assert faults(phone) == []

    desk.goto(address)
    desk.get_by_role("button", name="作废链接").click()
    assert phone.request.get(own).status == HTTPStatus.NOT_FOUND
