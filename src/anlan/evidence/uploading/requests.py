"""Requests and answers of ``/upload/``, as ASGI brings and takes them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from django.conf import settings

from anlan.evidence.uploading import tus

Message: TypeAlias = MutableMapping[str, Any]
Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Headers: TypeAlias = Mapping[str, str]
Fields: TypeAlias = list[tuple[str, str]]  # of an answer

UPLOAD_PATH = "/upload/"
REFUSED_BYTES = 16 * 1024 * 1024  # read of a refused body, so that the answer is heard
DRAIN_SECONDS = 5.0  # at most, for the same


@dataclass(frozen=True)
class Request:
    """One request, its body not read yet."""

    method: str
    name: str  # of the upload; empty for all of them
    headers: Headers
    receive: Receive

    @property
    def has_body(self) -> bool:
        return "content-type" in self.headers

    @property
    def announced(self) -> int:
        """Bytes of the body; 0 where that is not said."""
        text = self.headers.get("content-length", "")
        return int(text) if text.isdecimal() and len(text) < 19 else 0


@dataclass(frozen=True)
class Answer:
    status: int
    fields: Fields = field(default_factory=list)
    body: bytes = b""
    kind: str = "text/plain; charset=utf-8"


def request_of(scope: Scope, receive: Receive) -> Request:
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1")
        for name, value in scope["headers"]
    }
    method = str(scope["method"])
    if method == "POST":  # for those whose proxy knows no other
        method = headers.get("x-http-method-override", method).upper()
    return Request(method, scope["path"].removeprefix(UPLOAD_PATH), headers, receive)


def about_us() -> Answer:
    return Answer(
        204,
        [
            ("tus-version", tus.VERSION),
            ("tus-extension", tus.EXTENSIONS),
            ("tus-max-size", str(settings.MOST_UPLOAD_BYTES)),
            ("tus-checksum-algorithm", ",".join(tus.ALGORITHMS)),
        ],
    )


async def drain(receive: Receive) -> None:
    """Read on a little: who still sends does not hear an answer."""
    read = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            while read < REFUSED_BYTES:
                message = await receive()
                read += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return


async def send_answer(send: Send, answer: Answer, *, with_body: bool) -> None:
    fields = [
        *answer.fields,
        ("tus-resumable", tus.VERSION),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    ]
    if answer.status == 412:
        fields.append(("tus-version", tus.VERSION))
    if answer.body:
        fields.append(("content-type", answer.kind))
    headers = [(name.encode(), value.encode("latin-1")) for name, value in fields]
    await send(
        {"type": "http.response.start", "status": answer.status, "headers": headers}
    )
    body = answer.body if with_body else b""
    await send({"type": "http.response.body", "body": body})
