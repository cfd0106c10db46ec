"""Counting how often something is tried, for pages that anybody can reach."""

from __future__ import annotations

import hmac
import ipaddress
from hashlib import sha256

from django.conf import settings
from django.core.cache import cache


def count_up(name: str, *, seconds: int) -> int:
    """How often ``name`` was counted in the running window, this time included.

    Kept in the cache of the process: several web processes allow as many times more.
    """
    key = f"limits:{name}"
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key)
    except ValueError:  # it ran out between the two calls
        cache.set(key, 1, timeout=seconds)
        return 1


def is_over(name: str, most: int) -> bool:
    """Whether ``name`` was counted more than ``most`` times, without counting this."""
    counted: int = cache.get(f"limits:{name}", 0)
    return counted > most


def network_of(address: str) -> str:
    """A keyed digest of the /24 or /56 an address lies in; the address is not kept."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    # A socket that hears both families writes 1.2.3.4 as ::ffff:1.2.3.4.
    known = getattr(known, "ipv4_mapped", None) or known
    length = 24 if known.version == 4 else 56
    network = str(ipaddress.ip_network(f"{known}/{length}", strict=False))
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, network.encode(), sha256).hexdigest()[:32]
