"""Recordings in a browser: saved by themselves, looked at with a reason, brought by hand."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from anlan.play.recorder import SimulatedRecorder
from tests.e2e.conftest import PHONE, Installation, SignIn
from tests.e2e.test_pages import faults_of

SHOTS = os.environ.get("ANLAN_SHOTS", "")
REGISTER = """
from datetime import timedelta
from django.utils import timezone
from anlan.accounts.models import Place, Site
from anlan.base.clock import acting_at
from anlan.cases.models import Case
from anlan.evidence import services
from anlan.evidence.enums import RecorderKind
from anlan.ledger.events import SYSTEM
now = timezone.now()
with acting_at(now):
    site = Site.objects.get(code="YQ")
    case = Case.objects.get(number="{number}")
    pull = services.register_recorder(site=site, name="车库录像机", kind=RecorderKind.FOLDER,
        days_kept=30, settings={{"folder": "{folder}"}}, by=SYSTEM, at=now)
    hand = services.register_recorder(site=site, name="门岗录像机", kind=RecorderKind.MANUAL,
        days_kept=30, by=SYSTEM, at=now)
    for recorder, name, code, label in (
        (pull, "CAM-07", "garage", "3 号楼 B1 车库 东区 12 号车位"),
        (hand, "CAM-01", "gate", "园区 南门"),
    ):
        camera = services.register_camera(recorder=recorder, name=name, code=code,
            place=Place.objects.get(site=site, label=label), by=SYSTEM, at=now)
        begin = case.opened_at - timedelta(minutes=2)
        made = services.want_recording(case=case, camera=camera, wanted_from=begin,
            wanted_to=begin + timedelta(minutes=3), by=SYSTEM, at=now)
        print(name, made.uid, begin.isoformat())
