"""What a device's message says, read by a mapping that is data.

Three formats, each with bounds: a body of 4 MB, a hundred form fields, XML without any
document type (so that no entity can grow or reach outside), 2,000 elements, 32 levels.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any, TypeAlias
from urllib.parse import parse_qs
from xml.parsers import expat

import orjson
import yaml
from django.utils.translation import gettext as _

from anlan.base.clock import SHANGHAI
from anlan.base.errors import InvalidInput
from anlan.incidents.enums import Flag

MOST_BYTES = 4 * 1024 * 1024
_MOST_FIELDS = 100
_MOST_ELEMENTS = 2_000
_DEEPEST = 32
_LONGEST_VALUE = 300  # characters of any one value that is taken over
_UNREADABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]+")

Look: TypeAlias = Callable[[str], str]


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
    """What a device said, in our words. ``is_alarm`` is false for a sign of life."""

    event: str
    is_alarm: bool
    id: str = ""
    happened: datetime | None = None
    place_code: str = ""
    people: int | None = None
    words: str = ""
    flags: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def mappings() -> dict[str, Format]:
    """All mappings by key, checked when they are first read."""
    text = (files("anlan.incidents") / "data" / "mappings.yaml").read_text("utf-8")
    found = {}
    for key, entry in yaml.safe_load(text).items():
        mapping = Format(
            key=key, **{"require": {}, "events": {}, "repeats_within": 0, **entry}
        )
        if mapping.format not in _READERS or mapping.otherwise not in {
            "alarm",
            "ignore",
        }:
            raise ValueError(f"mappings.yaml: {key}")
        found[key] = mapping
    return found


def read_message(mapping_key: str, body: bytes, content_type: str) -> Message:
    """Read a device's message.

    Raises:
        InvalidInput: not in the format of the mapping, too large, or a value that
            cannot be; ``path`` names the field.
    """
    mapping = mappings()[mapping_key]
    if len(body) > MOST_BYTES:
        raise InvalidInput(_("报文太大"), path="body")
    look = _READERS[mapping.format](body, content_type)
    event = look(mapping.fields["event"]) if "event" in mapping.fields else ""
    rule = mapping.events.get(event, mapping.otherwise)
    required = all(look(place) == value for place, value in mapping.require.items())
    flags = rule["flags"] if isinstance(rule, dict) else ()
    return Message(
        event=event[:40],
        is_alarm=required and rule != "ignore",
        id=_text(mapping, look, "id"),
        happened=_happened(mapping, look),
        place_code=_text(mapping, look, "place_code"),
        people=_people(_text(mapping, look, "people")),
        words=_words(mapping, look),
        flags=tuple(flags) or _flags(_text(mapping, look, "flags")),
    )


def _text(mapping: Format, look: Look, field: str) -> str:
    place = mapping.fields.get(field)
    return look(place) if place else ""


def _words(mapping: Format, look: Look) -> str:
    parts = [look(place) for place in mapping.fields.get("words", ())]
    return " ".join(part for part in parts if part)


def _happened(mapping: Format, look: Look) -> datetime | None:
    rule = mapping.fields.get("happened", {"at": "", "as": ""})
    text = look(rule["at"]) if rule["at"] else ""
    if not text:
        return None
    try:
        return _instant(text, rule["as"])
    except (ValueError, OverflowError, OSError):
        raise InvalidInput(_("时间看不懂"), path="happened") from None


def _instant(text: str, way: str) -> datetime:
    if way in {"unix", "unix_ms"}:
        seconds = int(text) / (1000 if way == "unix_ms" else 1)
        return datetime.fromtimestamp(seconds, UTC)
    moment = datetime.fromisoformat(text)
    # A box that leaves the zone out means the clock on the wall.
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def _people(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 3 or int(text) == 0:
        raise InvalidInput(_("人数应在 1 到 999 之间"), path="people")
    return int(text)


def _flags(text: str) -> tuple[str, ...]:
    """Flags that we know; what else a box says of itself is no reason to lose an alarm."""
    said = set(text.split(","))
    return tuple(flag for flag in Flag.values if flag in said)


def _json(body: bytes, content_type: str) -> Look:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise InvalidInput(_("报文不是可读的 JSON"), path="body") from None

    def look(pointer: str) -> str:
        value = document
        for part in pointer.split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            if isinstance(value, dict):
                value = value.get(name)
            elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
                value = value[int(name)]
            else:
                return ""
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return _tidy(",".join(value))
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return ""
        return _tidy(str(value))

    return look


def _form(body: bytes, content_type: str) -> Look:
    try:
        fields = parse_qs(
            body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise InvalidInput(_("报文不是可读的表单"), path="body") from None
    return lambda name: _tidy(fields.get(name, [""])[0])


def _xml(body: bytes, content_type: str) -> Look:
    values = _elements(_xml_part(body, content_type))
    return lambda path: _tidy(values.get(path, ""))


def _xml_part(body: bytes, content_type: str) -> bytes:
    """The XML itself; of a multipart message the first part that is some."""
    if not content_type.lower().startswith("multipart/"):
        return body
    header = (
        content_type.encode("ascii", "replace").replace(b"\r", b"").replace(b"\n", b"")
    )
    whole = email.message_from_bytes(
        b"Content-Type: " + header + b"\r\n\r\n" + body, policy=email.policy.HTTP
    )
    for part in whole.walk():
        if part.is_multipart():
            continue
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes) and payload.lstrip()[:1] == b"<":
            return payload.strip()
    raise InvalidInput(_("报文里没有 XML 部分"), path="body")


class _Refused(Exception):
    """Something that a plain message of a device does not hold."""


def _elements(document: bytes) -> dict[str, str]:
    """The text of each first element by its path of local names."""
    values: dict[str, str] = {}
    path: list[str] = []
    places: list[str] = []  # of the open elements; nothing for one seen before
    count = 0
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_args: object) -> int:
        raise _Refused

    def start(name: str, _attributes: object) -> None:
        nonlocal count
        count += 1
        if count > _MOST_ELEMENTS or len(path) >= _DEEPEST:
            raise _Refused
        path.append(name.rpartition(":")[2])
        place = "/".join(path)
        places.append("" if place in values else place)
        values.setdefault(place, "")

    def end(_name: str) -> None:
        path.pop()
        places.pop()

    def text(data: str) -> None:
        place = places[-1]
        if place and len(values[place]) <= _LONGEST_VALUE:
            values[place] += data

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    # No document type, hence no entity: neither one that grows nor one that fetches.
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(document, True)  # noqa: FBT003 -- expat's own
    except (expat.ExpatError, _Refused, UnicodeError):
        raise InvalidInput(_("报文不是可读的 XML"), path="body") from None
    return values


def _tidy(text: str) -> str:
    return _UNREADABLE.sub(" ", text).strip()[:_LONGEST_VALUE]


_READERS: dict[str, Callable[[bytes, str], Look]] = {
    "json": _json,
    "form": _form,
    "xml": _xml,
}
