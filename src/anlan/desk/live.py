"""``/live/``: tells a signed-in browser, as it happens, what was put on the record.

A plain ASGI application, because a stream that is open for hours must not hold a thread.
It answers with server-sent events. Each carries as its id how far the reader now is in
every chain they follow, so that a browser that was away (``Last-Event-ID``) goes on where
it was: nothing lost, nothing twice. What was recorded is told by kind and subject only;
the page fetches what it shows, and is shown what its reader may see.

Query: ``case=<number>`` follows the chain of that case alone; ``after=<id>`` begins
behind an id; ``since=<seconds since 1970>`` begins with what was recorded after that.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Mapping,
    MutableMapping,
    Sequence,
)
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from secrets import SystemRandom
from typing import Any, TypeAlias
from urllib.parse import parse_qs

import orjson
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from anlan.accounts.models import User
from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.accounts.sessions import SessionStore
from anlan.base.errors import NotFound
from anlan.cases.selectors import case_for
from anlan.ledger.events import KINDS
from anlan.ledger.models import Entry
from anlan.ledger.tail import MOST_BEHIND, ChainKey, Follower, Frame, Row, Step, Tailer

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Positions: TypeAlias = Mapping[ChainKey, int | None]

LIVE_PATH = "/live/"
HEARTBEAT_SECONDS = 15.0  # below the patience of every usual proxy
CHECK_SECONDS = 40.0  # who signed out or left hears nothing after a minute
RETRY_MS = 1000
MOST_STREAMS = 8  # of one session
# With more, the id would outgrow a header: such a reader starts afresh after a break.
MOST_NAMED_CHAINS = 200
ANEW = "*"

# Who may be told of an entry, by the sort of its subject; the others are the auditors'.
SEEN_WITH = {"case": Permission.CASE_SEE}
ELSE_SEEN_WITH = Permission.LEDGER_READ

PLACE = re.compile(r"(\d{1,18})\.(\d{1,18}):(\d{1,18})")
RELOAD = b"event: reload\ndata: {}\n\n"


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose stream it is, and with which permissions they follow which chain."""

    user_id: int
    chains: Mapping[ChainKey, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the browser asked for."""

    session_key: str
    number: str
    after: str
    since: datetime | None


class Live:
    """The ASGI application; one for each process."""

    def __init__(self) -> None:
        self._tailer: Tailer | None = None
        self._open: Counter[str] = Counter()

    def start(self) -> None:
        """Begin to watch; called on the event loop."""
        self._tailer = Tailer(encode)
        self._tailer.start()

    def stop(self) -> None:
        if self._tailer is not None:
            self._tailer.stop()
        self._tailer = None

    async def __call__(
        self, scope: MutableMapping[str, Any], receive: Receive, send: Send
    ) -> None:
        tailer = self._tailer
        if tailer is None:
            await refuse(send, 503, "ending")
            return
        if scope["method"] != "GET":
            await refuse(send, 405, "GET only")
            return
        wish = wish_of(scope)
        try:
            reader = await tailer.in_thread(reader_for, wish.session_key, wish.number)
        except NotFound as error:
            await refuse(send, 404, str(error))
            return
        if reader is None:
            await refuse(send, 401, "sign in first")
            return
        if self._open[wish.session_key] >= MOST_STREAMS:
            await refuse(send, 429, "too many streams of one session")
            return
        self._open[wish.session_key] += 1
        try:
            await Stream(tailer, reader, wish, send).run(receive)
        finally:
            self._open[wish.session_key] -= 1
            if not self._open[wish.session_key]:
                del self._open[wish.session_key]


class Stream:
    """One answer that does not end by itself."""

    def __init__(self, tailer: Tailer, reader: Reader, wish: Wish, send: Send) -> None:
        self._tailer = tailer
        self._reader = reader
        self._wish = wish
        self._send = send
        # Ours and not the follower's, which is ahead by what it has just handed out.
        self._positions: dict[ChainKey, int] = {}
        self._check_at = next_check()

    async def run(self, receive: Receive) -> None:
        start, must_reload = await self._start()
        async with self._tailer.follow(start) as follower:
            self._positions = dict(follower.positions)
            await self._send(
                {"type": "http.response.start", "status": 200, "headers": HEADERS}
            )
            hello = f"retry: {RETRY_MS}\nid: {identifier_of(self._positions)}\n: hello\n\n".encode()
            await self._write(hello + (RELOAD if must_reload else b""))
            async with closing_with(receive, follower):
                await self._tell(follower)
        with suppress(Exception):  # the browser may be gone: then nobody is told
            await self._send({"type": "http.response.body", "body": b""})

    async def _start(self) -> tuple[Positions, bool]:
        """Where to begin in each chain, and whether the page must be read afresh."""
        chains = self._reader.chains
        if self._wish.after:
            known = positions_of(self._wish.after)
            return {chain: known.get(chain) for chain in chains}, not known
        if self._wish.since and len(chains) <= MOST_NAMED_CHAINS:
            found = await self._tailer.in_thread(
                places_at, tuple(chains), self._wish.since
            )
            return found, False
        return dict.fromkeys(chains), False

    async def _tell(self, follower: Follower) -> None:
        while True:
            steps = await follower.next(HEARTBEAT_SECONDS)
            if follower.is_closed:
                break
            await self._write(self._encoded(steps) if steps else b":\n\n")
            if not await self._is_still_allowed():
                break

    def _encoded(self, steps: Iterable[Step]) -> bytes:
        parts = []
        for chain, seq, frame in steps:
            self._positions[chain] = seq
            parts.append(b"id: %b\n" % identifier_of(self._positions).encode())
            if frame is None:
                parts.append(RELOAD)
            elif frame.needs in self._reader.chains[chain]:
                parts.append(frame.payload)
            else:
                parts.append(b":\n\n")
        return b"".join(parts)

    async def _is_still_allowed(self) -> bool:
        """Whether the reader is still signed in and may see what they saw.

        If not, the stream ends; the browser comes again, and is answered as who it then
        is.
        """
        if time.monotonic() < self._check_at:
            return True
        self._check_at = next_check()
        wish = self._wish
        try:
            now = await self._tailer.in_thread(
                reader_for, wish.session_key, wish.number
            )
        except NotFound:
            return False
        return now == self._reader

    async def _write(self, data: bytes) -> None:
        await self._send(
            {"type": "http.response.body", "body": data, "more_body": True}
        )


def next_check() -> float:
    """When to look again, on the monotonic clock.

    After a restart everybody comes within a second; they shall not all be looked up
    again within one.
    """
    return time.monotonic() + CHECK_SECONDS * SystemRandom().uniform(0.5, 1)


HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


def encode(chain: ChainKey, rows: Sequence[Row]) -> list[Frame]:
    """Make entries ready to send, once for all readers of this process."""
    return [Frame(row.seq, needed_for(row), payload_of(row)) for row in rows]


def needed_for(row: Row) -> str:
    """The permission with which an entry may be told; empty for nobody.

    Reading protected matter is an entry, too, but never shown as it happens.
    """
    event = KINDS.get(row.kind)
    if event is None or event.quiet:
        return ""
    sort = row.subject.partition(":")[0]
    return SEEN_WITH.get(sort, ELSE_SEEN_WITH).value


def payload_of(row: Row) -> bytes:
    told = {
        "seq": row.seq,
        "kind": row.kind,
        "subject": row.subject,
        "exercise": row.exercise,
    }
    return b"event: entry\ndata: %b\n\n" % orjson.dumps(told)


def wish_of(scope: Mapping[str, Any]) -> Wish:
    """What the request asks for; nonsense counts as not said."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    query: dict[str, list[str]] = parse_qs(scope["query_string"].decode("latin-1"))

    def said(name: str) -> str:
        return query.get(name, [""])[0]

    since = None
    with suppress(ValueError, OverflowError):
        since = datetime.fromtimestamp(int(said("since")), UTC)
    return Wish(
        session_key=session_key_of(headers.get(b"cookie", "")),
        number=said("case"),
        after=headers.get(b"last-event-id", "") or said("after"),
        since=since,
    )


def session_key_of(cookies: str) -> str:
    try:
        morsel = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return str(morsel.value) if morsel else ""


def identifier_of(positions: Mapping[ChainKey, int]) -> str:
    """How far a reader is in every chain, as the id of what they are sent."""
    if len(positions) > MOST_NAMED_CHAINS:
        return ANEW
    return ",".join(
        f"{organisation}.{site}:{seq}"
        for (organisation, site), seq in positions.items()
    )


def positions_of(identifier: str) -> dict[ChainKey, int]:
    """The places that an id names; none if it is not one of ours."""
    found = {}
    for part in identifier.split(","):
        match = PLACE.fullmatch(part)
        if match is None:
            return {}
        organisation, site, seq = map(int, match.groups())
        found[ChainKey(organisation, site)] = seq
    return found


def reader_for(session_key: str, number: str) -> Reader | None:
    """Who is signed in with this session, and what they follow.

    Raises:
        NotFound: there is no such case, or it is not theirs to see.
    """
    user = user_of(session_key)
    if user is None:
        return None
    chains: dict[ChainKey, frozenset[str]] = {}
    for permission in (*SEEN_WITH.values(), ELSE_SEEN_WITH):
        sites = sites_where(user, permission).order_by("pk")
        for key in sites.values_list("organisation_id", "pk"):
            chain = ChainKey(*key)
            chains[chain] = chains.get(chain, frozenset()) | {permission.value}
    if number:
        case = case_for(user, number)
        only = ChainKey(case.organisation_id, case.site_id)
        chains = {only: chains[only]}
    return Reader(user.pk, chains)


def user_of(session_key: str) -> User | None:
    if not session_key:
        return None
    request = HttpRequest()
    request.session = SessionStore(session_key)
    user = get_user(request)
    return user if isinstance(user, User) and user.is_active else None


def places_at(chains: Sequence[ChainKey], moment: datetime) -> dict[ChainKey, int]:
    """How far each chain reached at this moment."""
    return {chain: _place_at(chain, moment) for chain in chains}


def _place_at(chain: ChainKey, moment: datetime) -> int:
    # Walks back from the end; what is looked at is what was recorded since. Whoever
    # names a moment further back is told to read everything afresh anyway.
    entries = Entry.objects.filter(
        organisation_id=chain.organisation_id, site_id=chain.site_id
    ).order_by("-seq")
    seqs = entries.values_list("seq", flat=True)
    nearest = (seqs.first() or 0) - MOST_BEHIND
    return seqs.filter(seq__gte=nearest, recorded_at__lte=moment).first() or 0


@asynccontextmanager
async def closing_with(receive: Receive, follower: Follower) -> AsyncIterator[None]:
    """Close the follower as soon as the browser is gone."""

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        follower.close()

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()


async def refuse(send: Send, status: int, sentence: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": sentence.encode()})
