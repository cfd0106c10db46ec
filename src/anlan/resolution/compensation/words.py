"""The formulas, notes and figures of a result as sentences in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.money import format_fen
from anlan.resolution.compensation.figures import Figure, Wanted
from anlan.resolution.compensation.lines import Note, Rule, Step
from anlan.resolution.enums import FigureKey, Unit

Values = Mapping[str, int | str]


def percent(share: int) -> str:
    """``33.33%`` of 3333."""
    return f"{(Decimal(share) / 100).normalize():f}%"


def value_words(key: FigureKey, value: int) -> str:
    """A figure with its unit."""
    if key.unit == Unit.PERCENT:
        return percent(value)
    if key.unit == Unit.DAYS:
        return _("%s 天") % value
    return format_fen(value)


def formula(step: Step) -> str:
    """The formula of a step, with its numbers put in."""
    return FORMULAS[step.rule](step.values)


def note_words(note: Note) -> str:
    return str(NOTES[note])


def wanted_words(wanted: Wanted) -> str:
    """What nobody has entered yet."""
    name = wanted.key.label
    return _("缺少 %(province)s%(year)s年“%(name)s”，请由管理员按官方来源录入") % {
        "province": wanted.province.label,
        "year": wanted.year,
        "name": f"{name} {wanted.variant}".strip(),
    }


def figure_words(figure: Figure) -> str:
    """Which figure it is, and its value."""
    return _("%(province)s%(year)s年%(name)s：%(value)s") % {
        "province": figure.province.label,
        "year": figure.year,
        "name": f"{figure.key.label} {figure.variant}".strip(),
        "value": value_words(figure.key, figure.value),
    }


def _money(values: Values, *names: str) -> dict[str, int | str]:
    """The values, those of these names as money."""
    return {
        name: format_fen(int(value)) if name in names else value
        for name, value in values.items()
    }


def _expense(values: Values) -> str:
    said = _money(values, "fen")
    words = f"{said['words']} " if said["words"] else ""
    if values["count"] == 1:
        return f"{words}{said['fen']}"
    return words + _("%(fen)s × %(count)s 次") % said


def _average(values: Values) -> str:
    said = _money(values, "first", "second", "third")
    return (
        _(
            "（%(first)s ＋ %(second)s ＋ %(third)s）÷ 3 年 ÷ %(year_days)s 天 × %(days)s 天"
        )
        % said
    )


def _industry(values: Values) -> str:
    return _("%(industry)s平均工资 %(wage)s ÷ %(year_days)s 天 × %(days)s 天") % _money(
        values, "wage"
    )


def _carer_rate(values: Values) -> str:
    said = _money(values, "rate")
    words = _("%(rate)s × %(days)s 天 × %(carers)s 人") % said
    dependency = int(values["dependency"])
    if dependency == 10_000:
        return words
    return words + _(" × 护理依赖 %s") % percent(dependency)


def _disability(values: Values) -> str:
    said = _money(values, "income")
    said["coefficient"] = percent(int(values["coefficient"]))
    return _("%(income)s × %(years)s 年（定残时 %(age)s 岁）× %(coefficient)s") % said


def _support(values: Values) -> str:
    said = _money(values, "spending")
    said["coefficient"] = percent(int(values["coefficient"]))
    words = (
        _(
            "第 %(first)s 至 %(last)s 年：%(people)s 人，每年 %(spending)s × %(coefficient)s × %(shares)s"
        )
        % said
    )
    if values["is_capped"]:
        return words + _("，按每年 %s 封顶") % said["spending"]
    return words


def _plain(sentence: Promise, *money: str) -> Callable[[Values], str]:
    return lambda values: str(sentence) % _money(values, *money)


FORMULAS: dict[Rule, Callable[[Values], str]] = {
    Rule.EXPENSE: _expense,
    Rule.ACTUAL_LOSS: _plain(gettext_lazy("实际减少的收入 %(fen)s"), "fen"),
    Rule.AVERAGE_INCOME: _average,
    Rule.INDUSTRY_INCOME: _industry,
    Rule.CARER_LOSS: _plain(gettext_lazy("护理人员实际减少的收入 %(fen)s"), "fen"),
    Rule.CARER_RATE: _carer_rate,
    Rule.PER_DAY: _plain(gettext_lazy("%(rate)s × %(days)s 天"), "rate"),
    Rule.DISABILITY: _disability,
    Rule.FUNERAL: _plain(gettext_lazy("%(wage)s × %(months)s 个月"), "wage"),
    Rule.DEATH: _plain(
        gettext_lazy("%(income)s × %(years)s 年（死亡时 %(age)s 岁）"), "income"
    ),
    Rule.YEARS_OF_SUPPORT: _support,
    Rule.SET_BY_HAND: _plain(gettext_lazy("由人填写 %(fen)s"), "fen"),
}

NOTES: dict[Note, Promise] = {
    Note.CONTESTED: gettext_lazy(
        "按实际发生的数额，结合病历和诊断证明；赔偿义务人认为不合理的，由其举证"
    ),
    Note.FUTURE: gettext_lazy(
        "后续治疗费须有医疗证明或者鉴定意见确定必然发生，否则待发生后另行主张"
    ),
    Note.YEAR_DAYS: gettext_lazy("建议：折算日收入的天数是各地做法，没有法律规定"),
    Note.UNTIL_APPRAISAL: gettext_lazy("因伤致残持续误工的，可以计算到定残日前一天"),
    Note.CARERS: gettext_lazy("护理人员超过一人，须有医疗机构或者鉴定机构的意见"),
    Note.LONGEST_CARE: gettext_lazy("护理期限合计最长二十年，超过的没有计算"),
    Note.BY_OPINION: gettext_lazy("参照医疗机构、鉴定机构或者配制机构的意见确定"),
    Note.GRADES: gettext_lazy(
        "建议：一级 100%，每低一级减 10%，是法院的通行做法，没有法律规定"
    ),
    Note.SEVERAL_GRADES: gettext_lazy(
        "建议：多处伤残的附加系数各地不同，合计不超过 100%"
    ),
    Note.ADJUSTABLE: gettext_lazy(
        "收入没有减少，或者职业严重受影响的，可以由法院相应调整"
    ),
    Note.RESIDENCE: gettext_lazy(
        "住所地标准高于受诉法院所在地的，按住所地计算，由权利人举证"
    ),
    Note.CAPPED: gettext_lazy(
        "被扶养人有数人的，年赔偿总额累计不超过上一年度城镇居民人均消费支出"
    ),
    Note.PART_OF_ANOTHER: gettext_lazy("计入残疾赔偿金或者死亡赔偿金"),
    Note.FACTORS: gettext_lazy(
        "没有公式：过错程度、方式场合、后果、获利、承担能力、当地生活水平，由人衡量"
    ),
    Note.NOT_AWARDED: gettext_lazy(
        "刑事附带民事诉讼一般不判这一项；双方自愿和解、调解的数额不受限制"
    ),
    Note.INCLUDED_BY_AND_SO_ON: gettext_lazy(
        "建议：条文没有逐项列出，属于“等为治疗和康复支付的合理费用”"
    ),
}
