"""The guard's phone in a real browser: three taps, no signal, an impatient thumb."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

from playwright.sync_api import FilePayload, Page, Route, expect

from tests.e2e.conftest import PHONE, Installation, SignIn, wait_for

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def count(installation: Installation, table: str) -> int:
    database = f"file:{installation.data / 'anlan.sqlite3'}?mode=ro"
    with closing(sqlite3.connect(database, uri=True)) as connection:
        answer: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 -- names of this file
        return answer


def alarm(page: Page, send: Callable[[], None]) -> None:
    page.goto("/m/")
    page.click("a.alarm")
    page.click("label.chip:has(input[value=injured])")
    send()


def refuse_alarms(route: Route) -> None:
    if route.request.method == "POST":
        route.fulfill(status=403, content_type="text/html", body="<p>no</p>")
    else:
        route.continue_()


def test_three_taps_make_a_report(installation: Installation, sign_in: SignIn) -> None:
    before = count(installation, "incidents_incident")
    page = sign_in(installation, "wangjianguo", size=PHONE).page
    assert page.url.endswith("/m/")

    alarm(page, lambda: page.click("form[data-outbox] .submit button"))

    page.wait_for_url("**/m/reports/**")
    expect(page.locator(".sent")).to_contain_text("已送达")
    assert count(installation, "incidents_incident") == before + 1


def test_the_oldest_browser_sends_an_alarm(
    installation: Installation, sign_in: SignIn
) -> None:
    before = count(installation, "incidents_report")
    page = sign_in(installation, "wangjianguo", size=PHONE).page
    page.add_init_script("delete AbortSignal.timeout")

    alarm(page, lambda: page.click("form[data-outbox] .submit button"))

    page.wait_for_url("**/m/reports/**")
    assert count(installation, "incidents_report") == before + 1


def test_a_refusal_without_a_reason_is_not_called_no_network(
    installation: Installation, sign_in: SignIn
) -> None:
    page = sign_in(installation, "wangjianguo", size=PHONE).page
    page.add_init_script("console.error = () => {}")  # it speaks there of what follows
    page.route("**/m/report/", refuse_alarms)

    alarm(page, lambda: page.click("form[data-outbox] .submit button"))

    expect(page.locator("[data-outbox-chip]")).to_contain_text("上传出错")


def test_an_impatient_thumb_makes_one_report(
    installation: Installation, sign_in: SignIn
) -> None:
    before = count(installation, "incidents_report")
    page = sign_in(installation, "wangjianguo", size=PHONE).page

    alarm(page, lambda: page.dblclick("form[data-outbox] .submit button"))

    page.wait_for_url("**/m/reports/**")
    assert count(installation, "incidents_report") == before + 1


def test_a_report_without_signal_is_kept_and_sent_once(
    installation: Installation, sign_in: SignIn
) -> None:
    before = count(installation, "incidents_report")
    guard = sign_in(installation, "wangjianguo", size=PHONE)
    page = guard.page
    page.goto("/m/report/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    with installation.without_signal(guard.context):
        page.click("label.chip:has(input[value=injured])")
        page.click("form[data-outbox] .submit button")
        expect(page.locator(".sent.offline")).to_contain_text("还没送到")
        page.reload()
        expect(page.locator("[data-outbox-chip]")).to_contain_text("1")
        assert count(installation, "incidents_report") == before

    expect(page.locator("[data-outbox-chip]:not(.off)")).to_be_attached(timeout=20_000)
    assert count(installation, "incidents_report") == before + 1


def test_a_photo_that_does_not_get_through_holds_no_alarm_back(
    installation: Installation, sign_in: SignIn
) -> None:
    reports = count(installation, "incidents_report")
    photos = count(installation, "incidents_attachment")
    page = sign_in(installation, "wangjianguo", size=PHONE).page
    page.route("**/files/", lambda route: route.abort())
    photo: FilePayload = {"name": "a.png", "mimeType": "image/png", "buffer": PNG}

    def send() -> None:
        page.locator("input[type=file]").first.set_input_files([photo])
        page.click("form[data-outbox] .submit button")

    alarm(page, send)
    page.wait_for_url("**/m/reports/**")
    assert count(installation, "incidents_report") == reports + 1
    assert count(installation, "incidents_attachment") == photos

    page.unroute("**/files/")
    with page.expect_response("**/files/") as answer:
        page.reload()
    assert answer.value.status == 201
    assert count(installation, "incidents_attachment") == photos + 1


def test_who_signed_out_leaves_no_page_on_the_phone(
    installation: Installation, sign_in: SignIn
) -> None:
    page = sign_in(installation, "wangjianguo", size=PHONE).page
    page.goto("/m/me/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    kept = "caches.match('/m/me/').then((page) => Boolean(page))"
    wait_for(page, kept)

    page.click("form[action$='/accounts/logout/'] button")
    page.wait_for_url("**/accounts/login/**")

    wait_for(page, f"{kept}.then((is) => !is)")
