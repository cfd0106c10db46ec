"""Who really speaks when a proxy stands between: only our own proxies are believed."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from typing import Any, TypeAlias

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

# Whatever is not taken from a trusted proxy here must not be found by anybody later.
FORWARDED = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
)


class ProxyMiddleware:
    """Puts the sender's own address and scheme where everybody looks for them.

    Stands first, before anything that counts by address or asks for HTTPS.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        see_through(request.META)
        return self.get_response(request)


def see_through(meta: MutableMapping[str, Any]) -> None:
    """Replace a trusted proxy's address and scheme by what it says of the sender."""
    said = {name: str(meta.pop(name, "")) for name in FORWARDED}
    proxy = address_of(str(meta.get("REMOTE_ADDR", "")))
    if proxy is None or not is_trusted(proxy):
        return
    meta["REMOTE_ADDR"] = str(sender_of(said["HTTP_X_FORWARDED_FOR"], proxy))
    # What the nearest proxy wrote stands last.
    scheme = said["HTTP_X_FORWARDED_PROTO"].rpartition(",")[2].strip().lower()
    if scheme in {"http", "https"}:
        meta["wsgi.url_scheme"] = scheme


def sender_of(hops: str, proxy: Address) -> Address:
    """The right-most hop that is no proxy of ours; what stands left of it may be made up."""
    sender = proxy
    for hop in reversed(hops.split(",")):
        address = address_of(hop)
        if address is None:
            break
        sender = address
        if not is_trusted(sender):
            break
    return sender


def is_trusted(address: Address) -> bool:
    return any(address in network for network in settings.TRUSTED_PROXIES)


def address_of(text: str) -> Address | None:
    """An address as proxies write it: alone, in brackets, with or without a port."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    with suppress(ValueError):
        address = ipaddress.ip_address(text)
        # A socket that hears both families writes 1.2.3.4 as ::ffff:1.2.3.4.
        return getattr(address, "ipv4_mapped", None) or address
    return None
