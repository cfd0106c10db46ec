"""A plan is refused by a guardrail, put right, submitted, and approved by another person."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESK, PHONE, Installation, SignIn
from tests.e2e.test_custody import DARK
from tests.e2e.test_statements import faults

# Those of the closed case of the story wait; it goes on, and somebody who was not there
# approves them.
FOUND = """
from django.utils import timezone
from anlan.accounts.models import User
from anlan.cases.services import reopen_case
from anlan.investigation import services
from anlan.investigation.models import Finding
waiting = Finding.objects.select_related("case__site").get(state="submitted")
reopen_case(
    case=waiting.case, by=User.objects.get(username="hetao"), at=timezone.now()
)
finding = services.decide_finding(
    finding=waiting, is_approved=True,
    by=User.objects.get(username="guoxin"), at=timezone.now(),
)
print("number:", finding.case.number)
"""


@pytest.fixture
def number(told_installation: Installation) -> str:
    return told_installation.shell(FOUND).partition("number:")[2].strip()


def add(page: Page, measure: str, words: str) -> None:
    page.get_by_role("link", name="加一项措施").first.click()
    page.get_by_label(measure).check()
    page.fill("form.form [name=words]", words)
    page.locator("input[name=sentences]").first.check()
    page.click("form.form button.primary")


@pytest.mark.parametrize(
    ("size", "more"), [(PHONE, DARK), (DESK, {})], ids=["phone", "desk"]
)
def test_from_a_refusal_to_the_approval(
    told_installation: Installation,
    number: str,
    sign_in: SignIn,
    size: dict[str, int],
    more: dict[str, object],
) -> None:
    page = sign_in(told_installation, "zhoumin", size=size, **more).page
    page.goto(f"/cases/{number}/plans/")
    assert faults(page) == []
    page.locator("#unlawful summary").click()
    expect(page.locator("#unlawful")).to_contain_text("停水")
    page.get_by_role("button", name="起草方案").click()
    page.wait_for_url(re.compile(r"/plans/[0-9a-f-]{36}/$"))
    address = page.url

    add(page, "警示函、告知函", "三日内不道歉，停水停电")
    expect(page.locator("form.form .error").first).to_contain_text("G03")
    assert faults(page) == []
    page.fill("form.form [name=words]", "请书面说明经过，并遵守登记规定")
    page.click("form.form button.primary")
    page.wait_for_url(address)
    expect(page.locator("main")).to_contain_text("警示函")
    add(page, "违约金", "按规约主张")
    expect(page.locator("form.form .error").first).to_be_visible()  # no clause, no sum
    page.goto(address)
    reason = page.locator("[name=beyond]")
    if reason.count():
        reason.fill("情节较轻")
    page.get_by_role("button", name="提交审批").click()
    expect(page.locator(".meta").first).to_contain_text("待审批")
    assert faults(page) == []
    assert page.get_by_role("button", name="批准").count() == 0

    manager = sign_in(told_installation, "hetao", size=size, **more).page
    manager.goto(address)
    assert faults(manager) == []
    manager.get_by_role("button", name="退回").click()
    expect(manager.locator("[role=alert]")).to_contain_text("请写明为什么退回")
    manager.get_by_role("button", name="批准").click()
    expect(manager.locator(".meta").first).to_contain_text("已批准")
    kinds = told_installation.kinds()
    assert kinds["resolution.plan_approved"] == 1
    assert kinds["resolution.plan_returned"] == 0


def test_a_return_leads_to_a_version_beside_the_one_before(
    told_installation: Installation, number: str, sign_in: SignIn
) -> None:
    page = sign_in(told_installation, "zhoumin", size=DESK).page
    page.goto(f"/cases/{number}/plans/")
    page.get_by_role("button", name="起草方案").click()
    page.wait_for_url(re.compile(r"/plans/[0-9a-f-]{36}/$"))
    first = page.url
    add(page, "劝阻、口头提醒", "当面提醒")
    page.wait_for_url(first)
    reason = page.locator("[name=beyond]")
    if reason.count():
        reason.fill("情节较轻")
    page.get_by_role("button", name="提交审批").click()

    manager = sign_in(told_installation, "hetao", size=DESK).page
    manager.goto(first)
    manager.fill("[name=remark]", "还要书面告知")
    manager.get_by_role("button", name="退回").click()
    expect(manager.locator(".meta").first).to_contain_text("已退回")

    page.goto(f"/cases/{number}/plans/")
    page.get_by_role("button", name="起草新版本").click()
    page.wait_for_url(re.compile(r"/plans/[0-9a-f-]{36}/$"))
    add(page, "警示函、告知函", "书面告知登记规定")
    page.get_by_role("link", name="与上一版对照").click()
    compared = page.get_by_role("table", name="处理方案对照")
    expect(compared).to_contain_text("当面提醒")
    expect(compared).to_contain_text("书面告知登记规定")
    assert faults(page) == []


# The case of the plan has somebody who was hurt, and the office knows them.
HURT = """
from django.utils import timezone
from anlan.accounts.models import User
from anlan.cases.models import Case
from anlan.cases.services import add_party
from anlan.customers.services import add_person
by, at = User.objects.get(username="zhoumin"), timezone.now()
case = Case.objects.select_related("site").get(number="{number}")
who = add_person(site=case.site, name="欧阳晓雯", by=by, at=at)
add_party(case=case, roles=["victim"], person=who, by=by, at=at)
"""


def test_support_for_the_victim_becomes_a_task_of_its_owner(
    told_installation: Installation, number: str, sign_in: SignIn
) -> None:
    told_installation.shell(HURT.format(number=number))
    page = sign_in(told_installation, "zhoumin", size=DESK).page
    page.goto(f"/cases/{number}/plans/")
    page.get_by_role("button", name="起草方案").click()
    page.wait_for_url(re.compile(r"/plans/[0-9a-f-]{36}/$"))
    address = page.url
    add(page, "警示函、告知函", "请书面说明经过，并遵守登记规定")
    page.wait_for_url(address)
    page.get_by_role("link", name="加一项支持").click()
    page.get_by_label("陪同就医").check()
    page.select_option("select[name=party]", index=0)
    page.select_option("select[name=owner]", label="李芳 (lifang)")
    page.fill("[name=days]", "2")
    page.fill("form.form [name=words]", "先问愿不愿意，陪同到医院复诊")
    assert faults(page) == []
    page.click("form.form button.primary")
    page.wait_for_url(address)
    expect(page.locator("main")).to_contain_text("陪同就医")
    reason = page.locator("[name=beyond]")
    if reason.count():
        reason.fill("情节较轻")
    page.get_by_role("button", name="提交审批").click()

    owner = sign_in(told_installation, "lifang", size=PHONE, **DARK).page
    owner.goto("/tasks/")
    expect(owner.locator("main")).not_to_contain_text(
        "支持受害人"
    )  # nothing is decided

    manager = sign_in(told_installation, "hetao", size=DESK).page
    manager.goto(address)
    manager.get_by_role("button", name="批准").click()
    expect(manager.locator(".meta").first).to_contain_text("已批准")

    owner.goto("/tasks/")
    expect(owner.locator("main")).to_contain_text("支持受害人")
    assert faults(owner) == []
    page.goto(address)
    expect(page.locator("main")).to_contain_text("李芳")
    assert faults(page) == []
