"""The tables of customers. Other packages import from here, not from the files within."""

from __future__ import annotations

from anlan.customers.models.markers import (
    ADVICE_LENGTH,
    MARKER_WORDS_LENGTH,
    MarkerDecision,
    MarkerObjection,
    RiskMarker,
)
from anlan.customers.models.people import (
    EARLIEST_BIRTH_YEAR,
    LATEST_BIRTH_YEAR,
    NAME_LENGTH,
    NOTE_LENGTH,
    REASON_LENGTH,
    Correction,
    Disclosure,
    KnownAt,
    Occupancy,
    Person,
    Unit,
    Unmarking,
)

__all__ = [
    "ADVICE_LENGTH",
    "EARLIEST_BIRTH_YEAR",
    "LATEST_BIRTH_YEAR",
    "MARKER_WORDS_LENGTH",
    "NAME_LENGTH",
    "NOTE_LENGTH",
    "REASON_LENGTH",
    "Correction",
    "Disclosure",
    "KnownAt",
    "MarkerDecision",
    "MarkerObjection",
    "Occupancy",
    "Person",
    "RiskMarker",
    "Unit",
    "Unmarking",
]
