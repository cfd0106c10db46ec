"""The only writer of what the law asks."""

from __future__ import annotations

from anlan.resolution.legal.services.police import (
    begin_report,
    drop_report,
    hand_over,
    record_paper,
    revoke_paper,
    set_item,
)
from anlan.resolution.legal.services.procedures import Procedure, write_procedure
from anlan.resolution.legal.services.rights import note_retaliation, tell_rights

__all__ = [
    "Procedure",
    "begin_report",
    "drop_report",
    "hand_over",
    "note_retaliation",
    "record_paper",
    "revoke_paper",
    "set_item",
    "tell_rights",
    "write_procedure",
]
