"""A report is composed, edited, refused to its author, approved by another, exported."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import DESK, PHONE, Installation, SignIn
from tests.e2e.test_custody import DARK
from tests.e2e.test_notices import number  # noqa: F401 -- a case with a plan in force
from tests.e2e.test_statements import faults


@pytest.mark.parametrize(
    ("size", "more"), [(PHONE, DARK), (DESK, {})], ids=["phone", "desk"]
)
def test_from_the_record_to_the_paper(
    told_installation: Installation,
    number: str,  # noqa: F811 -- the fixture
    sign_in: SignIn,
    size: dict[str, int],
    more: dict[str, object],
) -> None:
    page = sign_in(told_installation, "zhoumin", size=size, **more).page
    page.goto(f"/cases/{number}/reports/")
    assert faults(page) == []
    page.get_by_role("button", name="按记录编写报告").click()
    page.wait_for_url(re.compile(r"/reports/[0-9a-f-]{36}/$"))
    address = page.url
    assert faults(page) == []
    page.get_by_role("link", name="在“教训”写一段").click()
    page.fill("form.form [name=text]", "双方互殴，以后多留意。")
    page.get_by_role("button", name="写入草稿").click()
    expect(page.locator("form.form .error").first).to_contain_text("G15")
    page.fill("form.form [name=text]", "高峰时段门岗要有两个人。")
    page.fill("form.form [name=tags]", "门岗 高峰")
    assert faults(page) == []
    page.get_by_role("button", name="写入草稿").click()
    page.wait_for_url(address)
    expect(page.locator("#lessons")).to_contain_text("高峰时段门岗要有两个人")
    page.get_by_label("管理：").check()
    page.get_by_role("button", name="选定").click()
    page.get_by_role("button", name="按现在的记录重新编写").click()
    expect(page.locator("#lessons")).to_contain_text("高峰时段门岗要有两个人")
    page.get_by_role("button", name="提交审批").click()
    expect(page.locator(".meta")).to_contain_text("待另一人审批")
    expect(page.get_by_role("button", name="批准")).to_have_count(0)

    other = sign_in(told_installation, "guoxin", size=size, **more).page
    other.goto(address)
    assert faults(other) == []
    other.get_by_role("button", name="批准").click()
    expect(other.locator(".meta")).to_contain_text("已批准")
    for name, start in (("PDF", b"%PDF"), ("Word", b"PK")):
        with other.expect_download() as saved:
            other.get_by_role("link", name=name, exact=True).click()
        content = saved.value.path().read_bytes()
        assert content.startswith(start)
    with zipfile.ZipFile(BytesIO(content)) as word:
        assert "高峰时段门岗要有两个人" in word.read("word/document.xml").decode()
    assert told_installation.kinds()["review.report_exported"] == 2

    page.goto(f"/cases/{number}/improvements/")
    page.get_by_role("link", name="提出改进措施").click()
    page.fill("form.form [name=what]", "高峰时段门岗加一个人")
    page.fill("form.form [name=why]", "一个人顾不过来，争执没有人劝")
    page.get_by_label("报告：高峰时段").check()
    page.get_by_label("管理：").check()
    page.select_option("[name=owner]", label="孙磊 (sunlei)")
    assert faults(page) == []
    page.get_by_role("button", name="提出").click()
    page.wait_for_url(re.compile(r"/improvements/[0-9a-f-]{36}/$"))
    assert faults(page) == []
    owner = sign_in(told_installation, "sunlei", size=size, **more).page
    owner.goto(page.url)
    owner.get_by_role("link", name="登记完成").click()
    owner.fill("form.form [name=words]", "已改排班，高峰两人")
    owner.get_by_role("button", name="登记完成").click()
    expect(owner.locator(".meta")).to_contain_text("观察效果")

    other.goto(address)  # the record went on without it
    expect(other.locator("#main, main").first).to_contain_text("比记录旧")
    for path in (f"/cases/{number}/meetings/", f"/cases/{number}/similar/"):
        other.goto(path)
        assert faults(other) == []
    other.goto("/lessons/?text=门岗")
    expect(other.locator("blockquote")).to_contain_text("高峰时段门岗要有两个人")
    assert faults(other) == []
    other.goto("/improvements/?which=watched")
    expect(other.locator(".rows")).to_contain_text("高峰时段门岗加一个人")
    assert faults(other) == []


def test_each_side_is_given_its_own_copy(
    told_installation: Installation, sign_in: SignIn
) -> None:
    """One after the other from the same page, which stays while a file is saved."""
    story = told_installation.story
    address = f"/cases/{story['other']}/reports/{story['report']}/"
    page = sign_in(told_installation, "guoxin", size=PHONE, **DARK).page
    page.goto(address)
    expect(page.locator("#copies li")).to_have_count(1)  # of the story
    page.get_by_role("link", name="给一方的副本").click()
    page.get_by_role("button", name="生成并登记交付").click()
    expect(page).to_have_url(re.compile("/copy/$"))  # nobody is chosen beforehand
    given = {}
    for side, name in (("victim", "受害方：苏*"), ("aggressor", "行为人：韩*群")):
        page.select_option("[name=party]", label=name)
        with page.expect_download() as saved:
            page.get_by_role("button", name="生成并登记交付").click()
        assert saved.value.suggested_filename.endswith(f"-{side}.pdf")
        given[side] = saved.value.path().read_bytes()
        assert given[side].startswith(b"%PDF")
    assert given["victim"] != given["aggressor"]
    assert faults(page) == []
    with page.expect_download():  # pressed again: no further hand-over
        page.get_by_role("button", name="生成并登记交付").click()
    page.goto(address)
    expect(page.locator("#copies li")).to_have_count(3)
    assert faults(page) == []
