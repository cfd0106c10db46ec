"""The words of a humanitarian payment, as legal counsel writes them."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from anlan.base.lines import MOST_WORDS

_PROPOSED = gettext_lazy(
    "这笔款项是管理处出于人道的慰问，不代表承认责任，也不抵扣任何应付的款项。"
)


class KindnessWordsForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("随慰问款交给对方的话"),
        max_length=MOST_WORDS,
        initial=_PROPOSED,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("须写明不代表承认责任；审定以后印在测算的文书上"),
    )
