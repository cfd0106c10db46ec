"""Writes of the legal side."""

from __future__ import annotations

from anlan.resolution.legal.services.work_injury import (
    add_material,
    open_work_injury,
    record_step,
    set_employer,
)

__all__ = [
    "add_material",
    "open_work_injury",
    "record_step",
    "set_employer",
]
