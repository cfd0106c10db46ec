"""``/live/``: tells a signed-in browser, as it happens, what was put on the record.

A plain ASGI application, because a stream that is open for hours must not hold a thread.
It answers with server-sent events. Each carries as its id how far the reader now is in
every chain they follow, so that a browser that was away (``Last-Event-ID``) goes on where
it was: nothing lost, nothing twice. What was recorded is told by kind and subject only;
the page fetches what it shows, and is shown what its reader may see.

A thousand screens follow the same few chains with the same few sets of rights. So what is
said to one *audience* is made once, and whether its members may still listen is asked for
many at a time.

Query: ``case=<number>`` follows the chain of that case alone; ``after=<id>`` begins
behind an id; ``since=<seconds since 1970>`` begins with what was recorded after that.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import re
from collections import Counter
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Mapping,
    MutableMapping,
    Sequence,
)
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import parse_qs
from weakref import WeakValueDictionary

import orjson
from django.db import Error

from anlan.accounts.models import User
from anlan.accounts.permissions import running_memberships, sites_where
from anlan.accounts.roles import Permission
from anlan.accounts.signed_in import acting_user_of, phone_token_of, session_key_of
from anlan.base.clock import acting_moment
from anlan.base.errors import NotFound
from anlan.cases.selectors import case_for
from anlan.ledger.events import KINDS
from anlan.ledger.models import Entry
from anlan.ledger.tail import MOST_BEHIND, ChainKey, Follower, Frame, Row, Step, Tailer

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Positions: TypeAlias = Mapping[ChainKey, int | None]
Places: TypeAlias = Mapping[ChainKey, int]  # never changed, shared by an audience
Rights: TypeAlias = Mapping[ChainKey, frozenset[str]]

log = logging.getLogger(__name__)

LIVE_PATH = "/live/"
# Each stream has its heartbeat, and its reader is looked at again, once in a round: below
# the patience of every usual proxy, and who signed out or left soon hears nothing.
ROUND_SECONDS = 15.0
SLOTS = 15  # of a round: after a restart everybody came within a second
MOST_ASKED = 50  # readers in one question
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
NOTHING = b":\n\n"


class Asking(NamedTuple):
    """Who asks to follow what: a session, and the number of a case or nothing.

    With the token of the shared phone, if it is one: a session by PIN is locked.
    """

    session_key: str
    number: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose stream it is, and with which permissions they follow which chain."""

    user_id: int
    chains: Rights


