"""What the messages say. Each package adds its own; the words are made when sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.utils.translation import gettext as _

# What a group robot may say: a group holds people who need not know who was hurt.
SAFE_FOR_GROUPS = frozenset({"site", "place", "number", "count"})

Facts: TypeAlias = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Text:
    """A kind of message: Chinese msgids with ``%(name)s`` of its params.

    ``name`` is what lists call it, without anything of the case. ``group`` is the one line for group robots and may use only what is safe there.
    ``shown`` turns codes into words of the language.
    """

    kind: str
    name: str
    title: str
    body: str
    group: str = ""
    shown: Callable[[Mapping[str, Any]], Facts] = dict


_texts: dict[str, Text] = {}


def add_texts(*texts: Text) -> None:
    """Enter kinds of messages in the closed list; once each, at import."""
    for text in texts:
        if text.kind in _texts:
            raise RuntimeError(f"two texts of kind {text.kind}")
        unsafe = set(re.findall(r"%\((\w+)\)", text.group)) - SAFE_FOR_GROUPS
        if unsafe:
            raise RuntimeError(f"{text.kind}: not for a group: {sorted(unsafe)}")
        _texts[text.kind] = text


def is_known(kind: str) -> bool:
    return kind in _texts


def name_of(kind: str) -> str:
    """What a list calls this kind of message; the key itself if it is not known."""
    return _(_texts[kind].name) if kind in _texts else kind


def has_group_line(kind: str) -> bool:
    return bool(_texts[kind].group)


def words(
    kind: str, params: Mapping[str, Any], names: Mapping[str, str], *, exercise: bool
) -> tuple[str, str]:
    """Title and body for one person, in the active language."""
    text = _texts[kind]
    shown = {
        name: names.get(value, value) if isinstance(value, str) else value
        for name, value in text.shown(params).items()
    }
    return _marked(_(text.title) % shown, exercise=exercise), _(text.body) % shown


def group_line(kind: str, params: Mapping[str, Any], *, exercise: bool) -> str:
    """The line for a group: of the params only those that are safe there."""
    shown = {name: params[name] for name in SAFE_FOR_GROUPS & set(params)}
    return _marked(_(_texts[kind].group) % shown, exercise=exercise)


def _marked(words: str, *, exercise: bool) -> str:
    return _("【演练】%s") % words if exercise else words
