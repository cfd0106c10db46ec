"""The room without a mouse: its keys, its order, and where the focus goes afterwards."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Installation, SignIn

HERE = "document.activeElement"


@pytest.fixture
def room(shared_installation: Installation, sign_in: SignIn) -> Page:
    number = shared_installation.story["number"]
    page = sign_in(shared_installation, "zhoumin").go(f"/cases/{number}/")
    expect(page.locator("body")).to_have_attribute("data-live-running", "yes")
    return page


def tab_to(page: Page, name: str, *, within: int = 60) -> None:
    """Press Tab until the focus is on what is called ``name``."""
    for _press in range(within):
        page.keyboard.press("Tab")
        called = page.evaluate(
            f"({HERE}.getAttribute('aria-label') ?? {HERE}.textContent).trim()"
        )
        if called == name:
            return
    raise AssertionError(f"{name} is not reached in {within} presses")


def focused(page: Page) -> str:
    return str(
        page.evaluate(f"({HERE}.getAttribute('aria-label') ?? {HERE}.textContent)")
    ).strip()


def test_question_mark_shows_the_keys_and_escape_gives_the_focus_back(
    room: Page,
) -> None:
    tab_to(room, "110")

    room.keyboard.press("?")
    keys = room.locator("dialog#shortcuts")
    expect(keys).to_be_visible()
    room.keyboard.press("Escape")

    expect(keys).to_be_hidden()
    assert focused(room) == "110"


def test_n_writes_a_note(room: Page) -> None:
    room.keyboard.press("n")
    expect(room.locator(".composer .input")).to_be_focused()
    room.keyboard.type("只用键盘记录 n / ?")
    room.keyboard.press("Enter")

    expect(room.locator("#entries")).to_contain_text("只用键盘记录 n / ?")
    expect(room.locator("dialog#shortcuts")).to_be_hidden()
    # The next one can be written at once.
    expect(room.get_by_placeholder("记录现场情况")).to_be_focused()


def test_the_timeline_is_narrowed(room: Page) -> None:
    talks = room.locator("#about-talks")
    talks.focus()
    room.keyboard.press("Enter")

    expect(talks).to_have_attribute("aria-current", "true")
    expect(talks).to_be_focused()
    expect(room).to_have_url(re.compile(r"\?about=talks$"))
    room.reload()
    expect(talks).to_have_attribute("aria-current", "true")


def test_slash_finds(room: Page) -> None:
    room.keyboard.press("/")

    room.wait_for_url("**/search/**")
    expect(room.locator("input[type=search]")).to_be_focused()
    room.keyboard.type("车库")
    room.keyboard.press("Enter")
    room.wait_for_url("**/search/?q=**")


def test_first_tab_skips_to_the_room_and_reaches_what_matters(room: Page) -> None:
    room.keyboard.press("Tab")
    assert focused(room) == "跳到正文"
    room.keyboard.press("Enter")

    # Help from outside first, then the way on, then people, scene and tasks.
    for name in ("110", "120", "进入下一阶段", "派人", "定级"):
        tab_to(room, name)


def test_sheet_keeps_the_focus_and_gives_it_back(room: Page) -> None:
    tab_to(room, "110")
    room.keyboard.press("Enter")
    sheet = room.locator("dialog#sheet")
    expect(sheet).to_be_visible()
    for _press in range(12):
        room.keyboard.press("Tab")
        inside = room.evaluate(
            f"{HERE} === document.body || {HERE}.closest('dialog#sheet') !== null"
        )
        assert inside, focused(room)

    room.keyboard.press("Escape")

    expect(sheet).to_be_hidden()
    assert focused(room) == "110"


def test_menu_closes_by_escape(room: Page) -> None:
    tab_to(room, "更多")
    room.keyboard.press("Enter")
    menu = room.locator("#panel-actions details")
    expect(menu).to_have_attribute("open", "")

    room.keyboard.press("Escape")

    expect(menu).not_to_have_attribute("open", "")
    assert focused(room) == "更多"


def test_task_is_done_without_a_mouse(room: Page) -> None:
    title = "记录是否使用了力量：谁、何种、多久、为什么"
    tab_to(room, title, within=90)  # the parties stand before the tasks
    room.keyboard.press("Enter")
    words = room.locator("dialog#sheet textarea")
    expect(words).to_be_visible()
    while not words.evaluate(f"one => one === {HERE}"):
        room.keyboard.press("Tab")
    room.keyboard.type("未使用")
    room.keyboard.press("Tab")  # a photo may come along
    room.keyboard.press("Tab")
    room.keyboard.press("Enter")

    expect(room.locator("dialog#sheet")).to_be_hidden()
    expect(room.locator("#panel-tasks .task.done", has_text=title)).to_have_count(1)
