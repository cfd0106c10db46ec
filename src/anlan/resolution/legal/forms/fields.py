"""Fields that several forms of the legal side have."""

from __future__ import annotations

from typing import Any

from django import forms


def day_field(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **more)
