"""The live room in real browsers: everything that is done in it, and what others see of it."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import DESK, PHONE, Installation, SignIn
from tests.pictures import JPEG

A_SECOND = 1_000  # milliseconds
GARAGE = "3 号楼 B1 车库 东区 12 号车位"
# Far from the garage and from each other, so that each is a fight of its own.
PLACES = {
    "lobby": "6 号楼 1 层 大堂",
    "gate": "园区 南门",
    "flat": "3 号楼 12 层 1206 室",
    "closet": "3 号楼 15 层 1502 室",
}
REPORT = f"""
import json
from django.utils import timezone
from anlan.accounts.models import Place, User
from anlan.incidents import services
from anlan.incidents.enums import Channel
by = User.objects.get(username="lixiang")
print("numbers:", json.dumps({{
    key: services.report_incident(
        place=Place.objects.get(label=label), channel=Channel.PHONE_APP, words="两人推搡",
        by=by, at=timezone.now(),
    ).incident.case.number
    for key, label in {PLACES!r}.items()
}}))
"""
FINISH = """
from django.utils import timezone
from anlan.accounts.models import User
from anlan.cases import services
from anlan.cases.models import Task
from anlan.incidents import services as incidents
from anlan.incidents.enums import EmergencyService
from anlan.incidents.models import Incident
from anlan.play.pictures import picture
by = User.objects.get(username="hetao")
incident = Incident.objects.get(case__number={number!r})
for assignment in incident.assignments.filter(state="alerted")[:1]:
    incidents.arrive(assignment=assignment, by=by, at=timezone.now())
incidents.control_scene(incident=incident, by=by, at=timezone.now())
incidents.record_emergency_call(
    incident=incident, service=EmergencyService.POLICE, by=by, at=timezone.now()
)
for task in Task.objects.filter(case__number={number!r}, state="open", binding=True)[{leave}:]:
    photos = [[picture(1)]] if task.proof == "photo" else []
    services.complete_task(
        task=task, words="已办", photos=photos, by=by, at=timezone.now()
    )
