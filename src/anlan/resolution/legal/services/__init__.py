"""Writes of the legal side."""

from __future__ import annotations

from anlan.resolution.legal.services.counsel import (
    add_lawyer,
    ask_counsel,
    end_engagement,
    engage_counsel,
    give_opinion,
    print_opinion,
    read_lawyer_phone,
    read_opinion,
    retire_lawyer,
    save_opinion,
    withdraw_question,
)
from anlan.resolution.legal.services.limitation import (
    end_limitation,
    end_turn,
    record_turn,
    start_limitation,
    strike_turn,
)
from anlan.resolution.legal.services.police import (
    approve_material,
    begin_report,
    drop_report,
    hand_over,
    record_paper,
    revoke_paper,
    set_item,
)
from anlan.resolution.legal.services.procedures import Procedure, write_procedure
from anlan.resolution.legal.services.rights import note_retaliation, tell_rights
from anlan.resolution.legal.services.work_injury import (
    add_material,
    open_work_injury,
    record_step,
    recount_work_injury,
    set_employer,
)

__all__ = [
    "Procedure",
    "add_lawyer",
    "add_material",
    "approve_material",
    "ask_counsel",
    "begin_report",
    "drop_report",
    "end_engagement",
    "end_limitation",
    "end_turn",
    "engage_counsel",
    "give_opinion",
    "hand_over",
    "note_retaliation",
    "open_work_injury",
    "print_opinion",
    "read_lawyer_phone",
    "read_opinion",
    "record_paper",
    "record_step",
    "record_turn",
    "recount_work_injury",
    "retire_lawyer",
    "revoke_paper",
    "save_opinion",
    "set_employer",
    "set_item",
    "start_limitation",
    "strike_turn",
    "tell_rights",
    "withdraw_question",
    "write_procedure",
]
