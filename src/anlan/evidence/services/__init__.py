"""Writes of evidence: received, opened, copied, kept."""

from __future__ import annotations

from anlan.evidence.services.cameras import (
    change_camera,
    change_recorder,
    compare_clock,
    import_cameras,
    photograph_clock,
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
from anlan.evidence.services.footage import ask_for_footage, open_footage, open_segment
from anlan.evidence.services.freezing import SignedAlone, add_addendum, sign_statement
from anlan.evidence.services.injuries import (
    add_injury_photo,
    add_medical_paper,
    record_injury,
    refuse_photos,
    show_injuries,
    withdraw_injury,
)
from anlan.evidence.services.listening import open_playing_copy, ready_copy
from anlan.evidence.services.opening import open_exhibit, show_receipt
from anlan.evidence.services.packages import (
    Recipient,
    ask_package,
    hand_over_package,
    open_package,
)
from anlan.evidence.services.playing import ask_for_several, mark_moment, take_still
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
from anlan.evidence.services.statements import (
    Answer,
    Saved,
    add_recording,
    begin_statement,
    discard_statement,
    name_guardian,
    read_back,
    refuse_statement,
    reopen_statement,
    save_answers,
    show_statement,
)
from anlan.evidence.services.uploads import begin_upload, end_upload, finish_upload
from anlan.evidence.services.watching import ask_for_check

__all__ = [
    "Answer",
    "Recipient",
    "Saved",
    "Signed",
    "SignedAlone",
    "accept_recording",
    "add_addendum",
    "add_exhibit",
    "add_file",
    "add_injury_photo",
    "add_medical_paper",
    "add_recording",
    "ask_disposal",
    "ask_for_check",
    "ask_for_footage",
    "ask_for_several",
    "ask_package",
    "begin_statement",
    "begin_upload",
    "change_camera",
    "change_recorder",
    "check_seal",
    "compare_clock",
    "confirm_disposal",
    "decline_recording",
    "discard_statement",
    "end_upload",
    "finish_upload",
    "hand_over",
    "hand_over_package",
    "import_cameras",
    "lose_recording",
    "mark_moment",
    "move",
    "name_guardian",
    "open_exhibit",
    "open_footage",
    "open_package",
    "open_playing_copy",
    "open_segment",
    "photograph_clock",
    "place_file",
    "read_back",
    "ready_copy",
    "record_injury",
    "refuse_disposal",
    "refuse_photos",
    "refuse_statement",
    "register_camera",
    "register_object",
    "register_recorder",
    "reopen_statement",
    "reseal",
    "return_to",
    "save_answers",
    "show_injuries",
    "show_receipt",
    "show_statement",
    "sign_statement",
    "take_still",
    "want_recording",
    "want_recordings",
    "withdraw_injury",
]
