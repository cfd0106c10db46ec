"""Counsel is engaged, asked and answers; a limit is turned; a work injury goes its way."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESK, PHONE, Installation, SignIn
from tests.e2e.test_custody import DARK
from tests.e2e.test_statements import faults

# A colleague of the running story was struck too, and there is a paper to prove things.
STRUCK = """
from django.utils import timezone
from anlan.accounts.models import User
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.evidence import services as evidence
from anlan.play.pictures import picture
at = timezone.now()
officer = User.objects.get(username="zhoumin")
case = Case.objects.select_related("site").get(number="{number}")
cases.add_party(
    case=case, roles=["victim", "staff"], by=officer, at=at,
    user=User.objects.get(username="zhangqiang"),
)
evidence.add_file(
    case=case, chunks=[picture(77)], title="签收单", file_name="签收单.jpg",
    how="扫描", by=officer, at=at,
)
"""
SIZES = pytest.mark.parametrize(
    ("size", "more"), [(PHONE, DARK), (DESK, {})], ids=["phone", "desk"]
)
OPINION = "可以先行协商；和解上限另行书面说明。"


@pytest.fixture
def number(told_installation: Installation) -> str:
    number = told_installation.story["number"]
    told_installation.shell(STRUCK.replace("{number}", number))
    return number


def today() -> str:
    return datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()  # noqa: TID251 -- the clock of the installation


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def prove(page: Page) -> None:
    """With the paper of the story."""
    page.locator("[name=exhibit] option", has_text="签收单").first.wait_for(
        state="attached"
    )
    value = page.locator("[name=exhibit] option", has_text="签收单").first
    page.select_option("[name=exhibit]", value.get_attribute("value"))


@SIZES
def test_counsel_is_engaged_asked_and_answers(
    told_installation: Installation,
    number: str,
    sign_in: SignIn,
    size: dict[str, int],
    more: dict[str, object],
) -> None:
    manager = sign_in(told_installation, "hetao", size=size, **more).page
    manager.goto("/cases/counsel/lawyers/new/")
    assert faults(manager) == []
    manager.check("[name=kind][value=in_house]")
    manager.fill("[name=name]", "陈律")
    manager.select_option("[name=user]", label="陈律 (chenlu)")
    manager.locator("form.form button").last.click()
    manager.wait_for_url(re.compile(r"/lawyers/$"))
    expect(manager.locator("main")).to_contain_text("公司法务")
    assert faults(manager) == []

    manager.goto(f"/cases/{number}/counsel/")
    assert faults(manager) == []
    manager.get_by_role("link", name="登记律师委托").click()
    manager.select_option("[name=lawyer]", label="陈律")
    manager.fill("[name=scope]", "就本案的民事责任提供意见")
    manager.fill("[name=begins_on]", today())
    manager.check("[name=is_related][value=yes]")
    assert faults(manager) == []
    manager.locator("form.form button").last.click()
    expect(manager.locator("form.form .error").first).to_contain_text("回避")
    manager.check("[name=is_related][value=no]")
    manager.locator("form.form button").last.click()
    manager.wait_for_url(re.compile(r"/counsel/$"))
    expect(manager.locator("main")).to_contain_text("E-01")

    manager.get_by_role("link", name="咨询", exact=True).click()
    manager.fill("[name=words]", "能否与对方和解？")
    assert faults(manager) == []
    manager.locator("form.form button").last.click()
    manager.wait_for_url(re.compile(r"/questions/[0-9a-f-]{36}/$"))
    address = manager.url
    assert faults(manager) == []

    lawyer = sign_in(told_installation, "chenlu", size=size, **more).page
    lawyer.goto(address)
    assert faults(lawyer) == []
    lawyer.fill("textarea[name=text]", OPINION)
    press(lawyer, "保存草稿")
    lawyer.get_by_role("button", name=re.compile("出具第")).click()
    expect(lawyer.locator(".meta")).to_contain_text("已答复")

    manager.goto(address)
    manager.get_by_role("link", name=re.compile("第 1")).click()
    expect(manager.locator("main")).to_contain_text(OPINION)
    expect(manager.locator("main")).to_contain_text("保密")
    assert faults(manager) == []
    assert told_installation.kinds()["legal.opinion_read"] == 1

    officer = sign_in(told_installation, "zhoumin", size=size, **more).page
    # Not as pages: the console would speak of the refusals.
    for refused in (f"/cases/{number}/counsel/", address):
        answer = officer.context.request.get(refused)
        assert answer.status in {403, 404}
        assert OPINION not in answer.text()


@SIZES
def test_a_limit_begins_is_stopped_and_counts_anew(
    told_installation: Installation,
    number: str,
    sign_in: SignIn,
    size: dict[str, int],
    more: dict[str, object],
) -> None:
    page = sign_in(told_installation, "chenlu", size=size, **more).page
    page.goto(f"/cases/{number}/limitations/")
    assert faults(page) == []
    page.get_by_role("link", name="开始计算时效").click()
    page.fill("[name=starts_on]", today())
    page.fill("[name=words]", "当日已知道受伤和打人者")
    assert faults(page) == []
    press(page, "开始计算")
    page.wait_for_url(re.compile(r"/limitations/[0-9a-f-]{36}/$"))
    address = page.url
    main = page.locator("main")
    for words in ("不计入", "3 年", "只有最长的二十年从这时起算"):
        expect(main).to_contain_text(words)
    assert faults(page) == []

    page.get_by_role("link", name="登记中断或者中止").click()
    page.check("[name=ground][value=suit]")
    page.fill("[name=on]", today())
    prove(page)
    assert faults(page) == []
    press(page, "登记")
    page.wait_for_url(address)
    expect(main).to_contain_text("待定")
    expect(main).to_contain_text("再提醒查询")
    assert faults(page) == []

    page.get_by_role("link", name="已结束").click()
    page.fill("[name=until]", today())
    press(page, "登记")
    page.wait_for_url(address)
    expect(main).to_contain_text("重新计算")
    expect(main).not_to_contain_text("待定")

    page.goto(f"/cases/{number}/limitations/")
    expect(main).to_contain_text("民事赔偿")
    assert faults(page) == []


@SIZES
def test_a_work_injury_is_refused_filed_anew_and_recognised(
    told_installation: Installation,
    number: str,
    sign_in: SignIn,
    size: dict[str, int],
    more: dict[str, object],
) -> None:
    page = sign_in(told_installation, "hetao", size=size, **more).page
    main = page.locator("main")
    page.goto(f"/cases/{number}/work-injuries/")
    expect(main).to_contain_text("W-01")
    assert faults(page) == []
    page.get_by_role("link", name=re.compile("张强|W-01")).last.click()
    page.wait_for_url(re.compile(r"/work-injuries/[0-9a-f-]{36}/$"))
    address = page.url
    assert faults(page) == []

    page.get_by_role("link", name="告知本人有权自己申请").click()
    page.fill("[name=words]", "当面告诉本人")
    assert faults(page) == []
    press(page, "登记")
    page.wait_for_url(address)
    for step, shown in (
        ("提交工伤认定申请", "已申请，待受理"),
        ("社会保险行政部门不予受理", "申请行政复议"),
        ("提交工伤认定申请", "已申请，待受理"),
        ("社会保险行政部门受理", "已受理，待认定"),
        ("认定为工伤", "认定为工伤"),
    ):
        page.get_by_role("link", name=step, exact=True).click()
        prove(page)
        press(page, "登记")
        page.wait_for_url(address)
        expect(main).to_contain_text(shown)
        assert faults(page) == []
    expect(main).not_to_contain_text("申请行政复议")
