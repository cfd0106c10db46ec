"""Words of several lines, counted as whoever typed them counts."""

from __future__ import annotations

from typing import Any

from django import forms


class LinesField(forms.CharField):
    """A browser sends each line break as two characters; it is one, before any limit."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if isinstance(text, str) else text
