"""``/upload/``: files that come in parts, by tus 1.0, over any number of broken lines.

A plain ASGI application: Django would hold a film back until its last byte, and keep
nothing of one that breaks off. Parts go to the disks as they come, one block in hand and
one on the way. Whatever asks the database, or waits for a disk, runs in a thread.

Beyond tus, ``GET`` of an upload says as JSON what became of it; an answer to the last part
names the exhibit (``Upload-Exhibit``) if it is ready within some seconds.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import orjson

from anlan.base.errors import traced
from anlan.evidence import drafts, services
from anlan.evidence.drafts import Busy, Draft
from anlan.evidence.enums import UploadState
from anlan.evidence.models import Upload
from anlan.evidence.uploading import tus
from anlan.evidence.uploading.calls import (
    begin,
    exhibit_of,
    expiry_of,
    find,
    finish,
    open_at,
    said_of,
    size_on_disk,
)
from anlan.evidence.uploading.parts import Part, Running
from anlan.evidence.uploading.requests import (
    UPLOAD_PATH,
    Answer,
    Fields,
    Message,
    Receive,
    Request,
    Scope,
    Send,
    about_us,
    drain,
    request_of,
    send_answer,
)
from anlan.evidence.uploading.senders import Sender, as_sender
from anlan.evidence.uploading.tus import Refused, TakenBack

T = TypeVar("T")


log = logging.getLogger(__name__)

BLOCK_BYTES = 1024 * 1024  # written at once
PAUSE_SECONDS = 30.0  # of silence, after which nobody is waited for
TICK_SECONDS = 1.0  # of silence, after which a line that came back takes over
LOOK_AGAIN_SECONDS = 15.0  # whether the sender is still signed in
FINISH_SECONDS = 5.0  # that the answer to the last part waits for the exhibit
MOST_RUNNING = 256  # digests that are carried along
THREADS, FINISHERS = 8, 2


@dataclass
class Writer:
    """A request that writes to an upload."""

    is_wanted: bool = False  # by another one: it ends at the next silence
    is_over: asyncio.Event = field(default_factory=asyncio.Event)


class Uploading:
    """The ASGI application; one for each process."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="upload")
        self._finishers = ThreadPoolExecutor(FINISHERS, thread_name_prefix="finish")
        self._writers: dict[str, Writer] = {}
        self._running: OrderedDict[str, Running] = OrderedDict()
        self._finishing: dict[str, asyncio.Future[str]] = {}
        self._is_ending = False

    def stop(self) -> None:
        """Let nobody write on; after the next start they go on where they were."""
        self._is_ending = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = request_of(scope, receive)
        try:
            answer = await self._answer(request)
        except Refused as refusal:
            answer = Answer(refusal.status, body=str(refusal).encode())
        except Busy:
            answer = Answer(423, body=b"another request has this upload in hand")
        except Exception as error:  # noqa: BLE001 -- the log has it, without names
            log.error("an upload failed: %s", traced(error))  # noqa: TRY400
            answer = Answer(500, body=b"this is our fault; try again")
        if answer.status >= 400:
            await drain(receive)
        with suppress(Exception):  # the sender may be gone: then nobody is told
            await send_answer(send, answer, with_body=request.method != "HEAD")

    async def _answer(self, request: Request) -> Answer:
        if request.method == "OPTIONS":
            return about_us()
        if request.method != "GET":
            tus.check_version(request.headers)
        acts = (
            {
                "HEAD": self._tell,
                "GET": self._tell_all,
                "PATCH": self._append,
                "DELETE": self._end,
            }
            if request.name
            else {"POST": self._create}
        )
        if request.method not in acts:
            raise Refused(405, ", ".join(acts))
        return await acts[request.method](request)

    async def _create(self, request: Request) -> Answer:
        if "upload-defer-length" in request.headers:
            raise Refused(400, "Upload-Length must be known")
        size = tus.length_of(request.headers, "upload-length")
        said = tus.metadata_of(request.headers)
        if request.has_body:
            tus.check_content_type(request.headers)

        def act(sender: Sender, at: datetime) -> tuple[Upload, Sender]:
            return begin(sender, size, said, at=at), sender

        upload, sender = await self._as_sender(request, act)
        fields = [("location", f"{UPLOAD_PATH}{upload.uid.hex}"), *expiry_of(upload)]
        if request.has_body and upload.state == UploadState.OPEN:
            fields += await self._take(request, upload, sender, offset=0)
        return Answer(201, fields)

    async def _tell(self, request: Request) -> Answer:
        upload, _sender = await self._find(request)
        fields = [
            ("upload-offset", str(await self._offset_of(upload))),
            ("upload-length", str(upload.size)),
            *expiry_of(upload),
        ]
        if words := tus.metadata_text(said_of(upload)):
            fields.append(("upload-metadata", words))
        return Answer(200, fields)

    async def _tell_all(self, request: Request) -> Answer:
        upload, _sender = await self._find(request)
        state = {
            "state": upload.state,
            "offset": await self._offset_of(upload),
            "length": upload.size,
            "case": upload.case.number,
            "exhibit": upload.exhibit and str(upload.exhibit.uid),
            "code": upload.exhibit and upload.exhibit.code,
            "reading": upload.exhibit and upload.exhibit.reading,
        }
        return Answer(200, body=orjson.dumps(state), kind="application/json")

    async def _append(self, request: Request) -> Answer:
        tus.check_content_type(request.headers)
        offset = tus.length_of(request.headers, "upload-offset")
        upload, sender = await self._find(request)
        if upload.state == UploadState.DONE:
            if offset != upload.size:
                raise Refused(409, "the upload is at another offset")
            return Answer(204, [("upload-offset", str(offset)), *exhibit_of(upload)])
        fields = await self._take(request, upload, sender, offset=offset)
        return Answer(204, [*fields, *expiry_of(upload)])

    async def _end(self, request: Request) -> Answer:
        upload, _sender = await self._find(request)
        await self._let_in(request.name)

        def act(sender: Sender, at: datetime) -> None:
            services.end_upload(upload=upload, reason="ended", by=sender.user, at=at)

        await self._as_sender(request, act)
        self._running.pop(request.name, None)
        return Answer(204)

    async def _find(self, request: Request) -> tuple[Upload, Sender]:
        def act(sender: Sender, at: datetime) -> tuple[Upload, Sender]:
            return find(sender, request.name, at=at), sender

        return await self._as_sender(request, act)

    async def _offset_of(self, upload: Upload) -> int:
        """How many bytes are on the disks; to ask brings both files to that length."""
        if upload.state == UploadState.DONE:
            return upload.size
        name = upload.uid.hex
        await self._let_in(name)
        try:
            return await self._in_thread(size_on_disk, name)
        except Busy:
            if drafts.size_of(name) == upload.size:  # it is being finished
                return upload.size
            raise

    async def _let_in(self, name: str) -> None:
        """End a request that writes to this upload and has fallen silent.

        A phone that changed its network is back long before its old line is given up.
        """
        writer = self._writers.get(name)
        if writer is None:
            return
        writer.is_wanted = True
        with suppress(TimeoutError):
            async with asyncio.timeout(3 * TICK_SECONDS):
                await writer.is_over.wait()
        writer.is_wanted = False

    async def _take(
        self, request: Request, upload: Upload, sender: Sender, *, offset: int
    ) -> Fields:
        """Write what comes, and finish the upload if that was the last of it."""
        checksum = tus.checksum_of(request.headers)
        left = upload.size - offset
        if request.announced > left:
            raise Refused(413, "more than Upload-Length")
        name = upload.uid.hex
        await self._let_in(name)
        try:
            draft = await self._in_thread(open_at, name, offset)
        except Busy:
            if not offset == drafts.size_of(name) == upload.size:
                raise
            return await self._finished(upload, sender, "")  # it is in hand
        writer = self._writers[name] = Writer()
        part = Part(draft, left=left, checksum=checksum, running=self._known(draft))
        try:
            size = await self._write(part, request, writer)
        finally:
            await self._in_thread(draft.close)
            del self._writers[name]
            writer.is_over.set()
        fields = [("upload-offset", str(size))]
        if size == upload.size:
            self._running.pop(name, None)
            fields += await self._finished(upload, sender, part.digest)
        elif part.running is not None:
            self._remember(name, part.running)
        return fields

    async def _write(self, part: Part, request: Request, writer: Writer) -> int:
        """Write the body; how long the draft then is, on the disks.

        What came before a line broke, fell silent or its sender signed out is kept. A
        wrong checksum, a byte too many or a full disk takes the whole part back.
        """
        try:
            await self._pour(part, request, writer)
        except TakenBack:
            await self._in_thread(part.take_back)
            raise
        except Refused:
            await self._in_thread(part.settle)
            if part.running is not None:
                self._remember(request.name, part.running)
            raise
        await self._in_thread(part.settle)
        return part.draft.size

    async def _pour(self, part: Part, request: Request, writer: Writer) -> None:
        """Write one block while the next one comes."""
        on_the_way: asyncio.Future[Any] | None = None
        look_again = time.monotonic() + LOOK_AGAIN_SECONDS
        try:
            async for block in self._blocks(request.receive, writer):
                if on_the_way is not None:
                    await on_the_way
                on_the_way = asyncio.gather(
                    self._in_thread(part.write, block),
                    self._in_thread(part.count, block),
                )
                if time.monotonic() > look_again and request.name:
                    await self._find(request)
                    look_again = time.monotonic() + LOOK_AGAIN_SECONDS
        finally:
            if on_the_way is not None:
                await on_the_way
        part.check()

    async def _blocks(
        self, receive: Receive, writer: Writer
    ) -> AsyncIterator[bytearray]:
        """The body, in blocks that are worth a write.

        Raises:
            Refused: it will not come to its end, after a block of what had come.
        """
        block = bytearray()
        refusal: Refused | None = None
        has_more = True
        while has_more and refusal is None:
            try:
                message = await self._next(receive, writer)
            except Refused as error:
                refusal = error
                break
            block += message.get("body", b"")
            has_more = message.get("more_body", False)
            if len(block) >= BLOCK_BYTES:
                yield block
                block = bytearray()
        if block:
            yield block
        if refusal is not None:
            raise refusal

    async def _next(self, receive: Receive, writer: Writer) -> Message:
        coming = asyncio.ensure_future(receive())
        silent_since = time.monotonic()
        try:
            while not coming.done():
                await asyncio.wait({coming}, timeout=TICK_SECONDS)
                if coming.done():
                    break
                if self._is_ending:
                    raise Refused(503, "the server ends; go on after its next start")
                silence = time.monotonic() - silent_since
                if writer.is_wanted or silence > PAUSE_SECONDS:
                    raise Refused(408, "the rest of the request did not come")
        finally:
            coming.cancel()
        message = coming.result()
        if message["type"] == "http.disconnect":
            raise Refused(408, "the line broke")
        if self._is_ending:
            raise Refused(503, "the server ends; go on after its next start")
        return message

    def _known(self, draft: Draft) -> Running | None:
        """The digest of what the draft holds, if this process wrote all of it."""
        running = self._running.pop(draft.name, None)
        if draft.size == 0:
            return Running()
        return running if running and running.stamp == draft.stamp else None

    def _remember(self, name: str, running: Running) -> None:
        self._running[name] = running
        while len(self._running) > MOST_RUNNING:
            self._running.popitem(last=False)

    async def _finished(self, upload: Upload, sender: Sender, digest: str) -> Fields:
        """Let the upload become an exhibit; which, if that is known soon.

        Reading a long film to its end takes minutes; nobody needs to wait for it.
        """
        name = upload.uid.hex
        work = self._finishing.get(name)
        if work is None:
            loop = asyncio.get_running_loop()
            work = loop.run_in_executor(self._finishers, finish, upload, sender, digest)
            self._finishing[name] = work
            work.add_done_callback(lambda _: self._finishing.pop(name, None))
        done, _late = await asyncio.wait({work}, timeout=FINISH_SECONDS)
        uid = work.result() if done else ""
        return [("upload-exhibit", uid)] if uid else []

    async def _as_sender(
        self, request: Request, act: Callable[[Sender, datetime], T]
    ) -> T:
        return await self._in_thread(as_sender, request.headers, act)

    async def _in_thread(self, call: Callable[..., T], *args: object) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, call, *args)
