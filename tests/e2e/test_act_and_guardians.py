"""The day of the act is corrected; a guardian is named, taken back, named anew; who writes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESK, PHONE, Installation, SignIn
from tests.e2e.test_custody import DARK
from tests.e2e.test_statements import faults


def days_ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


@pytest.mark.parametrize(
    ("size", "more"), [(PHONE, DARK), (DESK, {})], ids=["phone", "desk"]
)
def test_the_day_and_the_guardian(
    told_installation: Installation,
    sign_in: SignIn,
    size: dict[str, int],
    more: dict[str, object],
) -> None:
    story = told_installation.story
    before = told_installation.kinds()
    page = sign_in(told_installation, "hetao", size=size, **more).page
    correct_the_day(page, story["number"])

    page = sign_in(told_installation, "tangning", size=size, **more).page
    page.goto(f"/cases/{story['other']}/")
    name_anew(page)

    kinds = told_installation.kinds() - before
    assert kinds["case.act_stated"] == 1
    assert (kinds["case.guardian_unlinked"], kinds["case.guardian_linked"]) == (1, 1)


def correct_the_day(page: Page, number: str) -> None:
    """Found where the limits are kept, for they are what it moves."""
    page.goto(f"/cases/{number}/limitations/")
    page.get_by_role("link", name="行为发生之日").click()
    assert faults(page) == []
    page.fill("[name=day]", days_ago(-1).isoformat())
    page.fill("[name=words]", "门岗录像的时间")
    page.get_by_role("button", name="登记").click()
    expect(page.locator("form.form .error").first).to_contain_text("不能晚于今天")
    expect(page.locator("[name=words]")).to_have_value("门岗录像的时间")
    page.fill("[name=day]", days_ago(1).isoformat())
    page.get_by_role("button", name="登记").click()
    rows = page.locator(".rows li")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(f"{days_ago(1)}")
    expect(rows).to_contain_text("现行")
    expect(page.locator("main")).to_contain_text("由何涛核实登记")
    assert faults(page) == []


def name_anew(page: Page) -> None:
    """From the room: on a sheet over it, and on pages of their own."""
    child = page.locator("#panel-parties .person", has_text="未成年人")
    child.get_by_role("link", name="监护人").click()
    sheet = page.locator("#sheet[open]")
    expect(sheet.locator(".rows li")).to_have_count(2)
    assert faults(page) == []
    sheet.get_by_role("link", name="撤销").click()
    page.fill("[name=reason]", "孩子的母亲要求由父亲办理")
    assert faults(page) == []
    page.get_by_role("button", name="撤销").click()
    rows = page.locator(".rows li")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="要求由父亲办理")).to_contain_text("已撤销")
    expect(page.get_by_role("link", name="撤销")).to_have_count(0)

    page.select_option("[name=guardian]", index=1)
    page.fill("[name=relation]", "母亲")
    page.get_by_role("button", name="登记").click()
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("母亲")
    expect(rows.first.get_by_role("link", name="撤销")).to_be_visible()
    assert faults(page) == []


def test_who_writes_for_the_mediator_is_somebody_else(
    told_installation: Installation, sign_in: SignIn
) -> None:
    talks = f"/cases/talks/{told_installation.story['talks']}/"
    page = sign_in(told_installation, "tangning", size=PHONE, **DARK).go(talks)
    page.get_by_role("link", name="由谁代调解员记录").click()
    people = page.locator("[name=writer] option").all_inner_texts()
    assert any("郭欣" in one for one in people)
    assert not any("唐宁" in one for one in people)
    assert faults(page) == []
    page.select_option("[name=writer]", label=next(o for o in people if "郭欣" in o))
    page.fill("[name=words]", "宋平当面请郭欣代他记")
    page.get_by_role("button", name="指定").click()
    page.wait_for_url(f"**{talks}")
    expect(page.get_by_role("link", name="由谁代调解员记录")).to_have_count(0)

    other = sign_in(told_installation, "guoxin").go(talks)
    assert faults(other) == []
    other.get_by_role("link", name="写笔记").click()
    other.fill("form.form [name=text]", "一方愿意当面道歉")
    other.get_by_role("button", name="保存").click()
    expect(other.locator("main")).to_contain_text("一方愿意当面道歉")
    page.reload()
    expect(page.locator("main")).not_to_contain_text("一方愿意当面道歉")
