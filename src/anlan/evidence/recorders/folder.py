"""A folder into which a recorder writes segments, on a disk or a share of the network.

The names say when each begins. Everything about it is taken for hostile: only names that
the pattern reads are looked at, no link is followed, and nothing outside of the folders
that the operator allowed (``ANLAN_RECORDINGS_ROOTS``) is ever opened.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings as installation
from django.utils.translation import gettext as _

from anlan.base.errors import InvalidInput
from anlan.base.stores import BLOCK_BYTES
from anlan.evidence.recorders import (
    LONGEST,
    Made,
    Part,
    Recorder,
    Unreachable,
    Unreadable,
)

PLAIN = "{camera}/%Y%m%d-%H%M%S"
FRIGATE = "%Y-%m-%d/%H/{camera}/%M.%S"  # its recordings folder; its names are UTC
ZONES = {"local": ZoneInfo("Asia/Shanghai"), "utc": UTC}
ENDINGS = (".ts", ".mp4", ".m4v", ".mkv", ".mov", ".avi", ".mpg", ".flv", ".dav")
MOST_PARTS = 20_000  # of one answer
_CODE = re.compile(r"[\w-][\w.-]*")
_FIELDS = "YmdHMS"


@dataclass(frozen=True)
class Folder:
    """The recorder behind one folder."""

    root: Path
    pattern: str
    zone: Any

    def parts(self, camera: str, begin: datetime, end: datetime) -> list[Part]:
        if not _CODE.fullmatch(camera):
            raise Unreachable
        try:
            found = sorted(
                self._found(camera, begin - LONGEST, end + LONGEST),
                key=lambda part: (part.begin, part.name),
            )
        except OSError as error:
            raise Unreachable from error
        # Two: where one says how long they are, the newest is not taken for whole early.
        before = [part for part in found if part.begin <= begin][-2:]
        within = [part for part in found if begin < part.begin < end]
        behind = [part for part in found if part.begin >= end][:1]
        return [*before, *within, *behind][:MOST_PARTS]

    def fetch(self, camera: str, part: Part) -> Iterator[bytes]:
        try:
            handle = os.open(
                self._inside(part.name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
            )
        except OSError as error:
            raise self._gone(error) from error
        with os.fdopen(handle, "rb", buffering=0) as file:
            if _stamp(os.fstat(handle)) != part.stamp:
                raise Unreadable
            try:
                while block := file.read(BLOCK_BYTES):
                    yield block
            except OSError as error:
                raise self._gone(error) from error
            if _stamp(os.fstat(handle)) != part.stamp:
                raise Unreadable

    def made(self, part: Part) -> Made | None:
        return None

    def rest(
        self, name: str, begin: datetime, recipe: Mapping[str, Any]
    ) -> Part | None:
        return None

    def hurry(self, until: float) -> None:
        pass  # what it is asked for the first block of does not last

    def close(self) -> None:
        pass

    def clock(self) -> datetime | None:
        return None  # of a disk in the network it is not the recorder's

    def _found(self, camera: str, begin: datetime, end: datetime) -> Iterator[Part]:
        folders, name = self.pattern.rpartition("/")[::2]
        # The date stands first in most names: the others need not be read.
        first = last = ""
        if name.startswith("%Y%m%d"):
            days = (self._local(moment).strftime("%Y%m%d") for moment in (begin, end))
            first, last = days
        self._check_is_there()
        for folder in self._folders(folders, camera, begin, end):
            for stem, path, there in _files_of(self.root, folder):
                if first and not first <= stem[:8] <= last:
                    continue
                moment = self._moment(f"{folder}/{stem}" if folder else stem, camera)
                if moment is not None and begin <= moment <= end:
                    yield Part(
                        name=str(PurePosixPath(folder) / path),
                        begin=moment,
                        size=there.st_size,
                        stamp=_stamp(there),
                    )

    def _folders(
        self, pattern: str, camera: str, begin: datetime, end: datetime
    ) -> list[str]:
        """The folders below the root in which a name of the window may stand."""
        steps = int((end - begin) / timedelta(minutes=30)) + 1
        moments = [begin + n * timedelta(minutes=30) for n in range(steps)] + [end]
        names = [
            self._local(moment).strftime(pattern).replace("{camera}", camera)
            for moment in moments
        ]
        return list(dict.fromkeys(names))

    def _moment(self, name: str, camera: str) -> datetime | None:
        pattern = self.pattern.replace("{camera}", camera)
        try:
            read = datetime.strptime(name, pattern)  # noqa: DTZ007 -- the next line says which
        except ValueError:
            return None
        return read.replace(tzinfo=self.zone).astimezone(UTC)

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    def _check_is_there(self) -> None:
        """An empty mount point looks like an empty folder, and is told so by nobody."""
        if not self.root.is_dir() or not is_below_roots(self.root):
            raise Unreachable

    def _inside(self, name: str) -> Path:
        path = self.root / name
        if path.parent.resolve() != path.parent or not is_below_roots(path.parent):
            raise Unreadable
        return path

    def _gone(self, error: OSError) -> Exception:
        is_there = self.root.is_dir()
        return Unreadable() if is_there else Unreachable(type(error).__name__)


class FolderKind:
    """Made of ``folder``, ``pattern`` and ``zone``."""

    secret_fields: tuple[str, ...] = ()

    def check(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        pattern = str(settings.get("pattern") or PLAIN).strip()
        zone = str(settings.get("zone") or "local")
        if zone not in ZONES:
            raise InvalidInput(_("请选择时区"), path="zone")
        _check_pattern(pattern)
        root = Path(str(settings.get("folder") or "").strip())
        if not root.is_absolute() or not is_below_roots(root.resolve()):
            allowed = _("、").join(map(str, installation.RECORDINGS_ROOTS))
            raise InvalidInput(
                _("文件夹须在 ANLAN_RECORDINGS_ROOTS 之下（现为：%s）")
                % (allowed or _("未设置")),
                path="folder",
            )
        return {"folder": str(root.resolve()), "pattern": pattern, "zone": zone}

    def open(
        self, settings: Mapping[str, Any], *, secrets: Mapping[str, str], now: datetime
    ) -> Recorder:
        return Folder(
            Path(settings["folder"]), settings["pattern"], ZONES[settings["zone"]]
        )


FOLDER = FolderKind()


def _check_pattern(pattern: str) -> None:
    """Once each of year to second, the camera, and no way out of the folder."""
    fields = re.findall(r"%(.)", pattern)
    parts = pattern.split("/")
    if (
        sorted(fields) != sorted(_FIELDS)
        or pattern.count("{camera}") != 1
        or any(part in {"", ".", ".."} for part in parts)
        or "\\" in pattern
    ):
        raise InvalidInput(
            _("文件名格式须含 {camera} 和 %Y %m %d %H %M %S 各一次"), path="pattern"
        )


def is_below_roots(path: Path) -> bool:
    """Whether a path without links is below a folder that the operator named."""
    roots = [Path(root).resolve() for root in installation.RECORDINGS_ROOTS]
    return any(path.is_relative_to(root) for root in roots)


def _files_of(root: Path, folder: str) -> Iterator[tuple[str, str, os.stat_result]]:
    """Stem, name and what the disk says of each plain file; links are none."""
    path = root / folder
    try:
        if path.resolve() != path:
            return  # somewhere on the way is a link
        entries = os.scandir(path)
    except FileNotFoundError:
        return
    with entries:
        for entry in entries:
            stem, _dot, ending = entry.name.rpartition(".")
            if f".{ending.lower()}" not in ENDINGS:
                continue
            try:
                there = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            if stat.S_ISREG(there.st_mode):
                yield stem, entry.name, there


def _stamp(there: os.stat_result) -> tuple[int, ...]:
    return there.st_ino, there.st_size, there.st_mtime_ns
