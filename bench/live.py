"""From the commit to the other screens, with a thousand of them open.

In the middle some of them lose their connection and come back with the last id that they
heard, as a browser does. Every entry must reach every screen, and none twice.

The client is one loop over bare sockets, so that it takes as little as it can of the
machine it measures. The peer is what the machine allows: a bare TCP server that sends as
many bytes to as many connections, measured by the same client.
"""

from __future__ import annotations

import multiprocessing
import re
import select
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import cycle, islice
from multiprocessing.connection import Connection

import django

django.setup()

from django.db import connections

from anlan.accounts.models import Site, User
from anlan.config.server import allow_many_files
from anlan.desk.live import MOST_STREAMS
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM, TextErased
from anlan.ledger.models import Entry
from bench.figures import Figure, answer, percentile
from bench.server import HOST, serving, sign_in, wait_until_open
from tools.postgresql import free_port

GOAL_MS = 250.0
# Of different roles: each is one audience, and all may be told of cases.
READERS = ("zhoumin", "wangjianguo", "hetao", "guoxin")
PAUSE_SECONDS = 0.2  # between two entries
BREAKS = 10  # one stream in so many is broken, half-way
AWAY_SECONDS = 0.5  # until it comes back: two entries are missed
WAVE = 50  # connections that come at once
PATIENCE = 20.0  # seconds until the last screen has the last entry
AT = datetime(2026, 11, 23, 6, tzinfo=UTC)
HELLO = b"hello\n\n"
ENTRY = re.compile(rb'id: ([^\n]+)\nevent: entry\ndata: \{"seq":(\d+)')
PLACE = re.compile(rb"id: ([^\n]+)\n")
FRAME = b'id: 1.1:%d\nevent: entry\ndata: {"seq":%d,"kind":"k","subject":"s"}\n\n'

# The children need nothing that is not loaded, and no connection is open when they begin.
FORK = multiprocessing.get_context("fork")

Write = Callable[[Connection, int], None]


