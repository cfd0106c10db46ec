"""Scripts of the desk alone, over pages made for the test: no server, no database."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import django_htmx
import pytest
from playwright.sync_api import (
    Browser,
    Dialog,
    FilePayload,
    Page,
    Request,
    Route,
    expect,
)

from tests.e2e.conftest import ROOT

SOURCES = ROOT / "src" / "anlan"
DESK = "desk/static/desk/js"
HTMX = Path(django_htmx.__file__).parent / "static/django_htmx/htmx-4.js"
HOME = "http://anlan.example/"
CONFIG = """<meta name="htmx-config" content='{
  "includeIndicatorCSS": false, "noSwap": [204, 304, 403, 429, "5xx"],
  "morphIgnore": ["data-htmx-powered", "open", "data-sent", "aria-busy"]
}'>"""
# As base.html has them.
FRAME = """
<div id="toasts"></div>
<template id="toast-template">
  <div data-toast=""><span class="grow"></span><button data-dismiss>x</button></div>
</template>
<template id="failed" data-unreached="unreached" data-signed-out="signed out"
  data-sign-in="/accounts/login/"><p>missing <button type="button">again</button></p></template>
<dialog id="confirm" data-changed="changed"><form method="dialog">
  <p data-words></p><button value="yes" data-verb></button><button value="">no</button>
</form></dialog>
"""
TOUCH = "document.dispatchEvent(new CustomEvent('anlan:reload'))"
SENT = "document.title"

Answer: TypeAlias = "tuple[int, str]"
Open: TypeAlias = "Callable[..., Page]"


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """``open_page(body, scripts, answers)``: what each path is answered, one after another.

    The last answer of a path stays; one of status 0 is none, as without a network.
    """
    contexts = []

    def serve(route: Route, pages: dict[str, list[Answer]]) -> None:
        path = route.request.url.removeprefix(HOME.rstrip("/"))
        if path.startswith("/js/"):
            name = path.removeprefix("/js/")
            file = HTMX if name == "htmx.js" else SOURCES / name
            route.fulfill(path=file, content_type="text/javascript")
            return
        answers = pages.get(path.partition("?")[0], [(404, "")])
        status, text = answers.pop(0) if len(answers) > 1 else answers[0]
        if not status:
            route.abort()
        else:
            headers = {"Location": text} if status == 302 else {}
            route.fulfill(
                status=status, body=text, content_type="text/html", headers=headers
            )

    def opened(
        body: str,
        scripts: list[str],
        answers: dict[str, list[Answer]] | None = None,
        *,
        htmx: bool = False,
        before: str = "",
        **context: object,
    ) -> Page:
        made = browser.new_context(**context)  # type: ignore[arg-type]  # passed on
        made.set_default_timeout(5_000)
        contexts.append(made)
        tags = [f'<script type="module" src="/js/{name}"></script>' for name in scripts]
        head = f'{CONFIG}<script src="/js/htmx.js"></script>' if htmx else ""
        page = made.new_page()
        if before:
            page.add_init_script(before)
        pages = {"/": [(200, f"<head>{head}</head>{body}{FRAME}{''.join(tags)}")]}
        pages |= answers or {}
        made.route("**/*", lambda route: serve(route, pages))
        page.goto(HOME)
        return page

    yield opened
    for context in contexts:
        context.close()


def desk(*names: str) -> list[str]:
    return [f"{DESK}/{name}.js" for name in names]


PART = """
<div id="part" data-live-refresh="/part/">
  <form id="{id}" method="post" action="/{act}/" hx-post="/{act}/" data-confirm="{act}?">
    <button>{act}</button>
  </form>
</div>
"""
CONTROL = PART.format(id="a", act="control")
WITHDRAWAL = PART.format(id="a", act="withdrawal")  # of the same id: even then


def posts(page: Page) -> list[str]:
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            sent.append(request.url)

    page.on("request", note)
    return sent


