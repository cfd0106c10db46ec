"""Pictures of every page, for the eye: phone and desk, light and dark, both languages."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, product
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from anlan.play.company import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SIZES = {"phone": (390, 844), "desk": (1440, 900)}
THEMES = ("light", "dark")
LANGUAGES = ("zh-hans", "en")
_START_SECONDS = 30.0


# What is pressed, or filled with the words that follow.
Step: TypeAlias = tuple[str, str]
SHARED_PHONE = "the shared phone"  # in the place of a person
_ROSTER_TABLE = (
    "日期,岗位,账号,姓名,角色,开始,结束\n{week_later},南门岗,sunlei,,,08:00,20:00\n"
    "{week_later},3 号楼大堂岗,zhangqiang,,,08:00,20:00"
)


@dataclass(frozen=True)
class Shot:
    """One page as one person sees it; ``{number}`` and the like stand for the story's."""

    name: str
    path: str
    who: str = ""
    full: bool = True
    steps: tuple[Step, ...] = ()  # done on the page before it is taken
    fresh: bool = False  # of a company where nothing has happened yet


SHOTS = (
    Shot("sign-in", "/accounts/login/"),
    Shot("poster", "/q/{place}"),
    Shot("guard-alarm", "/m/", "wangjianguo"),
    Shot("guard-report", "/m/report/", "wangjianguo"),
    Shot("guard-incident", "/m/cases/{number}/", "wangjianguo"),
    Shot("guard-tasks", "/m/tasks/", "zhangqiang"),
    Shot("captain-tasks", "/m/tasks/", "sunlei"),
    Shot("captain-desk-tasks", "/tasks/", "sunlei"),
    Shot("guard-events", "/m/cases/", "wangjianguo"),
    Shot("guard-me", "/m/me/", "wangjianguo"),
    Shot("home", "/", "zhoumin"),
    Shot("incidents", "/incidents/", "zhoumin"),
    Shot("cases", "/cases/", "zhoumin"),
    Shot("room", "/cases/{number}/", "zhoumin"),
    Shot(
        "report-link",
        "/cases/{scanned}/",
        "zhoumin",
        steps=(("form[action$='/link/'] button", ""), ("#confirm [data-verb]", "")),
    ),
    Shot("closing", "/cases/{number}/closing/", "zhoumin"),
    Shot("trail", "/cases/{number}/trail/", "hetao"),
    Shot("looks-sheet", "/cases/{number}/parties/{party}/looks/", "hetao"),
    Shot("closed", "/cases/{closed}/", "zhoumin"),
    Shot("tasks", "/tasks/", "zhoumin"),
    Shot("alarm", "/report/", "zhoumin"),
    Shot("monitor", "/monitor/", "lixiang"),
    Shot("profile", "/me/", "zhoumin"),
    Shot("permissions", "/permissions/", "hetao"),
    Shot("search", "/search/?q=车库", "zhoumin"),
    Shot("admin-people", "/admin/people/", "admin"),
    Shot("admin-organisation", "/admin/organisation/", "admin"),
    Shot("admin-person", "/admin/people/{dated}/", "admin"),
    Shot("admin-closed", "/admin/sites/QS/", "admin"),
    Shot("admin-closed-place", "/admin/places/{closed_place}/", "admin"),
    Shot("admin-places", "/admin/sites/YQ/places/", "admin"),
    Shot("admin-roster", "/admin/sites/YQ/roster/?week={role_ends}", "hetao"),
    Shot("admin-standards", "/admin/standards/", "admin"),
    Shot("law", "/law/", "chenlu"),
    Shot("law-rule", "/law/G05/", "chenlu"),
    Shot("law-sources", "/law/sources/", "chenlu"),
    Shot("admin-playbooks", "/admin/playbooks/", "admin"),
    Shot("admin-devices", "/admin/devices/", "admin"),
    Shot("notify", "/notify/", "admin"),
    Shot("tokens", "/me/tokens/", "zhoumin"),
    Shot("api-docs", "/api/docs", "zhoumin"),
    Shot("api-docs-of", "/api/docs/incidents", "zhoumin"),
    Shot("enrolment", "/m/shared/enrolment/"),
    Shot("locked", "/m/shared/", SHARED_PHONE),
    Shot("pin", "/m/shared/people/{captain}/", SHARED_PHONE),
    Shot(
        "handover",
        "/m/shared/people/{captain}/",
        SHARED_PHONE,
        steps=(
            ("input[name=pin]", "{pin}"),
            ("main form button", ""),
            ("a[href$='/m/shared/handover/']", ""),
        ),
    ),
    Shot("join", "/accounts/join/{join}"),
    Shot("follow", "/f/{follow}"),
    Shot("evidence", "/cases/{closed}/evidence/", "zhoumin"),
    Shot("evidence-empty", "/cases/{number}/evidence/", "zhoumin"),
    Shot("evidence-new", "/cases/{closed}/evidence/upload/", "zhoumin"),
    Shot("exhibit", "/cases/{closed}/evidence/{exhibit}/", "zhoumin"),
    Shot(
        "exhibit-menu",
        "/cases/{closed}/evidence/{exhibit}/",
        "hetao",
        full=False,
        steps=(("main details.menu summary", ""),),
    ),
    Shot(
        "evidence-menu",
        "/cases/{closed}/evidence/",
        "hetao",
        full=False,
        steps=(("main details.menu summary", ""),),
    ),
    Shot("exhibit-look", "/cases/{closed}/evidence/{exhibit}/?look", "zhoumin"),
    Shot("recordings", "/cases/{number}/recordings/", "zhoumin"),
    Shot("recordings-add", "/cases/{number}/recordings/cameras/", "zhoumin"),
    Shot("admin-cameras", "/admin/sites/YQ/cameras/", "hetao"),
    Shot("admin-cameras-empty", "/admin/sites/HT/cameras/", "guoxin"),
    Shot("admin-camera", "/admin/cameras/{camera}/", "hetao"),
    Shot("admin-recorder", "/admin/recorders/{recorder}/", "hetao"),
    Shot("receipt", "/cases/{closed}/evidence/{exhibit}/receipt/", "zhoumin"),
    Shot("packages", "/cases/{closed}/packages/", "hetao"),
    Shot("packages-empty", "/cases/{number}/packages/", "hetao"),
    Shot("package-new", "/cases/{closed}/packages/new/", "hetao"),
    Shot("package", "/cases/{closed}/packages/{package}/", "hetao"),
    Shot("package-hand-over", "/cases/{closed}/packages/{package}/hand-over/", "hetao"),
    Shot(
        "package-receipt",
        "/cases/{closed}/packages/{package}/receipts/{package_receipt}/",
        "hetao",
    ),
    Shot("statements", "/cases/{closed}/evidence/statements/", "zhoumin"),
    Shot("statements-empty", "/cases/{closed}/evidence/statements/", "sunlei"),
    Shot("statement-new", "/cases/{number}/evidence/statements/new/", "zhoumin"),
    Shot("statement-draft", "/cases/{number}/evidence/statements/{draft}/", "zhoumin"),
    Shot(
        "statement-reading",
        "/cases/{number}/evidence/statements/{read_back}/",
        "zhoumin",
    ),
    Shot("statement", "/cases/{closed}/evidence/statements/{statement}/", "zhoumin"),
    Shot(
        "statement-paper",
        "/cases/{closed}/evidence/statements/{statement}/paper/",
        "zhoumin",
    ),
    Shot("investigation", "/cases/{closed}/investigation/", "xuqing"),
    Shot("investigation-empty", "/cases/{number}/investigation/", "xuqing"),
    Shot("interview-new", "/cases/{closed}/investigation/interviews/new/", "xuqing"),
    Shot(
        "interview", "/cases/{closed}/investigation/interviews/{interview}/", "xuqing"
    ),
    Shot(
        "interview-beginning",
        "/cases/{closed}/investigation/interviews/{interview}/beginning/",
        "xuqing",
    ),
    Shot("comparison", "/cases/{closed}/investigation/comparison/", "xuqing"),
    Shot("comparison-empty", "/cases/{number}/investigation/comparison/", "xuqing"),
    Shot(
        "comparison-cell",
        "/cases/{closed}/investigation/comparison/cells/S-01/when/",
        "xuqing",
    ),
    Shot(
        "comparison-names",
        "/cases/{closed}/investigation/comparison/names/S-01/",
        "xuqing",
    ),
    Shot("scene", "/cases/{closed}/investigation/scene/", "xuqing"),
    Shot("scene-look", "/cases/{closed}/investigation/scene/aspects/light/", "xuqing"),
    Shot("sketch", "/cases/{closed}/investigation/scene/sketches/{sketch}/", "xuqing"),
    Shot("background", "/cases/{closed}/investigation/background/", "xuqing"),
    Shot("defence-facts", "/cases/{closed}/investigation/facts/", "xuqing"),
    Shot("defence-fact", "/cases/{closed}/investigation/facts/first/", "xuqing"),
    Shot("findings", "/cases/{closed}/investigation/findings/", "xuqing"),
    Shot("findings-empty", "/cases/{number}/investigation/findings/", "xuqing"),
    Shot("finding", "/cases/{closed}/investigation/findings/{finding}/", "hetao"),
    Shot(
        "finding-paper",
        "/cases/{closed}/investigation/findings/{finding}/paper/",
        "hetao",
    ),
    Shot(
        "finding-sentence",
        "/cases/{closed}/investigation/sentences/{sentence}/",
        "xuqing",
    ),
    Shot("plans", "/cases/{closed}/plans/", "zhoumin"),
    Shot("compensations", "/cases/{number}/compensation/", "lifang"),
    Shot(
        "compensation",
        "/cases/{number}/compensation/{compensation}/versions/1/",
        "lifang",
    ),
    Shot(
        "compensation-step",
        "/cases/{number}/compensation/{compensation}/steps/shares/",
        "lifang",
    ),
    Shot("kindness", "/admin/kindness/", "chenlu"),
    Shot("home-sheet", "/cases/{number}/parties/{party}/home/", "zhoumin"),
    Shot("guardians", "/cases/{other}/parties/{ward}/guardians/", "tangning"),
    Shot(
        "guardian-ending",
        "/cases/{other}/guardianships/{guardianship}/ending/",
        "tangning",
    ),
    Shot(
        "guardians-dialog",
        "/cases/{other}/",
        "tangning",
        full=False,
        steps=(("a[hx-get$='/guardians/']", ""),),
    ),
    Shot("act-day", "/cases/{other}/act/", "xuqing"),
    Shot("act-day-new", "/cases/{number}/act/", "xuqing"),
    Shot("contacts", "/cases/{other}/contacts/", "tangning"),
    Shot("contact-new", "/cases/{other}/contacts/new/", "tangning"),
    Shot("notices", "/cases/{other}/notices/", "tangning"),
    Shot("notice", "/cases/{other}/notices/{notice}/", "tangning"),
    Shot("keep-apart", "/cases/{other}/kept-apart/", "tangning"),
    Shot("talks", "/cases/talks/{talks}/", "tangning"),
    Shot("talks-writer", "/cases/talks/sessions/{session}/writer/", "tangning"),
    Shot("reports", "/cases/{other}/reports/", "guoxin"),
    Shot("report", "/cases/{other}/reports/{report}/", "guoxin"),
    Shot("report-draft", "/cases/{other}/reports/{report_draft}/", "xuqing"),
    Shot("report-copy", "/cases/{other}/reports/{report}/copy/", "guoxin"),
    Shot("injuries", "/cases/{closed}/evidence/injuries/", "lifang"),
    Shot("injuries-empty", "/cases/{number}/evidence/injuries/", "lifang"),
    Shot("injury-new", "/cases/{number}/evidence/injuries/new/", "lifang"),
    Shot(
        "injury-photo", "/cases/{closed}/evidence/injuries/{injury}/photos/", "lifang"
    ),
    Shot("markers", "/markers/", "guoxin"),
    Shot("markers-empty", "/markers/?which=over", "guoxin"),
    Shot("marker", "/markers/{marker}/", "guoxin"),
    Shot("marker-guard", "/markers/{marker}/", "wangjianguo"),
    Shot("marker-new", "/cases/{other}/parties/{marked}/marker/", "guoxin"),
    Shot(
        "marker-refused",
        "/markers/{marker}/review/",
        "hetao",
        steps=(("textarea[name=reason]", "有前科"), ("main form.form button", "")),
    ),
    Shot("marker-hearing", "/markers/objections/{objection}/", "guoxin"),
    Shot("marker-room", "/cases/{other}/", "dingyi"),
    Shot("marker-phone", "/m/cases/{other}/", "dingyi"),
    Shot("marker-background", "/cases/{other}/investigation/background/", "guoxin"),
    Shot("party-sheet", "/cases/{number}/parties/", "zhoumin"),
    Shot(
        "party-dialog",
        "/cases/{number}/",
        "zhoumin",
        full=False,
        steps=(("a[hx-get$='/parties/']", ""),),
    ),
    Shot(
        "call-dialog",
        "/cases/{number}/",
        "zhoumin",
        full=False,
        steps=(("a[hx-get$='/call/110/']", ""),),
    ),
    Shot(
        "severity-dialog",
        "/cases/{number}/",
        "zhoumin",
        full=False,
        steps=(("a[hx-get$='/severity/']", ""),),
    ),
    Shot("inbox", "/notify/inbox/", "zhoumin"),
    Shot("preferences", "/notify/preferences/", "zhoumin"),
    Shot("channel", "/notify/channels/new/wecom/", "admin"),
    Shot("checks", "/notify/tests/", "zhoumin"),
    Shot("check", "/notify/tests/{check}/", "zhoumin"),
    Shot("evidence-safety", "/evidence/safety/", "hetao"),
    Shot("key-sheet", "/evidence/safety/key/", "hetao"),
    Shot("holds", "/cases/{closed}/holds/", "hetao"),
    Shot("hold-new", "/cases/{closed}/holds/new/", "zhoumin"),
    Shot("keepers", "/evidence/safety/keepers/", "admin"),
    Shot("held-outside", "/evidence/safety/held/", "hetao"),
    Shot("applications", "/footage/", "hetao"),
    Shot("application-new", "/footage/new/?case={number}", "zhoumin"),
    Shot("application", "/footage/{application}/", "hetao"),
    Shot("register", "/footage-register/YQ/", "hetao"),
    Shot("mask", "/cases/{closed}/evidence/masks/{mask}/", "hetao"),
    Shot("recording", "/cases/{number}/recordings/{recording}/", "zhoumin"),
    Shot("player", "/cases/{number}/recordings/player/", "zhoumin"),
    Shot("held", "/evidence/holds/", "hetao"),
    Shot("due", "/evidence/due/", "hetao"),
    Shot("periods", "/evidence/periods/", "hetao"),
    Shot("period", "/evidence/periods/YQ/ordinary/?days=365", "hetao"),
    Shot("evidence-safety-admin", "/evidence/safety/", "admin"),
    Shot("admin-phones", "/admin/sites/YQ/phones/", "hetao"),
    Shot("admin-posters", "/admin/sites/YQ/posters/", "hetao", full=False),
    Shot("admin-invite", "/admin/people/new/", "admin"),
    Shot(
        "admin-slip",
        "/admin/people/new/",
        "admin",
        steps=(
            ("input[name=name]", "钱程"),
            ("input[name=username]", "look{serial}"),
            ("select[name=role]", "guard"),
            ("select[name=node]", "{node}"),
            ("main form.form button", ""),
        ),
    ),
    Shot(
        "admin-import",
        "/admin/sites/YQ/roster/",
        "hetao",
        steps=(
            ("[data-dialog=import]", ""),
            ("#import textarea", _ROSTER_TABLE),
            ("#import form button", ""),
        ),
    ),
    Shot(
        "admin-roster-copy", "/admin/sites/YQ/roster/copy/?week={week_later}", "hetao"
    ),
    Shot("admin-standard", "/admin/standards/incident.arrive/", "admin"),
    Shot("admin-playbook", "/admin/playbooks/assault/", "admin"),
    Shot("admin-playbook-text", "/admin/playbooks/assault/text/", "admin"),
    Shot("admin-device-new", "/admin/devices/new/", "hetao"),
    Shot("admin-device", "/admin/devices/{device}/", "hetao"),
    Shot("fresh-guard", "/m/", "wangjianguo", fresh=True),
    Shot("fresh-tasks", "/m/tasks/", "wangjianguo", fresh=True),
    Shot("fresh-home", "/", "zhoumin", fresh=True),
    Shot("fresh-cases", "/cases/", "zhoumin", fresh=True),
)


