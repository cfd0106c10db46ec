"""Cursors: where a page ended, as text that a client hands back and never reads."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime

from django.utils.translation import gettext as _

from anlan.base.clock import parse_utc_text, utc_text
from anlan.base.errors import InvalidInput

_LARGEST = 2**63 - 1


def cursor_of(*parts: str | int | datetime) -> str:
    texts = [utc_text(p) if isinstance(p, datetime) else str(p) for p in parts]
    return urlsafe_b64encode("\n".join(texts).encode()).decode().rstrip("=")


def parts_of(cursor: str, count: int) -> list[str]:
    """What a cursor was made from.

    Raises:
        InvalidInput: it was not made here, or by another list.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        parts = urlsafe_b64decode(padded.encode("ascii")).decode().split("\n")
    except (ValueError, binascii.Error):
        parts = []
    if len(parts) != count:
        raise no_cursor()
    return parts


def instant_and_key(cursor: str) -> tuple[datetime, int]:
    instant, key = parts_of(cursor, 2)
    try:
        return parse_utc_text(instant), number_in(key)
    except ValueError:
        raise no_cursor() from None


def number_in(text: str) -> int:
    if (
        not (text.isascii() and text.isdigit())
        or len(text) > 19
        or int(text) > _LARGEST
    ):
        raise no_cursor()
    return int(text)


def no_cursor() -> InvalidInput:
    return InvalidInput(_("翻页标记无效，请从第一页开始"), path="cursor")
