"""What a person makes of accounts side by side."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.form_fields import typed_field
from anlan.cases.forms import OnceForm
from anlan.investigation.enums import CellSays
from anlan.investigation.selectors.comparison import Called, ShownCell
from anlan.investigation.services.comparison import MOST_CALLED, MOST_FACT, MOST_NOTE


class CellForm(forms.Form):
    """What the account says, and which of its sentences says so."""

    says = forms.ChoiceField(
        label=gettext_lazy("这份说明怎样说"),
        choices=CellSays.choices,
        widget=forms.RadioSelect,
    )
    start = forms.TypedChoiceField(
        label=gettext_lazy("是哪一句说的"),
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect(attrs={"data-long": True}),
        help_text=gettext_lazy("“未提及”不用选"),
    )
    note = forms.CharField(
        label=gettext_lazy("备注"),
        max_length=MOST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("只写事实，不下结论"),
    )

    def __init__(self, *args: Any, cell: ShownCell, **kwargs: Any) -> None:
        sentences = cell.column.sentences
        kwargs["initial"] = {
            "says": cell.says,
            "start": cell.start,
            "note": cell.reading.note if cell.reading else "",
        }
        super().__init__(*args, **kwargs)
        choices = [(one.start, one.text.strip()) for one in sentences]
        typed_field(self, "start", forms.ChoiceField).choices = choices


class PairForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("为什么不成立"),
        max_length=MOST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("例如：说的不是同一时刻、不是同一个人"),
    )


class FreeFactForm(OnceForm):
    words = forms.CharField(
        label=gettext_lazy("还要比对什么"),
        max_length=MOST_FACT,
        help_text=gettext_lazy("例如：谁叫了保安"),
    )


class NamingForm(forms.Form):
    """A field for each party of the case, ``called-<uid>``."""

    def __init__(self, *args: Any, called: list[Called], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in called:
            self.fields[field_of(one)] = forms.CharField(
                label=_("怎样称呼%s") % one.name,
                max_length=MOST_CALLED,
                required=False,
                initial=one.words,
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text=_("一行一种称呼，例如“那个穿灰衣服的”"),
            )


def field_of(called: Called) -> str:
    return f"called-{called.party.uid}"