def test_a_question_keeps_the_form_that_it_asks_about(open_page: Open) -> None:
    page = open_page(
        CONTROL,
        desk("dialog", "busy", "toast", "refresh"),
        {"/part/": [(200, WITHDRAWAL)], "/control/": [(204, "")]},
        htmx=True,
    )
    sent = posts(page)
    page.click("#part button")

    with page.expect_response("**/part/"):
        page.evaluate(TOUCH)
    page.wait_for_timeout(200)
    expect(page.locator("#part button")).to_have_text("control")
    page.click("#confirm [value=yes]")

    expect(page.locator("#part button")).to_have_text("withdrawal")
    assert [one.rpartition(".example")[2] for one in sent] == ["/control/"]


def test_a_form_that_became_another_one_while_it_was_asked_is_not_sent(
    open_page: Open,
) -> None:
    page = open_page(CONTROL, desk("dialog", "busy", "toast"), htmx=True)
    sent = posts(page)
    page.click("#part button")

    page.evaluate(
        f"htmx.swap({{ text: {json.dumps(WITHDRAWAL)},"
        " target: document.getElementById('part'), swap: 'outerMorph' })"
    )
    page.click("#confirm [value=yes]")

    expect(page.locator("#toasts")).to_contain_text("changed")
    assert sent == []


def test_a_form_is_sent_where_the_browser_cannot_ask_for_it(open_page: Open) -> None:
    """As on iOS before 16; and a form that was confirmed once asks again."""
    page = open_page(
        CONTROL,
        desk("submit", "dialog", "busy", "toast"),
        {"/control/": [(204, "")]},
        before="delete HTMLFormElement.prototype.requestSubmit",
        htmx=True,
    )
    for _time in range(2):
        page.click("#part button")
        with page.expect_response("**/control/"):
            page.click("#confirm [value=yes]")


def test_a_selection_drawn_out_of_a_dialog_does_not_close_it(open_page: Open) -> None:
    page = open_page(
        "<dialog id=d style='padding:0'><input value='words to select'></dialog>",
        desk("dialog"),
    )
    page.evaluate("document.getElementById('d').showModal()")
    field = page.locator("#d input").bounding_box()
    assert field is not None

    page.mouse.move(field["x"] + 20, field["y"] + 5)
    page.mouse.down()
    page.mouse.move(2, 2)
    page.mouse.up()
    expect(page.locator("#d")).to_be_visible()

    page.mouse.click(2, 2)
    expect(page.locator("#d")).to_be_hidden()


SHEET = """
<form id="f" hx-post="/note/" hx-target="#f" hx-swap="outerHTML"><textarea name="words"></textarea>
<input type="hidden" name="csrfmiddlewaretoken" value="old"><button>send</button></form>
"""


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((502, "<h1>Bad Gateway</h1>"), "unreached"),
        ((500, "<div class=oops><h1>broken</h1></div>"), "broken"),
        ((403, "<p class=error>not yours</p>"), "not yours"),
        ((429, "<p class=error>too often</p>"), "too often"),
        ((0, ""), "unreached"),
    ],
)
def test_typed_words_stay_where_they_could_not_be_sent(
    open_page: Open, answer: Answer, said: str
) -> None:
    page = open_page(
        SHEET,
        desk("busy", "toast", "failed"),
        {"/note/": [answer, (200, "<p id=f>taken</p>")]},
        htmx=True,
    )
    page.fill("textarea", "he hit first")

    page.click("#f button")
    expect(page.locator("#toasts [role=alert]")).to_contain_text(said)
    expect(page.locator("textarea")).to_have_value("he hit first")

    page.click("#f button")
    expect(page.locator("#f")).to_have_text("taken")


# A redirect that the test gives would lead into the real network.
LED_TO_SIGN_IN = """
const real = window.fetch;
window.fetch = async () => {
  window.fetch = real;
  const answer = new Response("<form id=f>login</form>");
  const url = new URL("/accounts/login/?next=/", location).href;
  return Object.defineProperties(answer, { redirected: { value: true }, url: { value: url } });
};
"""


def test_who_was_signed_out_signs_in_beside_the_page_and_sends(open_page: Open) -> None:
    page = open_page(
        SHEET,
        desk("busy", "toast", "failed"),
        {"/note/": [(200, "<p id=f>taken</p>")]},
        htmx=True,
        before=LED_TO_SIGN_IN,
    )
    page.fill("textarea", "he hit first")

    page.click("#f button")
    link = page.locator("#toasts a[target=_blank]")
    expect(link).to_have_attribute("href", "/accounts/login/")
    expect(page.locator("textarea")).to_have_value("he hit first")

    page.evaluate("document.cookie = 'csrftoken=new'")
    with page.expect_request("**/note/") as asked:
        page.click("#f button")
    assert "csrfmiddlewaretoken=new" in (asked.value.post_data or "")
    expect(page.locator("#f")).to_have_text("taken")


