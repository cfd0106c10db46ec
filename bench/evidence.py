"""How fast evidence comes in: a large file through ``/upload/``, hashed, in two copies.

The limit is the same web server with the same loop that only writes two copies and syncs
them, without a hash, a database or a vault; both are measured in turn, by one client over
the loopback. Then the file comes in parts, each with its checksum, as a browser sends it.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import http.client
import multiprocessing
import os
import resource
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF
from typing import Any
from uuid import uuid4

import django

django.setup()

from django.conf import settings
from django.db import connections
from django.utils import timezone

from anlan import worker
from anlan.accounts.models import Place, User
from anlan.base.clock import acting_at
from anlan.config.server import run
from anlan.evidence import services as evidence
from anlan.evidence.enums import CopyState, DerivativeKind, RecorderKind
from anlan.evidence.models import Copy, Recording
from anlan.evidence.uploading.app import BLOCK_BYTES
from anlan.evidence.uploading.tus import CONTENT_TYPE, metadata_text
from anlan.incidents.enums import Channel, Flag
from anlan.incidents.services import report_incident
from anlan.ledger.events import SYSTEM
from anlan.play.recorder import LENGTH, NAME, SimulatedRecorder
from bench.deadlines import open_case
from bench.figures import Figure, answer
from bench.keeping import measure_keeping
from bench.server import HOST, serving, sign_in, wait_until_open
from tools.postgresql import free_port

MB = 1024 * 1024
QUICK, FULL = 128 * MB, 4096 * MB
# Of each, in turn; the best counts, for the disk is shared with others.
ROUNDS, QUICK_ROUNDS = 1, 3
PART = 32 * MB  # what a browser on a fast line sends
FOUR = ("CAM-A", "CAM-B", "CAM-C", "CAM-D")
GOAL_SAFE = 60.0  # seconds
GOAL_INGEST, GOAL_PARTS, GOAL_MEMORY = 0.85, 0.8, 64.0
FORK = multiprocessing.get_context("fork")


class Limit:
    """Takes a body and writes it twice: what this machine and this server can do."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._threads = ThreadPoolExecutor(4)

    def close_streams(self) -> None:
        """Nothing stays open here."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            return
        paths = [self._folder / name for name in ("first", "second")]
        for path in paths:
            path.unlink(missing_ok=True)
        handles = [os.open(path, os.O_CREAT | os.O_WRONLY) for path in paths]
        loop = asyncio.get_running_loop()
        on_the_way: Any = None
        block, has_more = bytearray(), True
        while has_more:
            message = await receive()
            block += message.get("body", b"")
            has_more = message.get("more_body", False)
            if len(block) >= BLOCK_BYTES or not has_more:
                if on_the_way is not None:
                    await on_the_way
                on_the_way = loop.run_in_executor(
                    self._threads, write_all, handles, block
                )
                block = bytearray()
        await on_the_way
        await asyncio.gather(
            *(loop.run_in_executor(self._threads, os.fsync, one) for one in handles)
        )
        for handle in handles:
            os.close(handle)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def write_all(handles: list[int], block: bytearray) -> None:
    for handle in handles:
        view = memoryview(block)
        while view:
            view = view[os.write(handle, view) :]


def serve_limit(folder: Path, port: int) -> None:
    run(Limit(folder), host=HOST, port=port)  # type: ignore[arg-type]  # as much of a front as is used


class Sender:
    """One browser, over one connection."""

    def __init__(self, port: int, cookie: str, case: str) -> None:
        self._line = http.client.HTTPConnection(HOST, port, timeout=120)
        self._cookie, self._case = cookie, case

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        own = {"Cookie": self._cookie, "Tus-Resumable": "1.0.0"}
        self._line.request(method, path, body, {**own, **named})
        reply = self._line.getresponse()
        reply.read()
        assert reply.status < 300, reply.status
        return reply.headers

    def begin(self, size: int) -> str:
        said = {"case": self._case, "request_id": str(uuid4()), "filename": "a.dav"}
        found: str = self.ask(
            "POST",
            "/upload/",
            Upload_Length=str(size),
            Upload_Metadata=metadata_text(said),
            Content_Length="0",
        )["Location"]
        return found

    def send_whole(self, path: str, size: int) -> float:
        """MB/s of one request with all of it, until it is evidence."""
        began = time.monotonic()
        fields = self.ask(
            "PATCH",
            path,
            blocks(size),
            Content_Type=CONTENT_TYPE,
            Upload_Offset="0",
            Content_Length=str(size),
        )
        assert path == "/" or fields["Upload-Exhibit"]
        return size / MB / (time.monotonic() - began)

    def send_parts(self, path: str, size: int, *, checked: bool = False) -> float:
        """MB/s in parts; with a checksum each if they are to be ``checked``."""
        seconds, offset, fields = 0.0, 0, {}
        for part in (b"".join(blocks(PART)) for _ in range(size // PART)):
            digest = base64.b64encode(hashlib.sha256(part).digest()).decode()
            checksum = {"Upload_Checksum": f"sha256 {digest}"} if checked else {}
            began = time.monotonic()
            fields = self.ask(
                "PATCH",
                path,
                part,
                Content_Type=CONTENT_TYPE,
                Upload_Offset=str(offset),
                **checksum,
            )
            seconds += time.monotonic() - began
            offset += len(part)
        assert fields["Upload-Exhibit"]
        return size / MB / seconds


_RANDOM = secrets.token_bytes(MB)


def blocks(size: int) -> Iterator[bytes]:
    """As many bytes, of no kind that anybody could read, and new each time."""
    yield b"DHAV" + secrets.token_bytes(12) + _RANDOM[16:]
    for _ in range(size // MB - 1):
        yield _RANDOM


def measure(quick: bool) -> list[Figure]:  # noqa: FBT001 -- called by `answer` alone
    room = shutil.disk_usage(settings.DATA).free
    is_small = quick or room < 12 * FULL  # everything stays, and lies there twice
    size, rounds = (QUICK, QUICK_ROUNDS) if is_small else (FULL, ROUNDS)
    cookie = sign_in(User.objects.get(username="zhoumin"))
    case = open_case().number
    connections.close_all()
    limit_port = free_port()
    bare = FORK.Process(target=serve_limit, args=(settings.DATA, limit_port))
    bare.start()
    wait_until_open(limit_port)
    before = children()
    limits, wholes, parts, sums = [], [], [], []
    with serving() as port:
        (server,) = children() - before
        sender = Sender(port, cookie, case)
        sender.send_whole(sender.begin(8 * MB), 8 * MB)  # everything is loaded then
        calm = memory_of(server, "VmRSS")
        Path(f"/proc/{server}/clear_refs").write_text("5")  # the peak begins anew
        for _ in range(rounds):
            limits.append(Sender(limit_port, "", "").send_whole("/", size))
            sender = Sender(port, cookie, case)  # the server leaves one that is idle
            wholes.append(sender.send_whole(sender.begin(size), size))
            parts.append(sender.send_parts(sender.begin(size), size))
            sums.append(sender.send_parts(sender.begin(size), size, checked=True))
        peak = memory_of(server, "VmHWM")
    bare.terminate()
    bare.join()
    limit, whole, part = max(limits), max(wholes), max(parts)
    return [
        Figure(
            name=f"evidence of {size // MB:,} MB in one request, to its limit",
            value=whole / limit,
            unit="of limit",
            goal=GOAL_INGEST,
            most=False,
            beside=f"{whole:,.0f} MB/s; two synced copies, no hash: {limit:,.0f} MB/s",
        ),
        Figure(
            name="the same in parts of 32 MB, to one request",
            value=part / whole,
            unit="of that",
            goal=GOAL_PARTS,
            most=False,
            beside=f"{part:,.0f} MB/s; each with a checksum {max(sums):,.0f} MB/s",
        ),
        Figure(
            name="memory of the web process over its calm, at most",
            value=(peak - calm) / MB,
            unit="MB",
            goal=GOAL_MEMORY,
            beside=f"calm {calm / MB:,.0f} MB",
        ),
        measure_recordings(quick),
        *measure_keeping(quick=quick),
    ]


def measure_recordings(quick: bool) -> Figure:  # noqa: FBT001 -- as above
    """From an alarm until four cameras are safe, in two copies, and can be looked at.

    What was recorded before the alarm counts; the half hour after it comes as it passes.
    """
    now = timezone.now().replace(microsecond=0)
    length = timedelta(minutes=5 if quick else 30)
    folder = Path(settings.DATA) / "recorder"
    settings.RECORDINGS_ROOTS = [folder]
    films = SimulatedRecorder(root=folder, size="640x360")
    place = hang_cameras(folder, at=now)
    for name in FOUR:
        films.record(name, now - length, now)
    bring_forward(folder, timezone.now() - now)
    stop = threading.Event()
    working = threading.Thread(target=worker.run_forever, args=(stop,))
    working.start()
    try:
        began, worked = time.monotonic(), processor_seconds()
        at = timezone.now()
        with acting_at(at):
            report = report_incident(
                place=place,
                channel=Channel.PHONE_APP,
                flags=[Flag.ONGOING],
                words="",
                by=User.objects.get(username="lixiang"),
                at=at,
            )
        # The last file may still be written: of each camera all but that one.
        files = int(length / LENGTH) - 1
        while not are_safe(report.incident.case_id, files):
            if time.monotonic() - began > 10 * GOAL_SAFE:
                break
            time.sleep(0.1)
        seconds = time.monotonic() - began
        worked = processor_seconds() - worked
    finally:
        stop.set()
        working.join()
    size = sum(path.stat().st_size for path in folder.glob("*/*.ts")) / MB
    return Figure(
        name="from an alarm to four recordings, safe and viewable",
        value=seconds,
        unit="s",
        goal=GOAL_SAFE,
        beside=f"{length // timedelta(minutes=1)} minutes of 4 cameras, {size:,.0f} MB; "
        f"{worked:,.0f} s of processor",
    )


def processor_seconds() -> float:
    """What this process and those it waited for have used."""
    used = [resource.getrusage(w) for w in (RUSAGE_SELF, RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def hang_cameras(folder: Path, *, at: datetime) -> Place:
    """Four cameras that see one spot, behind one recorder."""
    place = Place.objects.select_related("site").get(
        label="3 号楼 B1 车库 东区 12 号车位"
    )
    with acting_at(at):
        recorder = evidence.register_recorder(
            site=place.site,
            name="bench",
            kind=RecorderKind.FOLDER,
            days_kept=30,
            settings={"folder": str(folder)},
            by=SYSTEM,
            at=at,
        )
        for name in FOUR:
            evidence.register_camera(
                recorder=recorder, name=name, code=name, place=place, by=SYSTEM, at=at
            )
    return place


def bring_forward(folder: Path, late: timedelta) -> None:
    """Filming took a while: call the files as if it had taken none."""
    for path in sorted(folder.glob("*/*.ts"), reverse=True):
        begin = datetime.strptime(path.stem, NAME) + late  # noqa: DTZ007 -- only its digits
        path.rename(path.with_stem(f"{begin:{NAME}}"))


def are_safe(case: int, files: int) -> bool:
    """Whether each has its files in two copies, in films with their pictures."""
    rows = Recording.objects.filter(case=case, camera__name__in=FOUR)
    if rows.count() < len(FOUR):
        return False
    for row in rows:
        kept = row.segments.count()
        missing = Copy.objects.filter(blob__segments__recording=row)
        filmed = row.derivatives.filter(is_current=True)
        shown = {
            kind: sum(filmed.filter(kind=kind).values_list("segments_count", flat=True))
            for kind in DerivativeKind.values
        }
        if kept < files or missing.exclude(state=CopyState.PRESENT).exists():
            return False
        if min(shown.values()) < files:
            return False
    return True


def children() -> set[int]:
    me = os.getpid()
    return {
        int(pid) for pid in Path(f"/proc/{me}/task/{me}/children").read_text().split()
    }


def memory_of(process: int, name: str) -> int:
    """Bytes, as the kernel counts them."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise LookupError(name)


if __name__ == "__main__":
    answer(measure)
