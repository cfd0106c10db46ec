"""Asking a recorder over RTSP to play what it recorded, and handing that to ffmpeg.

ffmpeg never speaks to the recorder: it is served on loopback by ``Playback``, which says
who asks, follows no redirect, and reads what the recorder answers. So no password stands
in an argument, and a stream that ends is told from one that breaks.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import secrets
import select
import socket
import struct
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from anlan.base.clock import SHANGHAI
from anlan.evidence.recorders import Absent, Refused, Unreachable, Unreadable
from anlan.evidence.recorders.wire import CONNECT_SECONDS, Login, is_allowed

PORT = 554
ANSWER_SECONDS = 15.0
SILENT_SECONDS = 15.0  # without a packet of the stream
KEEP_SECONDS = 25.0  # a session that nobody speaks to is ended by the recorder
MOST_HEAD, MOST_BODY = 16 * 1024, 64 * 1024
MOST_BYTES = 1024**3  # of one stretch
MOST_TRACKS = 8
REPLAY = b"\xab\xac"  # the header extension of ONVIF: when each packet was recorded
LAST = 0x40  # in it: the last picture before a hole
ASKING = {"Require": "onvif-replay"}
SINCE_1900 = 2_208_988_800
BYE = 203
LEAP = timedelta(seconds=1)
HOLE = timedelta(seconds=10)  # no recording has pictures that are so far apart
LAST_SECONDS = 3.0  # after the last picture nothing more is waited for
# A recorder begins at a whole picture, or at the file in which what is asked for lies.
TOLERANCE = timedelta(minutes=2)
DAY = timedelta(days=1)
_LOGIN = {401, 403, 407}
_NOTHING = {404, 410, 416, 457}
_PAIR = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')
_SCHEME = re.compile(r"(?:^|,)\s*((?:digest|basic|bearer)(?=\s|,|$))", re.IGNORECASE)
_ALGORITHMS = {"MD5", "SHA-256"}
_CLOCK = re.compile(r"clock=(\d{8}T\d{6})(\.\d{1,9})?Z")
_PLAIN = re.compile(r"[\x20-\x7e]{1,2000}")
# Of sound MPEG-TS holds only some kinds so that a player knows them again.
_HELD = {"MPEG4-GENERIC", "MP4A-LATM", "MPA"}


class _Closed(Unreachable):
    """The recorder hung up; some do that where they have no more."""


class _Silent(Unreachable):
    """It says nothing more."""


@dataclass
class Track:
    """One medium of the stream: its lines, and how far it has been played."""

    medium: str
    line: str
    codec: str
    rate: int
    attributes: list[str]
    control: str
    channel: int = -1
    first: int | None = None
    last: int = 0
    ahead: int = 0  # stamps since the first one, which turns over at 2**32
    step: int = 0  # from the first picture to the second
    sequence: int | None = None
    lost: int = 0

    @property
    def seconds(self) -> float:
        return self.ahead / self.rate

    def note(self, packet: bytes) -> None:
        """Take note of a packet's number and stamp."""
        number, stamp = struct.unpack(">HI", packet[2:8])
        if self.first is None:
            self.first = self.last = stamp
        else:
            if self.sequence is not None:
                skipped = (number - self.sequence - 1) & 0xFFFF
                self.lost += skipped if skipped < 1000 else 0
            step = (stamp - self.last) & 0xFFFFFFFF
            if step < 0x80000000:  # pictures that are shown later come sooner
                self.ahead, self.last = self.ahead + step, stamp
                self.step = self.step or step
        self.sequence = number


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes = b""
    challenges: list[str] = field(default_factory=list)  # a line each


