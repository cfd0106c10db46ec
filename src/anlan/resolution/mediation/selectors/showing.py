"""Talks as their page shows them to one reader; what only some may read is left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from anlan.accounts.models import User
from anlan.cases.enums import Side
from anlan.cases.selectors import shown_name
from anlan.resolution.mediation import permissions
from anlan.resolution.mediation.models import (
    Consent,
    Duty,
    LinkCode,
    OfficeApproval,
    Proposal,
    Session,
    SessionNote,
    Talks,
)
from anlan.resolution.mediation.papers import term_words
from anlan.resolution.mediation.selectors.codes import code_of
from anlan.resolution.mediation.selectors.standing import (
    needs_guardian,
    unwilling_sides,
)
from anlan.resolution.mediation.selectors.talks import (
    approval_of,
    consents_of,
    duties_of,
    lacks_writer,
    notes_for,
    proposals_of,
    sessions_of,
)


@dataclass(frozen=True, kw_only=True)
class SideShown:
    """One side: who, what they said to it, and what has become of their code.

    ``code`` is for those who run the talks, and nothing to all others.
    """

    side: Side
    name: str
    consent: Consent | None
    is_willing: bool
    code: LinkCode | None
    by_guardian: bool


@dataclass(frozen=True, kw_only=True)
class SessionShown:
    """One meeting, with the notes of it that the reader may see."""

    session: Session
    notes: list[SessionNote]
    may_read: bool
    lacks_writer: bool


@dataclass(frozen=True, kw_only=True)
class ProposalShown:
    """One version of the terms, as sentences, and who stands for it."""

    proposal: Proposal
    terms: list[str]
    signed: set[str]  # the sides
    is_ours: bool  # the office promises something in it
    approval: OfficeApproval | None
    may_approve: bool


@dataclass(frozen=True, kw_only=True)
class DutyShown:
    """What is to be performed, and its term as a sentence."""

    duty: Duty
    words: str


def sides_shown(reader: User, talks: Talks, *, at: datetime) -> list[SideShown]:
    may_run = permissions.can_run_talks(reader, talks.case)
    unwilling = unwilling_sides(talks, at=at)
    return [
        SideShown(
            side=side,
            name=shown_name(talks.party_of(side)),
            consent=consent,
            is_willing=side not in unwilling,
            code=code_of(talks, side, at=at) if may_run else None,
            by_guardian=needs_guardian(talks, side, at=at),
        )
        for side, consent in consents_of(talks).items()
    ]


def sessions_shown(reader: User, talks: Talks) -> list[SessionShown]:
    may_run = permissions.can_run_talks(reader, talks.case)
    return [
        SessionShown(
            session=session,
            notes=notes_for(reader, session),
            may_read=permissions.can_read_notes(reader, session),
            lacks_writer=may_run and lacks_writer(session),
        )
        for session in sessions_of(talks)
    ]


def proposals_shown(reader: User, talks: Talks) -> list[ProposalShown]:
    return [_proposal_shown(reader, one) for one in proposals_of(talks)]


def _proposal_shown(reader: User, proposal: Proposal) -> ProposalShown:
    terms, signed = proposal.terms.all(), proposal.acceptances.all()
    return ProposalShown(
        proposal=proposal,
        terms=[term_words(term) for term in terms],
        signed={row.side for row in signed},
        is_ours=any(term.is_ours for term in terms),
        approval=approval_of(proposal),
        may_approve=not signed
        and permissions.can_approve_office_terms(reader, proposal),
    )


def duties_shown(talks: Talks) -> list[DutyShown]:
    return [DutyShown(duty=one, words=term_words(one.term)) for one in duties_of(talks)]
