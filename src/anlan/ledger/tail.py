"""Follows the chains as they grow: every entry to every listener, in order, once.

One thread of a process watches the heads of the chains that somebody listens to, reads
what is new, and hands it to the followers on the event loop. Because a chain has no
gaps, each side can prove that it holds everything: the next number is the last one plus
one. Whoever finds that it is not reads the missing part from the ledger again.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import NamedTuple, Self, TypeVar

from django.db import Error, close_old_connections, connection

from anlan.base import changes
from anlan.ledger.models import Chain, Entry

log = logging.getLogger(__name__)

PAGE = 500  # entries in one read
QUEUE_LIMIT = 500  # frames a slow listener may leave lying before they are dropped
MOST_BEHIND = 10_000  # entries; who missed more is told to read everything afresh
SQLITE_POLL_SECONDS = 0.02  # asks a counter in shared memory: some microseconds
POSTGRESQL_POLL_SECONDS = 0.05
RETRY_SECONDS = 0.5  # while the database does not answer
STOP_SECONDS = 1.0  # for a thread that hangs on a dead connection
READERS = 4  # threads that read for the followers

T = TypeVar("T")


class ChainKey(NamedTuple):
    """Names one chain."""

    organisation_id: int
    site_id: int


@dataclass(frozen=True, slots=True)
class Row:
    """What the listeners are told of an entry; never its data."""

    seq: int
    kind: str
    subject: str
    exercise: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """An entry made ready for sending, once for all listeners of the process.

    ``needs`` says what a reader must hold to be sent it; the layer that encodes it also
    decides what that means. The empty string is for nobody.
    """

    seq: int
    needs: str
    payload: bytes


class Step(NamedTuple):
    """One move of a listener along a chain.

    Without a frame: the chain cannot be told entry by entry from where the listener
    was, who has to look at the whole again; the new place is ``seq``.
    """

    chain: ChainKey
    seq: int
    frame: Frame | None


@dataclass(frozen=True, slots=True)
class Batch:
    """What the tailer hands out: steps along one chain, and how far it now reaches.

    One for all listeners: who is level with the chain is given the very same ``steps``,
    so that what is made of them can be shared, too.
    """

    chain: ChainKey
    upto: int
    steps: tuple[Step, ...] = ()
    is_broken: bool = False  # the chain does not continue from where it was


class ChainGap(Exception):
    """Entries are missing below the head; ``verify`` will say which."""


Reading = tuple[ChainKey, int, int]
Seen = tuple[object, frozenset[ChainKey]]
NOTHING_SEEN: Seen = (None, frozenset())

Encode = Callable[[ChainKey, Sequence[Row]], Sequence[Frame]]


def heads(chains: Collection[ChainKey]) -> dict[ChainKey, int]:
    """The last number of each chain that has begun."""
    found = Chain.objects.filter(
        organisation_id__in={chain.organisation_id for chain in chains},
        site_id__in={chain.site_id for chain in chains},
    ).values_list("organisation_id", "site_id", "seq")
    return {
        key: seq
        for organisation_id, site_id, seq in found
        if (key := ChainKey(organisation_id, site_id)) in chains
    }


def rows_between(chain: ChainKey, after: int, upto: int) -> list[Row]:
    """The entries of ``(after, upto]``, at most a page of them.

    Raises:
        ChainGap: one is missing, although the head says that it was written.
    """
    upto = min(upto, after + PAGE)
    found = Entry.objects.filter(
        organisation_id=chain.organisation_id,
        site_id=chain.site_id,
        seq__gt=after,
        seq__lte=upto,
    ).order_by("seq")
    rows = [
        Row(*values)
        for values in found.values_list("seq", "kind", "subject", "exercise")
    ]
    if [row.seq for row in rows] != list(range(after + 1, upto + 1)):
        raise ChainGap(f"{chain}: entries between {after} and {upto} are missing")
    return rows


class Tailer:
    """Watches the heads, in a thread with a connection of its own.

    Everything but the thread's own work is called on the event loop.
    """

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._wanted = threading.Event()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="live")
        self._followers: dict[ChainKey, set[Follower]] = {}
        # Replaced as a whole by the loop, read by the thread: needs no lock.
        self._watched: frozenset[ChainKey] = frozenset()
        # How far the followers of each chain were told, and what is being read for them.
        self._told: dict[ChainKey, int] = {}
        self._readings: dict[Reading, asyncio.Future[tuple[Step, ...]]] = {}
        # The thread's own.
        self._last: dict[ChainKey, int] = {}
        self._seen = NOTHING_SEEN
        self._is_away = False

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="tailer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._wanted.set()
        for follower in {f for group in self._followers.values() for f in group}:
            follower.close()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)
        self._readers.shutdown(wait=False, cancel_futures=True)

    def follow(self, positions: Mapping[ChainKey, int | None]) -> Follower:
        """A listener to these chains, to be entered with ``async with``.

        Args:
            positions: the last number that the listener has of each; ``None`` for
                those that begin with what is written from now on.
        """
        return Follower(self, positions)

    async def in_thread(self, read: Callable[..., T], *args: object) -> T:
        """Call something that asks the database, beside the event loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, _fresh, read, *args)

    async def heads_for(
        self, wished: Mapping[ChainKey, int | None]
    ) -> Mapping[ChainKey, int]:
        """How far each chain reaches, at least as far as was wished if it is so long.

        The database is not asked about chains that others follow already.
        """
        told = self._told
        if all(
            chain in told and (seq is None or seq <= told[chain])
            for chain, seq in wished.items()
        ):
            return told
        return await self.in_thread(heads, wished.keys())

    async def read(self, chain: ChainKey, after: int, upto: int) -> tuple[Step, ...]:
        """``steps_between``, once for all who ask for the same at the same time.

        After a break that is everybody.
        """
        key = (chain, after, upto)
        if key not in self._readings:
            reading = self.in_thread(self.steps_between, *key)
            self._readings[key] = asyncio.ensure_future(reading)
            self._readings[key].add_done_callback(lambda _: self._readings.pop(key))
        return await asyncio.shield(self._readings[key])

    def steps_between(self, chain: ChainKey, after: int, upto: int) -> tuple[Step, ...]:
        """As ``rows_between``, encoded."""
        frames = self._encode(chain, rows_between(chain, after, upto))
        return tuple(Step(chain, frame.seq, frame) for frame in frames)

    def add(self, follower: Follower) -> None:
        for chain in follower.positions:
            self._followers.setdefault(chain, set()).add(follower)
        self._watched = frozenset(self._followers)
        self._wanted.set()

    def remove(self, follower: Follower) -> None:
        for chain in follower.positions:
            group = self._followers.get(chain, set())
            group.discard(follower)
            if not group:
                self._followers.pop(chain, None)
                self._told.pop(chain, None)
        self._watched = frozenset(self._followers)

    def _hand_out(self, batch: Batch) -> None:
        followers = self._followers.get(batch.chain)
        if not followers:
            return
        self._told[batch.chain] = batch.upto
        for follower in followers:
            follower.push(batch)

    # The thread.

    def _run(self) -> None:
        sqlite = connection.vendor == "sqlite"
        poll = SQLITE_POLL_SECONDS if sqlite else POSTGRESQL_POLL_SECONDS
        try:
            while not self._stop.is_set():
                if not self._watched:
                    self._wanted.clear()
                    if not self._watched:  # nobody came between the two lines above
                        self._wanted.wait()
                    continue
                self._stop.wait(poll if self._try_to_look() else RETRY_SECONDS)
        finally:
            connection.close()

    def _try_to_look(self) -> bool:
        """Look once; a database that is away is waited for, however long."""
        try:
            self._look()
        except Error as error:
            if not self._is_away:
                log.warning("the database does not answer, live waits: %s", error)
            self._is_away = True
            connection.close()
            self._seen = NOTHING_SEEN  # the next connection counts from elsewhere
        except Exception:
            # The thread must outlive every fault: screens that silently stand still
            # are worse than a line in the log twice a second.
            log.exception("the tailer stumbled")
        else:
            self._is_away = False
            return True
        return False

    def _look(self) -> None:
        watched = self._watched
        mark = changes.mark()
        if (mark, watched) == self._seen:
            return
        current = heads(watched)
        for chain in watched:
            self._advance(chain, current.get(chain, 0))
        self._last = {chain: self._last[chain] for chain in watched}
        # Only now: had a read failed, we would sleep until somebody writes again.
        self._seen = (mark, watched)

    def _advance(self, chain: ChainKey, head: int) -> None:
        last = self._last.get(chain)
        if last is None or head < last:
            # First sight: followers compare with what they read themselves. A head
            # that went back is a database restored from a copy.
            self._last[chain] = head
            self._deliver(Batch(chain, head, is_broken=last is not None))
            return
        while last < head:
            try:
                steps = self.steps_between(chain, last, head)
            except ChainGap:
                log.exception("a chain has a gap; run verify")
                self._last[chain] = head
                self._deliver(Batch(chain, head, is_broken=True))
                return
            last = self._last[chain] = steps[-1].seq
            self._deliver(Batch(chain, last, steps))

    def _deliver(self, batch: Batch) -> None:
        if self._loop is not None and not self._stop.is_set():
            self._loop.call_soon_threadsafe(self._hand_out, batch)


