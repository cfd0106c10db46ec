"""What people type about who stands for whom."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from anlan.base.form_fields import typed_field
from anlan.cases.forms.fields import PartyField
from anlan.cases.models import Party
from anlan.cases.selectors.guardians import guardians_in
from anlan.cases.services import MOST_RELATION, MOST_UNLINK_REASON


class GuardianForm(forms.Form):
    guardian = PartyField(gettext_lazy("监护人"))
    relation = forms.CharField(
        label=gettext_lazy("与本人的关系"), max_length=MOST_RELATION
    )

    def __init__(self, *args: Any, ward: Party, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [one for one in guardians_in(ward.case) if one != ward]
        typed_field(self, "guardian", PartyField).offer(others)


class UnlinkForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("为什么撤销"),
        max_length=MOST_UNLINK_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class OfAgeForm(forms.Form):
    of_age_since = forms.DateField(
        label=gettext_lazy("从哪一天起已满十八周岁"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    was_wrong = forms.BooleanField(
        label=gettext_lazy("标记登记错了，当时就不是未成年人"), required=False
    )
    reason = forms.CharField(label=gettext_lazy("怎样知道已满十八周岁"), max_length=200)
