"""Frigate 0.14 and later: its recordings as they lie on its disk, over its web server.

``/recordings/<day>/<hour>/<camera>/`` lists the segments of an hour (UTC) as JSON, each
``MM.SS.mp4`` is given byte for byte. Port 8971 wants ``POST /api/login`` before, which
answers with a cookie; port 5000 asks for nothing. Clips and exports of its API are put
together anew by it, and are therefore not what is saved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _

from anlan.base.errors import InvalidInput
from anlan.evidence.recorders import (
    LONGEST,
    Absent,
    Made,
    Part,
    Recorder,
    Unreachable,
    Unreadable,
)
from anlan.evidence.recorders.wire import Login, Wire, checked_base, checked_ca

HOUR = timedelta(hours=1)
LOGIN = "api/login"
_NAME = re.compile(r"(\d{2})\.(\d{2})\.mp4")
_CAMERA = re.compile(r"[A-Za-z0-9_-]+")


@dataclass
class Frigate:
    """The recorder behind one address."""

    wire: Wire
    login: Login
    is_signed_in: bool = False

    def parts(self, camera: str, begin: datetime, end: datetime) -> list[Part]:
        if not _CAMERA.fullmatch(camera):
            raise Unreachable
        self._sign_in()
        hour = (begin - HOUR).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        found: list[Part] = []
        while hour <= end + HOUR and hour <= begin + 2 * LONGEST + (end - begin):
            found += self._of_hour(camera, hour)
            hour += HOUR
        found.sort(key=lambda part: (part.begin, part.name))
        # Two: where one says how long they are, the newest is not taken for whole early.
        before = [part for part in found if part.begin <= begin][-2:]
        within = [part for part in found if begin < part.begin < end]
        behind = [part for part in found if part.begin >= end][:1]
        return [*before, *within, *behind]

    def fetch(self, camera: str, part: Part) -> Iterator[bytes]:
        self._sign_in()
        return self.wire.read(f"recordings/{quote(part.name)}")

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
        return self.wire.clock

    def _of_hour(self, camera: str, hour: datetime) -> list[Part]:
        folder = f"{hour:%Y-%m-%d/%H}/{camera}"
        try:
            rows = self.wire.json(f"recordings/{folder}/")
        except Absent:
            return []
        if not isinstance(rows, list):
            raise Unreadable
        parts = [_part(folder, hour, row) for row in rows if isinstance(row, dict)]
        return [part for part in parts if part is not None]

    def _sign_in(self) -> None:
        if self.is_signed_in or not self.login.username:
            return
        said = {"user": self.login.username, "password": self.login.password}
        self.wire.sign_in(LOGIN, said)
        self.is_signed_in = True


class FrigateKind:
    """Made of ``base``, ``username`` and ``ca``."""

    secret_fields: tuple[str, ...] = ("password",)

    def check(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        username = str(settings.get("username") or "").strip()
        if len(username) > 60:
            raise InvalidInput(_("账号太长"), path="username")
        return {
            "base": checked_base(str(settings.get("base") or "")),
            "username": username,
            "ca": checked_ca(str(settings.get("ca") or "")),
        }

    def open(
        self, settings: Mapping[str, Any], *, secrets: Mapping[str, str], now: datetime
    ) -> Recorder:
        login = Login("none", settings["username"], secrets.get("password", ""))
        return Frigate(Wire(settings["base"], login, ca=settings["ca"]), login)


FRIGATE = FrigateKind()


def _part(folder: str, hour: datetime, row: Mapping[str, Any]) -> Part | None:
    """A segment; whatever else lies there, or lies about itself, is none."""
    name, size = row.get("name"), row.get("size")
    found = _NAME.fullmatch(name) if isinstance(name, str) else None
    if found is None or not isinstance(size, int) or size < 0:
        return None
    minute, second = int(found[1]), int(found[2])
    if minute > 59 or second > 59 or row.get("type") != "file":
        return None
    try:
        changed = int(parsedate_to_datetime(str(row.get("mtime"))).timestamp())
    except (ValueError, TypeError, OverflowError):
        changed = 0
    return Part(
        name=f"{folder}/{name}",
        begin=hour + timedelta(minutes=minute, seconds=second),
        size=size,
        stamp=(size, changed),
    )
