"""What is filled in about injuries."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from anlan.base.form_fields import typed_field
from anlan.cases.forms import OnceForm
from anlan.cases.forms.fields import PartyField, moment_field
from anlan.cases.models import Case
from anlan.cases.selectors import parties_of
from anlan.evidence.enums import (
    AppraisedLevel,
    InjuryKind,
    PaperKind,
    Region,
    Round,
)
from anlan.evidence.forms.objects import _words
from anlan.evidence.services.injuries import MOST_REASON

_CHOOSE = ("", gettext_lazy("请选择"))


class _OfParty(forms.Form):
    party = PartyField(label=gettext_lazy("谁受伤"))

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed_field(self, "party", PartyField).offer(parties_of(case))


class InjuryForm(_OfParty, OnceForm):
    region = forms.ChoiceField(
        label=gettext_lazy("部位"),
        choices=[_CHOOSE, *Region.choices],
        help_text=gettext_lazy("左右以伤者本人为准；也可以在人体图上点选"),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("看到什么"),
        choices=InjuryKind.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("只写看到的和本人说的；诊断由医生写"),
    )
    words = _words(gettext_lazy("大小、颜色、本人怎样说"))
    seen_at = moment_field(
        label=gettext_lazy("什么时候看到"),
        required=False,
        help_text=gettext_lazy("不填就是现在；24 小时和 72 小时从这时算起"),
    )


class InjuryPhotoForm(OnceForm):
    round = forms.ChoiceField(
        label=gettext_lazy("第几次拍摄"),
        choices=Round.choices,
        widget=forms.RadioSelect,
    )
    photo = forms.FileField(
        label=gettext_lazy("照片"),
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
        help_text=gettext_lazy("先拍全身能认出部位的一张，再拍近的；标尺贴着伤处"),
    )
    scale_shown = forms.BooleanField(
        label=gettext_lazy("照片里有标尺（没有就不要勾选）"), required=False
    )
    has_consent = forms.BooleanField(
        label=gettext_lazy("本人同意拍摄；未成年人的，监护人同意"), required=False
    )


class RefusePhotosForm(_OfParty):
    round = forms.ChoiceField(
        label=gettext_lazy("第几次拍摄"),
        choices=Round.choices,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("本人怎样说的"),
        max_length=MOST_REASON,
        required=False,
        help_text=gettext_lazy("可以不填：没有人必须说明理由"),
    )


class MedicalPaperForm(_OfParty, OnceForm):
    kind = forms.ChoiceField(label=gettext_lazy("种类"), choices=PaperKind.choices)
    file = forms.FileField(
        label=gettext_lazy("照片或 PDF"),
        widget=forms.FileInput(attrs={"accept": "image/*,application/pdf"}),
    )
    level = forms.ChoiceField(
        label=gettext_lazy("鉴定结论"),
        choices=[("", gettext_lazy("没有鉴定")), *AppraisedLevel.choices],
        required=False,
        help_text=gettext_lazy("照抄鉴定文书；没有文书不能填"),
    )


class WithdrawInjuryForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("为什么划去"),
        max_length=MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
