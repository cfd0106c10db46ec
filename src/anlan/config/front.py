"""The web process: live streams and uploads natively, everything else by Django's WSGI handler.

Django's own ASGI handler halves the throughput of pages that are written in plain
functions, and closes the database connection after each; a pool of threads with
persistent connections does neither.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Callable
from tempfile import SpooledTemporaryFile
from typing import IO, TypeAlias

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")

from django.conf import settings

from anlan.config.answers import WSGIApplication
from anlan.config.pages import Message, Pages, Scope, Send
from anlan.config.wsgi import crew, pages
from anlan.desk.live import LIVE_PATH, Live
from anlan.evidence.uploading.app import Uploading
from anlan.evidence.uploading.requests import UPLOAD_PATH

Receive: TypeAlias = Callable[[], Awaitable[Message]]

AUTHORITY_PATH = "/ca.crt"
IN_MEMORY_BYTES = 1024 * 1024  # of a body; the rest waits in a file
# Before anybody is known and any page is asked. A form may have 5 MB, a box's message 4.
MOST_BYTES = 6 * 1024 * 1024
MOST_UPLOAD_BYTES = 160 * 1024 * 1024  # six files of 25 MB
_UID = "[0-9a-f-]{36}"
UPLOADS = re.compile(
    rf"/m/report/|/m/reports/{_UID}/files/|/f/[^/]+/files"
    rf"|/m/tasks/{_UID}/(photos/)?|/tasks/{_UID}/completion/"
    rf"|/cases/[A-Z0-9-]+/tasks/{_UID}/"
    r"|/(m/)?cases/[A-Z0-9-]+/(evidence/)?upload/"
    r"|/cases/[A-Z0-9-]+/evidence"
    rf"/(statements/{_UID}/(recordings|signature|addenda)"
    rf"|injuries/(papers|{_UID}/photos))/"
    rf"|/api/v1/(reports/{_UID}/attachments|tasks/{_UID}/photos)"
    rf"|/api/v1/(statements/{_UID}/recordings|injuries/{_UID}/photos)"
    r"|/api/v1/cases/[A-Z0-9-]+/medical-papers"
)
BODY_PAUSE_SECONDS = 30.0  # between two parts of a body


class Front:
    """One port for both; without ``pages``, a WSGI application, for the streams alone."""

    def __init__(self, pages: WSGIApplication | None = pages) -> None:
        self._live = Live()
        self._uploading = Uploading()
        self._pages = pages and Pages(pages, crew)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live_and_die(receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
        elif scope["path"] == LIVE_PATH:
            await self._live(scope, receive, send)
        elif scope["path"] == AUTHORITY_PATH:
            await send_authority(send)
        elif self._pages is None:
            await send_text(send, 404, "live streams only")
        elif scope["path"].startswith(UPLOAD_PATH):
            await self._uploading(scope, receive, send)
        else:
            await self._answer(self._pages, scope, receive, send)

    def close_streams(self) -> None:
        """End every open stream; a server that waits for open answers can then end."""
        self._live.stop()
        self._uploading.stop()

    async def _answer(
        self, pages: Pages, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Take the body here: a slow phone that sends a film must not hold a thread."""
        with SpooledTemporaryFile(IN_MEMORY_BYTES) as body:
            try:
                size = await take_body(receive, body, most=most_of(scope["path"]))
            except TimeoutError:
                await send_text(send, 408, "the rest of the request did not come")
                return
            except OverflowError:
                await send_text(send, 413, "the request is too large")
                return
            if size is not None:
                await pages(scope, body, size=size, send=send)

    async def _live_and_die(self, receive: Receive, send: Send) -> None:
        await receive()
        self._live.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._live.stop()
        await send({"type": "lifespan.shutdown.complete"})


def most_of(path: str) -> int:
    """How many bytes may be sent there; only where films belong it is many."""
    return MOST_UPLOAD_BYTES if UPLOADS.fullmatch(path) else MOST_BYTES


async def take_body(receive: Receive, body: IO[bytes], *, most: int) -> int | None:
    """Write what comes into ``body``; its bytes, or nothing if the sender left before.

    Raises:
        TimeoutError: nothing came for a while.
        OverflowError: it is more than ``most`` bytes.
    """
    while True:
        async with asyncio.timeout(BODY_PAUSE_SECONDS):
            message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body.write(message.get("body", b""))
        if body.tell() > most:
            raise OverflowError
        if not message.get("more_body", False):
            size = body.tell()
            body.seek(0)
            return size


async def send_authority(send: Send) -> None:
    """The certificate that phones of this network install once; see ``tools.lan``."""
    certificate = settings.DATA / "lan" / "ca.crt"
    if not certificate.exists():
        await send_text(send, 404, "no certificate authority here")
        return
    kind = "application/x-x509-ca-cert"
    await send_text(send, 200, certificate.read_text("ascii"), kind=kind)


async def send_text(
    send: Send, status: int, text: str, *, kind: str = "text/plain; charset=utf-8"
) -> None:
    headers = [
        (b"content-type", kind.encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
