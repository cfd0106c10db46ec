"""A statement is told, read back and signed; an injury is marked and photographed."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as PlaywrightError

from anlan.play.pictures import picture
from tests.e2e.conftest import (
    DESK,
    PASSWORD,
    PHONE,
    Installation,
    SignIn,
    wait_for,
)

SIZES = pytest.mark.parametrize(
    ("size", "more"),
    [(PHONE, {"color_scheme": "dark", "device_scale_factor": 3}), (DESK, {})],
    ids=["phone", "desk"],
)
STORY = "我从西区出入口下来。看到他用伞打了那位先生。"


def begin(page: Page, number: str, *, child: str = "", **said: str) -> str:
    """Begin the statement of a colleague, or of a child as the page shows its name, whose
    guardian is said; the address of its page.
    """
    page.goto(f"/cases/{number}/evidence/statements/new/")
    if child:
        page.select_option("select[name=party]", label=child)
        page.check("input[name=is_minor]")
    else:
        page.select_option("select[name=colleague]", label="孙磊 (sunlei)")
    page.check("input[name=role][value=witness]")
    page.fill("input[name=place]", "值班室")
    page.check("input[name=is_told]")
    for name, words in said.items():
        page.fill(f"[name={name}]", words)
    page.click("form.form button.primary")
    page.wait_for_url(re.compile(r"/statements/[0-9a-f-]{36}/$"))
    return page.url


def tell(page: Page, key: str, words: str) -> None:
    """Type an answer and wait until it is kept."""
    box = page.locator(f"fieldset[data-key={key}]")
    box.locator("textarea").fill(words)
    expect(box.locator("[data-state]")).to_have_text("已保存")


def sign(page: Page, name: str, *, lower: int = 0) -> None:
    canvas = page.locator(f"signature-pad:has(input[name={name}]) canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 110, box["y"] + 100 + lower, steps=6)
    page.mouse.move(box["x"] + 190, box["y"] + 50, steps=6)
    page.mouse.up()


def read_back(page: Page) -> None:
    page.get_by_role("button", name="保存并读给本人听").click()
    expect(page.locator("h1")).to_contain_text("读给本人听")


def faults(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    names = [f"{v['id']}: {v['nodes'][0]['target']}" for v in found]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        names.append("sideways scrolling")
    return names


@SIZES
def test_from_the_first_question_to_the_signature_and_a_correction(
    told_installation: Installation,
    sign_in: SignIn,
    size: dict[str, int],
    more: dict[str, object],
) -> None:
    number = told_installation.story["number"]
    before = told_installation.kinds()["evidence.statement_frozen"]
    page = sign_in(told_installation, "zhoumin", size=size, **more).page
    page.goto(f"/cases/{number}/evidence/statements/")
    assert faults(page) == []
    address = begin(page, number)
    assert faults(page) == []

    tell(page, "free", STORY)
    page.reload()  # what was typed is there
    expect(page.locator("[name=answer-free]")).to_have_value(STORY)
    read_back(page)
    assert faults(page) == []
    expect(page.locator("read-aloud [role=status]")).to_contain_text("没有中文语音")
    sentence = page.locator("#sentence-2")
    assert (
        int(sentence.evaluate("one => parseFloat(getComputedStyle(one).fontSize)"))
        >= 20
    )
    page.get_by_role("button", name="退回修改").click()
    tell(page, "when", "两点零三分。")
    read_back(page)
    page.check("input[name=is_confirmed]")
    page.click("form.form button.primary")
    expect(page.locator("form .error").first).to_contain_text("请本人签字")
    sign(page, "signature")
    page.dblclick("form.form button.primary")
    page.wait_for_url(address)

    expect(page.locator("main")).to_contain_text("已签字定稿")
    assert told_installation.kinds()["evidence.statement_frozen"] == before + 1
    assert faults(page) == []
    picture_of = page.locator(".signatures img")
    assert picture_of.evaluate("img => img.complete && img.naturalWidth > 0")
    pdf = page.request.get(
        page.get_by_role("link", name="下载 PDF").get_attribute("href") or ""
    )
    assert pdf.body().startswith(b"%PDF-")

    page.get_by_role("link", name="本人要补正").click()
    page.fill("input[name=sentence]", "3")
    page.fill("textarea[name=text]", "两点零五分。")
    page.check("input[name=is_confirmed]")
    sign(page, "signature", lower=7)
    assert faults(page) == []
    page.click("form.form button.primary")
    page.wait_for_url(address)
    expect(page.locator("#addendum-1")).to_contain_text("两点零五分。")
    expect(page.locator("#sentence-3")).to_contain_text("两点零三分。")


def test_of_a_child_on_paper_with_the_guardian(
    told_installation: Installation, sign_in: SignIn
) -> None:
    number = told_installation.story["number"]
    page = sign_in(told_installation, "zhoumin").page
    page.goto(f"/cases/{number}/parties/")
    page.check("input[name=roles][value=witness]")
    page.fill("input[name=name]", "江小雨")
    page.fill("input[name=phone]", "19900002471")
    page.click("form.form button.primary")
    page.wait_for_url(f"**/cases/{number}/")
    mother = {"name": "江岚", "phone": "19900002472", "relation": "母亲"}
    address = begin(page, number, child="江*雨", **mother)
    expect(page.locator("main")).to_contain_text("江岚（母亲）")
    page.goto(f"{address}guardian/")
    expect(page.locator("select[name=guardian]")).to_contain_text("江*（江*雨的母亲）")
    assert faults(page) == []
    page.goto(address)
    tell(page, "free", STORY)
    read_back(page)
    expect(page.locator("signature-pad")).to_have_count(2)

    page.goto(f"{address}paper/")
    content = page.pdf(prefer_css_page_size=True)
    assert b"/MediaBox [0 0 595" in content or b"/MediaBox [0 0 594" in content
    expect(page.locator("main")).to_contain_text("监护人签名")
    page.goto(address)
    page.check("input[name=is_confirmed]")
    page.set_input_files(
        "input[name=paper]",
        {"name": "paper.jpg", "mimeType": "image/jpeg", "buffer": picture(40)},
    )
    page.click("form.form button.primary")
    page.wait_for_url(address)

    expect(page.locator("main")).to_contain_text("在纸上签字")


@SIZES
def test_a_voice_is_recorded_on_the_page(
    told_installation: Installation,
    sign_in: SignIn,
    whole_browser: Browser,
    size: dict[str, int],
    more: dict[str, object],
) -> None:
    number = told_installation.story["number"]
    person = sign_in(
        told_installation, "zhoumin", size=size, through=whole_browser, **more
    )
    person.context.grant_permissions(["microphone"])
    page = person.page
    address = begin(page, number)
    page.goto(f"{address}recordings/")
    page.click("[data-start]")
    expect(page.locator("[data-time]")).to_have_text("00:03", timeout=20_000)
    page.click("form.form button.primary:not([data-start])")  # said, and nothing lost
    expect(page.locator("[data-state]")).to_have_text("还在录音，请先停止")
    assert faults(page) == []
    page.click("[data-stop]")
    heard = page.locator("sound-recorder audio")
    expect(heard).to_be_visible()
    heard.evaluate("sound => sound.play()")
    page.wait_for_function(
        "() => document.querySelector('sound-recorder audio').currentTime > 0.5"
    )
    page.check("input[name=is_told]")
    page.click("form.form button.primary:not([data-start])")
    page.wait_for_url(address)

    kept = told_installation.rows(
        "SELECT b.media_type, e.protection, b.size FROM evidence_exhibit e"
        " JOIN evidence_blob b ON b.id = e.blob_id ORDER BY e.id DESC LIMIT 1"
    )
    assert kept[0][:2] == ("audio/webm", "stated")
    assert kept[0][2] > 5000  # bytes of three seconds of beeps


def test_who_refuses_the_microphone_is_told_the_other_way(
    told_installation: Installation, sign_in: SignIn, whole_browser: Browser
) -> None:
    number = told_installation.story["number"]
    person = sign_in(told_installation, "zhoumin", through=whole_browser)
    person.context.grant_permissions(["geolocation"])  # and nothing else
    address = begin(person.page, number)
    person.page.goto(f"{address}recordings/")
    person.page.click("[data-start]")
    expect(person.page.locator("[data-state]")).to_contain_text("用手机录好后选择文件")
    expect(person.page.locator("input[type=file]")).to_be_visible()


def test_without_a_network_nothing_is_lost(
    told_installation: Installation, sign_in: SignIn
) -> None:
    number = told_installation.story["number"]
    page = sign_in(told_installation, "zhoumin").page
    begin(page, number)
    box = page.locator("fieldset[data-key=where]")
    with told_installation.without_signal(page.context):
        box.locator("textarea").fill("车库西区")
        expect(box.locator("[data-state]")).to_contain_text("暂存在这台设备")
        page.route("**/answers/", lambda route: route.abort())

    page.reload()  # closed before it could be sent
    page.unroute("**/answers/")

    expect(box.locator("textarea")).to_have_value("车库西区")
    expect(box.locator("[data-state]")).to_have_text("已保存", timeout=20_000)
    assert (
        page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('anlan-s'))")
        == []
    )


KEPT = "Object.keys(localStorage).filter(k => k.startsWith('anlan-s')).length"
# The page itself and every part of it, whichever came first.
IS_WHOLE = (
    "caches.open('anlan-drafts').then(async c =>"
    " (await c.keys()).length > 5 && await c.match(location.href) !== undefined)"
)
IS_GONE = "caches.has('anlan-drafts').then(has => !has)"


@SIZES
def test_in_a_basement_every_field_outlives_a_reload_and_is_sent_once(
    told_installation: Installation,
    sign_in: SignIn,
    size: dict[str, int],
    more: dict[str, object],
) -> None:
    number = told_installation.story["number"]
    person = sign_in(told_installation, "zhoumin", size=size, **more)
    page = person.page
    address = begin(page, number)
    uid = address.rstrip("/").rsplit("/", 1)[-1].replace("-", "")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    wait_for(page, IS_WHOLE)
    where = page.locator("fieldset[data-key=where]")
    own = page.locator("fieldset.own")

    with told_installation.without_signal(page.context):
        where.locator("textarea").fill("地下二层车库")
        expect(where.locator("[data-state]")).to_contain_text("暂存在这台设备")
        page.locator("fieldset[data-key=words] input[type=checkbox]").check()
        own.locator("input[data-question]").fill("当时车库里还有谁？")
        own.locator("textarea").fill("没有看到别人。")
        page.wait_for_function(f"() => {KEPT} === 3")
        kept = page.evaluate("JSON.stringify(localStorage)")
        assert "车库" not in kept  # sealed
        page.reload()

        expect(where.locator("textarea")).to_have_value("地下二层车库")
        expect(where.locator("[data-state]")).to_contain_text("暂存在这台设备")
        expect(own.locator("textarea")).to_have_value("没有看到别人。")
        expect(own.locator("input[data-question]")).to_have_value("当时车库里还有谁？")
        assert faults(page) == []
        assert answers_of(told_installation, uid) == []

    expect(where.locator("[data-state]")).to_have_text("已保存", timeout=20_000)
    expect(own.locator("[data-state]")).to_have_text("已保存", timeout=20_000)
    page.wait_for_function(f"() => {KEPT} === 0")
    assert answers_of(told_installation, uid) == [
        ("own-1", "没有看到别人。", 1),
        ("where", "地下二层车库", 1),
        ("words", "", 1),
    ]
    page.reload()
    expect(page.locator("fieldset[data-key=own-1] legend")).to_contain_text("还有谁")
    expect(own.locator("textarea")).to_have_value("")


def test_the_next_one_at_the_same_phone_finds_nothing(
    told_installation: Installation, sign_in: SignIn
) -> None:
    number = told_installation.story["number"]
    page = sign_in(told_installation, "zhoumin", size=PHONE).page
    address = begin(page, number)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    wait_for(page, IS_WHOLE)
    page.route("**/answers/", lambda route: route.abort())
    page.fill("[name=answer-where]", "地下二层车库")
    page.wait_for_function(f"() => {KEPT} === 1")
    # What it sends while it is left is beyond the route above at times.
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError()); }")

    page.goto("/")
    page.locator("form[action$='/accounts/logout/']").first.evaluate(
        "form => form.requestSubmit()"
    )
    page.wait_for_url("**/accounts/login/**")
    wait_for(page, IS_GONE)
    with (
        told_installation.without_signal(page.context),
        pytest.raises(PlaywrightError),
    ):
        page.goto(address)

    sign_in_here(page, "hetao")
    page.goto(address)
    expect(page.locator("[name=answer-where]")).to_have_value("")
    assert "车库" not in page.evaluate("JSON.stringify(localStorage)")
    page.context.clear_cookies()
    sign_in_here(page, "zhoumin")
    page.goto(address)

    expect(page.locator("[name=answer-where]")).to_have_value("地下二层车库")


def answers_of(installation: Installation, uid: str) -> list[tuple[object, ...]]:
    return [
        tuple(row)
        for row in installation.rows(
            "SELECT a.key, a.answer, a.version FROM evidence_statementanswer a"
            " JOIN evidence_statement s ON s.id = a.statement_id"
            " WHERE s.uid = ? ORDER BY a.key",
            uid,
        )
    ]


def sign_in_here(page: Page, who: str) -> None:
    """In the same browser, after whoever was there."""
    page.goto("/accounts/login/")
    page.fill("input[name=login]", who)
    page.fill("input[name=password]", PASSWORD)
    page.click("form.form button")
    page.wait_for_url(lambda address: "/accounts/login" not in address)


def test_two_write_the_same_answer(
    told_installation: Installation, sign_in: SignIn
) -> None:
    number = told_installation.story["number"]
    page = sign_in(told_installation, "zhoumin").page
    address = begin(page, number)
    other = sign_in(told_installation, "hetao").page
    other.goto(address)
    tell(page, "free", "我先写的。")

    mine = other.locator("fieldset[data-key=free]")
    mine.locator("textarea").fill("我后写的。")
    expect(mine.locator("[data-theirs]")).to_contain_text("周敏 刚改过")
    expect(mine.locator("[data-text]")).to_have_text("我先写的。")
    assert faults(other) == []
    mine.get_by_role("button", name="两段都留").click()
    expect(mine.locator("[data-state]")).to_have_text("已保存")

    page.reload()
    expect(page.locator("[name=answer-free]")).to_have_value("我先写的。\n我后写的。")


@SIZES
def test_an_injury_from_the_figure_to_its_photo(
    told_installation: Installation,
    sign_in: SignIn,
    size: dict[str, int],
    more: dict[str, object],
) -> None:
    number = told_installation.story["number"]
    page = sign_in(told_installation, "lifang", size=size, **more).page
    page.goto(f"/cases/{number}/evidence/injuries/")
    assert faults(page) == []
    first = page.locator("svg a").first
    first.focus()  # by the keyboard
    page.keyboard.press("Enter")
    page.wait_for_url("**/injuries/new/?region=*")
    page.go_back()
    face = page.locator("svg a", has=page.locator("title", has_text="面部"))
    box = face.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 24  # for a finger
    face.click()
    expect(page.locator("select[name=region]")).to_have_value("face")
    assert faults(page) == []
    page.select_option("select[name=party]", index=1)
    page.check("input[name=kind][value=cut]")
    page.fill("textarea[name=words]", "约两厘米")
    page.click("form.form button.primary")
    page.wait_for_url(f"**/cases/{number}/evidence/injuries/")
    expect(page.locator("svg .hurt")).to_have_count(1)

    page.get_by_role("link", name="拍照").click()
    page.set_input_files(
        "input[name=photo]",
        {"name": "IMG.jpg", "mimeType": "image/jpeg", "buffer": picture(41)},
    )
    page.check("input[name=scale_shown]")
    page.click("form.form button.primary")
    expect(page.locator("form .error").first).to_contain_text("征得")
    page.set_input_files(
        "input[name=photo]",
        {"name": "IMG.jpg", "mimeType": "image/jpeg", "buffer": picture(41)},
    )
    page.check("input[name=has_consent]")
    page.click("form.form button.primary")
    page.wait_for_url(f"**/cases/{number}/evidence/injuries/")
    assert faults(page) == []
    page.locator(".rounds a").first.click()
    expect(page.locator("img.look")).to_be_visible()
    loaded = "img => img.complete && img.naturalWidth > 0"
    assert page.locator("img.look").evaluate(loaded)

    captain = sign_in(told_installation, "sunlei").page
    captain.goto(f"/cases/{number}/evidence/")
    expect(captain.locator("main")).not_to_contain_text("伤情照片")
    expect(captain.locator("main")).to_contain_text("您看不到")


def test_a_voice_reads_sentence_by_sentence(
    told_installation: Installation, sign_in: SignIn
) -> None:
    """With a browser that has a voice, which the one of the tests does not."""
    number = told_installation.story["number"]
    page = sign_in(told_installation, "zhoumin").page
    page.add_init_script(
        """
        const heard = (window.heard = []);
        window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
        Object.defineProperty(window, "speechSynthesis", { value: {
          getVoices: () => [{ lang: "zh-CN", name: "voice" }],
          addEventListener: () => {}, cancel: () => {},
          speak: (one) => { heard.push(one.text); setTimeout(() => one.onend(), 30); },
        }});
        """
    )
    begin(page, number)
    tell(page, "free", STORY)
    read_back(page)

    page.get_by_role("button", name="朗读").click()

    expect(page.get_by_role("button", name="朗读", exact=True)).to_be_visible()
    page.wait_for_function("window.heard.length === 2")
    assert page.evaluate("window.heard") == [
        "我从西区出入口下来。",
        "看到他用伞打了那位先生。",
    ]
