"""What a guard types or taps."""

from __future__ import annotations

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.accounts.models import Place
from anlan.incidents.enums import Dissuasion, Flag

MOST_AGE = 7 * 24 * 3600  # seconds: a phone that was offline for longer is a puzzle


class ReportForm(forms.Form):
    """An alarm. Everything but the place may be left out.

    ``age`` is how many seconds ago it was written: a phone without signal sends late,
    and its clock may be wrong, but the difference of two of its times is right.
    """

    request_id = forms.UUIDField(widget=forms.HiddenInput)
    place = forms.ModelChoiceField(
        queryset=Place.objects.none(), to_field_name="code", label=_("地点")
    )
    flags = forms.MultipleChoiceField(
        choices=Flag.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("发生了什么"),
    )
    people_count = forms.IntegerField(
        min_value=1, max_value=999, required=False, label=_("人数")
    )
    words = forms.CharField(
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        label=_("补充说明"),
    )
    age = forms.IntegerField(
        min_value=0, max_value=MOST_AGE, required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: object, places: object, **kwargs: object) -> None:
        kwargs.setdefault("initial", {"request_id": uuid4()})
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own signature
        self.fields["place"].queryset = places  # type: ignore[attr-defined]


class DissuasionForm(forms.Form):
    result = forms.ChoiceField(choices=Dissuasion.choices)
