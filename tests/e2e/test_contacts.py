"""A contact is named, talks are written down, two are kept apart, and a wall stands."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.e2e.conftest import DESK, PHONE, Installation, SignIn
from tests.e2e.test_custody import DARK
from tests.e2e.test_statements import faults


def in_days(days: int) -> str:
    return f"{timezone.localtime() + timedelta(days=days):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("size", "more"), [(PHONE, DARK), (DESK, {})], ids=["phone", "desk"]
)
def test_from_the_contact_to_the_phone_of_the_guard(
    told_installation: Installation,
    sign_in: SignIn,
    size: dict[str, int],
    more: dict[str, object],
) -> None:
    number = told_installation.story["number"]
    address = f"/cases/{number}/contacts/"
    page = sign_in(told_installation, "zhoumin", size=size, **more).page
    page.goto(address)
    assert faults(page) == []
    page.locator("#named-contacts").get_by_role("link").first.click()
    page.select_option("select[name=user]", label="陈雯 (chenwen)")
    assert faults(page) == []
    page.click("form.form button.primary")
    expect(page.locator("#named-contacts")).to_contain_text("陈雯")

    page.get_by_role("link", name="记录沟通").click()
    page.select_option("select[name=party]", index=1)
    page.fill("[name=words]", "她说头疼，想先休息")
    page.select_option("select[name=medical]", "accepted")
    page.fill("[name=promise_1]", "明天陪同就医")
    assert faults(page) == []
    page.click("form.form button.primary")
    expect(page.locator("form.form .error").first).to_contain_text("一起填写")
    page.fill("[name=promise_1_due]", in_days(1))
    page.click("form.form button.primary")
    expect(page.locator("#talks")).to_contain_text("她说头疼")
    expect(page.locator("#talks")).to_contain_text("待兑现")

    page.locator("#kept-apart").get_by_role("link", name="安排").click()
    page.select_option("select[name=one]", index=1)
    page.select_option("select[name=other]", index=2)
    page.select_option("select[name=places]", index=0)
    page.fill("[name=words]", "错开电梯，由保安陪同")
    page.fill("[name=ends_at]", in_days(3))
    assert faults(page) == []
    page.click("form.form button.primary")
    expect(page.locator("#kept-apart")).to_contain_text("执行中")
    assert faults(page) == []

    guard = sign_in(told_installation, "wangjianguo", size=PHONE).page
    guard.goto("/m/tasks/")
    expect(guard.locator("main")).to_contain_text("错开电梯")
    assert faults(guard) == []
    page.goto(f"/cases/{number}/")
    expect(page.locator("#panel-contacts")).to_contain_text("陈雯")
    assert told_installation.kinds()["case.contact_held"] >= 1


def test_the_victim_reads_her_own_page(
    told_installation: Installation, sign_in: SignIn
) -> None:
    number = told_installation.story["number"]
    page = sign_in(told_installation, "zhoumin").page
    page.goto(f"/cases/{number}/contacts/")
    page.locator("#own-links").get_by_role("button").first.click()
    own = (page.locator("#given-address").text_content() or "").strip()
    assert faults(page) == []
    phone = sign_in(told_installation, size=PHONE, path=own, **DARK).page
    expect(phone.locator("h1")).to_contain_text("您的联系人")
    expect(phone.locator("main")).to_contain_text("答应您的事")
    assert faults(phone) == []
    phone.get_by_role("button", name="English").click()
    expect(phone.locator("h1")).to_contain_text("Your contact")
    assert faults(phone) == []
    page.locator("#own-links").get_by_role("button", name="作废链接").first.click()
    expect(page.locator("#own-links")).not_to_contain_text("作废链接")
    assert phone.request.get(own).status == HTTPStatus.NOT_FOUND
