"""Writes of the resolution of a case."""

from __future__ import annotations

from anlan.resolution.services.compensation import (
    begin_compensation,
    make_compensation,
    reckon_again,
    save_draft,
    show_compensation,
)
from anlan.resolution.services.compensation_paper import print_compensation
from anlan.resolution.services.figures import enter_figure
from anlan.resolution.services.kindness import approve_kindness_words
from anlan.resolution.services.notices import (
    begin_consequences,
    begin_notice,
    end_notice_link,
    give_notice_link,
    issue_notice,
    record_delivery,
    revoke_notice,
    save_notice,
    take_word,
    write_template,
)
from anlan.resolution.services.objections import (
    decide_objection,
    object_by_link,
    receive_objection,
    withdraw_objection,
)
from anlan.resolution.services.plans import (
    MOST_GROUNDS,
    Drafted,
    add_measure,
    begin_plan,
    change_measure,
    decide_plan,
    remove_measure,
    submit_plan,
    withdraw_plan,
)
from anlan.resolution.services.support import (
    Offered,
    add_support,
    remove_support,
)

__all__ = [
    "MOST_GROUNDS",
    "Drafted",
    "Offered",
    "add_measure",
    "add_support",
    "approve_kindness_words",
    "begin_compensation",
    "begin_consequences",
    "begin_notice",
    "begin_plan",
    "change_measure",
    "decide_objection",
    "decide_plan",
    "end_notice_link",
    "enter_figure",
    "give_notice_link",
    "issue_notice",
    "make_compensation",
    "object_by_link",
    "print_compensation",
    "receive_objection",
    "reckon_again",
    "record_delivery",
    "remove_measure",
    "remove_support",
    "revoke_notice",
    "save_draft",
    "save_notice",
    "show_compensation",
    "submit_plan",
    "take_word",
    "withdraw_objection",
    "withdraw_plan",
    "write_template",
]
