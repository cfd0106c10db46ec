"""Every change to an incident. Other packages import from here."""

from __future__ import annotations

from anlan.incidents.services import grounds  # noqa: F401 -- enters its question
from anlan.incidents.services.attaching import (
    add_words,
    attach,
    open_attachment,
    open_attachment_copy,
    playing_copy,
)
from anlan.incidents.services.controlling import (
    close_incident,
    control_scene,
    decide_police_waiver,
    end_waiver,
    mark_false_alarm,
    note_report,
    propose_police_waiver,
    record_dissuasion,
    record_emergency_answer,
    record_emergency_call,
    set_severity,
    take_back_control,
    take_back_false_alarm,
)
from anlan.incidents.services.defaults import install_defaults
from anlan.incidents.services.monitoring import (
    add_monitor_tile,
    remove_monitor_tile,
)
from anlan.incidents.services.reporting import (
    PLAYBOOK,
    confirm_report,
    join_voices,
    part_voices,
    report_incident,
    revoke_report_links,
    split_report,
    withdraw_report,
)
from anlan.incidents.services.responding import (
    acknowledge,
    arrive,
    assignment_of,
    begin_closing_clocks,
    climb,
    climb_after_failed_call,
    join_responders,
    join_response,
    part_responders,
    resume_closing,
    take_back_arrival,
)

__all__ = [
    "PLAYBOOK",
    "acknowledge",
    "add_monitor_tile",
    "add_words",
    "arrive",
    "assignment_of",
    "attach",
    "begin_closing_clocks",
    "climb",
    "climb_after_failed_call",
    "close_incident",
    "confirm_report",
    "control_scene",
    "decide_police_waiver",
    "end_waiver",
    "install_defaults",
    "join_responders",
    "join_response",
    "join_voices",
    "mark_false_alarm",
    "note_report",
    "open_attachment",
    "open_attachment_copy",
    "part_responders",
    "part_voices",
    "playing_copy",
    "propose_police_waiver",
    "record_dissuasion",
    "record_emergency_answer",
    "record_emergency_call",
    "remove_monitor_tile",
    "report_incident",
    "resume_closing",
    "revoke_report_links",
    "set_severity",
    "split_report",
    "take_back_arrival",
    "take_back_control",
    "take_back_false_alarm",
    "withdraw_report",
]
