"""A recorder that gives a stretch of time over HTTP, whatever its address looks like.

It has no list of files: the window is asked for in slices of one length, each a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from anlan.base.errors import InvalidInput
from anlan.evidence.recorders import Made, Part, Recorder, Unreadable
from anlan.evidence.recorders.wire import AUTHS, Login, Wire, checked_base, checked_ca

_SHANGHAI = ZoneInfo("Asia/Shanghai")
TIMES = {
    "iso": lambda at: f"{at:%Y-%m-%dT%H:%M:%SZ}",
    "local": lambda at: f"{at.astimezone(_SHANGHAI):%Y-%m-%dT%H:%M:%S}",
    "epoch": lambda at: str(int(at.timestamp())),
    "epoch_ms": lambda at: str(int(at.timestamp() * 1000)),
    "compact": lambda at: f"{at:%Y%m%dT%H%M%SZ}",
    # Many recorders call their own time UTC.
    "compact_local": lambda at: f"{at.astimezone(_SHANGHAI):%Y%m%dT%H%M%SZ}",
    "underscored": lambda at: f"{at.astimezone(_SHANGHAI):%Y_%m_%d_%H_%M_%S}",
}
# What is written so is the time of the wall, whatever letter stands behind it.
OF_THE_WALL = {"local", "compact_local", "underscored"}
FIELDS = ("camera", "begin", "end")
LEAST_SLICE, MOST_SLICE = 5, 3600  # seconds
WRITTEN = timedelta(seconds=10)  # after its end a slice can be asked for
_SECRET = re.compile(r"(?i)\b(pass|passwd|password|pwd|token)=")
_FIELD = re.compile(r"\{(\w*)\}")


@dataclass
class Http:
    """The recorder behind one address."""

    wire: Wire
    template: str
    time: str
    slice: timedelta
    now: datetime

    def parts(self, camera: str, begin: datetime, end: datetime) -> list[Part]:
        first = int(begin.timestamp() // self.slice.total_seconds())
        parts: list[Part] = []
        while True:
            at = datetime.fromtimestamp(first * self.slice.total_seconds(), UTC)
            if at + self.slice + WRITTEN > self.now:
                return parts
            parts.append(self._part(at))
            if at >= end:  # the one behind the window
                return parts
            first += 1

    def fetch(self, camera: str, part: Part) -> Iterator[bytes]:
        if part.stamp != self._part(part.begin).stamp:
            raise Unreadable
        return self.wire.read(self._address(camera, part.begin))

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

    def _part(self, begin: datetime) -> Part:
        seconds = int(self.slice.total_seconds())
        return Part(
            name=f"{begin:%Y%m%dT%H%M%SZ}-{seconds}",
            begin=begin,
            size=None,
            stamp=(int(begin.timestamp()), seconds),
        )

    def _address(self, camera: str, begin: datetime) -> str:
        return filled(self.template, self.time, camera, begin, begin + self.slice)


class HttpKind:
    """Made of ``base``, ``template``, ``time``, ``slice``, ``auth``, ``username``, ``ca``."""

    secret_fields: tuple[str, ...] = ("password",)

    def check(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        template, time = checked_template(settings)
        seconds = int(settings.get("slice") or 60)
        if not LEAST_SLICE <= seconds <= MOST_SLICE:
            raise InvalidInput(
                _("每段应为 %(least)d 到 %(most)d 秒")
                % {"least": LEAST_SLICE, "most": MOST_SLICE},
                path="slice",
            )
        return {
            "base": checked_base(str(settings.get("base") or "")),
            "template": template,
            "time": time,
            "slice": seconds,
            **checked_login(settings),
            "ca": checked_ca(str(settings.get("ca") or "")),
        }

    def open(
        self, settings: Mapping[str, Any], *, secrets: Mapping[str, str], now: datetime
    ) -> Recorder:
        return Http(
            wire=Wire(settings["base"], login_of(settings, secrets), ca=settings["ca"]),
            template=settings["template"],
            time=settings["time"],
            slice=timedelta(seconds=settings["slice"]),
            now=now,
        )


HTTP = HttpKind()


def checked_template(settings: Mapping[str, Any]) -> tuple[str, str]:
    """The path with its fields, and how times are written in it.

    Raises:
        InvalidInput: a field is missing or stands there twice, or a password does.
    """
    template = str(settings.get("template") or "").strip(" ").lstrip("/")
    found = _FIELD.findall(template)
    is_path = template.isprintable() and not re.search(r"[\s\\#]|^\w+:|\.\.", template)
    if sorted(found) != sorted(FIELDS) or not is_path:
        raise InvalidInput(
            _("下载路径须含 {camera} {begin} {end} 各一次"), path="template"
        )
    if _SECRET.search(template):
        raise InvalidInput(
            _("密码不要写在路径里：填在密码栏，加密保存"), path="template"
        )
    time = str(settings.get("time") or "iso")
    if time not in TIMES:
        raise InvalidInput(_("请选择时间写法"), path="time")
    return template, time


def filled(
    template: str, time: str, camera: str, begin: datetime, end: datetime
) -> str:
    """The path for a stretch of time of a camera."""
    said = {"camera": camera, "begin": TIMES[time](begin), "end": TIMES[time](end)}
    return _FIELD.sub(lambda found: quote(said[found[1]], safe=""), template)


def checked_login(settings: Mapping[str, Any]) -> dict[str, str]:
    """How it is told who asks; the password is no setting.

    Raises:
        InvalidInput: a way that there is not, or a name that cannot be sent.
    """
    way = str(settings.get("auth") or "none")
    username = str(settings.get("username") or "").strip(" ")
    if way not in AUTHS:
        raise InvalidInput(_("请选择登录方式"), path="auth")
    if not username.isprintable():
        raise InvalidInput(_("账号里有不能发送的字符，请重新填写"), path="username")
    if way in {"basic", "digest"} and not username:
        raise InvalidInput(_("请填写账号"), path="username")
    return {"auth": way, "username": username}


def login_of(settings: Mapping[str, Any], secrets: Mapping[str, str]) -> Login:
    return Login(settings["auth"], settings["username"], secrets.get("password", ""))
