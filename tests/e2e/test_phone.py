"""The guard's phone in a real browser: three taps, no signal, an impatient thumb."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from uuid import UUID

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from tests.e2e.conftest import PHONE, Installation, Person, SignIn, wait_for
from tests.e2e.test_live import GARAGE, REPORT

TOKEN = "**/m/token/"
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
    # Loaded: without its script the form would be sent by the browser itself.
    page.wait_for_url("**/m/report/")
    page.click("label.chip:has(input[value=injured])")
    send()


def refusing(status: int) -> Callable[[Route], None]:
    def refuse(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=status, content_type="text/html", body="<p>no</p>")
        else:
            route.continue_()

    return refuse


def open_shared_phone(installation: Installation, sign_in: SignIn) -> Person:
    """The captain has opened the enrolled phone; its clock is the test's."""
    guard = sign_in(installation, size=PHONE, path="/m/shared/enrolment/")
    page, story = guard.page, installation.story
    page.fill("input[name=code]", story["enrolment"])
    page.click("main form button")
    page.wait_for_url("**/m/shared/")
    page.clock.install()
    page.goto(f"/m/shared/people/{story['captain']}/")
    page.fill("input[name=pin]", story["pin"])
    page.click("main form button")
    page.wait_for_url("**/m/")
    return guard


def intercept(
    page: Page, address: str, handler: Callable[[Route], object], **times: int
) -> None:
    """What this page asks of that address goes to the handler, whatever it shows now.

    A page that a service worker took over while it was open would go past the handler:
    the browser intercepts only what was asked for since the page began.
    """
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.route(address, handler, **times)
    page.reload()


def hold_back_words(page: Page) -> None:
    """Nothing kept on this phone is sent: who holds it cannot be asked any more."""
    intercept(page, TOKEN, lambda route: route.abort())
    wait_for(page, "fetch('/m/token/').then(() => false, () => true)")


def keep_shell(page: Page) -> None:
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    wait_for(page, "caches.match('/m/report/').then((page) => Boolean(page))")


