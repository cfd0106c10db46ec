from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from anlan.base import vault
from anlan.cases.models import AccessLink
from anlan.cases.services import make_access_link, tasks
from anlan.config import front
from anlan.config.bounded import Bounded
from anlan.config.front import Front, is_followed
from anlan.desk.live import LIVE_PATH
from anlan.evidence.uploading.app import Uploading
from anlan.evidence.uploading.requests import UPLOAD_PATH
from anlan.incidents.devices import mapping as devices_mapping
from anlan.incidents.services import attaching
from anlan.ledger.events import SYSTEM
from tests.scene import Scene

Message = dict[str, Any]


def echo(
    environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["PATH_INFO"].encode(), b" ", body]


def request(
    *messages: Message, path: str = "/page", pages: Callable[..., Any] | None = echo
) -> tuple[int | None, bytes]:
    """Status and body of what the front answers."""
    sent = answered(*messages, path=path, pages=pages)
    status = sent[0]["status"] if sent else None
    return status, b"".join(message.get("body", b"") for message in sent)


def answered(
    *messages: Message, path: str = "/page", pages: Callable[..., Any] | None = echo
) -> list[Message]:
    """What the front answers; after the messages, nothing more ever comes."""
    coming = list(messages)
    sent: list[Message] = []

    async def receive() -> Message:
        if not coming:
            await asyncio.Event().wait()
        return coming.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [],
        "http_version": "1.1",
    }

    async def ask() -> None:
        async with asyncio.timeout(5):
            await Front(pages)(scope, receive, send)

    asyncio.run(ask())
    return sent


@pytest.fixture(autouse=True)
def _every_link_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "is_followed", lambda _secret: True)


def part(body: bytes, *, more: bool = False) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


def test_page_gets_the_whole_body() -> None:
    film = b"film" * front.IN_MEMORY_BYTES  # more than stays in memory

    status, body = request(part(b"a ", more=True), part(film, more=True), part(b"!"))

    assert (status, body) == (200, b"/page a " + film + b"!")


def test_page_is_not_asked_before_the_body_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(front, "BODY_PAUSE_SECONDS", 0.05)
    asked: list[object] = []

    def page(environ: object, start_response: object) -> Iterable[bytes]:
        asked.append(environ)
        return []

    assert request(part(b"half", more=True), pages=page)[0] == 408
    assert request(
        part(b"half", more=True), {"type": "http.disconnect"}, pages=page
    ) == (
        None,
        b"",
    )
    assert asked == []


def test_endless_body_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "MOST_BYTES", 10)

    assert request(part(b"0123456789", more=True), part(b"x"))[0] == 413


def test_films_are_let_through_where_they_are_uploaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(front, "MOST_BYTES", 10)
    film = part(b"0123456789x")
    uploads = [
        reverse("phone:report"),
        reverse("phone:files", args=[uuid4()]),
        reverse("portal:files", args=["a-Secret_of-128-bits"]),
        reverse("phone:task", args=[uuid4()]),
        reverse("phone:photos", args=[uuid4()]),
        reverse("desk:task_completion", args=[uuid4()]),
        reverse("cases:task", args=["YQ-IN-20261123-001", uuid4()]),
        reverse("evidence:upload", args=["YQ-IN-20261123-001"]),
        reverse("phone:upload", args=["YQ-IN-20261123-001"]),
        reverse("api-v1:attach", args=[uuid4()]),
        reverse("api-v1:add_task_photo", args=[uuid4()]),
    ]

    assert {request(film, path=path)[0] for path in uploads} == {200}
    for path in (
        "/m/tasks/x/",
        "/cases/YQ/tasks/",
        "/cases/a/b/tasks/x/",
        "/m/report",
        "/m/reports/x/files/",
        "/f/a/b/files",
        "/q/YQ-A1",
    ):
        assert request(film, path=path)[0] == 413


def test_even_films_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "MOST_UPLOAD_BYTES", 10)

    assert request(part(b"0123456789x"), path="/f/secret/files")[0] == 413


def test_a_body_that_comes_drop_by_drop_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "BODY_SECONDS", 0.0)

    assert request(part(b"x", more=True))[0] == 408


def test_bodies_that_wait_in_files_are_bounded_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(front, "IN_MEMORY_BYTES", 10)
    monkeypatch.setattr(front, "MOST_WAITING_BYTES", 25)
    film = part(b"0123456789x")

    assert request(film)[0] == 200  # and gives its bytes back
    with front.WAITING.one() as waiting:
        waiting(11)
        assert request(film)[0] == 200
        waiting(15)
        assert request(film)[0] == 503
        assert request(part(b"0123456789"))[0] == 200  # an alarm is small
    assert request(film)[0] == 200
    assert front.WAITING.size == 0


