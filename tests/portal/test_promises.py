"""What the reporter sees of our promises, and what they take along; no names."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as configured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pytest_django import Settings

from anlan.cases import services as cases
from anlan.cases.models import Task
from anlan.incidents import services as incidents
from anlan.incidents.enums import EmergencyService
from anlan.incidents.models import Incident, Report
from anlan.portal import visitors
from anlan.portal.progress import progress_of
from anlan.portal.promises import Step, steps_of
from anlan.portal.record import own_files
from tests.moment import forget_counts
from tests.phone.test_views import PNG
from tests.portal.test_views import report
from tests.resolution.legal.reported import reported
from tests.scene import Scene


@pytest.fixture(autouse=True)
def _data_folder_and_clock(
    settings: Settings, tmp_path: Path, at: datetime
) -> Iterator[None]:
    settings.DATA = tmp_path
    with time_machine.travel(at, tick=False):
        forget_counts()
        yield


@pytest.fixture
def poster(scene: Scene) -> str:
    return f"/q/{scene.garage.code}"


def steps(at: datetime) -> dict[str, Step]:
    made = Report.objects.get()
    found = steps_of(made, incident=Incident.objects.get(), at=at)
    return {step.measure.key: step for step in found}


def called(scene: Scene, incident: Incident, *, at: datetime) -> None:
    incidents.record_emergency_call(
        incident=incident, service=EmergencyService.POLICE, by=scene.officer, at=at
    )


def other_picture() -> bytes:
    made = BytesIO()
    Image.new("RGB", (3, 3), "red").save(made, "PNG")
    return made.getvalue()


def told(at: datetime) -> dict[str, str]:
    return {key: step.state for key, step in steps(at).items()}


def test_each_promise_has_its_due_time(
    scene: Scene, client: Client, poster: str, at: datetime
) -> None:
    address = report(client, poster)

    assert told(at) == {
        "incident.acknowledge": "进行中",
        "incident.confirm": "进行中",
        "incident.arrive": "还没有开始计时",
        "incident.control": "进行中",
        "call_police": "进行中",
        "save_recordings": "进行中",
        "incident.close": "进行中",
    }
    due = {key: step.due_at for key, step in steps(at).items()}
    assert due["incident.acknowledge"] == at + timedelta(seconds=30)
    assert due["incident.control"] == at + timedelta(minutes=10)
    assert due["incident.close"] == at + timedelta(days=7)
    page = client.get(address).content.decode()
    shown = page.partition("data-follow=")[2].partition("data-look")[0]
    assert "有人接警（30 秒以内）" in shown
    assert "进行中" in shown
    assert "期限" in shown


def test_what_was_not_done_in_time_says_so(
    scene: Scene, client: Client, poster: str, at: datetime
) -> None:
    address = report(client, poster)
    later = at + timedelta(minutes=11)

    assert told(later)["incident.acknowledge"] == "已超时"
    assert told(later)["incident.control"] == "已超时"
    assert told(later)["call_police"] == "已超时"
    with time_machine.travel(later, tick=False):
        assert "已超时" in client.get(address).content.decode()


def test_what_was_kept_says_when_and_by_how_much_it_was_late(
    scene: Scene, client: Client, poster: str, at: datetime
) -> None:
    report(client, poster)
    incident = Incident.objects.get()
    incidents.acknowledge(
        assignment=scene.assignment(incident, scene.guard), by=scene.guard, at=at
    )
    late = at + timedelta(minutes=12)
    incidents.record_emergency_call(
        incident=incident, service=EmergencyService.POLICE, by=scene.officer, at=late
    )

    found = steps(late)

    assert found["incident.acknowledge"].state == "按时做到"
    assert found["incident.acknowledge"].ended_at == at
    assert found["incident.arrive"].state == "已超时"
    assert found["call_police"].state == "超时做到"
    assert found["call_police"].late_words == "2 分 00 秒"


def test_what_was_left_out_is_not_kept(
    scene: Scene, client: Client, poster: str, at: datetime
) -> None:
    report(client, poster)
    cases.skip_task(
        task=Task.objects.get(key="save_recordings"),
        reason="这里没有摄像头",
        by=scene.manager,
        at=at,
    )

    step = steps(at)["save_recordings"]

    assert step.state == "没有做，写明了理由"
    assert step.ended_at is None


def test_a_false_alarm_waits_for_nothing(
    scene: Scene, client: Client, poster: str, at: datetime
) -> None:
    report(client, poster)
    scene.call_off(Incident.objects.get(), at=at)

    assert told(at)["incident.control"] == "误报，不再计时"


def test_a_false_alarm_leaves_nothing_undone_and_takes_back_no_call(
    scene: Scene, client: Client, poster: str, at: datetime
) -> None:
    report(client, poster)
    incident = Incident.objects.get()
    called(scene, incident, at=at + timedelta(minutes=1))
    scene.call_off(incident, at=at + timedelta(minutes=3))

    found = steps(at + timedelta(minutes=4))

    assert Task.objects.get(key="call_police").state == "skipped"
    assert found["call_police"].state == "按时做到"
    assert found["call_police"].ended_at == at + timedelta(minutes=1)
    assert Task.objects.get(key="save_recordings").state == "skipped"
    assert found["save_recordings"].state == "误报，不再计时"
    assert found["save_recordings"].tone == "brand"


def test_what_two_people_decided_of_the_police_is_kept_until_it_ends(
    scene: Scene, client: Client, poster: str, at: datetime
) -> None:
    report(client, poster)
    incident = Incident.objects.get()
    incidents.set_severity(
        incident=incident, severity=1, reason="只是争吵", by=scene.manager, at=at
    )
    waiver = incidents.propose_police_waiver(
        incident=incident, reason="双方已和解，都不要求报警", by=scene.officer, at=at
    )
    assert told(at)["call_police"] == "进行中"
    incidents.decide_police_waiver(
        waiver=waiver, approved=True, by=scene.manager, at=at + timedelta(minutes=5)
    )

    later = at + timedelta(minutes=11)
    assert told(later)["call_police"] == "按时做到"
    incidents.set_severity(incident=incident, severity=3, by=scene.manager, at=later)

    assert told(later)["call_police"] == "已超时"


@pytest.mark.parametrize("way", ["a call in a joined case", "a report in writing"])
def test_the_police_know_however_they_were_told(
    scene: Scene, client: Client, poster: str, at: datetime, way: str
) -> None:
    report(client, poster)
    incident = Incident.objects.get()
    soon, later = at + timedelta(minutes=5), at + timedelta(minutes=11)
    if way == "a report in writing":
        reported(scene, incident.case, happened=soon, at=soon)
    else:
        other = scene.incident(place=scene.place("园区 南门"))
        called(scene, other, at=soon)
        cases.join_cases(
            case=other.case, host=incident.case, by=scene.officer, at=later
        )

    made = Report.objects.get(channel="public")
    (step,) = (
        one
        for one in steps_of(made, incident=incident, at=later)
        if one.measure.key == "call_police"
    )

    assert progress_of(made).is_police_called
    assert (step.state, step.ended_at) == ("按时做到", soon)


@pytest.mark.parametrize("way", ["", "?file=1"])
def test_a_report_that_was_split_off_keeps_its_words_and_files(
    scene: Scene, client: Client, poster: str, at: datetime, way: str
) -> None:
    first = scene.report()
    address = report(client, poster)
    client.post(f"{address}/words", {"words": "他往南门跑了"})
    client.post(f"{address}/files", {"files": SimpleUploadedFile("a.png", PNG)})
    cases.write_note(case=first.incident.case, text="内部记录", by=scene.guard, at=at)
    own = Report.objects.get(channel="public")
    assert own.incident == first.incident
    incidents.split_report(report=own, by=scene.officer, at=at)

    text = client.get(f"{address}/record{way}").content.decode()

    assert "他往南门跑了" in text
    assert hashlib.sha256(PNG).hexdigest() in text
    assert "内部记录" not in text


def test_what_a_colleague_added_to_a_report_is_not_its_reporters(
    scene: Scene, client: Client, poster: str, at: datetime
) -> None:
    address = report(client, poster)
    client.post(f"{address}/files", {"files": SimpleUploadedFile("a.png", PNG)})
    made = Report.objects.get()
    theirs = incidents.attach(
        report=made, chunks=[other_picture()], by=scene.guard, at=at
    )

    assert [file.sha256 for file in own_files(made)] == [
        hashlib.sha256(PNG).hexdigest()
    ]
    for page in (address, f"{address}/record", f"{address}/record?file=1"):
        assert theirs.sha256 not in client.get(page).content.decode()
    assert len(client.get(address).context["files"]) == 1


@pytest.mark.parametrize("way", ["", "?file=1"])
def test_the_record_has_what_they_said_and_sent_and_nobody_else(
    scene: Scene, client: Client, poster: str, at: datetime, way: str
) -> None:
    address = report(client, poster)
    client.post(f"{address}/words", {"words": "他往南门跑了"})
    client.post(f"{address}/files", {"files": SimpleUploadedFile("a.png", PNG)})
    incident = Incident.objects.get()
    cases.write_note(case=incident.case, text="内部记录", by=scene.guard, at=at)
    incidents.acknowledge(
        assignment=scene.assignment(incident, scene.guard), by=scene.guard, at=at
    )

    answer = client.get(f"{address}/record{way}")

    assert "no-store" in answer["Cache-Control"]
    text = answer.content.decode()
    for own in (
        incident.case.number,
        scene.garage.label,
        "有人打人",
        "他往南门跑了",
        hashlib.sha256(PNG).hexdigest(),
        "有人接警",
        "按时做到",
        "12348",
        "12345",
        "12315",
        "行业协会",
        "找媒体",
        "建议",
    ):
        assert own in text
    assert "内部记录" not in text
    for person in scene.organisation.user_set.all():
        assert person.name not in text
    is_file = "attachment" in answer.headers.get("Content-Disposition", "")
    assert is_file == bool(way)


def test_the_record_is_behind_the_secret_and_not_without_limit(
    scene: Scene, client: Client, poster: str
) -> None:
    address = report(client, poster)
    assert client.get(f"{address[:-3]}xyz/record").status_code == 404
    for _look in range(visitors.MOST_RECORDS):
        assert client.get(f"{address}/record").status_code == 200

    assert client.get(f"{address}/record").status_code == 429
    incidents.revoke_report_links(
        report=Report.objects.get(), by=scene.officer, at=scene.at
    )
    assert client.get(f"{address}/record").status_code == 404


def test_the_record_speaks_the_language_of_the_reader(
    scene: Scene, client: Client, poster: str
) -> None:
    address = report(client, poster)
    client.cookies[configured.LANGUAGE_COOKIE_NAME] = "en"

    text = client.get(f"{address}/record?file=1").content.decode()

    assert "Every step we promised" in text
    assert "The competent authority" in text


def test_each_number_stands_once_on_the_page_that_is_followed(
    client: Client, poster: str
) -> None:
    page = client.get(report(client, poster)).content.decode()

    for number in ("12348", "12345", "12315", "12356"):
        assert page.count(f'href="tel:{number}"') == 1, number
