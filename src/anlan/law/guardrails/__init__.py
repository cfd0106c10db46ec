"""What other packages ask before they act; each test is registered for its guardrail.

All refuse with a ``DomainError`` whose ``source`` is the guardrail. They read their
figures from the data and change nothing; other packages import from here.
"""

from __future__ import annotations

from anlan.law.guardrails.agreements import (
    check_both_agree,
    check_buys_no_forgiveness,
    check_definite,
    check_may_be_talked,
    check_neutral,
    check_not_called_mediation,
    check_term_told,
    check_waives_nothing,
    confirmation_days,
)
from anlan.law.guardrails.care import (
    check_came_willingly,
    check_no_debriefing,
    check_no_diagnosis,
    check_risk_called,
)
from anlan.law.guardrails.footage import (
    check_authority_request,
    check_footage_copy,
    check_footage_look,
    check_statements_for_police,
)
from anlan.law.guardrails.markers import (
    check_marker_days,
    check_no_label,
    last_days_of_marker,
)
from anlan.law.guardrails.measures import (
    check_agrees_to_no_injury,
    check_clause,
    check_disclaims_nothing,
    check_ends,
    check_lawful,
    check_measure,
    check_no_cutting_off,
    check_no_measure,
)
from anlan.law.guardrails.money import (
    check_kindness,
    check_kindness_approved,
    check_kindness_words,
    check_mental_damage,
    check_staff_claim,
)
from anlan.law.guardrails.police import (
    check_bars_no_report,
    check_no_delay,
    check_police_call,
    check_police_reported,
    check_police_waiver,
    is_police_call,
    must_be_reported,
)
from anlan.law.guardrails.proof import (
    check_appraisal,
    check_original,
    check_period,
    check_release_in_time,
    check_two_roles,
    earliest_release,
)
from anlan.law.guardrails.registry import TESTS, enforces
from anlan.law.guardrails.talks import (
    check_guardian,
    check_guardian_consent,
    check_nobody_beside,
    check_talk,
    check_talk_wording,
    check_talks_alone,
)
from anlan.law.guardrails.wording import (
    check_cited,
    check_no_verdict,
    check_rule_sets_shown,
    check_witness_unnamed,
    check_wording,
)

__all__ = [
    "TESTS",
    "check_agrees_to_no_injury",
    "check_appraisal",
    "check_authority_request",
    "check_bars_no_report",
    "check_both_agree",
    "check_buys_no_forgiveness",
    "check_came_willingly",
    "check_cited",
    "check_clause",
    "check_definite",
    "check_disclaims_nothing",
    "check_ends",
    "check_footage_copy",
    "check_footage_look",
    "check_guardian",
    "check_guardian_consent",
    "check_kindness",
    "check_kindness_approved",
    "check_kindness_words",
    "check_lawful",
    "check_marker_days",
    "check_may_be_talked",
    "check_measure",
    "check_mental_damage",
    "check_neutral",
    "check_no_cutting_off",
    "check_no_debriefing",
    "check_no_delay",
    "check_no_diagnosis",
    "check_no_label",
    "check_no_measure",
    "check_no_verdict",
    "check_nobody_beside",
    "check_not_called_mediation",
    "check_original",
    "check_period",
    "check_police_call",
    "check_police_reported",
    "check_police_waiver",
    "check_release_in_time",
    "check_risk_called",
    "check_rule_sets_shown",
    "check_staff_claim",
    "check_statements_for_police",
    "check_talk",
    "check_talk_wording",
    "check_talks_alone",
    "check_term_told",
    "check_two_roles",
    "check_waives_nothing",
    "check_witness_unnamed",
    "check_wording",
    "confirmation_days",
    "earliest_release",
    "enforces",
    "is_police_call",
    "last_days_of_marker",
    "must_be_reported",
]
