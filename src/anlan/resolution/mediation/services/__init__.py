"""Every change to talks. Other packages import from here, not from the files within."""

from __future__ import annotations

from anlan.resolution.mediation.agreement import Draft, TermDraft
from anlan.resolution.mediation.giver import Giver
from anlan.resolution.mediation.services.bodies import (
    enter_mediator,
    retire_mediator,
    write_body,
)
from anlan.resolution.mediation.services.codes import give_code, open_code
from anlan.resolution.mediation.services.confirming import (
    lapse_confirmations,
    record_application,
    record_ruling,
    remind_of_confirmations,
)
from anlan.resolution.mediation.services.consents import (
    consent_by_link,
    consent_on_paper,
    consent_on_screen,
    give_link,
    record_withdrawal,
    withdraw_by_link,
)
from anlan.resolution.mediation.services.forgiving import write_forgiveness
from anlan.resolution.mediation.services.mandates import (
    appoint_mediator,
    end_mandate,
)
from anlan.resolution.mediation.services.papers import take_word
from anlan.resolution.mediation.services.performing import (
    make_effective,
    record_default,
    record_performance,
    remind_of_duties,
    watch_overdue,
)
from anlan.resolution.mediation.services.sessions import (
    begin_session,
    end_session,
    name_readers,
    name_writer,
    plan_session,
    write_session_note,
)
from anlan.resolution.mediation.services.standing import record_standing
from anlan.resolution.mediation.services.talks import (
    begin_talks,
    end_talks,
    follow_holidays,
    lift_exclusion,
    record_answer,
)
from anlan.resolution.mediation.services.terms import (
    accept_proposal,
    approve_office_terms,
    decline_proposal,
    propose,
)

__all__ = [
    "Draft",
    "Giver",
    "TermDraft",
    "accept_proposal",
    "appoint_mediator",
    "approve_office_terms",
    "begin_session",
    "begin_talks",
    "consent_by_link",
    "consent_on_paper",
    "consent_on_screen",
    "decline_proposal",
    "end_mandate",
    "end_session",
    "end_talks",
    "enter_mediator",
    "follow_holidays",
    "give_code",
    "give_link",
    "lapse_confirmations",
    "lift_exclusion",
    "make_effective",
    "name_readers",
    "name_writer",
    "open_code",
    "plan_session",
    "propose",
    "record_answer",
    "record_application",
    "record_default",
    "record_performance",
    "record_ruling",
    "record_standing",
    "record_withdrawal",
    "remind_of_confirmations",
    "remind_of_duties",
    "retire_mediator",
    "take_word",
    "watch_overdue",
    "withdraw_by_link",
    "write_body",
    "write_forgiveness",
    "write_session_note",
]
