"""Material, hand-over, papers, telling of rights, retaliation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.accounts.models import Place, User
from anlan.base.form_fields import typed_field
from anlan.base.lines import MOST_WORDS
from anlan.cases.forms import OnceForm
from anlan.cases.forms.fields import moment_field
from anlan.cases.joined import somebody
from anlan.cases.models import Case, Party
from anlan.cases.selectors import shown_name
from anlan.evidence.models import Exhibit
from anlan.resolution.legal.enums import (
    Issuer,
    ItemKind,
    ItemState,
    PaperKind,
    ToldWay,
)
from anlan.resolution.legal.models import PoliceReport
from anlan.resolution.legal.selectors.police import aggressors_of, victims_of
from anlan.resolution.legal.services.police import (
    MOST_ITEM,
    MOST_NAME,
    MOST_NUMBER,
    MOST_SIGNERS,
)
from anlan.resolution.legal.services.procedures import MOST_BRING
from anlan.resolution.selectors.notices import proofs_in

_MOST_EXHIBITS = 100  # the newest; whoever wants an older one is a search away


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget)


def _words(label: Any, most: int = MOST_WORDS, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": more.pop("rows", 2)})
    return forms.CharField(label=label, max_length=most, widget=widget, **more)


def _proofs(
    form: forms.Form, name: str, case: Case, reader: User
) -> dict[str, Exhibit]:
    """The exhibits that may prove it, as the choices of one field."""
    found = {str(one.uid): one for one in proofs_in(case, reader)[:_MOST_EXHIBITS]}
    typed_field(form, name, forms.ChoiceField).choices = [
        ("", _("没有")),
        *((uid, f"{one.code} {one.title}") for uid, one in found.items()),
    ]
    return found


class ItemForm(forms.Form):
    state = forms.ChoiceField(
        label=gettext_lazy("这一项"),
        choices=ItemState.choices,
        widget=forms.RadioSelect,
        initial=ItemState.READY,
    )
    exhibits = forms.MultipleChoiceField(
        label=gettext_lazy("用本案的哪些证据"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    words = _words(
        gettext_lazy("另带的纸质材料，或者为什么没有"), MOST_ITEM, required=False
    )

    def __init__(self, *args: Any, exhibits: Iterable[Exhibit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._exhibits = {str(one.uid): one for one in exhibits}
        typed_field(self, "exhibits", forms.ChoiceField).choices = [
            (uid, f"{one.code} {one.title}") for uid, one in self._exhibits.items()
        ]

    def said(self) -> dict[str, Any]:
        """What was typed, as the service takes it."""
        said = self.cleaned_data
        return {
            "state": ItemState(said["state"]),
            "exhibits": [self._exhibits[uid] for uid in said["exhibits"]],
            "words": said["words"],
        }


class HandOverForm(OnceForm):
    happened = moment_field(gettext_lazy("什么时候递交的"))
    station = forms.CharField(label=gettext_lazy("受理单位"), max_length=MOST_NAME)
    officer = forms.CharField(label=gettext_lazy("接收的民警"), max_length=MOST_NAME)
    officer_number = forms.CharField(
        label=gettext_lazy("警号"), max_length=30, required=False
    )
    accepted = forms.MultipleChoiceField(
        label=gettext_lazy("公安机关接受了哪些材料"),
        widget=forms.CheckboxSelectMultiple,
    )
    signers = forms.CharField(
        label=gettext_lazy("清单上签字的人"),
        max_length=MOST_SIGNERS,
        help_text=gettext_lazy("双方，姓名之间用顿号隔开"),
    )
    receipt = forms.ChoiceField(
        label=gettext_lazy("接受证据清单"),
        required=False,
        help_text=gettext_lazy("先把清单拍照上传为证据，再在这里选它"),
    )
    gaps = _words(gettext_lazy("材料不全，为什么先递交"), required=False)
    words = _words(gettext_lazy("说明"), required=False)

    def __init__(
        self, *args: Any, report: PoliceReport, reader: User, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        ready = report.items.filter(state=ItemState.READY)
        kinds = {ItemKind(kind) for kind in ready.values_list("kind", flat=True)}
        typed_field(self, "accepted", forms.ChoiceField).choices = [
            (kind.value, kind.label) for kind in ItemKind if kind in kinds
        ]
        if not kinds:
            # Told by a call or orally: there is no list, and nobody signs one.
            del self.fields["accepted"], self.fields["signers"], self.fields["receipt"]
            self.fields["officer"].required = False
            self.fields["words"].required = True
            self.fields["gaps"].label = _("为什么没有材料")
            self.fields["words"].label = _("怎样报的案，公安机关怎样答复")
            self._receipts: dict[str, Exhibit] = {}
            return
        self._receipts = _proofs(self, "receipt", report.case, reader)

    def said(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        said["accepted"] = [ItemKind(kind) for kind in said.get("accepted", ())]
        receipt = self._receipts.get(said.get("receipt", ""))
        return {"signers": "", **said, "receipt": receipt}


class DroppingForm(forms.Form):
    reason = _words(gettext_lazy("为什么不再递交"))


def _kinds() -> list[tuple[str, list[tuple[str, str]]]]:
    """The kinds of papers by who writes them."""
    return [
        (
            str(issuer.label),
            [(one.value, str(one.label)) for one in PaperKind if one.issuer == issuer],
        )
        for issuer in Issuer
    ]


class PaperForm(OnceForm):
    kind = forms.ChoiceField(label=gettext_lazy("种类"), choices=_kinds)
    number = forms.CharField(
        label=gettext_lazy("文书编号"), max_length=MOST_NUMBER, required=False
    )
    office = forms.CharField(
        label=gettext_lazy("单位"),
        max_length=MOST_NAME,
        help_text=gettext_lazy("检察院、法院的文书，改成检察院、法院的名称"),
    )
    officer = forms.CharField(
        label=gettext_lazy("承办人（民警写明警号）"), max_length=90, required=False
    )
    against = forms.MultipleChoiceField(
        label=gettext_lazy("文书写的是谁"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "有几名行为人的，检察院、法院的文书都要选：一人的案子结束了，另一人的还要用证据"
        ),
    )
    dated_on = _day(gettext_lazy("文书日期"))
    received_on = _day(gettext_lazy("收到日期"))
    exhibit = forms.ChoiceField(
        label=gettext_lazy("文书"),
        required=False,
        help_text=gettext_lazy("先把文书拍照上传为证据，再在这里选它"),
    )
    words = _words(
        gettext_lazy("说明"),
        required=False,
        help_text=gettext_lazy(
            "没有编号或者拿不到文书的，写明怎样得知；判决写明判了什么，上诉、抗诉写明是谁"
        ),
    )

    def __init__(self, *args: Any, case: Case, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._proofs = _proofs(self, "exhibit", case, reader)
        each = {somebody(one): one for one in aggressors_of(case)}
        self._aggressors = {str(one.uid): one for one in each.values()}
        typed_field(self, "against", forms.MultipleChoiceField).choices = [
            (uid, shown_name(one)) for uid, one in self._aggressors.items()
        ]
        if not self._aggressors:
            del self.fields["against"]

    def said(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        said["kind"] = PaperKind(said["kind"])
        said["against"] = [self._aggressors[uid] for uid in said.get("against", ())]
        return {**said, "exhibit": self._proofs.get(said["exhibit"])}


class RevocationForm(forms.Form):
    reason = _words(gettext_lazy("为什么撤销"))


class TellingForm(OnceForm):
    party = forms.ChoiceField(label=gettext_lazy("告诉了谁"))
    way = forms.ChoiceField(
        label=gettext_lazy("怎样告诉的"),
        choices=ToldWay.choices,
        widget=forms.RadioSelect,
        initial=ToldWay.IN_PERSON,
    )
    happened = moment_field(gettext_lazy("什么时候"))
    words = _words(
        gettext_lazy("本人的意见"),
        required=False,
        help_text=gettext_lazy("告诉成年受害人的监护人的，写明为什么不能告诉本人"),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._parties: dict[str, Party] = {
            str(one.uid): one for one in victims_of(case)
        }
        typed_field(self, "party", forms.ChoiceField).choices = [
            (uid, shown_name(one)) for uid, one in self._parties.items()
        ]

    def said(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        return {
            **said,
            "party": self._parties[said["party"]],
            "way": ToldWay(said["way"]),
        }


class RetaliationForm(OnceForm):
    place = forms.ChoiceField(label=gettext_lazy("在哪里"))
    is_ongoing = forms.BooleanField(
        label=gettext_lazy("还在继续"), required=False, initial=True
    )
    words = _words(gettext_lazy("谁对谁做了什么"))

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Place.objects.filter(site=case.site, is_active=True)
        self._places = {str(one.uid): one for one in places.order_by("label")}
        typed_field(self, "place", forms.ChoiceField).choices = [
            # Guards run there: nobody is sent to the first of a list.
            ("", _("请选择")),
            *((uid, one.label) for uid, one in self._places.items()),
        ]

    def said(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        return {**said, "place": self._places[said["place"]]}


class ProcedureForm(forms.Form):
    station = forms.CharField(label=gettext_lazy("派出所"), max_length=60)
    phone = forms.CharField(label=gettext_lazy("电话"), max_length=40)
    address = forms.CharField(label=gettext_lazy("地址"), max_length=120)
    receives = forms.CharField(label=gettext_lazy("谁受理、什么时候"), max_length=120)
    bring = _words(gettext_lazy("要带什么"), MOST_BRING, rows=6)
    valid_from = _day(gettext_lazy("从哪天起"))
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
