"""Writes of evidence: received, opened, copied, kept."""

from __future__ import annotations

from anlan.evidence.services.cameras import (
    change_camera,
    change_recorder,
    compare_clock,
    register_camera,
    register_recorder,
)
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
from anlan.evidence.services.footage import (
    ask_for_footage,
    open_footage,
    open_segment,
)
from anlan.evidence.services.opening import open_exhibit, show_receipt
from anlan.evidence.services.receiving import add_exhibit, add_file
from anlan.evidence.services.recordings import (
    accept_recording,
    decline_recording,
    lose_recording,
    place_file,
    want_recording,
    want_recordings,
)
from anlan.evidence.services.signing import Signed
from anlan.evidence.services.uploads import (
    begin_upload,
    end_upload,
    finish_upload,
)
from anlan.evidence.services.watching import ask_for_check

__all__ = [
    "Signed",
    "accept_recording",
    "add_exhibit",
    "add_file",
    "ask_disposal",
    "ask_for_check",
    "ask_for_footage",
    "begin_upload",
    "change_camera",
    "change_recorder",
    "check_seal",
    "compare_clock",
    "confirm_disposal",
    "decline_recording",
    "end_upload",
    "finish_upload",
    "hand_over",
    "lose_recording",
    "move",
    "open_exhibit",
    "open_footage",
    "open_segment",
    "place_file",
    "refuse_disposal",
    "register_camera",
    "register_object",
    "register_recorder",
    "reseal",
    "return_to",
    "show_receipt",
    "want_recording",
    "want_recordings",
]
