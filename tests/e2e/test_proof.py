"""A photo proves a task: taken on a guard's phone, seen at the desk, kept without signal."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.conftest import PHONE, Installation, SignIn
from tests.pictures import CUT, JPEG, OTHER_JPEG

TASK = "拍摄现场"


def photo(content: bytes = JPEG, name: str = "IMG_1.jpg") -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def open_task(installation: Installation, sign_in: SignIn) -> Page:
    uid = installation.rows(
        "SELECT uid FROM cases_task WHERE key = 'scene_photos' AND state = 'open'"
    )[0][0]
    person = sign_in(installation, "wangjianguo", size=PHONE)
    page = person.go(
        f"/m/tasks/{uid[:8]}-{uid[8:12]}-{uid[12:16]}-{uid[16:20]}-{uid[20:]}/"
    )
    expect(page.locator("h2").first).to_contain_text(TASK)
    return page


def take(page: Page, *photos: FilePayload) -> None:
    for one in photos:  # a camera gives one at a time
        page.locator("input[type=file]").first.set_input_files([one])


def kinds(installation: Installation) -> dict[str, int]:
    found = installation.kinds()
    return {
        kind: found[f"case.{kind}"] for kind in ("task_photo_received", "task_done")
    }


def test_photos_from_the_phone_stand_in_the_room(
    told_installation: Installation, sign_in: SignIn
) -> None:
    before = kinds(told_installation)
    page = open_task(told_installation, sign_in)

    page.click("form[data-outbox] .submit button")
    expect(page.locator("[data-refusal]")).to_contain_text("以照片为证")
    take(page, photo(CUT))
    page.click("form[data-outbox] .submit button")
    expect(page.locator("[data-refusal]")).to_contain_text("照片不完整")
    page.click("[data-previews] button")
    take(page, photo(), photo(OTHER_JPEG, "IMG_2.jpg"))
    expect(page.locator("[data-previews] img")).to_have_count(2)
    widths = "all => all.every((img) => img.complete && img.naturalWidth > 0)"
    assert page.locator("[data-previews] img").evaluate_all(widths)
    page.fill("textarea[name=words]", "全景一张，细节一张")
    page.click("form[data-outbox] .submit button")
    page.wait_for_url("**/m/tasks/")

    after = kinds(told_installation)
    assert after["task_photo_received"] == before["task_photo_received"] + 2
    assert after["task_done"] == before["task_done"] + 1
    desk = sign_in(told_installation, "zhoumin")
    room = desk.go(f"/cases/{told_installation.story['number']}/")
    links = room.locator("#panel-timeline a[href*='/photos/']")
    expect(links).to_have_count(2)
    with desk.context.expect_page() as opened:
        links.first.click()
    shown = opened.value
    shown.wait_for_load_state()
    assert shown.locator("img").evaluate("(img) => img.naturalWidth") == 320
    assert told_installation.kinds()["case.task_photo_opened"] == 1


def test_without_signal_photos_and_words_wait_on_the_phone(
    told_installation: Installation, sign_in: SignIn
) -> None:
    before = kinds(told_installation)
    page = open_task(told_installation, sign_in)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    with told_installation.without_signal(page.context):
        take(page, photo())
        page.dblclick("form[data-outbox] .submit button")
        expect(page.locator(".sent.offline")).to_contain_text("还没送到")
        expect(page.locator("[data-outbox-chip]")).to_contain_text("1")
        assert kinds(told_installation) == before

    expect(page.locator("[data-outbox-chip]:not(.off)")).to_be_attached(timeout=20_000)
    after = kinds(told_installation)
    assert after["task_photo_received"] == before["task_photo_received"] + 1
    assert after["task_done"] == before["task_done"] + 1


def test_a_photo_from_the_sheet_of_the_room(
    told_installation: Installation, sign_in: SignIn, tmp_path: Path
) -> None:
    file = tmp_path / "scene.jpg"
    file.write_bytes(JPEG)
    number = told_installation.story["number"]
    page = sign_in(told_installation, "zhoumin").go(f"/cases/{number}/")
    page.locator("#tasks-later summary").click()
    page.get_by_role("link", name=TASK).click()

    page.set_input_files("dialog input[name=photos]", file)
    page.click("dialog form button.primary")

    expect(page.locator("#panel-timeline a[href*='/photos/']")).to_have_count(1)
