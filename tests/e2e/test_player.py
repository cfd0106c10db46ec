"""Several cameras in step in a browser, on clocks that are wrong by different amounts."""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Page, expect

from anlan.play.recorder import SimulatedRecorder
from tests.e2e.conftest import PHONE, Installation, SignIn
from tests.e2e.test_pages import faults_of
from tests.e2e.test_recordings import shoot

# Two recorders: one a minute and a half ahead, the other 4.2 seconds behind.
CLOCKS = {"CAM-07": 90_000, "CAM-01": -4_200}
LABELS = {"CAM-07": "3 号楼 B1 车库 东区 12 号车位", "CAM-01": "园区 南门"}
RATE = 25
MINUTES = 2
WATCHED = float(os.environ.get("ANLAN_PLAYED_SECONDS", "20"))
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
    begin = (case.opened_at - timedelta(minutes=1)).replace(microsecond=0)
    for name, offset, label in {rows!r}:
        recorder = services.register_recorder(site=site, name="录像机" + name,
            kind=RecorderKind.FOLDER, days_kept=30,
            settings={{"folder": "{folder}/" + name}}, by=SYSTEM, at=now)
        services.compare_clock(recorder=recorder, true=now,
            shown=now + timedelta(milliseconds=offset), by=SYSTEM, at=now)
        recorder.refresh_from_db()
        camera = services.register_camera(recorder=recorder, name=name, code="cam",
            place=Place.objects.get(site=site, label=label), by=SYSTEM, at=now)
        made = services.want_recording(case=case, camera=camera, wanted_from=begin,
            wanted_to=begin + timedelta(minutes={minutes}), by=SYSTEM, at=now)
        print(name, made.uid, begin.isoformat())
"""


def film_both(installation: Installation) -> dict[str, tuple[str, datetime]]:
    """Both cameras' recordings are on their recorders, then wanted; CAM-01 has a gap."""
    number = installation.story["number"]
    ((opened,),) = installation.rows(
        "SELECT opened_at FROM cases_case WHERE number = ?", number
    )
    begin = datetime.fromisoformat(opened).replace(microsecond=0, tzinfo=UTC)
    begin -= timedelta(minutes=1)
    folder = installation.data / "recorders"
    for name, offset in CLOCKS.items():
        recorder = SimulatedRecorder(
            root=folder / name, offset=timedelta(milliseconds=offset), rate=RATE
        )
        # A name says whole seconds of the recorder's clock.
        first = begin - timedelta(milliseconds=(offset % 1000))
        made = recorder.record("cam", first, first + timedelta(minutes=MINUTES + 0.5))
        if name == "CAM-01":
            for path in made[8:10]:
                path.unlink()
    rows = [(name, offset, LABELS[name]) for name, offset in CLOCKS.items()]
    said = installation.shell(
        REGISTER.format(number=number, folder=folder, rows=rows, minutes=MINUTES)
    )
    lines = [line.split() for line in said.splitlines() if line.startswith("CAM-")]
    return {name: (uid, datetime.fromisoformat(at)) for name, uid, at in lines}


def wait_for_films(installation: Installation, count: int) -> None:
    until = time.monotonic() + 90
    query = (
        "SELECT count(*) FROM evidence_derivative d JOIN evidence_recording r"
        " ON r.id = d.recording_id JOIN evidence_camera c ON c.id = r.camera_id"
        " WHERE d.kind = 'viewing' AND d.is_current AND r.view_at IS NULL"
        " AND r.state IN ('saved', 'partly') AND c.name IN ('CAM-07', 'CAM-01')"
    )
    while installation.rows(query) != [(count,)]:
        rows = installation.rows(
            "SELECT d.kind, d.is_current, d.begin, d.end, d.blob_id, r.state, r.view_at"
            " FROM evidence_derivative d JOIN evidence_recording r"
            " ON r.id = d.recording_id"
        )
        assert time.monotonic() < until, (rows, installation.log("worker"))
        time.sleep(0.2)


