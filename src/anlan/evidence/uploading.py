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
import re
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, TypeAlias, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from django.conf import settings
from django.db import close_old_connections
from django.http.request import validate_host
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from anlan.accounts import tokens
from anlan.accounts.models import User
from anlan.accounts.roles import Permission
from anlan.accounts.signed_in import acting_user_of
from anlan.base.clock import acting_at
from anlan.base.errors import DomainError, NotFound, traced
from anlan.base.limits import count_up
from anlan.cases.selectors import case_for
from anlan.evidence import drafts, permissions, services, tus
from anlan.evidence.drafts import Busy, Draft
from anlan.evidence.enums import UploadState
from anlan.evidence.models import Upload
from anlan.evidence.parts import Part, Running
from anlan.evidence.services.uploads import About
from anlan.evidence.tus import Refused, TakenBack

Message: TypeAlias = MutableMapping[str, Any]
Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Headers: TypeAlias = Mapping[str, str]
Fields: TypeAlias = list[tuple[str, str]]  # of an answer
T = TypeVar("T")

log = logging.getLogger(__name__)

UPLOAD_PATH = "/upload/"
BLOCK_BYTES = 1024 * 1024  # written at once
TICK_SECONDS = 1.0  # of silence, after which a line that came back takes over
PAUSE_SECONDS = 30.0  # of silence, after which nobody is waited for
LOOK_AGAIN_SECONDS = 15.0  # whether the sender is still signed in
FINISH_SECONDS = 5.0  # that the answer to the last part waits for the exhibit
REFUSED_BYTES = 16 * 1024 * 1024  # read of a refused body, so that the answer is heard
MOST_BEGUN, WINDOW = 600, 3600  # uploads of one person in so many seconds
MOST_RUNNING = 256  # digests that are carried along
THREADS, FINISHERS = 8, 2
_NAME = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Sender:
    """Who sends, and by which door."""

    user: User
    via: str  # web or api


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


def request_of(scope: Scope, receive: Receive) -> Request:
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1")
        for name, value in scope["headers"]
    }
    method = str(scope["method"])
    if method == "POST":  # for those whose proxy knows no other
        method = headers.get("x-http-method-override", method).upper()
    return Request(method, scope["path"].removeprefix(UPLOAD_PATH), headers, receive)


def as_sender(headers: Headers, act: Callable[[Sender, datetime], T]) -> T:
    """Do something as whoever sends, at this moment and in their language.

    Raises:
        Refused: nobody is signed in, or what they want is refused; with the sentence.
    """
    close_old_connections()  # of this thread: one that broke is opened anew
    at = timezone.now()
    with acting_at(at):
        sender = sender_of(headers, at=at)
        with translation.override(sender.user.language):
            try:
                return act(sender, at)
            except DomainError as error:
                raise Refused(error.status, error) from error


def sender_of(headers: Headers, *, at: datetime) -> Sender:
    """Who holds the token, else whose session it is; a page of others cannot send it."""
    scheme, _space, secret = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        found = tokens.user_of_token(secret.strip(), at=at)
        if found is None:
            raise Refused(401, "this token does not hold")
        user, token = found
        if user.scopes is not None and Permission.EVIDENCE_ADD not in user.scopes:
            raise Refused(403, f"the token needs the scope {Permission.EVIDENCE_ADD}")
        if tokens.needs_use_noted(token, at=at):
            tokens.note_use(token=token, at=at)
        return Sender(user, "api")
    check_origin(headers)
    signed_in = acting_user_of(headers.get("cookie", ""), at=at)
    if signed_in is None:
        raise Refused(401, _("请先登录，已传的部分保留"))
    return Sender(signed_in, "web")


def check_origin(headers: Headers) -> None:
    """Refuse what a page of somebody else sends with our cookie."""
    host, origin = headers.get("host", ""), headers.get("origin", "")
    name = urlsplit(f"//{host}").hostname or ""
    shown = f"[{name}]" if ":" in name else name
    if not (settings.DEBUG or validate_host(shown, settings.ALLOWED_HOSTS)):
        raise Refused(400, "no such host")
    if not origin or origin in settings.CSRF_TRUSTED_ORIGINS:
        return
    if urlsplit(origin).netloc != host:
        raise Refused(403, "this page may not send here")


