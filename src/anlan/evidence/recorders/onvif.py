"""ONVIF Profile G: a recorder is searched for what it has of a camera, and plays that.

After the specifications of ONVIF: Core, Recording Search, Replay Control and Streaming.
What it plays becomes files of ours, as with RTSP; see ``rtsp`` and
``docs/adr/0047-addresses-that-a-device-gives.md``.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import urlsplit

from anlan.base.clock import SHANGHAI
from anlan.base.plain_xml import Element
from anlan.evidence.recorders import (
    Absent,
    Part,
    Recorder,
    Unreachable,
    Unreadable,
)
from anlan.evidence.recorders.http import checked_login
from anlan.evidence.recorders.playback import TOLERANCE, Playback
from anlan.evidence.recorders.rtsp import Playing
from anlan.evidence.recorders.soap import Fault, Soap
from anlan.evidence.recorders.wire import Login, Wire, checked_base, checked_ca

log = logging.getLogger(__name__)

DEVICE_PATH = "/onvif/device_service"
_VERSION = "http://www.onvif.org/ver10/"
DEVICE = f"{_VERSION}device/wsdl"
SEARCH, REPLAY = f"{_VERSION}search/wsdl", f"{_VERSION}replay/wsdl"
SCHEMA = f"{_VERSION}schema"
PAGE, MOST_PAGES, MOST_RECORDINGS = 50, 100, 2_000
SEARCH_SECONDS = 30.0
NAMES = 4  # of a recording
_ADDRESS = re.compile(r"rtsp://[\x21-\x7e]{1,1000}")


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A recording as the device describes it; it may have holes that it does not tell."""

    token: str
    names: tuple[str, ...]  # of the recording, then of its source, ``NAMES`` of them
    begin: datetime | None  # by its clock; none if it does not say
    end: datetime | None  # the same; none while it records, too

    def away_from(self, begin: datetime, end: datetime) -> timedelta:
        """How far it ends before a stretch, or begins behind it."""
        late = self.begin - end if self.begin else timedelta()
        early = begin - self.end if self.end else timedelta()
        return max(late, early, timedelta())


@dataclass
class Device:
    """The services of one recorder, each below the address that was registered.

    Where else it says that they are, is not asked: behind a router or with two networks
    it gives addresses at which nobody reaches it.
    """

    soap: Soap
    home: str  # the path of its device service
    paths: dict[str, str] = field(default_factory=dict)  # by namespace
    addresses: dict[str, str] = field(default_factory=dict)  # by recording

    def clock(self) -> datetime | None:
        """What its clock shows; nobody has to say who asks for it."""
        with suppress(Fault):
            answer = self.soap.ask(self.home, DEVICE, "GetSystemDateAndTime")
            return _clock_of(answer)
        return None

    def recordings(self) -> list[Recorded]:
        """All that it has; one of sound or data alone is none.

        Raises:
            Unreadable: it has no search, or does not do what it says it has.
        """
        try:
            token = self._ask(
                SEARCH,
                "FindRecordings",
                "<Scope/><KeepAliveTime>PT10S</KeepAliveTime>",
            ).at("SearchToken")
            return self._found(token)
        except Fault as error:
            log.warning("a recorder does not search: %s", error)
            if "ResourceProblem" in error.codes:  # of others who search
                raise Unreachable("busy") from error
            raise Unreadable from error

    def address_of(self, recording: str) -> str:
        """Where a recording is played.

        Raises:
            Absent: it is gone.
            Unreachable: that would be another machine, or no plain address.
        """
        if recording not in self.addresses:
            try:
                answer = self._ask(
                    REPLAY,
                    "GetReplayUri",
                    f'<StreamSetup><Stream xmlns="{SCHEMA}">RTP-Unicast</Stream>'
                    f'<Transport xmlns="{SCHEMA}"><Protocol>RTSP</Protocol></Transport>'
                    f"</StreamSetup><RecordingToken>{escape(recording)}"
                    "</RecordingToken>",
                )
            except Fault as error:
                if error.codes & {"NoRecording", "InvalidToken"}:
                    raise Absent from error
                log.warning("a recorder does not play: %s", error)
                raise Unreadable from error
            self.addresses[recording] = self._checked(answer.at("Uri"))
        return self.addresses[recording]

    def _found(self, token: str) -> list[Recorded]:
        """What a search finds, page by page, until it says that this is all."""
        found: dict[str, Recorded] = {}
        asked = f"<SearchToken>{escape(token)}</SearchToken>"
        give_up = time.monotonic() + SEARCH_SECONDS
        for _page in range(MOST_PAGES):
            rows = self._ask(
                SEARCH,
                "GetRecordingSearchResults",
                f"{asked}<MinResults>1</MinResults><MaxResults>{PAGE}</MaxResults>"
                "<WaitTime>PT5S</WaitTime>",
            )
            for row in rows.all("ResultList/RecordingInformation"):
                one = _recorded(row)
                if one is not None:
                    found[one.token] = one
            if len(found) > MOST_RECORDINGS:
                break
            if rows.at("ResultList/SearchState") == "Completed":
                return list(found.values())
            if time.monotonic() > give_up:
                break
        with suppress(Fault):
            self._ask(SEARCH, "EndSearch", asked)
        raise Unreachable("search")

    def _ask(self, namespace: str, action: str, inside: str = "") -> Element:
        if not self.paths:
            self.paths = self._services()
        if namespace not in self.paths:
            raise Fault(frozenset({"ActionNotSupported"}))
        return self.soap.ask(self.paths[namespace], namespace, action, inside)

    def _services(self) -> dict[str, str]:
        """The path of each service; of a device before 2.1 only those that are used."""
        try:
            said = "<IncludeCapability>false</IncludeCapability>"
            answer = self.soap.ask(self.home, DEVICE, "GetServices", said)
            rows = answer.all("Service")
            return {
                row.at("Namespace"): _path_of(address)
                for row in rows
                if (address := row.at("XAddr"))
            }
        except Fault:
            said = "<Category>All</Category>"
            answer = self.soap.ask(self.home, DEVICE, "GetCapabilities", said)
            named = {SEARCH: "Search", REPLAY: "Replay"}
            return {
                namespace: _path_of(address)
                for namespace, name in named.items()
                if (address := answer.at(f"Capabilities/Extension/{name}/XAddr"))
            }

    def _checked(self, address: str) -> str:
        base = urlsplit(self.soap.wire.base)
        with suppress(ValueError):  # of an address that is none
            parts = urlsplit(address)
            if (
                _ADDRESS.fullmatch(address)
                and parts.hostname == base.hostname
                and parts.port != 0
                and not (parts.username or parts.password or parts.fragment)
            ):
                return address
        log.warning("a recorder gives an address for replay that is not its own")
        raise Unreachable("elsewhere")