Answer: TypeAlias = Reader | NotFound | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What the browser asked for."""

    asking: Asking
    after: str
    since: datetime | None


class Live:
    """The ASGI application; one for each process."""

    def __init__(self) -> None:
        self._tailer: Tailer | None = None
        self._readers: Readers | None = None
        self._rounds: asyncio.Task[None] | None = None
        self._slots: tuple[set[Stream], ...] = tuple(set() for _ in range(SLOTS))
        self._next_slot = itertools.cycle(self._slots)
        self._audiences: WeakValueDictionary[Any, Audience] = WeakValueDictionary()
        self._open: Counter[str] = Counter()

    def start(self) -> None:
        """Begin to watch; called on the event loop."""
        self._tailer = Tailer(encode)
        self._tailer.start()
        self._readers = Readers(self._tailer)
        self._rounds = asyncio.create_task(self._go_round())

    def stop(self) -> None:
        if self._rounds is not None:
            self._rounds.cancel()
        if self._tailer is not None:
            self._tailer.stop()
        self._tailer = self._readers = self._rounds = None

    async def __call__(
        self, scope: MutableMapping[str, Any], receive: Receive, send: Send
    ) -> None:
        tailer, readers = self._tailer, self._readers
        if tailer is None or readers is None:
            await refuse(send, 503, "ending")
            return
        if scope["method"] != "GET":
            await refuse(send, 405, "GET only")
            return
        wish = wish_of(scope)
        reader = await readers.get(wish.asking)
        if isinstance(reader, NotFound):
            await refuse(send, 404, str(reader))
            return
        if reader is None:
            await refuse(send, 401, "sign in first")
            return
        session_key = wish.asking.session_key
        if self._open[session_key] >= MOST_STREAMS:
            await refuse(send, 429, "too many streams of one session")
            return
        self._open[session_key] += 1
        stream = Stream(tailer, reader, self._audience_of(reader), wish, send)
        slot = next(self._next_slot)
        slot.add(stream)
        try:
            await stream.run(receive)
        finally:
            slot.discard(stream)
            self._open[session_key] -= 1
            if not self._open[session_key]:
                del self._open[session_key]

    def _audience_of(self, reader: Reader) -> Audience:
        key = frozenset(reader.chains.items())
        audience = self._audiences.get(key)
        if audience is None:
            audience = self._audiences[key] = Audience(reader.chains)
        return audience

    async def _go_round(self) -> None:
        for slot in itertools.cycle(self._slots):
            await asyncio.sleep(ROUND_SECONDS / SLOTS)
            try:
                await self._visit(tuple(slot))
            except Error as error:  # then there is nothing to tell, either
                log.warning("the database does not say who may listen: %s", error)
            except Exception:
                # As the tailer: this must outlive every fault.
                log.exception("a round of the live streams stumbled")

    async def _visit(self, streams: Collection[Stream]) -> None:
        """Give a heartbeat, and end the streams of those who are no longer who they were.

        The browser comes again, and is answered as who it then is.
        """
        for stream in streams:
            stream.beat()
        if self._readers is None:
            return
        answers = await asyncio.gather(
            *(self._readers.get(stream.asking) for stream in streams)
        )
        for stream, answer in zip(streams, answers, strict=True):
            if answer != stream.reader:
                stream.end()


class Readers:
    """Looks up who is who, for many at a time.

    Whoever asks while a question is under way is in the next one.
    """

    def __init__(self, tailer: Tailer) -> None:
        self._tailer = tailer
        self._waiting: dict[Asking, asyncio.Future[Answer]] = {}
        self._work: asyncio.Task[None] | None = None

    async def get(self, asking: Asking) -> Answer:
        """The reader; or that nobody is signed in, or that there is no such case."""
        if asking not in self._waiting:
            self._waiting[asking] = asyncio.get_running_loop().create_future()
        answer = self._waiting[asking]
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._answer_all())
        return await asyncio.shield(answer)

    async def _answer_all(self) -> None:
        while self._waiting:
            asked = dict(itertools.islice(self._waiting.items(), MOST_ASKED))
            for asking in asked:
                del self._waiting[asking]
            try:
                found = await self._tailer.in_thread(readers_for, tuple(asked))
            except asyncio.CancelledError:  # the process ends
                for answer in (*asked.values(), *self._waiting.values()):
                    answer.cancel()
                raise
            except Exception as error:  # noqa: BLE001 -- it is raised where it was asked
                for answer in asked.values():
                    answer.set_exception(error)
            else:
                for asking, answer in asked.items():
                    answer.set_result(found[asking])


class Audience:
    """Those who may be told the same: what is said to them is made once.

    Nearly always all of them are at the same places, so that only the last saying need
    be remembered.
    """

    def __init__(self, rights: Rights) -> None:
        self._rights = rights
        self._steps: Sequence[Step] = ()
        self._before: Places = {}
        self._after: Places = {}
        self._data = b""

    def told(self, before: Places, steps: Sequence[Step]) -> tuple[bytes, Places]:
        """What is sent for these steps to who was at ``before``, and where they then are."""
        if steps is not self._steps or (
            before is not self._before and before != self._before
        ):
            self._data, self._after = self._encoded(before, steps)
            self._steps, self._before = steps, before
        return self._data, self._after

    def _encoded(
        self, before: Places, steps: Sequence[Step]
    ) -> tuple[bytes, dict[ChainKey, int]]:
        places = dict(before)
        parts = []
        for chain, seq, frame in steps:
            places[chain] = seq
            parts.append(b"id: %b\n" % identifier_of(places).encode())
            if frame is None:
                parts.append(RELOAD)
            elif frame.needs in self._rights[chain]:
                parts.append(frame.payload)
            else:
                parts.append(NOTHING)
        return b"".join(parts), places


class Stream:
    """One answer that does not end by itself."""

    def __init__(
        self,
        tailer: Tailer,
        reader: Reader,
        audience: Audience,
        wish: Wish,
        send: Send,
    ) -> None:
        self.reader = reader
        self.asking = wish.asking
        self._tailer = tailer
        self._audience = audience
        self._wish = wish
        self._send = send
        self._follower: Follower | None = None
        # Ours and not the follower's, which is ahead by what it has just handed out.
        self._places: Places = {}

    def beat(self) -> None:
        """Let it be seen that we are there, unless there is something to tell anyway."""
        if self._follower is not None:
            self._follower.nudge()

    def end(self) -> None:
        if self._follower is not None:
            self._follower.close()

    async def run(self, receive: Receive) -> None:
        start, must_reload = await self._start()
        async with self._tailer.follow(start) as follower:
            self._follower = follower
            self._places = dict(follower.positions)
            await self._send(
                {"type": "http.response.start", "status": 200, "headers": HEADERS}
            )
            hello = f"retry: {RETRY_MS}\nid: {identifier_of(self._places)}\n: hello\n\n".encode()
            await self._write(hello + (RELOAD if must_reload else b""))
            async with closing_with(receive, follower):
                await self._tell(follower)
        with suppress(Exception):  # the browser may be gone: then nobody is told
            await self._send({"type": "http.response.body", "body": b""})

    async def _start(self) -> tuple[Positions, bool]:
        """Where to begin in each chain, and whether the page must be read afresh."""
        chains = self.reader.chains
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
            steps = await follower.next()
            if follower.is_closed:
                break
            data, places = self._audience.told(self._places, steps)
            await self._write(data or NOTHING)
            self._places = places

    async def _write(self, data: bytes) -> None:
        await self._send(
            {"type": "http.response.body", "body": data, "more_body": True}
        )


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
    cookies = headers.get(b"cookie", "")
    return Wish(
        asking=Asking(session_key_of(cookies), said("case"), phone_token_of(cookies)),
        after=headers.get(b"last-event-id", "") or said("after"),
        since=since,
    )


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


def readers_for(asked: Collection[Asking]) -> dict[Asking, Answer]:
    """Who may act with each session, and what they follow.

    A session is looked up once, and what a role may is computed once for all who have it.
    """
    at = acting_moment()
    sessions = {(asking.session_key, asking.phone) for asking in asked}
    users = {
        (key, phone): acting_user_of(key, phone=phone, at=at) for key, phone in sessions
    }
    shared: dict[Any, Rights] = {}
    return {
        asking: _reader_for(
            users[asking.session_key, asking.phone], asking.number, shared
        )
        for asking in asked
    }


def _reader_for(user: User | None, number: str, shared: dict[Any, Rights]) -> Answer:
    if user is None:
        return None
    chains = _rights_of(user, shared)
    if not number:
        return Reader(user.pk, chains)
    try:
        case = case_for(user, number)
    except NotFound as error:
        return error
    only = ChainKey(case.organisation_id, case.site_id)
    return Reader(user.pk, {only: chains[only]})


def _rights_of(user: User, shared: dict[Any, Rights]) -> Rights:
    key = frozenset(
        (held.role_key, held.organisation_id, held.region_id, held.site_id)
        for held in running_memberships(user)
    )
    if key not in shared:
        chains: dict[ChainKey, frozenset[str]] = {}
        for permission in (*SEEN_WITH.values(), ELSE_SEEN_WITH):
            sites = sites_where(user, permission).order_by("pk")
            for place in sites.values_list("organisation_id", "pk"):
                chain = ChainKey(*place)
                chains[chain] = chains.get(chain, frozenset()) | {permission.value}
        shared[key] = chains
    return shared[key]


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
