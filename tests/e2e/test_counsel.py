"""Staff were struck: the claim is handed in, a limit is counted, counsel is asked and answers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESK, PHONE, Installation, SignIn
from tests.e2e.test_custody import DARK
from tests.e2e.test_statements import faults

# The closed case of the story, with a colleague who was struck, and a receipt on file.
STRUCK = """
from django.utils import timezone
from anlan.accounts.models import User
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.evidence import services as evidence
from anlan.investigation.models import Finding
from anlan.play.pictures import picture
at = timezone.now()
officer = User.objects.get(username="zhoumin")
case = Finding.objects.select_related("case__site").first().case
cases.reopen_case(case=case, reason="员工也受了伤", by=officer, at=at)
case = Case.objects.select_related("site").get(pk=case.pk)
cases.add_party(
    case=case, roles=["victim", "staff"], by=officer, at=at,
    user=User.objects.get(username="zhangqiang"),
)
evidence.add_file(
    case=case, chunks=[picture(77)], title="收件回执", file_name="r.jpg", by=officer, at=at
)
print("number:", case.number)
"""
SECRET = "和解上限八万元"


@pytest.fixture
def number(told_installation: Installation) -> str:
    return told_installation.shell(STRUCK).rpartition("number:")[2].strip()


def choose_receipt(page: Page) -> None:
    option = page.locator("[name=exhibit] option", has_text="收件回执").first
    page.select_option("[name=exhibit]", value=option.get_attribute("value"))


@pytest.mark.parametrize(
    ("size", "more"), [(PHONE, DARK), (DESK, {})], ids=["phone", "desk"]
)
def test_from_the_injury_to_the_opinion(
    told_installation: Installation,
    number: str,
    sign_in: SignIn,
    size: dict[str, int],
    more: dict[str, object],
) -> None:
    page = sign_in(told_installation, "guoxin", size=size, **more).page
    page.goto(f"/cases/{number}/work-injuries/")
    assert faults(page) == []
    page.get_by_role("link", name="W-01").click()
    page.wait_for_url(re.compile(r"/work-injuries/[0-9a-f-]{36}/$"))
    address = page.url
    assert faults(page) == []
    page.get_by_role("link", name="提交工伤认定申请").click()
    page.get_by_role("button", name="登记").click()
    expect(page.locator("form.form .error").first).to_contain_text("书面材料")
    choose_receipt(page)
    page.get_by_role("button", name="登记").click()
    page.wait_for_url(address)
    expect(page.locator(".meta")).to_contain_text("已申请，待受理")
    page.get_by_role("link", name="列入一份证据").click()
    page.get_by_label("医疗诊断证明").check()
    choose_receipt(page)
    page.get_by_role("button", name="列入材料").click()
    page.wait_for_url(address)
    assert faults(page) == []

    page.goto(f"/cases/{number}/limitations/new/")
    page.fill("[name=starts_on]", "2020-01-01")
    page.fill("[name=words]", "当日知道")
    page.get_by_role("button", name="开始计算").click()
    expect(page.locator("form.form .error").first).to_contain_text("起算日")
    page.goto(f"/cases/{number}/limitations/")
    assert faults(page) == []
    page.get_by_role("link", name="L-02").click()
    expect(page.locator("ol li").last).to_contain_text("最后一日")
    assert faults(page) == []

    page.goto("/cases/counsel/lawyers/new/")
    page.fill("[name=name]", "顾言")
    page.fill("[name=firm]", "钱江潮律师事务所")
    page.fill("[name=phone]", "19900000888")
    page.get_by_role("button", name="列入名册").click()
    expect(page.locator("main")).to_contain_text("钱江潮律师事务所")
    expect(page.locator("main")).not_to_contain_text("19900000888")
    assert faults(page) == []
    page.goto(f"/cases/{number}/counsel/new/")
    option = page.locator("[name=lawyer] option", has_text="顾言").first
    page.select_option("[name=lawyer]", value=option.get_attribute("value"))
    page.fill("[name=scope]", "就民事责任提供意见")
    page.fill("[name=begins_on]", "2026-01-01")
    choose_receipt(page)
    page.get_by_label("没有", exact=True).check()
    page.get_by_role("button", name="登记").click()
    page.wait_for_url(re.compile(r"/counsel/$"))
    assert faults(page) == []
    page.get_by_role("link", name="咨询").click()
    page.fill("[name=words]", "能否和解？")
    page.get_by_role("button", name="提出咨询").click()
    page.wait_for_url(re.compile(r"/questions/[0-9a-f-]{36}/$"))
    question = page.url
    expect(page.locator(".meta")).to_contain_text("律师保密")
    assert faults(page) == []

    counsel = sign_in(told_installation, "chenlu", size=size, **more).page
    counsel.goto(question)
    counsel.fill("[name=text]", SECRET)
    counsel.get_by_role("button", name="保存草稿").click()
    counsel.get_by_role("button", name="出具第 1 版").click()
    counsel.get_by_role("link", name="第 1 版").click()
    expect(counsel.locator("main")).to_contain_text(SECRET)
    assert faults(counsel) == []
    with counsel.expect_download() as saved:
        counsel.get_by_role("link", name="PDF（律师保密）").click()
    assert saved.value.path().read_bytes().startswith(b"%PDF-")

    other = sign_in(told_installation, "zhoumin", size=size, **more).page
    answer = other.goto(question)
    assert answer is not None
    assert answer.status == 404
    expect(other.locator("body")).not_to_contain_text(SECRET)
