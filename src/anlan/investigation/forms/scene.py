"""What was seen at the scene, sketches and their pins."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from anlan.accounts.models import User
from anlan.base.form_fields import typed_field
from anlan.cases.forms import OnceForm
from anlan.cases.forms.fields import PartyField
from anlan.cases.models import Case
from anlan.cases.selectors import parties_of
from anlan.investigation.enums import PinKind, SceneRating
from anlan.investigation.forms.fields import PhotoField
from anlan.investigation.models import FULL
from anlan.investigation.selectors.scene import photos_for
from anlan.investigation.services.scene import MOST_LABEL, MOST_NOTE, MOST_TITLE


class LookForm(OnceForm):
    rating = forms.ChoiceField(
        label=gettext_lazy("情况"),
        choices=SceneRating.choices,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=gettext_lazy("看到了什么"),
        max_length=MOST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("写看到、量到的：宽几米、几盏灯、当时几个人在岗"),
    )
    exhibit = PhotoField(label=gettext_lazy("照片"))

    def __init__(self, *args: Any, case: Case, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed_field(self, "exhibit", forms.ModelChoiceField).queryset = photos_for(
            case, reader
        )


class SketchForm(OnceForm):
    title = forms.CharField(label=gettext_lazy("画的是哪里"), max_length=MOST_TITLE)
    exhibit = PhotoField(
        label=gettext_lazy("底图"),
        help_text=gettext_lazy("现场照片或者平面图的照片；没有就用空白方格"),
    )

    def __init__(self, *args: Any, case: Case, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed_field(self, "exhibit", forms.ModelChoiceField).queryset = photos_for(
            case, reader
        )


class PlaceForm(forms.Form):
    """Where, in thousandths of the picture's sides."""

    x = forms.IntegerField(
        label=gettext_lazy("从左边数（0 到 1000）"), min_value=0, max_value=FULL
    )
    y = forms.IntegerField(
        label=gettext_lazy("从上边数（0 到 1000）"), min_value=0, max_value=FULL
    )


class PinForm(PlaceForm, OnceForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("标什么"),
        choices=PinKind.choices,
        widget=forms.RadioSelect,
        initial="person",
    )
    party = PartyField(label=gettext_lazy("哪位当事人"), required=False)
    label = forms.CharField(
        label=gettext_lazy("说明"), max_length=MOST_LABEL, required=False
    )
    field_order = ("kind", "party", "label", "x", "y")

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed_field(self, "party", PartyField).offer(parties_of(case))
