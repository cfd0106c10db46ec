"""The items one by one, exact until their end; formulas: 人损解释 6 to 17, 民法典 1183, 1184."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from anlan.resolution.compensation.ages import age_on, years_for
from anlan.resolution.compensation.basis import basis
from anlan.resolution.compensation.claim import Claim, LostIncome
from anlan.resolution.compensation.dependants import support
from anlan.resolution.compensation.figures import Figures
from anlan.resolution.compensation.lines import Draft, Note, Rule
from anlan.resolution.compensation.rounding import WHOLE, share
from anlan.resolution.enums import FigureKey, IncomeWay, Item, Province

LONGEST_CARE = 7305  # days: twenty years (Art. 8)
FUNERAL_MONTHS = 6  # Art. 14
_GRADES = 10

# A function for each item: the exact amount, or nothing if it is not claimed.
Formula = Callable[[Claim, Figures, Draft], Fraction | None]


def from_receipts(claim: Claim, _figures: Figures, line: Draft) -> Fraction | None:
    rows = [one for one in claim.expenses if one.item == line.item]
    for row in rows:
        line.step(Rule.EXPENSE, words=row.words, fen=row.fen, count=row.count)
        if row.is_future:
            line.note(Note.FUTURE)
    if line.item == Item.MEDICAL and rows:
        line.note(Note.CONTESTED)
    if line.item in {Item.ASSISTIVE, Item.LODGING} and rows:
        line.note(Note.BY_OPINION)
    return Fraction(sum(row.fen * row.count for row in rows)) if rows else None


def lost_income(claim: Claim, figures: Figures, line: Draft) -> Fraction | None:
    lost = claim.lost_income
    if lost is None:
        return None
    if claim.grades:
        line.note(Note.UNTIL_APPRAISAL)
    if lost.way == IncomeWay.ACTUAL:
        line.step(Rule.ACTUAL_LOSS, fen=lost.fen)
        return Fraction(lost.fen)
    return _daily_income(claim, lost, figures, line) * lost.days


def _daily_income(
    claim: Claim, lost: LostIncome, figures: Figures, line: Draft
) -> Fraction:
    line.note(Note.YEAR_DAYS)
    days_of_year = line.take(figures.find(FigureKey.YEAR_DAYS, claim.province))
    values: dict[str, int | str] = {"days": lost.days, "year_days": days_of_year}
    if lost.way == IncomeWay.AVERAGE:
        first, second, third = lost.three_years
        line.step(
            Rule.AVERAGE_INCOME, first=first, second=second, third=third, **values
        )
        yearly = Fraction(first + second + third, 3)
    else:
        found = figures.find(
            FigureKey.INDUSTRY_WAGE, claim.province, variant=lost.industry
        )
        wage = line.take(found)
        line.step(Rule.INDUSTRY_INCOME, wage=wage, industry=lost.industry, **values)
        yearly = Fraction(wage)
    return yearly / days_of_year if days_of_year else Fraction(0)


def nursing(claim: Claim, figures: Figures, line: Draft) -> Fraction | None:
    """By stretches; all of them together at most twenty years."""
    if not claim.nursing:
        return None
    amount, left = Fraction(0), LONGEST_CARE
    for one in claim.nursing:
        if one.has_income:
            line.step(Rule.CARER_LOSS, fen=one.fen)
            amount += one.fen
            continue
        days, left = min(one.days, left), left - min(one.days, left)
        if days < one.days:
            line.note(Note.LONGEST_CARE)
        if one.carers > 1:
            line.note(Note.CARERS)
        rate = line.take(figures.find(FigureKey.CARER_DAY, claim.province))
        line.step(
            Rule.CARER_RATE,
            rate=rate,
            days=days,
            carers=one.carers,
            dependency=one.dependency,
        )
        amount += rate * days * one.carers * share(one.dependency)
    return amount


def hospital_meal(claim: Claim, figures: Figures, line: Draft) -> Fraction | None:
    return _per_day(
        claim, figures, line, FigureKey.TRAVEL_MEAL, days=claim.inpatient_days
    )


def nutrition(claim: Claim, figures: Figures, line: Draft) -> Fraction | None:
    line.note(Note.BY_OPINION)
    return _per_day(
        claim, figures, line, FigureKey.NUTRITION_DAY, days=claim.nutrition_days
    )


def _per_day(
    claim: Claim, figures: Figures, line: Draft, key: FigureKey, *, days: int
) -> Fraction | None:
    if not days:
        return None
    rate = line.take(figures.find(key, claim.province))
    line.step(Rule.PER_DAY, rate=rate, days=days)
    return Fraction(rate * days)


def disability(claim: Claim, figures: Figures, line: Draft) -> Fraction | None:
    if not claim.grades or claim.graded_on is None or claim.born_on is None:
        return None
    income = _at_home_or_court(claim, figures, line, FigureKey.INCOME_URBAN)
    coefficient = coefficient_of(claim, figures, line)
    age = age_on(claim.graded_on, born_on=claim.born_on)
    years = years_for(age)
    line.step(
        Rule.DISABILITY, income=income, years=years, age=age, coefficient=coefficient
    )
    line.note(Note.GRADES)
    line.note(Note.ADJUSTABLE)
    return income * years * share(coefficient)


def coefficient_of(claim: Claim, figures: Figures, line: Draft) -> int:
    """Ten percent for each grade above the tenth, so that the first is all of it.

    That the grade is the multiplier is court practice; what each further disability adds
    differs by province. Never more than the whole.
    """
    if not claim.grades:
        return WHOLE
    base = (_GRADES + 1 - min(claim.grades)) * WHOLE // _GRADES
    further = len(claim.grades) - 1
    if not further:
        return base
    line.note(Note.SEVERAL_GRADES)
    extra = line.take(figures.find(FigureKey.EXTRA_DISABILITY, claim.province))
    return min(base + extra * further, WHOLE)


def funeral(claim: Claim, figures: Figures, line: Draft) -> Fraction | None:
    if claim.died_on is None:
        return None
    wage = line.take(figures.find(FigureKey.MONTHLY_WAGE, claim.province))
    line.step(Rule.FUNERAL, wage=wage, months=FUNERAL_MONTHS)
    return Fraction(wage * FUNERAL_MONTHS)


def death(claim: Claim, figures: Figures, line: Draft) -> Fraction | None:
    if claim.died_on is None or claim.born_on is None:
        return None
    income = _at_home_or_court(claim, figures, line, FigureKey.INCOME_URBAN)
    age = age_on(claim.died_on, born_on=claim.born_on)
    years = years_for(age)
    line.step(Rule.DEATH, income=income, years=years, age=age)
    return Fraction(income * years)


def dependants(claim: Claim, figures: Figures, line: Draft) -> Fraction | None:
    """Year by year, all of them together at most one person's yearly spending (Art. 17)."""
    start = claim.counted_from
    if not claim.dependants or start is None:
        return None
    spending = _at_home_or_court(claim, figures, line, FigureKey.CONSUME_URBAN)
    coefficient = coefficient_of(claim, figures, line)
    line.sources.append(basis().part_of_another)
    line.note(Note.PART_OF_ANOTHER)
    amount = Fraction(0)
    for stretch in support(
        claim.dependants, start=start, spending=spending, coefficient=coefficient
    ):
        line.step(
            Rule.YEARS_OF_SUPPORT,
            first=stretch.first,
            last=stretch.last,
            people=stretch.people,
            shares=stretch.shares_words,
            spending=spending,
            coefficient=coefficient,
            is_capped=int(stretch.is_capped),
        )
        if stretch.is_capped:
            line.note(Note.CAPPED)
        amount += stretch.yearly * stretch.years
    return amount


