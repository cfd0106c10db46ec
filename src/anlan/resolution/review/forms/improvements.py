"""Naming what is improved, proving that it is done, and looking whether it worked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from anlan.accounts.models import User
from anlan.accounts.roles import Permission
from anlan.base.form_fields import typed_field
from anlan.base.lines import MOST_WORDS
from anlan.cases.forms import OnceForm, colleagues
from anlan.cases.models import Case
from anlan.evidence.models import Exhibit
from anlan.resolution.review.enums import Cause
from anlan.resolution.review.selectors.improvements import Ground, ground_words
from anlan.resolution.review.services.improvements import (
    MOST_WHAT,
    MOST_WHY,
)
from anlan.resolution.selectors.notices import proofs_in

_MOST_PROOFS = 50
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ImprovementForm(OnceForm):
    what = forms.CharField(
        label=pgettext_lazy("an improvement", "做什么"), max_length=MOST_WHAT
    )
    why = forms.CharField(
        label=gettext_lazy("为什么"),
        max_length=MOST_WHY,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    ground = forms.ChoiceField(
        label=pgettext_lazy("an improvement", "依据"),
        widget=forms.RadioSelect(attrs={"data-long": True}),
        help_text=gettext_lazy("查明的不足、批准的报告里的教训，或者复盘会"),
    )
    cause = forms.ChoiceField(
        label=gettext_lazy("针对哪一类原因"),
        choices=Cause.choices,
        widget=forms.RadioSelect(attrs={"data-long": True}),
    )
    owner = forms.ModelChoiceField(
        label=gettext_lazy("负责人"),
        queryset=User.objects.none(),
        to_field_name="uid",
    )
    due_on = forms.DateField(label=gettext_lazy("期限"), widget=_DAY)

    def __init__(
        self, *args: Any, case: Case, grounds: dict[str, Ground], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._grounds = grounds
        typed_field(self, "ground", forms.ChoiceField).choices = [
            (key, ground_words(one)) for key, one in grounds.items()
        ]
        typed_field(self, "owner", forms.ModelChoiceField).queryset = colleagues(
            case.site, Permission.CASE_SEE
        )

    def named(self) -> dict[str, Any]:
        """What was typed, as the service takes it."""
        said = dict(self.cleaned_data)
        return {
            **said,
            "ground": self._grounds[said["ground"]],
            "cause": Cause(said["cause"]),
        }


class ProofForm(forms.Form):
    """Mixed into a form that may name an exhibit of the case."""

    exhibit = forms.ChoiceField(
        label=gettext_lazy("照片或者文件"),
        required=False,
        help_text=gettext_lazy("先上传为本案证据，再在这里选它"),
    )

    def __init__(self, *args: Any, case: Case, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._proofs: dict[str, Exhibit] = {
            str(one.uid): one for one in proofs_in(case, reader)[:_MOST_PROOFS]
        }
        typed_field(self, "exhibit", forms.ChoiceField).choices = [
            ("", _("没有")),
            *((uid, f"{one.code} {one.title}") for uid, one in self._proofs.items()),
        ]

    def clean_exhibit(self) -> Exhibit | None:
        return self._proofs.get(self.cleaned_data["exhibit"])


class DoneForm(ProofForm):
    words = forms.CharField(
        label=gettext_lazy("做了什么、怎样做的"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    photo = forms.FileField(
        label=gettext_lazy("拍一张照片"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
        help_text=gettext_lazy("直接存为本案证据；已经有的在下面选"),
    )
    field_order = ("words", "photo", "exhibit")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("photo") and said.get("exhibit"):
            self.add_error("exhibit", _("照片和已有的证据只选一样"))
        return said


class CheckForm(ProofForm):
    is_effective = forms.TypedChoiceField(
        label=gettext_lazy("有没有效果"),
        choices=[
            ("1", gettext_lazy("有效")),
            ("0", gettext_lazy("没有效果，重新进行")),
        ],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    looked = forms.CharField(
        label=gettext_lazy("查看了什么、看到什么"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("例如：看了哪几天的录像、走访了谁、同类事件的次数"),
    )
    due_on = forms.DateField(
        label=gettext_lazy("重新完成的期限"),
        required=False,
        widget=_DAY,
        help_text=gettext_lazy("只在没有效果时填写"),
    )
    field_order = ("is_effective", "looked", "exhibit", "due_on")


class DropForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("为什么不再进行"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class RecurrenceForm(forms.Form):
    is_same = forms.TypedChoiceField(
        label=gettext_lazy("是不是同一原因"),
        choices=[
            ("1", gettext_lazy("同一原因，重新进行")),
            ("0", gettext_lazy("原因不同")),
        ],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=gettext_lazy("为什么"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
