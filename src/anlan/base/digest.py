"""Bytes that two programs agree on, and their SHA-256."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Any

import orjson

_BIGGEST = 2**53 - 1  # beyond it a JSON reader in another language rounds
_LONGEST = 512  # characters; anything longer is text, and text belongs in a row


def canonical_json(value: dict[str, Any]) -> bytes:
    """Return the one byte string that stands for ``value``.

    UTF-8, keys ASCII and sorted, no white space, strings in NFC, integers up to
    2**53-1 either way, ``None`` left out; equal to RFC 8785 under these limits.

    Raises:
        TypeError: for floats, decimals, dates, and keys that are not ASCII strings.
        ValueError: for integers or strings beyond the bounds.
    """
    return orjson.dumps(_plain(value), option=orjson.OPT_SORT_KEYS)


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        raise TypeError("use 0 and 1: other languages print booleans differently")
    if isinstance(value, int):
        if abs(value) > _BIGGEST:
            raise ValueError("an integer beyond 2**53-1")
        return int(value)
    if isinstance(value, str):
        if len(value) > _LONGEST:
            raise ValueError(f"a string of more than {_LONGEST} characters")
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str) or not key.isascii():
                raise TypeError("keys are ASCII strings")
        return {k: _plain(v) for k, v in value.items() if v is not None}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value if v is not None]
    raise TypeError(f"{type(value).__name__} has no canonical form here")


def sha256(*parts: bytes) -> bytes:
    """Return the SHA-256 of the parts one after the other, 32 bytes."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part)
    return whole.digest()


def text_digest(salt: bytes, text: str) -> str:
    """Return SHA-256(salt ‖ NFC text) in hex: a commitment to words kept in a row."""
    return sha256(salt, unicodedata.normalize("NFC", text).encode()).hex()