@dataclass(slots=True)
class Screen:
    """One connection at a time, and what came over all of them."""

    port: int
    request: bytes
    socket: socket.socket | None = None
    last_id: bytes = b""
    rest: bytes = b""  # the beginning of a block that has not come whole
    has_hello: bool = False
    heard: list[tuple[int, float]] = field(default_factory=list)

    def connect(self) -> int:
        """Ask for the stream, behind what was heard; the file number to wait on."""
        self.rest, self.has_hello = b"", False
        self.socket = socket.create_connection((HOST, self.port))
        resume = b"Last-Event-ID: %b\r\n" % self.last_id if self.last_id else b""
        self.socket.sendall(self.request + resume + b"\r\n")
        self.socket.settimeout(0)
        return self.socket.fileno()

    def hear(self, now: float) -> None:
        assert self.socket is not None
        data = self.rest + self.socket.recv(65536)
        whole, end, self.rest = data.rpartition(b"\n\n")
        whole += end
        if not self.has_hello and HELLO in whole:
            self.has_hello = True
            if place := PLACE.search(whole):
                self.last_id = place[1]
        for place_id, seq in ENTRY.findall(whole):
            self.last_id = place_id
            self.heard.append((int(seq), now))

    def close(self) -> None:
        """Hang up; closing alone would not, while the writer has the socket, too."""
        if self.socket is not None:
            with suppress(OSError):  # the other end was quicker
                self.socket.shutdown(socket.SHUT_RDWR)
            self.socket.close()


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of it all; times in milliseconds."""

    lags: list[float]  # of the screens that were there all the time
    late: list[float]  # of those that came back: from the commit, away or not
    lost: int
    doubled: int


def measure(quick: bool) -> list[Figure]:  # noqa: FBT001 -- called by `answer` alone
    streams, entries = (300, 12) if quick else (1000, 40)
    allow_many_files()
    cookies = sessions(streams)
    site = Site.objects.get(code="YQ")
    before = ledger_head(site)
    connections.close_all()
    with serving() as port:
        screens = [
            Screen(port, f"GET /live/ HTTP/1.1\r\nHost: x\r\nCookie: {c}\r\n".encode())
            for c in islice(cycle(cookies), streams)
        ]
        ours = watch(screens, entries, commit_entries, first=before + 1)
    port = free_port()
    bare = FORK.Process(target=send_to_all, args=(port,), daemon=True)
    bare.start()
    wait_until_open(port)
    ask = partial(ask_peer, port)
    peer = watch([Screen(port, b"") for _ in range(streams)], entries, ask, breaks=0)
    bare.terminate()
    expected = streams * entries
    returned = streams // BREAKS
    return [
        Figure(
            name=f"commit → screen, p99 over {streams:,} open streams",
            value=percentile(ours.lags, 0.99),
            unit="ms",
            goal=GOAL_MS,
            beside=f"peer: bare TCP to as many {percentile(peer.lags, 0.99):.1f} ms",
        ),
        Figure(
            name="commit → screen, p50",
            value=percentile(ours.lags, 0.5),
            unit="ms",
            beside=f"peer: {percentile(peer.lags, 0.5):.1f} ms",
        ),
        Figure(
            name=f"deliveries lost, {returned} streams broken and resumed",
            value=ours.lost,
            unit=f"of {expected:,}",
            goal=0,
            beside=f"the longest of a broken one {max(ours.late):,.0f} ms",
        ),
        Figure(
            name=f"deliveries doubled, {returned} streams broken and resumed",
            value=ours.doubled,
            unit=f"of {expected:,}",
            goal=0,
        ),
    ]


def sessions(streams: int) -> list[str]:
    """Cookies enough for so many streams, of several people."""
    people = [User.objects.get(username=name) for name in READERS]
    wanted = -(-streams // MOST_STREAMS)
    return [sign_in(person) for person in islice(cycle(people), wanted)]


def ledger_head(site: Site) -> int:
    last = Entry.objects.filter(site_id=site.pk).order_by("-seq").first()
    return last.seq if last else 0


def watch(
    screens: Sequence[Screen],
    entries: int,
    write: Write,
    *,
    first: int = 1,
    breaks: int = BREAKS,
) -> Heard:
    """Listen on every screen until each heard every entry, from number ``first`` on."""
    poll = select.epoll()
    numbers: dict[int, Screen] = {}

    def connect(some: Iterable[Screen]) -> None:
        for screen in some:
            number = screen.connect()
            numbers[number] = screen
            poll.register(number, select.EPOLLIN)

    def hear(seconds: float) -> None:
        for number, _event in poll.poll(seconds, len(screens)):
            numbers[number].hear(time.monotonic())

    for start in range(0, len(screens), WAVE):  # visitors come in waves, not as a flood
        connect(screens[start : start + WAVE])
        until = time.monotonic() + PATIENCE
        while not all(s.has_hello for s in screens[start : start + WAVE]):
            hear(0.1)
            assert time.monotonic() < until, "a screen was not greeted"

    broken = screens[::breaks] if breaks else []
    come_back = 0.0
    moments: list[float] = []
    ours, theirs = multiprocessing.Pipe()
    writer = FORK.Process(target=write, args=(theirs, entries))
    writer.start()
    until = time.monotonic() + PATIENCE + entries * PAUSE_SECONDS
    while time.monotonic() < until:
        hear(0.01)
        while ours.poll():
            moments.append(ours.recv())
            if len(moments) == entries // 2:
                for screen in broken:
                    assert screen.socket is not None
                    poll.unregister(screen.socket)
                    del numbers[screen.socket.fileno()]
                    screen.close()
                come_back = time.monotonic() + AWAY_SECONDS
        if come_back and time.monotonic() > come_back:
            connect(broken)
            come_back = 0.0
        if len(moments) == entries and all(len(s.heard) >= entries for s in screens):
            break
    hear(PAUSE_SECONDS)  # what comes now is one too many
    writer.join()
    for screen in screens:
        screen.close()
    return heard_of(screens, broken, moments, first)


def heard_of(
    screens: Sequence[Screen],
    broken: Sequence[Screen],
    moments: Sequence[float],
    first: int,
) -> Heard:
    returned = {id(screen) for screen in broken}
    lags: list[float] = []
    late: list[float] = [0.0]
    lost = doubled = 0
    for screen in screens:
        times = Counter(seq for seq, _ in screen.heard)
        wanted = range(first, first + len(moments))
        lost += sum(seq not in times for seq in wanted)
        doubled += sum(count - 1 for count in times.values())
        (late if id(screen) in returned else lags).extend(
            (arrival - moments[seq - first]) * 1000
            for seq, arrival in screen.heard
            if seq in wanted
        )
    return Heard(lags, late, lost, doubled)


def commit_entries(out: Connection, entries: int) -> None:
    site = Site.objects.get(code="YQ")
    for number in range(entries):
        time.sleep(PAUSE_SECONDS)
        with ledger.recording():
            ledger.append(
                TextErased(model="a.B", row=f"{number}", field="text", reason="bench"),
                site=site,
                subject="case:x",
                by=SYSTEM,
                at=AT,
            )
        out.send(time.monotonic())


def ask_peer(port: int, out: Connection, entries: int) -> None:
    with socket.create_connection((HOST, port)) as asking:
        asking.sendall(b"send\n")
        for _ in range(entries):
            time.sleep(PAUSE_SECONDS)
            asking.sendall(b"now\n")
            out.send(time.monotonic())


def send_to_all(port: int) -> None:
    """The peer: what the sender says goes to everybody else, by one call for each."""
    allow_many_files()
    server = socket.create_server((HOST, port), backlog=2048)
    listeners: list[socket.socket] = []
    while True:
        peer = server.accept()[0]
        if peer.recv(8) == b"\r\n":
            peer.sendall(HELLO)
            listeners.append(peer)
            continue
        number = 0
        while peer.recv(4):
            number += 1
            frame = FRAME % (number, number)
            for listener in listeners:
                with suppress(OSError):
                    listener.send(frame)


if __name__ == "__main__":
    answer(measure)