def in_sheet(open_page: Open, answers: list[Answer], before: str = "") -> Page:
    """A form on an open sheet, with words in it."""
    page = open_page(
        f'<dialog id="sheet">{SHEET}</dialog>',
        desk("dialog", "busy", "toast", "failed"),
        {"/note/": answers},
        htmx=True,
        before=before,
    )
    page.evaluate("document.getElementById('sheet').showModal()")
    page.fill("textarea", "he hit first")
    return page


def test_what_failed_on_a_sheet_is_said_in_it(open_page: Open) -> None:
    """A toast would lie behind it, and the press on it close the sheet with the words."""
    page = in_sheet(open_page, [(502, ""), (403, "<p class=error>not yours</p>")])
    for said in ("unreached", "not yours"):
        page.click("#f button")
        expect(page.locator("#f > .error[role=alert]")).to_have_text(said)

    expect(page.locator("textarea")).to_have_value("he hit first")
    expect(page.locator("#toasts")).to_be_empty()


def test_who_was_signed_out_before_a_sheet_signs_in_from_it(open_page: Open) -> None:
    page = in_sheet(open_page, [(200, "<p id=f>taken</p>")], LED_TO_SIGN_IN)

    page.click("#f button")
    link = page.locator("#sheet a[target=_blank]")
    expect(link).to_have_attribute("href", "/accounts/login/")
    with page.context.expect_page():
        link.click()
    expect(page.locator("textarea")).to_be_visible()

    page.click("#f button")
    expect(page.locator("#f")).to_have_text("taken")


def test_a_part_that_did_not_come_can_be_asked_for_again(open_page: Open) -> None:
    box = '<div id="box" hx-get="/box/" hx-trigger="load" hx-swap="outerHTML"></div>'
    page = open_page(
        box,
        desk("toast", "failed"),
        {"/box/": [(0, ""), (502, ""), (200, '<div id="box">here</div>')]},
        htmx=True,
    )
    for _time in range(2):
        expect(page.locator("#box")).to_have_text("missing again")
        page.click("#box button")

    expect(page.locator("#box")).to_have_text("here")
    expect(page.locator("#toasts")).to_be_empty()


def test_errors_stay_and_are_said_once(open_page: Open) -> None:
    page = open_page("", desk("toast"))
    page.clock.install()
    for tone in ("ok", "warn", "bad", "bad"):
        page.evaluate(
            "tone => document.dispatchEvent(new CustomEvent('toast',"
            " { detail: { text: tone, tone } }))",
            tone,
        )
    page.clock.run_for(10_000)

    expect(page.locator("#toasts .grow")).to_have_text(["warn", "bad"])
    expect(page.locator("#toasts [role=alert] .grow")).to_have_text("bad")


CLOCK = '<body data-now="{now}" {more}><b data-clock="since" data-at="{at}"></b>'
REMEMBER = "localStorage.setItem('anlan-clock', '60000')"  # a phone a minute behind


def test_clocks_of_a_page_from_before_follow_what_was_measured_last(
    open_page: Open,
) -> None:
    page = open_page(
        CLOCK.format(now=1_000_000, at=0, more="data-older"),
        desk("clock"),
        before=REMEMBER,
    )
    page.evaluate("document.querySelector('b').dataset.at = Date.now() / 1000")

    expect(page.locator("b")).to_have_text("1:00")


def test_clocks_are_measured_anew_when_a_newer_page_comes(open_page: Open) -> None:
    page = open_page(
        CLOCK.format(now=1_000_000, at=0, more="data-older"), desk("clock")
    )
    page.evaluate(
        "document.querySelector('b').dataset.at = Date.now() / 1000;"
        "document.dispatchEvent(new CustomEvent('anlan:clock',"
        " { detail: { now: Date.now() / 1000 + 120 } }))"
    )
    expect(page.locator("b")).to_have_text("2:00")
    assert (
        page.evaluate("Math.round(localStorage.getItem('anlan-clock') / 1000)") == 120
    )


