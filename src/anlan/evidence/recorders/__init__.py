"""Recorders, each kind behind the same three questions; see ``docs/guide/recordings.md``.

A kind is one file of this folder and one row of the table below: a folder, an export
over HTTP, Frigate over its web server, and what plays over RTSP, asked by an address or
by ONVIF: those have no files, and say of each how it was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from anlan.base.errors import InvalidInput
from anlan.evidence.enums import RecorderKind

# Of one file: it is looked for that long before, and one that says more lies.
LONGEST = timedelta(hours=2)


class Unreachable(Exception):
    """The recorder, its disk or its network is away; later it may be there."""


class Refused(Unreachable):
    """It does not let us in: a wrong name or password, or a page to sign in on."""


class BrokeOff(Unreachable):
    """It fell silent or hung up where nothing had come; behind this it can be asked."""


class Absent(Exception):
    """It is there, and says that it has nothing of that time."""


class Unreadable(Exception):
    """It is there, and does not give this file, or gives another than it listed."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A file that a recorder has; ``begin`` is by its own clock."""

    name: str  # unique within the camera, never used as a path of ours
    begin: datetime
    size: int | None  # bytes; none if it is not said before
    stamp: tuple[int, ...]  # changes with the file


@dataclass(frozen=True, kw_only=True)
class Made:
    """A file that we wrote ourselves, of a stream: when it begins, and how it was made."""

    begin: datetime  # by the recorder's clock
    recipe: dict[str, Any] = field(default_factory=dict)


class Recorder(Protocol):
    """What can be asked of a recorder, whatever it is."""

    def parts(self, camera: str, begin: datetime, end: datetime) -> list[Part]:
        """The files of a camera that may overlap a window by the recorder's clock.

        Oldest first, and the one behind the window too, if there is one: it says that
        the last one is whole.

        Raises:
            Unreachable: nothing can be said.
        """

    def fetch(self, camera: str, part: Part) -> Iterator[bytes]:
        """The bytes of a part.

        Raises:
            Unreachable: the recorder went away.
            BrokeOff: it may have nothing of that time; asked again it says so.
            Unreadable: the part did, or is another one by now.
            Absent: nothing was recorded then.
        """

    def made(self, part: Part) -> Made | None:
        """How a part was written that was fetched; none: it is a file of the recorder."""

    def rest(
        self, name: str, begin: datetime, recipe: Mapping[str, Any]
    ) -> Part | None:
        """What is missing behind a part that was written and ended before its time.

        Args:
            name: of the part.
            begin, recipe: as ``made`` said them.
        """

    def clock(self) -> datetime | None:
        """What its clock showed when it was opened; none if it does not say."""

    def hurry(self, until: float) -> None:
        """A person waits: what lasts is given up at this moment of ``time.monotonic``."""

    def close(self) -> None:
        """Nothing more is asked of it."""


class Kind(Protocol):
    """How a kind of recorder is made from what the administrator typed."""

    @property
    def secret_fields(self) -> tuple[str, ...]:
        """What it is asked with, kept encrypted."""

    def check(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The settings as they are kept.

        Raises:
            InvalidInput: they cannot be; ``path`` names the field.
        """

    def open(
        self, settings: Mapping[str, Any], *, secrets: Mapping[str, str], now: datetime
    ) -> Recorder:
        """The recorder; nothing is asked of it yet.

        Args:
            now: by its own clock, as far as that is known.
        """


def kind_of(kind: str) -> Kind | None:
    """What answers for a kind; none for one that a person has to go to."""
    from anlan.evidence.recorders.folder import FOLDER  # noqa: PLC0415 -- it imports us
    from anlan.evidence.recorders.frigate import FRIGATE  # noqa: PLC0415 -- so do they
    from anlan.evidence.recorders.http import HTTP  # noqa: PLC0415 -- so do they
    from anlan.evidence.recorders.onvif import ONVIF  # noqa: PLC0415 -- so do they
    from anlan.evidence.recorders.rtsp import RTSP  # noqa: PLC0415 -- so do they

    kinds: dict[RecorderKind, Kind] = {
        RecorderKind.FOLDER: FOLDER,
        RecorderKind.HTTP: HTTP,
        RecorderKind.FRIGATE: FRIGATE,
        RecorderKind.RTSP: RTSP,
        RecorderKind.ONVIF: ONVIF,
    }
    return kinds.get(RecorderKind(kind))


# Kinds that play: of one of them an hour may take an hour, in lanes of their own.
PLAYING = (RecorderKind.RTSP, RecorderKind.ONVIF)


def checked_settings(kind: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as they are kept; a recorder that nobody asks has none.

    Raises:
        InvalidInput: they cannot be.
    """
    found = kind_of(kind)
    return found.check(settings) if found else {}


__all__ = [
    "PLAYING",
    "Absent",
    "BrokeOff",
    "InvalidInput",
    "Kind",
    "Made",
    "Part",
    "Recorder",
    "Refused",
    "Unreachable",
    "Unreadable",
    "checked_settings",
    "kind_of",
]
