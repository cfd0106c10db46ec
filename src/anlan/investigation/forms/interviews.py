"""Planning an interview, beginning it, ending it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from anlan.accounts.models import User
from anlan.base.form_fields import typed_field
from anlan.base.lines import MOST_WHERE, MOST_WORDS
from anlan.cases.forms import OnceForm
from anlan.cases.forms.fields import moment_field
from anlan.cases.models import Case, Party
from anlan.cases.selectors import parties_of, shown_name
from anlan.evidence.enums import StatementMode, StatementRole
from anlan.evidence.forms.statements import GuardianForm
from anlan.evidence.services.statements import MOST_LANGUAGE, MOST_PRESENT
from anlan.investigation.forms.fields import investigators
from anlan.investigation.models import Interview, InterviewQuestion
from anlan.investigation.selectors.interviews import gaps_of
from anlan.investigation.services import Plan
from anlan.investigation.services.interviews import (
    MOST_POSITION,
    MOST_QUESTION,
    MOST_QUESTIONS,
    MOST_TOPICS,
)

_TOLD = gettext_lazy(
    "已告知本人：自愿；可以不回答；可以随时停止；读给本人听后签字；可以要一份副本"
)


class PartiesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Ticked; that a second one is refused says the service, with the rule."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Party) -> str:
        return shown_name(obj)


class GapsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # as above
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: InterviewQuestion) -> str:
        return f"{shown_name(obj.interview.party)} · {obj.text}"


class PlanForm(forms.Form):
    """By whom, when, where, about what."""

    interviewer = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("由谁进行"),
        to_field_name="uid",
        empty_label=gettext_lazy("请选择"),
        help_text=gettext_lazy("到过现场的人、当事人和作过情况说明的人须回避"),
    )
    planned_for = moment_field(
        label=gettext_lazy("什么时候"),
        required=False,
    )
    place = forms.CharField(
        label=gettext_lazy("在哪里"),
        max_length=MOST_WHERE,
        required=False,
        help_text=gettext_lazy("安静、看不到另一方的地方"),
    )
    position = forms.IntegerField(
        label=gettext_lazy("第几个谈"),
        min_value=1,
        max_value=MOST_POSITION,
        required=False,
        help_text=gettext_lazy("不填就排在最后"),
    )
    topics = forms.CharField(
        label=gettext_lazy("谈什么"),
        max_length=MOST_TOPICS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = [person.pk for person in investigators(case)]
        people = User.objects.filter(pk__in=keys).order_by("employee_number", "pk")
        typed_field(self, "interviewer", forms.ModelChoiceField).queryset = people

    def plan(self) -> Plan:
        said = self.cleaned_data
        return Plan(
            interviewer=said["interviewer"],
            planned_for=said["planned_for"],
            place=said["place"],
            position=said["position"] or 0,
            topics=said["topics"],
        )


class InterviewForm(PlanForm, OnceForm):
    parties = PartiesField(
        Party.objects.none(),
        label=gettext_lazy("和谁谈（一次一个人）"),
        to_field_name="uid",
        required=False,
    )
    role = forms.ChoiceField(
        label=gettext_lazy("身份"),
        choices=StatementRole.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("按身份使用问题清单"),
    )
    questions = forms.CharField(
        label=gettext_lazy("清单以外想问的（一行一个）"),
        max_length=(MOST_QUESTION + 1) * MOST_QUESTIONS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("开放、中立，不带答案"),
    )
    take_up = GapsField(
        InterviewQuestion.objects.none(),
        label=gettext_lazy("上次没有问到的，这次问"),
        to_field_name="uid",
        required=False,
    )
    field_order = (
        *("parties", "role", "interviewer", "planned_for", "place", "position"),
        *("topics", "take_up", "questions"),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        keys = [party.pk for party in parties_of(case)]
        people = Party.objects.filter(pk__in=keys).select_related("person", "user")
        typed_field(self, "parties", forms.ModelChoiceField).queryset = people.order_by(
            "pk"
        )
        gaps = [question.pk for gap in gaps_of(case) for question in gap.questions]
        rows = InterviewQuestion.objects.filter(pk__in=gaps).select_related(
            "interview__party__person", "interview__party__user"
        )
        typed_field(self, "take_up", forms.ModelChoiceField).queryset = rows.order_by(
            "pk"
        )
        if not gaps:
            del self.fields["take_up"]


class BeginningForm(GuardianForm, OnceForm):
    """That they were told, who else is there, and the guardian of somebody under 18."""

    mode = forms.ChoiceField(
        label=gettext_lazy("方式"), choices=StatementMode.choices, initial="spoken"
    )
    place = forms.CharField(label=gettext_lazy("在哪里"), max_length=MOST_WHERE)
    language = forms.CharField(
        label=gettext_lazy("用什么语言"),
        max_length=MOST_LANGUAGE,
        required=False,
        help_text=gettext_lazy("不填就是普通话；有人翻译的，在下一栏写明"),
    )
    present = forms.CharField(
        label=gettext_lazy("还有谁在场"),
        max_length=MOST_PRESENT,
        required=False,
        help_text=gettext_lazy("翻译、陪护；其他当事人不能在场"),
    )
    is_minor = forms.BooleanField(label=gettext_lazy("未满十八周岁"), required=False)
    is_guardian_present = forms.BooleanField(
        label=gettext_lazy("监护人此刻就在本人身边"), required=False
    )
    is_told = forms.BooleanField(label=_TOLD, required=False)
    field_order = (
        *("mode", "place", "language", "present", "is_minor"),
        *("guardian", "name", "phone", "relation", "is_guardian_present"),
        *("is_under_fourteen", "has_consent", "is_told"),
    )

    def __init__(self, *args: Any, ward: Party, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_of(ward)


class StopForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("本人怎样说的"),
        max_length=MOST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("可以不填：没有人必须说明理由"),
    )


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("为什么取消"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def planned_as(interview: Interview) -> dict[str, Any]:
    """What a form of its plan begins with."""
    return {
        "interviewer": interview.interviewer.uid,
        "planned_for": interview.planned_for,
        "place": interview.place,
        "position": interview.position,
        "topics": interview.topics,
    }