def enter(page: Page, number: str) -> None:
    page.goto(f"/cases/{number}/recordings/")
    page.get_by_role("link", name="同步播放").click()
    page.fill("textarea[name=reason]", "核对谁先动手")
    page.get_by_role("button", name="登记并播放").click()
    expect(page.locator("footage-player video")).to_have_count(2)
    page.evaluate("customElements.whenDefined('footage-player')")


def go(page: Page, moment: datetime) -> None:
    """To a moment, and wait until both show it."""
    page.evaluate(
        "at => document.querySelector('footage-player').go(at)",
        moment.timestamp() * 1000,
    )
    page.wait_for_function(
        """() => {
          const player = document.querySelector("footage-player");
          const shows = ({ video, film }) => !film || (video.readyState > 1 && !video.seeking);
          return player.tiles.every((tile) => tile.film == tile.filmAt(player.moment)
            && shows(tile) && Math.abs(tile.drift(player.moment) ?? 0) < 2);
        }"""
    )


def picture_of(page: Page, number: int) -> Image.Image:
    data = page.evaluate(
        """async (number) => {
          const video = document.querySelectorAll("footage-player video")[number];
          const canvas = document.createElement("canvas");
          Object.assign(canvas, { width: video.videoWidth, height: video.videoHeight });
          canvas.getContext("2d").drawImage(video, 0, 0);
          return canvas.toDataURL("image/png").split(",")[1];
        }""",
        number,
    )
    return Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")


def originals_around(
    folder: Path, shown: datetime, *, frames: int
) -> list[tuple[float, Image.Image]]:
    """The pictures of the original around a moment of its clock, with their distance."""
    for path in sorted(folder.glob("*.ts")):
        begin = datetime.strptime(f"{path.stem} +0800", "%Y%m%d-%H%M%S %z")
        place = (shown - begin).total_seconds()
        if 0 <= place < 10:
            break
    raw = subprocess.run(
        [
            *("ffmpeg", "-nostdin", "-v", "error", "-i", str(path)),
            *("-f", "rawvideo", "-pix_fmt", "rgb24", "-"),
        ],
        check=True,
        capture_output=True,
    ).stdout
    size = 320 * 180 * 3
    now = int(place * RATE)
    return [
        (
            (index - now) / RATE,
            Image.frombytes("RGB", (320, 180), raw[index * size : (index + 1) * size]),
        )
        for index in range(max(0, now - frames), now + frames + 1)
        if (index + 1) * size <= len(raw)
    ]


def nearest(picture: Image.Image, around: list[tuple[float, Image.Image]]) -> float:
    def distance(other: Image.Image) -> float:
        return sum(ImageStat.Stat(ImageChops.difference(picture, other)).mean)

    return min(around, key=lambda pair: distance(pair[1]))[0]


def test_cameras_with_wrong_clocks_show_the_same_true_moment(
    told_installation: Installation, sign_in: SignIn
) -> None:
    made = film_both(told_installation)
    wait_for_films(told_installation, 3)
    number = told_installation.story["number"]
    page = sign_in(told_installation, "zhoumin").page
    before = told_installation.kinds()
    enter(page, number)
    assert told_installation.kinds()["evidence.footage_asked"] == 2

    begin = made["CAM-07"][1]
    names = page.locator("footage-player .pick").all_inner_texts()
    for second in (20.02, 57.5, 110.3):
        moment = begin + timedelta(seconds=second)
        go(page, moment)
        for place, name in enumerate(text.split()[0] for text in names):
            shown = moment + timedelta(milliseconds=CLOCKS[name])
            folder = told_installation.data / "recorders" / name / "cam"
            around = originals_around(folder, shown, frames=6)
            assert nearest(picture_of(page, place), around) == 0.0, (name, second)
    shoot(page, "player")
    assert faults_of(page, "player") == []

    # In the gap the camera has no picture, and says why.
    go(page, begin + timedelta(seconds=86))
    gap = page.locator("footage-player .shot", has_text="CAM-01").locator(".none")
    expect(gap).to_have_text("缺失")
    shoot(page, "player-gap")

    drifts = play(page, begin + timedelta(seconds=5), seconds=WATCHED)
    (told_installation.data / "drifts.json").write_text(json.dumps(drifts))
    assert drifts["apart"] <= 40
    kinds = told_installation.kinds()
    assert kinds["evidence.footage_opened"] > before["evidence.footage_opened"]


