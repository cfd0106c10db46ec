"""The web process: live streams and uploads natively, everything else by Django's WSGI handler.

Django's own ASGI handler halves the throughput of pages that are written in plain
functions, and closes the database connection after each; a pool of threads with
persistent connections does neither.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO, TypeAlias

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from anlan.api.errors import PREFIX, early_refusal
from anlan.config.answers import WSGIApplication
from anlan.config.pages import Message, Pages, Scope, Send
from anlan.config.wsgi import crew, pages
from anlan.desk.live import LIVE_PATH, Live
from anlan.evidence.uploading.app import Uploading
from anlan.evidence.uploading.requests import UPLOAD_PATH
from anlan.portal.visitors import has_live_link

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
_PUBLIC_FILES = re.compile(r"/f/(?P<secret>[^/]+)/files")
BODY_PAUSE_SECONDS = 30.0  # between two parts of a body
BODY_SECONDS = 1800.0  # for all of a body: 160 MB at 0.7 Mbit/s
# Of all bodies of this process that wait in files. What stays in memory, as every alarm
# without a film does, is never refused for it.
MOST_WAITING_BYTES = 2 * 1024**3
TOO_LARGE = "the request is too large"


class Front:
    """One port for both; without ``pages``, a WSGI application, for streams and uploads."""

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
        elif scope["path"].startswith(UPLOAD_PATH):
            await self._uploading(scope, receive, send)
        elif self._pages is None:
            await send_text(send, 404, "live streams and uploads only")
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
        with SpooledTemporaryFile(IN_MEMORY_BYTES) as body, WAITING.one() as waiting:
            if not await self._may_send(scope["path"]):
                await pages(scope, body, size=0, send=send)  # which tells them so
                return
            try:
                size = await take_body(
                    receive, body, most=most_of(scope["path"]), waiting=waiting
                )
            except TimeoutError:
                said = 408, "the rest of the request did not come"
                await send_refusal(send, scope["path"], *said)
                return
            except OverflowError:
                await send_refusal(send, scope["path"], 413, TOO_LARGE)
                return
            except BlockingIOError:
                said = 503, "too many large requests at once"
                await send_refusal(send, scope["path"], *said)
                return
            if size is not None:
                await pages(scope, body, size=size, send=send)

    async def _may_send(self, path: str) -> bool:
        """Whether a body is taken at all: films from the public only behind a live link."""
        found = _PUBLIC_FILES.fullmatch(path)
        if found is None:
            return True
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(crew, is_followed, found["secret"])

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


def is_followed(secret: str) -> bool:
    """Whether a report is followed by this secret now; asked in a thread."""
    close_old_connections()  # of this thread: one that broke is opened anew
    return has_live_link(secret, at=timezone.now())


class Waiting:
    """How many bytes of bodies wait in files; counted on the event loop alone."""

    def __init__(self) -> None:
        self.size = 0

    @contextmanager
    def one(self) -> Iterator[Callable[[int], None]]:
        """Say with the function how large the one body has become."""
        mine = 0

        def grow(size: int) -> None:
            nonlocal mine
            in_file = size if size > IN_MEMORY_BYTES else 0
            more = in_file - mine
            if more and self.size + more > MOST_WAITING_BYTES:
                raise BlockingIOError
            self.size += more
            mine += more

        try:
            yield grow
        finally:
            self.size -= mine


WAITING = Waiting()


async def take_body(
    receive: Receive, body: IO[bytes], *, most: int, waiting: Callable[[int], None]
) -> int | None:
    """Write what comes into ``body``; its bytes, or nothing if the sender left before.

    Raises:
        TimeoutError: nothing came for a while, or the end not in time.
        OverflowError: it is more than ``most`` bytes.
        BlockingIOError: with it, more would wait in files than may.
    """
    loop = asyncio.get_running_loop()
    ends = loop.time() + BODY_SECONDS
    while True:
        async with asyncio.timeout_at(min(ends, loop.time() + BODY_PAUSE_SECONDS)):
            message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        size = body.tell() + len(part)
        if size > most:
            raise OverflowError
        waiting(size)
        body.write(part)
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


async def send_refusal(send: Send, path: str, status: int, text: str) -> None:
    """A line for people, and for a program under ``/api/`` the shape it can read."""
    refused = early_refusal(status)
    if path.startswith(PREFIX):
        kind, text = "application/json", refused.content.decode()
    else:
        kind = "text/plain; charset=utf-8"
    again = refused.get("Retry-After")
    headers = [(b"retry-after", again.encode())] if again else []
    await send_text(send, status, text, kind=kind, headers=headers)


async def send_text(
    send: Send,
    status: int,
    text: str,
    *,
    kind: str = "text/plain; charset=utf-8",
    headers: Sequence[tuple[bytes, bytes]] = (),
) -> None:
    headers = [
        (b"content-type", kind.encode()),
        (b"x-content-type-options", b"nosniff"),
        *headers,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
