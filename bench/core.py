"""Reports over HTTP, by signed-in guards, each answered when it is on the disk.

Many at once are many people who report the same fight: all but the first are added to
its case. Apart from them, one after another, reports that open a case each: number,
tasks, clocks, ladder, entries. The peer writes as many rows by bare SQL behind the same
server; the ratio is what all the rest costs: sign-in, permissions, forms, the chain. What
signing in alone costs shows an empty page, which is the limit of all pages.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

import django

django.setup()

from django.conf import settings
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from anlan.accounts.models import Place, Site, User
from anlan.incidents import services as incidents
from anlan.incidents.enums import Channel
from bench.bare import ROWS
from bench.figures import OUTPUT, Figure, answer, percentile
from bench.server import HOST, ROOT, serving_all, sign_in
from tools.postgresql import (
    DURABLE,
    server_binaries,
    temporary_cluster,
)

CLIENTS = (1, 8, 32)
GOAL_EMBEDDED, GOAL_WEB = 200, 350  # a second, at eight clients
GOAL_MS = 60.0
GOAL_RATIO = 0.6
TOKEN = "a" * 32
BARE = (sys.executable, "-m", "bench.bare")
EMBEDDED = (sys.executable, "manage.py", "serve")
WEB = (sys.executable, "manage.py", "web")
ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass
class Load:
    """What came of a number of requests."""

    rate: float = 0.0  # answers a second
    times: list[float] = field(default_factory=list)  # milliseconds
    refused: int = 0


def measure(quick: bool) -> list[Figure]:  # noqa: FBT001 -- called by `answer` alone
    count = 64 if quick else 480
    openings = 12 if quick else 50
    spots = make_spots(openings + 1)
    garage = next(spots)
    guard = User.objects.get(username="wangjianguo")
    cookie = f"{sign_in(guard)}; csrftoken={TOKEN}"
    rows = rows_of_a_report(guard, garage)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_bare (a text, b integer)")
    connections.close_all()

    more = (report_request(cookie, spot) for spot in itertools.repeat(garage))
    same = itertools.repeat(report_request(cookie, "x" * 10))
    os.environ[ROWS] = str(rows)
    # Most of a quick run would be the starts of eight processes: it leaves out the group.
    groups = [] if quick else [WEB, (*BARE, "web")]
    loads = []
    officer = User.objects.get(username="zhoumin")
    nothing = itertools.repeat(page_request(sign_in(officer)))
    with serving_all(EMBEDDED, BARE, *groups) as ports:
        first = (report_request(cookie, spot) for spot in spots)
        opened = asyncio.run(send(ports[0], 1, openings, first))
        embedded = {n: asyncio.run(send(ports[0], n, count, more)) for n in CLIENTS}
        empty = asyncio.run(send(ports[0], 8, count, nothing))
        peers = {n: asyncio.run(send(ports[1], n, count, same)) for n in CLIENTS}
        for port, requests in zip(ports[2:], (more, same), strict=False):
            loads.append(asyncio.run(send(port, 8, count, requests)))

    engine = ENGINES[connection.vendor]
    figures = [
        Figure(
            name=f"report that opens a case, p50, {engine}, 1 client",
            value=percentile(opened.times, 0.5),
            unit="ms",
            beside=f"p99 {percentile(opened.times, 0.99):.0f} ms",
        )
    ]
    figures.append(
        Figure(
            name=f"limit: an empty page, signed in, {engine}, embedded, 8 clients",
            value=empty.rate,
            unit="/s",
            beside=f"{empty.rate / peers[8].rate:.2f} of the bare rate, and it writes nothing",
        )
    )
    for clients in CLIENTS:
        figures += compare(
            f"{engine}, embedded, {clients} clients",
            embedded[clients],
            peers[clients],
            rows=rows,
            goal=GOAL_EMBEDDED if clients == 8 else None,
            goal_ms=GOAL_MS if clients == 8 else None,
        )
    if loads:
        figures += compare(
            f"{engine}, WSGI, 8 clients", *loads, rows=rows, goal=GOAL_WEB
        )
    ours = [opened, *embedded.values(), *loads[:1]]
    figures.append(
        Figure(
            name=f"reports refused (locked or otherwise), {engine}",
            value=sum(load.refused for load in ours),
            unit=f"of {openings + count * (len(ours) - 1)}",
            goal=0,
        )
    )
    if connection.vendor == "sqlite" and not quick:
        figures += on_postgresql()
    return figures


def compare(
    where: str,
    ours: Load,
    peer: Load,
    *,
    rows: int,
    goal: float | None,
    goal_ms: float | None = None,
) -> list[Figure]:
    return [
        Figure(
            name=f"reports a second, {where}",
            value=ours.rate,
            unit="/s",
            goal=goal,
            most=False,
            beside=f"peer: {rows} rows by bare SQL {peer.rate:,.0f}/s",
        ),
        Figure(
            name=f"  p99 of an answer, {where}",
            value=percentile(ours.times, 0.99),
            unit="ms",
            goal=goal_ms,
            beside=f"peer: {percentile(peer.times, 0.99):.0f} ms",
        ),
        Figure(
            name=f"  part of the bare rate, {where}",
            value=ours.rate / peer.rate,
            unit="",
            goal=GOAL_RATIO,
            most=False,
        ),
    ]


def on_postgresql() -> list[Figure]:
    """The same on a cluster of our own, which waits for the disk like any other."""
    binaries = server_binaries()
    if binaries is None:
        print("no PostgreSQL on this machine: core is measured on SQLite alone")
        return []
    output = settings.DATA / "postgresql.json"
    with temporary_cluster(binaries, DURABLE) as url:
        env = {**os.environ, "ANLAN_DATABASE_URL": url, OUTPUT: str(output)}
        for command in (
            ("manage.py", "migrate", "--verbosity", "0"),
            ("manage.py", "seed_demo"),
            ("-m", "bench.core"),
        ):
            subprocess.run(
                [sys.executable, *command],
                cwd=ROOT,
                env=env,
                stdout=subprocess.DEVNULL,
                check=True,
            )
    return [Figure(**row) for row in json.loads(output.read_text())]


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
        with CaptureQueriesContext(connection) as queries:
            incidents.report_incident(
                place=place,
                channel=Channel.PHONE_APP,
                flags=["ongoing"],
                words="两人扭打",
                by=guard,
                at=timezone.now(),
            )
    # Each of them writes one row: only an opened case writes several by one statement.
    # Django notes what was sent with a list of rows as "1 times: INSERT …".
    return sum(
        re.match(r"(\d+ times: )?(INSERT|UPDATE)", q["sql"]) is not None
        for q in queries
    )


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


def page_request(cookie: str) -> bytes:
    return (
        f"GET /search/ HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n"
    ).encode()


async def send(port: int, clients: int, count: int, requests: Iterator[bytes]) -> Load:
    """Send them all; every client waits for its own answer before the next one."""
    left = itertools.islice(requests, count)
    load = Load()

    async def client() -> None:
        reader, writer = await asyncio.open_connection(HOST, port)
        for request in left:
            began = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            load.refused += not head.startswith((b"HTTP/1.1 201 ", b"HTTP/1.1 200 "))
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r")[0])
            await reader.readexactly(length)
            load.times.append((time.perf_counter() - began) * 1000)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    load.rate = (count - load.refused) / (time.perf_counter() - began)
    return load


if __name__ == "__main__":
    answer(measure)
