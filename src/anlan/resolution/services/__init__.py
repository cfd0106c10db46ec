"""Writes of the resolution of a case."""

from __future__ import annotations

from anlan.resolution.services.compensation import (
    begin_compensation,
    make_compensation,
    reckon_again,
    save_draft,
    show_compensation,
)
from anlan.resolution.services.compensation_paper import print_compensation
from anlan.resolution.services.figures import enter_figure
from anlan.resolution.services.kindness import approve_kindness_words
from anlan.resolution.services.plans import (
    MOST_GROUNDS,
    Drafted,
    add_measure,
    begin_plan,
    change_measure,
    decide_plan,
    remove_measure,
    submit_plan,
    withdraw_plan,
)

__all__ = [
    "MOST_GROUNDS",
    "Drafted",
    "add_measure",
    "approve_kindness_words",
    "begin_compensation",
    "begin_plan",
    "change_measure",
    "decide_plan",
    "enter_figure",
    "make_compensation",
    "print_compensation",
    "reckon_again",
    "remove_measure",
    "save_draft",
    "show_compensation",
    "submit_plan",
    "withdraw_plan",
]
