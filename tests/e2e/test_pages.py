"""Every page as its people see it: it answers, fits, is quiet, and can be used by all."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from anlan.play.screens import SHARED_PHONE, SHOTS, Shot
from tests.e2e.conftest import DESK, PHONE, Installation, SignIn

# Those that begin with a press are the same page, or a sheet that is looked at below.
# Of a recording, there are films only where the pictures are taken.
FILMS = ("{recording}", "{application}", "{mask}")
PLAIN = [
    shot
    for shot in SHOTS
    if not shot.steps and not shot.fresh and not any(k in shot.path for k in FILMS)
]
# One person is signed in once for all of their pages.
PEOPLE = [who for who in dict.fromkeys(s.who for s in PLAIN) if who != SHARED_PHONE]
SIZES = {"phone": PHONE, "desk": DESK}
ON_PHONES = {"", "wangjianguo", "zhangqiang", "sunlei", "dingyi"}  # visitors and guards
# Each page at the size at which it is mostly used; at the other one only if deep.
LOOKED_AT = [
    pytest.param(
        who,
        size,
        id=f"{who or 'visitor'}-{size}",
        marks=() if (who in ON_PHONES) == (size == "phone") else pytest.mark.deep,
    )
    for who in PEOPLE
    for size in SIZES
]
OPEN_ALL = "document.querySelectorAll('details').forEach(one => (one.open = true))"
THEMES = ("light", pytest.param("dark", marks=pytest.mark.deep))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("who", "size"), LOOKED_AT)
def test_pages_of(
    who: str,
    size: str,
    theme: str,
    shared_installation: Installation,
    sign_in: SignIn,
) -> None:
    page = sign_in(
        shared_installation,
        who,
        size=SIZES[size],
        path="/accounts/login/",
        color_scheme=theme,
    ).page

    faults = [
        fault
        for shot in PLAIN
        if shot.who == who
        for fault in look_at(page, shot, shared_installation.story)
    ]

    assert not faults, "\n".join(faults)


def test_pages_of_the_shared_phone(
    shared_installation: Installation, sign_in: SignIn
) -> None:
    story = shared_installation.story
    page = sign_in(shared_installation, size=PHONE, path="/m/shared/enrolment/").page
    page.fill("input[name=code]", story["enrolment"])
    page.click("main form button")
    page.wait_for_url(lambda address: "/enrolment" not in address)

    shots = [shot for shot in PLAIN if shot.who == SHARED_PHONE]
    faults = [fault for shot in shots for fault in look_at(page, shot, story)]
    page.fill("input[name=pin]", story["pin"])
    page.click("main form button")
    page.wait_for_url("**/m/")
    page.goto("/m/shared/handover/")
    faults += faults_of(page, "handover")

    assert not faults, "\n".join(faults)


@pytest.mark.deep
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_sheets_of_the_room(
    size: str, theme: str, shared_installation: Installation, sign_in: SignIn
) -> None:
    room = f"/cases/{shared_installation.story['number']}/"
    page = sign_in(
        shared_installation, "zhoumin", size=SIZES[size], color_scheme=theme
    ).go(room)
    links = page.locator("main a[hx-get]:not([href^='?'])")
    addresses = links.evaluate_all("all => all.map(one => one.getAttribute('hx-get'))")
    kinds = {re.sub(r"[0-9a-f-]{36}|\d+/strike", "*", one): one for one in addresses}
    assert len(kinds) >= 8

    faults = []
    for kind, address in kinds.items():
        page.goto(room)
        page.evaluate(OPEN_ALL)
        page.locator(f"main a[hx-get='{address}']").first.click()
        page.wait_for_selector("#sheet[open] header")
        faults += faults_of(page, kind)

    assert not faults, "\n".join(faults)


def look_at(page: Page, shot: Shot, story: dict[str, str]) -> list[str]:
    """What is wrong with a page, each as a line."""
    answer = page.goto(shot.path.format(**story))
    if answer is None or not answer.ok:
        return [f"{shot.name}: {answer.status if answer else 'no answer'}"]
    return faults_of(page, shot.name)


def faults_of(page: Page, name: str) -> list[str]:
    """Sideways scrolling at both sizes, and everything that axe finds at this one."""
    faults = []
    size = page.viewport_size or DESK
    for other in (PHONE if size == DESK else DESK, size):
        page.set_viewport_size({"width": other["width"], "height": other["height"]})
        wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if wide > 0:
            faults.append(f"{name}: {wide} px wider than {other['width']}")
    for violation in Axe().run(page).response["violations"]:
        nodes = [str(node["target"]) for node in violation["nodes"][:3]]
        faults.append(f"{name}: {violation['id']}: {', '.join(nodes)}")
    return faults
