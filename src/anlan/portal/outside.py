"""Where somebody can turn who does not wait for us, or does not trust us.

Only what the notes on the law have read is given as law; all else is advice.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.law.selectors import cite


@dataclass(frozen=True, kw_only=True)
class Way:
    """``number`` is called from the page; ``rule`` stands for what it rests on, if a law."""

    title: str | Promise
    note: str | Promise
    number: str = ""
    rule: str = ""

    @property
    def is_advice(self) -> bool:
        return not self.rule

    @property
    def cites(self) -> str:
        return cite(self.rule) if self.rule else ""

    @property
    def dial(self) -> str:
        return f"tel:{self.number}" if self.number else ""


WAYS: tuple[Way, ...] = (
    Way(
        title=_("110：报警、报案"),
        note=_("随时可以，不需要任何人同意；向我们报告过不等于已经报案。"),
        number="110",
        rule="G06",
    ),
    Way(
        title=_("12348：法律咨询和法律援助"),
        note=_("经济困难的被害人可以申请法律援助。"),
        number="12348",
    ),
    Way(
        title=_("12345：政务服务热线"),
        note=_("反映物业不处理、处理不当；不是紧急电话，答复期限以工单为准。"),
        number="12345",
    ),
    Way(
        title=_("12315：消费者投诉举报"),
        note=_("收费、服务质量的消费争议；号码和受理范围请先核实。"),
        number="12315",
    ),
    Way(
        title=_("主管部门"),
        note=_(
            "物业服务由区县房产（住建）部门监督，答复期限各地不同；也可以找街道、社区。"
        ),
    ),
    Way(
        title=_("行业协会"),
        note=_("当地物业管理协会可以协调、提醒会员企业；没有执法权。"),
    ),
    Way(
        title=_("找媒体、发到网上"),
        note=_(
            "可能侵犯他人名誉和隐私，说错了、放出了别人的姓名和面部都可能要承担责任，"
            "也会影响调查。不要公开他人信息，先问 12348 或者律师；"
            "证据先交公安机关。"
        ),
    ),
)
