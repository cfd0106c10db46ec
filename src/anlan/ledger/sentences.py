"""An entry as a sentence in the reader's language, written in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any, TypeAlias

from django.utils.translation import gettext as _

from anlan.ledger.events import KINDS, Event

Names: TypeAlias = "Callable[[Iterable[str]], Mapping[str, str]]"
_namers: dict[str, Names] = {}


def install_names(table: Mapping[str, Names]) -> None:
    """Say who knows the names behind ``user:…``, ``party:…``; once, by ``anlan.config``."""
    _namers.clear()
    _namers.update(table)


def event_of(kind: str, facts: Mapping[str, Any]) -> Event | None:
    """The event an entry was made from; nothing if this version does not know it.

    Facts that a later version dropped are left out, so that old entries stay readable.
    """
    event = KINDS.get(kind)
    if event is None:
        return None
    known = {field.name for field in fields(event)}
    try:
        return event(**{name: value for name, value in facts.items() if name in known})
    except TypeError:
        return None


def sentence(event: Event, *, actor: str, names: Mapping[str, str]) -> str:
    """Fill the event's sentence; keys like ``user:…`` become names."""
    shown = {
        name: names.get(value, value) if isinstance(value, str) else value
        for name, value in event.shown().items()
    }
    shown["actor"] = names.get(actor) or (_("系统") if actor == "system" else _("访客"))
    return _(event.sentence).format_map(_Blank(shown))


def keys_in(event: Event, *, actor: str) -> set[str]:
    """The keys whose names the sentence needs."""
    values = [value for value in event.facts().values() if isinstance(value, str)]
    # A word that is only the name of a kind ("device", a channel) is no key.
    keys = [value for value in [*values, actor] if ":" in value]
    return {key for key in keys if key.partition(":")[0] in _namers}


def names_for(keys: Iterable[str]) -> dict[str, str]:
    """Names for keys of any kind, one query for each kind."""
    by_kind: dict[str, list[str]] = {}
    for key in keys:
        by_kind.setdefault(key.partition(":")[0], []).append(key)
    names: dict[str, str] = {}
    for kind, some in by_kind.items():
        if kind in _namers:
            names.update(_namers[kind](some))
    return names


class _Blank(dict[str, Any]):
    """A fact that was left out reads as nothing."""

    def __missing__(self, key: str) -> str:
        return ""
