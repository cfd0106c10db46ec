"""Asking a recorder over HTTP; beside ``playback`` all of the network that evidence touches.

Where it may go, the operator says (``ANLAN_RECORDER_HOSTS``) and not who types the
address: else the register of cameras would be a way to ask anything in the house.
"""

from __future__ import annotations

import errno
import ipaddress
import json
import math
import os
import re
import socket
import ssl
import stat
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings as installation
from django.utils.translation import gettext as _

from anlan.base.errors import InvalidInput
from anlan.evidence.recorders import Absent, Refused, Unreachable, Unreadable
from anlan.evidence.recorders.folder import is_below_roots

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS, READ_SECONDS = 5.0, 15.0
# Each read alone may take READ_SECONDS, so a drip would never end.
ANSWER_SECONDS = 60.0  # until an answer begins
LIST_SECONDS, TOTAL_SECONDS = 60.0, 600.0  # of a list, of a file
MOST_FILE = 4 * 1024**3  # bytes
MOST_LIST = 8 * 1024**2
MOST_CA = 64 * 1024
MOST_REDIRECTS = 3
AUTHS = ("none", "basic", "digest", "bearer")
_LOGIN = {401, 403, 407}
_NOTHING = {204, 404, 410}


@dataclass(frozen=True)
class Login:
    """How a recorder is told who asks."""

    way: str = "none"
    username: str = ""
    password: str = ""


