"""A recorder that plays what it recorded over RTSP; the files are written by us.

It has no files to give: a stretch is asked for by its address, which names the channel
and both ends, is played at the pace of the film, and is put into pieces of MPEG-TS of
about ten seconds, packet by packet as they come, without decoding. See
``docs/adr/0044-pieces-of-a-stream.md``.
"""

from __future__ import annotations

import math
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from anlan.base.errors import InvalidInput
from anlan.base.programs import begin_limited, end_program
from anlan.base.stores import BLOCK_BYTES, make_folder, primary
from anlan.evidence import films
from anlan.evidence.reading import FILM_MEMORY
from anlan.evidence.recorders import (
    Absent,
    BrokeOff,
    Made,
    Part,
    Recorder,
    Unreachable,
    Unreadable,
)
from anlan.evidence.recorders.http import (
    OF_THE_WALL,
    checked_login,
    checked_template,
    filled,
    login_of,
)
from anlan.evidence.recorders.playback import Playback
from anlan.evidence.recorders.wire import Login, checked_base

PIECE = timedelta(seconds=10)
AT_ONCE = 6  # pieces of one stretch
# Behind what is wanted: whoever begins at the next whole picture leaves no hole then.
BEYOND = timedelta(seconds=5)
WRITTEN = timedelta(seconds=30)  # after its end a piece can be asked for
SLOWEST = 3.0  # times as long as the film; slower is no recorder that can be saved from
PIECE_BYTES = 512 * 1024**2
TICK = 0.002  # seconds: no two pictures are that close
POLL_SECONDS, GRACE_SECONDS = 0.1, 60.0
MOST_REMEMBERED = 1000
_ENDS = {"bye", "closed", "silent"}  # before the end of what was asked for
_BEGIN = "%Y%m%dT%H%M%SZ"  # in the name of a piece
# Pieces that broke off once: if they do again, that is all there is of them.
_BROKEN: set[str] = set()
_BROKEN_LOCK = threading.Lock()


