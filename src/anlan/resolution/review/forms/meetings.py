"""Writing down a meeting after the event."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from anlan.accounts.models import User
from anlan.base.form_fields import typed_field
from anlan.cases.forms import OnceForm, colleagues
from anlan.cases.forms.fields import moment_field
from anlan.cases.models import Case
from anlan.resolution.review.services.meetings import (
    MOST_MINUTES,
    MOST_NAME,
    MOST_PEOPLE,
    MOST_WHERE,
)

_BETWEEN = re.compile(r"[,\u3001\uff0c]")  # names, as people write them in Chinese


class MeetingForm(OnceForm):
    held_at = moment_field(
        label=gettext_lazy("什么时候"),
    )
    where = forms.CharField(
        label=gettext_lazy("在哪里"), max_length=MOST_WHERE, required=False
    )
    people = forms.ModelMultipleChoiceField(
        label=gettext_lazy("参加的同事"),
        queryset=User.objects.none(),
        to_field_name="uid",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    guests = forms.CharField(
        label=gettext_lazy("其他参加的人"),
        max_length=MOST_NAME * MOST_PEOPLE,
        required=False,
        help_text=gettext_lazy("用顿号隔开"),
    )
    is_voluntary = forms.BooleanField(
        label=gettext_lazy("每个人都问过，自愿参加；不愿意来的没有追问原因"),
        required=False,
    )
    minutes = forms.CharField(
        label=gettext_lazy("讨论了什么、决定了什么"),
        max_length=MOST_MINUTES,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("只谈处置，不谈感受；不写当事人的姓名"),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed_field(self, "people", forms.ModelChoiceField).queryset = colleagues(
            case.site
        )

    def held(self) -> dict[str, Any]:
        """What was typed, as the service takes it."""
        said = dict(self.cleaned_data)
        names = _BETWEEN.split(said["guests"])
        return {**said, "people": list(said["people"]), "guests": names}