def begin(
    sender: Sender, size: int, said: Mapping[str, str], *, at: datetime
) -> Upload:
    user = sender.user
    if count_up(f"uploads:{user.pk}", seconds=WINDOW) > MOST_BEGUN:
        raise Refused(429, _("上传太频繁，请稍后再试"))
    try:
        request_id = UUID(said.get("request_id", ""))
    except ValueError as error:
        raise Refused(400, "request_id in Upload-Metadata must be a UUID") from error
    about = About(
        title=said.get("title", ""),
        file_name=said.get("filename", ""),
        how=said.get("how", ""),
        happened=moment_of(said.get("happened", ""), at=at),
    )
    return services.begin_upload(
        case=case_for(user, said.get("case", "")),
        size=size,
        about=about,
        request_id=request_id,
        by=user,
        at=at,
    )


def moment_of(text: str, *, at: datetime) -> datetime | None:
    """When it was taken, as was said.

    Raises:
        Refused: no moment, none with a zone, or one that is still to come.
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused(400, "happened must be as 2026-11-23T14:02:31+08:00") from error
    if moment.tzinfo is None:
        raise Refused(400, "happened must say its zone")
    if moment > at:
        raise Refused(422, _("拍摄时间不能晚于现在"))
    return moment.astimezone(UTC)


def find(sender: Sender, name: str, *, at: datetime) -> Upload:
    """An upload of the sender, to go on with.

    Raises:
        NotFound: there is none of this name, or it is somebody else's; alike.
        Refused: it was ended, or ran out.
        NotAllowed: the sender may add nothing there any more.
    """
    upload = None
    if _NAME.fullmatch(name):
        upload = (
            Upload.objects.select_related("case__site", "by", "exhibit")
            .filter(uid=UUID(hex=name), by=sender.user)
            .first()
        )
    if upload is None:
        raise NotFound(_("没有这次上传"))
    is_late = upload.state == UploadState.OPEN and upload.expires_at <= at
    if upload.state == UploadState.REFUSED or is_late:
        raise Refused(410, _("这次上传已经结束，请重新上传"))
    permissions.check_can_add(sender.user, upload.case)
    return upload


def open_at(name: str, offset: int) -> Draft:
    """The draft, if that is how far it is.

    Raises:
        Refused: it is further or less far, or its disk cannot be written.
        Busy: another request or process has it.
    """
    try:
        draft = Draft(name)
    except OSError as error:
        log.warning("a draft cannot be opened: %s", type(error).__name__)
        raise Refused(507, _("服务器的磁盘暂时不能写入，请稍后再试")) from error
    if draft.size != offset:
        draft.close()
        raise Refused(409, "the upload is at another offset")
    return draft


def size_on_disk(name: str) -> int:
    with drafts.opened(name) as draft:
        return draft.size


def finish(upload: Upload, sender: Sender, digest: str) -> str:
    """Make the exhibit; its uid, or nothing if that was not to be: the worker tries again."""
    close_old_connections()
    at = timezone.now()
    try:
        with acting_at(at):
            exhibit = services.finish_upload(
                upload=upload, by=sender.user, at=at, digest=digest, via=sender.via
            )
    except (Busy, DomainError):  # somebody else has finished it, or does
        return ""
    except Exception as error:  # noqa: BLE001 -- the log has it, without names
        log.error("an upload was not finished: %s", traced(error))  # noqa: TRY400
        return ""
    return str(exhibit.uid)


def said_of(upload: Upload) -> dict[str, str]:
    return {
        "case": upload.case.number,
        "filename": upload.file_name,
        "title": upload.title,
        "how": upload.how,
        "happened": upload.happened_at.isoformat() if upload.happened_at else "",
        "request_id": str(upload.request_id),
    }


def expiry_of(upload: Upload) -> Fields:
    if upload.state != UploadState.OPEN:
        return exhibit_of(upload)
    until = upload.expires_at.astimezone(UTC)
    return [("upload-expires", format_datetime(until, usegmt=True))]


def exhibit_of(upload: Upload) -> Fields:
    return [("upload-exhibit", str(upload.exhibit.uid))] if upload.exhibit else []


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
        async with asyncio.timeout(PAUSE_SECONDS / 6):
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
