"""Things that are evidence over the API: the same steps, signed, once."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import Settings

from anlan.evidence.models import CustodyStep, Exhibit
from anlan.play.pictures import signature
from tests.api.conftest import Api
from tests.evidence.objects import umbrella
from tests.pictures import JPEG
from tests.scene import Scene

pytestmark = pytest.mark.both


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def thing(scene: Scene) -> Exhibit:
    return umbrella(scene, scene.incident().case)


@pytest.fixture
def officer(scene: Scene, speak: Any) -> Api:
    officer: Api = speak(scene.officer)
    return officer


def text(content: bytes) -> str:
    return b64encode(content).decode()


def test_a_thing_and_its_steps(scene, officer) -> None:
    number = scene.incident().case.number
    body = {
        "request_id": str(uuid4()),
        "title": "U 盘",
        "kept_where": "保险柜",
        "seal_number": "u-7",
        "colleague": str(scene.guard.uid),
    }
    path = f"/cases/{number}/objects"

    first = officer.post(path, body)
    again = officer.post(path, body)

    assert first.status == 201
    assert first.body == again.body
    assert (first.body["code"], first.body["seal_number"]) == ("E-0001", "U-7")
    assert officer.get(path).body == [first.body]
    steps = officer.get(f"/objects/{first.body['uid']}/steps").body
    assert [(s["kind"], s["giver"]["name"]) for s in steps] == [
        ("registered", "王建国")
    ]


def test_handed_over_with_two_drawings_or_a_paper(scene, thing, officer) -> None:
    path = f"/objects/{thing.uid}/hand-overs"
    receiver = {"receiver": str(scene.person("sunlei").uid)}

    for wrong, field in (
        ({}, "giver_signature"),
        ({"giver_signature": text(signature(1))}, "receiver_signature"),
        ({"giver_signature": text(JPEG)}, "giver_signature"),
        ({"giver_signature": "周敏"}, "giver_signature"),
        ({"paper": text(b"no photo")}, "paper"),
    ):
        answer = officer.post(path, {**receiver, **wrong})
        assert answer.status == 422, answer.body
        assert answer.paths == [field]
    assert CustodyStep.objects.count() == 1

    answer = officer.post(path, {**receiver, "paper": text(JPEG)})

    assert answer.status == 201, answer.body
    assert answer.body["giver_signature"] == answer.body["receiver_signature"]


def test_who_handed_it_in_is_one(scene, officer) -> None:
    number = scene.incident().case.number
    both = {"colleague": str(scene.guard.uid), "party": str(uuid4())}
    body = {"title": "U 盘", "kept_where": "保险柜", **both}

    answer = officer.post(f"/cases/{number}/objects", body)

    assert answer.status == 422
    assert answer.paths == ["colleague"]


def test_a_file_is_no_thing(scene, officer, thing) -> None:
    assert officer.get(f"/objects/{uuid4()}").status == 404
    photo = umbrella(
        scene, thing.case, seal_number="", photos=[[JPEG]]
    ).case.exhibits.get(kind="photo")
    assert officer.get(f"/objects/{photo.uid}").status == 404
