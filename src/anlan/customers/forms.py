"""What people type about risk markers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.base.form_fields import typed_field
from anlan.customers.enums import MarkerStep, ObjectionOutcome
from anlan.customers.models import ADVICE_LENGTH, MARKER_WORDS_LENGTH


def _words(label: Any, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=MARKER_WORDS_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        **more,
    )


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        **more,
    )


def _advice(**more: Any) -> forms.CharField:
    return forms.CharField(
        label=_("见面时怎么做"),
        max_length=ADVICE_LENGTH,
        help_text=_("在岗的人都看得到，只写做法，例如“两人同行，先通知值班主任”"),
        **more,
    )


class MarkerForm(forms.Form):
    advice = _advice()
    reason = _words(
        _("理由"),
        help_text=_(
            "写明本人做了什么、何时何地；只有决定的人看得到。不写前科、违法记录，不贴标签"
        ),
    )
    review_on = _day(_("最迟哪天复查"), help_text=_("六个月以内；到期没有复查就停用"))
    expires_on = _day(_("到期日"), help_text=_("十二个月以内；到期自动失效"))
    told_on = _day(_("哪天告知了本人"), required=False)
    not_told_why = _words(_("不告知的，写明告知会带来什么危险"), required=False)
    despite = _words(_("本人提出过异议的，写明有什么新的理由"), required=False)

    def __init__(self, *args: Any, is_objected: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_objected:
            del self.fields["despite"]


class ReviewForm(forms.Form):
    step = forms.ChoiceField(
        label=_("决定"),
        choices=[
            (MarkerStep.KEPT, _("继续，提醒不变")),
            (MarkerStep.CHANGED, _("修改提醒")),
            (MarkerStep.ENDED, _("撤销标记")),
        ],
        widget=forms.RadioSelect,
    )
    advice = _advice(required=False)
    review_on = _day(
        _("下次最迟哪天复查"),
        required=False,
        help_text=_("撤销的不填；不晚于到期日"),
    )
    reason = _words(_("理由"))


class ObjectionForm(forms.Form):
    words = _words(
        _("本人的意见"), help_text=_("照本人的原话写；由没有作过决定的人复核")
    )


class HearingForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("复核结果"),
        choices=ObjectionOutcome.choices,
        widget=forms.RadioSelect,
    )
    reason = _words(_("理由"), help_text=_("会告知本人"))

    def __init__(self, *args: Any, is_ended: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_ended:  # what was ended cannot stay
            upheld = ObjectionOutcome.ENDED
            typed_field(self, "outcome", forms.ChoiceField).choices = [
                (upheld, upheld.label)
            ]
