"""Entering lawyers, who acts, questions and opinions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.accounts.models import User
from anlan.base.digest import sha256
from anlan.base.form_fields import typed_field
from anlan.cases.forms import OnceForm
from anlan.resolution.legal.enums import Client, LawyerArea, LawyerKind
from anlan.resolution.legal.forms.fields import day_field
from anlan.resolution.legal.forms.papers import PaperForm
from anlan.resolution.legal.models import Lawyer, Opinion
from anlan.resolution.legal.selectors.counsel import lawyers_of
from anlan.resolution.legal.services.counsel import (
    MOST_FIRM,
    MOST_LICENCE,
    MOST_NAME,
    MOST_OPINION,
    MOST_QUESTION,
    MOST_REASON,
    MOST_SCOPE,
)


class LawyerForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("类别"),
        choices=LawyerKind.choices,
        widget=forms.RadioSelect,
        initial=LawyerKind.OUTSIDE,
    )
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=MOST_NAME)
    firm = forms.CharField(
        label=gettext_lazy("律师事务所"), max_length=MOST_FIRM, required=False
    )
    licence = forms.CharField(
        label=gettext_lazy("执业证号"), max_length=MOST_LICENCE, required=False
    )
    phone = forms.CharField(
        label=gettext_lazy("电话"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("加密保存，页面只显示一部分"),
    )
    areas = forms.MultipleChoiceField(
        label=gettext_lazy("专长"),
        choices=LawyerArea.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    user = forms.ModelChoiceField(
        label=gettext_lazy("账号"),
        queryset=User.objects.none(),
        required=False,
        help_text=gettext_lazy("公司法务必选；外聘律师没有账号的，意见由法务代为录入"),
    )

    def __init__(self, *args: Any, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(
            organisation=reader.organisation,
            is_active=True,
            memberships__role_key="legal_counsel",
        )
        typed_field(
            self, "user", forms.ModelChoiceField
        ).queryset = people.distinct().order_by("name")

    def said(self) -> dict[str, Any]:
        """What was typed, as the service takes it."""
        said = dict(self.cleaned_data)
        said["kind"] = LawyerKind(said["kind"])
        said["areas"] = [LawyerArea(one) for one in said["areas"]]
        return said


class EngagementForm(PaperForm):
    lawyer = forms.ModelChoiceField(
        label=gettext_lazy("律师"), queryset=Lawyer.objects.none()
    )
    client = forms.ChoiceField(
        label=gettext_lazy("为谁代理"),
        choices=Client.choices,
        widget=forms.RadioSelect,
        initial=Client.COMPANY,
        help_text=gettext_lazy("对方的律师也登记，以便检查利益冲突"),
    )
    scope = forms.CharField(
        label=gettext_lazy("委托事项"),
        max_length=MOST_SCOPE,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    begins_on = day_field(gettext_lazy("从哪一天起"))
    is_related = forms.TypedChoiceField(
        label=gettext_lazy("与当事人有亲属或者利害关系"),
        choices=[("no", gettext_lazy("没有")), ("yes", gettext_lazy("有"))],
        coerce=lambda said: said == "yes",
        widget=forms.RadioSelect,
        help_text=gettext_lazy("由律师本人声明"),
    )

    def __init__(self, *args: Any, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, reader=reader, **kwargs)
        rows = lawyers_of(reader.organisation).filter(retired_at=None)
        field = self.fields["lawyer"]
        field.queryset = rows  # type: ignore[attr-defined]  # a ModelChoiceField
        field.label_from_instance = _name  # type: ignore[attr-defined]  # the same
        self.fields["exhibit"].label = _("委托书")
        self.order_fields(
            ["lawyer", "client", "scope", "begins_on", "exhibit", "is_related"]
        )

    def said(self) -> dict[str, Any]:
        """What was typed, as the service takes it."""
        said = dict(self.cleaned_data)
        del said["exhibit"]
        return {**said, "client": Client(said["client"]), "letter": self.chosen()}


class EngagementEndForm(forms.Form):
    ends_on = day_field(gettext_lazy("到哪一天为止"))
    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class QuestionForm(OnceForm):
    words = forms.CharField(
        label=gettext_lazy("问题"),
        max_length=MOST_QUESTION,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("律师保密：只有受委托的律师、您和项目负责人能看"),
    )


class OpinionForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("意见"),
        max_length=MOST_OPINION,
        widget=forms.Textarea(attrs={"rows": 14}),
    )


def digest_of(draft: Opinion) -> str:
    """Of the text that is looked at before it is given."""
    return sha256(draft.text.encode()).hex()


def _name(lawyer: Lawyer) -> str:
    return f"{lawyer.name} {lawyer.firm}".strip()
