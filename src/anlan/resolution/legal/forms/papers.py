"""Choosing the exhibit that proves something, among those that the reader sees."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.accounts.models import User
from anlan.base.form_fields import typed_field
from anlan.cases.forms import OnceForm
from anlan.cases.models import Case
from anlan.evidence.models import Exhibit
from anlan.resolution.selectors.notices import proofs_in

_MOST_PAPERS = 50  # the newest; whoever proves something has just uploaded it


class PaperForm(OnceForm):
    """With an exhibit of the case; ``chosen`` gives it once the form is valid."""

    exhibit = forms.ChoiceField(
        label=gettext_lazy("证明材料"),
        required=False,
        help_text=gettext_lazy("先拍照上传为证据，再在这里选它"),
    )

    def __init__(self, *args: Any, case: Case, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._papers = {
            str(one.uid): one for one in proofs_in(case, reader)[:_MOST_PAPERS]
        }
        typed_field(self, "exhibit", forms.ChoiceField).choices = [
            ("", _("没有")),
            *((uid, f"{one.code} {one.title}") for uid, one in self._papers.items()),
        ]

    def chosen(self) -> Exhibit | None:
        return self._papers.get(self.cleaned_data["exhibit"])
