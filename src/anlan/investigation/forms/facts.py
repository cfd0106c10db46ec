"""What a source says to a question about self-defence."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from anlan.accounts.models import User
from anlan.base.form_fields import typed_field
from anlan.cases.forms import OnceForm
from anlan.cases.models import Case
from anlan.investigation.forms.fields import SourceField, Sources
from anlan.investigation.services.facts import MOST_REASON, MOST_SAID


class FactForm(OnceForm):
    source = SourceField(
        label=gettext_lazy("哪份情况说明或者证据"),
        required=False,
        help_text=gettext_lazy("情况说明签字以后才能选"),
    )
    words = forms.CharField(
        label=gettext_lazy("它怎样说"),
        max_length=MOST_SAID,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("照它的意思写，不评价，不下结论"),
    )
    is_unknown = forms.BooleanField(label=gettext_lazy("目前不清楚"), required=False)

    def __init__(self, *args: Any, case: Case, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed_field(self, "source", SourceField).offer(Sources(case, reader))


class WithdrawalForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("为什么划去"),
        max_length=MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
