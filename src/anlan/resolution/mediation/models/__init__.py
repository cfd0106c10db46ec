"""Tables of talks and mediation."""

from __future__ import annotations

from anlan.resolution.mediation.models.bodies import Body, Mediator
from anlan.resolution.mediation.models.performing import (
    Confirmation,
    Duty,
    Forgiveness,
)
from anlan.resolution.mediation.models.sessions import Session, SessionNote, Writing
from anlan.resolution.mediation.models.talks import (
    Consent,
    LinkCode,
    Mandate,
    OwnLink,
    Standing,
    Talks,
)
from anlan.resolution.mediation.models.terms import (
    Acceptance,
    OfficeApproval,
    Proposal,
    Term,
)

__all__ = [
    "Acceptance",
    "Body",
    "Confirmation",
    "Consent",
    "Duty",
    "Forgiveness",
    "LinkCode",
    "Mandate",
    "Mediator",
    "OfficeApproval",
    "OwnLink",
    "Proposal",
    "Session",
    "SessionNote",
    "Standing",
    "Talks",
    "Term",
    "Writing",
]
