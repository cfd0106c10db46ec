"""What is filled in about statements, apart from what is said in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.form_fields import typed_field
from anlan.base.lines import MOST_WHERE
from anlan.cases.forms import OnceForm, colleagues
from anlan.cases.forms.fields import PartyField
from anlan.cases.models import Case, Party
from anlan.cases.selectors import parties_of, shown_name
from anlan.cases.selectors.guardians import companions_in, companions_of, relation_of
from anlan.cases.services import MOST_RELATION, NewGuardian
from anlan.customers.models import NAME_LENGTH
from anlan.evidence.enums import StatementMode, StatementRole
from anlan.evidence.forms.objects import (
    _MOST_TEXT,
    SignatureField,
    _person,
    _words,
)
from anlan.evidence.services import SignedAlone
from anlan.evidence.services.statement_signing import MOST_CORRECTION
from anlan.evidence.services.statements import (
    MOST_LANGUAGE,
    MOST_PRESENT,
)

_TOLD = gettext_lazy(
    "已告知本人：自愿；可以不回答；可以随时停止；读给本人听后签字；可以要一份副本"
)

# What registers somebody who is no party yet.
_OF_NEW = ("name", "phone", "relation")


class ChosenGuardianForm(forms.Form):
    """Which of the guardians that were registered is there."""

    guardian = forms.ChoiceField(
        label=gettext_lazy("在场的监护人（已登记的）"),
        required=False,
        help_text=gettext_lazy("未满十八周岁的人，监护人到场后才能开始"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._guardians: dict[str, Party] = {}

    def offer_of(self, ward: Party | None) -> None:
        self._offer([(one, ward) for one in companions_of(ward)] if ward else [])

    def offer_in(self, case: Case) -> None:
        """Of every party: whose they are is said beside them."""
        self._offer(companions_in(case))

    def chosen(self) -> Party | None:
        return self._guardians.get(self.cleaned_data.get("guardian", ""))

    def _offer(self, rows: Sequence[tuple[Party, Party]]) -> None:
        self._guardians = {str(one.uid): one for one, _ward in rows}
        words: dict[str, list[str]] = {}
        for one, ward in rows:
            words.setdefault(str(one.uid), []).append(
                _("%(ward)s的%(relation)s")
                % {"ward": shown_name(ward), "relation": relation_of(one, ward)}
            )
        typed_field(self, "guardian", forms.ChoiceField).choices = [
            ("", _("没有")),
            *(
                (
                    uid,
                    _("%(name)s（%(relation)s）")
                    % {"name": shown_name(one), "relation": _("、").join(words[uid])},
                )
                for uid, one in self._guardians.items()
            ),
        ]


class GuardianForm(ChosenGuardianForm):
    """A registered guardian, or one who is no party yet and is registered with it."""

    name = forms.CharField(
        label=gettext_lazy("没有登记过的：监护人的姓名"),
        max_length=NAME_LENGTH,
        required=False,
        help_text=gettext_lazy(
            "填写姓名、电话和关系，就登记为本案当事人和本人的监护人"
        ),
    )
    phone = forms.CharField(
        label=gettext_lazy("监护人的电话"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    relation = forms.CharField(
        label=gettext_lazy("监护人是本人的什么人"),
        max_length=MOST_RELATION,
        required=False,
    )
    is_under_fourteen = forms.BooleanField(
        label=gettext_lazy("未满十四周岁"), required=False
    )
    has_consent = forms.BooleanField(
        label=gettext_lazy("监护人同意谈话，并同意把本人的话记录下来、作为证据保存"),
        required=False,
        help_text=gettext_lazy("未满十四周岁的人，监护人同意后才能开始"),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("guardian") and said.get("name"):
            self.add_error("name", _("请只选一个：登记过的，或者新登记的"))
        return said

    def guardian_said(self) -> Party | NewGuardian | None:
        said = self.cleaned_data
        if any(said[field] for field in _OF_NEW):
            return NewGuardian(**{field: said[field] for field in _OF_NEW})
        return self.chosen()

    def rest_said(self) -> dict[str, Any]:
        """What was filled in of all else."""
        return {
            field: value
            for field, value in self.cleaned_data.items()
            if field not in {*_OF_NEW, "guardian"}
        }


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
        label=gettext_lazy("还有谁在场"),
        max_length=MOST_PRESENT,
        required=False,
        help_text=gettext_lazy("翻译、陪护；其他当事人不能在场"),
    )
    is_minor = forms.BooleanField(label=gettext_lazy("未满十八周岁"), required=False)
    is_told = forms.BooleanField(label=_TOLD, required=False)
    field_order = (
        *("party", "colleague", "role", "mode", "place", "language", "present"),
        *("is_minor", "guardian", "name", "phone", "relation"),
        *("is_under_fourteen", "has_consent", "is_told"),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed_field(self, "party", PartyField).offer(parties_of(case))
        self.offer_in(case)
        people = colleagues(case.site)
        typed_field(self, "colleague", forms.ModelChoiceField).queryset = people

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


class AddendumForm(ChosenGuardianForm, SignedAloneForm):
    sentence = forms.IntegerField(label=gettext_lazy("第几句不对"), min_value=1)
    text = forms.CharField(
        label=gettext_lazy("本人现在说"),
        max_length=MOST_CORRECTION,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order = ("sentence", "text", "guardian", "is_confirmed")

    def __init__(
        self, *args: Any, ward: Party | None, is_minor: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, is_minor=is_minor, **kwargs)
        self.offer_of(ward)
        if not is_minor:
            del self.fields["guardian"]


class RefusalForm(forms.Form):
    reason = _words(
        gettext_lazy("本人怎样说的"),
        help_text=gettext_lazy("可以不填：没有人必须说明理由"),
    )


class DiscardForm(forms.Form):
    reason = _words(gettext_lazy("为什么放弃这份草稿"), required=True)
