"""What is owed, filled in on a phone and at a desk: kept while it is typed, computed, compared."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESK, PHONE, Installation, SignIn
from tests.e2e.test_custody import DARK, faults

SHOTS = os.environ.get("ANLAN_SHOTS")


def shot(page: Page, name: str) -> None:
    """A picture to look at, if somebody wants one."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def enter(page: Page, key: str, amount: str) -> None:
    page.goto("/admin/figures/new/")
    page.select_option("select[name=key]", key)
    page.select_option("select[name=province]", "33")
    year = page.evaluate("new Date().getFullYear()") - 1
    page.fill("input[name=year]", str(year))
    page.fill("input[name=amount]", amount)
    page.fill("input[name=title]", "统计公报（虚构）")
    page.fill("input[name=issuer]", "统计局（虚构）")
    page.fill("input[name=issued_on]", f"{year}-12-31")


@pytest.mark.parametrize(
    ("size", "more"), [(PHONE, DARK), (DESK, {})], ids=["phone", "desk"]
)
def test_from_the_figures_to_two_versions(
    told_installation: Installation,
    sign_in: SignIn,
    size: dict[str, int],
    more: dict[str, object],
) -> None:
    before = told_installation.kinds()["resolution.compensation_made"]
    installation = told_installation
    number, mark = installation.story["closed"], f"{size['width']}"
    admin = sign_in(installation, "admin", size=size, **more).page
    enter(admin, "income_urban", "50000")
    assert faults(admin) == []
    shot(admin, f"figure-{mark}")
    admin.dblclick("form.form button.primary")
    admin.wait_for_url(re.compile(r"/admin/figures/$"))
    assert installation.kinds()["resolution.figure_entered"] == 1
    expect(admin.locator("main")).to_contain_text("¥50,000.00")
    assert faults(admin) == []
    shot(admin, f"figures-{mark}")

    page = sign_in(installation, "lifang", size=size, **more).page
    page.goto(f"/cases/{number}/compensation/")
    assert faults(page) == []
    shot(page, f"compensations-empty-{mark}")
    page.locator("main form button").first.click()
    page.wait_for_url(re.compile(r"/steps/forum/$"))
    assert faults(page) == []
    page.select_option("select[name=province]", "33")
    page.fill("input[name=born_on]", "1980-01-02")
    expect(page.locator("[data-draft-state]")).to_have_text("已保存")
    page.reload()
    expect(page.locator("input[name=born_on]")).to_have_value("1980-01-02")
    shot(page, f"step-forum-{mark}")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="下一步").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/steps/expenses/$"))

    page.fill("input[name=expenses-0-fen]", "1234.56")
    page.fill("input[name=expenses-0-words]", "急诊")
    page.fill("input[name=expenses-1-fen]", "80")
    page.get_by_role("button", name="保存，再添几行").click()
    expect(page.locator("fieldset.compensation-row")).to_have_count(4)
    assert faults(page) == []
    shot(page, f"step-expenses-{mark}")
    page.goto(page.url.replace("expenses", "income"))
    shot(page, f"step-income-{mark}")
    assert faults(page) == []
    page.fill("input[name=nursing-0-days]", "15")
    page.get_by_role("button", name="下一步").click()
    page.wait_for_url(re.compile(r"/steps/disability/$"))
    page.fill("input[name=grades]", "10")
    page.get_by_role("button", name="下一步").click()
    page.wait_for_url(re.compile(r"/steps/shares/$"))
    page.fill("input[name=victim_fault]", "10")
    page.get_by_role("button", name="计算", exact=True).dblclick()

    # What is wrong is told where it is filled in.
    expect(page.get_by_role("alert")).to_contain_text("定残日期")
    assert faults(page) == []
    shot(page, f"step-disability-{mark}")
    page.fill(
        "input[name=graded_on]", page.evaluate("new Date().toISOString().slice(0, 10)")
    )
    page.get_by_role("button", name="直接计算").click()
    page.wait_for_url(re.compile(r"/versions/1/$"))
    main = page.locator("main")
    expect(main).to_contain_text("参考估算，最终以法院裁判或双方协议为准")
    expect(main).to_contain_text("¥100,000.00")
    expect(main).to_contain_text("护工劳务报酬")
    expect(main).to_contain_text("合计不完整")
    assert faults(page) == []
    shot(page, f"result-{mark}")

    enter(admin, "carer_day", "150")
    admin.click("form.form button.primary")
    admin.wait_for_url(re.compile(r"/admin/figures/$"))
    page.get_by_role("button", name="重新计算").click()
    page.wait_for_url(re.compile(r"/versions/2/$"))
    expect(main).to_contain_text("+¥2,250.00")
    expect(main).not_to_contain_text("合计不完整")
    assert faults(page) == []
    shot(page, f"result-again-{mark}")
    made = installation.kinds()["resolution.compensation_made"]
    assert made - before == 2  # the demo has one already

    guard = sign_in(installation, "wangjianguo", size=size, **more).page
    guard.goto(f"/cases/{number}/compensation/")
    expect(guard.locator("main")).to_contain_text("C-01")
    expect(guard.locator("main")).not_to_contain_text("¥1")
    assert faults(guard) == []
    shot(guard, f"masked-{mark}")


def test_two_who_type_at_once(told_installation: Installation, sign_in: SignIn) -> None:
    installation = told_installation
    number = installation.story["closed"]
    first = sign_in(installation, "lifang", size=DESK).page
    first.goto(f"/cases/{number}/compensation/")
    first.locator("main form button").first.click()
    first.wait_for_url(re.compile(r"/steps/forum/$"))
    second = sign_in(installation, "hetao", size=PHONE).page
    second.goto(first.url.removeprefix(installation.url))

    first.fill("input[name=born_on]", "1980-01-02")
    expect(first.locator("[data-draft-state]")).to_have_text("已保存")
    second.fill("input[name=born_on]", "1999-09-09")

    expect(second.locator("[data-draft-state]")).to_contain_text("重新打开")
    second.reload()
    expect(second.locator("input[name=born_on]")).to_have_value("1980-01-02")
