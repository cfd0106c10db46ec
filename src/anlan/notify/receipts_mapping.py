"""What a gateway reports back, read by a mapping that is data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml
from django.utils.translation import gettext as _

from anlan.base.errors import InvalidInput
from anlan.base.payload import FORMATS, Look, read_each
from anlan.notify.enums import DeliveryState

MOST_BYTES = 512 * 1024
MOST_RECEIPTS = 1_000
IGNORE = "ignore"
SAID = (DeliveryState.DELIVERED, DeliveryState.FAILED, DeliveryState.ANSWERED)
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,40}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Format:
    """One entry of ``data/receipts.yaml``; what each field means stands there."""

    key: str
    title: str
    format: str
    list: str
    fields: Mapping[str, Any]
    states: Mapping[str, str]
    otherwise: str
    reply: Mapping[str, int | str]
    example: str


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What became of one delivery, in our words. ``error`` is a code, never words."""

    state: DeliveryState
    key: str = ""
    provider_id: str = ""
    error: str = ""


@lru_cache(maxsize=1)
def formats() -> dict[str, Format]:
    """All formats by key, checked when they are first read."""
    text = (files("anlan.notify") / "data" / "receipts.yaml").read_text("utf-8")
    found = {
        key: Format(key=key, **entry) for key, entry in yaml.safe_load(text).items()
    }
    for entry in found.values():
        if entry.format not in FORMATS or not _words(entry) <= {*SAID, IGNORE}:
            raise ValueError(f"receipts.yaml: {entry.key}")
    return found


def read_receipts(key: str, body: bytes, content_type: str) -> list[Receipt]:
    """The receipts in a gateway's message; what says nothing yet is left out.

    Raises:
        InvalidInput: not in the format of the mapping, or too large.
    """
    entry = formats()[key]
    if len(body) > MOST_BYTES:
        raise InvalidInput(_("报文太大"), path="body")
    looks = read_each(entry.format, body, content_type, at=entry.list)
    if len(looks) > MOST_RECEIPTS:
        raise InvalidInput(_("报文太大"), path="body")
    return [found for look in looks if (found := _receipt(entry, look)) is not None]


def _receipt(entry: Format, look: Look) -> Receipt | None:
    state = entry.states.get(_value(entry, look, "state"), entry.otherwise)
    if state == IGNORE:
        return None
    return Receipt(
        state=DeliveryState(state),
        key=_value(entry, look, "key"),
        provider_id=_value(entry, look, "id")[:80],
        error=_code(_value(entry, look, "error")) if state == "failed" else "",
    )


def _value(entry: Format, look: Look, field: str) -> str:
    places = entry.fields.get(field, ())
    for place in [places] if isinstance(places, str) else places:
        if value := look(place):
            return value
    return ""


def _code(text: str) -> str:
    """The gateway's code; a sentence is none, and may hold a number of somebody."""
    return text if _CODE.fullmatch(text) else "unknown"


def _words(entry: Format) -> set[str]:
    return {*entry.states.values(), entry.otherwise}
