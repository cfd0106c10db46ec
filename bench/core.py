"""Reports over HTTP, by signed-in guards, each answered when it is on the disk.

Many at once are many people who report the same fight: all but the first are added to
its case. Apart from them, one after another, reports that open a case each: number,
tasks, clocks, ladder, entries. The peer writes as many rows by bare SQL behind the same
server; the ratio is what all the rest costs: sign-in, permissions, forms, the chain.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
import uuid
from collections.abc import Iterator
from urllib.parse import urlencode

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from anlan.accounts.models import Place, Site, User  # noqa: E402
from anlan.incidents import services as incidents  # noqa: E402
from anlan.incidents.enums import Channel  # noqa: E402
from bench.figures import Figure, answer, percentile  # noqa: E402
from bench.server import HOST, serving, sign_in  # noqa: E402

CLIENTS = (1, 8, 32)
GOAL_PER_SECOND = 200  # at eight clients
GOAL_MS = 60.0
GOAL_RATIO = 0.6
TOKEN = "a" * 32


def measure(quick: bool) -> list[Figure]:  # noqa: FBT001 -- called by `answer` alone
    count = 96 if quick else 480
    openings = 20 if quick else 50
    spots = make_spots(openings + 1)
    garage = itertools.repeat(next(spots))
    guard = User.objects.get(username="wangjianguo")
    cookie = f"{sign_in(guard)}; csrftoken={TOKEN}"
    rows = rows_of_a_report(guard, next(garage))
    connections.close_all()
    with serving() as port:
        first = (report_request(cookie, spot) for spot in spots)
        _, first_times = asyncio.run(send(port, 1, openings, first))
        more = (report_request(cookie, spot) for spot in garage)
        ours = {n: asyncio.run(send(port, n, count, more)) for n in CLIENTS}
    bare = (sys.executable, "-m", "bench.bare", f"{settings.DATA}/bare.sqlite3")
    with serving((*bare, str(rows))) as port:
        same = itertools.repeat(report_request(cookie, "x" * 10))
        peers = {n: asyncio.run(send(port, n, count, same)) for n in CLIENTS}
    figures = [
        Figure(
            name="report that opens a case, p50 of an answer, 1 client",
            value=percentile(first_times, 0.5),
            unit="ms",
            beside=f"p99 {percentile(first_times, 0.99):.0f} ms",
        )
    ]
    for clients in CLIENTS:
        (rate, times), (bare_rate, bare_times) = ours[clients], peers[clients]
        at_eight = clients == 8
        figures += [
            Figure(
                name=f"reports a second, {clients} clients, SQLite, embedded",
                value=rate,
                unit="/s",
                goal=GOAL_PER_SECOND if at_eight else None,
                most=False,
                beside=f"peer: {rows} rows by bare SQL {bare_rate:,.0f}/s",
            ),
            Figure(
                name=f"  p99 of an answer, {clients} clients",
                value=percentile(times, 0.99),
                unit="ms",
                goal=GOAL_MS if at_eight else None,
                beside=f"peer: {percentile(bare_times, 0.99):.0f} ms",
            ),
            Figure(
                name=f"  part of the bare rate, {clients} clients",
                value=rate / bare_rate,
                unit="",
                goal=GOAL_RATIO,
                most=False,
            ),
        ]
    return figures


def make_spots(count: int) -> Iterator[str]:
    """Codes of buildings far from each other: no report is of the same fight."""
    site = Site.objects.get(code="YQ")
    made = Place.objects.bulk_create(
        Place(
            site=site,
            kind=Place.Kind.BUILDING,
            name=f"B{number}",
            label=f"B{number}",
            path=f"/{10_000_000 + number}/1/2/3/",
        )
        for number in range(count)
    )
    return iter([place.code for place in made])


def rows_of_a_report(guard: User, code: str) -> int:
    """How many rows a further report writes: the first opens, the second confirms."""
    place = Place.objects.select_related("site").get(code=code)
    for _ in range(3):
        before = connection.connection.total_changes
        incidents.report_incident(
            place=place,
            channel=Channel.PHONE_APP,
            flags=["ongoing"],
            words="两人扭打",
            by=guard,
            at=timezone.now(),
        )
        rows: int = connection.connection.total_changes - before
    return rows


def report_request(cookie: str, code: str) -> bytes:
    body = urlencode(
        {
            "request_id": str(uuid.uuid4()),
            "place": code,
            "flags": "ongoing",
            "words": "两人扭打",
        }
    )
    return (
        "POST /m/report/ HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n"
        f"Cookie: {cookie}\r\nX-CSRFToken: {TOKEN}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


async def send(
    port: int, clients: int, count: int, requests: Iterator[bytes]
) -> tuple[float, list[float]]:
    """Answers a second, and the milliseconds of each; every client waits for its own."""
    left = itertools.islice(requests, count)
    times: list[float] = []

    async def client() -> None:
        reader, writer = await asyncio.open_connection(HOST, port)
        for request in left:
            began = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 201 "), head.decode()
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r")[0])
            await reader.readexactly(length)
            times.append((time.perf_counter() - began) * 1000)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return count / (time.perf_counter() - began), times


if __name__ == "__main__":
    answer(measure)
