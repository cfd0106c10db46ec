"""An impatient hand: every button that sends a form is pressed twice at once.

The buttons are found on the pages, with scripts and without them: then only the server
stands between the second press and the record.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error, Page, Request

from tests.e2e.conftest import DESK, PHONE, Installation, SignIn

# The server alone is asked the same by the tests of each service, and here if deep.
WITH_AND_WITHOUT = pytest.mark.parametrize(
    "scripts",
    [
        pytest.param(True, id="scripts"),
        pytest.param(False, id="plain", marks=pytest.mark.deep),
    ],
)
A_BREATH = 0.15  # seconds in which whatever a press set off has shown itself
PATIENCE = 10.0  # seconds
# What one press may rightly write several times, what nobody pressed for, looks at a
# protected field: who is shown it twice has looked twice; and the address of a visitor:
# whose answer got lost is given another.
MANY = re.compile(
    r"incident\.responder_|notify\.|case\.(deadline_missed|task_skipped|task_added)$"
    r"|customers\.protected_field_read$|case\.link_made$"
)
# These end the incident or the session: last, or not at all.
ENDS = ("/joining/", "/false-alarm/", "/closing/")
NEVER = ("/accounts/logout/", "/preferences/")
OPEN_ALL = "document.querySelectorAll('details').forEach(one => (one.open = true))"
BUTTONS = """
scope => [...document.querySelectorAll(`${scope} form`)]
  .filter(form => form.method === "post")
  .flatMap(form => [...form.querySelectorAll("button:not([type=button])")])
  .map(button => new URL(button.form.action).pathname + " " + button.value)
"""
MARK = """
([scope, wanted]) => {
  document.querySelectorAll("details").forEach(one => (one.open = true));
  for (const form of document.querySelectorAll(`${scope} form`)) {
    for (const button of form.querySelectorAll("button:not([type=button])")) {
      if (form.method !== "post") continue;
      if (new URL(form.action).pathname + " " + button.value !== wanted) continue;
      for (const one of form.elements) {
        if (one.type === "textarea" || (one.type === "text" && !one.value)) {
          one.value = one.name === "phone" ? "19900003579" : "连按两下";
        } else if (one.type === "select-one" && one.required) {
          one.value = [...one.options].findLast(option => option.value).value;
        } else if (["radio", "checkbox"].includes(one.type)) {
          const same = [...form.elements].filter(other => other.name === one.name);
          one.checked ||= !same.some(other => other.checked);
        }
      }
      button.dataset.twice = "";
      return true;
    }
  }
  return false;
}
"""


@dataclass(frozen=True, kw_only=True)
class Door:
    """A page, and the link on it that opens a sheet, if any."""

    path: str
    opener: str = ""

    @property
    def scope(self) -> str:
        return "#sheet" if self.opener else "body"


@dataclass
class Hand:
    """Presses twice and says what came of it."""

    page: Page
    installation: Installation
    faults: list[str] = field(default_factory=list)
    pressed: list[str] = field(default_factory=list)

    def open(self, door: Door) -> bool:
        """Whether it could be opened: an earlier press may have closed it."""
        self._go(door.path)
        if not door.opener:
            return True
        # What is still to come would push the button from under the finger.
        self.page.wait_for_function(
            "() => !document.querySelector('[hx-trigger=load]')"
        )
        self.page.evaluate(OPEN_ALL)
        opener = self.page.locator(f"a[hx-get='{door.opener}']")
        if opener.count():
            opener.first.click()
            self.page.wait_for_selector("#sheet[open] header")
        return opener.count() > 0

    def _go(self, path: str) -> None:
        """A page that a press leads on to may set out for it just now."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                self.page.goto(path)
            except Error as error:
                is_led_on = "interrupted by another navigation" in error.message
                if not is_led_on or time.monotonic() > until:
                    raise
                self.page.wait_for_timeout(1000 * A_BREATH)
            else:
                return

    def press_all(self, doors: list[Door]) -> None:
        known: dict[str, tuple[Door, str]] = {}
        for door in doors:
            if not self.open(door):
                assert "/entries/" in door.opener, door
                continue  # newer ones have pushed it off the page since
            for wanted in self.page.evaluate(BUTTONS, door.scope):
                if not wanted.startswith(NEVER):
                    known.setdefault(_kind_of(wanted), (door, wanted))
        ordered = sorted(
            known.values(), key=lambda one: any(end in one[1] for end in ENDS)
        )
        for door, wanted in ordered:
            self.press(door, wanted)

    def press(self, door: Door, wanted: str) -> None:
        if not self.open(door) or not self._mark(door, wanted):
            return
        before = self._last_entry()
        with _quiet_after(self.page):
            self._twice(door, wanted)
        self.pressed.append(wanted)
        for kind, times in self._written_since(before).items():
            if times > 1:
                self.faults.append(f"{wanted}: {kind} stands {times} times")

    def _mark(self, door: Door, wanted: str) -> bool:
        return bool(self.page.evaluate(MARK, [door.scope, wanted]))

    def _twice(self, door: Door, wanted: str) -> None:
        button = self.page.locator("[data-twice]")
        try:
            button.dblclick(no_wait_after=True, timeout=2_000)
        except Error:  # news have come, and a fresh button with them
            self._mark(door, wanted)
            button.dblclick(no_wait_after=True)
        confirm = self.page.locator("dialog#confirm[open] button[value=yes]")
        if confirm.count():
            confirm.dblclick(no_wait_after=True)

    def _last_entry(self) -> int:
        ((last,),) = self.installation.rows("SELECT max(id) FROM ledger_entry")
        return int(last)

    def _written_since(self, last: int) -> Counter[tuple[str, str]]:
        rows = self.installation.rows(
            "SELECT kind, subject FROM ledger_entry WHERE id > ?", last
        )
        return Counter((kind, about) for kind, about in rows if not MANY.match(kind))


