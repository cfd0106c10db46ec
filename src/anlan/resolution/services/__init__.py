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

__all__ = [
    "begin_compensation",
    "enter_figure",
    "make_compensation",
    "print_compensation",
    "reckon_again",
    "save_draft",
    "show_compensation",
]
