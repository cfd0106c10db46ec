from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.urls import reverse

from anlan.base import vault
from anlan.cases.services import tasks
from anlan.config import front
from anlan.config.front import Front
from anlan.incidents import devices_mapping
from anlan.incidents.services import attaching

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
    status = sent[0]["status"] if sent else None
    return status, b"".join(message.get("body", b"") for message in sent)


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


def test_largest_attachments_fit_into_one_request() -> None:
    most = max(attaching.MOST_FILES, tasks.MOST_PHOTOS)
    assert most * vault.MOST_BYTES < front.MOST_UPLOAD_BYTES
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE < front.MOST_BYTES
    assert devices_mapping.MOST_BYTES < front.MOST_BYTES


def test_streams_alone_serve_no_page() -> None:
    assert request(part(b""), pages=None) == (404, b"live streams only")


def test_stream_is_refused_while_the_process_ends() -> None:
    assert request(part(b""), path="/live/")[0] == 503
