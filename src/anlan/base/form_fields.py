"""A field of a form as the class that it was declared of."""

from __future__ import annotations

from typing import TypeVar

from django import forms

_Kind = TypeVar("_Kind", bound=forms.Field)


def typed_field(form: forms.BaseForm, name: str, kind: type[_Kind]) -> _Kind:
    """To offer a choice or a queryset: a form's ``fields`` are known as ``Field`` alone.

    Raises:
        TypeError: it is of another class.
    """
    found = form.fields[name]
    if not isinstance(found, kind):
        raise TypeError(f"{name} is no {kind.__name__}")
    return found
