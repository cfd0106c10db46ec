"""A recorder on loopback that plays over RTSP, as RFC 2326 has it.

It relays the RTP packets that ffmpeg makes of the films of a ``SimulatedRecorder``,
interleaved, for the stretch that ``starttime`` and ``endtime`` of the address name. What
it does wrong is said by a test.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from anlan.base.clock import SHANGHAI
from tests.evidence.nvr import NAME, PASSWORD, USER

SECOND = timedelta(seconds=1)
BYE = bytes([0x81, 203, 0, 1, 0, 0, 0, 1])

_DESCRIBED = (
    b"v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
    b"a=fmtp:96 packetization-mode=1\r\na=control:trackID=1\r\n"
)


@dataclass
class Player:
    """What a recorder plays, and how it behaves; changed while it runs."""

    root: Path
    login: bool = True
    challenges: tuple[str, ...] = (
        'WWW-Authenticate: Digest realm="nvr", nonce="{nonce}"',
        'WWW-Authenticate: Basic realm="nvr"',
    )
    speed: float = 30.0  # times as fast as the film
    says: bool = True  # since when it plays, as it answers to PLAY
    shift: timedelta = timedelta()  # of what it says so; it may write its own time
    is_local: bool = False  # whether it is asked in its own time
    ends: str = "bye"  # at the end of a stretch: "bye", "close", "silent", "on"
    status: dict[str, int] = field(default_factory=dict)  # by method
    redirect: str = ""
    stops_at_holes: bool = False  # of what was recorded; else it goes on behind them
    holes: str = (
        ""  # where nothing was recorded: 404, or 200 and "bye", "silent", "close"
    )
    most: int | None = None  # packets before ``breaks``
    breaks: str = "silent"  # or "close", "reset"
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def films(self, channel: str, begin: datetime, end: datetime) -> list[Path]:
        """The files that overlap a stretch, from the one in which it begins."""
        found: list[Path] = []
        last: datetime | None = None
        for path in sorted((self.root / channel).glob("*.ts")):
            at = datetime.strptime(path.stem, NAME).replace(tzinfo=SHANGHAI)
            if at + 10 * SECOND > begin and at < end:
                if (
                    self.stops_at_holes
                    and last is not None
                    and at - last > 10.5 * SECOND
                ):
                    break
                found.append(path)
                last = at
        return found


class Session:
    """One line to one client."""

    def __init__(
        self, player: Player, get: asyncio.StreamReader, put: asyncio.StreamWriter
    ) -> None:
        self.player, self.get, self.put = player, get, put
        self.nonce = secrets.token_hex(8)
        self.process: asyncio.subprocess.Process | None = None
        self.udp: socket.socket | None = None
        self.scratch = tempfile.TemporaryDirectory()
        self.begun, self.moment = False, datetime.fromtimestamp(0, UTC)

    async def run(self) -> None:
        playing: asyncio.Task[None] | None = None
        try:
            while True:
                first = await self.get.readexactly(1)
                if first == b"$":
                    size = (await self.get.readexactly(3))[1:]
                    await self.get.readexactly(int.from_bytes(size))
                    continue
                head = first + await self.get.readuntil(b"\r\n\r\n")
                method = await self.answer(head.decode())
                if method == "PLAY" and self.begun:
                    playing = asyncio.create_task(self.play())
                elif method == "TEARDOWN":
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            if playing is not None:
                playing.cancel()
            if self.process is not None:
                with suppress(ProcessLookupError):
                    self.process.kill()
                await self.process.wait()
            if self.udp is not None:
                self.udp.close()
            self.scratch.cleanup()
            self.put.close()

    async def answer(self, head: str) -> str:
        first, *lines = head.split("\r\n")
        name, url, _version = first.split(" ")
        headers = {
            key.lower(): value.strip()
            for key, _colon, value in (line.partition(":") for line in lines)
        }
        self.player.asked.append(f"{name} {url}")
        more: list[str] = []
        body, status = b"", self.player.status.get(name, 200)
        if self.player.redirect:
            status, more = 302, [f"Location: {self.player.redirect}"]
        elif self.player.login and not self.knows(name, url, headers):
            status = 401
            more = [line.format(nonce=self.nonce) for line in self.player.challenges]
        elif status == 200 and name == "DESCRIBE":
            body = await self.describe(url)
            status = 200 if body else 404
            more = [f"Content-Base: {url}/", "Content-Type: application/sdp"]
        elif status == 200 and name == "SETUP":
            more = ["Transport: RTP/AVP/TCP;unicast;interleaved=4-5"]
        elif status == 200 and name == "PLAY":
            status = self.seek(headers)
            self.begun = status == 200
            if self.player.says:
                more = [
                    f"Range: clock={self.moment + self.player.shift:%Y%m%dT%H%M%S}Z-"
                ]
        now = formatdate(usegmt=True)
        said = [
            f"RTSP/1.0 {status} -",
            f"CSeq: {headers.get('cseq', 0)}",
            f"Date: {now}",
            "Session: 12345678;timeout=60",
            f"Content-Length: {len(body)}",
            *more,
        ]
        self.put.write("\r\n".join(said).encode() + b"\r\n\r\n" + body)
        await self.put.drain()
        return name if status == 200 else ""

    def knows(self, method: str, url: str, headers: dict[str, str]) -> bool:
        """RFC 2069, as most recorders have it."""
        said = dict(re.findall(r'(\w+)="([^"]*)"', headers.get("authorization", "")))

        def md5(text: str) -> str:
            return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

        one, two = md5(f"{USER}:nvr:{PASSWORD}"), md5(f"{method}:{url}")
        return said.get("response") == md5(f"{one}:{self.nonce}:{two}")

    def seek(self, headers: dict[str, str]) -> int:
        """Go to where it is asked to begin; here the address has said it."""
        return 200

    async def describe(self, url: str) -> bytes:
        """Begin ffmpeg, which waits for nobody: what it sends lies in the socket."""
        parts = urlsplit(url)
        asked = parse_qs(parts.query)
        begin, end = (
            datetime.strptime(asked[name][0], "%Y%m%dT%H%M%SZ").replace(
                tzinfo=SHANGHAI if self.player.is_local else UTC
            )
            for name in ("starttime", "endtime")
        )
        if self.player.ends == "on":
            end += timedelta(minutes=5)
        channel = parts.path.rpartition("/")[2].removesuffix("01")
        films = self.player.films(channel, begin, end)
        self.is_hole = not films
        if not films:
            self.moment = begin
            return _DESCRIBED if self.player.holes else b""
        first = datetime.strptime(films[0].stem, NAME).replace(tzinfo=SHANGHAI)
        # It begins with a whole picture: there is one every two seconds.
        late = max(timedelta(0), begin - first) // (2 * SECOND) * 2
        self.moment = first.astimezone(UTC) + late * SECOND
        folder = Path(self.scratch.name)
        listed = "".join(f"file '{path}'\nduration 10\n" for path in films)
        (folder / "list").write_text(f"ffconcat version 1.0\n{listed}")
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 * 1024**2)
        self.udp.bind(("127.0.0.1", 0))
        self.udp.settimeout(0)
        self.length = (end - self.moment).total_seconds()
        self.arguments = [
            *("ffmpeg", "-nostdin", "-v", "error", "-readrate", str(self.player.speed)),
            *(
                "-safe",
                "0",
                "-f",
                "concat",
                "-ss",
                f"{late}.001",
                "-i",
                str(folder / "list"),
            ),
            *("-t", f"{self.length:.3f}", "-c", "copy", "-an"),
            # No camera sends delimiters; they are what MPEG-TS adds.
            *("-bsf:v", "h264_metadata=aud=remove", "-f", "rtp"),
            *("-sdp_file", str(folder / "sdp")),
            f"rtp://127.0.0.1:{self.udp.getsockname()[1]}?rtcpport=9&pkt_size=1200",
        ]
        # Once to describe it, once to play it.
        probe = await asyncio.create_subprocess_exec(
            *[one if one != f"{self.length:.3f}" else "0.1" for one in self.arguments],
            stderr=subprocess.DEVNULL,
        )
        await probe.wait()
        with suppress(BlockingIOError):
            while self.udp.recv(4096):
                pass
        text = (folder / "sdp").read_text()
        kept = [line for line in text.splitlines() if not line.startswith("SDP:")]
        return ("\r\n".join([*kept, "a=control:trackID=1"]) + "\r\n").encode()

    async def play(self) -> None:
        loop = asyncio.get_running_loop()
        if self.is_hole:
            await self.end(self.player.holes)
            return
        assert self.udp is not None
        self.process = await asyncio.create_subprocess_exec(
            *self.arguments, stderr=subprocess.DEVNULL
        )
        sent = 0
        while True:
            try:
                packet = await asyncio.wait_for(loop.sock_recv(self.udp, 4096), 0.5)
            except TimeoutError:
                if self.process.returncode is not None:
                    break
                continue
            if self.player.most is not None and sent >= self.player.most:
                if self.player.breaks == "reset":
                    self.put.transport.abort()
                elif self.player.breaks == "close":
                    self.put.close()
                return
            self.put.write(b"$\x04" + len(packet).to_bytes(2) + packet)
            await self.put.drain()
            sent += 1
        await self.end(self.player.ends)

    async def end(self, how: str) -> None:
        if how == "bye":
            self.put.write(b"$\x05" + len(BYE).to_bytes(2) + BYE)
            await self.put.drain()
        elif how == "close":
            self.put.close()


@contextmanager
def playing(player: Player, session: type[Session] = Session) -> Iterator[Player]:
    """The recorder at a port of this machine, in a thread of its own."""
    loop = asyncio.new_event_loop()
    is_up, over = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async def one(get: asyncio.StreamReader, put: asyncio.StreamWriter) -> None:
            await session(player, get, put).run()

        server = await asyncio.start_server(one, "127.0.0.1", 0)
        player.url = f"rtsp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        is_up.set()
        await over.wait()
        server.close()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    is_up.wait(5)
    try:
        yield player
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(5)
        loop.close()
