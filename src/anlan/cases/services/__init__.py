"""Every change to a case. Other packages import from here, not from the files within."""

from __future__ import annotations

from anlan.cases.services.acts import MOST_ACT_WORDS, state_act
from anlan.cases.services.contacts import (
    FARTHEST,
    MOST_PROMISED,
    MOST_PROMISES,
    MOST_SAID,
    Promised,
    name_contact,
    record_contact,
    reveal_contact,
    start_contact_clock,
)
from anlan.cases.services.deadlines import (
    cancel_deadlines,
    fire_due_deadlines,
    meet_deadlines,
    move_deadlines,
    next_due,
    start_deadline,
    start_standard,
)
from anlan.cases.services.guardians import (
    MOST_RELATION,
    MOST_UNLINK_REASON,
    link_guardian,
    unlink_guardian,
)
from anlan.cases.services.keeping_apart import (
    MOST_PLACES,
    MOST_REASON,
    MOST_TO_DO,
    end_keep_apart,
    keep_apart,
)
from anlan.cases.services.opening import add_task, apply_playbook, open_case, take_turns
from anlan.cases.services.people import (
    add_customer,
    add_party,
    identify_customer,
    identify_party,
    set_party_roles,
)
from anlan.cases.services.record import lock_case, record
from anlan.cases.services.requests import (
    claim_request,
    forget_words,
    made_before,
    remember_made,
    settle_claim,
)
from anlan.cases.services.standards import (
    publish_playbook,
    publish_standard,
    standard_at,
)
from anlan.cases.services.tasks import (
    add_task_photo,
    complete_task,
    open_task_photo,
    reopen_task,
    skip_task,
)
from anlan.cases.services.timeline import (
    join_cases,
    make_access_link,
    move_access_links,
    part_cases,
    revoke_access_link,
    strike_entry,
    write_note,
)
from anlan.cases.services.work import (
    advance_phase,
    close_as_false_alarm,
    close_case,
    reopen_case,
    set_severity,
    take_command,
)

__all__ = [
    "FARTHEST",
    "MOST_ACT_WORDS",
    "MOST_PLACES",
    "MOST_PROMISED",
    "MOST_PROMISES",
    "MOST_REASON",
    "MOST_RELATION",
    "MOST_SAID",
    "MOST_TO_DO",
    "MOST_UNLINK_REASON",
    "Promised",
    "add_customer",
    "add_party",
    "add_task",
    "add_task_photo",
    "advance_phase",
    "apply_playbook",
    "cancel_deadlines",
    "claim_request",
    "close_as_false_alarm",
    "close_case",
    "complete_task",
    "end_keep_apart",
    "fire_due_deadlines",
    "forget_words",
    "identify_customer",
    "identify_party",
    "join_cases",
    "keep_apart",
    "link_guardian",
    "lock_case",
    "made_before",
    "make_access_link",
    "meet_deadlines",
    "move_access_links",
    "move_deadlines",
    "name_contact",
    "next_due",
    "open_case",
    "open_task_photo",
    "part_cases",
    "publish_playbook",
    "publish_standard",
    "record",
    "record_contact",
    "remember_made",
    "reopen_case",
    "reopen_task",
    "reveal_contact",
    "revoke_access_link",
    "set_party_roles",
    "set_severity",
    "settle_claim",
    "skip_task",
    "standard_at",
    "start_contact_clock",
    "start_deadline",
    "start_standard",
    "state_act",
    "strike_entry",
    "take_command",
    "take_turns",
    "unlink_guardian",
    "write_note",
]
