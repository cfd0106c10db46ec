"""The closed lists of what the law asks."""

from __future__ import annotations

from anlan.resolution.legal.enums.police import (
    Happening,
    ItemKind,
    ItemState,
    PaperKind,
    ReportState,
    ToldWay,
    Whose,
)

__all__ = [
    "Happening",
    "ItemKind",
    "ItemState",
    "PaperKind",
    "ReportState",
    "ToldWay",
    "Whose",
]