@dataclass
class Stretch:
    """Some pieces in a row, played once; each is read while it is written."""

    parts: list[Part]
    playback: Playback
    folder: Path
    process: subprocess.Popen[bytes]
    complaint: IO[bytes]
    arguments: list[str]
    next: int = 0
    late: float | None = None

    def times(self) -> list[tuple[float, float]]:
        """Begin and end of each piece that is whole, in seconds."""
        try:
            lines = (self.folder / "list.csv").read_text().splitlines()
            rows = [line.split(",") for line in lines]
            return [(float(begin), float(end)) for _name, begin, end in rows]
        except (OSError, ValueError):
            return []

    def begin_of(self, number: int) -> float:
        """When a piece begins, in seconds after the first picture.

        The parser of ffmpeg may call each picture by the time of the one before it, so
        that the first two are shown at once. The packets say how far they are apart.
        """
        if self.late is None:
            times = films.times_of(self.path_of(0))[:2]
            video = self.playback.video
            apart = video.step / video.rate
            is_shifted = len(times) == 2 and times[1] - times[0] < TICK < apart < 1
            self.late = apart if is_shifted else 0.0
        return self.times()[number][0] + (self.late if number else 0.0)

    def has_begun(self, number: int) -> bool:
        """Whether the one before it is whole: a row of the list may be that of a break."""
        return len(self.times()) >= number and self.path_of(number).exists()

    def path_of(self, number: int) -> Path:
        return self.folder / f"{number:05}.ts"

    @property
    def is_over(self) -> bool:
        return self.process.poll() is not None

    def close(self) -> None:
        self.playback.close()
        end_program(self.process)
        self.complaint.close()
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(kw_only=True)
class Playing:
    """A recorder that plays: what it plays is put into pieces, however it is asked."""

    login: Login
    now: datetime
    seen: datetime | None = None  # its clock, as it said in an answer
    until: float | None = None  # by the monotonic clock
    stretch: Stretch | None = None
    listed: list[Part] = field(default_factory=list)
    made_of: dict[str, Made] = field(default_factory=dict)
    hole: tuple[str, datetime, datetime] | None = None  # the last that it leapt over

    def parts(self, camera: str, begin: datetime, end: datetime) -> list[Part]:
        seconds = PIECE.total_seconds()
        number = int(begin.timestamp() // seconds)
        self.listed = []
        while True:
            at = datetime.fromtimestamp(number * seconds, UTC)
            if at + PIECE + WRITTEN > self.now:
                return self.listed
            self.listed.append(_part(at))
            if at >= end:  # the one behind the window
                return self.listed
            number += 1

    def fetch(self, camera: str, part: Part) -> Iterator[bytes]:
        """The bytes of a piece while it is written; empty ones while nothing comes."""
        if part.stamp != _part(part.begin, part.stamp[-1]).stamp:
            raise Unreadable
        if self._is_in_hole(camera, part):
            raise Absent
        stretch = self._stretch_for(camera, part)
        if stretch.next and stretch.is_over and stretch.next >= len(stretch.times()):
            # What ended before it says nothing of this one: it is asked for itself.
            self.close()
            stretch = self._stretch_for(camera, part)
        number = stretch.next
        stretch.next += 1
        path = stretch.path_of(number)
        file: IO[bytes] | None = None
        give_up = time.monotonic() + stretch.playback.patience + GRACE_SECONDS
        give_up = give_up if self.until is None else min(give_up, self.until)
        try:
            while True:
                if time.monotonic() > give_up:
                    raise Unreachable("slow")
                is_whole = stretch.is_over or stretch.has_begun(number + 1)
                if file is None and path.exists():
                    file = path.open("rb")
                if file is not None:
                    while block := file.read(BLOCK_BYTES):
                        yield block
                if is_whole:
                    break
                yield b""
                time.sleep(POLL_SECONDS)
        finally:
            if file is not None:
                file.close()
        self.made_of[part.name] = self._checked(stretch, part, number, camera)

    def made(self, part: Part) -> Made | None:
        return self.made_of.get(part.name)

    def rest(
        self, name: str, begin: datetime, recipe: Mapping[str, Any]
    ) -> Part | None:
        first, _dash, seconds = name.partition("-")
        due = datetime.strptime(first, _BEGIN).replace(tzinfo=UTC)
        due += timedelta(seconds=int(seconds))
        # To whole seconds, as addresses say them.
        end = math.ceil(begin.timestamp() + recipe["seconds"])
        missing = int(due.timestamp()) - end
        if recipe["ended"] not in _ENDS or missing < 1:
            return None
        return _part(datetime.fromtimestamp(end, UTC), missing)

    def clock(self) -> datetime | None:
        return self.seen

    def hurry(self, until: float) -> None:
        self.until = until

    def close(self) -> None:
        if self.stretch is not None:
            self.stretch.close()
            self.stretch = None

    def _is_in_hole(self, camera: str, part: Part) -> bool:
        """Whether the recorder leapt over all of a piece when it was asked before."""
        if self.hole is None:
            return False
        of, begin, end = self.hole
        return of == camera and begin <= part.begin <= end - _length(part)

    def _stretch_for(self, camera: str, part: Part) -> Stretch:
        """What is playing, if this piece is its next; else it is asked for anew."""
        mine = self.stretch
        if (
            mine is not None
            and mine.next < len(mine.parts)
            and mine.parts[mine.next] == part
        ):
            return mine
        self.close()
        self.stretch = self._begun(camera, self._row_of(part))
        return self.stretch

    def _row_of(self, part: Part) -> list[Part]:
        """The piece, and those behind it that are listed and follow each other."""
        names = {one.name for one in self.listed}
        if part.name not in names:
            return [part]  # the rest of one
        row = [_part(part.begin + number * PIECE) for number in range(AT_ONCE)]
        most = next(
            (n for n, one in enumerate(row) if n and one.name not in names), len(row)
        )
        return row[:most]

    def _begun(self, camera: str, row: list[Part]) -> Stretch:
        begin = row[0].begin
        end = min(row[-1].begin + _length(row[-1]) + BEYOND, self.now)
        seconds = (end - begin).total_seconds()
        playback = self._playback(camera, begin, end, SLOWEST * seconds + 30)
        self.seen = self.seen or playback.clock
        try:
            return _written(row, playback)
        except BaseException:
            playback.close()
            raise

    def _checked(self, stretch: Stretch, part: Part, number: int, camera: str) -> Made:
        """What a piece is, once it is written to its end.

        Raises:
            Absent: nothing came of this time.
            Unreachable: it broke off, and did not before.
        """
        where = f"{self._where()} {camera} {part.name}"
        played, times = stretch.playback, stretch.times()
        is_last = stretch.is_over and number + 1 >= len(times)
        if is_last and played.problem is not None:
            raise played.problem
        if number >= len(times) or times[number][1] <= times[number][0]:
            is_empty = played.video.first is None
            is_end = played.ended in {"end", "bye"}
            if not number and not is_end:
                if not is_empty or played.ended not in _ENDS:
                    raise Unreachable(played.ended)
                if not _may_stay(played, where):
                    raise BrokeOff(played.ended)
            if not number and not is_empty and stretch.process.returncode:
                raise Unreadable
            raise Absent
        begin, end = times[number]
        begun = played.begins + timedelta(seconds=stretch.begin_of(number))
        # Moments are said to parts of a millisecond.
        if not number and begun > part.begin + _length(part) - timedelta(seconds=TICK):
            self.hole = camera, part.begin, begun + timedelta(seconds=TICK)
            self.close()  # it leapt over a hole; what lies behind it is asked for itself
            raise Absent
        last = stretch.parts[-1]
        wanted = (last.begin + _length(last) - stretch.parts[0].begin).total_seconds()
        is_whole = played.ended in {"end", "bye"} or end > wanted - 1
        if is_last and not is_whole and not _may_stay(played, where):
            raise Unreachable(played.ended)
        return Made(
            begin=begun,
            recipe={
                "program": films.version(),
                "arguments": stretch.arguments,
                **self._asked(played),
                "begin_from": played.how,
                **({"not_believed": played.doubted} if played.doubted else {}),
                "seconds": round(end - begin, 6),
                "ended": played.ended if is_last else "",
                "lost_packets": played.lost,
                "left_out": played.left_out,
            },
        )

    def _playback(
        self, camera: str, begin: datetime, end: datetime, patience: float
    ) -> Playback:
        """A stretch of a camera, asked for.

        Raises:
            Absent, Refused, Unreachable, Unreadable: as with ``Recorder``.
        """
        raise NotImplementedError

    def _where(self) -> str:
        """What is asked, whoever asks."""
        raise NotImplementedError

    def _asked(self, played: Playback) -> dict[str, str]:
        """How a stretch was asked for, for the record."""
        return {"asked": played.url}


@dataclass(kw_only=True)
class Rtsp(Playing):
    """The recorder behind one address, which names both ends of a stretch."""

    base: str
    template: str
    time: str

    def _playback(
        self, camera: str, begin: datetime, end: datetime, patience: float
    ) -> Playback:
        path = filled(self.template, self.time, camera, begin, end)
        return Playback(
            url=f"{self.base}/{path}",
            login=self.login,
            begin=begin,
            seconds=(end - begin).total_seconds(),
            patience=patience,
            until=self.until,
            is_local=self.time in OF_THE_WALL,
        )

    def _where(self) -> str:
        return f"{self.base}/{self.template}"


def _may_stay(played: Playback, where: str) -> bool:
    """Whether it broke off here before; some recorders just fall silent at a hole.

    One whose line broke is asked for again, however often that was.
    """
    if played.ended not in {"silent", "closed"}:
        return False
    with _BROKEN_LOCK:
        if where in _BROKEN:
            _BROKEN.discard(where)
            return True
        if len(_BROKEN) >= MOST_REMEMBERED:
            _BROKEN.clear()
        _BROKEN.add(where)
    return False


def _part(begin: datetime, seconds: int = int(PIECE.total_seconds())) -> Part:
    return Part(
        name=f"{begin:{_BEGIN}}-{seconds}",
        begin=begin,
        size=None,
        stamp=(int(begin.timestamp()), seconds),
    )


def _length(part: Part) -> timedelta:
    return timedelta(seconds=part.stamp[-1])


def _written(row: list[Part], playback: Playback) -> Stretch:
    program = films.path_of("ffmpeg")
    folder = Path(tempfile.mkdtemp(dir=make_folder(primary().root / "making")))
    cuts = ",".join(str(n * int(PIECE.total_seconds())) for n in range(1, len(row)))
    ways = (
        *films.QUIET,
        *("-protocol_whitelist", "rtp,tcp", "-rtsp_transport", "tcp", "-i"),
    )
    written = (
        *("-map", "0:v:0", "-map", "0:a:0?", "-c", "copy", "-f", "segment"),
        *("-segment_format", "mpegts", "-segment_times", cuts or "86400"),
        *("-segment_list", "list.csv", "-segment_list_type", "csv"),
        *("-reset_timestamps", "1", "%05d.ts"),
    )
    try:
        complaint: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 -- the stretch closes it
        process = begin_limited(
            ["served", program, *ways, playback.address, *written],
            memory=FILM_MEMORY,
            output=PIECE_BYTES,
            seconds=films.SECONDS,
            errors=complaint,
            folder=str(folder),
        )
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    arguments = ["ffmpeg", *ways, "rtsp://…", *written]
    return Stretch(row, playback, folder, process, complaint, arguments)


class RtspKind:
    """Made of ``base``, ``template``, ``time``, ``auth`` and ``username``."""

    secret_fields: tuple[str, ...] = ("password",)

    def check(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        base = checked_base(str(settings.get("base") or ""), schemes=("rtsp",))
        template, time_written = checked_template(settings)
        login = checked_login(settings)
        if login["auth"] == "bearer":
            raise InvalidInput(_("RTSP 没有令牌，请选择 Digest 或 Basic"), path="auth")
        return {"base": base, "template": template, "time": time_written, **login}

    def open(
        self, settings: Mapping[str, Any], *, secrets: Mapping[str, str], now: datetime
    ) -> Recorder:
        return Rtsp(
            base=settings["base"],
            template=settings["template"],
            time=settings["time"],
            login=login_of(settings, secrets),
            now=now,
        )


RTSP = RtspKind()
