"""Every change of a review. Other packages import from here, not from the files within."""

from __future__ import annotations

from anlan.resolution.review.services.improvements import (
    check_improvement,
    drop_improvement,
    finish_improvement,
    make_improvement,
    say_recurrence,
)
from anlan.resolution.review.services.meetings import record_meeting
from anlan.resolution.review.services.reports import (
    add_paragraph,
    begin_report,
    change_paragraph,
    compose_again,
    decide_report,
    leave_paragraph,
    set_cause,
    submit_report,
    withdraw_report,
)
from anlan.resolution.review.services.reports_paper import export_report, hand_out_copy

__all__ = [
    "add_paragraph",
    "begin_report",
    "change_paragraph",
    "check_improvement",
    "compose_again",
    "decide_report",
    "drop_improvement",
    "export_report",
    "finish_improvement",
    "hand_out_copy",
    "leave_paragraph",
    "make_improvement",
    "record_meeting",
    "say_recurrence",
    "set_cause",
    "submit_report",
    "withdraw_report",
]
