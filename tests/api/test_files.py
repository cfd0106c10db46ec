"""Files over the API: up, listed, down; twice, too large, no file, somebody else's."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from anlan.api.docs import themes_of
from anlan.api.root import api as whole_api
from anlan.base import vault
from anlan.cases.models import Task, TaskPhoto
from anlan.config import front
from anlan.evidence.enums import Scan
from anlan.evidence.models import Blob
from anlan.incidents import services as incidents
from anlan.incidents.models import Attachment
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from tests.api.conftest import Api, Upload, give_token
from tests.pictures import CUT, JPEG, OTHER_JPEG, PAGE, PDF, PROGRAM
from tests.scene import Scene


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def task(scene: Scene) -> Task:
    return scene.incident().case.tasks.get(key="scene_photos")


def entries(kind: str) -> int:
    return Entry.objects.filter(kind=kind).count()


def test_a_photo_proves_a_task(scene: Scene, task: Task, speak: Any) -> None:
    guard, url = speak(scene.guard), f"/tasks/{task.uid}"
    refused = guard.post(f"{url}/completion", {"words": "拍了"})
    assert (refused.status, refused.paths) == (422, ["photos"])

    added = guard.post(f"{url}/photos", Upload(JPEG))
    done = {"words": "全景", "request_id": str(uuid4())}
    first = guard.post(f"{url}/completion", done)
    again = guard.post(f"{url}/completion", done)

    assert added.body == guard.get(f"{url}/photos").body[0]
    assert (added.body["media_type"], added.body["size"]) == ("image/jpeg", len(JPEG))
    assert first.body["state"] == "done"
    assert again.body == first.body
    assert entries("case.task_done") == 1
    assert speak(scene.officer).get(f"/photos/{added.body['uid']}").body == JPEG
    assert entries("case.task_photo_opened") == 1
    opened = Entry.objects.get(kind="case.task_photo_opened")
    assert json.loads(bytes(opened.data or b"")) == {
        "sha256": hashlib.sha256(JPEG).hexdigest(),
        "way": "downloaded",
        "first": 0,
        "last": len(JPEG) - 1,
    }
    assert verify().is_sound


def test_a_report_takes_photo_and_paper(scene: Scene, speak: Any) -> None:
    report = scene.report()
    mine, url = speak(scene.person("lixiang")), f"/reports/{report.uid}/attachments"

    made = [mine.post(url, Upload(content)).body for content in (JPEG, PDF)]

    assert [file["media_type"] for file in made] == ["image/jpeg", "application/pdf"]
    assert {file["report"] for file in made} == {str(report.uid)}
    assert mine.get(url).body == made
    case = f"/cases/{report.incident.case.number}/attachments"
    assert speak(scene.officer).get(case).body == made
    paper = speak(scene.officer).get(f"/attachments/{made[1]['uid']}")
    assert paper.body == PDF
    assert paper.headers["Content-Disposition"].startswith("attachment")
    assert paper.headers["X-Content-Type-Options"] == "nosniff"
    assert entries("incident.attachment_opened") == 1


def test_infected_file_of_a_report_is_refused(scene: Scene, speak: Any) -> None:
    row = incidents.attach(
        report=scene.report(), chunks=[PDF], by=scene.guard, at=scene.at
    )
    Blob.objects.filter(sha256=row.sha256).update(scan=Scan.INFECTED, scan_note="Eicar")

    assert speak(scene.officer).get(f"/attachments/{row.uid}").status == 409


@pytest.fixture(params=["photos", "attachments"])
def where(request: pytest.FixtureRequest, scene: Scene, task: Task) -> str:
    """The address of either kind of upload."""
    report = task.case.incident.reports.get()
    return {
        "photos": f"/tasks/{task.uid}/photos",
        "attachments": f"/reports/{report.uid}/attachments",
    }[request.param]


@pytest.mark.both
def test_the_same_request_is_one_file(scene: Scene, where: str, speak: Any) -> None:
    guard, once = speak(scene.guard), {"request_id": str(uuid4())}

    first = guard.post(where, Upload(JPEG, once))
    again = guard.post(where, Upload(JPEG, once))
    other = guard.post(where, Upload(OTHER_JPEG, once))
    without = guard.post(where, Upload(JPEG))

    assert (first.status, again.body, without.body) == (201, first.body, first.body)
    assert (other.status, other.code) == (409, "conflict")
    assert TaskPhoto.objects.count() + Attachment.objects.count() == 1


@pytest.mark.parametrize("content", [b"", PROGRAM, PAGE], ids=["empty", "exe", "html"])
def test_what_is_no_file_of_ours(
    scene: Scene, where: str, speak: Any, content: bytes
) -> None:
    before = Entry.objects.count()

    answer = speak(scene.guard).post(where, Upload(content))

    assert (answer.status, answer.code, answer.paths) == (422, "invalid", ["file"])
    assert Entry.objects.count() == before


def test_a_photo_that_breaks_off(scene: Scene, task: Task, speak: Any) -> None:
    answer = speak(scene.guard).post(f"/tasks/{task.uid}/photos", Upload(CUT))

    assert (answer.status, answer.paths) == (422, ["file"])


def test_wrong_fields_are_named(scene: Scene, where: str, speak: Any) -> None:
    guard = speak(scene.guard)
    wrong_id = guard.post(where, Upload(JPEG, {"request_id": "7"}))
    misspelt = guard.post(where, Upload(JPEG, name="photo"))
    no_form = guard.post(where, {"file": "x"})

    assert (wrong_id.status, wrong_id.paths) == (422, ["request_id"])
    assert (misspelt.status, misspelt.paths) == (422, ["file"])
    assert (no_form.status, no_form.paths) == (422, ["file"])


def test_a_form_that_cannot_be_read(scene: Scene, where: str, at: Any) -> None:
    secret = give_token(scene.guard, at)
    answer = Client().post(
        f"/api/v1{where}",
        data=b"x",
        content_type="multipart/form-data",
        headers={"Authorization": f"Bearer {secret}"},
    )

    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "invalid"


def test_too_large(
    scene: Scene, where: str, speak: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault, "MOST_BYTES", len(JPEG) - 1)

    answer = speak(scene.guard).post(where, Upload(JPEG))

    assert (answer.status, answer.code, answer.paths) == (413, "too_large", ["file"])
    assert front.most_of(f"/api/v1{where}") == front.MOST_UPLOAD_BYTES


def test_a_done_task_takes_no_more(scene: Scene, task: Task, speak: Any) -> None:
    guard, url = speak(scene.guard), f"/tasks/{task.uid}"
    guard.post(f"{url}/photos", Upload(JPEG))
    guard.post(f"{url}/completion", {})

    answer = guard.post(f"{url}/photos", Upload(OTHER_JPEG))

    assert (answer.status, answer.code) == (409, "conflict")


def test_unknown_things(scene: Scene, speak: Any) -> None:
    api: Api = speak(scene.officer)
    for path in ("tasks/{}/photos", "reports/{}/attachments"):
        assert api.post(f"/{path.format(uuid4())}", Upload(JPEG)).status == 404
    for path in ("photos/{}", "attachments/{}"):
        assert api.get(f"/{path.format(uuid4())}").status == 404


def test_the_page_of_operations_names_the_fields() -> None:
    schema = whole_api.get_openapi_schema(path_prefix="/api/v1/")
    files = next(theme for theme in themes_of(schema) if theme.name == "files")
    shown = {one.name: one for one in files.operations}

    names = {field.name for field in shown["add_task_photo"].body}
    assert names == {"request_id", "file"}
    answers = schema["paths"]["/api/v1/photos/{uid}"]["get"]["responses"][200]
    assert set(answers["content"]) == set(vault.MEDIA_TYPES.values())


@pytest.mark.parametrize(("name", "most"), [("title", 120), ("how", 500)])
def test_words_of_an_exhibit_are_whole_or_refused(
    scene: Scene, task: Task, speak: Any, name: str, most: int
) -> None:
    guard, url = speak(scene.guard), f"/cases/{task.case.number}/exhibits"

    refused = guard.post(url, Upload(JPEG, {name: "长" * (most + 1)}))
    made = guard.post(url, Upload(JPEG, {name: "长" * most}))

    assert (refused.status, refused.paths) == (422, [name])
    assert made.body[name] == "长" * most
