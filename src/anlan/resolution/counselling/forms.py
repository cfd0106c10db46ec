"""What people type about support; passphrases and sheets are never shown again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.accounts.models import Membership, User
from anlan.base.form_fields import typed_field
from anlan.cases.forms import OnceForm
from anlan.cases.forms.fields import moment_field
from anlan.cases.models import Case, Party
from anlan.cases.selectors import shown_name
from anlan.resolution.counselling.enums import (
    CareState,
    ConsentUse,
    ConsentWay,
    Ending,
    FollowUpResult,
    OfferWay,
    SessionState,
)
from anlan.resolution.counselling.models import Care, Counsellor, CounsellorKey
from anlan.resolution.counselling.permissions import ROLE
from anlan.resolution.counselling.scales import Scale
from anlan.resolution.counselling.selectors import (
    counsellors_for,
    guardians_for,
    helplines,
    possible_holders,
)
from anlan.resolution.counselling.services.keys import LEAST_PASSPHRASE, MOST_PASSPHRASE
from anlan.resolution.counselling.services.notes import MOST_WORDS

_ANSWERS = [
    (CareState.ACCEPTED.value, gettext_lazy("愿意")),
    (CareState.LATER.value, gettext_lazy("以后再说")),
    (CareState.DECLINED.value, gettext_lazy("谢绝")),
]


def _secret(label: Any, *, is_new: bool = False, **more: Any) -> forms.CharField:
    """A passphrase: not stripped, not filled in by the browser, not sent back."""
    widget = forms.PasswordInput(
        attrs={"autocomplete": "new-password" if is_new else "off"}
    )
    return forms.CharField(
        label=label, widget=widget, strip=False, max_length=MOST_PASSPHRASE, **more
    )


def _sheet(label: Any) -> forms.CharField:
    """What is typed off a sheet; a page that refuses it does not show it again."""
    widget = forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, widget=widget, max_length=300)


class PassphraseForm(forms.Form):
    passphrase = _secret(gettext_lazy("口令"))


class KeyForm(forms.Form):
    passphrase = _secret(
        gettext_lazy("口令"),
        is_new=True,
        help_text=gettext_lazy("至少 %s 个字符，可以是一句话；不要用登录密码")
        % LEAST_PASSPHRASE,
    )
    again = _secret(gettext_lazy("再输入一次"), is_new=True)
    first = forms.ModelChoiceField(
        label=gettext_lazy("第一份纸的保管人"), queryset=User.objects.none()
    )
    second = forms.ModelChoiceField(
        label=gettext_lazy("第二份纸的保管人"), queryset=User.objects.none()
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first", "second"):
            typed_field(self, name, forms.ModelChoiceField).queryset = possible_holders(
                by
            )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("passphrase") != said.get("again"):
            self.add_error("again", _("两次输入的口令不一样"))
        return said


class SheetsForm(forms.Form):
    first = _sheet(gettext_lazy("第一份纸上的十四组"))
    second = _sheet(gettext_lazy("第二份纸上的十四组"))


class ChangeForm(forms.Form):
    old = _secret(gettext_lazy("现在的口令"))
    new = _secret(gettext_lazy("新的口令"), is_new=True)
    again = _secret(gettext_lazy("再输入一次新的口令"), is_new=True)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("new") != said.get("again"):
            self.add_error("again", _("两次输入的口令不一样"))
        return said


class RecoveryForm(SheetsForm):
    to = forms.ModelChoiceField(
        label=gettext_lazy("转交给哪一位辅导员"), queryset=User.objects.none()
    )
    field_order = ("to", "first", "second")

    def __init__(self, *args: Any, key: CounsellorKey, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed_field(self, "to", forms.ModelChoiceField).queryset = User.objects.filter(
            pk__in=CounsellorKey.objects.filter(
                user__organisation=key.user.organisation_id,
                confirmed_at__isnull=False,
                retired_at=None,
            )
            .exclude(pk=key.pk)
            .exclude(user__in=(key.first_holder, key.second_holder))
            .values("user")
        )


class OfferForm(OnceForm):
    way = forms.ChoiceField(
        label=gettext_lazy("怎样询问的"),
        choices=OfferWay.choices,
        widget=forms.RadioSelect,
    )
    answer = forms.ChoiceField(
        label=gettext_lazy("本人的回答"), choices=_ANSWERS, widget=forms.RadioSelect
    )
    not_before = moment_field(
        label=gettext_lazy("本人同意什么时候再问"),
        required=False,
        help_text=gettext_lazy("没有约定的，一周以内不再询问"),
    )


class ReferralForm(forms.Form):
    to = forms.ChoiceField(
        label=gettext_lazy("转介给"), choices=[], widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._counsellors = {str(one.uid): one for one in counsellors_for(case)}
        typed_field(self, "to", forms.ChoiceField).choices = [
            *((uid, _described(one)) for uid, one in self._counsellors.items()),
            *((number, f"{number} {title}") for number, title in helplines()),
        ]

    def chosen(self) -> dict[str, Any]:
        """As the service takes it, once the form is valid."""
        to = self.cleaned_data["to"]
        if to in self._counsellors:
            return {"counsellor": self._counsellors[to]}
        return {"hotline": to}


class ConsentForm(forms.Form):
    use = forms.ChoiceField(
        label=gettext_lazy("同意什么"),
        choices=ConsentUse.choices,
        widget=forms.RadioSelect(attrs={"data-long": True}),
    )
    way = forms.ChoiceField(
        label=gettext_lazy("怎样同意的"),
        choices=ConsentWay.choices,
        widget=forms.RadioSelect,
    )
    guardian = forms.ChoiceField(
        label=gettext_lazy("一同同意的监护人（未成年人）"), required=False
    )

    def __init__(self, *args: Any, care: Care, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._guardians = {str(one.uid): one for one in guardians_for(care)}
        typed_field(self, "guardian", forms.ChoiceField).choices = [
            ("", "—"),
            *((uid, shown_name(one)) for uid, one in self._guardians.items()),
        ]

    def chosen_guardian(self) -> Party | None:
        return self._guardians.get(self.cleaned_data["guardian"])


class NoteForm(OnceForm):
    text = forms.CharField(
        label=gettext_lazy("记录"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off"}),
    )
    is_risk = forms.BooleanField(
        label=gettext_lazy("本人或者他人有危险：立即请管理人员来电"), required=False
    )

    def says_risk(self) -> bool:
        """Whether a human has to be called, whatever else is wrong with the form."""
        self.full_clean()
        return bool(self.cleaned_data.get("is_risk"))


class ScaleForm(OnceForm):
    """A number for each item of the paper; the items themselves are not here."""

    def __init__(self, *args: Any, scale: Scale, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._scale = scale
        for number in range(1, scale.items + 1):
            is_gate = scale.has_gate and number == 1
            self.fields[f"item_{number}"] = forms.TypedChoiceField(
                label=_("前提：经历过这样的事")
                if is_gate
                else _("第 %s 项") % (number - 1 if scale.has_gate else number),
                coerce=int,
                choices=[(value, str(value)) for value in range(scale.most + 1)],
                widget=forms.RadioSelect,
            )
        self.fields["is_risk"] = forms.BooleanField(
            label=_("本人或者他人有危险：立即请管理人员来电"), required=False
        )

    def says_risk(self) -> bool:
        """Ticked, or an answer that is one, whatever else is missing."""
        self.full_clean()
        item = self.cleaned_data.get(f"item_{self._scale.risk_item}", 0)
        return bool(item or self.cleaned_data.get("is_risk"))

    def answers(self) -> list[int]:
        count = range(1, self._scale.items + 1)
        return [self.cleaned_data[f"item_{number}"] for number in count]


class SessionForm(forms.Form):
    planned_at = moment_field(
        label=gettext_lazy("约定的时间"),
    )


class SessionEndForm(forms.Form):
    state = forms.ChoiceField(
        choices=[one for one in SessionState.choices if one[0] != SessionState.PLANNED]
    )


class FollowUpForm(forms.Form):
    result = forms.ChoiceField(choices=FollowUpResult.choices)


class UseForm(forms.Form):
    use = forms.ChoiceField(choices=ConsentUse.choices)


class EndingForm(forms.Form):
    ending = forms.ChoiceField(
        label=gettext_lazy("怎样结束的"),
        choices=Ending.choices,
        widget=forms.RadioSelect,
    )


class CounsellorForm(forms.Form):
    user = forms.ModelChoiceField(
        label=gettext_lazy("账号（要在这里保存记录的）"),
        queryset=User.objects.none(),
        required=False,
    )
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=40)
    house = forms.CharField(
        label=gettext_lazy("单位（外部的）"), max_length=80, required=False
    )
    speciality = forms.CharField(
        label=gettext_lazy("擅长"), max_length=80, required=False
    )
    hours = forms.CharField(label=gettext_lazy("接待时间"), max_length=80)
    telephone = forms.CharField(label=gettext_lazy("联系电话"), max_length=40)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        holders = Membership.objects.filter(
            role_key=ROLE, organisation=by.organisation_id, ended_at=None
        )
        typed_field(
            self, "user", forms.ModelChoiceField
        ).queryset = User.objects.filter(
            pk__in=holders.values("user"), is_active=True, counsellor=None
        )


def _described(one: Counsellor) -> str:
    return " · ".join(filter(None, (one.name, one.house, one.speciality, one.hours)))
