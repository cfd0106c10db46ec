"""Comparison of accounts: what two statements of one matter say, side by side.

Plain Python over plain text; no database, no network, no model. ``compare`` proposes, a person
decides. How well it does is measured by ``./anlan bench statements``.
"""

from __future__ import annotations

from anlan.investigation.comparing.accounts import Account, Person, Quote, Scene
from anlan.investigation.comparing.comparison import compare
from anlan.investigation.comparing.grid import Cell, Fact, Row, Says, lay_out
from anlan.investigation.comparing.result import Found, Kind, Topic

__all__ = [
    "Account",
    "Cell",
    "Fact",
    "Found",
    "Kind",
    "Person",
    "Quote",
    "Row",
    "Says",
    "Scene",
    "Topic",
    "compare",
    "lay_out",
]
