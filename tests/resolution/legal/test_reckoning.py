"""When a claim is out of time, tried with dates that nobody would think of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.calendar import statutory_calendar
from anlan.base.calendar.terms import add_months
from anlan.law import selectors as law
from anlan.law.book import Confidence
from anlan.resolution.legal.enums import LimitationKind, TurnGround
from anlan.resolution.legal.reckoning import (
    Line,
    LineKind,
    Reckoned,
    Rule,
    Turn,
    reckon,
    rule_of,
)
from anlan.resolution.legal.terms import last_day

START = date(2026, 1, 5)
CIVIL = rule_of(LimitationKind.CIVIL, hurt_on=START)
ON = st.dates(START, date(2036, 12, 31))
INTERRUPTING = [one for one in TurnGround if one.interrupts]
SUSPENDING = [one for one in TurnGround if not one.interrupts]


@st.composite
def turns(draw: st.DrawFn, grounds: list[TurnGround] | None = None) -> Turn:
    """Ended, where it lasts."""
    ground = draw(st.sampled_from(grounds or list(TurnGround)))
    on = draw(ON)
    length = timedelta(days=draw(st.integers(0, 3000)))
    return Turn(ground, on, on + length if ground.lasts else None)


def counted(*some: Turn, rule: Rule = CIVIL, starts_on: date = START) -> Reckoned:
    return reckon(rule, starts_on=starts_on, hurt_on=starts_on, turns=some)


def due(*some: Turn, rule: Rule = CIVIL, starts_on: date = START) -> date:
    found = counted(*some, rule=rule, starts_on=starts_on).due_on
    assert found is not None
    return found


class TestProperties:
    @given(st.lists(turns(), max_size=4), turns(INTERRUPTING))
    def test_an_interruption_never_shortens(self, some: list[Turn], more: Turn):
        assert due(*some, more) >= due(*some)

    @given(st.lists(turns(), max_size=4), turns(SUSPENDING))
    def test_nor_does_a_suspension(self, some: list[Turn], more: Turn):
        assert due(*some, more) >= due(*some)

    @given(turns(SUSPENDING))
    def test_what_ended_before_the_last_six_months_suspends_nothing(self, one: Turn):
        plain = last_day(START, 3, CIVIL.unit)
        begins = add_months(plain, -6)
        assert one.until is not None
        if one.until <= begins or one.on > plain:
            assert due(one) == plain
        else:
            assert due(one) >= add_months(one.until, 6)

    @given(st.lists(turns(), max_size=5))
    def test_nothing_carries_beyond_twenty_years(self, some: list[Turn]):
        assert due(*some) <= last_day(START, 20, CIVIL.unit)

    @given(st.lists(turns(), max_size=5), st.randoms())
    def test_the_order_of_entering_does_not_matter(self, some, random):
        mixed = list(some)
        random.shuffle(mixed)
        assert counted(*mixed) == counted(*some)

    @given(st.dates(START, date(2045, 1, 1)), st.sampled_from(LimitationKind))
    def test_a_later_start_never_ends_sooner(self, day: date, kind: LimitationKind):
        rule = rule_of(kind, hurt_on=day)
        days = [day + timedelta(days=n) for n in range(5)]
        ends = [due(rule=rule, starts_on=one) for one in days]
        assert all(a <= b for a, b in pairwise(ends))

    @given(st.lists(turns(), max_size=5))
    def test_it_never_ends_on_a_holiday(self, some: list[Turn]):
        found = counted(*some)
        assert found.due_on is not None
        is_cut = found.due_on == last_day(START, 20, CIVIL.unit)
        assert is_cut or not statutory_calendar().holidays.is_holiday(found.due_on)

    @given(st.lists(turns(), max_size=5))
    def test_the_last_line_is_the_last_day(self, some: list[Turn]):
        found = counted(*some)
        assert found.lines[0] == Line(LineKind.STARTS, START)
        assert found.lines[-1] == Line(LineKind.DUE, found.due_on)
        assert all(one.sentence for one in found.lines)


class TestByHand:
    @pytest.mark.parametrize(
        ("starts", "ends"),
        [
            (date(2026, 1, 5), date(2029, 1, 5)),
            (date(2024, 2, 29), date(2027, 3, 1) - timedelta(days=1)),
            (date(2025, 2, 28), date(2028, 2, 28)),
        ],
    )
    def test_three_years(self, starts: date, ends: date):
        assert due(starts_on=starts) == ends

    def test_six_months_end_with_a_shorter_month(self):
        rule = rule_of(LimitationKind.SECURITY, hurt_on=date(2026, 8, 31))
        assert due(rule=rule, starts_on=date(2026, 8, 31)) == date(2027, 2, 28)
        assert rule.source == "L-治安法-25"
        older = rule_of(LimitationKind.SECURITY, hurt_on=date(2025, 12, 31))
        assert older.source == "L-治安法2012-22"

    def test_into_the_national_holiday(self):
        rule = rule_of(LimitationKind.SECURITY, hurt_on=date(2026, 4, 1))
        found = counted(rule=rule, starts_on=date(2026, 4, 1))
        assert found.due_on == date(2026, 10, 8)
        assert LineKind.ROLLED_OVER in {one.kind for one in found.lines}

    def test_a_weekend_is_not_relied_on_and_that_is_said(self):
        rule = rule_of(LimitationKind.SECURITY, hurt_on=date(2026, 1, 4))
        found = counted(rule=rule, starts_on=date(2026, 1, 4))
        assert found.due_on == date(2026, 7, 4)  # a Saturday
        assert LineKind.WEEKEND in {one.kind for one in found.lines}

    def test_a_demand_begins_three_new_years(self):
        assert due(Turn(TurnGround.DEMAND, date(2028, 6, 1))) == date(2031, 6, 1)

    def test_one_day_too_late_it_interrupts_nothing(self):
        last = due()
        for days, ends in ((0, last.replace(year=last.year + 3)), (1, last)):
            on = last + timedelta(days=days)
            assert due(Turn(TurnGround.DEMAND, on)) == ends
        late = counted(Turn(TurnGround.PROMISE, last + timedelta(days=1)))
        (said,) = [one for one in late.lines if one.kind == LineKind.TOO_LATE]
        is_read = law.source("L-民法典-192").confidence == Confidence.READ
        with override("zh-hans"):
            assert is_read or "建议：" in said.sentence
            assert "第一百九十二条" in said.sentence

    def test_while_a_suit_lasts_there_is_no_last_day(self):
        suit = Turn(TurnGround.SUIT, date(2027, 3, 1))
        found = counted(suit)
        assert found.due_on is None
        assert found.lines[-1].kind == LineKind.PENDING
        ended = replace(suit, until=date(2028, 3, 1))
        assert due(ended) == date(2031, 3, 1)

    def test_an_obstacle_in_the_last_six_months(self):
        held = Turn(TurnGround.FORCE, date(2028, 12, 1))
        assert counted(held).due_on is None
        assert due(replace(held, until=date(2029, 2, 10))) == date(2029, 8, 10)
        early = Turn(TurnGround.FORCE, date(2026, 3, 1), date(2027, 3, 1))
        assert due(early) == due()

    @pytest.mark.parametrize(
        "kind", [one for one in LimitationKind if not one.may_turn]
    )
    def test_the_others_are_never_interrupted(self, kind: LimitationKind):
        rule = rule_of(kind, hurt_on=START)
        assert due(Turn(TurnGround.DEMAND, START), rule=rule) == due(rule=rule)
