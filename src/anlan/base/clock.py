"""Instants are UTC, days are Shanghai's, and neither is ever guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.utils import timezone

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")

_UTC_TEXT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)


_acting_at: ContextVar[datetime | None] = ContextVar("acting_at", default=None)


class NaiveDatetime(ValueError):
    """A datetime without a zone: which instant it means cannot be known."""


def require_aware(at: datetime) -> datetime:
    """Return ``at`` unchanged.

    Raises:
        NaiveDatetime: if it has no zone.
    """
    if at.utcoffset() is None:
        raise NaiveDatetime("a datetime without a zone")
    return at


def utc_text(at: datetime) -> str:
    """Return the one text of an instant: ``2026-11-23T06:02:31.000000Z``.

    Always 27 ASCII characters, so that texts sort as the instants do.
    """
    moment = require_aware(at).astimezone(UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_utc_text(text: str) -> datetime:
    """Read back what ``utc_text`` wrote, and nothing else.

    Raises:
        ValueError: for any other way to write the same instant.
    """
    if not _UTC_TEXT.fullmatch(text):
        raise ValueError("not an instant as 2026-11-23T06:02:31.000000Z")
    return datetime.fromisoformat(text)


def local_time(at: datetime) -> datetime:
    """Return the same instant as the clocks in China show it."""
    return require_aware(at).astimezone(SHANGHAI)


def local_day(at: datetime) -> date:
    """Return the day on which ``at`` falls in China."""
    return local_time(at).date()


def start_of_day(day: date) -> datetime:
    """Return the instant (UTC) at which ``day`` begins in China."""
    return datetime.combine(day, time(), tzinfo=SHANGHAI).astimezone(UTC)


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return ``day`` in China as a half-open period: its 00:00 and its 24:00, in UTC."""
    return start_of_day(day), start_of_day(day + timedelta(days=1))


@contextmanager
def acting_at(at: datetime) -> Iterator[None]:
    """Let everything inside ask at ``at`` what a person may; see docs/adr/0007."""
    before = _acting_at.set(require_aware(at))
    try:
        yield
    finally:
        _acting_at.reset(before)


def acting_moment() -> datetime:
    """The instant at which the running request, job or scenario acts; else the present."""
    return _acting_at.get() or timezone.now()
