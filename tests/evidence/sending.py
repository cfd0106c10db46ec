"""A tus client made by hand: every edge of the protocol can be sent, also what is wrong."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.conf import settings

from anlan.accounts.models import User
from anlan.cases.models import Case
from anlan.evidence.uploading import tus
from anlan.evidence.uploading.app import Uploading
from tests.desk.serving import sign_in

Message = dict[str, Any]
GONE: Message = {"type": "http.disconnect"}
TUS = {"tus-resumable": "1.0.0"}


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def offset(self) -> int:
        return int(self.headers["upload-offset"])


@dataclass
class Phone:
    """Somebody's browser, before one process that serves uploads."""

    session: str = ""
    app: Uploading = field(default_factory=Uploading)
    token: str = ""

    @classmethod
    def of(cls, user: User, **more: Any) -> Phone:
        return cls(sign_in(user), **more)

    def ask(
        self,
        method: str,
        path: str = "/upload/",
        *parts: bytes | Message,
        **headers: str,
    ) -> Reply:
        return asyncio.run(self.asking(method, path, *parts, **headers))

    async def asking(
        self, method: str, path: str, *parts: bytes | Message, **headers: str
    ) -> Reply:
        """``parts`` come one after the other; then the body is whole, or the line breaks.

        An empty header is left out.
        """
        coming = messages(parts)
        sent: list[Message] = []

        async def receive() -> Message:
            if not coming:
                await asyncio.Event().wait()
            await asyncio.sleep(0)
            return coming.pop(0)

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(self.scope(method, path, headers), receive, send)
        return reply_of(sent)

    def scope(self, method: str, path: str, headers: dict[str, str]) -> Message:
        own = {"host": "localhost:8000", "origin": "http://localhost:8000", **TUS}
        if self.session:
            own["cookie"] = f"{settings.SESSION_COOKIE_NAME}={self.session}"
        if self.token:
            own["authorization"] = f"Bearer {self.token}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": b"",
            "headers": [
                (name.encode(), value.encode())
                for name, value in {**own, **named}.items()
                if value
            ],
        }

    def begin(self, case: Case | str, content: bytes, **said: str) -> str:
        """The address of a new upload."""
        reply = self.create(case, len(content), **said)
        assert reply.status == 201, reply
        return reply.headers["location"]

    def create(self, case: Case | str, size: int, **said: str) -> Reply:
        return self.ask(
            "POST",
            upload_length=str(size),
            upload_metadata=metadata(case, **said),
        )

    def append(
        self, path: str, offset: int, *parts: bytes | Message, **headers: str
    ) -> Reply:
        headers.setdefault("content_type", tus.CONTENT_TYPE)
        headers.setdefault("upload_offset", str(offset))
        return self.ask("PATCH", path, *parts, **headers)

    def send(self, case: Case, content: bytes, **said: str) -> Reply:
        return self.append(self.begin(case, content, **said), 0, content)

    def offset(self, path: str) -> int:
        reply = self.ask("HEAD", path)
        assert reply.status == 200, reply
        return reply.offset


def messages(parts: Sequence[bytes | Message]) -> list[Message]:
    made = [
        {"type": "http.request", "body": part, "more_body": True}
        if isinstance(part, bytes)
        else part
        for part in parts
    ]
    if not made or made[-1]["type"] == "http.request":
        made.append({"type": "http.request", "body": b"", "more_body": False})
    return made


def reply_of(sent: Sequence[Message]) -> Reply:
    start, *bodies = sent
    headers = {
        name.decode(): value.decode("latin-1") for name, value in start["headers"]
    }
    body = b"".join(message.get("body", b"") for message in bodies)
    return Reply(start["status"], headers, body)


def metadata(case: Case | str, **said: str) -> str:
    number = case if isinstance(case, str) else case.number
    return tus.metadata_text({"case": number, "request_id": str(uuid4()), **said})


def checksum(content: bytes, algorithm: str = "sha256") -> str:
    digest = hashlib.new(algorithm, content).digest()
    return f"{algorithm} {base64.b64encode(digest).decode()}"
