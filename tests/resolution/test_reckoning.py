"""The arithmetic of compensation: the vectors of the law notes, to the fen, and what always holds."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from anlan.law import selectors as law
from anlan.law.book import Confidence
from anlan.resolution.compensation import (
    Claim,
    Figure,
    Figures,
    Line,
    Note,
    Rule,
    Wanted,
    reckon,
)
from anlan.resolution.compensation.ages import age_on, years_for
from anlan.resolution.compensation.basis import basis
from anlan.resolution.compensation.claim import faults_of
from anlan.resolution.compensation.rounding import half_up
from anlan.resolution.compensation.words import FORMULAS, NOTES
from anlan.resolution.enums import (
    FigureKey,
    Forum,
    Item,
    LineState,
    PaymentKind,
    Province,
)
from tests.resolution.claims import (
    AWAY,
    HOME,
    INDUSTRY,
    ON,
    aged,
    claim,
    figures,
    known,
)


def line_of(item: Item, said: Claim, *more: Figure) -> Line:
    (found,) = (one for one in reckon(said, figures(*more)).lines if one.item == item)
    return found


def expense(item: Item, fen: int, **more: Any) -> dict[str, Any]:
    return {"item": item, "fen": fen, **more}


def child(age: int, *, supporters: int = 2) -> dict[str, Any]:
    return {"born_on": aged(age), "supporters": supporters}


class TestVectors:
    """Those of the law notes §2.2."""

    @pytest.mark.parametrize(
        ("age", "yuan"),
        [
            (40, 100_000),
            (60, 100_000),
            (66, 70_000),
            (74, 30_000),
            (75, 25_000),
            (80, 25_000),
        ],
    )
    def test_disability_of_the_tenth_grade(self, age: int, yuan: int) -> None:
        said = claim(born_on=aged(age), grades=(10,), graded_on=ON)

        assert line_of(Item.DISABILITY, said).fen == yuan * 100

    @pytest.mark.parametrize(
        ("age", "yuan"),
        [(40, 1_000_000), (59, 1_000_000), (66, 700_000), (75, 250_000)],
    )
    def test_death(self, age: int, yuan: int) -> None:
        said = claim(born_on=aged(age), died_on=ON)

        assert line_of(Item.DEATH, said).fen == yuan * 100

    def test_funeral_is_six_months(self) -> None:
        said = claim(born_on=aged(40), died_on=ON)

        assert line_of(Item.FUNERAL, said).fen == 48_000_00

    def test_two_children_are_exactly_at_the_cap(self) -> None:
        said = claim(born_on=aged(40), died_on=ON, dependants=(child(10), child(14)))

        line = line_of(Item.DEPENDANT, said)

        assert line.fen == 180_000_00
        assert [(s.values["first"], s.values["last"]) for s in line.steps] == [
            (1, 4),
            (5, 8),
        ]
        assert Note.CAPPED not in line.notes

    def test_three_children_are_over_the_cap(self) -> None:
        children = (child(10), child(10), child(14))
        said = claim(born_on=aged(40), died_on=ON, dependants=children)

        line = line_of(Item.DEPENDANT, said)

        assert line.fen == (4 * 30_000 + 4 * 30_000) * 100
        assert [s.values["is_capped"] for s in line.steps] == [1, 0]


class TestItems:
    def test_the_first_grade_is_all_and_each_further_one_a_tenth_less(self) -> None:
        per_grade = [
            line_of(
                Item.DISABILITY, claim(born_on=aged(40), grades=(g,), graded_on=ON)
            ).fen
            for g in range(1, 11)
        ]

        assert per_grade == [g * 100_000_00 for g in range(10, 0, -1)]

    @pytest.mark.parametrize(
        ("grades", "percent"), [((10, 10), 12), ((9, 10, 10), 24), ((1, 10), 100)]
    )
    def test_several_disabilities_add_what_the_province_says(
        self, grades: tuple[int, ...], percent: int
    ) -> None:
        line = line_of(
            Item.DISABILITY, claim(born_on=aged(40), grades=grades, graded_on=ON)
        )

        assert line.fen == 10_000_00 * percent
        assert Note.SEVERAL_GRADES in line.notes

    def test_lost_income_by_its_three_ways(self) -> None:
        def lost(**said: Any) -> int:
            return line_of(Item.LOST_INCOME, claim(lost_income=said)).fen

        years = (36_500_00, 73_000_00, 109_500_00)
        assert lost(way="actual", fen=4_321_09) == 4_321_09
        assert lost(way="average", three_years=years, days=30) == 6_000_00
        assert lost(way="industry", industry=INDUSTRY, days=30) == 6_000_00

    def test_an_item_is_rounded_once_at_its_end(self) -> None:
        said = claim(
            lost_income={"way": "average", "three_years": (100_00, 0, 0), "days": 45}
        )

        # 100 / 3 / 365 × 45 = 4.1095…; a day alone would be 0.09, and 45 of them 4.05.
        assert line_of(Item.LOST_INCOME, said).fen == 4_11

    def test_nursing_counts_carers_days_and_dependency(self) -> None:
        stretches = (
            {"days": 10, "carers": 2},
            {"days": 30, "dependency": 5000},
            {"has_income": True, "fen": 2_000_00},
        )

        line = line_of(Item.NURSING, claim(nursing=stretches))

        assert line.fen == (10 * 2 * 150 + 30 * 75 + 2_000) * 100
        assert Note.CARERS in line.notes

    def test_nursing_ends_after_twenty_years(self) -> None:
        line = line_of(Item.NURSING, claim(nursing=({"days": 7300}, {"days": 100})))

        assert line.fen == 7305 * 150_00
        assert [step.values["days"] for step in line.steps] == [7300, 5]
        assert Note.LONGEST_CARE in line.notes

    def test_days_times_a_rate(self) -> None:
        said = claim(inpatient_days=7, nutrition_days=30)

        assert line_of(Item.HOSPITAL_MEAL, said).fen == 700_00
        assert line_of(Item.NUTRITION, said).fen == 1_500_00

    def test_receipts_are_added_up_and_devices_replaced(self) -> None:
        said = claim(
            expenses=(
                expense(Item.MEDICAL, 123_45),
                expense(Item.MEDICAL, 1_000_00, is_future=True),
                expense(Item.ASSISTIVE, 800_00, count=3),
            )
        )

        assert line_of(Item.MEDICAL, said).fen == 1_123_45
        assert Note.FUTURE in line_of(Item.MEDICAL, said).notes
        assert line_of(Item.ASSISTIVE, said).fen == 2_400_00

    def test_where_the_victim_lives_counts_if_it_is_higher_and_proved(self) -> None:
        away = known(AWAY, income_urban=60_000_00, consume_urban=20_000_00)
        person = {"born_on": aged(40), "died_on": ON, "dependants": (child(17),)}
        said = claim(residence=AWAY, is_residence_proved=True, **person)

        outcome = reckon(said, figures(*away))

        fens = {line.item: line.fen for line in outcome.lines}
        assert fens[Item.DEATH] == 1_200_000_00
        assert fens[Item.DEPENDANT] == 15_000_00
        assert fens[Item.FUNERAL] == 48_000_00  # of the court's place always
        assert line_of(Item.DEATH, claim(**person), *away).fen == 1_000_000_00

    @pytest.mark.parametrize(
        ("born", "day", "age"),
        [
            (date(1986, 11, 29), date(2026, 11, 28), 39),
            (date(1986, 11, 29), date(2026, 11, 29), 40),
            (date(2008, 2, 29), date(2026, 2, 28), 17),
            (date(2008, 2, 29), date(2026, 3, 1), 18),
            (date(2008, 2, 29), date(2028, 2, 29), 20),
        ],
    )
    def test_age_is_in_whole_years(self, born: date, day: date, age: int) -> None:
        assert age_on(day, born_on=born) == age

    @pytest.mark.parametrize(
        ("amount", "fen"),
        [
            (Fraction(1, 2), 1),
            (Fraction(3, 2), 2),
            (Fraction(5, 2), 3),
            (Fraction(149, 100), 1),
        ],
    )
    def test_half_a_fen_goes_up(self, amount: Fraction, fen: int) -> None:
        assert half_up(amount) == fen
        assert half_up(-amount) == -fen


class TestFigures:
    def test_is_of_the_year_before_the_reckoning(self) -> None:
        newer = Figure(
            key=FigureKey.INCOME_URBAN, province=HOME, year=2026, value=99_000_00
        )
        said = claim(born_on=aged(40), died_on=ON)

        assert line_of(Item.DEATH, said, newer).fen == 1_000_000_00

    def test_a_rate_of_the_day_is_the_newest_that_is_not_of_the_future(self) -> None:
        def rate(year: int, value: int) -> Figure:
            return Figure(
                key=FigureKey.CARER_DAY, province=HOME, year=year, value=value
            )

        said = claim(nursing=({"days": 1},))
        more = (rate(2024, 1_00), rate(2026, 180_00), rate(2027, 999_00))

        assert line_of(Item.NURSING, said, *more).fen == 180_00

    def test_what_is_missing_is_named_and_makes_the_sum_incomplete(self) -> None:
        said = claim(
            born_on=aged(40), died_on=ON, expenses=(expense(Item.MEDICAL, 100_00),)
        )
        few = [one for one in known() if one.key != FigureKey.INCOME_URBAN]

        outcome = reckon(said, Figures(few, year=2026))

        lines = {line.item: line for line in outcome.lines}
        assert lines[Item.DEATH].state == LineState.MISSING
        assert lines[Item.DEATH].wanted == (
            Wanted(key=FigureKey.INCOME_URBAN, province=HOME, year=2025),
        )
        assert not outcome.is_complete
        assert outcome.total_fen == 48_000_00 + 100_00

    def test_every_figure_used_is_named(self) -> None:
        line = line_of(
            Item.DISABILITY,
            claim(born_on=aged(40), grades=(9, 10), graded_on=ON),
        )

        assert [one.key for one in line.figures] == [
            FigureKey.INCOME_URBAN,
            FigureKey.EXTRA_DISABILITY,
        ]


class TestForum:
    def test_a_criminal_court_awards_material_loss_alone(self) -> None:
        said = claim(
            forum=Forum.CRIMINAL_INCIDENTAL,
            born_on=aged(40),
            died_on=ON,
            dependants=(child(10),),
            expenses=(expense(Item.MEDICAL, 100_00),),
            mental={
                "fen": 50_000_00,
                "is_severe": True,
                **dict.fromkeys(
                    ("fault", "manner", "consequence", "gain", "means", "living"), "有"
                ),
            },
        )

        outcome = reckon(said, figures())

        left_out = [line for line in outcome.lines if line.state == LineState.LEFT_OUT]
        assert [line.item for line in left_out] == [
            Item.DEATH,
            Item.DEPENDANT,
            Item.MENTAL,
        ]
        assert all("L-刑诉法解释-192" in line.sources for line in left_out)
        assert outcome.total_fen == 48_000_00 + 100_00
        assert outcome.is_complete

    def test_a_figure_for_what_is_left_out_is_not_needed(self) -> None:
        said = claim(
            forum=Forum.CRIMINAL_INCIDENTAL,
            born_on=aged(40),
            grades=(10,),
            graded_on=ON,
        )

        assert reckon(said, Figures([], year=2026)).is_complete


class TestShares:
    def outcome(self, **said: Any) -> Any:
        return reckon(
            claim(expenses=(expense(Item.MEDICAL, 1_000_00),), **said), figures()
        )

    def test_the_victims_share_and_what_is_paid_are_deducted(self) -> None:
        found = self.outcome(
            victim_fault=3000,
            payments=(
                {"kind": PaymentKind.AGGRESSOR, "fen": 200_00},
                {"kind": PaymentKind.ADVANCE, "fen": 100_00},
            ),
        )

        assert (found.owed_fen, found.paid_fen, found.due_fen) == (
            700_00,
            300_00,
            400_00,
        )

    def test_kindness_is_deducted_from_nothing(self) -> None:
        kind = ({"kind": PaymentKind.KINDNESS, "fen": 500_00},)

        given = self.outcome(payments=kind, manager_fault=2000)
        none = self.outcome(manager_fault=2000)

        assert given.kindness_fen == 500_00
        assert (given.due_fen, given.manager_due_fen) == (
            none.due_fen,
            none.manager_due_fen,
        )

    def test_the_manager_owes_its_share_of_what_nobody_else_paid(self) -> None:
        def due(*payments: tuple[PaymentKind, int]) -> tuple[int, int]:
            rows = tuple({"kind": kind, "fen": fen} for kind, fen in payments)
            found = self.outcome(manager_fault=2000, payments=rows)
            return found.manager_cap_fen, found.manager_due_fen

        assert due() == (200_00, 200_00)
        assert due((PaymentKind.AGGRESSOR, 900_00)) == (200_00, 100_00)
        assert due((PaymentKind.ADVANCE, 150_00)) == (200_00, 50_00)
        assert due((PaymentKind.ADVANCE, 300_00)) == (200_00, 0)

    def test_more_than_owed_is_said(self) -> None:
        found = self.outcome(payments=({"kind": PaymentKind.OTHER, "fen": 1_200_00},))

        assert (found.due_fen, found.overpaid_fen) == (0, 200_00)

    @pytest.mark.parametrize(("fault", "owed"), [(0, 1_000_00), (10_000, 0)])
    def test_nobodys_and_all_the_victims_fault(self, fault: int, owed: int) -> None:
        found = self.outcome(victim_fault=fault, manager_fault=10_000)

        assert (found.owed_fen, found.manager_cap_fen) == (owed, owed)


class TestFaults:
    @pytest.mark.parametrize(
        ("said", "path"),
        [
            ({"grades": (9,), "born_on": aged(40)}, "graded_on"),
            ({"grades": (9,), "graded_on": ON}, "born_on"),
            (
                {"grades": (9,), "graded_on": ON, "born_on": aged(40), "died_on": ON},
                "died_on",
            ),
            ({"born_on": ON + timedelta(days=1), "died_on": ON}, "born_on"),
            ({"dependants": (child(10),)}, "dependants"),
            (
                {"born_on": aged(40), "died_on": ON, "dependants": (child(18),)},
                "dependants",
            ),
            ({"expenses": (expense(Item.DEATH, 1),)}, "expenses"),
            ({"lost_income": {"way": "industry", "days": 3}}, "industry"),
            ({"residence": AWAY}, "residence"),
        ],
    )
    def test_contradictions_are_told_at_their_field(
        self, said: dict[str, Any], path: str
    ) -> None:
        assert [where for where, _words in faults_of(claim(**said))] == [path]

    @pytest.mark.parametrize(
        "said",
        [
            {"victim_fault": 10_001},
            {"victim_fault": -1},
            {"grades": (11,)},
            {"expenses": ({"item": "medical", "fen": 10**13},)},
            {"expenses": ({"item": "medical", "fen": 1.5},)},
            {"expenses": ({"item": "medical", "fen": 1, "words": "a\x00b"},)},
            {"nursing": ({"days": 1, "carers": 0},)},
            {"unknown": 1},
        ],
    )
    def test_nonsense_is_no_claim(self, said: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            claim(**said)


FENS = st.integers(0, 10**9)
CHILDREN = st.lists(
    st.builds(
        lambda age, supporters: child(age, supporters=supporters),
        st.integers(0, 17),
        st.integers(1, 4),
    ),
    max_size=6,
)


@st.composite
def said(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "forum": draw(st.sampled_from(Forum)),
        "born_on": aged(draw(st.integers(0, 95))),
        "graded_on": ON,
        "grades": tuple(draw(st.lists(st.integers(1, 10), min_size=1, max_size=4))),
        "expenses": tuple(
            expense(draw(st.sampled_from([Item.MEDICAL, Item.PROPERTY])), draw(FENS))
            for _ in range(draw(st.integers(0, 3)))
        ),
        "lost_income": {
            "way": "average",
            "three_years": (draw(FENS), draw(FENS), draw(FENS)),
            "days": draw(st.integers(0, 1000)),
        },
        "nursing": (
            {
                "days": draw(st.integers(0, 9000)),
                "dependency": draw(st.integers(0, 10_000)),
            },
        ),
        "inpatient_days": draw(st.integers(0, 400)),
        "dependants": tuple(draw(CHILDREN)),
        "victim_fault": draw(st.integers(0, 10_000)),
        "manager_fault": draw(st.integers(0, 10_000)),
        "payments": tuple(
            {"kind": draw(st.sampled_from(PaymentKind)), "fen": draw(FENS)}
            for _ in range(draw(st.integers(0, 3)))
        ),
    }


class TestAlways:
    @given(said())
    def test_the_sums_agree(self, said: dict[str, Any]) -> None:
        found = reckon(claim(**said), figures())

        assert found.total_fen == sum(line.counted_fen for line in found.lines)
        assert 0 <= found.owed_fen <= found.total_fen
        assert found.due_fen - found.overpaid_fen == found.owed_fen - found.paid_fen
        assert 0 in {found.due_fen, found.overpaid_fen}
        assert found.manager_due_fen <= min(found.manager_cap_fen, found.due_fen)
        assert found.manager_cap_fen <= found.owed_fen

    @given(said(), st.data())
    def test_more_of_anything_is_never_less(
        self, said: dict[str, Any], data: st.DataObject
    ) -> None:
        more = dict(said)
        grown = data.draw(
            st.sampled_from(
                ["expenses", "days", "inpatient_days", "grades", "dependants", "fault"]
            )
        )
        if grown == "expenses":
            more["expenses"] = (
                *said["expenses"],
                expense(Item.MEDICAL, data.draw(FENS)),
            )
        elif grown == "days":
            days = said["lost_income"]["days"] + data.draw(st.integers(0, 100))
            more["lost_income"] = {**said["lost_income"], "days": days}
        elif grown == "inpatient_days":
            more["inpatient_days"] = said["inpatient_days"] + 1
        elif grown == "grades":
            more["grades"] = tuple(max(one - 1, 1) for one in said["grades"])
        elif grown == "dependants":
            more["dependants"] = (
                *said["dependants"],
                child(data.draw(st.integers(0, 17))),
            )
        else:
            more["victim_fault"] = data.draw(st.integers(0, said["victim_fault"]))

        before, after = (
            reckon(claim(**said), figures()),
            reckon(claim(**more), figures()),
        )

        assert after.total_fen >= before.total_fen
        assert after.owed_fen >= before.owed_fen

    @given(said(), st.randoms())
    def test_the_order_of_dependants_does_not_matter(
        self, said: dict[str, Any], random: Any
    ) -> None:
        mixed = list(said["dependants"])
        random.shuffle(mixed)

        assert reckon(claim(**said), figures()) == reckon(
            claim(**{**said, "dependants": tuple(mixed)}), figures()
        )

    @given(CHILDREN, st.integers(1, 10))
    def test_no_year_is_over_the_cap(
        self, children: list[dict[str, Any]], grade: int
    ) -> None:
        found = reckon(
            claim(
                born_on=aged(40),
                grades=(grade,),
                graded_on=ON,
                dependants=tuple(children),
            ),
            figures(),
        )

        for line in found.lines:
            if line.item == Item.DEPENDANT:
                years = max(int(step.values["last"]) for step in line.steps)
                assert line.fen <= years * 30_000_00

    @given(st.integers(0, 120))
    def test_nobody_has_more_than_twenty_years_or_fewer_than_five(
        self, age: int
    ) -> None:
        assert 5 <= years_for(age) <= 20
        assert years_for(age + 1) <= years_for(age)

    @given(said())
    def test_a_claim_reads_as_it_was_written(self, said: dict[str, Any]) -> None:
        made = claim(**said)

        assert Claim.model_validate_json(made.model_dump_json()) == made


def test_every_item_has_a_source_that_was_read() -> None:
    assert basis().items.keys() == set(Item)
    for name in basis().sources:
        assert law.source(name).confidence == Confidence.READ


def test_every_rule_and_note_has_words() -> None:
    assert FORMULAS.keys() == set(Rule)
    assert NOTES.keys() == set(Note)


def test_there_are_thirty_one_provinces() -> None:
    assert len(Province.values) == len(set(Province.values)) == 31
