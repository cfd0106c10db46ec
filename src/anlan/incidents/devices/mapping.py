"""What a device's message says, read by a mapping that is data.

How each format is read, and within which bounds, stands in ``anlan.base.payload``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml
from django.utils.translation import gettext as _

from anlan.base.errors import InvalidInput
from anlan.base.payload import FORMATS, Look, instant, read
from anlan.incidents.enums import Flag

MOST_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Format:
    """One entry of ``data/mappings.yaml``; what each field means stands there."""

    key: str
    title: str
    format: str
    fields: Mapping[str, Any]
    require: Mapping[str, str]
    events: Mapping[str, Any]
    otherwise: str
    repeats_within: int  # seconds
    example: str
    example_type: str


@dataclass(frozen=True, kw_only=True)
class Message:
    """What a device said, in our words. ``is_alarm`` is false for a sign of life.

    ``unread`` names what was said and makes no sense: no reason to lose an alarm.
    """

    event: str
    is_alarm: bool
    id: str = ""
    happened: datetime | None = None
    place_code: str = ""
    people: int | None = None
    words: str = ""
    flags: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def mappings() -> dict[str, Format]:
    """All mappings by key, checked when they are first read."""
    text = (files("anlan.incidents") / "data" / "mappings.yaml").read_text("utf-8")
    found = {}
    for key, entry in yaml.safe_load(text).items():
        mapping = Format(
            key=key, **{"require": {}, "events": {}, "repeats_within": 0, **entry}
        )
        if mapping.format not in FORMATS or mapping.otherwise not in {
            "alarm",
            "ignore",
        }:
            raise ValueError(f"mappings.yaml: {key}")
        found[key] = mapping
    return found


def read_message(mapping_key: str, body: bytes, content_type: str) -> Message:
    """Read a device's message.

    Raises:
        InvalidInput: not in the format of the mapping, or too large.
    """
    mapping = mappings()[mapping_key]
    if len(body) > MOST_BYTES:
        raise InvalidInput(_("报文太大"), path="body")
    look = read(mapping.format, body, content_type)
    event = look(mapping.fields["event"]) if "event" in mapping.fields else ""
    rule = mapping.events.get(event, mapping.otherwise)
    required = all(look(place) == value for place, value in mapping.require.items())
    flags = rule["flags"] if isinstance(rule, dict) else ()
    happened, people = _happened(mapping, look), _people(_text(mapping, look, "people"))
    read_of = {"happened": happened, "people": people}
    return Message(
        event=event[:40],
        is_alarm=required and rule != "ignore",
        id=_text(mapping, look, "id"),
        happened=happened,
        place_code=_text(mapping, look, "place_code"),
        people=people,
        words=_words(mapping, look),
        flags=tuple(flags) or _flags(_text(mapping, look, "flags")),
        unread=tuple(
            name
            for name, value in read_of.items()
            if value is None and _said(mapping, look, name)
        ),
    )


def _text(mapping: Format, look: Look, field: str) -> str:
    place = mapping.fields.get(field)
    return look(place) if place else ""


def _words(mapping: Format, look: Look) -> str:
    parts = [look(place) for place in mapping.fields.get("words", ())]
    return " ".join(part for part in parts if part)


def _said(mapping: Format, look: Look, field: str) -> str:
    if field != "happened":
        return _text(mapping, look, field)
    place = mapping.fields.get(field, {"at": ""})["at"]
    return look(place) if place else ""


def _happened(mapping: Format, look: Look) -> datetime | None:
    text = _said(mapping, look, "happened")
    if not text:
        return None
    try:
        return instant(text, mapping.fields["happened"]["as"])
    except (ValueError, OverflowError, OSError):
        return None


def _people(text: str) -> int | None:
    if not (text.isascii() and text.isdigit()) or len(text) > 3:
        return None
    return int(text) or None


def _flags(text: str) -> tuple[str, ...]:
    """Flags that we know; what else a box says of itself is no reason to lose an alarm."""
    said = set(text.split(","))
    return tuple(flag for flag in Flag.values if flag in said)
