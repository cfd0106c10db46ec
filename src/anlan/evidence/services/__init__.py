"""Writes of evidence: received, opened, copied, kept.

Where what stands, by what it is about:

- files become exhibits: ``receiving uploads adopting origins keeping scanning``, and are
  opened: ``opening listening``
- things: ``custody steps signing disposal``
- statements and injuries: ``statements statement_signing protecting injuries``
- recordings: ``cameras recordings pulling footage playing``, masked: ``redaction``;
  ``leases`` say who works on one
- what leaves the house: ``applications releasing register``, in ``packages making sealing``
- how long it is kept: ``retention announcing holds locking``, and how it goes: ``deleting
  erasing_markers erasing_talks``
- whether all is there: ``checking check_turns rehashing proofreading drilling rehearsing
  watching probing outside``, and what is done if not: ``damage mending sweeping``
"""

from __future__ import annotations

from anlan.evidence.services.adopting import adopt_files
from anlan.evidence.services.applications import (
    Asked,
    Officer,
    approve_application,
    attach_application,
    begin_viewing,
    end_viewing,
    open_document,
    refuse_application,
    take_in_application,
    withdraw_application,
)
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
from anlan.evidence.services.holds import (
    place_hold,
    propose_release,
    refuse_release,
    release_hold,
)
from anlan.evidence.services.injuries import (
    add_injury_photo,
    add_medical_paper,
    keep_photo_clocks,
    record_injury,
    refuse_photos,
    show_injuries,
    withdraw_injury,
)
from anlan.evidence.services.listening import open_playing_copy, ready_copy
from anlan.evidence.services.opening import note_printout, open_exhibit, show_receipt
from anlan.evidence.services.outside import add_keeper, mail_soon, remove_keeper
from anlan.evidence.services.packages import (
    Recipient,
    ask_package,
    hand_over_package,
    open_package,
    withdraw_package,
)
from anlan.evidence.services.playing import ask_for_several, mark_moment, take_still
from anlan.evidence.services.receiving import add_exhibit, add_file, unsay_footage
from anlan.evidence.services.recordings import (
    accept_recording,
    decline_recording,
    lose_recording,
    place_file,
    want_left_out,
    want_recording,
    want_recordings,
)
from anlan.evidence.services.redaction import (
    PlanChanged,
    ask_masked_copy,
    begin_film_redaction,
    begin_redaction,
    open_working_copy,
    save_plan,
)
from anlan.evidence.services.register import take_register
from anlan.evidence.services.releasing import copy_list, make_release
from anlan.evidence.services.retention import change_period
from anlan.evidence.services.signing import Signed
from anlan.evidence.services.statement_signing import (
    SignedAlone,
    add_addendum,
    sign_statement,
)
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
    "Asked",
    "Officer",
    "PlanChanged",
    "Recipient",
    "Saved",
    "Signed",
    "SignedAlone",
    "accept_recording",
    "add_addendum",
    "add_exhibit",
    "add_file",
    "add_injury_photo",
    "add_keeper",
    "add_medical_paper",
    "add_recording",
    "adopt_files",
    "approve_application",
    "ask_disposal",
    "ask_for_check",
    "ask_for_footage",
    "ask_for_several",
    "ask_masked_copy",
    "ask_package",
    "attach_application",
    "begin_film_redaction",
    "begin_redaction",
    "begin_statement",
    "begin_upload",
    "begin_viewing",
    "change_camera",
    "change_period",
    "change_recorder",
    "check_seal",
    "compare_clock",
    "confirm_disposal",
    "copy_list",
    "decline_recording",
    "discard_statement",
    "end_upload",
    "end_viewing",
    "finish_upload",
    "hand_over",
    "hand_over_package",
    "import_cameras",
    "keep_photo_clocks",
    "lose_recording",
    "mail_soon",
    "make_release",
    "mark_moment",
    "move",
    "name_guardian",
    "note_printout",
    "open_document",
    "open_exhibit",
    "open_footage",
    "open_package",
    "open_playing_copy",
    "open_segment",
    "open_working_copy",
    "photograph_clock",
    "place_file",
    "place_hold",
    "propose_release",
    "read_back",
    "ready_copy",
    "record_injury",
    "refuse_application",
    "refuse_disposal",
    "refuse_photos",
    "refuse_release",
    "refuse_statement",
    "register_camera",
    "register_object",
    "register_recorder",
    "release_hold",
    "remove_keeper",
    "reopen_statement",
    "reseal",
    "return_to",
    "save_answers",
    "save_plan",
    "show_injuries",
    "show_receipt",
    "show_statement",
    "sign_statement",
    "take_in_application",
    "take_register",
    "take_still",
    "unsay_footage",
    "want_left_out",
    "want_recording",
    "want_recordings",
    "withdraw_application",
    "withdraw_injury",
    "withdraw_package",
]
