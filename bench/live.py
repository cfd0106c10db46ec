"""From the commit to the other screens, with a thousand of them open.

The peer is what the machine allows: a bare TCP server that sends the same bytes to as
many connections, measured by the same client.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection

import django

django.setup()

from django.db import connections  # noqa: E402

from anlan.accounts.models import Site, User  # noqa: E402
from anlan.desk.live import MOST_STREAMS  # noqa: E402
from anlan.ledger import services as ledger  # noqa: E402
from anlan.ledger.events import SYSTEM, TextErased  # noqa: E402
from bench.figures import Figure, answer, percentile  # noqa: E402
from bench.server import HOST, serving, sign_in, wait_until_open  # noqa: E402
from tools.postgresql import free_port  # noqa: E402

GOAL_MS = 250.0
PAUSE_SECONDS = 0.25  # between two entries
AT = datetime(2026, 11, 23, 6, tzinfo=UTC)
MARK = b"event: entry"
FRAME = b'id: 1.1:12345\nevent: entry\ndata: {"seq":12345,"kind":"k","subject":"s"}\n\n'
PATIENCE = 20.0  # seconds until the last screen has the last entry

Write = Callable[[Connection, int], None]


def measure(quick: bool) -> list[Figure]:  # noqa: FBT001 -- called by `answer` alone
    streams, entries = (300, 12) if quick else (1000, 40)
    cookies = sessions(streams)
    connections.close_all()
    with serving() as port:
        requests = [
            f"GET /live/ HTTP/1.1\r\nHost: localhost\r\nCookie: {cookies[n // MOST_STREAMS]}\r\n\r\n"
            for n in range(streams)
        ]
        ours = asyncio.run(latencies(port, requests, entries, commit_entries))
    port = free_port()
    bare = multiprocessing.get_context("spawn").Process(
        target=send_to_all, args=(port,), daemon=True
    )
    bare.start()
    wait_until_open(port)
    peer = asyncio.run(
        latencies(port, ["\r\n"] * streams, entries, partial(ask_peer, port))
    )
    bare.terminate()
    expected = streams * entries
    return [
        Figure(
            name=f"commit → screen, p99 over {streams:,} open streams",
            value=percentile(ours, 0.99),
            unit="ms",
            goal=GOAL_MS,
            beside=f"peer: bare TCP to as many {percentile(peer, 0.99):.1f} ms",
        ),
        Figure(
            name="commit → screen, p50",
            value=percentile(ours, 0.5),
            unit="ms",
            beside=f"peer: {percentile(peer, 0.5):.1f} ms",
        ),
        Figure(
            name="deliveries that did not come",
            value=expected - len(ours),
            unit=f"of {expected:,}",
            goal=0,
        ),
    ]


def sessions(streams: int) -> list[str]:
    officer = User.objects.get(username="zhoumin")
    return [sign_in(officer) for _ in range(-(-streams // MOST_STREAMS))]


async def latencies(
    port: int, requests: list[str], entries: int, write: Write
) -> list[float]:
    """Milliseconds from each writing to each arrival."""
    arrivals: list[list[float]] = [[] for _ in requests]
    ready = asyncio.Semaphore(0)
    followers = []
    for request, heard in zip(requests, arrivals, strict=True):
        follower = follow(port, request, heard, entries, ready)
        followers.append(asyncio.create_task(follower))
        if len(followers) % 50 == 0:
            await asyncio.sleep(0.02)  # a wave of visitors, not a flood
    for _ in requests:
        await asyncio.wait_for(ready.acquire(), PATIENCE)
    moments = await asyncio.to_thread(in_process, write, entries)
    await asyncio.wait(followers, timeout=PATIENCE)
    for follower_task in followers:
        follower_task.cancel()
    return [
        (arrival - moment) * 1000
        for heard in arrivals
        for arrival, moment in zip(heard, moments, strict=False)
    ]


async def follow(
    port: int, request: str, heard: list[float], entries: int, ready: asyncio.Semaphore
) -> None:
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(request.encode())
    await reader.readuntil(b"hello\n\n")
    ready.release()
    while len(heard) < entries:
        data = await reader.read(65536)
        if not data:
            break
        heard += [time.monotonic()] * data.count(MARK)
    writer.close()


def in_process(write: Write, entries: int) -> list[float]:
    """The moments at which the entries were written, by a process of its own."""
    ours, theirs = multiprocessing.Pipe()
    writer = multiprocessing.get_context("spawn").Process(
        target=write, args=(theirs, entries)
    )
    writer.start()
    moments: list[float] = [ours.recv() for _ in range(entries)]
    writer.join()
    return moments


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
    """The peer: what the sender says goes to everybody else as the same frame."""

    async def serve() -> None:
        listeners: set[asyncio.StreamWriter] = set()

        async def greet(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            request = await reader.readline()
            if request == b"\r\n":
                writer.write(b"hello\n\n")
                listeners.add(writer)
                return
            while request and await reader.readline():
                for listener in listeners:
                    listener.write(FRAME)

        server = await asyncio.start_server(greet, HOST, port, backlog=2048)
        await server.serve_forever()

    asyncio.run(serve())


if __name__ == "__main__":
    answer(measure)
