"""Somebody without an account: the code on the wall, the link that follows, the way back."""

from __future__ import annotations

from uuid import uuid4

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PASSWORD, PHONE, Installation, SignIn

LOBBY = "6 号楼 1 层 大堂"
GATE = "园区 南门"


def code_of(installation: Installation, place: str) -> str:
    ((code,),) = installation.rows(
        "SELECT code FROM accounts_place WHERE label = ?", place
    )
    return str(code)


def report(page: Page, words: str) -> None:
    page.locator("label.chip", has_text="有人受伤").click()
    page.locator("textarea[name=words]").fill(words)
    page.get_by_role("button", name="立即上报").click()
    page.wait_for_url("**/f/**")


def fits(page: Page) -> bool:
    return bool(
        page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
    )


def test_visitor_reports_and_follows(
    shared_installation: Installation, sign_in: SignIn
) -> None:
    guard = sign_in(shared_installation, "sunlei", size=PHONE).page
    poster = f"/q/{code_of(shared_installation, GATE)}"
    page = sign_in(shared_installation, size=PHONE, path=poster).page
    expect(page.locator("body")).to_contain_text(GATE)
    assert fits(page)

    report(page, "南门有人打保安")

    expect(page.locator("main ol.rows")).to_contain_text("正在通知最近的保安")
    expect(page.locator("body")).not_to_contain_text("孙磊")  # staff stay without names
    assert fits(page)
    assert not Axe().run(page).response["violations"]

    guard.goto("/m/")
    guard.locator("section", has_text=GATE).get_by_role(
        "button", name="接警，我去"
    ).click()
    guard.wait_for_url("**/m/cases/**")
    page.reload()
    expect(page.locator("main ol.rows")).to_contain_text("工作人员已接警")

    page.locator("textarea[name=words]").fill("他往停车场走了")
    page.get_by_role("button", name="补充").click()
    expect(page.locator(".toasts")).to_contain_text("已补充")
    guard.reload()
    expect(guard.locator("main")).to_contain_text("他往停车场走了")


def test_withdrawing_does_not_stop_those_who_were_sent(
    shared_installation: Installation, sign_in: SignIn
) -> None:
    poster = f"/q/{code_of(shared_installation, LOBBY)}"
    page = sign_in(shared_installation, size=PHONE, path=poster).page
    report(page, "大堂有人吵架")
    sent = "SELECT count(*) FROM incidents_assignment a JOIN incidents_incident i ON a.incident_id = i.id JOIN accounts_place p ON i.place_id = p.id WHERE p.label = ? AND a.state = 'alerted'"
    ((before,),) = shared_installation.rows(sent, LOBBY)
    assert before >= 2  # a guard, and the duty officer at once

    page.get_by_role("button", name="撤回这份报告").dblclick()

    expect(page.locator("main ol.rows")).to_contain_text("您撤回了报告")
    expect(page.get_by_role("button", name="撤回这份报告")).to_have_count(0)
    assert shared_installation.rows(sent, LOBBY) == [(before,)]
    # A commander's screen would open the room by itself, and race with the click.
    desk = sign_in(shared_installation, "lifang").go("/incidents/")
    desk.locator("a.incident", has_text=LOBBY).click()
    expect(desk.locator("#panel-reports")).to_contain_text("报告人已撤回")
    expect(desk.locator("#panel-head")).not_to_contain_text("已办结")


def test_report_without_scripts(
    shared_installation: Installation, sign_in: SignIn
) -> None:
    poster = f"/q/{code_of(shared_installation, GATE)}"
    page = sign_in(
        shared_installation, size=PHONE, path=poster, java_script_enabled=False
    ).page

    report(page, "没有脚本也能报")

    expect(page.locator("main ol.rows")).to_contain_text("已收到您的报告")


def test_the_sign_in_page_leads_to_where_one_wanted(
    shared_installation: Installation, sign_in: SignIn
) -> None:
    page = sign_in(shared_installation, size=PHONE, path="/cases/").page
    page.wait_for_url("**/accounts/login/**")
    page.fill("input[name=login]", "zhoumin")
    page.fill("input[name=password]", PASSWORD)
    page.click("form.form button")

    page.wait_for_url(f"{shared_installation.url}/cases/")


def test_unknown_code_and_link_say_whom_to_call(
    shared_installation: Installation, sign_in: SignIn
) -> None:
    visitor = sign_in(shared_installation, size=PHONE, path="/accounts/login/")
    for path in ("/q/ZZZZZZZZZZ", "/f/nobody-has-this"):
        answer = visitor.context.request.get(path)
        assert answer.status == 404, path
        main = answer.text().partition("<main")[2].partition("</main>")[0]
        for number in ("110", "120"):
            assert f'href="tel:{number}"' in main, path
        assert 'href="/"' not in main, path  # the staff's sign-in


def test_after_many_reports_the_page_says_call(
    installation: Installation, sign_in: SignIn
) -> None:
    poster = f"/q/{code_of(installation, GATE)}"
    visitor = sign_in(installation, size=PHONE, path=poster)
    page = visitor.page
    for number in range(12):
        answer = visitor.context.request.post(
            poster, form={"request_id": str(uuid4()), "words": f"第 {number} 份"}
        )
        assert answer.ok

    page.locator("textarea[name=words]").fill("再报一次")
    page.get_by_role("button", name="立即上报").click()

    expect(page.locator("h1")).to_have_text("请直接打电话")
    expect(page.locator("a[href='tel:110']")).to_be_visible()
    assert fits(page)
    assert not Axe().run(page).response["violations"]
    # Twelve voices about one fight, and one ladder.
    assert installation.kinds()["incident.further_report"] == 11
