"""A claim, filled in step by step; a draft is what was typed, and is read by the same forms."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from anlan.base.errors import InvalidInput
from anlan.base.form_fields import typed_field
from anlan.base.money import format_fen, parse_fen
from anlan.evidence.models import Exhibit
from anlan.resolution.compensation import Claim
from anlan.resolution.compensation.words import percent
from anlan.resolution.enums import Forum, IncomeWay, Item, PaymentKind, Province

BLANK = 2  # rows to be filled in, behind those that are
_MOST_ROWS = 200
_SAID_IN = ("fen", "words", "days", "born_on")
_CHOOSE = ("", gettext_lazy("请选择"))
_RECEIPTS = [(item.value, item.label) for item in Item if item.is_from_receipts]


class MoneyField(forms.CharField):
    """An amount as people type it, in whole fen."""

    def __init__(self, **more: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(**{"max_length": 30, "widget": widget, **more})

    def clean(self, value: Any) -> int | None:
        text: str = super().clean(value)
        if not text:
            return None
        try:
            fen = parse_fen(text)
        except InvalidInput as error:
            raise forms.ValidationError(str(error)) from error
        if fen < 0:
            raise forms.ValidationError(_("金额不能是负数"))
        return fen


class PercentField(forms.CharField):
    """``30``, ``33.33%``: in hundredths of a percent."""

    def __init__(self, **more: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(**{"max_length": 10, "widget": widget, **more})

    def clean(self, value: Any) -> int | None:
        text: str = super().clean(value)
        if not text:
            return None
        try:
            typed = unicodedata.normalize("NFKC", text)
            share = Decimal(typed.rstrip("% ")) * 100
        except InvalidOperation as error:
            raise forms.ValidationError(_("请填 0 到 100 的百分比")) from error
        if not share.is_finite() or share != int(share) or not 0 <= share <= 10_000:
            raise forms.ValidationError(_("请填 0 到 100 的百分比，最多两位小数"))
        return int(share)


class GradesField(forms.CharField):
    """``9 10``: the grade of each disability."""

    def clean(self, value: Any) -> list[int]:
        typed = unicodedata.normalize("NFKC", super().clean(value)).strip()
        parts = re.split(r"[\s,\u3001]+", typed)
        if not all(re.fullmatch(r"[1-9]|10", part) for part in parts if part):
            raise forms.ValidationError(_("请填一至十级，用空格分开"))
        return [int(part) for part in parts if part]


class _Part(forms.Form):
    """A piece of a claim: what it says, and how it shows a claim that was made."""

    def __init__(
        self, *args: Any, exhibits: Sequence[Exhibit] = (), **more: Any
    ) -> None:
        super().__init__(*args, **more)
        if "exhibit" in self.fields:
            typed_field(self, "exhibit", forms.ChoiceField).choices = [
                ("", _("没有")),
                *((str(one.uid), f"{one.code} {one.title}") for one in exhibits),
            ]

    def values(self) -> dict[str, Any]:
        """What was filled in, without what was left empty."""
        cleaned = self.cleaned_data.items()
        return {name: value for name, value in cleaned if value not in (None, "")}


class _Row(_Part):
    """One of several; there is none unless an amount, days, a day or words are given."""

    def has_changed(self) -> bool:
        typed = (self.data.get(self.add_prefix(name), "") for name in _SAID_IN)
        return any(str(one).strip() for one in typed)


def _date(label: Any, *, required: bool = False, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, **more)


def _days(label: Any, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=0, max_value=36_525, required=False, **more
    )


def _money(label: Any, *, required: bool = False, **more: Any) -> MoneyField:
    return MoneyField(label=label, required=required, **more)


def _line(label: Any, *, most: int = 60, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=False, **more)


def _exhibit() -> forms.ChoiceField:
    return forms.ChoiceField(label=gettext_lazy("证据"), required=False)


class ForumPart(_Part):
    forum = forms.ChoiceField(
        label=gettext_lazy("通过什么程序"),
        choices=Forum.choices,
        widget=forms.RadioSelect,
        initial=Forum.CIVIL,
    )
    province = forms.ChoiceField(
        label=gettext_lazy("受诉法院所在地"), choices=[_CHOOSE, *Province.choices]
    )
    reckoned_on = _date(
        gettext_lazy("计算基准日"),
        required=True,
        help_text=gettext_lazy(
            "一审法庭辩论终结日；还没有诉讼的，填今天。统计数据用它的上一年度"
        ),
    )
    born_on = _date(gettext_lazy("受害人出生日期"))
    residence = forms.ChoiceField(
        label=gettext_lazy("住所地或者经常居住地（标准更高时）"),
        choices=[("", gettext_lazy("与法院所在地相同")), *Province.choices],
        required=False,
    )
    is_residence_proved = forms.BooleanField(
        label=gettext_lazy("有住所地的证明"), required=False
    )


class ExpensePart(_Row):
    item = forms.ChoiceField(
        label=pgettext_lazy("a column", "项目"), choices=_RECEIPTS, initial=Item.MEDICAL
    )
    words = _line(gettext_lazy("票据"))
    fen = _money(gettext_lazy("金额（元）"), required=True)
    count = forms.IntegerField(
        label=gettext_lazy("次数"), min_value=1, max_value=100, initial=1
    )
    exhibit = _exhibit()
    is_future = forms.BooleanField(
        label=gettext_lazy("后续治疗（有医疗证明或鉴定）"), required=False
    )


class IncomePart(_Part):
    way = forms.ChoiceField(
        label=gettext_lazy("误工费怎样计算"),
        choices=[("", gettext_lazy("没有误工")), *IncomeWay.choices],
        widget=forms.RadioSelect,
        required=False,
    )
    fen = _money(gettext_lazy("实际减少的收入（元）"))
    first = _money(gettext_lazy("三年前的年收入（元）"))
    second = _money(gettext_lazy("两年前的年收入（元）"))
    third = _money(gettext_lazy("一年前的年收入（元）"))
    industry = _line(
        gettext_lazy("行业"), help_text=gettext_lazy("与参数里录入的行业名称一致")
    )
    days = _days(
        gettext_lazy("误工天数"), help_text=gettext_lazy("以医疗机构的证明为准")
    )
    inpatient_days = _days(gettext_lazy("住院天数"))
    nutrition_days = _days(
        gettext_lazy("营养期（天）"),
        help_text=gettext_lazy("以医疗机构或者鉴定的意见为准"),
    )


class NursingPart(_Row):
    has_income = forms.BooleanField(
        label=gettext_lazy("护理人员有收入（填减少的收入）"), required=False
    )
    fen = _money(gettext_lazy("减少的收入（元）"))
    days = _days(gettext_lazy("天数"))
    carers = forms.IntegerField(
        label=gettext_lazy("人数"), min_value=1, max_value=5, initial=1
    )
    dependency = PercentField(
        label=gettext_lazy("护理依赖（定残以后）"), required=False
    )


class DisabilityPart(_Part):
    grades = GradesField(
        label=gettext_lazy("伤残等级"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("照抄鉴定文书；多处伤残用空格分开，例如 9 10"),
    )
    graded_on = _date(gettext_lazy("定残日期"))
    died_on = _date(gettext_lazy("死亡日期"))
    mental = _money(gettext_lazy("精神损害抚慰金（元，由人填写）"))
    is_severe = forms.BooleanField(
        label=gettext_lazy("造成严重精神损害"), required=False
    )
    fault = _line(gettext_lazy("侵权人的过错程度"), most=300)
    manner = _line(gettext_lazy("目的、方式、场合等具体情节"), most=300)
    consequence = _line(gettext_lazy("造成的后果"), most=300)
    gain = _line(gettext_lazy("侵权人的获利情况"), most=300)
    means = _line(gettext_lazy("侵权人承担责任的经济能力"), most=300)
    living = _line(gettext_lazy("受诉法院所在地的平均生活水平"), most=300)


class DependantPart(_Row):
    words = _line(gettext_lazy("关系"), help_text=gettext_lazy("不写姓名，例如“女儿”"))
    born_on = _date(gettext_lazy("出生日期"), required=True)
    supporters = forms.IntegerField(
        label=gettext_lazy("共同扶养人数（含受害人）"),
        min_value=1,
        max_value=20,
        initial=1,
    )
    is_incapable = forms.BooleanField(
        label=gettext_lazy("成年，丧失劳动能力又没有其他生活来源"), required=False
    )


class SharesPart(_Part):
    victim_fault = PercentField(
        label=gettext_lazy("受害人过错比例（%）"),
        required=False,
        help_text=gettext_lazy("没有就留空；由法院或者双方认定，系统不作判断"),
    )
    manager_fault = PercentField(
        label=gettext_lazy("管理处补充责任比例（%）"),
        required=False,
        help_text=gettext_lazy("只在未尽安全保障义务时；没有就留空"),
    )


class PaymentPart(_Row):
    kind = forms.ChoiceField(
        label=pgettext_lazy("a payment", "谁付的"),
        choices=PaymentKind.choices,
        initial=PaymentKind.AGGRESSOR,
    )
    fen = _money(gettext_lazy("金额（元）"), required=True)
    paid_on = _date(gettext_lazy("付款日期"))
    words = _line(gettext_lazy("说明"))
    exhibit = _exhibit()


class Rows(forms.BaseFormSet):  # type: ignore[type-arg]  # not generic at run time
    """Rows of one kind, with some to be filled in behind them; an empty one is none."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if self.is_bound:
            filled = _filled_rows(self.data, self.prefix)
            total = min(filled + BLANK, _MOST_ROWS)
            self.data = {
                **self._defaults(filled, total),
                **{name: self.data[name] for name in self.data},
                f"{self.prefix}-TOTAL_FORMS": str(total),
                f"{self.prefix}-INITIAL_FORMS": "0",
            }

    def _defaults(self, first: int, end: int) -> dict[str, str]:
        """What stands in the rows that nobody has seen yet."""
        fields = self.form.base_fields.items()
        return {
            f"{self.prefix}-{row}-{name}": str(field.initial)
            for row in range(first, end)
            for name, field in fields
            if field.initial is not None
        }

    def initial_form_count(self) -> int:
        return 0

    def total_form_count(self) -> int:
        if self.is_bound:
            return int(super().total_form_count())
        return len(self.initial or ()) + BLANK

    def values(self) -> list[dict[str, Any]]:
        return [form.values() for form in self.forms if form.has_changed()]