class Follower:
    """One listener: its place in each chain, and what lies ready for it."""

    def __init__(
        self, tailer: Tailer, positions: Mapping[ChainKey, int | None]
    ) -> None:
        self._tailer = tailer
        self._wished = positions
        self.positions: dict[ChainKey, int] = dict.fromkeys(positions, 0)
        self.is_closed = False
        self._batches: deque[Batch] = deque()
        self._waiting = 0  # steps in the batches
        self._behind: dict[ChainKey, int] = {}  # to be read from the ledger, up to
        self._jumped: list[Step] = []
        self._is_nudged = False
        self._news: asyncio.Future[None] | None = None  # while somebody waits for it

    async def __aenter__(self) -> Self:
        # First on the list, then look: what is written from now on is handed to us.
        self._tailer.add(self)
        try:
            current = await self._tailer.heads_for(self._wished)
        except BaseException:
            self._tailer.remove(self)
            raise
        for chain, wished in self._wished.items():
            self._begin(chain, wished, current.get(chain, 0))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._tailer.remove(self)

    async def next(self) -> Sequence[Step]:
        """Wait for what comes next; empty after a nudge, and once it is closed.

        What it returns counts as received: the next call goes on behind it. Nothing is
        lost if the waiting is cancelled.
        """
        while not self.is_closed:
            if self._jumped:
                steps, self._jumped = self._jumped, []
                return steps
            if self._behind:
                return await self._read_again()
            while self._batches:
                batch = self._batches.popleft()
                self._waiting -= len(batch.steps)
                if fresh := self._accept(batch):
                    return fresh
            if self._behind or self._jumped:
                continue
            if self._is_nudged:
                break
            # No timer: a thousand listeners would set and clear a thousand for each entry.
            self._news = asyncio.get_running_loop().create_future()
            await self._news
        self._is_nudged = False
        return ()

    def nudge(self) -> None:
        """Make ``next`` return with nothing, once, if there is nothing to tell."""
        self._is_nudged = True
        self._wake()

    def close(self) -> None:
        """Make ``next`` return at once, now and from now on."""
        self.is_closed = True
        self._wake()

    def push(self, batch: Batch) -> None:
        """Take a batch; what a slow listener leaves lying is dropped and read again."""
        self._batches.append(batch)
        self._waiting += len(batch.steps)
        if self._waiting > QUEUE_LIMIT:
            for dropped in self._batches:
                if dropped.is_broken:
                    self._jump(dropped.chain, dropped.upto)
                else:
                    self._behind[dropped.chain] = dropped.upto
            self._batches.clear()
            self._waiting = 0
        self._wake()

    def _wake(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    def _begin(self, chain: ChainKey, wished: int | None, head: int) -> None:
        if wished is None:
            self.positions[chain] = head
        elif head - MOST_BEHIND <= wished <= head:
            self.positions[chain] = wished
            if wished < head:
                self._behind[chain] = head
        else:
            self._jump(chain, head)

    def _accept(self, batch: Batch) -> tuple[Step, ...]:
        """The new steps of a batch, if it continues where we are."""
        chain = batch.chain
        if batch.is_broken:
            self._jump(chain, batch.upto)
            return ()
        at = self.positions[chain]
        fresh = batch.steps
        if fresh and fresh[0].seq <= at:
            fresh = tuple(step for step in fresh if step.seq > at)
        if batch.upto > at and (not fresh or fresh[0].seq != at + 1):
            self._behind[chain] = batch.upto
            return ()
        self.positions[chain] = max(at, batch.upto)
        return fresh

    async def _read_again(self) -> tuple[Step, ...]:
        chain, upto = next(iter(self._behind.items()))
        at = self.positions[chain]
        try:
            steps = await self._tailer.read(chain, at, upto)
        except ChainGap:
            self._jump(chain, self._behind.pop(chain))
            return ()
        except Error:
            await asyncio.sleep(RETRY_SECONDS)
            return ()
        if steps:
            self.positions[chain] = steps[-1].seq
        if self.positions[chain] >= self._behind[chain]:
            del self._behind[chain]
        return steps

    def _jump(self, chain: ChainKey, to: int) -> None:
        self.positions[chain] = to
        self._jumped.append(Step(chain, to, None))


def _fresh(read: Callable[..., T], *args: object) -> T:
    close_old_connections()  # of this thread: one that broke is opened anew
    return read(*args)
