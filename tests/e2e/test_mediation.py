"""A side agrees on its phone and leaves in a session; an agreement is refused, then signed."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Installation, SignIn
from tests.e2e.test_custody import DARK
from tests.e2e.test_statements import faults, sign

# The open case of the story, with somebody known on each side, told to the police.
KNOWN = """
from django.utils import timezone
from anlan.accounts.models import User
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.customers import services as customers
from anlan.incidents import services as incidents
from anlan.incidents.enums import EmergencyService
from anlan.incidents.models import Incident
at = timezone.now()
officer = User.objects.get(username="zhoumin")
case = Case.objects.select_related("site").filter(state="open", kind="IN").latest("pk")
for role, name in (("victim", "陆远航"), ("aggressor", "孟大海")):
    person = customers.add_person(site=case.site, name=name, by=officer, at=at)
    cases.add_party(case=case, roles=[role], person=person, by=officer, at=at)
incidents.record_emergency_call(
    incident=Incident.objects.get(case=case), service=EmergencyService.POLICE,
    by=officer, at=at,
)
print("number:", case.number)
"""


@pytest.fixture
def number(told_installation: Installation) -> str:
    return told_installation.shell(KNOWN).rpartition("number:")[2].strip()


def begin(page: Page, number: str) -> str:
    """A negotiation of the two that are known; the address of its page."""
    page.goto(f"/cases/{number}/talks/")
    assert faults(page) == []
    page.get_by_role("link", name="发起协商或者调解").click()
    page.select_option("[name=victim]", index=0)
    page.select_option("[name=aggressor]", index=0)
    page.fill("[name=about]", "由管理处调解双方的医药费")
    page.get_by_role("button", name="发起").click()
    expect(page.locator("form.form .error").first).to_contain_text("G19")
    page.fill("[name=about]", "双方对医药费有争议")
    assert faults(page) == []
    page.get_by_role("button", name="发起").click()
    page.wait_for_url(re.compile(r"/talks/[0-9a-f-]{36}/$"))
    return page.url


def agree_on_screen(page: Page, address: str, side: str, *, lower: int) -> None:
    page.goto(f"{address}consent/{side}/")
    page.check("[name=is_told]")
    sign(page, "signature", lower=lower)
    page.get_by_role("button", name="同意").click()
    page.wait_for_url(address)


def open_link(page: Page, side: str) -> str:
    page.locator(f"form[action$='/link/{side}/'] button").click()
    text = page.locator("#given-address").text_content() or ""
    return text.strip()


def code_for(maker: Page, second: Page, side: str) -> str:
    """Asked for by whoever made the link, opened by a colleague: no text messages here."""
    maker.locator(f"form[action$='/code/{side}/'] button").click()
    expect(maker.locator("main")).to_contain_text("请另一位同事在本页拆开")
    expect(maker.get_by_role("button", name="拆开验证码")).to_have_count(0)
    second.goto(maker.url)
    assert faults(second) == []
    second.get_by_role("button", name="拆开验证码").click()
    text = second.locator("#given-code").text_content() or ""
    return text.strip()


def test_consent_on_a_phone_is_taken_back_in_a_session(
    told_installation: Installation, number: str, sign_in: SignIn
) -> None:
    desk = sign_in(told_installation, "zhoumin").page
    address = begin(desk, number)
    own = open_link(desk, "victim")
    assert faults(desk) == []
    second = sign_in(told_installation, "hetao").page
    code = code_for(desk, second, "victim")
    assert code not in desk.content()

    phone = sign_in(told_installation, size=PHONE, path=own, **DARK).page
    expect(phone.locator("main")).to_contain_text("完全自愿")
    expect(phone.locator("main")).not_to_contain_text("孟")
    assert faults(phone) == []
    phone.fill("[name=code]", f"{(int(code) + 1) % 1_000_000:06}")
    phone.get_by_role("button", name="我自愿同意参加").click()
    expect(phone.locator(".error").first).to_contain_text("验证码不对")
    phone.fill("[name=code]", code)
    phone.get_by_role("button", name="我自愿同意参加").click()
    expect(phone.locator("main")).to_contain_text("您已同意")

    agree_on_screen(desk, address, "aggressor", lower=0)
    expect(desk.locator(".meta")).to_contain_text("双方已同意")
    desk.get_by_role("link", name="约定会谈").click()
    desk.fill("[name=place]", "一楼会客室")
    desk.get_by_role("button", name="约定会谈").click()
    desk.wait_for_url(address)
    desk.get_by_role("button", name="开始会谈").click()
    expect(desk.locator(".meta")).to_contain_text("进行中")
    assert faults(desk) == []

    phone.reload()
    expect(phone.locator("main")).to_contain_text("一楼会客室")
    phone.locator("#leave summary").click()
    phone.check("[name=is_sure]")
    phone.get_by_role("button", name="退出").click()
    expect(phone.locator("main")).to_contain_text("您已退出")
    expect(phone.locator("main")).to_contain_text("起诉")
    assert faults(phone) == []

    # The desk still shows the session as going on; what it does there is refused.
    desk.get_by_role("button", name="结束会谈").click()
    expect(desk.locator("[role=alert]").first).to_contain_text("中止")
    expect(desk.locator(".meta")).to_contain_text("有一方退出")
    expect(desk.locator("main")).to_contain_text("还可以走的途径")
    assert told_installation.kinds()["mediation.consent_withdrawn"] == 1


def test_an_agreement_is_refused_and_then_signed_by_both(
    told_installation: Installation, number: str, sign_in: SignIn
) -> None:
    page = sign_in(told_installation, "zhoumin").page
    address = begin(page, number)
    agree_on_screen(page, address, "victim", lower=0)
    agree_on_screen(page, address, "aggressor", lower=20)
    page.get_by_role("link", name="写新的方案").click()
    assert faults(page) == []
    page.fill("[name=facts]", "双方因停车争执，乙方用伞打了甲方")
    page.fill("[name=in_default]", "甲方不再追究，放弃起诉")
    page.select_option("[name=terms-0-kind]", "payment")
    page.select_option("[name=terms-0-by]", "aggressor")
    page.fill("[name=terms-0-fen]", "3000")
    page.fill("[name=terms-0-manner]", "尽快转账")
    day = (date.today() + timedelta(days=10)).isoformat()  # noqa: DTZ011 -- of the page
    page.fill("[name=terms-0-due_on]", day)
    page.get_by_role("button", name="保存为新的一版").click()
    expect(page.locator("form.form .error").first).to_contain_text("G18")
    page.fill("[name=in_default]", "逾期的，另一方可以向法院起诉")
    page.get_by_role("button", name="保存为新的一版").click()
    expect(page.locator("form.form .error").first).to_contain_text("说不清楚")
    assert faults(page) == []
    page.fill("[name=terms-0-manner]", "转账到甲方指定的账户")
    page.get_by_role("button", name="保存为新的一版").click()
    page.wait_for_url(address)
    for name, lower in (("受害方签字接受", 5), ("行为人签字接受", 30)):
        page.get_by_role("link", name=name).click()
        expect(page.locator("article")).to_contain_text("叁仟元整")
        page.check("[name=is_read]")
        sign(page, "signature", lower=lower)
        page.get_by_role("button", name="签字接受").click()
        page.wait_for_url(address)
    expect(page.locator(".meta")).to_contain_text("履行中")
    expect(page.locator("main")).to_contain_text("和解协议")
    assert faults(page) == []
    with page.expect_download() as saved:
        page.get_by_role("link", name="Word 文件").click()
    assert saved.value.path().read_bytes()[:2] == b"PK"
