"""What a victim can claim, as plain arithmetic: no tables, no clock, no numbers of its own.

A ``Claim`` and ``Figures`` go in, an ``Outcome`` comes out. The formulas are those of the
SPC's interpretation on personal injury, Arts. 6 to 23; what is court practice or our own
reading carries a note and is shown as advice.
"""

from __future__ import annotations

from anlan.resolution.compensation.claim import (
    Claim,
    Dependant,
    Expense,
    LostIncome,
    Mental,
    Nursing,
    Payment,
)
from anlan.resolution.compensation.figures import Figure, Figures, Wanted
from anlan.resolution.compensation.lines import Line, Note, Rule, Step
from anlan.resolution.compensation.reckoning import Outcome, reckon

__all__ = [
    "Claim",
    "Dependant",
    "Expense",
    "Figure",
    "Figures",
    "Line",
    "LostIncome",
    "Mental",
    "Note",
    "Nursing",
    "Outcome",
    "Payment",
    "Rule",
    "Step",
    "Wanted",
    "reckon",
]
