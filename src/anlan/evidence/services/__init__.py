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
from anlan.evidence.services.packages import (
    Recipient,
    ask_package,
    hand_over_package,
    open_package,
)
from anlan.evidence.services.receiving import add_exhibit, add_file
from anlan.evidence.services.signing import Signed
from anlan.evidence.services.uploads import (
    begin_upload,
    end_upload,
    finish_upload,
)
from anlan.evidence.services.watching import ask_for_check

__all__ = [
    "Recipient",
    "Signed",
    "add_exhibit",
    "add_file",
    "ask_disposal",
    "ask_for_check",
    "ask_package",
    "begin_upload",
    "check_seal",
    "confirm_disposal",
    "end_upload",
    "finish_upload",
    "hand_over",
    "hand_over_package",
    "move",
    "open_exhibit",
    "open_package",
    "refuse_disposal",
    "register_object",
    "reseal",
    "return_to",
    "show_receipt",
]
