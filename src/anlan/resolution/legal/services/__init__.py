"""Writes of the legal side."""

from __future__ import annotations

from anlan.resolution.legal.services.limitation import (
    end_limitation,
    end_turn,
    record_turn,
    start_limitation,
    strike_turn,
)
from anlan.resolution.legal.services.work_injury import (
    add_material,
    open_work_injury,
    record_step,
    set_employer,
)

__all__ = [
    "add_material",
    "end_limitation",
    "end_turn",
    "open_work_injury",
    "record_step",
    "record_turn",
    "set_employer",
    "start_limitation",
    "strike_turn",
]