def take_pictures(
    shots: tuple[Shot, ...],
    *,
    url: str,
    story: dict[str, str],
    out: Path,
    say: Callable[[str], None],
) -> int:
    """Every shot in every size, theme and language; returns how many answered badly."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- development only

    bad = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=browser_arguments()
        )
        for shot, theme, language in product(shots, THEMES, LANGUAGES):
            path = shot.path.format(**story)
            with _signed_in(browser, shot.who, url, theme, language, story) as page:
                for size, (width, height) in SIZES.items():
                    page.set_viewport_size({"width": width, "height": height})
                    answer = page.goto(url + path)
                    status = answer.status if answer else 0
                    names = {**story, "serial": str(next(_serial))}
                    for selector, words in shot.steps:
                        _do(page, selector, words.format(**names))
                    # What the page asks for by itself has come, too.
                    page.wait_for_function(_NOTHING_TO_COME)
                    page.wait_for_timeout(150)  # fonts and the first tick of the clocks
                    page.screenshot(
                        path=out / f"{shot.name}-{size}-{theme}-{language[:2]}.png",
                        full_page=shot.full,
                    )
            if status >= 400:
                bad += 1
                say(f"  {status}  {shot.name}  {path}")
        browser.close()
    return bad


def chromium() -> str:
    """Where Debian, or another system, keeps its Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise FileNotFoundError("no Chromium here; on Debian: apt install chromium")
    return found


