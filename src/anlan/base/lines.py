"""What people type: in one form, and counted as whoever typed it counts."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from anlan.base.errors import InvalidInput

MOST_WORDS = 500  # of an explanation
MOST_WHERE = 120  # of a place


class LinesField(forms.CharField):
    """A browser sends each line break as two characters; it is one, before any limit."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if isinstance(text, str) else text


def typed(
    text: str,
    *,
    path: str,
    most: int = MOST_WORDS,
    refusal: str = "",
    source: str = "",
) -> str:
    """What was typed, in one form and without what surrounds it.

    Args:
        refusal: says that it must be there; none if it may be empty.
        source: the rule by which it must.

    Raises:
        InvalidInput: nothing, or more than there is room for.
    """
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()
    if refusal and not text:
        raise InvalidInput(refusal, path=path, source=source)
    if len(text) > most:
        raise InvalidInput(_("最多 %s 个字") % most, path=path)
    return text


def one_line(text: str) -> str:
    """In one form, each blank and each break a single space."""
    return " ".join(unicodedata.normalize("NFC", text).split())
