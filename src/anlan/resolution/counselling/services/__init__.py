"""Every change to support. Others import from here, not from the files within."""

from __future__ import annotations

from anlan.resolution.counselling.services.calls import (
    answer_call,
    climb_call,
    raise_call,
)
from anlan.resolution.counselling.services.care import (
    close_care,
    end_counsellor,
    end_session,
    enter_counsellor,
    give_consent,
    offer_support,
    plan_session,
    post_offer_task,
    refer,
    reveal_telephone,
    take_answer,
    withdraw_consent,
)
from anlan.resolution.counselling.services.clocks import (
    let_clocks_run,
    record_follow_up,
)
from anlan.resolution.counselling.services.erasing import erase_words, let_notes_go
from anlan.resolution.counselling.services.keys import (
    OpenKey,
    Sheets,
    change_passphrase,
    confirm_key,
    make_key,
    open_key,
)
from anlan.resolution.counselling.services.notes import write_note, write_screening
from anlan.resolution.counselling.services.recovery import recover_notes, reseal_notes

__all__ = [
    "OpenKey",
    "Sheets",
    "answer_call",
    "change_passphrase",
    "climb_call",
    "close_care",
    "confirm_key",
    "end_counsellor",
    "end_session",
    "enter_counsellor",
    "erase_words",
    "give_consent",
    "let_clocks_run",
    "let_notes_go",
    "make_key",
    "offer_support",
    "open_key",
    "plan_session",
    "post_offer_task",
    "raise_call",
    "record_follow_up",
    "recover_notes",
    "refer",
    "reseal_notes",
    "reveal_telephone",
    "take_answer",
    "withdraw_consent",
    "write_note",
    "write_screening",
]