@dataclass(frozen=True, kw_only=True)
class Step:
    """A page of the form."""

    key: str
    title: Promise
    lead: Promise | str = ""
    part: type[_Part] | None = None
    rows: Mapping[str, tuple[Promise, type[_Part]]] | None = None


class Filled:
    """A step as it stands: from what was typed, else from the claim that was made."""

    def __init__(
        self,
        step: Step,
        *,
        typed: Mapping[str, str] | None,
        claim: Claim | None,
        exhibits: Sequence[Exhibit] = (),
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        self.step = step
        self._is_sent, self._exhibits = typed is not None, exhibits
        shown = _shown(claim) if claim and typed is None else {}
        more = {"exhibits": exhibits}
        self.part = (
            step.part(typed, initial=shown.get(step.key) or initial, **more)
            if step.part
            else None
        )
        self.rows = [
            (
                title,
                _rows(part)(
                    typed, prefix=name, initial=shown.get(name), form_kwargs=more
                ),
            )
            for name, (title, part) in (step.rows or {}).items()
        ]

    def typed(self) -> dict[str, str]:
        """What stands in the fields, as a browser would send it."""
        shown = [self.part] if self.part else []
        shown += [form for _title, rows in self.rows for form in rows.forms]
        return {
            field.html_name: "on" if field.value() is True else str(field.value())
            for form in shown
            for field in form
            if field.value() not in (None, "", False)
        }

    def sent(self) -> Filled:
        """The same as if it had been sent."""
        if self._is_sent:
            return self
        return Filled(
            self.step, typed=self.typed(), claim=None, exhibits=self._exhibits
        )

    @property
    def is_valid(self) -> bool:
        return all(form.is_valid() for form in self._forms())

    def values(self) -> dict[str, Any]:
        """The fields of this step's part, and its rows under their names."""
        said = self.part.values() if self.part else {}
        return said | {rows.prefix: rows.values() for _title, rows in self.rows}

    def _forms(self) -> Iterator[Any]:
        if self.part:
            yield self.part
        yield from (rows for _title, rows in self.rows)


STEPS: dict[str, Step] = {
    step.key: step
    for step in (
        Step(
            key="forum",
            title=gettext_lazy("受害人与程序"),
            part=ForumPart,
        ),
        Step(
            key="expenses",
            title=gettext_lazy("医疗和其他费用"),
            lead=gettext_lazy("按票据逐张填写；已列为证据的，选上编号。"),
            rows={"expenses": (gettext_lazy("票据"), ExpensePart)},
        ),
        Step(
            key="income",
            title=gettext_lazy("误工与护理"),
            part=IncomePart,
            rows={"nursing": (gettext_lazy("护理，一段一行"), NursingPart)},
        ),
        Step(
            key="disability",
            title=gettext_lazy("残疾、死亡与被扶养人"),
            lead=gettext_lazy("没有评残、没有死亡的，直接进入下一步。"),
            part=DisabilityPart,
            rows={"dependants": (gettext_lazy("被扶养人"), DependantPart)},
        ),
        Step(
            key="shares",
            title=gettext_lazy("比例与已付"),
            lead=gettext_lazy("人道慰问不从赔偿中扣减，也不代表承认责任。"),
            part=SharesPart,
            rows={"payments": (gettext_lazy("已经支付"), PaymentPart)},
        ),
    )
}
# Where a field of the claim is filled in.
STEP_OF = {
    **dict.fromkeys(("forum", "province", "reckoned_on", "born_on"), "forum"),
    "residence": "forum",
    "expenses": "expenses",
    "exhibit": "expenses",
    **dict.fromkeys(("lost_income", "industry", "nursing"), "income"),
    **dict.fromkeys(("inpatient_days", "nutrition_days"), "income"),
    **dict.fromkeys(("grades", "graded_on", "died_on", "dependants"), "disability"),
    "mental": "disability",
    "payments": "shares",
}
_FACTORS = ("fault", "manner", "consequence", "gain", "means", "living")


def claim_data(steps: Mapping[str, Filled]) -> dict[str, Any]:
    """The valid steps as a claim is read from."""
    income = steps["income"].values()
    harm = steps["disability"].values()
    data = {
        **steps["forum"].values(),
        **steps["expenses"].values(),
        **steps["shares"].values(),
        "nursing": income.pop("nursing"),
        "inpatient_days": income.pop("inpatient_days", 0),
        "nutrition_days": income.pop("nutrition_days", 0),
        "dependants": harm.pop("dependants"),
    }
    if income.get("way"):
        years = [income.pop(name, 0) for name in ("first", "second", "third")]
        data["lost_income"] = {**income, "three_years": years}
    amount = harm.pop("mental", None)
    factors = {name: harm.pop(name, "") for name in _FACTORS}
    is_severe = harm.pop("is_severe", False)
    if amount:
        data["mental"] = {"fen": amount, "is_severe": is_severe, **factors}
    return data | harm


def _shown(claim: Claim) -> dict[str, Any]:
    """A claim as the forms show it: the parts by step, the rows by their names."""
    data = claim.model_dump(mode="json")
    lost, mental = data["lost_income"] or {}, data["mental"] or {}
    first, second, third = lost.get("three_years") or (0, 0, 0)
    return {
        "forum": data,
        "income": {
            **data,
            **lost,
            "fen": _amount(lost.get("fen")),
            "first": _amount(first),
            "second": _amount(second),
            "third": _amount(third),
        },
        "disability": {
            **data,
            **mental,
            "grades": " ".join(map(str, claim.grades)),
            "mental": _amount(mental.get("fen")),
        },
        "shares": {
            name: percent(data[name]) if data[name] else ""
            for name in ("victim_fault", "manager_fault")
        },
        **{
            name: [
                {
                    **row,
                    "fen": _amount(row.get("fen")),
                    **(
                        {"dependency": percent(row["dependency"])}
                        if name == "nursing"
                        else {}
                    ),
                }
                for row in data[name]
            ]
            for name in ("expenses", "nursing", "dependants", "payments")
        },
    }


def _amount(fen: int | None) -> str:
    return format_fen(fen).removeprefix("¥") if fen else ""


def _rows(part: type[_Part]) -> Any:
    return forms.formset_factory(
        part, formset=Rows, extra=0, max_num=_MOST_ROWS, absolute_max=_MOST_ROWS
    )


def _filled_rows(data: Any, prefix: str | None) -> int:
    """How many rows, up to the last with something typed in a field of free text."""
    names = "|".join(_SAID_IN)
    pattern = re.compile(rf"{re.escape(prefix or '')}-(\d{{1,3}})-({names})")
    found = [
        int(match[1]) + 1
        for name in data
        if (match := pattern.fullmatch(name)) and str(data[name]).strip()
    ]
    return min(max(found, default=0), _MOST_ROWS)
