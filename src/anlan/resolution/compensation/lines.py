"""A line of the result: the item, each step of its formula, what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from anlan.resolution.compensation.figures import Figure, Wanted
from anlan.resolution.enums import Item, LineState


class Rule(StrEnum):
    """A formula; ``words`` says it with the numbers put in."""

    EXPENSE = "expense"
    ACTUAL_LOSS = "actual_loss"
    AVERAGE_INCOME = "average_income"
    INDUSTRY_INCOME = "industry_income"
    CARER_LOSS = "carer_loss"
    CARER_RATE = "carer_rate"
    PER_DAY = "per_day"
    DISABILITY = "disability"
    FUNERAL = "funeral"
    DEATH = "death"
    YEARS_OF_SUPPORT = "years_of_support"
    SET_BY_HAND = "set_by_hand"


class Note(StrEnum):
    """What a reader must know beside the number; all of it is advice or a bound."""

    CONTESTED = "contested"
    FUTURE = "future"
    YEAR_DAYS = "year_days"
    UNTIL_APPRAISAL = "until_appraisal"
    CARERS = "carers"
    LONGEST_CARE = "longest_care"
    BY_OPINION = "by_opinion"
    GRADES = "grades"
    SEVERAL_GRADES = "several_grades"
    ADJUSTABLE = "adjustable"
    RESIDENCE = "residence"
    CAPPED = "capped"
    PART_OF_ANOTHER = "part_of_another"
    FACTORS = "factors"
    NOT_AWARDED = "not_awarded"
    INCLUDED_BY_AND_SO_ON = "included"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One formula with its numbers: amounts in fen, shares in hundredths of a percent."""

    rule: Rule
    values: Mapping[str, int | str]


@dataclass(frozen=True, kw_only=True)
class Line:
    """``fen`` is what the item comes to; only what is ``COUNTED`` is in the sum."""

    item: Item
    state: LineState
    fen: int
    steps: tuple[Step, ...] = ()
    figures: tuple[Figure, ...] = ()
    wanted: tuple[Wanted, ...] = ()
    sources: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def counted_fen(self) -> int:
        return self.fen if self.state == LineState.COUNTED else 0


@dataclass(kw_only=True)
class Draft:
    """A line while it is computed: figures are asked, and what is missing is remembered."""

    item: Item
    steps: list[Step] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    wanted: list[Wanted] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def step(self, rule: Rule, **values: int | str) -> None:
        self.steps.append(Step(rule=rule, values=values))

    def note(self, note: Note) -> None:
        if note not in self.notes:
            self.notes.append(note)

    def take(self, found: Figure | Wanted) -> int:
        """The value; of what is missing zero, and the line says so."""
        if isinstance(found, Wanted):
            if found not in self.wanted:
                self.wanted.append(found)
            return 0
        if found not in self.figures:
            self.figures.append(found)
        return found.value
