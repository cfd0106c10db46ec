"""Reads across packages for the staff's pages, scoped to the reader."""

from __future__ import annotations

from anlan.desk.selectors.board import (
    closed_lately,
    decisions,
    gaps_today,
    on_duty,
    open_incidents,
)
from anlan.desk.selectors.finding import (
    customers_like,
    may_open,
    places_like,
    places_to_report,
    sign_ins,
    staff_like,
)
from anlan.desk.selectors.rows import by_case, lines_of, room_url, rows_of
from anlan.desk.selectors.walls import posts_to_arrange, walls_for, watches

__all__ = [
    "by_case",
    "closed_lately",
    "customers_like",
    "decisions",
    "gaps_today",
    "lines_of",
    "may_open",
    "on_duty",
    "open_incidents",
    "places_like",
    "places_to_report",
    "posts_to_arrange",
    "room_url",
    "rows_of",
    "sign_ins",
    "staff_like",
    "walls_for",
    "watches",
]