"""


def register(installation: Installation) -> dict[str, tuple[str, datetime]]:
    """Two cameras whose recordings are wanted, of three minutes; uid and begin of each."""
    folder = installation.data / "recorders" / "garage"
    folder.mkdir(parents=True)
    said = installation.shell(
        REGISTER.format(number=installation.story["number"], folder=folder)
    )
    rows = [line.split() for line in said.splitlines() if line.startswith("CAM-")]
    return {name: (uid, datetime.fromisoformat(at)) for name, uid, at in rows}


def film(installation: Installation, begin: datetime, *, gap: bool) -> None:
    """What the recorder has of it, from a whole ten seconds on; perhaps not all."""
    recorder = SimulatedRecorder(root=installation.data / "recorders" / "garage")
    start = begin.astimezone(UTC).replace(microsecond=0)
    start -= timedelta(seconds=start.second % 10)
    made = recorder.record("garage", start, start + timedelta(minutes=3, seconds=30))
    if gap:
        for path in made[8:11]:
            path.unlink()


def shoot(page: Page, name: str) -> None:
    if SHOTS:
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=Path(SHOTS) / f"{name}-{theme}.png", full_page=True)
        page.emulate_media(color_scheme="light")


def wait_for(installation: Installation, state: str, *, seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    query = "SELECT r.state, (SELECT count(*) FROM evidence_derivative d WHERE d.recording_id = r.id AND d.kind = 'viewing') FROM evidence_recording r JOIN evidence_camera c ON c.id = r.camera_id WHERE c.name = 'CAM-07'"
    while time.monotonic() < until:
        now, films = installation.rows(query)[0]
        if now == state and films >= 2:
            return
        time.sleep(0.2)
    raise AssertionError((installation.rows(query), installation.log("worker")))


def test_recording_saves_itself_and_is_looked_at_with_a_reason(
    told_installation: Installation, sign_in: SignIn
) -> None:
    made = register(told_installation)
    uid, begin = made["CAM-07"]
    film(told_installation, begin, gap=True)
    number = told_installation.story["number"]
    page = sign_in(told_installation, "zhoumin", path=f"/cases/{number}/").page
    panel = page.locator("#panel-recordings")
    expect(panel).to_contain_text("CAM-07")
    expect(panel.locator("time[data-clock]").first).to_contain_text("天")
    wait_for(told_installation, "partly")
    expect(panel).to_contain_text("已保存一部分")
    shoot(page, "room")

    page.goto(f"/cases/{number}/recordings/")
    shoot(page, "recordings")
    page.goto(f"/cases/{number}/recordings/{uid}/")
    expect(page.locator("main")).to_contain_text("缺失的时段")
    expect(page.locator("video")).to_have_count(0)
    page.get_by_role("link", name="登记并查看").click()
    page.fill("textarea[name=reason]", "核对谁先动手")
    page.get_by_role("button", name="登记并查看").click()
    first = page.locator("video").first
    expect(first).to_be_visible()
    first.evaluate("film => film.play()")
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.5")
    page.locator("img.look").first.scroll_into_view_if_needed()
    page.wait_for_function(
        "() => document.querySelector('img.look').naturalWidth > 200"
    )
    shoot(page, "recording")
    assert faults_of(page, "recording") == []
    kinds = told_installation.kinds()
    assert kinds["evidence.footage_asked"] == 1
    assert kinds["evidence.footage_opened"] >= 2  # the film and its pictures


def test_guard_brings_the_export_on_a_stick(
    told_installation: Installation, sign_in: SignIn, tmp_path: Path
) -> None:
    made = register(told_installation)
    uid, begin = made["CAM-01"]
    stick = SimulatedRecorder(root=tmp_path)
    (part, *_more) = stick.record(
        "usb",
        begin.replace(microsecond=0),
        begin.replace(microsecond=0) + timedelta(seconds=10),
    )
    number = told_installation.story["number"]
    page = sign_in(
        told_installation,
        "wangjianguo",
        size=PHONE,
        path=f"/cases/{number}/recordings/{uid}/",
    ).page
    shoot(page, "phone-recording")
    assert faults_of(page, "recording") == []

    page.get_by_role("link", name="核对时钟").click()
    shoot(page, "phone-clock")
    page.fill("input[name=words]", "和手机同框拍照")
    page.get_by_role("button", name="记录").click()
    expect(page.locator("main")).to_contain_text("准确")
    page.get_by_role("link", name="上传导出的录像").click()
    page.set_input_files("input[type=file]", part)
    page.click("form[data-upload] .btns button")
    row = page.locator("[data-files] li")
    expect(row).to_have_attribute("data-state", "done", timeout=30_000)
    shoot(page, "phone-upload")
    row.get_by_role("link", name="填写时段").click()
    shoot(page, "phone-file")
    page.get_by_role("button", name="保存").click()

    # Ten seconds of three minutes: the rest is missing, and somebody says why.
    expect(page.locator("main")).to_contain_text("已保存一部分")
    expect(page.locator("main")).to_contain_text("缺失的时段")
    assert states(told_installation) == [("partly", "open")]
    page.get_by_role("link", name="只有这些").click()
    page.fill("textarea[name=reason]", "录像机只录下这一段")
    page.locator("form button[type=submit]").last.click()
    expect(page.locator("main")).to_contain_text("录像机只录下这一段")
    assert states(told_installation) == [("saved", "done")]
    assert told_installation.kinds()["evidence.recording_saved"] == 1


def states(installation: Installation) -> list[tuple[object, ...]]:
    """Of the recording of the gate, and of its task."""
    return installation.rows(
        "SELECT r.state, t.state FROM evidence_recording r"
        " JOIN evidence_camera c ON c.id = r.camera_id"
        " JOIN cases_task t ON t.id = r.task_id WHERE c.name = 'CAM-01'"
    )


def test_administrator_registers_a_recorder_and_a_camera(
    told_installation: Installation, sign_in: SignIn
) -> None:
    folder = told_installation.data / "recorders" / "nvr"
    recorder = SimulatedRecorder(root=folder)
    now = datetime.fromtimestamp(int(time.time()), UTC)
    recorder.record("lobby", now - timedelta(minutes=1), now)
    page = sign_in(told_installation, "hetao", path="/admin/cameras/").page
    expect(page.locator("main")).to_contain_text("CAM-02")

    form = page.locator("form[action$='/recorders/new/']")
    form.locator("[name=name]").fill("大堂录像机")
    form.locator("[name=kind]").select_option("folder")
    form.locator("[name=folder]").fill("/etc")
    form.get_by_role("button").click()
    expect(page.locator("form .error").first).to_contain_text("ANLAN_RECORDINGS_ROOTS")
    form.locator("[name=folder]").fill(str(folder))
    form.get_by_role("button").click()
    expect(page.locator("h1")).to_contain_text("大堂录像机")

    page.goto("/admin/sites/YQ/cameras/")
    form = page.locator("form[action$='/cameras/new/']")
    form.locator("[name=name]").fill("CAM-03")
    form.locator("[name=code]").fill("lobby")
    form.locator("[name=place]").select_option(label="3 号楼 1 层 大堂前台")
    form.get_by_role("button").click()
    expect(page.locator("table")).to_contain_text("CAM-03")
    shoot(page, "cameras")
    page.get_by_role("link", name="大堂录像机").click()
    page.get_by_role("link", name="查看最近十分钟").click()
    expect(page.locator("table")).to_contain_text("6")
    shoot(page, "recorder")
