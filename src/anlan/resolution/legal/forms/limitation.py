"""Entering when a period began, and what interrupted or suspended it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.form_fields import typed_field
from anlan.base.lines import MOST_WORDS
from anlan.cases.forms import OnceForm
from anlan.cases.models import Case, Party
from anlan.cases.selectors import shown_name
from anlan.resolution.legal.enums import LimitationKind, TurnGround
from anlan.resolution.legal.forms.fields import day_field
from anlan.resolution.legal.forms.papers import PaperForm


class LimitationForm(OnceForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("哪一种时效"),
        choices=[
            (one.value, one.label)
            for one in LimitationKind
            if not one.is_of_work_injury
        ],
        widget=forms.RadioSelect,
        initial=LimitationKind.CIVIL,
    )
    holder = forms.ChoiceField(label=gettext_lazy("谁的权利"), required=False)
    against = forms.ChoiceField(label=gettext_lazy("向谁主张"), required=False)
    starts_on = day_field(
        gettext_lazy("起算日"),
        help_text=gettext_lazy(
            "民事：知道受到损害和义务人之日；治安：行为发生或者终了之日"
        ),
    )
    words = forms.CharField(
        label=gettext_lazy("为什么从这一天起算"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = case.parties.filter(removed_at=None).select_related("person", "user")
        self._parties = {str(party.uid): party for party in rows.order_by("pk")}
        names = [(uid, shown_name(party)) for uid, party in self._parties.items()]
        typed_field(self, "holder", forms.ChoiceField).choices = [
            ("", _("管理处")),
            *names,
        ]
        typed_field(self, "against", forms.ChoiceField).choices = [
            ("", _("还不知道")),
            *names,
        ]

    def said(self) -> dict[str, Any]:
        """What was typed, as the service takes it."""
        said = dict(self.cleaned_data)
        holder: Party | None = self._parties.get(said["holder"])
        against: Party | None = self._parties.get(said["against"])
        kind = LimitationKind(said["kind"])
        return {**said, "kind": kind, "holder": holder, "against": against}


class TurnForm(PaperForm):
    ground = forms.ChoiceField(
        label=gettext_lazy("发生了什么"),
        choices=TurnGround.choices,
        widget=forms.RadioSelect,
    )
    on = day_field(gettext_lazy("哪一天"))
    until = day_field(
        gettext_lazy("到哪一天结束"),
        required=False,
        help_text=gettext_lazy("起诉、仲裁和中止才有；还没有结束的不填"),
    )
    words = forms.CharField(
        label=gettext_lazy("经过"),
        max_length=MOST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["exhibit"].required = True
        self.order_fields(["ground", "on", "until", "exhibit", "words"])

    def said(self) -> dict[str, Any]:
        """What was typed, as the service takes it."""
        said = dict(self.cleaned_data)
        ground = TurnGround(said["ground"])
        return {**said, "ground": ground, "exhibit": self.chosen()}


class UntilForm(forms.Form):
    until = day_field(gettext_lazy("程序终结或者障碍消除之日"))


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
