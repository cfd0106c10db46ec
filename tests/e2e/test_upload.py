"""A large file from a browser: paused, the page left and come back to, and gone on with."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import PHONE, Installation, SignIn
from tests.pictures import JPEG

MB = 1024 * 1024
SIZE = 60 * MB


def slow_down(page: Page, bytes_per_second: int) -> None:
    session = page.context.new_cdp_session(page)
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 0,
            "downloadThroughput": -1,
            "uploadThroughput": bytes_per_second,
        },
    )


def exhibits(installation: Installation) -> list[tuple[Any, ...]]:
    """What was uploaded to the open case of the garden; the stories' own are elsewhere."""
    return installation.rows(
        "SELECT e.title, e.file_name, b.sha256, b.size FROM evidence_exhibit e"
        " JOIN evidence_blob b ON b.id = e.blob_id"
        " JOIN cases_case c ON c.id = e.case_id"
        " WHERE e.source = 'upload' AND c.state = 'open' AND c.number LIKE 'YQ-%'"
    )


def test_large_file_survives_pause_and_reload(
    told_installation: Installation, sign_in: SignIn, tmp_path: Path
) -> None:
    content = os.urandom(SIZE)
    film = tmp_path / "监控 3 号.dav"
    film.write_bytes(content)
    number = told_installation.story["number"]
    path = f"/cases/{number}/evidence/upload/"
    page = sign_in(told_installation, "zhoumin", path=path).page
    slow_down(page, 8 * MB)

    page.fill("input[name=title]", "车库监控")
    page.set_input_files("input[type=file]", film)
    page.click("form[data-upload] .btns button")
    row = page.locator("[data-files] li")
    expect(row).to_have_attribute("data-state", "sending")
    expect(row.locator("[data-figures]")).to_contain_text(re.compile(r"^1\d\.\d MB"))
    row.get_by_role("button", name="暂停").click()
    expect(row).to_have_attribute("data-state", "paused")
    expect(page.locator("[data-aloud]")).to_contain_text("已暂停")

    page.reload()
    slow_down(page, -1)
    row = page.locator("[data-files] li")
    expect(row).to_have_attribute("data-state", "missing")
    with page.expect_request(lambda one: one.method == "PATCH") as first:
        page.set_input_files("input[type=file]", film)
    assert int(first.value.headers["upload-offset"]) >= 4 * MB
    expect(row).to_have_attribute("data-state", "done", timeout=30_000)

    digest = hashlib.sha256(content).hexdigest()
    assert exhibits(told_installation) == [("车库监控", film.name, digest, SIZE)]
    page.reload()
    expect(page.locator("[data-files] li")).to_have_count(0)


def test_file_chosen_before_the_script_came_is_sent(
    told_installation: Installation, sign_in: SignIn, tmp_path: Path
) -> None:
    photo = tmp_path / "IMG_1.jpg"
    photo.write_bytes(JPEG)
    number = told_installation.story["number"]
    page = sign_in(told_installation, "zhoumin").page
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(r"/upload\.[^/]*js$"), hold)
    page.goto(f"/cases/{number}/evidence/upload/", wait_until="commit")
    page.set_input_files("input[type=file]", photo)
    while not held:
        page.wait_for_timeout(50)
    expect(page.locator("[data-files] li")).to_have_count(0)

    held[0].continue_()

    expect(page.locator("[data-files] li")).to_have_attribute("data-state", "chosen")
    page.click("form[data-upload] .btns button")
    row = page.locator("[data-files] li")
    expect(row).to_have_attribute("data-state", "done", timeout=30_000)
    assert len(exhibits(told_installation)) == 1


def test_phone_sends_a_small_file_later_by_itself(
    told_installation: Installation, sign_in: SignIn, tmp_path: Path
) -> None:
    photo = tmp_path / "IMG_1.jpg"
    photo.write_bytes(JPEG)
    number = told_installation.story["number"]
    person = sign_in(
        told_installation, "wangjianguo", size=PHONE, path=f"/m/cases/{number}/upload/"
    )
    page = person.page
    with told_installation.without_signal(person.context):
        page.set_input_files("input[type=file] >> nth=1", photo)
        page.click("form[data-upload] .btns button")
        expect(page.locator("[data-files] li")).to_have_attribute(
            "data-state", "waiting"
        )

    page.goto("/m/")  # another page; nobody touches the file again

    digest = hashlib.sha256(JPEG).hexdigest()
    expect(page.locator("body")).to_be_visible()
    for _ in range(40):
        if exhibits(told_installation):
            break
        page.wait_for_timeout(250)
    assert exhibits(told_installation)[0][2] == digest


def test_a_full_server_is_asked_again(
    told_installation: Installation, sign_in: SignIn, tmp_path: Path
) -> None:
    photo = tmp_path / "IMG_1.jpg"
    photo.write_bytes(JPEG)
    number = told_installation.story["number"]
    path = f"/cases/{number}/evidence/upload/"
    page = sign_in(told_installation, "zhoumin", path=path).page
    answers = iter([429, 403])

    def refuse(route: Route) -> None:
        status = next(answers, None)
        if status and route.request.method == "POST":
            route.fulfill(status=status, content_type="text/plain", body="不行")
        else:
            route.continue_()

    page.route(f"{told_installation.url}/upload/", refuse)
    page.set_input_files("input[type=file]", photo)
    page.click("form[data-upload] .btns button")

    row = page.locator(
        "[data-files] li"
    )  # the first is a matter of time, the second not
    expect(row).to_have_attribute("data-state", "refused", timeout=20_000)
    assert next(answers, None) is None
    page.reload()
    expect(row).to_have_attribute("data-state", "refused")
    row.get_by_role("button", name="继续").click()
    expect(row).to_have_attribute("data-state", "done", timeout=30_000)
    assert len(exhibits(told_installation)) == 1


def test_without_a_script_one_small_file(
    told_installation: Installation, sign_in: SignIn, tmp_path: Path
) -> None:
    photo = tmp_path / "IMG_1.jpg"
    photo.write_bytes(JPEG)
    number = told_installation.story["number"]
    with_script = sign_in(told_installation, "zhoumin")
    state = with_script.context.storage_state()
    page = sign_in(
        told_installation,
        path=f"/cases/{number}/evidence/upload/",
        java_script_enabled=False,
        storage_state=state,
    ).page

    page.set_input_files("input[type=file]", photo)
    page.click("form[data-upload] .btns button")

    expect(page.locator("body")).to_contain_text(re.compile(r"E-\d{4}"))
    assert exhibits(told_installation)[0][1] == "IMG_1.jpg"
