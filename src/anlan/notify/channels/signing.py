"""Signatures as in Standard Webhooks: the receiver can check who sent what, and when."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import datetime

PREFIX = "whsec_"


def signature_headers(
    *, key: str, secret: str, content: bytes, at: datetime
) -> dict[str, str]:
    """``webhook-id``, ``-timestamp`` (Unix seconds) and ``-signature`` (v1)."""
    seconds = str(int(at.timestamp()))
    signed = b".".join((key.encode(), seconds.encode(), content))
    digest = hmac.digest(secret_bytes(secret), signed, hashlib.sha256)
    return {
        "webhook-id": key,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def secret_bytes(secret: str) -> bytes:
    """The key in a ``whsec_…`` text; any other text is its own bytes."""
    if secret.startswith(PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()
