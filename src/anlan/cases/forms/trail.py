"""What narrows the whole record of a case."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.form_fields import typed_field
from anlan.cases.models import Case
from anlan.cases.selectors.trail import GROUPS, actors_in


class TrailForm(forms.Form):
    """Which lines of it."""

    group = forms.ChoiceField(
        label=gettext_lazy("类别"),
        required=False,
        choices=[("", gettext_lazy("全部")), *GROUPS],
    )
    who = forms.ChoiceField(label=gettext_lazy("何人"), required=False)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        who = typed_field(self, "who", forms.ChoiceField)
        who.choices = [("", _("全部")), *actors_in(case)]
