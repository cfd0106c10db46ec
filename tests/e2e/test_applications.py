"""Somebody asks for footage, in a browser: taken in at the gate, approved, seen, handed over."""

from __future__ import annotations

import os
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from anlan.base.clock import local_time
from tests.e2e.conftest import DESK, PHONE, Installation, SignIn
from tests.e2e.test_custody import faults, sign

SHOTS = os.environ.get("ANLAN_SHOTS", "")
FILMED = """
from datetime import timedelta
from uuid import uuid4
from django.utils import timezone
from anlan.accounts.models import Place, Site, User
from anlan.base.clock import acting_at
from anlan.cases.models import Case
from anlan.evidence import services
from anlan.evidence.enums import Reading, RecorderKind, Source
from anlan.evidence.services.keeping import keep_bytes
from anlan.ledger.events import SYSTEM
now = timezone.now()
with acting_at(now):
    site = Site.objects.get(code="YQ")
    case = Case.objects.get(number="{number}")
    recorder = services.register_recorder(site=site, name="车库录像机",
        kind=RecorderKind.MANUAL, days_kept=30, by=SYSTEM, at=now)
    camera = services.register_camera(recorder=recorder, name="CAM-07", code="7",
        place=Place.objects.get(site=site, label="3 号楼 B1 车库 东区 12 号车位"),
        by=SYSTEM, at=now)
    begin = case.opened_at - timedelta(minutes=2)
    row = services.want_recording(case=case, camera=camera, wanted_from=begin,
        wanted_to=begin + timedelta(minutes=3), by=SYSTEM, at=now)
    exhibit = services.add_exhibit(case=case, source=Source.UPLOAD, title="CAM-07 导出",
        kept=keep_bytes(name=uuid4(), chunks=[b"DHAV film"]), reading=Reading.OPAQUE,
        by=SYSTEM, at=now)
    services.place_file(recording=row, exhibit=exhibit, begin=begin,
        end=begin + timedelta(minutes=3), words="用厂商播放器核对", by=User.objects.get(username="zhoumin"), at=now)
    print("begin", begin.isoformat())
"""


def filmed(installation: Installation) -> datetime:
    """One camera saw the fight, and its export lies in the vault; when it begins."""
    said = installation.shell(FILMED.format(number=installation.story["number"]))
    (line,) = [line for line in said.splitlines() if line.startswith("begin ")]
    return datetime.fromisoformat(line.split()[1])


def shoot(page: Page, name: str) -> None:
    if SHOTS:
        width = (page.viewport_size or {"width": 0})["width"]
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            path = Path(SHOTS) / f"{name}-{width}-{theme}.png"
            page.screenshot(path=path, full_page=True)
        page.emulate_media(color_scheme="light")


