"""Every page as its people see it: it answers, fits, is quiet, and can be used by all."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from anlan.play.screens import SHOTS, Shot
from tests.e2e.conftest import DESK, PHONE, Installation, SignIn

# One person is signed in once for all of their pages.
PEOPLE = list(dict.fromkeys(shot.who for shot in SHOTS))
SIZES = {"phone": PHONE, "desk": DESK}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who or "visitor")
def test_pages_of(
    who: str, size: str, shared_installation: Installation, sign_in: SignIn
) -> None:
    page = sign_in(
        shared_installation, who, size=SIZES[size], path="/accounts/login/"
    ).page

    faults = [
        fault
        for shot in SHOTS
        if shot.who == who
        for fault in look_at(page, shot, shared_installation.story)
    ]

    assert not faults, "\n".join(faults)


def look_at(page: Page, shot: Shot, story: dict[str, str]) -> list[str]:
    """What is wrong with a page, each as a line."""
    answer = page.goto(shot.path.format(**story))
    if answer is None or not answer.ok:
        return [f"{shot.name}: {answer.status if answer else 'no answer'}"]
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    faults = [f"{shot.name}: {wide} px wider than the screen"] if wide > 0 else []
    for violation in Axe().run(page).response["violations"]:
        nodes = [str(node["target"]) for node in violation["nodes"][:3]]
        faults.append(f"{shot.name}: {violation['id']}: {', '.join(nodes)}")
    return faults
