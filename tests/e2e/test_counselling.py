"""A counsellor sets up a key, writes a note and reads it; nobody else sees a thing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESK, PHONE, Installation, SignIn
from tests.e2e.test_custody import DARK
from tests.e2e.test_statements import faults

PASSPHRASE = "河水很静，夜里有风，早上会晴"
NOTE = "本人说夜里惊醒三次，听见电梯声就紧张"

# Of the open case: the first of those to be asked is referred to the counsellor.
REFERRED = """
from django.utils import timezone
from anlan.accounts.models import User
from anlan.cases.models import Case
from anlan.resolution.counselling import services as support
from anlan.resolution.counselling.enums import CareState, OfferWay
from anlan.resolution.counselling.selectors import parties_to_ask
at = timezone.now()
linan = User.objects.get(username="linan")
lifang = User.objects.get(username="lifang")
counsellor = support.enter_counsellor(
    organisation=linan.organisation, user=linan, name=linan.name,
    telephone="19900000061", hours="工作日 9:00–17:00",
    by=User.objects.get(username="admin"), at=at,
)
case = Case.objects.select_related("site").get(number="%s")
party = parties_to_ask(case)[0]
party.case = case
care = support.offer_support(
    party=party, way=OfferWay.IN_PERSON, answer=CareState.ACCEPTED, by=lifang, at=at
)
care = support.refer(care=care, counsellor=counsellor, by=lifang, at=at)
print("care:", care.uid)
"""


@pytest.fixture
def care(told_installation: Installation) -> str:
    code = REFERRED % told_installation.story["number"]
    return told_installation.shell(code).rpartition("care:")[2].strip()


def set_up(page: Page) -> None:
    """Both sheets are read off the screen, as they would be off the paper."""
    page.goto("/counselling/key/")
    assert faults(page) == []
    page.fill("[name=passphrase]", PASSPHRASE)
    page.fill("[name=again]", PASSPHRASE)
    for name, holder in (("first", "何涛"), ("second", "郭欣")):
        option = page.locator(f"[name={name}] option", has_text=holder)
        page.select_option(f"[name={name}]", value=option.get_attribute("value"))
    page.get_by_role("button", name="生成，并打印两份纸").click()
    sheets = {
        name: page.locator(f"[data-sheet={name}]").inner_text()
        for name in ("first", "second")
    }
    assert faults(page) == []
    page.get_by_role("link", name="打印好了，核对").click()
    for name, text in sheets.items():
        page.fill(f"[name={name}]", text)
    page.get_by_role("button", name="核对并启用").click()
    page.wait_for_url("**/counselling/")


@pytest.mark.parametrize(
    ("size", "more"), [(PHONE, DARK), (DESK, {})], ids=["phone", "desk"]
)
def test_a_note_is_invisible_to_everybody_but_its_counsellor(
    told_installation: Installation,
    care: str,
    sign_in: SignIn,
    size: dict[str, int],
    more: dict[str, object],
) -> None:
    page = sign_in(told_installation, "linan", size=size, **more).page
    set_up(page)
    assert faults(page) == []
    there = f"/counselling/people/{care}/"
    page.goto(there)
    expect(page.locator("textarea[name=text]")).to_have_count(
        0
    )  # nothing was agreed to yet
    page.get_by_role("link", name="登记同意").click()
    page.get_by_label("与辅导员谈话，并由辅导员保存加密的记录").check()
    page.get_by_label("本人当面同意").check()
    assert faults(page) == []
    page.get_by_role("button", name="登记").click()
    page.fill("textarea[name=text]", NOTE)
    page.get_by_role("button", name="封存", exact=True).click()
    expect(page.get_by_role("main")).not_to_contain_text("惊醒")

    page.get_by_role("link", name="输入口令打开").click()
    page.fill("[name=passphrase]", "不是这一句话，不是这一句")
    page.get_by_role("button", name="打开", exact=True).click()
    expect(page.locator(".error").first).to_contain_text("口令不对")
    page.fill("[name=passphrase]", PASSPHRASE)
    page.get_by_role("button", name="打开", exact=True).click()
    page.wait_for_url(f"**{there}")
    expect(page.get_by_role("main")).to_contain_text(NOTE)
    assert faults(page) == []

    page.goto("/counselling/")
    page.get_by_role("button", name="关上记录").click()
    page.goto(there)
    expect(page.get_by_role("main")).not_to_contain_text("惊醒")

    for username in ("admin", "hetao", "guoxin", "zhoumin"):
        other = sign_in(told_installation, username, size=size, **more).page
        for path in (there, "/counselling/", "/counselling/opening/"):
            answer = other.request.get(f"{told_installation.url}{path}")
            assert answer.status == 404, (username, path)
            assert "惊醒" not in answer.text()

    sealed = told_installation.rows("SELECT sealed FROM counselling_sealednote")
    assert len(sealed) == 1
    for kept in told_installation.data.rglob("*"):
        if kept.is_file():
            raw = kept.read_bytes()
            for needle in (NOTE, "惊醒", PASSPHRASE):
                assert needle.encode() not in raw, kept


def test_who_offers_sees_a_word_and_who_is_called_a_name(
    told_installation: Installation, care: str, sign_in: SignIn
) -> None:
    number = told_installation.story["number"]
    offers = sign_in(told_installation, "zhoumin", size=DESK).page
    offers.goto(f"/cases/{number}/counselling/")
    expect(offers.get_by_role("main")).to_contain_text("已转介")
    expect(offers.get_by_role("main")).not_to_contain_text("林安")
    assert faults(offers) == []

    page = sign_in(told_installation, "linan", size=DESK).page
    page.goto(f"/counselling/people/{care}/")
    page.get_by_role("button", name="请管理人员立即来电").click()
    expect(page.get_by_role("main")).to_contain_text("待确认")

    offers.goto("/notify/inbox/")
    offers.get_by_text("请立即给林安打电话").first.click()
    expect(offers.get_by_role("heading", level=1)).to_contain_text("林安")
    expect(offers.get_by_role("main")).not_to_contain_text(number)
    assert faults(offers) == []
    offers.get_by_role("button", name="已经通话").click()
    expect(offers.locator(".meta")).to_contain_text("已通话")