def fill_window(page: Page, begin: datetime) -> None:
    first = local_time(begin)
    page.fill("input[name=begin]", f"{first:%Y-%m-%dT%H:%M:%S}")
    page.fill("input[name=end]", f"{first + timedelta(minutes=3):%Y-%m-%dT%H:%M:%S}")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_owner_asks_and_looks(
    told_installation: Installation, sign_in: SignIn, size: dict[str, int]
) -> None:
    made = told_installation
    begin, number = filmed(made), made.story["number"]
    before = made.kinds()["evidence.footage_applied"]
    page = sign_in(made, "wangjianguo", path="/footage/", size=size).page
    assert faults(page) == []
    shoot(page, "empty")
    page.goto(f"/footage/new/?case={number}")
    assert faults(page) == []
    shoot(page, "kinds")
    page.get_by_role("link", name=re.compile("本人、近亲属")).click()
    assert faults(page) == []
    page.fill("input[name=name]", "陈晓雯")
    page.fill("input[name=phone]", "19900001234")
    page.fill("input[name=identity_tail]", "12")
    page.fill("textarea[name=purpose]", "核对被打经过")
    fill_window(page, begin)
    page.get_by_label("现场查阅").check()
    shoot(page, "form")
    page.click("form.form button.primary")
    expect(page.locator("form .error").first).to_be_visible()
    assert page.input_value("textarea[name=purpose]") == "核对被打经过"
    page.fill("input[name=identity_tail]", "246x")
    page.dblclick("form.form button.primary")
    page.wait_for_url(re.compile(r"/footage/[0-9a-f-]{36}/$"))
    assert made.kinds()["evidence.footage_applied"] == before + 1
    assert faults(page) == []
    expect(page.locator("main")).to_contain_text("陈*雯")
    expect(page.locator("main")).to_contain_text("王建国受理录像申请")
    shoot(page, "asked")
    where = page.url

    manager = sign_in(made, "hetao", path=where, size=size).page
    manager.locator("main").get_by_role("link", name="批准", exact=True).click()
    assert faults(manager) == []
    shoot(manager, "approval")
    manager.click("form.form button.primary")
    expect(manager.locator("main")).to_contain_text("已批准")

    officer = sign_in(made, "zhoumin", path=where, size=size).page
    officer.get_by_role("link", name="开始现场查阅").click()
    assert faults(officer) == []
    officer.click("form.form button.primary")
    expect(officer.locator("main")).to_contain_text("正在现场查阅")
    officer.get_by_role("link", name=re.compile("R-01")).first.click()
    expect(officer.locator("main")).to_contain_text("原始文件")
    officer.goto(where)
    officer.get_by_role("link", name="查阅结束").click()
    officer.fill("textarea[name=seen]", "CAM-07 全段")
    officer.click("form.form button.primary")
    expect(officer.locator("main")).to_contain_text("已查阅")
    assert faults(officer) == []
    shoot(officer, "viewed")

    manager.goto("/footage-register/YQ/")
    assert faults(manager) == []
    expect(manager.locator("main")).to_contain_text("陈*雯")
    shoot(manager, "register")
    manager.goto("/footage-register/YQ/?as=paper")
    assert faults(manager) == []
    shoot(manager, "paper")
    manager.goto("/footage/")
    assert faults(manager) == []
    shoot(manager, "list")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_police_get_a_package(
    told_installation: Installation, sign_in: SignIn, size: dict[str, int]
) -> None:
    made = told_installation
    made.start("signer", "signer")
    begin, number = filmed(made), made.story["number"]
    new = f"/footage/new/?as=police&case={number}"
    page = sign_in(made, "zhoumin", path=new, size=size).page
    for name, value in {
        "unit": "云栖派出所",
        "officer_1": "李强",
        "officer_1_number": "012345",
        "officer_2": "王刚",
        "officer_2_number": "012346",
        "document_number": "云公调证字 12 号",
        "identity_tail": "2345",
    }.items():
        page.fill(f"input[name={name}]", value)
    page.fill("textarea[name=purpose]", "办理殴打他人案")
    fill_window(page, begin)
    assert faults(page) == []
    shoot(page, "police-form")
    page.click("form.form button.primary")
    page.wait_for_url(re.compile(r"/footage/[0-9a-f-]{36}/$"))
    where = page.url

    manager = sign_in(made, "hetao", path=f"{where}approval/", size=size).page
    manager.click("form.form button.primary")
    expect(manager.locator("main")).to_contain_text("已批准")
    shoot(manager, "police-approved")
    manager.get_by_role("link", name="制作证据包").click()
    assert faults(manager) == []
    shoot(manager, "police-release")
    manager.fill("textarea[name=acknowledged]", "第二块硬盘正在采购")
    manager.click("form.form button.primary")
    expect(manager.locator("#package-state h2")).to_have_text(
        "已制成并签名", timeout=30_000
    )
    manager.get_by_role("link", name="交付并签收").click()
    manager.fill("input[name=receiver]", "李强")
    manager.fill("input[name=way]", "加密 U 盘当面交付")
    sign(manager, "giver")
    sign(manager, "receiver", strokes=3)
    manager.click("form.form button.primary")
    manager.wait_for_url(re.compile(r"/packages/[0-9a-f-]{36}/$"))
    manager.goto(where)
    expect(manager.locator("main")).to_contain_text("已交付")
    assert faults(manager) == []
    shoot(manager, "police-done")
    answer = manager.request.get(f"{where}list/")
    assert answer.body().startswith(b"%PDF")
    if SHOTS:
        (Path(SHOTS) / "list.pdf").write_bytes(answer.body())
