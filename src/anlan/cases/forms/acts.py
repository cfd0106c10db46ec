"""What people type about the day of the act."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from anlan.cases.forms.cases import OnceForm
from anlan.cases.services import MOST_ACT_WORDS


class ActForm(OnceForm):
    day = forms.DateField(
        label=gettext_lazy("行为发生之日"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    words = forms.CharField(
        label=gettext_lazy("怎样知道是这一天"),
        max_length=MOST_ACT_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("例如谁说的、哪份材料写的；不在时间线上显示"),
    )