TONES = """
const make = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () {
  window.tones = (window.tones ?? 0) + 1;
  return make.call(this);
};
"""


def test_a_tap_allows_the_sound(open_page: Open) -> None:
    page = open_page(
        '<div><div id="called"></div></div><p style="height:200px">touch</p>',
        desk("alarm"),
        before=TONES,
        has_touch=True,
    )
    page.touchscreen.tap(50, 100)
    page.wait_for_timeout(300)

    page.evaluate("document.dispatchEvent(new CustomEvent('anlan:beep'))")

    assert page.evaluate("window.tones") == 3


ROOM = '<dialog id="sheet"></dialog><button id="outside">one tap</button>'


def test_a_late_answer_closes_no_other_sheet(open_page: Open) -> None:
    page = open_page(ROOM, ["cases/static/cases/room.js"])
    page.evaluate("sheet.innerHTML = '<form><input id=f></form>'; sheet.showModal()")
    done = "one => one.dispatchEvent(new CustomEvent('room:done', { bubbles: true }))"

    page.locator("#outside").evaluate(done)
    expect(page.locator("#sheet input")).to_be_visible()

    page.locator("#sheet form").evaluate(done)
    expect(page.locator("#sheet")).to_be_hidden()


LIVE = """
<main id="main" data-live-page>
  <form action="/act/"><button id="act">{words}</button></form>
  <textarea></textarea>
</main>
"""


def test_a_pressed_button_does_not_hold_its_part_back(open_page: Open) -> None:
    page = open_page(LIVE.format(words="old"), desk("refresh"))
    page.locator("#act").focus()
    page.context.unroute("**/*")
    page.context.route(
        "**/*", lambda route: route.fulfill(body=LIVE.format(words="new"))
    )

    page.evaluate(TOUCH)

    expect(page.locator("#act")).to_have_text("new")


def test_news_that_come_while_a_part_is_fetched_are_fetched_too(
    open_page: Open,
) -> None:
    page = open_page(LIVE.format(words="old"), desk("refresh"))
    page.context.unroute("**/*")
    held: list[Route] = []
    page.context.route("**/*", lambda route: held.insert(0, route))
    page.evaluate(TOUCH)
    while not held:
        page.wait_for_timeout(20)
    page.evaluate(TOUCH)
    page.wait_for_timeout(100)

    for words in ("newer", "newest"):
        while not held:
            page.wait_for_timeout(20)
        held.pop().fulfill(body=LIVE.format(words=words))
        expect(page.locator("#act")).to_have_text(words)


def test_typed_words_hold_their_part_back(open_page: Open) -> None:
    page = open_page(LIVE.format(words="old"), desk("refresh"))
    page.locator("textarea").focus()
    page.context.unroute("**/*")
    page.context.route(
        "**/*", lambda route: route.fulfill(body=LIVE.format(words="new"))
    )

    with page.expect_response(HOME):
        page.evaluate(TOUCH)
    page.wait_for_timeout(100)
    expect(page.locator("#act")).to_have_text("old")

    page.locator("textarea").evaluate("one => one.blur()")
    expect(page.locator("#act")).to_have_text("new")


NARROWED = """
<div id="part" data-live-refresh="{address}"><b>{says}</b>
  <a href="/talks/" hx-get="/talks/" hx-target="#part" hx-swap="outerMorph">talks</a></div>
"""


def test_a_late_answer_does_not_undo_what_was_chosen_meanwhile(
    open_page: Open,
) -> None:
    said = [
        (200, NARROWED.format(address="/talks/", says=says))
        for says in ("talks", "news of talks")
    ]
    page = open_page(
        NARROWED.format(address="/part/", says="all"),
        desk("refresh"),
        {"/talks/": said},
        htmx=True,
    )
    held: list[Route] = []
    page.context.route("**/part/", lambda route: held.insert(0, route))
    page.evaluate(TOUCH)
    while not held:
        page.wait_for_timeout(20)
    page.click("#part a")
    expect(page.locator("#part b")).to_have_text("talks")

    held[0].fulfill(body=NARROWED.format(address="/part/", says="news of all"))

    expect(page.locator("#part b")).to_have_text("news of talks")
    assert len(held) == 1


