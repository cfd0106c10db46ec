"""What people type in the room of an incident."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.accounts.models import Site, User
from anlan.accounts.roles import Permission
from anlan.base.form_fields import typed_field
from anlan.cases.enums import Severity
from anlan.cases.forms import OnceForm, colleagues


class CallForm(OnceForm):
    """110 or 120 was called; the words were shown, and a button says how it went."""


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("接线员的答复"),
        help_text=_("谁接的、几点、怎么答复、多久到"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    receipt = forms.CharField(label=_("接警单号"), max_length=60, required=False)


class CorrectionForm(OnceForm):
    """How a call went after all; a button says how."""

    reason = forms.CharField(
        label=_("为什么更正"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class SendForm(forms.Form):
    """Somebody by name, whom the ladder did not choose."""

    user = forms.ModelChoiceField(
        User.objects.none(),
        label=_("派谁去"),
        to_field_name="uid",
        empty_label=_("请选择"),
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = colleagues(site, Permission.INCIDENT_RESPOND)
        typed_field(self, "user", forms.ModelChoiceField).queryset = people


class SeverityForm(forms.Form):
    severity = forms.TypedChoiceField(
        label=_("等级"),
        choices=Severity.choices,
        coerce=int,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("理由"),
        help_text=_("调低等级只能由项目经理决定，并且必须写明理由"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class FalseAlarmForm(forms.Form):
    reason = forms.CharField(
        label=_("为什么是误报"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class WaiverForm(forms.Form):
    reason = forms.CharField(
        label=_("不报警的理由"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DecisionForm(forms.Form):
    approved = forms.TypedChoiceField(
        choices=[("yes", _("同意")), ("no", _("不同意"))],
        coerce=lambda value: value == "yes",
    )
