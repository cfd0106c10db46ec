"""A recorder on loopback with ONVIF Profile G, after the specifications of ONVIF.

Device, search and replay service by SOAP 1.2, and replay over RTSP with the range, the
header extension and the rules for holes of the streaming specification. Its films are
those of a ``SimulatedRecorder``. What it does wrong is said by a test.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import socket
import struct
import subprocess
import time
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from anlan.base.clock import SHANGHAI
from tests.evidence.nvr import NAME, PASSWORD, USER, Handler, Machine, running
from tests.evidence.rtsp import BYE, SECOND, Player, Session, playing

SOAP = "{http://www.w3.org/2003/05/soap-envelope}"
_ONVIF = "http://www.onvif.org/ver10/"
TDS, TSE = f"{{{_ONVIF}device/wsdl}}", f"{{{_ONVIF}search/wsdl}}"
TRP, TT = f"{{{_ONVIF}replay/wsdl}}", f"{{{_ONVIF}schema}}"
_OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE = f"{{{_OASIS}wssecurity-secext-1.0.xsd}}"
WSU = f"{{{_OASIS}wssecurity-utility-1.0.xsd}}"
PATHS = {TDS: "/onvif/device_service", TSE: "/onvif/search", TRP: "/onvif/replay"}
SINCE_1900 = 2_208_988_800
CLEAN, LAST, TERMINAL = 0x80, 0x40, 0x10


@dataclass
class Row:
    """A recording, and the folder of films that it plays."""

    channel: str
    token: str
    source: str = ""
    source_id: str = ""
    name: str = ""
    begin: str = ""
    end: str = ""
    status: str = "Recording"
    tracks: tuple[str, ...] = ("Video", "Metadata")

    def xml(self) -> str:
        def element(name: str, text: str) -> str:
            return f"<tt:{name}>{text}</tt:{name}>" if text else ""

        tracks = "".join(
            f"<tt:Track><tt:TrackToken>{kind}</tt:TrackToken>"
            f"<tt:TrackType>{kind}</tt:TrackType><tt:Description/>"
            f"<tt:DataFrom>{self.begin}</tt:DataFrom><tt:DataTo>{self.end}</tt:DataTo>"
            "</tt:Track>"
            for kind in self.tracks
        )
        return (
            f"<tt:RecordingInformation>{element('RecordingToken', self.token)}"
            f"<tt:Source><tt:SourceId>{self.source_id}</tt:SourceId>"
            f"<tt:Name>{self.name}</tt:Name><tt:Location/><tt:Description/><tt:Address/>"
            f"{element('VideoSourceToken', self.source)}</tt:Source>"
            f"{element('EarliestRecording', self.begin)}"
            f"{element('LatestRecording', self.end)}<tt:Content/>{tracks}"
            f"<tt:RecordingStatus>{self.status}</tt:RecordingStatus>"
            "</tt:RecordingInformation>"
        )


@dataclass
class Device(Machine):
    """What a recorder has, and how it behaves; changed while it runs.

    ``auth`` is ``none``, ``digest``, or ``token`` for UsernameToken alone.
    """

    rows: list[Row] = field(default_factory=list)
    page: int = 50  # recordings of one answer, whatever it is asked for
    never_ends: bool = False  # its searches
    is_old: bool = False  # before GetServices
    lacks: tuple[str, ...] = ()  # services
    elsewhere: str = ""  # where it says that its services are: scheme, host, and port
    replay: str = ""  # the address for replay that it gives; else its own
    faults: dict[str, str] = field(default_factory=dict)  # code by action
    says_utc: bool = True
    instead: bytes = b""  # of the answer to a search
    said: list[str] = field(default_factory=list)  # the actions that were let in
    heard: list[bytes] = field(default_factory=list)  # whole messages
    nonces: set[str] = field(default_factory=set)
    searches: dict[str, list[Row]] = field(default_factory=dict)
    player: Player = field(init=False)

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC) + self.ahead


class Services(Handler):
    """The SOAP of a device."""

    machine: ClassVar[Device]

    def do_POST(self) -> None:  # noqa: N802 -- its name
        device = self.machine
        device.asked.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        device.heard.append(body)
        if device.drip:
            self.give_drops()
            return
        if device.status != 200:
            self.say(b"", status=device.status)
            return
        root = ET.fromstring(body)  # noqa: S314 -- our own question
        assert root.tag == f"{SOAP}Envelope"
        inside = root.find(f"{SOAP}Body")
        assert inside is not None
        (question,) = inside
        space, _brace, action = question.tag.rpartition("}")
        where = PATHS.get(f"{space}}}")
        kind = self.headers["Content-Type"]
        assert kind.startswith("application/soap+xml; charset=utf-8")
        assert f'action="{space[1:]}/{action}"' in kind
        if where != self.path:
            self.fault("Sender", "ActionNotSupported")
            return
        if action != "GetSystemDateAndTime" and not self.is_known(root):
            return  # it was told
        device.said.append(action)
        if action in device.faults:
            self.fault("Sender", "InvalidArgVal", device.faults[action])
        else:
            getattr(self, f"on_{action.lower()}")(question)

    def is_known(self, root: ET.Element) -> bool:
        if self.machine.auth == "token":
            if self.is_token(root):
                return True
            self.fault("Sender", "NotAuthorized")
            return False
        return self.is_let_in()

    def is_token(self, root: ET.Element) -> bool:
        """UsernameToken Profile 1.0: digest, a new nonce, a time near its own clock."""
        token = root.find(f"{SOAP}Header/{WSSE}Security/{WSSE}UsernameToken")
        if token is None:
            return False
        said = {one.tag: (one.text or "", one.attrib) for one in token}
        password, kinds = said[f"{WSSE}Password"]
        nonce, created = said[f"{WSSE}Nonce"][0], said[f"{WSU}Created"][0]
        assert kinds["Type"].endswith("username-token-profile-1.0#PasswordDigest")
        whole = base64.b64decode(nonce) + f"{created}{PASSWORD}".encode()
        digest = hashlib.sha1(whole, usedforsecurity=False).digest()
        late = abs(datetime.fromisoformat(created) - self.machine.now())
        is_new = nonce not in self.machine.nonces
        self.machine.nonces.add(nonce)
        return (
            said[f"{WSSE}Username"][0] == USER
            and password == base64.b64encode(digest).decode()
            and late < timedelta(seconds=5)
            and is_new
        )

    def fault(self, side: str, *codes: str) -> None:
        """As the core specification has it: 400 if it is the sender's, else 500."""
        nested = ""
        for code in reversed(codes):
            nested = f"<s:Subcode><s:Value>ter:{code}</s:Value>{nested}</s:Subcode>"
        self.send(
            f"<s:Fault><s:Code><s:Value>s:{side}</s:Value>{nested}</s:Code>"
            '<s:Reason><s:Text xml:lang="en">no</s:Text></s:Reason></s:Fault>',
            status=400 if side == "Sender" else 500,
        )

    def send(self, inside: str, status: int = 200) -> None:
        spaces = {"tds": TDS, "tse": TSE, "trp": TRP, "tt": TT, "s": SOAP}
        named = "".join(f' xmlns:{name}="{one[1:-1]}"' for name, one in spaces.items())
        text = (
            f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope{named} '
            f'xmlns:ter="{_ONVIF}error"><s:Body>{inside}</s:Body></s:Envelope>'
        )
        self.say(text.encode(), "application/soap+xml; charset=utf-8", status)

    def xaddr(self, space: str) -> str:
        return f"{self.machine.elsewhere or self.machine.url}{PATHS[space]}"

    # What it is asked.

    def on_getsystemdateandtime(self, _question: ET.Element) -> None:
        now = self.machine.now()
        name = "UTCDateTime" if self.machine.says_utc else "LocalDateTime"
        at = now if self.machine.says_utc else now.astimezone(SHANGHAI)
        self.send(
            "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime>"
            "<tt:DateTimeType>Manual</tt:DateTimeType>"
            "<tt:DaylightSavings>false</tt:DaylightSavings>"
            f"<tt:TimeZone><tt:TZ>CST-8</tt:TZ></tt:TimeZone><tt:{name}>"
            f"<tt:Time><tt:Hour>{at.hour}</tt:Hour><tt:Minute>{at.minute}</tt:Minute>"
            f"<tt:Second>{at.second}</tt:Second></tt:Time><tt:Date>"
            f"<tt:Year>{at.year}</tt:Year><tt:Month>{at.month}</tt:Month>"
            f"<tt:Day>{at.day}</tt:Day></tt:Date></tt:{name}>"
            "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
        )

    def on_getservices(self, _question: ET.Element) -> None:
        if self.machine.is_old:
            self.fault("Receiver", "ActionNotSupported")
            return
        rows = "".join(
            f"<tds:Service><tds:Namespace>{space[1:-1]}</tds:Namespace>"
            f"<tds:XAddr>{self.xaddr(space)}</tds:XAddr><tds:Version><tt:Major>2</tt:Major>"
            "<tt:Minor>60</tt:Minor></tds:Version></tds:Service>"
            for space in PATHS
            if space not in self.machine.lacks
        )
        self.send(f"<tds:GetServicesResponse>{rows}</tds:GetServicesResponse>")

    def on_getcapabilities(self, question: ET.Element) -> None:
        assert question.findtext(f"{TDS}Category") == "All"
        self.send(
            "<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Extension>"
            f"<tt:Search><tt:XAddr>{self.xaddr(TSE)}</tt:XAddr>"
            "<tt:MetadataSearch>false</tt:MetadataSearch></tt:Search>"
            f"<tt:Replay><tt:XAddr>{self.xaddr(TRP)}</tt:XAddr></tt:Replay>"
            "</tt:Extension></tds:Capabilities></tds:GetCapabilitiesResponse>"
        )

    def on_findrecordings(self, question: ET.Element) -> None:
        assert question.find(f"{TSE}Scope") is not None
        assert (question.findtext(f"{TSE}KeepAliveTime") or "").startswith("PT")
        token = f"search-{len(self.machine.searches)}"
        self.machine.searches[token] = list(self.machine.rows)
        self.send(
            f"<tse:FindRecordingsResponse><tse:SearchToken>{token}</tse:SearchToken>"
            "</tse:FindRecordingsResponse>"
        )

    def on_getrecordingsearchresults(self, question: ET.Element) -> None:
        device = self.machine
        if device.instead:
            self.say(device.instead, "application/soap+xml")
            return
        token = question.findtext(f"{TSE}SearchToken") or ""
        if token not in device.searches:
            self.fault("Sender", "InvalidArgVal", "InvalidToken")
            return
        most = min(device.page, int(question.findtext(f"{TSE}MaxResults") or 1))
        rows = device.searches[token]
        page, device.searches[token] = rows[:most], rows[most:]
        is_over = not device.searches[token] and not device.never_ends
        if is_over:
            del device.searches[token]
        state = "Completed" if is_over else "Searching"
        self.send(
            "<tse:GetRecordingSearchResultsResponse><tse:ResultList>"
            f"<tt:SearchState>{state}</tt:SearchState>"
            f"{''.join(row.xml() for row in page)}"
            "</tse:ResultList></tse:GetRecordingSearchResultsResponse>"
        )

    def on_endsearch(self, question: ET.Element) -> None:
        del self.machine.searches[question.findtext(f"{TSE}SearchToken") or ""]
        self.send("<tse:EndSearchResponse/>")

    def on_getreplayuri(self, question: ET.Element) -> None:
        setup = question.find(f"{TRP}StreamSetup")
        assert setup is not None
        assert setup.findtext(f"{TT}Stream") == "RTP-Unicast"
        assert setup.findtext(f"{TT}Transport/{TT}Protocol") == "RTSP"
        token = question.findtext(f"{TRP}RecordingToken")
        found = [row for row in self.machine.rows if row.token == token]
        if not found:
            self.fault("Sender", "InvalidArgVal", "NoRecording")
            return
        own = f"{self.machine.player.url}/replay/{found[0].channel}?session=4711"
        address = self.machine.replay or own
        self.send(
            f"<trp:GetReplayUriResponse><trp:Uri>{address}</trp:Uri>"
            "</trp:GetReplayUriResponse>"
        )


