"""An alarm while the machine breaks: the database's disk full, the process killed.

Refused loudly and nothing half kept; or answered, and there once, whatever happens after.
"""

from __future__ import annotations

import http.client
import json
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from anlan.incidents.models import Report
from anlan.ledger.verify import verify
from tests.api.conftest import give_token
from tests.desk.serving import HOST, ServingAgain
from tests.moment import forget_counts
from tests.scene import Scene


@pytest.fixture(autouse=True)
def _data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path
    forget_counts()


def rows() -> dict[str, int]:
    """How many rows of everything that a report makes."""
    kept = ("incidents", "cases", "ledger", "notify", "evidence")
    return {
        model._meta.label: model._default_manager.count()
        for name in kept
        for model in apps.get_app_config(name).get_models()
    }


class Full:
    """The file of the database may not grow, as on a disk without room."""

    def pages(self, most: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA max_page_count = {most}")

    def __enter__(self) -> Full:
        with connection.cursor() as cursor:
            (now,) = cursor.execute("PRAGMA page_count").fetchone()
        self.pages(now)
        return self

    def __exit__(self, *_error: object) -> None:
        self.pages(2**30)


def send(way: str, scene: Scene, request_id: UUID, token: str) -> Any:
    """Report by one of the ways; a fault is an answer, and not an error of the test."""
    client = Client(raise_request_exception=False)
    said: dict[str, Any] = {
        "request_id": str(request_id),
        "flags": ["ongoing"],
        "words": "有人打人，" + "很吵，" * 200,
    }
    if way == "public":
        # From a network of its own: what is counted is no part of this.
        return client.post(
            f"/q/{scene.garage.code}",
            said,
            REMOTE_ADDR=f"203.0.{request_id.int % 250}.1",
        )
    if way == "api":
        return client.post(
            "/api/v1/reports",
            json.dumps({**said, "place": str(scene.garage.uid)}),
            content_type="application/json",
            headers={"authorization": f"Bearer {token}"},
        )
    client.force_login(scene.guard)
    return client.post(
        "/m/report/",
        {**said, "place": scene.garage.code},
        headers={"accept": "application/json"},
    )


TAKEN = {"public": HTTPStatus.FOUND, "api": 201, "phone": 201}


@pytest.mark.parametrize("way", TAKEN)
def test_a_full_disk_refuses_loudly_and_takes_it_once_there_is_room(
    committed_scene: Scene, way: str
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the file of the database is SQLite's")
    scene = committed_scene
    token = give_token(scene.guard, timezone.now())
    assert send(way, scene, uuid4(), token).status_code == TAKEN[way]
    with Full():
        for _until_there_is_no_room in range(60):
            forget_counts()
            before = rows()
            refused = uuid4()
            answer = send(way, scene, refused, token)
            if answer.status_code != TAKEN[way]:
                break
        assert answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
        assert rows() == before
    assert verify().is_sound

    forget_counts()
    again = [send(way, scene, refused, token) for _twice in range(2)]

    assert [one.status_code for one in again] == [TAKEN[way]] * 2
    made = Report.objects.count() - before["incidents.Report"]
    assert made == 1
    assert verify().is_sound


@pytest.fixture
def serving(committed_scene: Scene, tmp_path: Path) -> Iterator[ServingAgain]:
    made = ServingAgain(tmp_path).start()
    yield made
    with suppress(OSError):
        made.stop(signal.SIGKILL)
    made.end()


class Sender(threading.Thread):
    """Reports one after the other until the line breaks; keeps what was answered."""

    def __init__(self, serving: ServingAgain, token: str, places: list[str]) -> None:
        super().__init__()
        self.serving, self.token, self.places = serving, token, places
        self.sent: list[tuple[UUID, str]] = []
        self.answered: dict[UUID, str] = {}

    def run(self) -> None:
        with suppress(OSError, http.client.HTTPException):
            while True:
                said = (uuid4(), self.places[len(self.sent) % len(self.places)])
                self.sent.append(said)
                self.answered[said[0]] = post(self.serving, self.token, *said)


def post(serving: ServingAgain, token: str, request_id: UUID, place: str) -> str:
    """The report that an id got."""
    said = {"request_id": str(request_id), "place": place, "words": "打架"}
    head = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    with closing(http.client.HTTPConnection(HOST, serving.port, timeout=30)) as line:
        line.request("POST", "/api/v1/reports", json.dumps(said), head)
        answer = line.getresponse()
        body = json.loads(answer.read())
    assert answer.status == HTTPStatus.CREATED, body
    return str(body["uid"])


@pytest.mark.slow
@pytest.mark.both
@pytest.mark.parametrize(
    "rounds", [3, pytest.param(50, marks=pytest.mark.deep, id="deep")]
)
def test_a_killed_process_loses_no_report_and_makes_none_twice(
    committed_scene: Scene, serving: ServingAgain, rounds: int
) -> None:
    scene = committed_scene
    now: datetime = timezone.now()
    places = [str(scene.garage.uid), str(scene.place("园区 南门").uid)]
    chance = random.Random(rounds)  # noqa: S311 -- when to kill, no secret
    before = Report.objects.count()
    ids: dict[UUID, str] = {}
    for _round in range(rounds):
        # A new one each time: how many requests one may make is no part of this.
        token = give_token(scene.guard, now, expires=timedelta(days=30))
        senders = [Sender(serving, token, places) for _many in range(3)]
        for one in senders:
            one.start()
        time.sleep(chance.uniform(0.05, 0.4))
        serving.stop(signal.SIGKILL)
        for one in senders:
            one.join()
        serving.start()
        for one in senders:
            for said in one.sent:
                ids[said[0]] = post(serving, token, *said)
            # Answered before it was killed is there after, and is the same.
            assert {key: ids[key] for key in one.answered} == one.answered

    assert len(ids) >= 3 * rounds
    assert len(set(ids.values())) == len(ids)
    assert {str(one) for one in Report.objects.values_list("uid", flat=True)} >= set(
        ids.values()
    )
    assert Report.objects.count() - before == len(ids)
    assert verify().is_sound
