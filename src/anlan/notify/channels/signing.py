"""Signatures as in Standard Webhooks: the receiver can check who sent what, and when."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

PREFIX = "whsec_"
WINDOW = 300  # seconds that a time stamp may lie off, either way


def signature_headers(
    *, key: str, secret: str, content: bytes, at: datetime
) -> dict[str, str]:
    """``webhook-id``, ``-timestamp`` (Unix seconds) and ``-signature`` (v1)."""
    seconds = str(int(at.timestamp()))
    return {
        "webhook-id": key,
        "webhook-timestamp": seconds,
        "webhook-signature": _signature(key, seconds, secret, content),
    }


def is_signed(
    headers: Mapping[str, str], *, secret: str, content: bytes, at: datetime
) -> bool:
    """Whether one of the signatures holds, and its time is ours by five minutes.

    Header names in lower case. The same message twice is for the reader to know.
    """
    seconds = headers.get("webhook-timestamp", "")
    if not (seconds.isascii() and seconds.isdigit()) or len(seconds) > 12:
        return False
    if abs(int(seconds) - at.timestamp()) > WINDOW:
        return False
    key = headers.get("webhook-id", "")
    expected = _signature(key, seconds, secret, content).encode()
    said = headers.get("webhook-signature", "").encode(errors="replace").split()
    return any(hmac.compare_digest(one, expected) for one in said)


def secret_bytes(secret: str) -> bytes:
    """The key in a ``whsec_…`` text; any other text is its own bytes."""
    if secret.startswith(PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


def _signature(key: str, seconds: str, secret: str, content: bytes) -> str:
    signed = b".".join((key.encode(), seconds.encode(), content))
    digest = hmac.digest(secret_bytes(secret), signed, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"
