"""Writes of evidence: received, opened, copied, kept."""

from __future__ import annotations

from anlan.evidence.services.custody import (
    check_seal,
    hand_over,
    move,
    register_object,
    reseal,
    return_to,
)
from anlan.evidence.services.disposal import (
    ask_disposal,
    confirm_disposal,
    refuse_disposal,
)
from anlan.evidence.services.opening import open_exhibit, show_receipt
from anlan.evidence.services.receiving import add_exhibit, add_file
from anlan.evidence.services.signing import Signed
from anlan.evidence.services.uploads import (
    begin_upload,
    end_upload,
    finish_upload,
)
from anlan.evidence.services.watching import ask_for_check

__all__ = [
    "Signed",
    "add_exhibit",
    "add_file",
    "ask_disposal",
    "ask_for_check",
    "begin_upload",
    "check_seal",
    "confirm_disposal",
    "end_upload",
    "finish_upload",
    "hand_over",
    "move",
    "open_exhibit",
    "refuse_disposal",
    "register_object",
    "reseal",
    "return_to",
    "show_receipt",
]
