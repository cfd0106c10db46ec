"""Writing a letter, saying how it arrived, and what somebody objects."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.accounts.models import User
from anlan.base.form_fields import typed_field
from anlan.base.lines import MOST_WORDS
from anlan.cases.forms import OnceForm
from anlan.cases.forms.fields import moment_field
from anlan.evidence.models import Exhibit
from anlan.resolution.enums import (
    DeliveryResult,
    DeliveryWay,
    ObjectionState,
    ObjectionWay,
)
from anlan.resolution.letters import MOST_BODY, MOST_TITLE
from anlan.resolution.models import Notice
from anlan.resolution.selectors.notices import proofs_in, results_of
from anlan.resolution.services.notices import (
    MOST_FACTS,
    MOST_REQUEST,
    MOST_TRACKING,
    MOST_WITNESSES,
)
from anlan.resolution.services.objections import MOST_REASON
from anlan.resolution.services.objections import MOST_WORDS as MOST_OBJECTION

_MOST_PROOFS = 50  # the newest; whoever proves a delivery has just uploaded it


class NoticeForm(forms.Form):
    facts = forms.CharField(
        label=gettext_lazy("发生了什么"),
        max_length=MOST_FACTS,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy(
            "只写认定的事实；不写对方和证人的姓名、电话、住处和伤情"
        ),
    )
    request = forms.CharField(
        label=gettext_lazy("请本人做什么"),
        max_length=MOST_REQUEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, notice: Notice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if notice.measure_id is None:
            self.fields["facts"].help_text = _(
                "只写到目前为止记录下来的，不写结论；不写对方和证人的姓名、电话、住处和伤情"
            )
            self.fields["request"].required = False
            self.fields["request"].help_text = _(
                "可以不写。有避免接触安排的，已按安排填好；只写对本人的请求"
            )


class RevocationForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("为什么撤销"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class DeliveryForm(OnceForm):
    way = forms.ChoiceField(
        label=gettext_lazy("怎样送的"),
        choices=DeliveryWay.choices,
        widget=forms.RadioSelect,
        initial=DeliveryWay.IN_PERSON,
    )
    result = forms.ChoiceField(
        label=gettext_lazy("结果"),
        choices=DeliveryResult.choices,
        widget=forms.RadioSelect,
    )
    happened = moment_field(
        label=gettext_lazy("什么时候"),
    )
    exhibit = forms.ChoiceField(
        label=gettext_lazy("签收件或者回执"),
        required=False,
        help_text=gettext_lazy("先把签收的那一份拍照上传为证据，再在这里选它"),
    )
    tracking = forms.CharField(
        label=gettext_lazy("邮件单号"), max_length=MOST_TRACKING, required=False
    )
    witnesses = forms.CharField(
        label=gettext_lazy("见证人"),
        max_length=MOST_WITNESSES,
        required=False,
        help_text=gettext_lazy("拒收或者留置时两人以上，用顿号隔开"),
    )
    words = forms.CharField(
        label=gettext_lazy("经过"),
        max_length=MOST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, notice: Notice, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed_field(self, "result", forms.ChoiceField).choices = [
            (one.value, one.label) for one in results_of(notice)
        ]
        proofs = proofs_in(notice.case, reader)
        self._proofs = {str(one.uid): one for one in proofs[:_MOST_PROOFS]}
        typed_field(self, "exhibit", forms.ChoiceField).choices = [
            ("", _("没有")),
            *((uid, f"{one.code} {one.title}") for uid, one in self._proofs.items()),
        ]

    def delivered(self) -> dict[str, Any]:
        """What was typed, as the service takes it."""
        said = dict(self.cleaned_data)
        proof: Exhibit | None = self._proofs.get(said.pop("exhibit"))
        return {
            **said,
            "way": DeliveryWay(said["way"]),
            "result": DeliveryResult(said["result"]),
            "exhibit": proof,
        }


class ObjectionForm(OnceForm):
    way = forms.ChoiceField(
        label=gettext_lazy("怎样提出的"),
        choices=[(one.value, one.label) for one in ObjectionWay if one.is_taken_down],
        widget=forms.RadioSelect,
        initial=ObjectionWay.WRITTEN,
    )
    words = forms.CharField(
        label=gettext_lazy("本人的意见"),
        max_length=MOST_OBJECTION,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("尽量用本人的原话；书面的请另外上传为证据"),
    )


class HearingForm(forms.Form):
    state = forms.ChoiceField(
        label=gettext_lazy("复核结果"),
        choices=[(one.value, one.label) for one in ObjectionState if one.is_decision],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("逐点回应本人的意见，写明依据的证据"),
    )


class WithdrawalForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("本人怎样表示撤回"),
        max_length=MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class TemplateForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    title = forms.CharField(label=gettext_lazy("标题"), max_length=MOST_TITLE)
    body = forms.CharField(
        label=gettext_lazy("正文"),
        max_length=MOST_BODY,
        widget=forms.Textarea(attrs={"rows": 16}),
    )
