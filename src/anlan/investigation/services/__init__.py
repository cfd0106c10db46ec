"""Every change of an investigation; other packages import from here."""

from __future__ import annotations

from anlan.investigation.services.comparison import (
    accept_cell,
    add_free_fact,
    judge_pair,
    name_person,
    read_cell,
    withdraw_free_fact,
)
from anlan.investigation.services.facts import note_fact, withdraw_fact
from anlan.investigation.services.findings import (
    add_sentence,
    begin_finding,
    change_sentence,
    decide_finding,
    remove_sentence,
    submit_finding,
    withdraw_finding,
)
from anlan.investigation.services.findings_paper import print_finding
from anlan.investigation.services.interviews import (
    Plan,
    begin_interview,
    cancel_interview,
    plan_interview,
    replan_interview,
    stop_interview,
)
from anlan.investigation.services.scene import (
    draw_sketch,
    look_at_scene,
    move_pin,
    remove_pin,
    set_pin,
)

__all__ = [
    "Plan",
    "accept_cell",
    "add_free_fact",
    "add_sentence",
    "begin_finding",
    "begin_interview",
    "cancel_interview",
    "change_sentence",
    "decide_finding",
    "draw_sketch",
    "judge_pair",
    "look_at_scene",
    "move_pin",
    "name_person",
    "note_fact",
    "plan_interview",
    "print_finding",
    "read_cell",
    "remove_pin",
    "remove_sentence",
    "replan_interview",
    "set_pin",
    "stop_interview",
    "submit_finding",
    "withdraw_fact",
    "withdraw_finding",
    "withdraw_free_fact",
]