@contextmanager
def answering(port: int, fault: str) -> Iterator[None]:
    """In the place of the server: one that is silent, or the proxy of a dead one."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if fault == "slow":
                ended.wait()
            else:
                self.send_error(502)

        def log_message(self, *_words: object) -> None:
            pass

    ended = Event()
    ThreadingHTTPServer.allow_reuse_address = True
    server = ThreadingHTTPServer(("127.0.0.1", port), Answer)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        ended.set()
        server.shutdown()
        server.server_close()


def test_three_taps_make_a_report(installation: Installation, sign_in: SignIn) -> None:
    before = count(installation, "incidents_incident")
    page = sign_in(installation, "wangjianguo", size=PHONE, path="/").page
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


@pytest.mark.parametrize(
    ("status", "chip", "card"),
    [(403, "上传出错", "上传出错"), (502, "服务器故障", "服务器出了故障")],
)
def test_a_refusal_without_a_reason_is_not_called_no_network(
    status: int, chip: str, card: str, installation: Installation, sign_in: SignIn
) -> None:
    page = sign_in(installation, "wangjianguo", size=PHONE).page
    page.add_init_script("console.error = () => {}")  # it speaks there of what follows
    page.route("**/m/report/", refusing(status))

    alarm(page, lambda: page.click("form[data-outbox] .submit button"))

    expect(page.locator("[data-outbox-chip]")).to_contain_text(chip)
    expect(page.locator(".sent.offline")).to_contain_text(card)
    expect(page.locator(".sent.offline")).not_to_contain_text("没有网络")


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


def give_files(page: Page, *files: FilePayload) -> None:
    page.locator("input[type=file][multiple]").set_input_files(files)


def refuse_storage(page: Page, when: str) -> None:
    """As a phone that is full: IndexedDB throws where ``when`` is true of the item."""
    page.add_init_script(
        "const put = IDBObjectStore.prototype.put;"
        "IDBObjectStore.prototype.put = function (item) {"
        f" if ({when}) throw new DOMException('full', 'QuotaExceededError');"
        " return put.call(this, item); };"
    )


def test_a_full_phone_sends_the_alarm_and_then_its_film(
    installation: Installation, sign_in: SignIn
) -> None:
    photos = count(installation, "incidents_attachment")
    page = sign_in(installation, "wangjianguo", size=PHONE).page
    refuse_storage(page, "item.files.length")

    def send() -> None:
        give_files(page, {"name": "a.png", "mimeType": "image/png", "buffer": PNG})
        page.click("form[data-outbox] .submit button")

    alarm(page, send)

    page.wait_for_url("**/m/reports/**")
    assert count(installation, "incidents_attachment") == photos + 1


def test_a_phone_that_keeps_nothing_sends_the_form_itself(
    installation: Installation, sign_in: SignIn
) -> None:
    before = count(installation, "incidents_report")
    page = sign_in(installation, "wangjianguo", size=PHONE).page
    refuse_storage(page, "true")

    alarm(page, lambda: page.click("form[data-outbox] .submit button"))

    page.wait_for_url("**/m/reports/**")
    assert count(installation, "incidents_report") == before + 1


def test_a_refused_alarm_is_not_called_no_network(
    installation: Installation, sign_in: SignIn
) -> None:
    before = count(installation, "incidents_report")
    page = sign_in(installation, "wangjianguo", size=PHONE).page

    def send() -> None:
        page.evaluate(
            "document.querySelector('[name=place]:checked').value = 'NOSUCHCODE'"
        )
        page.click("form[data-outbox] .submit button")

    alarm(page, send)

    expect(page.locator("[data-refusal]")).to_contain_text("没有这个地点")
    expect(page.locator(".sent.offline")).to_have_count(0)
    page.locator("[name=place]").nth(1).check(force=True)
    page.click("form[data-outbox] .submit button")
    page.wait_for_url("**/m/reports/**")
    assert count(installation, "incidents_report") == before + 1


def test_an_alarm_refused_later_is_told_of_another_place_with_its_photo(
    installation: Installation, sign_in: SignIn
) -> None:
    photos = count(installation, "incidents_attachment")
    page = sign_in(installation, "wangjianguo", size=PHONE).page
    page.route(TOKEN, lambda route: route.abort())

    def send() -> None:
        page.evaluate(
            "document.querySelector('[name=place]:checked').value = 'NOSUCHCODE'"
        )
        give_files(page, {"name": "a.png", "mimeType": "image/png", "buffer": PNG})
        page.fill("[name=words]", "两人扭打")
        page.click("form[data-outbox] .submit button")

    alarm(page, send)
    expect(page.locator(".sent.offline")).to_be_visible()
    page.unroute(TOKEN)
    page.goto("/m/")
    row = page.locator("[data-waiting-list] li")
    expect(row).to_contain_text("没有这个地点")
    expect(row.get_by_text("存到手机 a.png")).to_be_visible()

    # Called meanwhile, they answer that first: it takes nothing away from the alarm.
    installation.shell(REPORT.format(place=GARAGE))
    row.get_by_text("改地点再报").click()
    expect(page.locator("[data-refusal]")).to_contain_text("a.png")
    expect(page.locator("[name=words]")).to_have_value("两人扭打")
    page.click("#called form button")
    page.wait_for_url("**/m/cases/**")
    page.goto("/m/")
    row.get_by_text("改地点再报").click()
    expect(page.locator("[data-refusal]")).to_contain_text("a.png")
    expect(page.locator("[name=words]")).to_have_value("两人扭打")
    expect(page.locator("[name=flags][value=injured]")).to_be_checked()
    expect(page.locator("[name=place]:checked")).to_have_count(0)
    page.click("form[data-outbox] .submit button")
    expect(page.locator("[data-refusal]")).to_contain_text("请先选在哪里")
    page.locator("[name=place]").first.check(force=True)
    page.click("form[data-outbox] .submit button")

    page.wait_for_url("**/m/reports/**")
    until(page, lambda: count(installation, "incidents_attachment") == photos + 1)
    page.goto("/m/")
    expect(page.locator("[data-waiting-list]")).to_be_hidden()


def test_an_alarm_opens_its_own_report_and_not_an_older_one(
    installation: Installation, sign_in: SignIn
) -> None:
    page = sign_in(installation, "wangjianguo", size=PHONE).page
    page.route(TOKEN, lambda route: route.abort())
    alarm(page, lambda: page.click("form[data-outbox] .submit button"))
    expect(page.locator(".sent.offline")).to_contain_text("没有网络")
    page.goto("/m/report/")
    page.fill("[name=words]", "第二份")
    # The next round sends the newer alarm, and cannot send the older one.
    page.route("**/m/report/", refuse_older)
    page.unroute(TOKEN)

    page.click("form[data-outbox] .submit button")

    page.wait_for_url("**/m/reports/**")
    uid = page.url.rstrip("/").rpartition("/")[2].replace("-", "")
    words = installation.rows("SELECT words FROM incidents_report WHERE uid = ?", uid)
    assert words == [("第二份",)]


def refuse_older(route: Route) -> None:
    body = (route.request.post_data_buffer or b"").decode(errors="replace")
    if route.request.method == "POST" and "第二份" not in body:
        route.abort()
    else:
        route.continue_()


def test_a_refused_file_stays_on_the_phone_until_it_is_evidence(
    installation: Installation, sign_in: SignIn
) -> None:
    before = count(installation, "evidence_exhibit")
    page = sign_in(installation, "wangjianguo", size=PHONE).page
    script: FilePayload = {
        "name": "film.xyz",
        "mimeType": "video/x",
        "buffer": b"no kind that a report takes" * 9,
    }
    photo: FilePayload = {"name": "a.png", "mimeType": "image/png", "buffer": PNG}

    def send() -> None:
        give_files(page, script, photo)
        page.click("form[data-outbox] .submit button")

    alarm(page, send)
    page.wait_for_url("**/m/reports/**")
    expect(page.locator("[data-refused-files]")).to_contain_text(
        "film.xyz · 只能附照片"
    )
    expect(page.locator("[data-outbox-chip]")).to_contain_text("1 个文件未被接受")
    until(
        page, lambda: count(installation, "evidence_exhibit") == before + 1
    )  # the photo

    page.goto("/m/")
    row = page.locator("[data-waiting-list] li")
    expect(row).to_contain_text("film.xyz")
    row.get_by_text("上传证据").click()

    until(page, lambda: count(installation, "evidence_exhibit") == before + 2)
    expect(row).to_have_count(0)


def test_a_large_film_goes_in_parts_and_holds_nothing_back(
    installation: Installation, sign_in: SignIn
) -> None:
    exhibits = count(installation, "evidence_exhibit")
    photos = count(installation, "incidents_attachment")
    person = sign_in(installation, "wangjianguo", size=PHONE)
    page = person.page
    # The first one never gets through; what comes after it does.
    page.route("**/upload/**", lambda route: route.abort())
    page.goto("/m/report/")
    page.evaluate(
        "const held = new DataTransfer();"
        "held.items.add(new File([new Uint8Array(26 * 1024 * 1024)], 'film.bin'));"
        f"held.items.add(new File([new Uint8Array({list(PNG)})], 'a.png'));"
        "document.querySelector('input[type=file]').files = held.files;"
    )
    page.click("form[data-outbox] .submit button")
    page.wait_for_url("**/m/reports/**")
    until(page, lambda: count(installation, "incidents_attachment") == photos + 1)

    page.unroute("**/upload/**")
    page.goto("/m/")
    until(page, lambda: count(installation, "evidence_exhibit") == exhibits + 2)


def until(page: Page, is_so: Callable[[], bool]) -> None:
    for _number in range(150):
        if is_so():
            return
        page.wait_for_timeout(200)
    raise AssertionError("it never came to be")


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


def test_a_shared_phone_stays_open_without_signal_until_its_alarm_is_sent(
    told_installation: Installation, sign_in: SignIn
) -> None:
    before = count(told_installation, "incidents_report")
    guard = open_shared_phone(told_installation, sign_in)
    page = guard.page
    page.goto("/m/report/")
    keep_shell(page)
    with told_installation.without_signal(guard.context):
        page.clock.fast_forward("06:00")
        page.locator("form[data-idle] button").click()
        expect(page.locator(".toast")).to_contain_text("没有锁上")
        page.click("label.chip:has(input[value=injured])")
        page.click("form[data-outbox] .submit button")
        expect(page.locator(".sent.offline")).to_contain_text("还没送到")
        page.clock.fast_forward("06:00")
        page.goto("/m/")
        expect(page.locator("[data-waiting-list] li")).to_have_count(1)

    page.clock.fast_forward("00:20")
    expect(page.locator("[data-waiting-list] li")).to_have_count(0, timeout=20_000)
    assert count(told_installation, "incidents_report") == before + 1

    page.clock.fast_forward("06:00")
    page.wait_for_url("**/m/shared/")
    wait_for(page, "caches.match('/m/').then((page) => !page)")


def test_what_is_said_at_the_scene_without_signal_is_kept_and_sent_once(
    installation: Installation, sign_in: SignIn
) -> None:
    installation.shell(REPORT.format(place=GARAGE))
    before = installation.kinds()
    guard = sign_in(installation, "wangjianguo", size=PHONE, path="/m/")
    page = guard.page
    keep_shell(page)
    page.click("#called a.btn")
    page.wait_for_url("**/m/cases/**")
    page.reload()
    with installation.without_signal(guard.context):
        page.click("form[action$='/arrival/'] button")
        unsent = page.locator("[data-unsaid]")
        expect(unsent).to_contain_text("还没送到，请用对讲机")
        expect(unsent).to_be_focused()
        page.reload()
        expect(unsent).to_have_count(1)
        expect(page.locator("form[action$='/arrival/'] button")).to_be_disabled()
        page.click("button[name=result][value=worked]")
        expect(unsent).to_have_count(2)

    expect(unsent).to_have_count(0, timeout=30_000)
    expect(page.locator("form[action$='/control/']")).to_be_visible(timeout=20_000)
    said = installation.kinds() - before
    assert said["incident.responder_arrived"] == 1
    assert said["incident.dissuasion_tried"] == 1


def test_help_is_called_from_the_scene_without_signal_and_each_call_kept(
    installation: Installation, sign_in: SignIn
) -> None:
    installation.shell(REPORT.format(place=GARAGE))
    before = installation.kinds()
    guard = sign_in(installation, "wangjianguo", size=PHONE, path="/m/")
    page = guard.page
    keep_shell(page)
    page.click("#called a.btn")
    page.wait_for_url("**/m/cases/**")
    page.reload()
    page.add_init_script(  # a browser without a telephone has nowhere to go
        "addEventListener('click', (e) => e.target.closest('[href^=tel]') && e.preventDefault())"
    )
    with installation.without_signal(guard.context):
        page.reload()
        question = page.locator("[id^=dialled-110-]")
        for outcome in ("missed", "connected"):
            page.click("a[href='tel:110']")
            expect(question.locator(".words")).to_contain_text("具体位置")
            question.locator(f"[value={outcome}]").click()
            expect(page.locator("[data-unsaid]")).to_have_count(1)

    expect(page.locator("[data-unsaid]")).to_have_count(0, timeout=30_000)
    made = page.get_by_label("已拨打的电话").locator("li")
    expect(made).to_have_count(2, timeout=20_000)
    expect(made.filter(has_text="没有接通")).to_have_count(1)
    said = installation.kinds() - before
    assert said["incident.emergency_called"] == 2


def test_a_further_call_is_kept_while_the_one_before_is_on_its_way(
    installation: Installation, sign_in: SignIn
) -> None:
    """On a network that hangs; and what was done with one call is shown when it is over."""
    installation.shell(REPORT.format(place=GARAGE))
    before = installation.kinds()
    page = sign_in(installation, "wangjianguo", size=PHONE).go("/m/tasks/")
    page.click("#called a.btn")
    page.wait_for_url("**/m/cases/**")
    hanging: list[Route] = []

    def hang(route: Route) -> None:
        hanging.append(route)

    intercept(page, "**/call/110/", hang)
    page.evaluate(
        "addEventListener('click', (e) => e.target.closest('[href^=tel]') && e.preventDefault())"
    )
    question = page.locator("[id^=dialled-110-]")

    page.click("a[href='tel:110']")
    question.locator("[value=missed]").dblclick()  # a trembling thumb
    until(page, lambda: bool(hanging))
    page.click("a[href='tel:110']")
    question.locator("[value=connected]").click()
    expect(page.locator("[data-outbox-chip]")).to_contain_text("2 条待传")
    page.unroute("**/call/110/")

    made = page.get_by_label("已拨打的电话").locator("li")
    expect(made).to_have_count(2, timeout=30_000)
    expect(made.filter(has_text="没有接通")).to_have_count(1)
    assert (installation.kinds() - before)["incident.emergency_called"] == 2


def test_a_call_that_is_sent_later_is_shown_though_the_notice_had_the_focus(
    installation: Installation, sign_in: SignIn
) -> None:
    installation.shell(REPORT.format(place=GARAGE))
    page = sign_in(installation, "wangjianguo", size=PHONE).go("/m/tasks/")
    page.click("#called a.btn")
    page.wait_for_url("**/m/cases/**")
    hold_back_words(page)
    page.locator("[id^=dialled-110-] summary").click()
    page.locator("[id^=dialled-110-] [value=connected]").click()
    expect(page.locator("[data-unsaid]")).to_be_focused()

    page.unroute(TOKEN)
    page.evaluate("dispatchEvent(new Event('online'))")

    expect(page.get_by_label("已拨打的电话").locator("li")).to_have_count(1)
    expect(page.locator("[data-unsaid]")).to_have_count(0)


def test_after_a_quick_answer_the_scene_shows_what_follows(
    installation: Installation, sign_in: SignIn
) -> None:
    """Though the button that was tapped has the focus; and no question is lost."""
    installation.shell(REPORT.format(place=GARAGE))
    page = sign_in(installation, "wangjianguo", size=PHONE).go("/m/tasks/")
    page.click("#called a.btn")
    page.wait_for_url("**/m/cases/**")
    page.evaluate("window.same = true")

    page.click("form[action$='/arrival/'] button")

    expect(page.locator("form[action$='/control/']")).to_be_visible()
    assert page.evaluate("window.same")


def test_a_photo_that_was_just_chosen_stays_while_another_arrives(
    installation: Installation, sign_in: SignIn
) -> None:
    before = count(installation, "incidents_attachment")
    page = sign_in(installation, "wangjianguo", size=PHONE).page
    alarm(page, lambda: page.click("form[data-outbox] .submit button"))
    page.wait_for_url("**/m/reports/**")
    form = page.locator("form[data-outbox=files]")
    photos = form.locator("input[accept='image/*']")
    held: list[Route] = []
    intercept(page, "**/files/", lambda route: held.insert(0, route))
    photos.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PNG})

    form.locator("button").click()
    expect(form.locator("[data-file-names]")).to_contain_text("有网络后自动上传")
    photos.set_input_files({"name": "b.png", "mimeType": "image/png", "buffer": PNG})
    until(page, lambda: bool(held))
    held[0].continue_()

    expect(page.locator("#received")).to_contain_text("已收到 1")
    expect(form.locator("[data-file-names]")).to_have_text("b.png")
    assert count(installation, "incidents_attachment") == before + 1


def test_photos_that_wait_alone_are_counted_and_nothing_chosen_is_said(
    installation: Installation, sign_in: SignIn
) -> None:
    before = count(installation, "incidents_attachment")
    page = sign_in(installation, "wangjianguo", size=PHONE).page
    alarm(page, lambda: page.click("form[data-outbox] .submit button"))
    page.wait_for_url("**/m/reports/**")
    form = page.locator("form[data-outbox=files]")
    intercept(page, "**/files/", lambda route: route.abort())
    form.locator("input[accept='image/*']").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": PNG}
    )
    form.locator("button").click()
    expect(form.locator("[data-file-names]")).to_contain_text("有网络后自动上传")
    expect(page.locator("[data-outbox-chip]")).to_contain_text("1 条待传")

    page.wait_for_timeout(600)  # a second press at once is stopped as a double click
    form.locator("button").click()
    expect(form.locator("[data-file-names]")).to_contain_text("先选照片")
    assert page.url.endswith("/"), page.url
    page.goto("/m/")
    expect(page.locator("[data-waiting-list] li")).to_contain_text("a.png")

    page.unroute("**/files/")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-waiting-list]")).to_be_hidden()
    assert count(installation, "incidents_attachment") == before + 1


def test_a_locked_phone_says_whose_photos_it_still_keeps(
    told_installation: Installation, sign_in: SignIn
) -> None:
    page = open_shared_phone(told_installation, sign_in).page
    alarm(page, lambda: page.click("form[data-outbox] .submit button"))
    page.wait_for_url("**/m/reports/**")
    form = page.locator("form[data-outbox=files]")
    intercept(page, "**/files/", lambda route: route.abort())
    form.locator("input[accept='image/*']").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": PNG}
    )
    form.locator("button").click()
    expect(page.locator("[data-outbox-chip]")).to_contain_text("1 条待传")

    page.clock.fast_forward("06:00")

    expect(page).to_have_url(re.compile(r"/m/shared/$"))
    notice = page.locator("[data-kept-notice]")
    expect(notice).to_contain_text("有 1 份上报的照片或录音还没有传上。请孙磊")
    expect(notice).not_to_contain_text("别人还不知道")


def test_who_holds_the_phone_next_is_not_asked_how_the_call_went(
    told_installation: Installation, sign_in: SignIn
) -> None:
    page = open_shared_phone(told_installation, sign_in).page
    guard = give_pin(told_installation, "wangjianguo")
    ((number,),) = told_installation.rows(
        "SELECT number FROM cases_case WHERE state = 'open' ORDER BY id DESC LIMIT 1"
    )
    page.goto(f"/m/cases/{number}/")
    page.add_init_script(
        "addEventListener('click', (e) => e.target.closest('[href^=tel]') && e.preventDefault())"
    )
    page.reload()
    page.click("a[href='tel:110']")
    page.reload()
    question = page.locator("details[id^=dialled-110-]")
    expect(question).to_have_attribute("open", "")

    page.locator("form[data-idle] button").click()
    page.wait_for_url("**/m/shared/")
    page.goto(f"/m/shared/people/{guard}/")
    page.fill("input[name=pin]", told_installation.story["pin"])
    page.click("main form button")
    page.wait_for_url("**/m/")
    page.goto(f"/m/cases/{number}/")

    expect(question).to_be_attached()
    expect(question).not_to_have_attribute("open", "")


def test_who_is_called_on_another_page_sees_that_the_answer_is_unsent(
    installation: Installation, sign_in: SignIn
) -> None:
    installation.shell(REPORT.format(place=GARAGE))
    page = sign_in(installation, "wangjianguo", size=PHONE).go("/m/tasks/")
    hold_back_words(page)

    page.click("#called form button")

    expect(page.locator("[data-unsaid]")).to_contain_text("还没送到，请用对讲机")
    expect(page.locator("#called form button")).to_be_disabled()


def test_what_was_refused_does_not_come_true_by_itself_later(
    installation: Installation, sign_in: SignIn
) -> None:
    installation.shell(REPORT.format(place=GARAGE))
    before = installation.kinds()
    page = sign_in(installation, "wangjianguo", size=PHONE, path="/m/").page
    hold_back_words(page)
    page.click("#called form[action$='/arrival/'] button")
    expect(page.locator("[data-unsaid]")).to_be_visible()
    refusal = '{"errors": {"__all__": ["现在不行"]}}'
    page.route(
        "**/arrival/",
        lambda route: route.fulfill(
            status=409, content_type="application/json", body=refusal
        ),
    )
    page.unroute(TOKEN)
    page.goto("/m/")
    row = page.locator("[data-waiting-list] li")
    expect(row).to_contain_text("现在不行")

    page.unroute("**/arrival/")
    for _round in range(2):  # the second begins when the first has sent what it sends
        with page.expect_response("**/m/token/"):
            page.evaluate("dispatchEvent(new Event('online'))")

    expect(row).to_contain_text("现在不行")
    assert "incident.responder_arrived" not in installation.kinds() - before


def test_after_the_handover_an_alarm_is_of_who_opened_the_phone(
    told_installation: Installation, sign_in: SignIn
) -> None:
    captain = open_shared_phone(told_installation, sign_in)
    page = captain.page
    page.goto("/m/report/")
    keep_shell(page)
    page.evaluate(
        "caches.match('/m/report/').then((page) => page.text())"
        ".then((text) => sessionStorage.setItem('before', text))"
    )
    guard = give_pin(told_installation, "wangjianguo")

    page.goto("/m/shared/handover/")
    page.click("main form.form button")
    page.wait_for_url("**/m/shared/")
    wait_for(page, "caches.match('/m/report/').then((page) => !page)")
    page.goto(f"/m/shared/people/{guard}/")
    page.fill("input[name=pin]", told_installation.story["pin"])
    page.click("main form button")
    page.wait_for_url("**/m/shared/handover/")
    wait_for(page, "caches.match('/m/report/').then((page) => Boolean(page))")
    # A page that came back from the captain's time all the same.
    page.evaluate(
        "caches.keys().then((names) => caches.open(names.find((n) => n.includes('shell'))))"
        ".then((cache) => cache.put('/m/report/', new Response("
        "sessionStorage.before, {headers: {'Content-Type': 'text/html'}})))"
    )
    with told_installation.without_signal(captain.context):
        page.goto("/m/report/")
        page.click("form[data-outbox] .submit button")
        expect(page.locator(".sent.offline")).to_contain_text("还没送到")

    page.clock.fast_forward("00:20")
    page.wait_for_url("**/m/reports/**", timeout=20_000)
    reporters = told_installation.rows(
        "SELECT username FROM incidents_report JOIN accounts_user u ON u.id = reporter_id"
        " ORDER BY received_at DESC LIMIT 1"
    )
    assert reporters == [("wangjianguo",)]


def test_without_an_answer_the_newest_place_is_shown_and_not_the_first(
    installation: Installation, sign_in: SignIn
) -> None:
    first, newest = installation.rows(
        "SELECT code, label FROM accounts_place WHERE is_active AND site_id ="
        " (SELECT id FROM accounts_site WHERE code = 'YQ') ORDER BY id DESC LIMIT 2"
    )
    guard = sign_in(installation, "wangjianguo", size=PHONE)
    page = guard.page
    page.goto(f"/m/?place={first[0]}")
    keep_shell(page)
    for _time in range(2):
        page.goto(f"/m/?place={newest[0]}")
        wait_for(
            page,
            "caches.match('/m/').then((page) => page.text())"
            f".then((text) => text.includes('{newest[1]}'))",
        )

    with installation.without_signal(guard.context):
        page.goto("/m/")
        expect(page.locator("main")).to_contain_text(newest[1])
        expect(page.locator("main")).to_contain_text("没有收到新的页面")


def give_pin(installation: Installation, username: str) -> str:
    """Theirs is the one of the story; the uid by which the locked phone knows them."""
    installation.shell(
        "from django.utils import timezone\n"
        "from anlan.accounts import services\n"
        "from anlan.accounts.models import User\n"
        "from anlan.ledger.events import SYSTEM\n"
        f"user = User.objects.get(username='{username}')\n"
        f"services.set_pin(user=user, pin='{installation.story['pin']}',"
        " by=SYSTEM, at=timezone.now())"
    )
    query = "SELECT uid FROM accounts_user WHERE username = ?"
    return str(UUID(installation.rows(query, username)[0][0]))


def test_a_locked_phone_says_whose_alarm_it_still_keeps(
    told_installation: Installation, sign_in: SignIn
) -> None:
    guard = open_shared_phone(told_installation, sign_in)
    page = guard.page
    page.goto("/m/report/")
    hold_back_words(page)
    page.click("form[data-outbox] .submit button")
    expect(page.locator(".sent.offline")).to_be_visible()

    page.locator("form[data-idle] button").click()

    page.wait_for_url("**/m/shared/")
    expect(page.locator("[data-kept-notice]")).to_contain_text(
        "1 条。请孙磊用自己的 PIN"
    )
    rows = page.locator("a.li:has([data-kept]:visible)")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("孙磊")


LEFT_ONCE_MORE = """(other) => new Promise((done) => {
  indexedDB.open("anlan-outbox").onsuccess = ({ target }) => {
    const rows = target.result.transaction("reports", "readwrite").objectStore("reports");
    rows.getAll().onsuccess = (found) => {
      const [kept] = found.target.result;
      rows.put({ ...kept, writer: kept.user, user: other }).onsuccess = () => done();
    };
  };
})"""


def leave_alarm(installation: Installation, sign_in: SignIn) -> Page:
    """The captain left one on the phone, which waits locked for the next."""
    page = open_shared_phone(installation, sign_in).page
    page.goto("/m/report/")
    hold_back_words(page)
    page.locator("[name=place]").first.check(force=True)
    page.click("form[data-outbox] .submit button")
    expect(page.locator(".sent.offline")).to_be_visible()
    page.locator("form[data-idle] button").click()
    page.wait_for_url("**/m/shared/")
    page.unroute(TOKEN)
    return page


def open_as_officer(page: Page, installation: Installation) -> None:
    officer = give_pin(installation, "zhoumin")
    page.goto(f"/m/shared/people/{officer}/")
    page.fill("input[name=pin]", installation.story["pin"])
    page.click("main form button")
    page.wait_for_url("**/m/")
    page.on("dialog", lambda dialog: dialog.accept())


def test_whoever_commands_discards_what_another_left_for_a_reason(
    told_installation: Installation, sign_in: SignIn
) -> None:
    before = told_installation.kinds()
    page = leave_alarm(told_installation, sign_in)
    open_as_officer(page, told_installation)

    row = page.locator("[data-waiting-list] li")
    row.locator("[data-discard] summary").click()
    row.get_by_role("button", name="已用对讲机或电话处理").click()

    expect(page.locator("[data-waiting-list]")).to_be_hidden()
    said = told_installation.kinds() - before
    assert said["incident.unsent_discarded"] == 1
    assert said["incident.reported"] == 0


def test_what_is_discarded_twice_is_discarded_once(
    told_installation: Installation, sign_in: SignIn
) -> None:
    """The answer was lost the first time, and another reason is tapped the second."""
    before = told_installation.kinds()
    page = leave_alarm(told_installation, sign_in)
    open_as_officer(page, told_installation)

    def lose_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    intercept(page, "**/m/discards/", lose_answer, times=1)
    row = page.locator("[data-waiting-list] li")
    row.locator("[data-discard] summary").click()
    row.locator("[data-discard] button").first.click()
    expect(page.locator(".toast")).to_contain_text("没有删除")
    row.locator("[data-discard] summary").click()
    row.locator("[data-discard] button").last.click()

    expect(page.locator("[data-waiting-list]")).to_be_hidden()
    assert (told_installation.kinds() - before)["incident.unsent_discarded"] == 1


IT_WAS_REFUSED = """() => new Promise((done) => {
  indexedDB.open("anlan-outbox").onsuccess = ({ target }) => {
    const rows = target.result.transaction("reports", "readwrite").objectStore("reports");
    rows.getAll().onsuccess = (found) => {
      const [kept] = found.target.result;
      rows.put({ ...kept, errors: { place: ["没有这个地点"] } }).onsuccess = () => done();
    };
  };
})"""


def test_what_was_refused_goes_from_another_hand_with_a_reason_once_it_is_recorded(
    told_installation: Installation, sign_in: SignIn
) -> None:
    """The reason is given without a network, by somebody who commands nothing."""
    before = told_installation.kinds()
    page = leave_alarm(told_installation, sign_in)
    page.evaluate(IT_WAS_REFUSED)
    guard = give_pin(told_installation, "wangjianguo")
    page.goto(f"/m/shared/people/{guard}/")
    page.fill("input[name=pin]", told_installation.story["pin"])
    page.click("main form button")
    page.wait_for_url("**/m/")
    page.on("dialog", lambda dialog: dialog.accept())
    row = page.locator("[data-waiting-list] li")
    expect(row).to_contain_text("没有这个地点")
    expect(row.get_by_role("button", name="删除", exact=True)).to_be_hidden()

    intercept(page, "**/m/discards/", lambda route: route.abort())
    row.locator("[data-discard] summary").click()
    row.get_by_role("button", name="误点或写错").click()
    expect(row).to_contain_text("有网络后记下，再删除")
    assert not (told_installation.kinds() - before)["incident.unsent_discarded"]
    page.unroute("**/m/discards/")
    page.evaluate("dispatchEvent(new Event('online'))")

    expect(page.locator("[data-waiting-list]")).to_be_hidden()
    said = told_installation.kinds() - before
    assert said["incident.unsent_discarded"] == 1
    assert said["incident.reported"] == 0


IT_ARRIVED = """() => new Promise((done) => {
  indexedDB.open("anlan-outbox").onsuccess = ({ target }) => {
    const rows = target.result.transaction("reports", "readwrite").objectStore("reports");
    rows.getAll().onsuccess = (found) => {
      const [kept] = found.target.result;
      rows.put({ ...kept, answer: { url: "/m/", number: "x" } }).onsuccess = () => done();
    };
  };
})"""


ANOTHER_CHOSE_WHY = """() => new Promise((done) => {
  indexedDB.open("anlan-outbox").onsuccess = ({ target }) => {
    const rows = target.result.transaction("reports", "readwrite").objectStore("reports");
    rows.getAll().onsuccess = (found) => {
      const [kept] = found.target.result;
      const why = { id: kept.id, reason: "mistake", by: "a-colleague", url: "/m/discards/" };
      rows.put({ ...kept, why }).onsuccess = () => done();
    };
  };
})"""


def test_a_reason_that_a_colleague_gave_waits_for_their_hand(
    told_installation: Installation, sign_in: SignIn
) -> None:
    page = leave_alarm(told_installation, sign_in)
    page.evaluate(ANOTHER_CHOSE_WHY)
    open_as_officer(page, told_installation)

    row = page.locator("[data-waiting-list] li")
    expect(row).to_contain_text("等其本人打开这部手机时记下")


def test_what_was_sent_while_its_reasons_were_open_is_not_discarded(
    told_installation: Installation, sign_in: SignIn
) -> None:
    before = told_installation.kinds()
    page = leave_alarm(told_installation, sign_in)
    open_as_officer(page, told_installation)
    row = page.locator("[data-waiting-list] li")
    row.locator("[data-discard] summary").click()
    page.evaluate(IT_ARRIVED)

    row.locator("[data-discard] button").first.click()

    expect(page.locator("[data-waiting-list]")).to_be_hidden()
    assert not (told_installation.kinds() - before)["incident.unsent_discarded"]


@pytest.mark.parametrize("is_second", [False, True])
def test_whoever_commands_sends_what_another_left_on_the_phone(
    *, is_second: bool, told_installation: Installation, sign_in: SignIn
) -> None:
    before = count(told_installation, "incidents_report")
    page = leave_alarm(told_installation, sign_in)
    if is_second:  # somebody wanted to send it already, and left it here too
        query = "SELECT uid FROM accounts_user WHERE username = 'wangjianguo'"
        page.evaluate(LEFT_ONCE_MORE, str(UUID(told_installation.rows(query)[0][0])))
    open_as_officer(page, told_installation)

    page.locator("[data-waiting-list] li").get_by_text("代为上报").click()

    until(page, lambda: count(told_installation, "incidents_report") == before + 1)
    expect(page.locator("[data-waiting-list]")).to_be_hidden()
    reporters = told_installation.rows(
        "SELECT username FROM incidents_report JOIN accounts_user u ON u.id = reporter_id"
        " ORDER BY received_at DESC LIMIT 1"
    )
    assert reporters == [("sunlei",)]


SMALL = """
() => [...document.querySelectorAll("a[href], button, summary, .chip, .capb, .input")]
  .filter((one) => !one.matches(".skip") && !one.closest("dialog:not([open])"))
  .map((one) => ({ text: one.textContent.trim(), box: one.getBoundingClientRect() }))
  .filter(({ box }) => box.width && (box.width < 47.5 || box.height < 47.5))
  .map(({ text, box }) => `${text}: ${box.width} x ${box.height}`)
