"""A package is made in a browser, taken, checked by a stranger, and signed for."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from anlan.evidence.verifier import SOURCE
from tests.e2e.conftest import DESK, PHONE, Installation, SignIn
from tests.e2e.test_custody import faults, sign


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_package_from_the_form_to_the_receipt(
    told_installation: Installation,
    sign_in: SignIn,
    size: dict[str, int],
    tmp_path: Path,
) -> None:
    told_installation.start("signer", "signer")
    number = told_installation.story["closed"]
    path = f"/cases/{number}/packages/new/"
    page = sign_in(told_installation, "hetao", path=path, size=size).page
    assert faults(page) == []

    page.get_by_label("公安机关办案").check()
    page.fill("input[name=recipient]", "云栖派出所")
    page.click("form.form button.primary")
    expect(page.locator("form .error").first).to_be_visible()
    page.fill("input[name=identity]", "民警 李强 012345")
    page.fill("input[name=document_number]", "云公调证字 12 号")
    page.fill("textarea[name=acknowledged]", "第二块硬盘正在采购")
    # The manager approved the application for them, and so cannot pack them (G13).
    for statement in page.get_by_role("checkbox", name=re.compile("情况说明")).all():
        statement.uncheck()
    page.dblclick("form.form button.primary")
    page.wait_for_url(re.compile(r"/packages/[0-9a-f-]{36}/$"))
    assert told_installation.kinds()["evidence.package_asked"] == 2  # one of the story

    expect(page.locator("#package-state h2")).to_have_text(
        "已制成并签名", timeout=30_000
    )
    assert faults(page) == []
    fingerprint = page.locator(".fingerprint").inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载（留痕）").click()
    taken = tmp_path / download.value.suggested_filename
    download.value.save_as(taken)
    assert taken.name == f"{number}-P-02.zip"
    answer = subprocess.run(
        [sys.executable, "-I", SOURCE, taken, "--key", fingerprint],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout

    page.get_by_role("link", name="交付并签收").click()
    assert faults(page) == []
    page.fill("input[name=receiver]", "李强")
    page.fill("input[name=way]", "加密 U 盘当面交付")
    sign(page, "giver")
    sign(page, "receiver", strokes=3)
    page.click("form.form button.primary")
    page.wait_for_url(re.compile(r"/packages/[0-9a-f-]{36}/$"))
    expect(page.locator("main")).to_contain_text("已交付")
    page.get_by_role("link", name=re.compile("李强")).click()
    expect(page.locator("main h1")).to_have_text("证据包签收单")
    page.wait_for_load_state("load")
    loaded = "all => all.every((img) => img.complete && img.naturalWidth > 0)"
    assert page.locator("main img").evaluate_all(loaded)
    assert faults(page) == []
    assert told_installation.kinds()["evidence.package_handed_over"] == 2