class Wire:
    """Asks one recorder, and nobody else."""

    def __init__(self, base: str, login: Login, *, ca: str = "") -> None:
        self.base, self.login, self._ca = base, login, ca
        # What its clock showed when this was made, as its last answer says.
        self.clock: datetime | None = None
        self._began = time.monotonic()
        self._cookies: dict[str, str] = {}
        self._line: socket.socket | None = None
        self._is_late = False

    def json(self, path: str) -> Any:
        """A small answer.

        Raises:
            Unreachable, Unreadable, Absent: as with ``Recorder``.
        """
        body = bytearray()
        for chunk in self.read(path, most=MOST_LIST, seconds=LIST_SECONDS):
            body += chunk
        try:
            return json.loads(bytes(body))
        except (ValueError, RecursionError) as error:
            raise Unreadable from error

    def read(
        self, path: str, *, most: int = MOST_FILE, seconds: float = TOTAL_SECONDS
    ) -> Iterator[bytes]:
        """The bytes of an answer; a redirect is followed on the same machine only.

        They come as the network gives them: the clock is looked at after each read, and
        so is whoever takes them.
        """
        give_up = time.monotonic() + seconds
        is_empty = True
        with (
            _told(),
            self._client() as client,
            self._answer(client, self._inside(path)) as answer,
        ):
            self._check(answer)
            for block in _blocks(answer, most, give_up):
                is_empty = is_empty and not block
                yield block
        if is_empty:
            raise Absent

    def post(
        self, path: str, words: bytes, media_type: str, *, most: int, seconds: float
    ) -> tuple[int, bytes]:
        """The status and the body of an answer to a message; no redirect is followed.

        What it says of a failure is an answer too; of a refusal nothing is read.

        Raises:
            Refused: it was told who asks.
            Unreachable, Unreadable: as with ``Recorder``.
        """
        give_up = time.monotonic() + seconds
        with (
            _told(),
            self._client() as client,
            self._asked(
                client,
                "POST",
                self._inside(path),
                content=words,
                headers={"Content-Type": media_type},
                seconds=seconds,
            ) as answer,
        ):
            status = answer.status_code
            if status in _LOGIN and "Authorization" in answer.request.headers:
                raise Refused
            if answer.is_redirect:
                raise Unreachable("redirects")
            if answer.headers.get("Content-Encoding", "identity") != "identity":
                raise Unreadable  # not asked for: it may grow without end
            return status, b"".join(_blocks(answer, most, give_up))

    def sign_in(self, path: str, said: Mapping[str, str]) -> None:
        """Post a name and a password for a cookie, which the next questions carry.

        What the answer says besides is not read.
        """
        with (
            _told(),
            self._client() as client,
            self._asked(client, "POST", self._inside(path), json=said) as answer,
        ):
            if answer.status_code in _LOGIN or answer.is_redirect:
                raise Refused
            if not answer.is_success:
                raise Unreachable(f"http_{answer.status_code}")
            self._cookies = dict(answer.cookies)

    @contextmanager
    def _answer(self, client: httpx.Client, url: str) -> Iterator[httpx.Response]:
        for _turn in range(MOST_REDIRECTS + 1):
            with self._asked(client, "GET", url) as answer:
                if not answer.is_redirect:
                    yield answer
                    return
                url = self._inside(urljoin(url, answer.headers.get("Location", "")))
        raise Unreachable("redirects")

    @contextmanager
    def _asked(
        self,
        client: httpx.Client,
        method: str,
        url: str,
        *,
        seconds: float = math.inf,
        **said: Any,
    ) -> Iterator[httpx.Response]:
        """An answer of which nothing but the head has been read.

        Args:
            seconds: until it begins, if there is less time than for any.
            said: what httpx puts into the question.
        """
        self._is_late = False
        late = threading.Timer(min(seconds, ANSWER_SECONDS), self._hang_up)
        late.daemon = True
        late.start()
        try:
            request = client.build_request(
                method, url, extensions={"trace": self._note_line}, **said
            )
            answer = client.send(request, stream=True)
        finally:
            late.cancel()
        try:
            self._note_clock(answer)
            yield answer
        finally:
            answer.close()

    def _note_line(self, event: str, info: Mapping[str, Any]) -> None:
        """Remember what to hang up: httpx has no limit of its own for a whole answer."""
        if event in {
            "connection.connect_tcp.complete",
            "connection.start_tls.complete",
        }:
            self._line = info["return_value"].get_extra_info("socket")
            if self._is_late:
                raise Unreachable("slow")

    def _hang_up(self) -> None:
        self._is_late = True
        if self._line is not None:
            with suppress(OSError):
                # Of the plain socket: what TLS keeps is the reading thread's.
                socket.socket.shutdown(self._line, socket.SHUT_RDWR)

    def _check(self, answer: httpx.Response) -> None:
        status = answer.status_code
        if status in _LOGIN:
            raise Refused
        if status in _NOTHING:
            raise Absent
        if status != 200:  # also a part, or anything that is no file
            raise Unreachable(f"http_{status}")
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            raise Refused  # a page on which one would sign in
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            raise Unreadable  # not asked for, and no file byte for byte

    def _client(self) -> httpx.Client:
        import httpx  # noqa: PLC0415 -- see _told

        headers = {"User-Agent": "Anlan", "Accept-Encoding": "identity"}
        auth: httpx.Auth | None = None
        if self.login.way == "basic":
            auth = httpx.BasicAuth(self.login.username, self.login.password)
        elif self.login.way == "digest":
            auth = httpx.DigestAuth(self.login.username, self.login.password)
        elif self.login.way == "bearer":
            headers["Authorization"] = f"Bearer {self.login.password}"
        return httpx.Client(
            auth=auth,
            cookies=self._cookies,
            event_hooks={"response": [_drop_refusal]},
            headers=headers,
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=False,
            verify=self._trusted(),
        )

    def _trusted(self) -> ssl.SSLContext:
        """The certificates of the system, and the one of the house if it is named."""
        context = ssl.create_default_context()
        if self._ca:
            try:
                context.load_verify_locations(cadata=_read_ca(Path(self._ca)))
            except (OSError, ValueError) as error:
                raise Unreachable("ca") from error
        return context

    def _inside(self, path: str) -> str:
        """An address of this recorder.

        Raises:
            Unreachable: it is one of another machine, or may not be asked any more.
        """
        url = urljoin(f"{self.base}/", path)
        if _origin(url) != _origin(self.base) or not is_allowed(url):
            raise Unreachable("elsewhere")
        return url

    def _note_clock(self, answer: httpx.Response) -> None:
        try:
            said = parsedate_to_datetime(answer.headers["Date"])
        except (KeyError, ValueError, TypeError, OverflowError):
            return
        said = said if said.tzinfo else said.replace(tzinfo=UTC)
        if not 1970 <= said.year < 9000:  # no clock, and no moment to reckon with
            return
        self.clock = said - timedelta(seconds=time.monotonic() - self._began)


