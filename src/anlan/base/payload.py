"""A message from outside, read by paths that are data: JSON, a form, or XML.

Devices and providers each speak in their own way; what stands where is a mapping, never
code. Bounds: a hundred form fields, XML without any document type (so that no entity can
grow or reach outside), 2,000 elements, 32 levels, 300 characters of any one value.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias
from urllib.parse import parse_qs

import orjson
from django.utils.translation import gettext as _

from anlan.base.clock import SHANGHAI
from anlan.base.errors import InvalidInput
from anlan.base.plain_xml import Element, NotPlain, read_plain

_MOST_FIELDS = 100
_MOST_ELEMENTS = 2_000
_LONGEST_VALUE = 300  # characters of any one value that is taken over
_LONGEST_TEXT = 4_096  # with the space around it
_UNREADABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]+")

Look: TypeAlias = Callable[[str], str]


def read(form: str, body: bytes, content_type: str) -> Look:
    """The message as something to look values up in; a value that is not there is empty.

    Args:
        form: json (looked up by JSON pointers), form (by names), or xml (by paths of
            local names, alone or as a part of a multipart message).
        body: as it came.
        content_type: as it was sent.

    Raises:
        InvalidInput: not in that form.
    """
    return _READERS[form](body, content_type)


def read_each(form: str, body: bytes, content_type: str, *, at: str) -> list[Look]:
    """As ``read``, for a message that may hold several: one for each item of a JSON list.

    ``at`` is the pointer to the list, empty for the whole message.
    """
    if form != "json":
        return [read(form, body, content_type)]
    items = _value_at(_document(body), at)
    if isinstance(items, list):
        return [_look_in(item) for item in items]
    return [_look_in(items)]


def instant(text: str, way: str) -> datetime:
    """A moment written as ``way`` says: unix, unix_ms, iso, or local (China's clock).

    Raises:
        ValueError: it is none; OverflowError and OSError for one out of all time.
    """
    if way in {"unix", "unix_ms"}:
        seconds = int(text) / (1000 if way == "unix_ms" else 1)
        return datetime.fromtimestamp(seconds, UTC)
    moment = datetime.fromisoformat(text)
    # A box that leaves the zone out means the clock on the wall.
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def _json(body: bytes, content_type: str) -> Look:
    return _look_in(_document(body))


def _document(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise InvalidInput(_("报文不是可读的 JSON"), path="body") from None


def _look_in(document: Any) -> Look:
    def look(pointer: str) -> str:
        value = _value_at(document, pointer)
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return _tidy(",".join(value))
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return ""
        return _tidy(str(value))

    return look


def _value_at(document: Any, pointer: str) -> Any:
    value = document
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


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


def _elements(document: bytes) -> dict[str, str]:
    """The text of each first element by its path of local names."""
    values: dict[str, str] = {}
    try:
        root = read_plain(document, most=_MOST_ELEMENTS, longest=_LONGEST_TEXT)
    except NotPlain:
        raise InvalidInput(_("报文不是可读的 XML"), path="body") from None
    _put(values, "", root)
    return values


def _put(values: dict[str, str], above: str, element: Element) -> None:
    place = f"{above}/{element.name}" if above else element.name
    values.setdefault(place, element.text)
    for one in element.inside:
        _put(values, place, one)


def _tidy(text: str) -> str:
    return _UNREADABLE.sub(" ", text).strip()[:_LONGEST_VALUE]


_READERS: dict[str, Callable[[bytes, str], Look]] = {
    "json": _json,
    "form": _form,
    "xml": _xml,
}

FORMATS = frozenset(_READERS)