@contextmanager
def _quiet_after(page: Page) -> Iterator[None]:
    """Leaves when everything that was sent inside has been answered, or given up."""
    waiting: set[Request] = set()

    def sent(request: Request) -> None:
        if request.method == "POST":
            waiting.add(request)

    def over(request: Request) -> None:
        waiting.discard(request)

    page.on("request", sent)
    page.on("requestfinished", over)
    page.on("requestfailed", over)
    yield
    until = time.monotonic() + PATIENCE
    page.wait_for_timeout(1000 * A_BREATH)
    while waiting and time.monotonic() < until:
        page.wait_for_timeout(1000 * A_BREATH)
    page.wait_for_load_state()
    page.wait_for_timeout(1000 * A_BREATH)
    assert not waiting
    page.remove_listener("request", sent)
    page.remove_listener("requestfinished", over)
    page.remove_listener("requestfailed", over)


def _kind_of(wanted: str) -> str:
    """One button for all that differ only by the thing they speak of."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)\d+(?=/)", "*", wanted)


def _one_of_each(addresses: list[str]) -> list[str]:
    return list({_kind_of(one): one for one in addresses}.values())


def _judge(hand: Hand, *, at_least: int) -> None:
    assert not hand.faults, "\n".join(hand.faults)
    assert len(hand.pressed) >= at_least, hand.pressed
    assert "Traceback" not in hand.installation.log("web")


@WITH_AND_WITHOUT
def test_room(
    told_installation: Installation, sign_in: SignIn, *, scripts: bool
) -> None:
    room = f"/cases/{told_installation.story['number']}/"
    page = sign_in(
        told_installation, "zhoumin", size=DESK, java_script_enabled=scripts
    ).go(room)
    sheets = _one_of_each(
        page.locator("main a[hx-get]:not([href^='?'])").evaluate_all(
            "all => all.map(one => one.getAttribute('hx-get'))"
        )
    )
    hand = Hand(page, told_installation)
    doors = [Door(path=room, opener=one) for one in sheets]
    if not scripts:
        doors = [Door(path=one) for one in sheets]

    hand.press_all([Door(path=room), *doors, Door(path=f"{room}closing/")])

    _judge(hand, at_least=15)


@WITH_AND_WITHOUT
def test_phone(
    told_installation: Installation, sign_in: SignIn, *, scripts: bool
) -> None:
    number = told_installation.story["number"]
    page = sign_in(
        told_installation, "wangjianguo", size=PHONE, java_script_enabled=scripts
    ).page
    page.goto("/m/tasks/")
    tasks = page.locator("a[href^='/m/tasks/']").evaluate_all(
        "all => all.map(one => one.getAttribute('href'))"
    )
    hand = Hand(page, told_installation)

    hand.press_all(
        [
            Door(path=path)
            for path in (
                "/m/",
                "/m/report/",
                f"/m/cases/{number}/",
                *_one_of_each(tasks),
            )
        ]
    )

    _judge(hand, at_least=4)


@WITH_AND_WITHOUT
def test_desk(
    told_installation: Installation, sign_in: SignIn, *, scripts: bool
) -> None:
    page = sign_in(
        told_installation, "zhoumin", size=DESK, java_script_enabled=scripts
    ).page
    hand = Hand(page, told_installation)

    hand.press_all([Door(path=path) for path in ("/", "/tasks/", "/report/", "/me/")])

    _judge(hand, at_least=2)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_portal(
    told_installation: Installation, sign_in: SignIn, *, scripts: bool
) -> None:
    """A visitor's report, and what they add to it and take back where they follow it."""
    ((code,),) = told_installation.rows(
        "SELECT code FROM accounts_place WHERE label = '6 号楼 1 层 大堂'"
    )
    poster = f"/q/{code}"
    page = sign_in(
        told_installation, size=PHONE, path=poster, java_script_enabled=scripts
    ).page
    hand = Hand(page, told_installation)

    hand.press_all([Door(path=poster)])
    page.wait_for_url("**/f/*")
    hand.press_all([Door(path=urlsplit(page.url).path)])

    _judge(hand, at_least=4)