def _blocks(answer: httpx.Response, most: int, give_up: float) -> Iterator[bytes]:
    """What comes, as it comes; not more than ``most`` bytes, and not for ever."""
    size = 0
    for block in answer.iter_raw():
        size += len(block)
        if size > most:
            raise Unreadable
        if time.monotonic() > give_up:
            raise Unreachable("slow")
        yield block


def _drop_refusal(answer: httpx.Response) -> None:
    """Before it says who asks, httpx reads what a refusal says, however long that is."""
    import httpx  # noqa: PLC0415 -- see _told

    if answer.status_code in _LOGIN:
        answer.close()
        answer.is_closed, answer.stream = False, httpx.ByteStream(b"")


@contextmanager
def _told() -> Iterator[None]:
    """Whatever httpx makes of an answer, somebody else's fault is no fault of ours."""
    import httpx  # noqa: PLC0415 -- half a second, and only the worker asks

    try:
        yield
    except (
        httpx.HTTPError,
        httpx.InvalidURL,
        httpx.CookieConflict,
        ValueError,  # an address that is none, as urllib says it
    ) as error:
        raise Unreachable(type(error).__name__) from error


_SENDABLE = re.compile(r"[\x21-\x7e]+")


def checked_base(text: str, *, schemes: Collection[str] = ("http", "https")) -> str:
    """An address as it is kept, without a slash at its end.

    Raises:
        InvalidInput: none, or one that the operator did not allow.
    """
    # ``urlsplit`` drops line breaks silently: what was typed is looked at, not what it reads.
    is_sendable = bool(_SENDABLE.fullmatch(text.strip(" ")))
    text = text.strip(" ").rstrip("/")
    try:
        parts = urlsplit(text if is_sendable else "")
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    is_plain = (
        parts.scheme in schemes
        and parts.hostname
        and not parts.username
        and not parts.password
        and not parts.query
        and not parts.fragment
        and port != 0
        and not set(text) & set("\\ {}")
    )
    if not is_plain:
        raise InvalidInput(
            _("请填写录像机的地址，例如 rtsp://192.168.1.10:554")
            if "rtsp" in schemes
            else _("请填写录像机的地址，例如 https://192.168.1.10:8971"),
            path="base",
        )
    if not is_allowed(text):
        allowed = _("、").join(installation.RECORDER_HOSTS)
        raise InvalidInput(
            _("地址须在 ANLAN_RECORDER_HOSTS 之内（现为：%s）")
            % (allowed or _("未设置")),
            path="base",
        )
    return text


def checked_ca(text: str) -> str:
    """The path of a file with the certificate of the house, below the operator's folders.

    Raises:
        InvalidInput: it is none, or lies elsewhere.
    """
    if not text.strip():
        return ""
    path = Path(text.strip())
    try:
        path = path.resolve()
        is_below = is_below_roots(path)
        if is_below:
            ssl.create_default_context().load_verify_locations(cadata=_read_ca(path))
    except (OSError, ValueError) as error:
        raise InvalidInput(_("这个文件不是 PEM 证书，或读不到"), path="ca") from error
    if not is_below:
        allowed = _("、").join(map(str, installation.RECORDINGS_ROOTS))
        raise InvalidInput(
            _("证书文件须在 ANLAN_RECORDINGS_ROOTS 之下（现为：%s）")
            % (allowed or _("未设置")),
            path="ca",
        )
    return str(path)


def _read_ca(path: Path) -> str:
    """What a file says; nothing that never ends is opened, and not much is read.

    Raises:
        OSError: it is no plain file below the operator's folders, or too long.
    """
    if path.resolve() != path or not is_below_roots(path):
        raise PermissionError
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "no plain file")
        content = file.read(MOST_CA + 1)
    if len(content) > MOST_CA:
        raise OSError(errno.EFBIG, "too long")
    return content.decode("ascii", "ignore")  # around the PEM there may be words


def is_allowed(url: str) -> bool:
    """Whether the operator named this machine: by name, with a port, or its network."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    port = parts.port or {"http": 80, "https": 443, "rtsp": 554}.get(parts.scheme)
    return any(
        one.lower() in {host, f"{host}:{port}", f"[{host}]:{port}"} or _is_in(host, one)
        for one in installation.RECORDER_HOSTS
    )


def _is_in(host: str, network: str) -> bool:
    if "/" not in network:
        return False
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port
