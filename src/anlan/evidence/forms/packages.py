"""What is chosen and typed to make a package, and to hand it over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.accounts.models import User
from anlan.base.form_fields import typed_field
from anlan.cases.forms import OnceForm
from anlan.cases.models import Case
from anlan.evidence.enums import Masking, Purpose
from anlan.evidence.forms.objects import SignedForm
from anlan.evidence.models import Exhibit, Package
from anlan.evidence.selectors.exhibits import kept_of
from anlan.evidence.selectors.packages import replacements_for
from anlan.evidence.services.packages import (
    KEPT_FOR,
    LONGEST_KEPT,
    MOST_NAME,
    MOST_NUMBER,
    MOST_REASON,
    MOST_WAY,
    Recipient,
)

_TWO_LINES = forms.Textarea(attrs={"rows": 2})


class ExhibitsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Exhibits of the case, each with what it is."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Exhibit) -> str:
        return f"{obj.code} · {obj.title}"


class PackageForm(OnceForm):
    """In the order in which one thinks of it: for what, for whom, what, how much."""

    purpose = forms.ChoiceField(
        label=_("用途"), choices=Purpose.choices, widget=forms.RadioSelect
    )
    recipient = forms.CharField(
        label=_("交给"),
        max_length=MOST_NAME,
        help_text=_("单位全称，例如：云栖派出所"),
    )
    identity = forms.CharField(
        label=_("承办人和证件号（警号）"),
        max_length=MOST_NAME,
        required=False,
        help_text=_("交公安机关、人民法院时必填；两名民警都写上"),
    )
    document_number = forms.CharField(
        label=_("文书编号"),
        max_length=MOST_NUMBER,
        required=False,
        help_text=_("调取证据通知书、调查令等的编号；交公安机关、人民法院时必填"),
    )
    exhibits = ExhibitsField(
        Exhibit.objects.none(),
        label=_("证据"),
        to_field_name="uid",
        help_text=_(
            "只选这次用途需要的；情况说明交公安机关，须先由另一人批准："
            "调取的按申请制作，自己报案的先批准“报案”的材料清单"
        ),
    )
    masking = forms.ChoiceField(
        label=_("遮盖"),
        choices=Masking.choices,
        widget=forms.RadioSelect,
        initial=Masking.NONE,
        help_text=_("保险、当事人和其他用途只给清单与证明，原件可由公安机关、法院调取"),
    )
    keeps_originals = forms.BooleanField(
        label=_("有打码副本的也给原件"),
        required=False,
        help_text=_(
            "交公安机关、人民法院以外时，默认用打码副本代替原件；要给原件须写理由"
        ),
    )
    acknowledged = forms.CharField(
        label=_("仍要制作的理由"),
        max_length=MOST_REASON,
        required=False,
        widget=_TWO_LINES,
        help_text=_("上面有不齐备的地方时填写，会写进来源与提取过程说明"),
    )
    days = forms.IntegerField(
        label=_("文件保存几天"),
        min_value=1,
        max_value=LONGEST_KEPT.days,
        initial=KEPT_FOR.days,
        help_text=_("到期后本机的文件自动删除，台账记录保留"),
    )

    def __init__(self, *args: Any, case: Case, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = kept_of(case, reader)
        typed_field(self, "exhibits", forms.ModelChoiceField).queryset = found
        self.fields["exhibits"].initial = [str(exhibit.uid) for exhibit in found]

    def asked(self) -> dict[str, Any]:
        """As the service takes it."""
        said = self.cleaned_data
        return {
            "exhibits": said["exhibits"],
            "purpose": Purpose(said["purpose"]),
            "masking": Masking(said["masking"]),
            "recipient": Recipient(
                name=said["recipient"],
                identity=said["identity"],
                document_number=said["document_number"],
            ),
            "keeps_originals": said["keeps_originals"],
            "acknowledged": said["acknowledged"],
            "kept_for": timedelta(days=said["days"]),
            "request_id": said["request_id"],
        }


class PackageField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """A package with whom it was made for."""

    def label_from_instance(self, obj: Package) -> str:
        return f"{obj.code} · {obj.recipient}"


class WithdrawalForm(OnceForm):
    reason = forms.CharField(
        label=_("为什么撤回"),
        max_length=MOST_REASON,
        widget=_TWO_LINES,
        help_text=_("例如：遮盖不全、装错了证据、交错了人"),
    )
    replacement = PackageField(
        Package.objects.none(),
        label=_("改用哪个证据包"),
        required=False,
        to_field_name="uid",
        empty_label=_("没有"),
    )

    def __init__(self, *args: Any, package: Package, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = replacements_for(package)
        typed_field(self, "replacement", forms.ModelChoiceField).queryset = found


class PackageReceiptForm(SignedForm):
    receiver = forms.CharField(label=_("接收人姓名"), max_length=MOST_NAME)
    identity = forms.CharField(
        label=_("证件号（警号）"), max_length=MOST_NAME, required=False
    )
    way = forms.CharField(
        label=_("怎样交付"),
        max_length=MOST_WAY,
        help_text=_("例如：加密 U 盘当面交付；不要用微信、网盘传送"),
    )
    field_order = ("receiver", "identity", "way")
