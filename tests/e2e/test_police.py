"""A report is gathered, handed over, answered; the victim is told; someone retaliates."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESK, PHONE, Installation, SignIn
from tests.e2e.test_custody import DARK
from tests.e2e.test_statements import faults

# The closed case of the story, opened again, with a victim whom everybody knows.
OPENED = """
from django.utils import timezone
from anlan.accounts.models import User
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.customers import services as customers
at = timezone.now()
officer = User.objects.get(username="zhoumin")
case = Case.objects.select_related("site").filter(
    state="closed", findings__isnull=False
).first()
cases.reopen_case(case=case, reason="要报案", by=officer, at=at)
case.refresh_from_db()
cases.add_party(
    case=case, roles=["victim"], by=officer, at=at,
    person=customers.add_person(site=case.site, name="陆远航", by=officer, at=at),
)
print("number:", case.number)
"""


@pytest.fixture
def number(told_installation: Installation) -> str:
    return told_installation.shell(OPENED).rpartition("number:")[2].strip()


def put(page: Page, kind: str, words: str) -> None:
    page.get_by_role("link", name=kind).click()
    page.fill("form.form [name=words]", words)
    page.get_by_role("button", name="保存").click()
    page.wait_for_url(re.compile(r"/police/[0-9a-f-]{36}/$"))


@pytest.mark.parametrize(
    ("size", "more"), [(PHONE, DARK), (DESK, {})], ids=["phone", "desk"]
)
def test_from_the_material_to_retaliation(
    told_installation: Installation,
    number: str,
    sign_in: SignIn,
    size: dict[str, int],
    more: dict[str, object],
) -> None:
    page = sign_in(told_installation, "zhoumin", size=size, **more).page
    page.goto(f"/cases/{number}/police/")
    assert faults(page) == []
    page.get_by_role("button", name="准备报案材料").click()
    page.wait_for_url(re.compile(r"/police/[0-9a-f-]{36}/$"))
    address = page.url
    assert faults(page) == []
    put(page, "报案书", "纸质一份")
    put(page, "录像及校验值清单", "硬盘一块")
    expect(page.locator(".card .aside").first).to_contain_text("2 / 9")

    page.get_by_role("link", name="登记递交").click()
    page.fill("[name=station]", "云栖派出所")
    page.fill("[name=officer]", "赵立")
    page.fill("[name=signers]", "周敏、赵立")
    page.fill("[name=words]", "清单次日来取")
    assert faults(page) == []
    page.get_by_role("button", name="登记递交").click()
    expect(page.locator("form.form .error").first).to_contain_text("病历")
    page.fill("[name=gaps]", "受害人还在医院")
    page.get_by_role("button", name="登记递交").click()
    page.wait_for_url(address)
    expect(page.locator(".meta")).to_contain_text("已递交")

    page.get_by_role("link", name="登记办案文书").click()
    page.select_option("[name=kind]", "refusal")
    page.fill("[name=number]", "云公不立字 7 号")
    page.fill("[name=words]", "原件在受害人处")
    page.get_by_role("button", name="登记").click()
    page.wait_for_url(address)
    expect(page.locator(".meta")).to_contain_text("不予立案")
    expect(page.locator("main")).to_contain_text("第179条")
    assert faults(page) == []

    guard = sign_in(told_installation, "wangjianguo", size=size, **more).page
    guard.goto(f"/cases/{number}/police/rights/")
    expect(guard.locator("main")).to_contain_text("检察院")
    expect(guard.locator("main")).to_contain_text("最后一天")
    assert faults(guard) == []
    guard.get_by_role("link", name="登记告知").click()
    guard.get_by_role("button", name="登记").click()
    guard.wait_for_url(re.compile(r"/rights/$"))
    expect(guard.locator("main")).to_contain_text("当面，交了这一页")

    page.goto(f"/cases/{number}/police/retaliation/")
    page.select_option("[name=place]", index=1)
    page.fill("[name=words]", "对方堵门威胁报案的人")
    assert faults(page) == []
    page.get_by_role("button", name="作为新的事件上报").click()
    page.wait_for_url(re.compile(r"/cases/YQ-IN-\d{8}-\d{3}/(incident/)?$"))
    assert number not in page.url


def test_headquarters_write_the_local_procedure(
    told_installation: Installation, sign_in: SignIn
) -> None:
    page = sign_in(told_installation, "guoxin", size=DESK).page
    page.goto("/admin/police/")
    assert faults(page) == []
    page.get_by_role("link", name=re.compile("云栖")).first.click()
    for name, text in (
        ("station", "云栖派出所"),
        ("phone", "19900000110"),
        ("address", "云栖路 1 号"),
        ("receives", "一楼接警大厅"),
        ("bring", "先写情况说明再报警"),
    ):
        page.fill(f"[name={name}]", text)
    page.get_by_role("button", name="保存为新版本").click()
    expect(page.locator("form.form .error").first).to_contain_text("报警之前")
    page.fill("[name=bring]", "报案书、身份证明、录像硬盘")
    page.get_by_role("button", name="保存为新版本").click()
    page.wait_for_url(re.compile(r"/admin/police/$"))
    expect(page.locator("main")).to_contain_text("云栖派出所")
    assert faults(page) == []


# A report that the prosecutors have, months after the act.
SUBMITTED = """
from datetime import timedelta
from django.utils import timezone
from anlan.accounts.models import User
from anlan.base.clock import local_day
from anlan.cases.models import Case
from anlan.resolution.legal import services as legal
from anlan.resolution.legal.enums import PaperKind
at = timezone.now()
said = {"by": User.objects.get(username="zhoumin"), "at": at}
case = Case.objects.select_related("site").get(number="NUMBER")
report = legal.begin_report(case=case, **said)
report = legal.hand_over(
    report=report, happened=at, station="云栖派出所", officer="赵立",
    officer_number="045512", accepted=[], signers="", gaps="先口头报案",
    words="窗口口头报案", **said,
)
for kind, number in ((PaperKind.FILING, "1 号"), (PaperKind.SUBMISSION, "2 号")):
    legal.record_paper(
        report=report, kind=kind, number=number, office="云栖派出所",
        dated_on=local_day(at), received_on=local_day(at), words="原件在值班室", **said,
    )
