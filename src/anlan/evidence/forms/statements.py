"""What is filled in about statements, apart from what is said in them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.cases.forms import OnceForm, colleagues
from anlan.cases.models import Case
from anlan.evidence.enums import StatementMode, StatementRole
from anlan.evidence.forms.objects import (
    _MOST_TEXT,
    PartyField,
    SignatureField,
    _person,
    _words,
)
from anlan.evidence.services import SignedAlone
from anlan.evidence.services.freezing import MOST_CORRECTION
from anlan.evidence.services.statements import (
    MOST_LANGUAGE,
    MOST_NAME,
    MOST_PRESENT,
    MOST_RELATION,
)
from anlan.evidence.services.steps import MOST_WHERE

_TOLD = gettext_lazy(
    "已告知本人：自愿；可以不回答；可以随时停止；读给本人听后签字；可以要一份副本"
)


class GuardianForm(forms.Form):
    guardian = forms.CharField(
        label=gettext_lazy("在场的监护人"),
        max_length=MOST_NAME,
        required=False,
        help_text=gettext_lazy("未满十八周岁的人，监护人到场后才能开始"),
    )
    relation = forms.CharField(
        label=gettext_lazy("监护人与本人的关系"),
        max_length=MOST_RELATION,
        required=False,
    )


class StatementForm(GuardianForm, OnceForm):
    """Whose statement it is, and under which circumstances it is given."""

    party = PartyField(label=gettext_lazy("谁的情况说明"), required=False)
    colleague = _person(gettext_lazy("或者：本公司人员"), required=False)
    role = forms.ChoiceField(
        label=gettext_lazy("身份"),
        choices=StatementRole.choices,
        widget=forms.RadioSelect,
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("方式"), choices=StatementMode.choices, initial="spoken"
    )
    place = forms.CharField(
        label=gettext_lazy("在哪里"),
        max_length=MOST_WHERE,
        help_text=gettext_lazy("安静、看不到另一方的地方"),
    )
    language = forms.CharField(
        label=gettext_lazy("用什么语言"),
        max_length=MOST_LANGUAGE,
        required=False,
        help_text=gettext_lazy("不填就是普通话；有人翻译的，在下一栏写明"),
    )
    present = forms.CharField(
        label=gettext_lazy("还有谁在场"), max_length=MOST_PRESENT, required=False
    )
    is_minor = forms.BooleanField(label=gettext_lazy("未满十八周岁"), required=False)
    is_told = forms.BooleanField(label=_TOLD, required=False)
    field_order = (
        *("party", "colleague", "role", "mode", "place", "language", "present"),
        *("is_minor", "guardian", "relation", "is_told"),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["party"].offer(case)  # type: ignore[attr-defined]  # a PartyField
        people = colleagues(case.site)
        self.fields["colleague"].queryset = people  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if bool(said.get("party")) == bool(said.get("colleague")):
            self.add_error("party", _("请选一个人：情况说明只属于一个人"))
        return said


class SoundRecorder(forms.FileInput):
    """A file, or the microphone of the device in front of which they sit."""

    template_name = "evidence/sound_recorder.html"


class RecordingForm(forms.Form):
    is_told = forms.BooleanField(label=gettext_lazy("录音前已告知本人"), required=False)
    recording = forms.FileField(
        label=gettext_lazy("录音"),
        help_text=gettext_lazy("最大 25 MB，录好后附上；原件不能修改"),
        widget=SoundRecorder(attrs={"accept": "audio/*"}),
    )


class SignedAloneForm(OnceForm):
    """The drawing of one person, and of their guardian, or a photo of the paper."""

    is_confirmed = forms.BooleanField(
        label=gettext_lazy("已读给本人听（或由本人看过），本人说与其所说一致"),
        required=False,
    )
    signature = SignatureField(
        label=gettext_lazy("本人签名"), max_length=_MOST_TEXT, required=False
    )
    guardian_signature = SignatureField(
        label=gettext_lazy("监护人签名"), max_length=_MOST_TEXT, required=False
    )
    paper = forms.FileField(
        label=gettext_lazy("不能在屏幕上签？打印后在纸上签字，再拍照"),
        help_text=gettext_lazy(
            "一张照片，签字和校验值都要看得清；打字输入的姓名不是签名"
        ),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )

    def __init__(self, *args: Any, is_minor: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_minor:
            del self.fields["guardian_signature"]

    def signed(self) -> SignedAlone:
        said = self.cleaned_data
        return SignedAlone(
            drawn=[said["signature"]],
            guardian=[said.get("guardian_signature", b"")],
            paper=said["paper"].chunks() if said["paper"] else (),
        )


class SigningForm(SignedAloneForm):
    draft = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class AddendumForm(SignedAloneForm):
    sentence = forms.IntegerField(label=gettext_lazy("第几句不对"), min_value=1)
    text = forms.CharField(
        label=gettext_lazy("本人现在说"),
        max_length=MOST_CORRECTION,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    guardian = forms.CharField(
        label=gettext_lazy("在场的监护人"), max_length=MOST_NAME, required=False
    )
    field_order = ("sentence", "text", "guardian", "is_confirmed")

    def __init__(self, *args: Any, is_minor: bool, **kwargs: Any) -> None:
        super().__init__(*args, is_minor=is_minor, **kwargs)
        if not is_minor:
            del self.fields["guardian"]


class RefusalForm(forms.Form):
    reason = _words(
        gettext_lazy("本人怎样说的"),
        help_text=gettext_lazy("可以不填：没有人必须说明理由"),
    )


class DiscardForm(forms.Form):
    reason = _words(gettext_lazy("为什么放弃这份草稿"), required=True)