def mental(claim: Claim, _figures: Figures, line: Draft) -> Fraction | None:
    if claim.mental is None or not claim.mental.fen:
        return None
    line.step(Rule.SET_BY_HAND, fen=claim.mental.fen)
    line.note(Note.FACTORS)
    return Fraction(claim.mental.fen)


def _at_home_or_court(
    claim: Claim, figures: Figures, line: Draft, key: FigureKey
) -> int:
    """The court's figure, or the higher one of where they live, if proved (Art. 18)."""
    provinces: list[Province] = [claim.province]
    if claim.residence and claim.is_residence_proved:
        provinces.append(claim.residence)
        line.note(Note.RESIDENCE)
        line.sources.append(basis().residence)
    return line.take(figures.find(key, *provinces))


FORMULAS: dict[Item, Formula] = {
    Item.MEDICAL: from_receipts,
    Item.LOST_INCOME: lost_income,
    Item.NURSING: nursing,
    Item.TRANSPORT: from_receipts,
    Item.HOSPITAL_MEAL: hospital_meal,
    Item.LODGING: from_receipts,
    Item.NUTRITION: nutrition,
    Item.DISABILITY: disability,
    Item.ASSISTIVE: from_receipts,
    Item.FUNERAL: funeral,
    Item.DEATH: death,
    Item.DEPENDANT: dependants,
    Item.MENTAL: mental,
    Item.PROPERTY: from_receipts,
}
