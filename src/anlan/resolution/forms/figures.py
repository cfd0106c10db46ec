"""An official figure, as an administrator enters it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.errors import InvalidInput
from anlan.base.money import parse_fen
from anlan.resolution.enums import FigureKey, Province, Unit
from anlan.resolution.forms.compensation import PercentField


class FigureForm(forms.Form):
    key = forms.ChoiceField(label=gettext_lazy("参数"), choices=FigureKey.choices)
    province = forms.ChoiceField(label=gettext_lazy("地区"), choices=Province.choices)
    year = forms.IntegerField(
        label=gettext_lazy("统计年度"), min_value=1990, max_value=2200
    )
    variant = forms.CharField(
        label=gettext_lazy("行业"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("只有行业平均工资要填"),
    )
    amount = forms.CharField(
        label=gettext_lazy("数值"),
        max_length=30,
        help_text=gettext_lazy("金额填元，系数填百分比，天数填整数"),
    )
    title = forms.CharField(label=gettext_lazy("官方文件名称"), max_length=120)
    issuer = forms.CharField(label=gettext_lazy("发布机关"), max_length=80)
    issued_on = forms.DateField(
        label=gettext_lazy("发布日期"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    address = forms.CharField(
        label=gettext_lazy("网址或者文号"), max_length=300, required=False
    )
    reason = forms.CharField(
        label=gettext_lazy("更正理由"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("只在更正已录入的参数时填写；旧的一版保留"),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if {"key", "amount"} <= said.keys():
            try:
                said["value"] = _value(FigureKey(said["key"]), said["amount"])
            except (InvalidInput, forms.ValidationError) as error:
                words = error.messages[0] if hasattr(error, "messages") else str(error)
                self.add_error("amount", words)
        return said

    def figure(self) -> dict[str, Any]:
        """As the service takes it."""
        said = dict(self.cleaned_data)
        said.pop("amount")
        return {
            **said,
            "key": FigureKey(said["key"]),
            "province": Province(said["province"]),
        }


def _value(key: FigureKey, text: str) -> int:
    if key.unit == Unit.PERCENT:
        return PercentField().clean(text) or 0
    if key.unit == Unit.DAYS:
        if not text.strip().isascii() or not text.strip().isdigit():
            raise forms.ValidationError(_("请填整数天数"))
        return int(text)
    return parse_fen(text, path="amount")