LEAVING = """
<main data-live-page><b>on duty</b></main>
<form method="post" action="/handed-over/"><button>hand over</button></form>
"""


def test_news_do_not_take_the_way_of_a_form_that_ended_the_session(
    open_page: Open,
) -> None:
    page = open_page(LEAVING, desk("refresh"), before=LED_TO_SIGN_IN)

    def answer_late(route: Route) -> None:
        time.sleep(0.5)  # of the test alone: the browser goes on
        route.fulfill(body="the next hand", content_type="text/html")

    page.context.route("**/handed-over/", answer_late)
    page.evaluate(f"addEventListener('submit', () => setTimeout(() => {TOUCH}, 100))")
    page.click("button")

    expect(page.locator("body")).to_have_text("the next hand")


CALLED = """
<div><div id="called" data-live-refresh="/called/"><p>{said}</p>
  <details id="d" data-dialled><summary>110</summary><p>words</p></details></div></div>
"""


def test_an_alert_comes_while_somebody_reads_the_words_for_110(open_page: Open) -> None:
    page = open_page(
        f'<body data-now="1"><b data-outbox-chip data-user="guard"></b>'
        f"{CALLED.format(said='first')}",
        [*desk("refresh"), "phone/static/phone/calling.js"],
        {"/called/": [(200, CALLED.format(said=said)) for said in ("second", "third")]},
    )
    page.click("#d summary")

    page.evaluate(TOUCH)
    expect(page.locator("#called > p")).to_have_text("second")
    expect(page.locator("#d")).to_have_attribute("open", "")

    page.click("#d summary")
    page.evaluate(TOUCH)
    expect(page.locator("#called > p")).to_have_text("third")
    expect(page.locator("#d")).not_to_have_attribute("open", "")


def test_chosen_files_are_named(open_page: Open) -> None:
    form = "<form><input type=file name=files multiple><p data-file-names></p></form>"
    page = open_page(form, desk("files"))

    files: list[FilePayload] = [
        {"name": name, "mimeType": "image/png", "buffer": b"x"} for name in ("a", "b")
    ]
    page.set_input_files("input", files)

    expect(page.locator("[data-file-names]")).to_have_text("a · b")


def test_a_choice_that_was_not_saved_is_said(open_page: Open) -> None:
    form = (
        '<form action="/pick/" method="post" data-preferences data-lost="not saved">'
        '<button name="text" value="large">large</button></form>'
    )
    page = open_page(form, desk("toast", "pick"), {"/pick/": [(0, ""), (502, "")]})

    for _time in range(2):
        page.click("form button")
        expect(page.locator("#toasts")).to_contain_text("not saved")
        page.click("[data-dismiss]")


# As portal/follow.html has them.
ROWS = """
<div aria-live="polite" data-follow="/follow/"><ol>{rows}</ol><h2>promised</h2>
  <ul><li>sent: {sent}</li><li>there: later</li></ul></div>
<div data-look><p data-lost="lost since {{}}" hidden></p><a href="/">again</a></div>
"""


def test_who_follows_hears_what_is_new_and_when_nothing_comes(open_page: Open) -> None:
    first, second = "<li>received</li>", "<li>on the way</li>"
    fresh = ROWS.format(rows=first + second, sent="kept")
    page = open_page(
        ROWS.format(rows=first, sent="runs"),
        ["portal/static/portal/follow.js"],
        {"/follow/": [(200, fresh), (0, ""), (502, "")]},
        before="const wait = setInterval; window.setInterval = (c) => wait(c, 300);",
    )
    page.evaluate("window.rows = [...document.querySelectorAll('li')]")

    expect(page.locator("ol li")).to_have_text(["received", "on the way"])
    expect(page.locator("ul li")).to_have_text(["sent: kept", "there: later"])
    assert page.evaluate("rows.map((one) => one.isConnected)") == [True, False, True]
    expect(page.locator("[data-lost]")).to_be_visible()
    expect(page.locator("[data-lost]")).to_contain_text("lost since ")
    expect(page.get_by_text("again")).to_be_visible()


DRAFT = """
<form data-draft-form action="/draft/" method="post" data-saved="saved"
  data-saving="saving" data-waiting="no network" data-signed-out="signed out">
  <input type="hidden" name="draft_version" value="1"><input name="sum">
  <small data-draft-state></small></form>
"""


