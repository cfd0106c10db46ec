"""A letter is refused, put right, issued by another, refused at the door, objected to."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESK, PHONE, Installation, SignIn
from tests.e2e.test_custody import DARK
from tests.e2e.test_statements import faults

# A plan of the closed case of the story, approved by somebody who was not there.
APPROVED = """
from datetime import timedelta
from django.utils import timezone
from anlan.accounts.models import User
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.customers import services as customers
from anlan.investigation import services
from anlan.investigation.models import Finding
from anlan.law import selectors as law
from anlan.resolution import services as resolution
from anlan.cases.act import act_day
from anlan.resolution.selectors.plans import answerable_in
at = timezone.now()
someone = User.objects.get(username="guoxin")
officer = User.objects.get(username="zhoumin")
finding = services.decide_finding(
    finding=Finding.objects.get(state="submitted"), is_approved=True, by=someone, at=at,
)
cases.reopen_case(
    case=Case.objects.select_related("site").get(pk=finding.case_id),
    reason="要书面告知", by=officer, at=at,
)
case = Case.objects.select_related("site").get(pk=finding.case_id)
who = answerable_in(case)[0]
who.person = who.person or customers.add_person(
    site=case.site, name="孟大海", by=officer, at=at
)
who.save()
plan = resolution.begin_plan(case=case, by=officer, at=at)
resolution.add_measure(plan=plan, by=officer, at=at, drafted=resolution.Drafted(
    key="warning_letter", party=who, words="请遵守规约，不再动手",
    sentences=[finding.sentences.order_by("pk")[0]],
    appeal="收到通知后十五日内，可以书面向项目经理申诉",
))
plan = resolution.submit_plan(plan=plan, beyond="见调查结论", by=officer, at=at)
shown = [one.key for one in law.rule_sets(act_on=act_day(case), decided_on=at.date())]
plan = resolution.decide_plan(plan=plan, is_approved=True, shown=shown, at=at, by=someone)
assert plan.state == "approved", plan.state
print("number:", case.number)
"""


@pytest.fixture
def number(told_installation: Installation) -> str:
    return told_installation.shell(APPROVED).rpartition("number:")[2].strip()


def write(page: Page, facts: str) -> None:
    page.fill("form.form [name=facts]", facts)
    page.get_by_role("button", name="保存并预览").click()


@pytest.mark.parametrize(
    ("size", "more"), [(PHONE, DARK), (DESK, {})], ids=["phone", "desk"]
)
def test_from_the_letter_to_the_objection(
    told_installation: Installation,
    number: str,
    sign_in: SignIn,
    size: dict[str, int],
    more: dict[str, object],
) -> None:
    page = sign_in(told_installation, "zhoumin", size=size, **more).page
    page.goto(f"/cases/{number}/notices/")
    assert faults(page) == []
    page.get_by_role("button", name="起草告知书").click()
    page.wait_for_url(re.compile(r"/notices/[0-9a-f-]{36}/$"))
    address = page.url
    write(page, "如再有此事，停水停电。")
    expect(page.locator(".error").first).to_contain_text("供水")
    write(page, "您在停车场用伞打了他人。")
    expect(page.locator("article")).to_contain_text("您在停车场用伞打了他人")
    expect(page.get_by_role("button", name="签发")).to_have_count(0)
    assert faults(page) == []

    other = sign_in(told_installation, "guoxin", size=size, **more).page
    other.goto(address)
    other.get_by_role("button", name="签发").click()
    expect(other.locator(".meta")).to_contain_text("已签发")

    page.goto(address)
    page.get_by_role("link", name="登记送达").click()
    page.get_by_label("拒收，有人见证").check()
    page.get_by_role("button", name="登记").click()
    expect(page.locator("form.form")).to_contain_text("两名见证人")
    page.fill("[name=witnesses]", "江岚、何涛")
    page.get_by_role("button", name="登记").click()
    page.wait_for_url(address)
    expect(page.locator(".meta")).to_contain_text("已送达")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Word 文件").click()
    assert saved.value.path().read_bytes()[:2] == b"PK"

    page.goto(f"/cases/{number}/notices/")
    page.get_by_role("link", name="登记申诉").click()
    page.fill("[name=words]", "我没有打人，请看录像。")
    page.get_by_role("button", name="登记").click()
    page.wait_for_url(re.compile(r"/objections/[0-9a-f-]{36}/$"))
    expect(page.get_by_role("button", name="作出复核决定")).to_have_count(0)
    assert faults(page) == []
    expect(page.get_by_role("link", name="本人撤回")).to_have_count(0)

    hearer = sign_in(told_installation, "chenlu", size=size, **more).page
    hearer.goto(page.url)
    assert faults(hearer) == []
    hearer.get_by_label("撤销措施").check()
    hearer.fill("[name=reason]", "您负全责，不予考虑。")
    hearer.get_by_role("button", name="作出复核决定").click()
    expect(hearer.locator("form.form .error").first).to_contain_text("G15")
    hearer.fill("[name=reason]", "录像里看不清，证据不足。")
    hearer.get_by_role("button", name="作出复核决定").click()
    expect(hearer.locator(".meta")).to_contain_text("撤销措施")


STRUCK = """
from django.utils import timezone
from anlan.accounts.models import User
from anlan.cases import services as cases
from anlan.resolution.models import Plan
cases.set_party_roles(
    party=Plan.objects.get(state="approved").measures.get().party, roles=["aggressor"],
    by=User.objects.get(username="zhoumin"), at=timezone.now(),
)
"""


def test_what_may_follow_is_told_from_the_page_of_talks(
    told_installation: Installation, number: str, sign_in: SignIn
) -> None:
    told_installation.shell(STRUCK)
    page = sign_in(told_installation, "zhoumin", size=PHONE).page
    page.goto(f"/cases/{number}/contacts/")
    expect(page.locator("#consequences")).to_be_visible()
    assert faults(page) == []
    page.locator("#consequences").get_by_role("button").first.click()
    page.wait_for_url(re.compile(r"/notices/[0-9a-f-]{36}/$"))
    write(page, "您在停车场用伞打了他人，双方互殴。")
    expect(page.locator(".error").first).to_contain_text("互殴")
    write(page, "您在停车场用伞打了他人。")
    expect(page.locator("article")).to_contain_text("由公安机关、人民法院依法认定")
    expect(page.locator("article")).to_contain_text("没有申诉程序")
    assert faults(page) == []
