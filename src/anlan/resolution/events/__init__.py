"""What happens to the resolution of a case, in the words of the record."""

from __future__ import annotations

from anlan.resolution.events.compensation import (
    CompensationBegun,
    CompensationFigureEntered,
    CompensationMade,
    CompensationPrinted,
    CompensationRead,
)

__all__ = [
    "CompensationBegun",
    "CompensationFigureEntered",
    "CompensationMade",
    "CompensationPrinted",
    "CompensationRead",
]