def play(page: Page, moment: datetime, *, seconds: float) -> dict[str, float]:
    """How far the cameras are from each other after some seconds, in milliseconds."""
    go(page, moment)
    page.keyboard.press("Space")
    page.wait_for_function(
        "() => { const p = document.querySelector('footage-player');"
        " return p.isPlaying && !p.isWaiting; }"
    )
    apart = page.evaluate(
        """(seconds) => new Promise((done) => {
          const player = document.querySelector("footage-player");
          const began = performance.now();
          const start = player.now();
          const found = [];
          const look = () => {
            const passed = (performance.now() - began) / 1000;
            const drifts = player.tiles.map((tile) => tile.drift(player.now()));
            if (passed > 2 && !player.isWaiting && drifts.every((one) => one !== null))
              found.push(Math.max(...drifts) - Math.min(...drifts));
            if (passed < seconds) return setTimeout(look, 50);
            found.sort((a, b) => a - b);
            done({ apart: found.at(-1), typical: found[Math.floor(found.length / 2)],
              samples: found.length, shown: (player.now() - start) / 1000, passed });
          };
          look();
        })""",
        seconds,
    )
    page.keyboard.press("Space")
    return dict(apart)


def test_marks_and_a_picture_of_a_moment_on_the_phone(
    told_installation: Installation, sign_in: SignIn
) -> None:
    made = film_both(told_installation)
    wait_for_films(told_installation, 3)
    number = told_installation.story["number"]
    page = sign_in(told_installation, "zhoumin", size=PHONE).page
    enter(page, number)
    moment = made["CAM-07"][1] + timedelta(seconds=70.1)
    go(page, moment)
    shoot(page, "phone-player")
    assert faults_of(page, "player") == []

    # One is large at first; a tap makes the other so.
    expect(page.locator(".shot.is-large")).to_have_count(1)
    page.locator(".shot:not(.is-large) .pick").click()
    page.get_by_label("这一刻看到什么").fill("甲先推人")
    page.get_by_role("button", name="在这一刻作标记").click()
    expect(page.locator("#player-happenings .is-mark")).to_contain_text("甲先推人")
    page.get_by_role("button", name="截取这一刻").click()
    expect(page.locator("#player-still")).to_contain_text("已存为证据")

    page.keyboard.press(".")
    stepped = page.evaluate("() => document.querySelector('footage-player').moment")
    assert 0 < stepped - moment.timestamp() * 1000 <= 1500 / RATE
    page.locator("#player-happenings .is-mark button").click()
    back = page.evaluate("() => document.querySelector('footage-player').moment")
    assert back == round(moment.timestamp() * 1000)
    kinds = told_installation.kinds()
    assert kinds["evidence.footage_marked"] == kinds["evidence.still_taken"] == 1


def test_without_script_each_recording_is_a_link(
    told_installation: Installation, sign_in: SignIn
) -> None:
    film_both(told_installation)
    wait_for_films(told_installation, 3)
    number = told_installation.story["number"]
    page = sign_in(told_installation, "zhoumin", java_script_enabled=False).page
    page.goto(f"/cases/{number}/recordings/player/")
    page.fill("textarea[name=reason]", "核对谁先动手")
    page.get_by_role("button", name="登记并播放").click()

    expect(page.locator("noscript a")).to_have_count(2)
    expect(page.locator("footage-player")).to_be_hidden()