"""


@pytest.fixture(scope="module")
def rooms(shared_installation: Installation) -> dict[str, str]:
    """Numbers of incidents: the assault, and four that have just been reported."""
    said = shared_installation.shell(REPORT)
    numbers: dict[str, str] = json.loads(said.partition("numbers:")[2])
    return {"assault": shared_installation.story["number"], **numbers}


def wait_for_stream(page: Page) -> None:
    expect(page.locator("body")).to_have_attribute("data-live-running", "yes")


def open_room(
    installation: Installation,
    sign_in: SignIn,
    number: str,
    size: dict[str, int] = DESK,
) -> Page:
    page = sign_in(
        installation,
        "zhoumin",
        size=size,
        path=f"/cases/{number}/",
        reduced_motion="no-preference",
    ).page
    wait_for_stream(page)
    expect(page).to_have_url(f"{installation.url}/cases/{number}/")
    return page


def sheet(page: Page) -> Locator:
    return page.locator("dialog#sheet[open]")


def send(page: Page) -> None:
    sheet(page).locator("form .btns button").last.click()


def is_done(page: Page) -> None:
    """The sheet is closed: the server has accepted it."""
    expect(page.locator("dialog#sheet")).to_be_hidden()


def on_record(installation: Installation, number: str) -> Counter[str]:
    """How many entries of each kind the case has."""
    found = installation.rows(
        "SELECT e.kind FROM ledger_entry e, cases_case c"
        " WHERE c.number = ? AND replace(e.subject, '-', '') = 'case:' || c.uid",
        number,
    )
    return Counter(kind for (kind,) in found)


def test_alarm_goes_round_without_reloading(
    installation: Installation, sign_in: SignIn
) -> None:
    officer = sign_in(installation, "zhoumin", path="/").page
    wait_for_stream(officer)
    officer.evaluate("performance.now = () => 1e9")  # nobody has touched it for long
    nearest = sign_in(installation, "zhangqiang", size=PHONE).page
    reporter = sign_in(installation, "wangjianguo", size=PHONE).page

    reporter.goto("/m/report/")
    reporter.click("label.chip:has(input[value=injured])")
    reporter.click("form[data-outbox] .submit button")
    reporter.wait_for_url("**/m/reports/**")

    officer.wait_for_url("**/cases/*/", timeout=5_000)
    wait_for_stream(officer)
    officer.evaluate("window.same = true")
    responders = officer.locator("#panel-responders")
    expect(responders).to_contain_text("张强")

    nearest.goto("/m/")
    nearest.click("form[action$='/acknowledgement/'] button")
    nearest.wait_for_url("**/m/cases/**")
    started = time.monotonic()
    expect(responders).to_contain_text("已接警", timeout=A_SECOND)
    assert time.monotonic() - started < 1
    expect(reporter.locator(".sent")).to_contain_text("已接警", timeout=2 * A_SECOND)

    nearest.click("form[action$='/arrival/'] button")
    expect(responders).to_contain_text("已到场", timeout=2 * A_SECOND)
    nearest.click("button[name=result][value=worked]")
    expect(officer.locator("#panel-scene")).to_contain_text(
        "劝阻有效", timeout=2 * A_SECOND
    )
    nearest.click("form[action$='/control/'] button")
    nearest.click("#confirm [data-verb]")
    expect(officer.locator("#panel-clocks")).to_contain_text(
        "现场已控制", timeout=2 * A_SECOND
    )
    expect(officer.locator("#panel-timeline")).to_contain_text("现场已控制")
    assert officer.evaluate("window.same")  # it was never loaded again


def test_task_needs_an_entry_and_skipping_a_reason(
    shared_installation: Installation, rooms: dict[str, str], sign_in: SignIn
) -> None:
    page = open_room(shared_installation, sign_in, rooms["lobby"])
    tasks = page.locator("#panel-tasks")

    tasks.get_by_role("link", name="口头劝阻，并记录结果").click()
    sheet(page).locator("textarea").fill("   ")
    send(page)
    expect(sheet(page).locator(".error")).to_be_visible()
    sheet(page).locator("textarea").fill("说了三次，对方坐下了")
    send(page)
    is_done(page)
    expect(tasks.locator(".task.done")).to_contain_text("口头劝阻，并记录结果")
    written = on_record(shared_installation, rooms["lobby"])
    assert written["case.task_done"] == 1, (page.url, written)

    tasks.get_by_role("link", name="请围观的人离开").click()
    sheet(page).get_by_role("link", name="跳过这项任务").click()
    reason = sheet(page).locator("textarea[name=reason]")
    reason.fill("  ")
    send(page)
    expect(sheet(page).locator(".error")).to_be_visible()
    reason.fill("没有人围观")
    send(page)
    is_done(page)
    expect(tasks.locator(".task.skipped")).to_contain_text("没有人围观")
    assert on_record(shared_installation, rooms["lobby"])["case.task_skipped"] == 1


def test_room_is_worked_in_on_a_phone(
    shared_installation: Installation,
    rooms: dict[str, str],
    sign_in: SignIn,
    tmp_path: Path,
) -> None:
    """A duty officer who is not at the desk: answers, sets the level, proves a task."""
    number = rooms["lobby"]
    before = on_record(shared_installation, number)
    page = open_room(shared_installation, sign_in, number, PHONE)
    file = tmp_path / "scene.jpg"
    file.write_bytes(JPEG)

    page.get_by_role("button", name="代登记接警").first.click()
    expect(page.locator("#panel-responders")).to_contain_text("已接警")
    page.locator("#panel-scene").get_by_role("link", name="定级").click()
    sheet(page).get_by_label("较大").check()
    send(page)
    is_done(page)
    expect(page.locator("#panel-head .sev")).to_have_text("较大")
    page.locator("#tasks-later summary").click()
    page.get_by_role("link", name="拍摄现场：全景、方位、细节，带标尺").click()
    page.set_input_files("dialog input[name=photos]", file)
    send(page)
    is_done(page)

    expect(page.locator("#panel-timeline a[href*='/photos/']")).to_have_count(1)
    written = on_record(shared_installation, number) - before
    for kind in ("incident.responder_acknowledged", "case.severity_set"):
        assert written[kind] == 1
    assert written["case.task_done"] == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_raising_the_severity_adds_tasks_and_lowering_is_refused(
    shared_installation: Installation, rooms: dict[str, str], sign_in: SignIn
) -> None:
    page = open_room(shared_installation, sign_in, rooms["gate"])
    tasks = page.locator("#panel-tasks")
    first_aid = tasks.get_by_role("link", name="查看伤情，需要时先急救并拨打 120")
    expect(first_aid).to_have_count(0)

    page.locator("#panel-scene").get_by_role("link", name="定级").click()
    sheet(page).get_by_label("较大").check()
    send(page)
    is_done(page)
    expect(first_aid).to_be_visible()
    expect(page.locator("#panel-head .sev")).to_have_text("较大")

    page.locator("#panel-scene").get_by_role("link", name="定级").click()
    sheet(page).get_by_label("一般").check()
    sheet(page).locator("textarea[name=reason]").fill("看起来不重")
    send(page)
    expect(sheet(page).locator(".error")).to_contain_text("项目经理")
    page.keyboard.press("Escape")
    expect(page.locator("#panel-head .sev")).to_have_text("较大")


def test_calling_the_police_says_the_words_and_keeps_the_answer(
    shared_installation: Installation, rooms: dict[str, str], sign_in: SignIn
) -> None:
    page = open_room(shared_installation, sign_in, rooms["gate"])

    page.locator("#panel-calls").get_by_role("link", name="110").click()
    words = sheet(page).locator("blockquote.words")
    expect(words).to_contain_text("云栖市滨河区云栖路 88 号")
    expect(words).to_contain_text(PLACES["gate"])
    expect(sheet(page).locator("a[href='tel:110']")).to_be_visible()
    sheet(page).get_by_role("button", name="接通了", exact=True).click()

    sheet(page).locator("textarea[name=answer]").fill("已受理，八分钟到")
    assert (
        on_record(shared_installation, rooms["gate"])["incident.emergency_called"] == 1
    )
    sheet(page).locator("input[name=receipt]").fill("云公110-0417")
    send(page)
    is_done(page)
    expect(page.locator("#panel-scene")).to_contain_text("已受理，八分钟到")
    expect(page.locator("#panel-scene")).to_contain_text("云公110-0417")
    expect(page.locator("#panel-timeline")).to_contain_text("已受理，八分钟到")


def test_call_on_the_record_shows_in_the_room_when_the_answer_is_put_off(
    shared_installation: Installation, rooms: dict[str, str], sign_in: SignIn
) -> None:
    page = open_room(shared_installation, sign_in, rooms["flat"])

    page.locator("#panel-calls").get_by_role("link", name="120").click()
    sheet(page).get_by_role("button", name="接通了", exact=True).click()
    expect(sheet(page).locator("textarea[name=answer]")).to_be_visible()
    page.keyboard.press("Escape")

    is_done(page)
    scene = page.locator("#panel-scene")
    scene.get_by_role("link", name="登记答复").click()
    sheet(page).locator("textarea[name=answer]").fill("救护车出发")
    send(page)
    is_done(page)
    expect(scene).to_contain_text("救护车出发")


def test_party_is_described_then_identified_and_unmasked_on_the_record(
    shared_installation: Installation, rooms: dict[str, str], sign_in: SignIn
) -> None:
    page = open_room(shared_installation, sign_in, rooms["gate"])
    parties = page.locator("#panel-parties")

    parties.get_by_role("link", name="登记").click()
    sheet(page).get_by_label("涉事人").check()
    sheet(page).get_by_label("目击者").check()
    sheet(page).get_by_label("特征描述").fill("男，五十岁左右，蓝色工装")
    send(page)
    is_done(page)
    expect(parties).to_contain_text("身份待确认")

    parties.get_by_role("link", name="确认身份").click()
    sheet(page).get_by_label("姓名").fill("钟远山")
    sheet(page).get_by_label("电话").fill("19900002468")
    send(page)
    is_done(page)
    expect(parties).to_contain_text("钟*山")
    expect(parties).to_contain_text("199****2468")

    before = shared_installation.kinds()
    parties.get_by_role("link", name="查看", exact=True).click()
    sheet(page).get_by_label("查看的理由").fill("联系当事人")
    sheet(page).get_by_role("button", name="查看").click()
    expect(sheet(page)).to_contain_text(re.compile(r"199\s?0000\s?2468"))
    page.keyboard.press("Escape")
    is_done(page)
    looked = shared_installation.kinds() - before
    assert looked["customers.protected_field_read"] == 1
    expect(parties).not_to_contain_text("19900002468")


def test_note_is_struck_and_stays_readable(
    shared_installation: Installation, rooms: dict[str, str], sign_in: SignIn
) -> None:
    page = open_room(shared_installation, sign_in, rooms["assault"])
    line = page.locator("#entries > li", has_text="民警到场，警号 045521")

    page.locator(".composer .input").fill("民警到场，警号 045521")
    page.locator(".composer button").click()
    expect(line).to_have_count(1)
    expect(page.locator(".composer .input")).to_have_value("")

    line.hover()
    line.locator("a.strike").click()
    sheet(page).locator("textarea").fill("警号抄错")
    send(page)
    is_done(page)
    expect(line).to_have_class(re.compile("struck"))
    expect(line).to_contain_text("警号抄错")
    decoration = line.locator(".said, .quote").evaluate_all(
        "all => all.map((one) => getComputedStyle(one).textDecorationLine)"
    )
    assert "line-through" in decoration


def test_command_is_handed_over(
    shared_installation: Installation, rooms: dict[str, str], sign_in: SignIn
) -> None:
    page = open_room(shared_installation, sign_in, rooms["lobby"])
    lobby = f"/cases/{rooms['lobby']}/"
    watcher = sign_in(shared_installation, "hetao", path=lobby).page
    wait_for_stream(watcher)

    menu = page.locator("#panel-actions details:not([open]) summary")
    menu.click()
    page.get_by_role("button", name="由我指挥").click()
    expect(page.locator("#panel-head")).to_contain_text("现场指挥 周敏")
    menu.click()
    page.get_by_role("link", name="移交现场指挥").click()
    who = sheet(page).get_by_label("现场指挥")
    who.select_option(who.locator("option", has_text="孙磊").get_attribute("value"))
    send(page)
    is_done(page)

    expect(page.locator("#panel-head")).to_contain_text("现场指挥 孙磊")
    expect(watcher.locator("#panel-head")).to_contain_text("现场指挥 孙磊")
    assert on_record(shared_installation, rooms["lobby"])["case.command_taken"] == 2


def test_visitors_report_attaches_and_is_split_off(
    shared_installation: Installation, rooms: dict[str, str], sign_in: SignIn
) -> None:
    page = open_room(shared_installation, sign_in, rooms["closet"])
    reports = page.locator("#panel-reports")
    code = shared_installation.rows(
        "SELECT code FROM accounts_place WHERE label = ?", PLACES["closet"]
    )[0][0]

    visitor = sign_in(shared_installation, size=PHONE, path=f"/q/{code}").page
    visitor.locator("textarea[name=words]").fill("十五楼在吵，有人倒地")
    visitor.get_by_role("button", name="立即上报").click()
    visitor.wait_for_url("**/f/**")

    expect(visitor.locator("body")).to_contain_text(rooms["closet"])
    expect(reports).to_contain_text("十五楼在吵，有人倒地")
    page.get_by_role("button", name="不是同一件事，分出").click()
    expect(reports).not_to_contain_text("十五楼在吵，有人倒地")
    visitor.reload()
    expect(visitor.locator("body")).not_to_contain_text(rooms["closet"])


def test_double_click_does_not_press_what_came_in_its_place(
    shared_installation: Installation, rooms: dict[str, str], sign_in: SignIn
) -> None:
    page = open_room(shared_installation, sign_in, rooms["closet"])
    button = page.get_by_role("button", name="代登记接警").first
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    for press in (1, 2):
        page.mouse.down(click_count=press)
        page.mouse.up(click_count=press)
        page.wait_for_timeout(250)  # a hurried hand; the panel has come anew meanwhile

    expect(page.locator("#panel-responders")).to_contain_text("已接警")
    written = on_record(shared_installation, rooms["closet"])
    assert written["incident.responder_acknowledged"] == 1
    assert written["incident.responder_arrived"] == 0


def test_phase_waits_for_its_binding_tasks(
    shared_installation: Installation, rooms: dict[str, str], sign_in: SignIn
) -> None:
    number = rooms["assault"]
    page = open_room(shared_installation, sign_in, number)
    now = page.locator("#panel-phases [aria-current=step]")
    expect(now).to_contain_text("保护与控制")

    page.get_by_role("link", name="进入下一阶段").click()
    expect(sheet(page)).to_contain_text("记录是否使用了力量")
    expect(sheet(page).get_by_role("button", name="进入下一阶段")).to_have_count(0)
    sheet(page).get_by_role("link", name="记录是否使用了力量").click()
    sheet(page).locator("textarea").fill("未使用")
    send(page)
    is_done(page)

    page.get_by_role("link", name="进入下一阶段").click()
    sheet(page).get_by_role("button", name="进入下一阶段").click()
    is_done(page)
    expect(now).to_contain_text("收集证据")
    assert on_record(shared_installation, number)["case.phase_entered"] == 1


def test_closing_waits_for_the_tasks_shows_the_times_and_can_be_undone(
    shared_installation: Installation, rooms: dict[str, str], sign_in: SignIn
) -> None:
    number = rooms["flat"]
    shared_installation.shell(FINISH.format(number=number, leave=1))
    page = sign_in(shared_installation, "zhoumin").go(f"/cases/{number}/closing/")

    expect(page.get_by_role("button", name="办结")).to_have_count(0)
    page.locator("main .rows a").first.click()
    page.locator("textarea").fill("已办")
    page.locator("form.form button").click()
    page.wait_for_url(f"**/cases/{number}/")

    page.goto(f"/cases/{number}/closing/")
    page.get_by_role("button", name="办结").click()
    page.locator("dialog#confirm button[value=yes]").click()
    expect(page.locator("main")).to_contain_text("办结小结")
    times = page.locator("main table")
    for step in ("接警", "到场", "控制", "办结"):
        expect(times).to_contain_text(step)
    expect(times).to_contain_text("≤")

    page.goto(f"/cases/{number}/")
    page.get_by_role("link", name="重新打开").click()
    sheet(page).locator("textarea").fill("受害人补充了情况")
    with page.expect_navigation():
        send(page)
    expect(page.locator("#panel-timeline")).to_contain_text("受害人补充了情况")
    expect(page.locator("#panel-head")).not_to_contain_text("已办结")
