"""Writing a report paragraph by paragraph, and deciding about it."""

from __future__ import annotations

from typing import Any
from uuid import uuid5

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.accounts.models import User
from anlan.base.form_fields import typed_field
from anlan.base.lines import MOST_WORDS
from anlan.cases.forms import OnceForm
from anlan.cases.models import Case, Party
from anlan.cases.selectors import shown_name
from anlan.investigation.forms.fields import Sources, SourcesField
from anlan.resolution.review.enums import Cause, Section
from anlan.resolution.review.services.reports import MOST_PARAGRAPH, MOST_TAGS
from anlan.resolution.review.services.reports_paper import MOST_RECEIVER
from anlan.resolution.review.side_copy import side_of, sided_parties


class ChangeForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("一段话"),
        max_length=MOST_PARAGRAPH,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy(
            "只写称呼（如“受害人甲”），写各人做了什么，不写谁对谁错"
        ),
    )
    is_fact = forms.BooleanField(
        label=gettext_lazy("这是事实（须引用依据）；教训从来不是"),
        required=False,
        initial=True,
    )
    sources = SourcesField(label=gettext_lazy("依据"), required=False)
    tags = forms.CharField(
        label=gettext_lazy("检索词"),
        max_length=MOST_TAGS,
        required=False,
        help_text=gettext_lazy("写教训时用，例如：车库 标线 排队"),
    )

    def __init__(self, *args: Any, case: Case, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed_field(self, "sources", SourcesField).offer(Sources(case, reader))


class ParagraphForm(ChangeForm, OnceForm):
    section = forms.ChoiceField(
        label=gettext_lazy("哪一部分"),
        choices=Section.choices,
        widget=forms.RadioSelect,
    )
    field_order = ("section", "text", "is_fact", "sources", "tags")


class CopyForm(OnceForm):
    """For whom a copy is made, and who took it."""

    party = forms.ChoiceField(label=gettext_lazy("给谁的副本"))
    receiver = forms.CharField(
        label=gettext_lazy("交给了谁"),
        max_length=MOST_RECEIVER,
        initial=gettext_lazy("本人"),
        help_text=gettext_lazy("代领的写姓名、关系和委托书"),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._parties = {str(one.uid): one for one in sided_parties(case)}
        typed_field(self, "party", forms.ChoiceField).choices = [
            ("", _("请选择")),
            *((uid, _sided_name(one)) for uid, one in self._parties.items()),
        ]

    def handed(self) -> dict[str, Any]:
        """What was typed, as the service takes it.

        The page stays while the file is saved, and may be sent for somebody else next:
        once is once for each of them.
        """
        said = dict(self.cleaned_data)
        whose = f"{said['party']}\n{said['receiver']}"
        return {
            **said,
            "party": self._parties[said["party"]],
            "request_id": uuid5(said["request_id"], whose),
        }


def _sided_name(party: Party) -> str:
    side = side_of(party)
    return _("%(side)s：%(name)s") % {
        "side": side.label if side else "",
        "name": shown_name(party),
    }


class CauseForm(forms.Form):
    cause = forms.ChoiceField(
        label=gettext_lazy("主要原因"),
        choices=Cause.choices,
        widget=forms.RadioSelect,
    )


class WithdrawalForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("为什么撤回"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class DecisionForm(forms.Form):
    remark = forms.CharField(
        label=gettext_lazy("审批意见"),
        max_length=MOST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("退回时必须写明哪里不对"),
    )
