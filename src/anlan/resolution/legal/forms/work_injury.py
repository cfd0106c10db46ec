"""Entering how a work injury goes on."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from anlan.base.lines import MOST_WORDS
from anlan.resolution.legal.enums import (
    Employer,
    Filer,
    Material,
    WorkInjuryStepKind,
)
from anlan.resolution.legal.forms.fields import day_field
from anlan.resolution.legal.forms.papers import PaperForm
from anlan.resolution.legal.services.work_injury import (
    MOST_NAME,
    MOST_PAPER,
)

# What a step does not have is not asked.
_ONLY_OF = {
    "filer": WorkInjuryStepKind.FILED,
    "is_clear": WorkInjuryStepKind.ACCEPTED,
    "last_day": WorkInjuryStepKind.EXTENDED,
}


class StepForm(PaperForm):
    happened = day_field(gettext_lazy("哪一天"))
    filer = forms.ChoiceField(
        label=gettext_lazy("由谁申请"),
        choices=Filer.choices,
        widget=forms.RadioSelect,
        initial=Filer.EMPLOYER,
        required=False,
    )
    is_clear = forms.BooleanField(
        label=gettext_lazy("事实清楚、权利义务明确（十五日内作出决定）"),
        required=False,
    )
    last_day = day_field(gettext_lazy("同意延长到哪一天"), required=False)
    paper = forms.CharField(
        label=gettext_lazy("文书编号"), max_length=MOST_PAPER, required=False
    )
    words = forms.CharField(
        label=gettext_lazy("经过或者理由"),
        max_length=MOST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self, *args: Any, kind: WorkInjuryStepKind, today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, only in _ONLY_OF.items():
            if kind != only:
                del self.fields[name]
        self.fields["happened"].initial = today
        self.order_fields(
            ["happened", "last_day", "filer", "is_clear", "exhibit", "paper", "words"]
        )

    def said(self) -> dict[str, Any]:
        """What was typed, as the service takes it."""
        said = dict(self.cleaned_data)
        said["exhibit"] = self.chosen()
        if "filer" in said:
            said["filer"] = Filer(said["filer"] or Filer.EMPLOYER)
        return said


class EmployerForm(forms.Form):
    employer = forms.ChoiceField(
        label=gettext_lazy("用人单位"),
        choices=Employer.choices,
        widget=forms.RadioSelect,
    )
    name = forms.CharField(
        label=gettext_lazy("其他单位的名称"), max_length=MOST_NAME, required=False
    )


class DayForm(forms.Form):
    """As it was shown: what changed meanwhile is looked at anew."""

    injured_on = forms.DateField(widget=forms.HiddenInput)


class MaterialForm(PaperForm):
    material = forms.ChoiceField(
        label=gettext_lazy("是哪一份材料"),
        choices=Material.choices,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["exhibit"].required = True
        self.order_fields(["material", "exhibit"])