def browser_arguments() -> list[str]:
    arguments = ["--disable-gpu", "--disable-background-networking"]
    return [*arguments, "--no-sandbox"] if os.geteuid() == 0 else arguments


@contextmanager
def served(data: Path) -> Iterator[str]:
    """The product over ``data`` on a free port of the loopback; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {
        # Nothing of the office's: neither its second copies nor its clocks.
        **{k: v for k, v in os.environ.items() if not k.startswith("ANLAN_")},
        "ANLAN_DATA": str(data),
        "ANLAN_DEMO": "1",
        "ANLAN_PORT": str(port),
        "ANLAN_PUBLIC_URL": f"http://localhost:{port}",
        "ANLAN_LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, sys.argv[0]]
    process = subprocess.Popen([*command, "serve"], env=env)  # noqa: S603 -- ourselves
    try:
        _wait_for(f"http://localhost:{port}/healthz")
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(address: str) -> None:
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310 -- http, ours
                return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def _do(page: Page, selector: str, words: str) -> None:
    found = page.locator(selector).first
    if words and found.evaluate("one => one.localName") == "select":
        found.select_option(words)
        return
    if words:
        found.fill(words)
        return
    found.click()
    page.wait_for_timeout(250)  # a dialog opens, or the next page begins
    page.wait_for_load_state()


_NOTHING_TO_COME = """() => !document.querySelector('[hx-trigger="load"]')"""
_serial = count(1)
_kept: dict[tuple[str, str], list[dict[str, object]]] = {}


@contextmanager
def _signed_in(
    browser: Browser,
    who: str,
    url: str,
    theme: str,
    language: str,
    story: dict[str, str],
) -> Iterator[Page]:
    """A page of that person; the sign-in is done once and its cookies are kept."""
    context = browser.new_context(
        color_scheme="dark" if theme == "dark" else "light", locale="zh-CN"
    )
    page = context.new_page()
    if who and (url, who) not in _kept:
        if who == SHARED_PHONE:
            _enrol(page, url, story["enrolment"])
        else:
            _sign_in(page, url, who)
        _kept[url, who] = context.cookies()  # type: ignore[assignment]  # what it gives, it takes
    if who:
        context.add_cookies(_kept[url, who])  # type: ignore[arg-type]  # as above
    if who and who != SHARED_PHONE:
        token = next(
            one["value"] for one in context.cookies() if one["name"] == "csrftoken"
        )
        context.request.post(
            f"{url}/preferences/",
            form={"language": language},
            headers={"X-CSRFToken": token, "Referer": f"{url}/"},
        )
    context.add_cookies([{"name": "django_language", "value": language, "url": url}])
    yield page
    context.close()


def _sign_in(page: Page, url: str, who: str) -> None:
    page.goto(f"{url}/accounts/login/")
    page.fill("input[name=login]", who)
    page.fill("input[name=password]", PASSWORD)
    page.click("form.form button")
    page.wait_for_url(lambda address: "/accounts/login" not in address)


def _enrol(page: Page, url: str, code: str) -> None:
    page.goto(f"{url}/m/shared/enrolment/")
    page.fill("input[name=code]", code)
    page.click("main form button")
    page.wait_for_url(lambda address: "/enrolment" not in address)
