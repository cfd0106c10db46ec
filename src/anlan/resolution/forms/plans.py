"""Writing a plan measure by measure, and deciding about it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from anlan.base.form_fields import typed_field
from anlan.base.lines import MOST_WORDS
from anlan.cases.forms import OnceForm
from anlan.cases.models import Case, Party
from anlan.cases.selectors import shown_name
from anlan.investigation.models import FindingSentence
from anlan.law import selectors as law
from anlan.resolution.enums import Service
from anlan.resolution.forms.compensation import MoneyField
from anlan.resolution.letters import MOST_APPEAL_DAYS
from anlan.resolution.selectors.plans import (
    answerable_in,
    finding_sentences,
    place_of_sentence,
    upheld_in,
)
from anlan.resolution.services.plans import Drafted

APPEAL_DAYS = 15  # the house's own; no law gives one


def _appeal() -> str:
    """It goes into a letter, and letters are in Chinese whatever their drafter reads."""
    with override("zh-hans"):
        return _("可以书面向项目经理申诉，由没有参与本案的人复核")


class MeasureForm(forms.Form):
    """What each measure needs beyond its words is checked where it is written."""

    key = forms.ChoiceField(label=gettext_lazy("措施"), widget=forms.RadioSelect)
    party = forms.ChoiceField(label=gettext_lazy("针对谁"))
    words = forms.CharField(
        label=gettext_lazy("具体做什么、为什么"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    sentences = forms.MultipleChoiceField(
        label=gettext_lazy("依据调查结论的哪几句"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    clause = forms.CharField(
        label=gettext_lazy("合同或者规约条款"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("例如：《临时管理规约》第二十三条"),
    )
    clause_version = forms.CharField(
        label=gettext_lazy("条款版本"), max_length=60, required=False
    )
    binds = forms.CharField(
        label=gettext_lazy("为什么约束本人"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("例如：本人是业主，2021 年 6 月签收规约"),
    )
    fen = MoneyField(label=gettext_lazy("金额（元）"), required=False)
    amount_basis = forms.CharField(
        label=gettext_lazy("金额怎样得出"), max_length=300, required=False
    )
    service = forms.ChoiceField(label=gettext_lazy("哪项服务"), required=False)
    begins_on = forms.DateField(
        label=gettext_lazy("从哪天起"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    ends_on = forms.DateField(
        label=gettext_lazy("到哪天止"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("当日为最后一天，最长六个月"),
    )
    appeal = forms.CharField(
        label=gettext_lazy("怎样申诉"), max_length=200, required=False, initial=_appeal
    )
    appeal_days = forms.IntegerField(
        label=gettext_lazy("申诉期限（日）"),
        min_value=1,
        max_value=MOST_APPEAL_DAYS,
        required=False,
        initial=APPEAL_DAYS,
        help_text=gettext_lazy("从收到通知的第二天起算；到期前案件不能办结"),
    )

    despite = forms.CharField(
        label=gettext_lazy("申诉成立过的，为什么仍要采取"),
        max_length=MOST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, case: Case, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not upheld_in(case).exists():
            del self.fields["despite"]
        self._parties = {str(party.uid): party for party in answerable_in(case)}
        self._sentences = {str(one.uid): one for one in finding_sentences(case)}
        lawful = [one for one in law.measures(on=on) if one.is_for_plans]
        typed_field(self, "key", forms.ChoiceField).choices = [
            (one.key, one.heading) for one in lawful
        ]
        typed_field(self, "party", forms.ChoiceField).choices = [
            (uid, shown_name(party)) for uid, party in self._parties.items()
        ]
        typed_field(self, "sentences", forms.ChoiceField).choices = [
            (uid, f"{place_of_sentence(one)} · {one.text}")
            for uid, one in self._sentences.items()
        ]
        services = dict.fromkeys(key for one in lawful for key in one.optional)
        typed_field(self, "service", forms.ChoiceField).choices = [
            ("", _("不涉及")),
            *((key, Service(key).label) for key in services),
        ]

    def drafted(self) -> Drafted:
        """What was typed, once the form is valid."""
        said = dict(self.cleaned_data)
        said.pop("request_id", None)
        party: Party = self._parties[said.pop("party")]
        chosen: list[FindingSentence] = [
            self._sentences[uid] for uid in said.pop("sentences")
        ]
        return Drafted(party=party, sentences=tuple(chosen), **said)


class AdditionForm(MeasureForm, OnceForm):
    """Sent twice, it is one measure."""


class SubmissionForm(forms.Form):
    beyond = forms.CharField(
        label=gettext_lazy("为什么超出建议的幅度"),
        max_length=MOST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class PlanWithdrawalForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("为什么撤回"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class PlanDecisionForm(forms.Form):
    remark = forms.CharField(
        label=gettext_lazy("审批意见"),
        max_length=MOST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("退回时必须写明哪里不对"),
    )