print("report:", report.uid)
"""


@pytest.mark.parametrize(
    ("size", "more"), [(PHONE, DARK), (DESK, {})], ids=["phone", "desk"]
)
def test_from_the_prosecutors_to_a_judgment(
    told_installation: Installation,
    number: str,
    sign_in: SignIn,
    size: dict[str, int],
    more: dict[str, object],
) -> None:
    told = told_installation.shell(SUBMITTED.replace("NUMBER", number))
    address = f"/cases/{number}/police/{told.rpartition('report:')[2].strip()}/"
    page = sign_in(told_installation, "chenlu", size=size, path=address, **more).page
    expect(page.locator(".meta")).to_contain_text("已移送审查起诉")
    expect(page.locator("main")).to_contain_text("期限不在这里计算")
    assert faults(page) == []

    page.get_by_role("link", name="登记办案文书").click()
    page.select_option("[name=kind]", "judgment")
    page.fill("[name=number]", "（2027）云刑初 31 号")
    page.get_by_role("button", name="登记").click()
    expect(page.locator("form.form .error").first).to_contain_text("人民法院")
    page.fill("[name=office]", "云栖区人民法院")
    page.get_by_role("button", name="登记").click()
    expect(page.locator("form.form .error").first).to_contain_text("判决了什么")
    assert faults(page) == []
    page.fill("[name=words]", "故意伤害罪，判处拘役")
    page.get_by_role("button", name="登记").click()
    page.wait_for_url(re.compile(rf"{address}$"))
    expect(page.locator(".meta")).to_contain_text("还没有登记生效")
    expect(page.locator("main")).to_contain_text("故意伤害罪，判处拘役")
    assert faults(page) == []

    page.goto(f"/cases/{number}/police/rights/")
    expect(page.locator("main")).to_contain_text("建议：对刑事判决不服的")
    assert faults(page) == []
