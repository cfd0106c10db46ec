"""What is claimed: everything a calculation is made from, as it is kept and sent.

Money is whole fen, a share hundredths of a percent. The bounds keep every sum below what
the ledger's JSON can hold; what contradicts itself is refused in words by ``faults_of``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from anlan.resolution.compensation.ages import ADULT, age_on
from anlan.resolution.enums import Forum, IncomeWay, Item, PaymentKind, Province

MOST_ROWS = 200  # of receipts; of all others far fewer
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def _one_line(text: str) -> str:
    if _CONTROL.search(text):
        raise PydanticCustomError("unreadable_text", "unreadable characters")
    return text.strip()


Fen = Annotated[int, Field(ge=0, le=10**12, strict=True)]  # ten thousand million yuan
Share = Annotated[int, Field(ge=0, le=10_000, strict=True)]
Days = Annotated[int, Field(ge=0, le=36_525, strict=True)]
Count = Annotated[int, Field(ge=1, le=100, strict=True)]
Words = Annotated[str, Field(max_length=60), AfterValidator(_one_line)]
LongWords = Annotated[str, Field(max_length=300), AfterValidator(_one_line)]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 1, 1))]


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Expense(_Said):
    """A receipt, a ticket, a price: ``fen`` each, so many times.

    ``is_future``: treatment to come that a doctor's paper or an appraisal says is certain.
    """

    item: Item
    fen: Fen
    count: Count = 1
    words: Words = ""
    exhibit: UUID | None = None
    is_future: bool = False


class LostIncome(_Said):
    """``fen`` by its way: what was lost in all, or three yearly incomes to be averaged."""

    way: IncomeWay
    fen: Fen = 0
    three_years: tuple[Fen, Fen, Fen] = (0, 0, 0)
    industry: Words = ""
    days: Days = 0


class Nursing(_Said):
    """A stretch of care: by somebody who loses ``fen`` of income, else by the carers' rate.

    ``dependency`` is the share of care that is needed once the disability is appraised.
    """

    fen: Fen = 0
    has_income: bool = False
    days: Days = 0
    carers: Annotated[int, Field(ge=1, le=5, strict=True)] = 1
    dependency: Share = 10_000


class Dependant(_Said):
    """Somebody whom the victim supports by law, beside ``supporters`` − 1 others.

    ``is_incapable``: an adult who can neither work nor lives on anything else.
    """

    words: Words = ""
    born_on: Day
    supporters: Annotated[int, Field(ge=1, le=20, strict=True)] = 1
    is_incapable: bool = False


class Mental(_Said):
    """A sum that a person sets, and the six factors that they weighed for it."""

    fen: Fen
    is_severe: bool = False
    fault: LongWords = ""
    manner: LongWords = ""
    consequence: LongWords = ""
    gain: LongWords = ""
    means: LongWords = ""
    living: LongWords = ""

    @property
    def is_weighed(self) -> bool:
        """Whether it is severe, and each of the six factors says something."""
        factors = (
            *(self.fault, self.manner, self.consequence),
            *(self.gain, self.means, self.living),
        )
        return self.is_severe and all(factors)


class Payment(_Said):
    kind: PaymentKind
    fen: Fen
    paid_on: Day | None = None
    words: Words = ""
    exhibit: UUID | None = None


class Claim(_Said):
    """Everything; an item of which nothing is said is not claimed."""

    forum: Forum
    province: Province
    reckoned_on: Day  # the end of the argument in the first instance, as far as known
    born_on: Day | None = None
    residence: Province | None = None
    is_residence_proved: bool = False
    expenses: Annotated[tuple[Expense, ...], Field(max_length=MOST_ROWS)] = ()
    lost_income: LostIncome | None = None
    nursing: Annotated[tuple[Nursing, ...], Field(max_length=20)] = ()
    inpatient_days: Days = 0
    nutrition_days: Days = 0
    grades: Annotated[
        tuple[Annotated[int, Field(ge=1, le=10, strict=True)], ...],
        Field(max_length=10),
    ] = ()
    graded_on: Day | None = None
    died_on: Day | None = None
    dependants: Annotated[tuple[Dependant, ...], Field(max_length=20)] = ()
    mental: Mental | None = None
    victim_fault: Share = 0
    manager_fault: Share = 0
    payments: Annotated[tuple[Payment, ...], Field(max_length=50)] = ()

    @property
    def exhibits(self) -> tuple[UUID, ...]:
        """What it cites, each once."""
        named = [one.exhibit for one in self.expenses]
        named += [one.exhibit for one in self.payments]
        return tuple(dict.fromkeys(uid for uid in named if uid is not None))

    @property
    def counted_from(self) -> date | None:
        """The day from which years are counted: the appraisal or the death."""
        return self.died_on or (self.graded_on if self.grades else None)


def faults_of(claim: Claim) -> Iterator[tuple[str, str]]:
    """What contradicts itself: the field, and the sentence for whoever filled it in."""
    yield from _faults_of_dates(claim)
    if claim.grades and claim.died_on:
        yield "died_on", _("残疾赔偿金和死亡赔偿金不能同时计算，请只填一项")
    if claim.grades and claim.graded_on is None:
        yield "graded_on", _("请填写定残日期")
    if (claim.grades or claim.died_on) and claim.born_on is None:
        yield "born_on", _("请填写受害人的出生日期")
    if any(not one.item.is_from_receipts for one in claim.expenses):
        yield "expenses", _("这一项不按票据计算")
    lost = claim.lost_income
    if lost and lost.way == IncomeWay.INDUSTRY and not lost.industry:
        yield "industry", _("请填写行业")
    if claim.residence and not claim.is_residence_proved:
        yield "residence", _("按住所地标准计算，须有住所地的证明")


def _faults_of_dates(claim: Claim) -> Iterator[tuple[str, str]]:
    start = claim.counted_from
    if claim.born_on and start and claim.born_on > start:
        yield "born_on", _("出生日期不能晚于定残或者死亡日期")
    if claim.dependants and start is None:
        yield "dependants", _("有伤残等级或者死亡日期，才计算被扶养人生活费")
        return
    for one in claim.dependants:
        if start is None:
            continue
        if one.born_on > start:
            yield "dependants", _("被扶养人的出生日期不能晚于定残或者死亡日期")
        elif age_on(start, born_on=one.born_on) >= ADULT and not one.is_incapable:
            yield (
                "dependants",
                _("成年被扶养人须丧失劳动能力又没有其他生活来源"),
            )
