"""Writing what a plan offers to those who were hurt."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from anlan.accounts.models import User
from anlan.accounts.roles import Permission
from anlan.base.form_fields import typed_field
from anlan.base.lines import MOST_WORDS
from anlan.cases.forms import OnceForm, colleagues
from anlan.cases.models import Case
from anlan.cases.selectors import shown_name
from anlan.resolution.enums import SupportKind
from anlan.resolution.selectors.support import supported_in
from anlan.resolution.services.support import MOST_DAYS, Offered


class SupportForm(OnceForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("做什么"),
        choices=SupportKind.choices,
        widget=forms.RadioSelect,
    )
    party = forms.ChoiceField(label=gettext_lazy("给谁"))
    owner = forms.ModelChoiceField(
        label=gettext_lazy("由谁负责"), queryset=User.objects.none()
    )
    days = forms.IntegerField(
        label=gettext_lazy("批准后几天以内"),
        min_value=1,
        max_value=MOST_DAYS,
        initial=1,
    )
    words = forms.CharField(
        label=gettext_lazy("具体怎样做"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("先问本人愿不愿意；不愿意的不勉强，写明即可"),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._parties = {str(party.uid): party for party in supported_in(case)}
        typed_field(self, "party", forms.ChoiceField).choices = [
            (uid, shown_name(party)) for uid, party in self._parties.items()
        ]
        people = colleagues(case.site, Permission.TASK_DO)
        typed_field(self, "owner", forms.ModelChoiceField).queryset = people

    def offered(self) -> Offered:
        """What was typed, once the form is valid."""
        said = self.cleaned_data
        return Offered(
            kind=SupportKind(said["kind"]),
            party=self._parties[said["party"]],
            owner=said["owner"],
            days=said["days"],
            words=said["words"],
        )