@pytest.mark.parametrize(
    ("answer", "said"), [((0, ""), "no network"), ((302, "/login/"), "signed out")]
)
def test_a_draft_says_why_it_is_not_kept_and_asks_before_it_is_lost(
    open_page: Open, answer: Answer, said: str
) -> None:
    page = open_page(
        DRAFT, ["resolution/static/resolution/draft.js"], {"/draft/": [answer]}
    )
    asked: list[str] = []

    def agree(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", agree)
    page.locator("[name=sum]").press_sequentially("12")

    expect(page.locator("[data-draft-state]")).to_have_text(said)
    page.goto(HOME)

    assert asked == ["beforeunload"]


NOTE_FETCHES = """
const real = window.fetch;
window.fetch = (url, options) => {
  sessionStorage.sent = `${options.keepalive} ${options.body.get("sum")}`;
  return real(url, options);
};
"""


def test_what_was_typed_last_is_kept_when_the_page_is_left(open_page: Open) -> None:
    page = open_page(
        DRAFT,
        ["resolution/static/resolution/draft.js"],
        {"/draft/": [(200, '{"version": 2}')]},
        before=NOTE_FETCHES,
    )
    page.on("dialog", lambda one: one.accept())
    page.locator("[name=sum]").press_sequentially("12")

    page.goto(HOME)

    assert page.evaluate("sessionStorage.sent") == "true 12"


SHARED = """
<body data-now="1"><b data-outbox-chip data-user="guard"></b>
<form data-idle="1" action="/lock/" data-touch="/touch/"><button>lock</button></form>
"""
KEPT = """
import("/js/phone/static/phone/store.js").then(({ keep }) =>
  keep({ id: "one", user: "guard", answer: %s, files: [{ name: "film", blob: new Blob(["x"]) }] }),
)
"""


def shared(open_page: Open, answer: str) -> tuple[Page, list[str]]:
    """A shared phone that keeps a film of a report, with its answer if it has arrived."""
    script = "phone/static/phone/shared.js"
    page = open_page(SHARED, [], {"/lock/": [(200, "")], "/touch/": [(200, "")]})
    page.evaluate(KEPT % answer)
    sent = posts(page)
    page.evaluate("name => { import(`/js/${name}`) }", script)
    return page, sent


def test_a_film_that_cannot_go_keeps_no_shared_phone_open(open_page: Open) -> None:
    page, sent = shared(open_page, '{ url: "/m/reports/1/" }')

    page.wait_for_timeout(2_000)

    assert [one.rpartition(".example")[2] for one in sent][:1] == ["/lock/"]


def test_words_that_nobody_has_yet_keep_a_shared_phone_open(open_page: Open) -> None:
    page, sent = shared(open_page, "null")

    page.wait_for_timeout(2_000)

    assert sent == []


MORE_FILES = """
<body data-now="1"><b data-outbox-chip data-user="guard" data-waiting="{}"></b>
<form data-outbox="files" data-number="1" action="/files/" method="post"
  data-keeping="keeping {}" data-sending="kept {}" data-none="none">
  <input type="file" name="files"><p data-file-names></p><button>send</button></form>
"""
TWO_PRESSES = """form => {
  form.requestSubmit();
  const said = form.querySelector("p").textContent;
  form.requestSubmit();
  return said;
}"""
HOW_MANY = "import('/js/phone/static/phone/store.js').then((one) => one.all())"


def test_a_second_press_while_a_film_is_kept_keeps_it_once(open_page: Open) -> None:
    page = open_page(MORE_FILES, ["phone/static/phone/outbox.js"])
    film: FilePayload = {"name": "f.mp4", "mimeType": "video/mp4", "buffer": b"x"}
    page.set_input_files("input", film)

    said = page.locator("form[data-outbox]").evaluate(TWO_PRESSES)

    assert said == "keeping 1"
    expect(page.locator("[data-file-names]")).to_have_text("kept 1")
    assert [len(one["files"]) for one in page.evaluate(HOW_MANY)] == [1]
    page.locator("form[data-outbox]").evaluate("form => form.requestSubmit()")
    expect(page.locator("[data-file-names]")).to_have_text("none")