@dataclass
class Playback:
    """One stretch as a recorder plays it, and the address at which ffmpeg finds it.

    ``ended`` says how it came to its end: ``end`` of what was asked for, ``bye`` of the
    recorder, ``closed`` by it, ``silent``, ``broken``, or ``stopped`` by us.
    """

    url: str
    login: Login
    begin: datetime  # asked for, by the recorder's clock
    seconds: float  # asked for
    patience: float  # seconds by our clock for all of it
    is_local: bool = False  # it is asked in the time of the wall, and may answer so
    # If it is asked as ONVIF has it: the beginning stands in a range, and the stretch
    # comes as fast as the line is, with the stamps of the recording.
    recording: str = ""
    until: float | None = None  # of the monotonic clock, by when it has to answer
    clock: datetime | None = None
    began: datetime | None = None  # as the recorder says it
    how: str = "asked"  # from what ``began`` is known
    doubted: str = ""  # a beginning that it said and that cannot be
    ended: str = ""
    problem: Exception | None = None
    left_out: list[str] = field(default_factory=list)
    _shown: datetime | None = field(default=None, init=False)  # when, of a picture
    _is_last: bool = field(default=False, init=False)  # that one, before a hole

    def __post_init__(self) -> None:
        self._token = secrets.token_urlsafe(18)
        self._number, self._session, self._challenge = 0, "", ""
        self._buffer = bytearray()
        self._stop = threading.Event()
        self._door = socket.create_server(("127.0.0.1", 0))
        self._base = self.url
        self.tracks: list[Track] = []
        self._stamped: datetime | None = None
        try:
            self._line = self._connected()
            self._describe()
            self._set_up()
        except BaseException:
            self.close()
            raise
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"rtsp://127.0.0.1:{self._door.getsockname()[1]}/{self._token}"

    @property
    def video(self) -> Track:
        return next(track for track in self.tracks if track.medium == "video")

    @property
    def lost(self) -> int:
        return sum(track.lost for track in self.tracks)

    @property
    def is_replay(self) -> bool:
        return self.recording != ""

    @property
    def range(self) -> str:
        """Since when it is asked to play; it is stopped by us."""
        return f"clock={self.begin:%Y%m%dT%H%M%SZ}-" if self.is_replay else "npt=0.000-"

    @property
    def begins(self) -> datetime:
        """When the first picture was taken, by the recorder's clock."""
        return self.began or self.begin

    def close(self) -> None:
        """Leave the recorder in peace; what was not played is not waited for."""
        self._stop.set()
        thread = getattr(self, "_thread", None)
        if thread is not None:
            thread.join(2)
        for line in (self._door, getattr(self, "_line", None)):
            if line is not None:
                with suppress(OSError):
                    line.close()

    # What is said to the recorder.

    def _connected(self) -> socket.socket:
        parts = urlsplit(self.url)
        if not is_allowed(self.url):
            raise Unreachable("elsewhere")
        try:
            line = socket.create_connection(
                (parts.hostname or "", parts.port or PORT), timeout=CONNECT_SECONDS
            )
        except (OSError, ValueError) as error:
            raise Unreachable(type(error).__name__) from error
        line.settimeout(1.0)
        return line

    def _ask(
        self, method: str, url: str, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """An answer that is a success; who asks is said once that is wanted."""
        answer = self._exchange(method, url, headers or {})
        if answer.status == 401 and self.login.way != "none":
            said = self._chosen(answer.challenges)
            if said != self._challenge:
                self._challenge = said
                answer = self._exchange(method, url, headers or {})
        if answer.status in _LOGIN:
            raise Refused
        if answer.status in _NOTHING:
            raise Absent
        if answer.status != 200:  # also a way to another machine
            raise Unreachable(f"rtsp_{answer.status}")
        return answer

    def _exchange(self, method: str, url: str, headers: Mapping[str, str]) -> Answer:
        self._say(method, url, headers)
        give_up = time.monotonic() + ANSWER_SECONDS
        give_up = give_up if self.until is None else min(give_up, self.until)
        while True:
            found = self._next(give_up)
            if isinstance(found, Answer) and found.headers.get("cseq") == str(
                self._number
            ):
                return found

    def _say(self, method: str, url: str, headers: Mapping[str, str]) -> None:
        self._number += 1
        lines = [f"{method} {url} RTSP/1.0", f"CSeq: {self._number}"]
        lines.append("User-Agent: Anlan")
        if self._session:
            lines.append(f"Session: {self._session}")
        if self._challenge:
            lines.append(f"Authorization: {self._who(method, url)}")
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if any(set(line) & set("\r\n\0") for line in lines):
            raise Unreadable(
                "breaks a line"
            )  # it would be a question of somebody else's
        try:
            self._line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        except OSError as error:
            raise Unreachable(type(error).__name__) from error

    def _chosen(self, challenges: list[str]) -> str:
        """The way in that was chosen, of those that it offers on lines of their own or on one.

        Raises:
            Refused: it is not among them.
        """
        for line in challenges:
            begins = [found.start(1) for found in _SCHEME.finditer(line)]
            for begin, end in itertools.pairwise([*begins, len(line)]):
                one = line[begin:end].strip(" ,")
                is_chosen = one.partition(" ")[0].lower() == self.login.way
                if is_chosen and _algorithm_of(one) in _ALGORITHMS:
                    return one
        raise Refused

    def _who(self, method: str, url: str) -> str:
        """RFC 2069 and 7616 with MD5 or SHA-256, as the recorder asks for it."""
        if self.login.way == "basic":
            import base64  # noqa: PLC0415 -- seldom

            pair = f"{self.login.username}:{self.login.password}".encode()
            return f"Basic {base64.b64encode(pair).decode()}"
        asked = _pairs_of(self._challenge)
        algorithm = _algorithm_of(self._challenge)

        def hashed(text: str) -> str:
            kind = "md5" if algorithm == "MD5" else "sha256"
            return hashlib.new(kind, text.encode(), usedforsecurity=False).hexdigest()

        realm, nonce = asked.get("realm", ""), asked.get("nonce", "")
        one = hashed(f"{self.login.username}:{realm}:{self.login.password}")
        two = hashed(f"{method}:{url}")
        said = {
            "username": self.login.username,
            "realm": realm,
            "nonce": nonce,
            "uri": url,
        }
        tail = ""
        if "auth" in asked.get("qop", "").split(","):
            own = secrets.token_hex(8)
            said["response"] = hashed(f"{one}:{nonce}:00000001:{own}:auth:{two}")
            tail = f', qop=auth, nc=00000001, cnonce="{own}"'
        else:
            said["response"] = hashed(f"{one}:{nonce}:{two}")
        if "algorithm" in asked:
            tail += f", algorithm={algorithm}"
        if "opaque" in asked:
            said["opaque"] = asked["opaque"]
        listed = ", ".join(
            f'{name}="{value.replace(chr(34), "")}"' for name, value in said.items()
        )
        return f"Digest {listed}{tail}"

    def _describe(self) -> None:
        answer = self._ask("DESCRIBE", self.url, {"Accept": "application/sdp"})
        self._base = next(
            (
                answer.headers[name]
                for name in ("content-base", "content-location")
                if answer.headers.get(name)
            ),
            self.url,
        )
        text = answer.body.decode("ascii", "ignore")
        whole = re.search(
            r"^a=control:(rtsp://\S+)", text.partition("\nm=")[0], re.MULTILINE
        )
        self._base = whole[1] if whole else self._base
        try:
            self.tracks = _tracks_of(text)
        except ValueError as error:
            raise Unreadable from error
        for track in self.tracks:
            if track.medium == "audio" and track.codec not in _HELD:
                self.left_out.append(track.codec)
        self.tracks = [
            track
            for track in self.tracks
            if track.medium == "video"
            or (track.medium == "audio" and track.codec in _HELD)
        ][:2]
        if sum(track.medium == "video" for track in self.tracks) != 1:
            raise Unreadable

    @property
    def _asking(self) -> Mapping[str, str]:
        return ASKING if self.is_replay else {}

    def _set_up(self) -> None:
        for number, track in enumerate(self.tracks):
            wanted = f"RTP/AVP/TCP;unicast;interleaved={2 * number}-{2 * number + 1}"
            answer = self._ask(
                "SETUP",
                _joined(self._base, track.control),
                {"Transport": wanted, **self._asking},
            )
            said = answer.headers.get("transport", "")
            found = re.search(r"interleaved=(\d{1,3})", said)
            if "TCP" not in said.upper() or found is None:
                raise Unreadable
            track.channel = int(found[1])
            self._session = answer.headers.get("session", "").partition(";")[0].strip()

    def _play(self) -> None:
        pace = {"Rate-Control": "no"} if self.is_replay else {}
        answer = self._ask(
            "PLAY", self._base, {"Range": self.range, **self._asking, **pace}
        )
        found = _CLOCK.search(answer.headers.get("range", ""))
        if found is not None:
            with suppress(ValueError):
                moment = datetime.strptime(found[1], "%Y%m%dT%H%M%S")  # noqa: DTZ007 -- Z
                more = timedelta(seconds=float(found[2] or 0))
                self._believe(moment.replace(tzinfo=UTC) + more, "range")

    def _believe(self, said: datetime, how: str) -> None:
        """Take the beginning that was said, in whichever zone it is near what was asked.

        Raises:
            Absent: it is behind what was asked for: there is a hole, and it leapt over it.
        """
        wall = said.replace(tzinfo=SHANGHAI).astimezone(UTC)
        first, last = self.begin - TOLERANCE, self.begin + TOLERANCE
        last += timedelta(seconds=self.seconds)
        for moment in (wall, said) if self.is_local else (said, wall):
            if first <= moment <= last:
                self.began, self.how = moment, how
                return
        read = wall if self.is_local else said
        if last < read < last + DAY:
            raise Absent
        self.doubted = f"{how} {said:%Y%m%dT%H%M%SZ}"

    # What it says.

    def _next(self, give_up: float) -> Answer | tuple[int, bytes]:
        """The next answer, or a packet with its channel."""
        while True:
            found = self._parsed()
            if found is not None:
                return found
            if time.monotonic() > give_up:
                raise _Silent("slow")
            self._read_more()

    def _read_more(self) -> None:
        try:
            block = self._line.recv(65536)
        except TimeoutError:
            return
        except OSError as error:
            raise Unreachable(type(error).__name__) from error
        if not block:
            raise _Closed
        self._buffer += block

    def _parsed(self) -> Answer | tuple[int, bytes] | None:
        buffer = self._buffer
        if not buffer:
            return None
        if buffer[0] == 0x24:
            if len(buffer) < 4:
                return None
            size = int.from_bytes(buffer[2:4])
            if len(buffer) < 4 + size:
                return None
            packet = buffer[1], bytes(buffer[4 : 4 + size])
            del buffer[: 4 + size]
            return packet
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(buffer) > MOST_HEAD:
                raise Unreadable
            return None
        first, *lines = bytes(buffer[:end]).decode("latin-1").split("\r\n")
        headers = {
            name.strip().lower(): value.strip()
            for name, colon, value in (line.partition(":") for line in lines)
            if colon
        }
        said_size = headers.get("content-length", "0")
        if not re.fullmatch(r"[0-9]{1,6}", said_size) or int(said_size) > MOST_BODY:
            raise Unreadable
        whole = end + 4 + int(said_size)
        if len(buffer) < whole:
            return None
        body = bytes(buffer[end + 4 : whole])
        del buffer[:whole]
        self._note_clock(headers)
        said = re.match(r"RTSP/1\.\d (\d{3})", first)
        # What the recorder asks of us (an announcement, its end) has no number of ours.
        challenges = [
            value.strip()
            for name, _colon, value in (line.partition(":") for line in lines)
            if name.strip().lower() == "www-authenticate"
        ]
        return Answer(int(said[1]) if said else 0, headers, body, challenges)

    def _note_clock(self, headers: Mapping[str, str]) -> None:
        if self.clock is None and "date" in headers:
            with suppress(ValueError, TypeError, OverflowError):
                said = parsedate_to_datetime(headers["date"])
                said = said if said.tzinfo else said.replace(tzinfo=UTC)
                self.clock = said if 1970 <= said.year < 9000 else None

    # What is handed on.

    def _run(self) -> None:
        try:
            with self._taken() as guest:
                self._play()
                self.ended = self._hand_on(guest)
                with suppress(Unreachable):
                    self._say("TEARDOWN", self._base, {})
        except _Closed:
            self.ended = "closed"
        except _Silent:
            self.ended = "silent"
        except (Absent, Refused, Unreadable) as error:
            self.problem, self.ended = error, "broken"
        except (Unreachable, OSError):
            self.ended = "broken"
        except Exception as error:  # noqa: BLE001 -- whoever waits for it is told
            self.problem, self.ended = Unreadable(type(error).__name__), "broken"

    def _taken(self) -> socket.socket:
        """ffmpeg, after it asked its questions; whoever has no token is nobody."""
        self._door.settimeout(ANSWER_SECONDS)
        guest, _address = self._door.accept()
        guest.settimeout(ANSWER_SECONDS)
        text, asked = "", ""
        while asked != "PLAY":
            while "\r\n\r\n" not in text:
                block = guest.recv(4096)
                if not block or len(text) > MOST_HEAD:
                    raise OSError
                text += block.decode("latin-1")
            head, _end, text = text.partition("\r\n\r\n")
            asked, _space, rest = head.partition(" ")
            if not urlsplit(rest.split(" ")[0]).path.startswith(f"/{self._token}"):
                raise OSError
            guest.sendall(self._served(asked, head))
        return guest

    def _served(self, asked: str, head: str) -> bytes:
        number = re.search(r"^CSeq: *(\d+)", head, re.MULTILINE | re.IGNORECASE)
        lines = ["RTSP/1.0 200 OK", f"CSeq: {number[1] if number else 0}"]
        body = ""
        if asked == "OPTIONS":
            lines.append("Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN")
        elif asked == "DESCRIBE":
            body = self._description()
            lines += ["Content-Type: application/sdp", f"Content-Length: {len(body)}"]
        elif asked == "SETUP":
            place = re.search(r"/track(\d)", head)
            number_ = 2 * int(place[1] if place else 0)
            lines.append(
                f"Transport: RTP/AVP/TCP;unicast;interleaved={number_}-{number_ + 1}"
            )
        lines.append("Session: 1")
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    def _description(self) -> str:
        lines = ["v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=-", "t=0 0"]
        for number, track in enumerate(self.tracks):
            lines += [track.line, *track.attributes, f"a=control:track{number}"]
        return "\r\n".join(lines) + "\r\n"

    def _hand_on(self, guest: socket.socket) -> str:
        channels = {
            track.channel + place: (2 * number + place, track, place == 0)
            for number, track in enumerate(self.tracks)
            for place in (0, 1)
        }
        began = heard = kept = time.monotonic()
        size = 0
        while not self._stop.is_set():
            found = self._parsed()
            now = time.monotonic()
            if found is None:
                if self._is_last and now - heard > LAST_SECONDS:
                    return "bye"
                if now - heard > SILENT_SECONDS or now - began > self.patience:
                    return "silent"
                if now - kept > KEEP_SECONDS:
                    kept = now
                    self._say("OPTIONS", self._base, {})
                ready, _to, _bad = select.select([self._line, guest], [], [], 0.2)
                if guest in ready and not guest.recv(4096):
                    return "stopped"
                if self._line in ready:
                    self._read_more()
                continue
            if isinstance(found, Answer):
                continue
            channel, packet = found
            if channel not in channels or len(packet) < 8:
                continue
            target, track, is_media = channels[channel]
            if is_media and len(packet) >= 12:
                heard = now
                track.note(packet)
                if track.medium == "video" and self._leaps(track, packet):
                    return "bye"
                if track.medium == "video" and track.seconds > self._wanted:
                    return "end"
            elif not is_media and track.medium == "video" and _says_bye(packet):
                return "bye"
            size += len(packet)
            if size > MOST_BYTES:
                return "broken"
            guest.sendall(b"$" + bytes([target]) + len(packet).to_bytes(2) + packet)
            if now - began > self.patience:
                return "silent"
        return "stopped"

    @property
    def _wanted(self) -> float:
        """Seconds of film until the end of what was asked for.

        ONVIF lets it begin at the whole picture before, and play what it has behind.
        """
        early = (self.begin - self.begins).total_seconds() if self.is_replay else 0.0
        return self.seconds + max(0.0, early)

    def _leaps(self, track: Track, packet: bytes) -> bool:
        """Whether the recorder went on after a hole.

        The stamps of the stream may go on as if there were none. Or they leap with it:
        then it was announced, or is longer than any recording waits for a picture.

        The first moment that a packet says is our begin, unless it cannot be.
        """
        moment = _moment_of(packet)
        if moment is None:
            return False
        if self._shown is not None and moment != self._shown:
            if moment - self._shown > (LEAP if self._is_last else HOLE):
                return True
            self._is_last = False
        self._shown = moment
        self._is_last = self._is_last or _is_last(packet)
        begin = moment - timedelta(seconds=track.seconds)
        if self._stamped is None:
            self._stamped = begin
            self._believe(begin, "packets")
        return abs(begin - self._stamped) > LEAP


def _pairs_of(challenge: str) -> dict[str, str]:
    return {
        name.lower(): quoted or plain
        for name, quoted, plain in _PAIR.findall(challenge)
    }


def _algorithm_of(challenge: str) -> str:
    return _pairs_of(challenge).get("algorithm", "MD5").upper()


def _moment_of(packet: bytes) -> datetime | None:
    """When a packet was recorded, as the extension of ONVIF says it."""
    at = 12 + 4 * (packet[0] & 0x0F)
    if not packet[0] & 0x10 or len(packet) < at + 12:
        return None
    if packet[at : at + 2] != REPLAY:
        return None
    whole, part = struct.unpack(">II", packet[at + 4 : at + 12])
    try:
        moment = datetime.fromtimestamp(whole - SINCE_1900, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment + timedelta(seconds=part / 2**32)


def _is_last(packet: bytes) -> bool:
    """Whether a picture is the last before a hole, as that extension says it."""
    at = 12 + 4 * (packet[0] & 0x0F) + 12
    return len(packet) > at and bool(packet[at] & LAST)


def _tracks_of(text: str) -> list[Track]:
    """The media of a description; of each only plain lines, as they are served again."""
    tracks: list[Track] = []
    for line in text.splitlines():
        if not _PLAIN.fullmatch(line):
            continue
        found = re.fullmatch(r"m=(video|audio|application) \d+ RTP/AVP (\d{1,3})", line)
        if found is not None:
            if len(tracks) == MOST_TRACKS:
                raise ValueError("too many media")
            plain = f"m={found[1]} 0 RTP/AVP {found[2]}"
            is_static = {"0": "PCMU", "8": "PCMA", "14": "MPA"}
            codec = is_static.get(found[2], "")
            tracks.append(Track(found[1], plain, codec, 90000, [], ""))
        elif line.startswith("m="):
            tracks.append(Track("other", "", "", 90000, [], ""))
        elif tracks and line.startswith("a=control:"):
            tracks[-1].control = line.removeprefix("a=control:").strip()
        elif tracks and line.startswith(("a=rtpmap:", "a=fmtp:")):
            tracks[-1].attributes.append(line)
            named = re.match(r"a=rtpmap:\d+ ([\w.-]+)/(\d{4,6})", line)
            if named is not None:
                tracks[-1].codec = named[1].upper()
                tracks[-1].rate = int(named[2])
    return tracks


def _joined(base: str, control: str) -> str:
    """The address of a track; wherever it points, it is asked for on the same line."""
    if control in {"", "*"}:
        return base
    if "://" in control:
        return control
    return base + ("" if base.endswith("/") else "/") + control


def _says_bye(packet: bytes) -> bool:
    """Whether a report says, perhaps behind others, that the stream has ended."""
    at = 0
    while at + 4 <= len(packet):
        if packet[at + 1] == BYE:
            return True
        at += 4 * (int.from_bytes(packet[at + 2 : at + 4]) + 1)
    return False
