"""Compensation: what may be claimed, before which court, by which official figures."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Forum(models.TextChoices):
    """Which court is asked decides what it can award."""

    CIVIL = "civil", _("民事诉讼、协商或者调解")
    CRIMINAL_INCIDENTAL = "criminal", _("刑事附带民事诉讼")


class Item(models.TextChoices):
    """What may be claimed, in the order in which the law names it."""

    MEDICAL = "medical", _("医疗费")
    LOST_INCOME = "lost_income", _("误工费")
    NURSING = "nursing", _("护理费")
    TRANSPORT = "transport", _("交通费")
    HOSPITAL_MEAL = "hospital_meal", _("住院伙食补助费")
    LODGING = "lodging", _("外地治疗的住宿费、伙食费")
    NUTRITION = "nutrition", _("营养费")
    DISABILITY = "disability", _("残疾赔偿金")
    ASSISTIVE = "assistive", _("辅助器具费")
    FUNERAL = "funeral", _("丧葬费")
    DEATH = "death", _("死亡赔偿金")
    DEPENDANT = "dependant", _("被扶养人生活费")
    MENTAL = "mental", _("精神损害抚慰金")
    PROPERTY = "property", _("财产损失")

    @property
    def is_from_receipts(self) -> bool:
        return self in FROM_RECEIPTS


FROM_RECEIPTS = (
    Item.MEDICAL,
    Item.TRANSPORT,
    Item.LODGING,
    Item.ASSISTIVE,
    Item.PROPERTY,
)


class LineState(models.TextChoices):
    COUNTED = "counted", _("计入")
    LEFT_OUT = "left_out", _("不计入")
    MISSING = "missing", _("缺少参数")


class IncomeWay(models.TextChoices):
    """How lost income is proved; the law takes the first that can be."""

    ACTUAL = "actual", _("有固定收入：实际减少的收入")
    AVERAGE = "average", _("没有固定收入：最近三年的平均收入")
    INDUSTRY = "industry", _("不能证明：相同或者相近行业上一年度平均工资")


class PaymentKind(models.TextChoices):
    """Who paid what already. Kindness is never deducted, and admits nothing (G34)."""

    AGGRESSOR = "aggressor", _("行为人或其监护人已付")
    OTHER = "other", _("其他赔偿义务人已付")
    ADVANCE = "advance", _("管理处先行垫付")
    KINDNESS = "kindness", _("管理处人道慰问")


class Unit(models.TextChoices):
    FEN = "fen", _("元")
    PERCENT = "percent", _("百分比")
    DAYS = "days", pgettext_lazy("a unit", "天")


class FigureKey(models.TextChoices):
    """Official figures that a calculation needs; never a number in the program."""

    INCOME_URBAN = "income_urban", _("城镇居民人均可支配收入（年）")
    CONSUME_URBAN = "consume_urban", _("城镇居民人均消费支出（年）")
    MONTHLY_WAGE = "monthly_wage", _("职工月平均工资")
    INDUSTRY_WAGE = "industry_wage", _("行业平均工资（年）")
    TRAVEL_MEAL = "travel_meal", _("国家机关一般工作人员出差伙食补助（每日）")
    CARER_DAY = "carer_day", _("护工劳务报酬（每日）")
    NUTRITION_DAY = "nutrition_day", _("营养费标准（每日）")
    EXTRA_DISABILITY = "extra_disability", _("多处伤残每增加一处的附加系数")
    YEAR_DAYS = "year_days", _("折算日收入的一年天数")

    @property
    def unit(self) -> Unit:
        return _UNITS.get(self, Unit.FEN)

    @property
    def is_of_last_year(self) -> bool:
        """Whether it is that of the year before (Art. 22); others are the newest."""
        return self in _OF_LAST_YEAR

    @property
    def has_variant(self) -> bool:
        """Whether there is one for each industry."""
        return self == FigureKey.INDUSTRY_WAGE


_UNITS = {
    FigureKey.EXTRA_DISABILITY: Unit.PERCENT,
    FigureKey.YEAR_DAYS: Unit.DAYS,
}
_OF_LAST_YEAR = (
    FigureKey.INCOME_URBAN,
    FigureKey.CONSUME_URBAN,
    FigureKey.MONTHLY_WAGE,
    FigureKey.INDUSTRY_WAGE,
)


class Province(models.TextChoices):
    """Where a court sits or somebody lives, by the first two digits of GB/T 2260."""

    BEIJING = "11", _("北京")
    TIANJIN = "12", _("天津")
    HEBEI = "13", _("河北")
    SHANXI = "14", _("山西")
    INNER_MONGOLIA = "15", _("内蒙古")
    LIAONING = "21", _("辽宁")
    JILIN = "22", _("吉林")
    HEILONGJIANG = "23", _("黑龙江")
    SHANGHAI = "31", _("上海")
    JIANGSU = "32", _("江苏")
    ZHEJIANG = "33", _("浙江")
    ANHUI = "34", _("安徽")
    FUJIAN = "35", _("福建")
    JIANGXI = "36", _("江西")
    SHANDONG = "37", _("山东")
    HENAN = "41", _("河南")
    HUBEI = "42", _("湖北")
    HUNAN = "43", _("湖南")
    GUANGDONG = "44", _("广东")
    GUANGXI = "45", _("广西")
    HAINAN = "46", _("海南")
    CHONGQING = "50", _("重庆")
    SICHUAN = "51", _("四川")
    GUIZHOU = "52", _("贵州")
    YUNNAN = "53", _("云南")
    TIBET = "54", _("西藏")
    SHAANXI = "61", _("陕西")
    GANSU = "62", _("甘肃")
    QINGHAI = "63", _("青海")
    NINGXIA = "64", _("宁夏")
    XINJIANG = "65", _("新疆")
