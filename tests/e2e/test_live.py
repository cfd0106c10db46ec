"""Open screens follow the record: alarms, refreshed parts, kept words, lost connections."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.conftest import ROOT, Installation, SignIn

REPORT = """
from django.utils import timezone
from anlan.accounts.models import Place, User
from anlan.incidents import services
from anlan.incidents.enums import Channel
report = services.report_incident(
    place=Place.objects.get(label={place!r}), channel=Channel.PHONE_APP, flags=["ongoing"],
    words="两人扭打", by=User.objects.get(username="lixiang"), at=timezone.now(),
)
print("number:", report.incident.case.number)
"""
SPLIT = """
from django.utils import timezone
from anlan.accounts.models import User
from anlan.incidents import services
from anlan.incidents.models import Report
new = services.split_report(
    report=Report.objects.filter(opened_incident=False).latest("pk"),
    by=User.objects.get(username={by!r}), at=timezone.now(),
)
print("number:", new.case.number)
"""
NOTE = """
from django.utils import timezone
from anlan.accounts.models import User
from anlan.cases import services
from anlan.cases.models import Case
services.write_note(
    case=Case.objects.get(number={number!r}), text={text!r},
    by=User.objects.get(username="wangjianguo"), at=timezone.now(),
)
"""
LISTEN = """
document.addEventListener("anlan:entry", ({ detail }) => {
  document.body.dataset.heard = `${document.body.dataset.heard ?? ""} ${detail.kind}`;
});
"""
COUNT_TONES = """
const make = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () {
  sessionStorage.tones = Number(sessionStorage.tones ?? 0) + 1;
  return make.call(this);
};
null;  // a function as the last value would be called
"""
PART = '<p id="part" data-live-refresh="/part/" data-live-subject="case:1">{words}</p>'
PAGE = f"{PART.format(words='old')}<script type=module src=/refresh.js></script>"
ENTRY = """
document.dispatchEvent(new CustomEvent("anlan:entry", {
  detail: { kind: "case.note_written", subject: "case:1" },
}));
"""
HURRY = """
const later = window.setTimeout;
window.pauses = [];
window.setTimeout = (call, pause) => {
  if (pause >= 1000) pauses.push(pause);
  return later(call, Math.min(pause, 50));
};
"""
REPORTED = "incident.reported"
GARAGE = "3 号楼 B1 车库 东区 12 号车位"


def in_shell(installation: Installation, code: str) -> str:
    done = installation.manage("shell", "-c", code)
    assert done.returncode == 0, done.stderr
    return done.stdout


def report(installation: Installation) -> str:
    """Somebody else reports an incident; its number."""
    said = in_shell(installation, REPORT.format(place=GARAGE))
    found = re.search(r"number: (\S+)", said)
    assert found, said
    return found.group(1)


def wait_for_stream(page: Page) -> None:
    expect(page.locator("body")).to_have_attribute("data-live-running", "yes")


def wait_for_report(page: Page) -> str:
    """All that the page has heard, once a report is among it."""
    body = page.locator("body")
    expect(body).to_have_attribute("data-heard", re.compile(REPORTED), timeout=20_000)
    return body.get_attribute("data-heard") or ""


def test_room_opens_by_itself_where_nobody_is_working(
    installation: Installation, sign_in: SignIn
) -> None:
    page = sign_in(installation, "zhoumin", path="/").page
    wait_for_stream(page)
    page.mouse.click(2, 890)  # without a touch browsers allow no sound
    page.evaluate(COUNT_TONES)
    # Signing in was work; ten seconds later nobody is.
    page.evaluate("performance.now = () => 1e9")

    number = report(installation)

    page.wait_for_url(f"**/{number}/**")
    assert page.evaluate("sessionStorage.tones") == "3"


def test_alarm_is_a_red_message_where_somebody_works(
    installation: Installation, sign_in: SignIn
) -> None:
    page = sign_in(installation, "zhoumin").go("/me/")
    wait_for_stream(page)

    number = report(installation)

    message = page.locator(".toast.tone-bad a")
    expect(message).to_contain_text("新事件")
    message.click()
    page.wait_for_url(f"**/{number}/**")


def test_a_report_that_was_split_off_is_a_new_incident(
    installation: Installation, sign_in: SignIn
) -> None:
    """For those who command and did not split it off.

    The old one may be told once, by its own report, where the page was quicker.
    """
    old = report(installation)
    assert report(installation) == old
    page = sign_in(installation, "zhoumin").go("/me/")
    wait_for_stream(page)

    said = in_shell(installation, SPLIT.format(by="hetao"))
    number = said.partition("number: ")[2].strip()

    expect(page.locator(f".toast.tone-bad a[href*='{number}']")).to_have_count(1)


def test_words_being_typed_stay_while_the_room_is_refreshed(
    installation: Installation, sign_in: SignIn
) -> None:
    number = report(installation)
    page = sign_in(installation, "zhoumin").go(f"/cases/{number}/")
    wait_for_stream(page)
    words = page.get_by_placeholder("记录现场情况")
    words.fill("保安已到，双方分开")

    in_shell(installation, NOTE.format(number=number, text="对讲机：马上到"))

    expect(page.locator("#panel-timeline")).to_contain_text("对讲机：马上到")
    expect(words).to_have_value("保安已到，双方分开")
    expect(words).to_be_focused()


def refreshing(page: Page, answers: list[int]) -> None:
    """The script alone, before a server whose part answers with one status after another."""
    script = ROOT / "src" / "anlan" / "desk" / "static" / "desk" / "js" / "refresh.js"

    def serve(route: Route) -> None:
        if route.request.url.endswith("/refresh.js"):
            route.fulfill(path=script, content_type="text/javascript")
        elif route.request.url.endswith("/part/"):
            status = answers.pop(0)
            route.fulfill(status=status, body=PART.format(words=f"status {status}"))
        else:
            route.fulfill(content_type="text/html", body=PAGE)

    page.route("**/*", serve)
    page.goto("http://anlan.example/")


def test_a_part_that_a_proxy_could_not_fetch_is_fetched_again(browser: Browser) -> None:
    """As a proxy answers while our server starts."""
    answers = [502, 500, 200]
    page = browser.new_page()
    page.add_init_script(HURRY)
    refreshing(page, answers)
    page.evaluate(ENTRY)

    expect(page.locator("#part")).to_have_text("status 200", timeout=10_000)
    assert answers == []
    page.close()


def test_a_server_that_stays_broken_is_asked_less_and_less_often(
    browser: Browser,
) -> None:
    answers = [*[500] * 7, 201, 500, 200]
    page = browser.new_page()
    page.add_init_script(HURRY)
    refreshing(page, answers)

    for status in (201, 200):
        page.evaluate(ENTRY)
        expect(page.locator("#part")).to_have_text(f"status {status}", timeout=10_000)

    doubled = [2000, 4000, 8000, 16000, 32000, 60000, 60000]
    assert page.evaluate("pauses") == [*doubled, 2000]
    page.close()


def test_eight_windows_share_one_stream_and_outlive_the_one_that_listens(
    installation: Installation, sign_in: SignIn
) -> None:
    officer = sign_in(installation, "zhoumin")
    windows = [officer.page, *(officer.context.new_page() for _ in range(7))]
    for page in windows:
        page.goto("/me/")
        wait_for_stream(page)
        page.evaluate(LISTEN)
    first, *others = windows
    first.close()

    report(installation)

    for page in others:
        heard = wait_for_report(page)
        assert heard.count(REPORTED) == 1


def test_broken_connection_is_shown_and_what_was_missed_comes_later(
    installation: Installation, sign_in: SignIn
) -> None:
    page = sign_in(installation, "zhoumin").go("/me/")
    wait_for_stream(page)
    page.evaluate(LISTEN)
    installation.kill("web")
    expect(page.locator("body")).to_have_attribute("data-live-running", "")
    report(installation)

    installation.start("web", "serve")

    wait_for_report(page)
    wait_for_stream(page)
