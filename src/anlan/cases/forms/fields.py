"""Fields that forms of many packages have: a party of the case, a moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from anlan.cases.models import Party
from anlan.cases.selectors import shown_name


def moment_field(label: Any, **more: Any) -> forms.DateTimeField:
    # In any language: the browser shows nothing that it cannot read.
    widget = forms.DateTimeInput(
        attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
    )
    return forms.DateTimeField(label=label, widget=widget, **more)


class PartyField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """A party by the name that everybody may see, in the order in which they came."""

    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(
            Party.objects.none(),
            label=label,
            to_field_name="uid",
            empty_label=gettext_lazy("请选择"),
            **more,
        )

    def label_from_instance(self, obj: Party) -> str:
        return shown_name(obj)

    def offer(self, parties: Sequence[Party]) -> None:
        keys = [party.pk for party in parties]
        rows = Party.objects.filter(pk__in=keys).select_related(
            "person", "user", "case__site"
        )
        self.queryset = rows.order_by("pk")
