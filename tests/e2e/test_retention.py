"""A hold is placed and released in a browser; what is due is seen, held, and goes."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESK, PHONE, Installation, SignIn
from tests.e2e.test_custody import DARK, faults

SHOTS = os.environ.get("ANLAN_SHOTS")


def shot(page: Page, name: str) -> None:
    """A picture to look at, if somebody wants one."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def decide_the_work_injury(installation: Installation) -> None:
    """The receptionist's: until the authority has decided, it keeps all of the case."""
    installation.shell(
        "from anlan.base.clock import local_day;"
        "from django.utils import timezone;"
        "from anlan.resolution.legal.enums import WorkInjuryState;"
        "from anlan.resolution.legal.models import WorkInjury;"
        "waiting = WorkInjury.objects.filter(state=WorkInjuryState.FILED);"
        "today = local_day(timezone.now());"
        "assert waiting.update(state=WorkInjuryState.RECOGNISED, decided_on=today)"
    )


@pytest.mark.parametrize(
    ("size", "more"), [(PHONE, DARK), (DESK, {})], ids=["phone", "desk"]
)
def test_from_the_hold_to_the_list_of_what_is_due(
    told_installation: Installation,
    sign_in: SignIn,
    size: dict[str, int],
    more: dict[str, object],
) -> None:
    installation = told_installation
    number = installation.story["closed"]
    mark = f"{size['width']}"
    # The package of the story and the application it was made under have not run out, and
    # keep the case by themselves.
    installation.shell(
        "from django.utils import timezone;"
        "from anlan.evidence.models import FootageApplication, Package;"
        "Package.objects.update(expires_at=timezone.now());"
        "FootageApplication.objects.update(state='expired')"
    )
    decide_the_work_injury(installation)
    officer = sign_in(installation, "zhoumin", size=size, **more).page
    officer.goto(f"/cases/{number}/holds/")
    assert faults(officer) == []
    shot(officer, f"holds-empty-{mark}")
    officer.get_by_role("link", name="保全证据").click()
    officer.select_option("select[name=held]", index=1)
    officer.fill("textarea[name=words]", "受害人的代理人来函，准备起诉")
    shot(officer, f"hold-form-{mark}")
    assert faults(officer) == []
    officer.dblclick("form.form button.primary")
    officer.wait_for_url(re.compile(r"/holds/$"))
    expect(officer.locator("main")).to_contain_text("H-01")
    assert installation.kinds()["evidence.hold_placed"] == 1
    shot(officer, f"holds-{mark}")
    officer.goto(f"/cases/{number}/evidence/")
    expect(officer.get_by_text("保全中").first).to_be_visible()
    assert faults(officer) == []
    shot(officer, f"exhibits-{mark}")

    manager = sign_in(installation, "hetao", size=size, **more).page
    # A period of thirty days makes this case due at once, and announces it for a month.
    for name in ("serious", "stated", "ordinary"):
        manager.goto(f"/evidence/periods/YQ/{name}/")
        manager.fill("input[name=days]", "30")
        manager.get_by_role("button", name="看看会删除什么").click()
        expect(manager.get_by_text("这样改会怎样")).to_be_visible()
        assert faults(manager) == []
        shot(manager, f"period-{name}-{mark}")
        manager.get_by_role("button", name="改为 30 天").click()
        manager.wait_for_url(re.compile(r"/periods/$"))
    assert faults(manager) == []
    shot(manager, f"periods-{mark}")
    rows = manager.locator("input[name=chosen]")
    for _try in range(40):
        manager.goto("/evidence/due/")
        if rows.count() > 1:
            break
        manager.wait_for_timeout(500)
    assert rows.count() > 1
    assert faults(manager) == []
    shot(manager, f"due-{mark}")
    before = rows.count()
    rows.first.check()
    manager.fill("textarea[name=words]", "诉讼需要")
    manager.get_by_role("button", name="保全选中的").click()
    expect(manager.get_by_text("已保全 1 件")).to_be_visible()
    assert rows.count() == before - 1

    manager.goto("/evidence/holds/")
    assert faults(manager) == []
    shot(manager, f"held-{mark}")
    manager.goto(f"/cases/{number}/holds/")
    manager.get_by_role("link", name="申请解除").last.click()
    manager.fill("textarea[name=words]", "双方已经和解")
    manager.fill("textarea[name=early]", "和解协议已经履行")
    assert faults(manager) == []
    shot(manager, f"release-{mark}")
    manager.click("form.form button.primary")
    manager.wait_for_url(re.compile(r"/holds/$"))
    manager.get_by_role("link", name="决定").click()
    manager.get_by_label("同意解除", exact=True).check()
    manager.click("form.form button.danger")
    expect(manager.locator("form .error").first).to_contain_text("两个不同岗位")

    lawyer = sign_in(installation, "chenlu", size=size, **more).page
    lawyer.goto(f"/cases/{number}/holds/")
    lawyer.get_by_role("link", name="决定").click()
    lawyer.get_by_label("同意解除", exact=True).check()
    lawyer.click("form.form button.danger")
    lawyer.wait_for_url(re.compile(r"/holds/$"))
    expect(lawyer.locator("main")).to_contain_text("已解除")
    assert installation.kinds()["evidence.hold_released"] == 1
    shot(lawyer, f"holds-released-{mark}")


def test_what_was_deleted_is_told_and_printed(
    told_installation: Installation, sign_in: SignIn
) -> None:
    """Time is short for a browser: the installation's own services are asked to age it."""
    installation = told_installation
    number = installation.story["closed"]
    installation.kill("worker")
    decide_the_work_injury(installation)
    installation.shell(
        "from datetime import timedelta;"
        "from django.utils import timezone;"
        "from anlan.base.clock import acting_at;"
        "from anlan.evidence import jobs;"
        "from anlan.evidence.models import RetentionLook;"
        "at = timezone.now() + timedelta(days=1800);"
        "\nfor days in (0, 31, 32, 33):\n"
        "    when = at + timedelta(days=days)\n"
        "    with acting_at(when):\n"
        "        RetentionLook.objects.all().delete()\n"
        "        while jobs.keep_periods(at=when) or jobs.remove_files(at=when): pass\n"
    )
    page = sign_in(installation, "hetao").page
    page.goto(f"/cases/{number}/evidence/")
    expect(page.get_by_text("已按期限删除").first).to_be_visible()
    assert faults(page) == []
    shot(page, "exhibits-deleted")
    page.goto("/evidence/due/")
    assert faults(page) == []
    shot(page, "due-deleted")
    row = page.locator("tr", has_text="E-0001")
    row.get_by_role("link", name="删除记录").first.click()
    expect(page.locator("main h1")).to_have_text("证据到期删除记录")
    expect(page.locator("main")).to_contain_text("evidence.deleted")
    assert faults(page) == []
    shot(page, "deletion")
    done = installation.manage("verify", "--deep")
    assert done.returncode == 0, done.stdout + done.stderr
