"""Writing findings sentence by sentence, and deciding about them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from anlan.accounts.models import User
from anlan.base.form_fields import typed_field
from anlan.base.lines import MOST_WORDS
from anlan.cases.forms import OnceForm
from anlan.cases.models import Case
from anlan.investigation.enums import SentenceKind
from anlan.investigation.forms.fields import Sources, SourcesField
from anlan.investigation.services.findings import MOST_SENTENCE


class ChangeForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("一句话"),
        max_length=MOST_SENTENCE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("写各人做了什么，不写谁对谁错"),
    )
    is_fact = forms.BooleanField(
        label=gettext_lazy("这是事实（须引用依据）；经过和后果总是事实"),
        required=False,
        initial=True,
    )
    sources = SourcesField(label=gettext_lazy("依据"), required=False)

    def __init__(self, *args: Any, case: Case, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed_field(self, "sources", SourcesField).offer(Sources(case, reader))


class SentenceForm(ChangeForm, OnceForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("哪一部分"),
        choices=SentenceKind.choices,
        widget=forms.RadioSelect,
    )
    field_order = ("kind", "text", "is_fact", "sources")


class DecisionForm(forms.Form):
    remark = forms.CharField(
        label=gettext_lazy("审批意见"),
        max_length=MOST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("退回时必须写明哪里不对"),
    )
