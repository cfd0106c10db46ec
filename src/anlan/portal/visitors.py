"""Somebody without an account: known by a secret of their own, never by a name."""

from __future__ import annotations

import hmac
import ipaddress
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

WINDOW = 600  # seconds
MOST_FROM_CODE = 30  # reports from one poster in a window; a crowd may scan it
MOST_FROM_NETWORK = 12  # reports from one network in a window


@dataclass(frozen=True)
class Visitor:
    """The reporter of one public report; ``uid`` is the request id of their phone."""

    uid: UUID

    @property
    def actor_key(self) -> str:
        return f"public:{self.uid}"


def may_report(request: HttpRequest, *, code: str) -> bool:
    """Whether this poster and this network are still below their limits.

    Counted per window, in the cache of the process; the address itself is not kept,
    only a keyed digest of its network.
    """
    counts = (
        _count(f"code:{code}") <= MOST_FROM_CODE,
        _count(f"net:{_network(request)}") <= MOST_FROM_NETWORK,
    )
    return all(counts)


def _count(name: str) -> int:
    key = f"portal:{name}"
    cache.add(key, 0, timeout=WINDOW)
    try:
        return cache.incr(key)
    except ValueError:  # it ran out between the two calls
        cache.set(key, 1, timeout=WINDOW)
        return 1


def _network(request: HttpRequest) -> str:
    """A digest of the /24 or /56 the request came from."""
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return "unknown"
    length = 24 if address.version == 4 else 56
    network = str(ipaddress.ip_network(f"{address}/{length}", strict=False))
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, network.encode(), sha256).hexdigest()[:32]