def test_who_is_refused_for_lack_of_room_is_told_when_to_try_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(front, "IN_MEMORY_BYTES", 10)
    monkeypatch.setattr(front, "MOST_WAITING_BYTES", 10)
    sent = answered(part(b"0123456789x"))

    assert dict(sent[0]["headers"])[b"retry-after"] == b"60"


def test_files_behind_a_dead_link_are_not_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(front, "is_followed", asked.append)

    # The page, which says that nothing is there, is asked before any of it has come.
    answer = request(part(b"film", more=True), path="/f/no-such-secret/files")

    assert answer == (200, b"/f/no-such-secret/files ")
    assert asked == ["no-such-secret"]


@pytest.mark.django_db
def test_a_link_is_followed_while_it_lives(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front, "close_old_connections", lambda: None)  # this test's own
    link, secret = make_access_link(
        case=scene.incident().case, by=SYSTEM, at=timezone.now()
    )

    assert is_followed(secret)
    assert not is_followed("a-Secret_of-128-bits")
    AccessLink.objects.update(revoked_at=link.made_at)
    assert not is_followed(secret)


def test_largest_attachments_fit_into_one_request() -> None:
    most = max(attaching.MOST_FILES, tasks.MOST_PHOTOS)
    assert most * vault.MOST_BYTES < front.MOST_UPLOAD_BYTES
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE < front.MOST_BYTES
    assert devices_mapping.MOST_BYTES < front.MOST_BYTES


@pytest.mark.parametrize("status", [408, 413, 503])
def test_programs_are_refused_in_the_shape_of_the_api(
    status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front, "BODY_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(front, "MOST_BYTES", 1 if status == 413 else 100)
    monkeypatch.setattr(front, "IN_MEMORY_BYTES", 1)
    monkeypatch.setattr(front, "MOST_WAITING_BYTES", 1 if status == 503 else 100)

    sent = answered(part(b"film", more=True), path="/api/v1/reports")

    assert sent[0]["status"] == status
    assert dict(sent[0]["headers"])[b"content-type"] == b"application/json"
    assert set(json.loads(sent[1]["body"])["error"]) == {
        "code",
        "message",
        "fields",
        "source",
        "cited",
    }


@pytest.mark.parametrize(
    ("path", "said", "status"),
    [
        ("/page", {"CONTENT_LENGTH": "10"}, 200),
        ("/page", {"CONTENT_LENGTH": ""}, 200),
        ("/page", {}, 200),
        ("/page", {"CONTENT_LENGTH": "11"}, 413),
        ("/page", {"CONTENT_LENGTH": "-1"}, 413),
        ("/page", {"HTTP_TRANSFER_ENCODING": "chunked"}, 413),
        ("/f/secret/files", {"CONTENT_LENGTH": "11"}, 200),
        ("/api/v1/reports", {"CONTENT_LENGTH": "11"}, 413),
    ],
)
def test_pages_that_run_apart_take_no_more(
    path: str, said: dict[str, str], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front, "MOST_BYTES", 10)
    started: list[str] = []

    def page(_environ: object, start: Callable[..., Any]) -> Iterable[bytes]:
        start("200 OK", [])
        return [b"{}"]

    answer = Bounded(page)(
        {"PATH_INFO": path, **said}, lambda line, _headers: started.append(line)
    )

    assert started[0].startswith(str(status))
    if path.startswith("/api/"):
        assert json.loads(b"".join(answer))["error"]["code"] == "too_large"


def test_the_proxy_of_the_example_lets_films_through() -> None:
    text = (settings.ROOT / "docs" / "deploy" / "nginx.conf").read_text()
    places = text.split("    location ")

    assert f"client_max_body_size {front.MOST_UPLOAD_BYTES // 1024**2}m;" in places[0]
    [uploads] = [place for place in places if place.startswith(UPLOAD_PATH)]
    assert "proxy_request_buffering off;" in uploads
    [live] = [place for place in places if place.startswith(LIVE_PATH)]
    assert "proxy_buffering off;" in live


def test_streams_alone_serve_no_page() -> None:
    assert request(part(b""), pages=None) == (404, b"live streams and uploads only")


def test_films_are_taken_where_the_pages_run_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def take(self: object, scope: object, receive: object, send: Any) -> None:
        await front.send_text(send, 201, "taken")

    monkeypatch.setattr(Uploading, "__call__", take)

    assert request(part(b""), path="/upload/", pages=None) == (201, b"taken")


def test_stream_is_refused_while_the_process_ends() -> None:
    assert request(part(b""), path="/live/")[0] == 503