"""


def test_what_is_pressed_is_as_large_as_a_thumb(
    installation: Installation, sign_in: SignIn
) -> None:
    guard = sign_in(installation, "wangjianguo", size=PHONE)
    ((code,),) = installation.rows("SELECT code FROM accounts_place LIMIT 1")
    paths = ("/m/", "/m/report/", "/m/tasks/", "/m/me/", f"/q/{code}")

    small = {path: guard.go(path).evaluate(SMALL) for path in paths}

    assert not any(small.values()), small


def test_an_open_phone_shows_and_feels_that_its_guard_is_called(
    installation: Installation, sign_in: SignIn
) -> None:
    page = sign_in(installation, "wangjianguo", size=PHONE).go("/m/")
    expect(page.locator("body")).to_have_attribute("data-live-running", "yes")
    page.evaluate("navigator.vibrate = (how) => (document.body.dataset.felt = how)")
    expect(page.locator("#called section")).to_have_count(0)

    installation.shell(REPORT.format(place=GARAGE))

    expect(page.locator("#called section[data-called]")).to_contain_text(GARAGE)
    expect(page.locator("body")).to_have_attribute("data-felt", "400,200,400,200,800")


@pytest.mark.parametrize("path", ["/m/tasks/", "/m/report/"])
def test_whichever_page_is_open_shows_and_feels_it(
    path: str, installation: Installation, sign_in: SignIn
) -> None:
    page = sign_in(installation, "wangjianguo", size=PHONE).go(path)
    expect(page.locator("body")).to_have_attribute("data-live-running", "yes")
    page.evaluate("navigator.vibrate = (how) => (document.body.dataset.felt = how)")

    installation.shell(REPORT.format(place=GARAGE))

    expect(page.locator("#called section[data-called]")).to_contain_text(GARAGE)
    expect(page.locator("body")).to_have_attribute("data-felt", "400,200,400,200,800")
    expect(page.locator("#tabs .count").first).to_contain_text("1")


@pytest.mark.parametrize("fault", ["slow", "broken"])
def test_a_network_that_does_not_answer_well_brings_the_page_kept_here(
    fault: str, installation: Installation, sign_in: SignIn
) -> None:
    guard = sign_in(installation, "wangjianguo", size=PHONE)
    page = guard.page
    page.goto("/m/report/")
    keep_shell(page)
    installation.kill("web")
    with answering(installation.port, fault):
        page.goto("/m/report/", timeout=8_000)

    expect(page.locator("form[data-outbox]")).to_be_visible()
    installation.start("web", "serve")
    installation.wait_until_ready()