@dataclass(kw_only=True)
class Onvif(Playing):
    """The recorder behind one address."""

    device: Device
    recordings: list[Recorded] | None = None

    def parts(self, camera: str, begin: datetime, end: datetime) -> list[Part]:
        self._search()
        return super().parts(camera, begin, end)

    def hurry(self, until: float) -> None:
        super().hurry(until)
        self.device.soap.until = until

    def _search(self) -> list[Recorded]:
        if self.recordings is None:
            soap = self.device.soap
            shown = self.device.clock()
            if shown is not None:
                self.seen = shown - timedelta(seconds=time.monotonic() - soap.began)
                soap.now = self.seen
            self.recordings = self.device.recordings()
            self.seen = self.seen or soap.wire.clock
        return self.recordings

    def _playback(
        self, camera: str, begin: datetime, end: datetime, patience: float
    ) -> Playback:
        token = self._recording_of(camera, begin, end)
        return Playback(
            url=self.device.address_of(token),
            login=self.login,
            begin=begin,
            seconds=(end - begin).total_seconds(),
            patience=patience,
            until=self.until,
            recording=token,
        )

    def _recording_of(self, camera: str, begin: datetime, end: datetime) -> str:
        """The recording of a camera in which a stretch lies, or that comes next to it.

        Raises:
            Absent: the device has none of this name, or none of that time.
        """
        rows = self._search()
        for place in range(NAMES):
            found = [row for row in rows if row.names[place] == camera]
            if found:
                near = min(
                    found, key=lambda row: (row.away_from(begin, end), row.token)
                )
                if near.away_from(begin, end) <= TOLERANCE:
                    return near.token
                break
        raise Absent

    def _where(self) -> str:
        return self.device.soap.wire.base

    def _asked(self, played: Playback) -> dict[str, str]:
        # Behind a question mark there may be what lets one in.
        asked = played.url.partition("?")[0]
        return {"asked": asked, "recording": played.recording, "range": played.range}


class OnvifKind:
    """Made of ``base``, ``username`` and ``ca``."""

    secret_fields: tuple[str, ...] = ("password",)

    def check(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        base = checked_base(str(settings.get("base") or ""))
        login = checked_login({"username": settings.get("username")})
        return {
            "base": base,
            "username": login["username"],
            "ca": checked_ca(str(settings.get("ca") or "")),
        }

    def open(
        self, settings: Mapping[str, Any], *, secrets: Mapping[str, str], now: datetime
    ) -> Recorder:
        username = settings["username"]
        way = "digest" if username else "none"
        login = Login(way, username, secrets.get("password", ""))
        wire = Wire(settings["base"], login, ca=settings["ca"])
        home = urlsplit(settings["base"]).path or DEVICE_PATH
        return Onvif(login=login, now=now, device=Device(Soap(wire, login, now), home))


ONVIF = OnvifKind()


def _recorded(row: Element) -> Recorded | None:
    tracks = row.all("Track")
    token = row.at("RecordingToken")
    if not token or (tracks and all(one.at("TrackType") != "Video" for one in tracks)):
        return None
    is_open = row.at("RecordingStatus") != "Stopped"
    return Recorded(
        token=token,
        names=(
            token,
            row.at("Source/VideoSourceToken"),
            row.at("Source/SourceId"),
            row.at("Source/Name"),
        ),
        begin=_moment_of(row.at("EarliestRecording")),
        end=None if is_open else _moment_of(row.at("LatestRecording")),
    )


def _moment_of(text: str) -> datetime | None:
    """A moment as devices write it: in UTC, whether the Z stands there or not."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _clock_of(answer: Element) -> datetime | None:
    """UTC, or the time of the wall of a device that does not say it."""
    for name, zone in (("UTCDateTime", UTC), ("LocalDateTime", SHANGHAI)):
        said = [
            answer.at(f"SystemDateAndTime/{name}/{place}")
            for place in (
                *("Date/Year", "Date/Month", "Date/Day"),
                *("Time/Hour", "Time/Minute", "Time/Second"),
            )
        ]
        with suppress(ValueError, OverflowError):
            year, month, day, hour, minute, second = map(int, said)
            if 1970 <= year < 9000:
                return datetime(
                    year, month, day, hour, minute, min(second, 59), tzinfo=zone
                )
    return None


def _path_of(address: str) -> str:
    """Of an address that a device gives for a service, only where on the device it is.

    Raises:
        Unreadable: it is none.
    """
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise Unreadable from error
    query = f"?{parts.query}" if parts.query else ""
    return f"/{parts.path.lstrip('/')}{query}"
