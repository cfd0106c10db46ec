"""The one place where notify touches the network by HTTP."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from anlan.notify.channels.protocol import Outcome, Unreachable, Verdict

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 6.0
MOST_BYTES = 64 * 1024  # of an answer
AT_ONCE = 64  # connections
_TRY_AGAIN = frozenset({408, 425, 429})


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes

    def facts(self) -> dict[str, Any]:
        """The answer as a JSON object; anything else is an empty one."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


# A cache alone lets the first thirty threads make thirty clients, each of which reads
# the certificates: a second of work in the very moment of the alarm.
_making = threading.Lock()


@lru_cache(maxsize=1)
def _client() -> httpx.Client:
    """Keeps connections open between messages; threads share it.

    The library is loaded here: with its command line it is a tenth of the start of every
    process, and only the worker sends.

    Redirects are refused and the environment is not read: the address is the one that
    an administrator wrote down, and a secret goes nowhere else.
    """
    import httpx  # noqa: PLC0415 -- as the docstring says

    return httpx.Client(
        timeout=httpx.Timeout(TOTAL_SECONDS, connect=CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE),
        follow_redirects=False,
        trust_env=False,
        headers={"User-Agent": "Anlan"},
    )


def get_ready() -> None:
    """Load the library and read the certificates: half a second, but not of an alarm's."""
    with _making:
        _client()


def compact(body: object) -> bytes:
    """JSON as it is signed and sent: the very same bytes."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def post(
    url: str, content: bytes, *, headers: Mapping[str, str] | None = None
) -> Answer:
    """Post JSON bytes; see ``request``."""
    sent = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
    return request("POST", url, content=content, headers=sent)


def request(
    method: str,
    url: str,
    *,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
) -> Answer:
    """Ask, and read a bounded answer in bounded time.

    Raises:
        Unreachable: no answer in time, or a server in trouble (5xx, 429).
    """
    import httpx  # noqa: PLC0415 -- see _client

    give_up = time.monotonic() + TOTAL_SECONDS
    body = bytearray()
    with _making:
        client = _client()
    try:
        with client.stream(
            method, url, content=content, headers=headers, params=params
        ) as response:
            for chunk in response.iter_bytes():
                body += chunk
                # The library's limits are per read: a drip of bytes would never end.
                if len(body) > MOST_BYTES or time.monotonic() > give_up:
                    raise Unreachable("endless_answer")
            status = response.status_code
    except httpx.TimeoutException as error:
        raise Unreachable("timeout") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable("unreachable") from error
    if status >= 500 or status in _TRY_AGAIN:
        raise Unreachable(f"http_{status}")
    return Answer(status=status, body=bytes(body))


def refusal(answer: Answer) -> Outcome | None:
    """The outcome of an answer that is no success, a redirect among them."""
    if 200 <= answer.status < 300:
        return None
    return Outcome(verdict=Verdict.REFUSED, error=f"http_{answer.status}")


class Tokens:
    """Access tokens of providers, fetched by one thread while the others wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[str, float]] = {}

    def get(self, *, key: str, fetch: Callable[[], tuple[str, float]]) -> str:
        """The token for ``key``; ``fetch`` answers with one and its life in seconds."""
        digest = _digest(key)
        with self._lock:
            token, ends = self._kept.get(digest, ("", 0.0))
            if time.monotonic() >= ends:
                token, seconds = fetch()
                # A tenth less, so that it does not run out on the way.
                self._kept[digest] = (token, time.monotonic() + 0.9 * seconds)
            return token

    def forget(self, key: str) -> None:
        with self._lock:
            self._kept.pop(_digest(key), None)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
