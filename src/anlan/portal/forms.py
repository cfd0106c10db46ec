"""What a visitor types or taps."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.base.lines import LinesField
from anlan.incidents.enums import Flag
from anlan.resolution.services.objections import MOST_WORDS

_ASKED = (Flag.ONGOING, Flag.INJURED, Flag.WEAPON, Flag.VULNERABLE, Flag.GROUP)


class PublicReportForm(forms.Form):
    """A report from a poster; the place is known, everything else may be left out."""

    request_id = forms.UUIDField(widget=forms.HiddenInput)
    flags = forms.MultipleChoiceField(
        choices=[(flag.value, flag.label) for flag in _ASKED],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("现在怎么样"),
    )
    words = LinesField(
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=_("您看到或遇到了什么"),
    )


class WordsForm(forms.Form):
    """More words about one's own report; sent twice they are one note."""

    # A page that was opened before it had one may be sent without.
    request_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    words = LinesField(
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=_("补充说明"),
        error_messages={"required": _("请写下要补充的内容")},
    )


class CodeForm(forms.Form):
    """The six digits that the office told by telephone or in person."""

    code = forms.CharField(
        max_length=20,
        label=_("一次性验证码"),
        help_text=_("发到您手机的，或者管理处打电话、当面告诉您的六位数字"),
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}
        ),
    )


class ObjectForm(forms.Form):
    """What somebody says against a measure; sent twice it is one."""

    request_id = forms.UUIDField(widget=forms.HiddenInput)
    words = LinesField(
        max_length=MOST_WORDS,
        label=_("您的意见"),
        help_text=_("写明哪里不对、有什么证据；可以分几条写"),
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class LeaveForm(forms.Form):
    is_sure = forms.BooleanField(label=_("我要退出"))
    words = LinesField(
        max_length=500,
        required=False,
        label=_("想说的话（可以不写）"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