@dataclass
class Section:
    """Films without a hole between them, from a whole picture on."""

    begin: datetime
    late: int  # seconds of the first film that are left out
    films: list[Path]

    def packets(self, folder: Path, speed: float) -> list[str]:
        """How ffmpeg is called for it; the port is added."""
        listed = "".join(f"file '{path}'\nduration 10\n" for path in self.films)
        (folder / "list").write_text(f"ffconcat version 1.0\n{listed}")
        return [
            *("ffmpeg", "-nostdin", "-v", "error", "-readrate", str(speed)),
            *("-safe", "0", "-f", "concat", "-ss", f"{self.late}.001"),
            *("-i", str(folder / "list"), "-c", "copy", "-an"),
            *("-bsf:v", "h264_metadata=aud=remove", "-f", "rtp"),
            *("-sdp_file", str(folder / "sdp")),
        ]


class Replay(Session):
    """RTSP as the streaming specification has it for replay: 6.1 to 6.11."""

    def sections(self) -> list[Section]:
        found: list[Section] = []
        last: datetime | None = None
        for path in sorted((self.player.root / self.channel).glob("*.ts")):
            at = datetime.strptime(path.stem, NAME).replace(tzinfo=SHANGHAI)
            if last is None or at - last > 10.5 * SECOND:
                found.append(Section(at.astimezone(UTC), 0, []))
            found[-1].films.append(path)
            last = at
        return found

    def from_moment(self, begin: datetime) -> list[Section]:
        """From the whole picture at or before a moment, or from behind the hole there."""
        left: list[Section] = []
        for one in self.sections():
            end = one.begin + len(one.films) * 10 * SECOND
            if left or end > begin:
                late = int(max(0.0, (begin - one.begin).total_seconds())) // 2 * 2
                skip = late // 10
                left.append(
                    Section(one.begin + late * SECOND, late % 10, one.films[skip:])
                )
        return left

    async def describe(self, url: str) -> bytes:
        self.channel = urlsplit(url).path.rpartition("/")[2]
        sections = self.sections()
        if not sections:
            return b""
        folder = Path(self.scratch.name)
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 * 1024**2)
        self.udp.bind(("127.0.0.1", 0))
        self.udp.settimeout(0)
        self.to = (
            f"rtp://127.0.0.1:{self.udp.getsockname()[1]}?rtcpport=9&pkt_size=1200"
        )
        probe = await asyncio.create_subprocess_exec(
            *(*sections[0].packets(folder, self.player.speed), "-t", "0.1", self.to),
            stderr=subprocess.DEVNULL,
        )
        await probe.wait()
        self.drain()
        text = (folder / "sdp").read_text()
        kept = [line for line in text.splitlines() if not line.startswith("SDP:")]
        more = ["a=control:trackID=1", "a=x-onvif-track:VIDEO001"]
        return ("\r\n".join([*kept, *more]) + "\r\n").encode()

    def drain(self) -> None:
        assert self.udp is not None
        with suppress(BlockingIOError):
            while self.udp.recv(4096):
                pass

    def seek(self, headers: dict[str, str]) -> int:
        if headers.get("require") != "onvif-replay":
            return 551
        said = re.fullmatch(r"clock=(\d{8}T\d{6}Z)-", headers.get("range", ""))
        if said is None or headers.get("rate-control") != "no":
            return 457
        begin = datetime.strptime(said[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        self.wanted = self.from_moment(begin)
        self.moment = self.wanted[0].begin if self.wanted else begin
        return 200

    async def play(self) -> None:
        """All that was recorded since then, as fast as the line is."""
        sent, first = 0, self.moment
        for section in self.wanted:
            behind = int((section.begin - first).total_seconds() * 90000)
            held: list[bytes] = []
            async for packet in self.packets_of(section):
                if held and packet[4:8] != held[0][4:8]:
                    sent = await self.give(held, section, behind, sent)
                    held = []
                held.append(packet)
                if self.player.most is not None and sent >= self.player.most:
                    self.put.transport.abort()
                    return
            is_end = section is self.wanted[-1]
            flags = LAST | (TERMINAL if is_end else 0)
            sent = await self.give(held, section, behind, sent, flags)
        if self.player.ends == "bye":
            self.put.write(b"$\x05" + len(BYE).to_bytes(2) + BYE)
            await self.put.drain()

    async def packets_of(self, section: Section) -> AsyncIterator[bytes]:
        assert self.udp is not None
        loop = asyncio.get_running_loop()
        self.drain()
        self.base: int | None = None
        self.process = await asyncio.create_subprocess_exec(
            *section.packets(Path(self.scratch.name), self.player.speed),
            self.to,
            stderr=subprocess.DEVNULL,
        )
        while True:
            try:
                yield await asyncio.wait_for(loop.sock_recv(self.udp, 4096), 0.5)
            except TimeoutError:
                if self.process.returncode is not None:
                    return

    async def give(
        self,
        packets: list[bytes],
        section: Section,
        behind: int,
        sent: int,
        flags: int = 0,
    ) -> int:
        """The packets of one picture, with when it was taken."""
        for packet in packets:
            (stamp,) = struct.unpack(">I", packet[4:8])
            self.base = stamp if self.base is None else self.base
            ahead = (stamp - self.base) & 0xFFFFFFFF
            at = section.begin.timestamp() + ahead / 90000 + SINCE_1900
            flags |= CLEAN if not ahead else 0
            extension = b"\xab\xac\x00\x03" + struct.pack(
                ">IIBBH", int(at), int(at % 1 * 2**32), flags, 0, 0
            )
            head = struct.pack(
                ">BBHI",
                *(0x90, packet[1], sent & 0xFFFF, (behind + ahead) & 0xFFFFFFFF),
            )
            whole = head + packet[8:12] + extension + packet[12:]
            self.put.write(b"$\x04" + len(whole).to_bytes(2) + whole)
            await self.put.drain()
            sent += 1
        return sent


@contextmanager
def serving(device: Device) -> Iterator[Device]:
    """The device at two ports of this machine."""
    with ExitStack() as stack:
        player = Player(device.root, ends="silent")
        device.player = stack.enter_context(playing(player, Replay))
        yield stack.enter_context(running(device, Services))  # type: ignore[misc]  # it is one
