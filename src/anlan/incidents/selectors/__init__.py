"""Reads of incidents and of devices, scoped to what the reader may see."""

from __future__ import annotations

from anlan.incidents.selectors.incidents import (
    Call,
    Facts,
    assignments_of,
    attachments_for,
    followed_reports,
    helping,
    incident_and_facts,
    incident_for,
    lost_a_report,
    open_assignments,
    reason_in,
    reasons_chosen,
    reports_of,
    written_at,
)
from anlan.incidents.selectors.seconding import proposal_named, proposals_to_decide

__all__ = [
    "Call",
    "Facts",
    "assignments_of",
    "attachments_for",
    "followed_reports",
    "helping",
    "incident_and_facts",
    "incident_for",
    "lost_a_report",
    "open_assignments",
    "proposal_named",
    "proposals_to_decide",
    "reason_in",
    "reasons_chosen",
    "reports_of",
    "written_at",
]
