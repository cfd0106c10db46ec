"""Offers and proposals: each version replaces the last; both accept the same, signed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base import vault
from anlan.base.clock import local_day
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import typed
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.enums import Side
from anlan.evidence.services.signing import keep_drawing
from anlan.law import guardrails as law
from anlan.ledger import services as ledger
from anlan.resolution.mediation import permissions, policies
from anlan.resolution.mediation.agreement import (
    MOST_DEFAULT,
    MOST_FACTS,
    MOST_MANNER,
    MOST_WORDS,
    Draft,
    check_agreement,
)
from anlan.resolution.mediation.enums import (
    Capacity,
    ProposalState,
    Proposer,
    SessionState,
    TalksKind,
    TalksState,
    TermKind,
)
from anlan.resolution.mediation.events import (
    AgreementMade,
    OfficeTermsApproved,
    ProposalAccepted,
    ProposalDeclined,
    ProposalMade,
    SignedFor,
    TermFixed,
)
from anlan.resolution.mediation.giver import Giver
from anlan.resolution.mediation.models import (
    Acceptance,
    OfficeApproval,
    Proposal,
    Talks,
)
from anlan.resolution.mediation.papers import deed, paper_pdf, signers_of
from anlan.resolution.mediation.selectors.standing import (
    needs_guardian,
)
from anlan.resolution.mediation.services.givers import check_giver, let_guardian_act
from anlan.resolution.mediation.services.performing import start_performing
from anlan.resolution.mediation.services.steps import (
    check_both_agree,
    check_both_may_read,
    check_may_be_talked,
    keep_paper,
    lock_talks,
    move,
    move_session,
    record,
)
from anlan.resolution.models import CompensationVersion
from anlan.resolution.selectors.kindness import kindness_words


def propose(
    *,
    talks: Talks,
    proposer: Proposer,
    draft: Draft,
    by: User,
    at: datetime,
    latest: int,
    compensation: CompensationVersion | None = None,
    request_id: UUID | None = None,
    via: str = "",
) -> Proposal:
    """Write the next version; the one before cannot be accepted any more.

    Args:
        latest: number of the version that was looked at; 0 is none.

    Raises:
        InvalidInput: a term is unclear, gives up a right (G18), or may not be said.
        Conflict: not both are willing, or another version came meanwhile.
    """
    permissions.check_can_lead_talks(by, talks)
    draft = _cleaned(draft)
    act_on = act_day(talks.case)
    check_agreement(draft, act_on=act_on, today=local_day(at))
    for path, text in draft.said:
        check_both_may_read(text, talks_kind=talks.kind, case=talks.case, path=path)
    if compensation is not None and compensation.compensation.case_id != talks.case_id:
        raise InvalidInput(_("本案没有这次测算"), path="compensation")
    if (proposer == Proposer.MEDIATOR) != (talks.kind != TalksKind.NEGOTIATION) and (
        proposer in {Proposer.MEDIATOR, Proposer.OFFICE}
    ):
        raise InvalidInput(
            _("协商没有调解员，调解中管理处不提方案"), path="proposer", source="G19"
        )
    content = {
        "proposal": str(talks.uid),
        "by": by.actor_key,
        "draft": sha256(repr(draft).encode()).hex(),
    }
    with ledger.recording():
        talks = lock_talks(talks)
        earlier = cases.made_before(
            Proposal.objects.select_related("talks__case__site"),
            case=talks.case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        policies.check_has_begun(talks)
        policies.check_has_mediator(talks)
        check_both_agree(talks, at=at)
        last: int = talks.proposals.aggregate(last=Max("number"))["last"] or 0
        if last != latest:
            raise Conflict(_("已有新的一版 V-%d，请先查看") % last)
        talks.proposals.filter(state=ProposalState.OPEN).update(
            state=ProposalState.SUPERSEDED, settled_at=at
        )
        made = talks.proposals.create(
            number=last + 1,
            by=proposer,
            facts=draft.facts,
            in_default=draft.in_default,
            share_victim=draft.share_victim,
            share_aggressor=draft.share_aggressor,
            compensation=compensation,
            written_by=by,
            written_at=at,
        )
        record(
            ProposalMade(
                code=talks.code,
                version=made.code,
                by=proposer.value,
                terms=len(draft.terms),
                facts_digest=made.digest_of("facts"),
                in_default_digest=made.digest_of("in_default"),
            ),
            talks,
            thing=made.key,
            by=by,
            at=at,
            via=via,
        )
        _fix_terms(made, talks, draft, by=by, at=at, via=via)
        if talks.state == TalksState.ACCEPTED:
            move(talks, TalksState.IN_SESSION, by=by, at=at, via=via)
        cases.remember_made(
            made.uid, case=talks.case, request_id=request_id, content=content, at=at
        )
    return made


def approve_office_terms(
    *, proposal: Proposal, by: User, at: datetime, via: str = ""
) -> Proposal:
    """Stand for what the office promises in this version; before it nobody signs.

    Called again it does nothing.

    Raises:
        NotAllowed: by who runs the talks, wrote the version, or is part of the matter.
        Conflict: it was replaced, one side has signed it, it promises nothing of the
            office, or has a kindness for which counsel has approved no words (G34).
    """
    permissions.check_can_approve_office_terms(by, proposal)
    with ledger.recording():
        talks = lock_talks(proposal.talks)
        proposal = _lock(proposal, talks)
        permissions.check_can_approve_office_terms(by, proposal)
        policies.check_is_current(proposal)
        terms = policies.office_terms(proposal)
        if not terms:
            raise Conflict(_("这一版没有管理处承担的事项，不需要批准"))
        if OfficeApproval.objects.filter(proposal=proposal).exists():
            return proposal
        policies.check_nobody_signed(proposal)
        kindness = None
        if any(one.kind == TermKind.KINDNESS for one in terms):
            kindness = kindness_words(talks.case.organisation)
            law.check_kindness_approved(
                is_approved=kindness is not None, act_on=local_day(at)
            )
        OfficeApproval.objects.create(
            proposal=proposal, kindness=kindness, approved_by=by, approved_at=at
        )
        record(
            OfficeTermsApproved(
                code=talks.code,
                version=proposal.code,
                kindness=kindness.version if kindness else None,
            ),
            talks,
            thing=proposal.key,
            by=by,
            at=at,
            via=via,
        )
    return proposal


def accept_proposal(
    *,
    proposal: Proposal,
    side: Side,
    signature: Iterable[bytes],
    by: User,
    at: datetime,
    giver: Giver | None = None,
    via: str = "",
) -> Proposal:
    """One side signs this version on the screen; with the second it is agreed.

    Args:
        giver: who signs for the side; a guardian for whoever cannot bind themselves.

    Raises:
        InvalidInput: nothing was drawn, or what the other side drew; a guardian (G20) or
            the written authority of an agent is missing.
        Conflict: it was replaced or declined, what the office promises in it is not
            approved, the side has accepted, one has left (G17),
            nobody mediates (G19), or the case may not be brought to terms.
    """
    talks = proposal.talks
    permissions.check_can_lead_talks(by, talks)
    policies.check_is_current(proposal)
    policies.check_office_agreed(proposal)
    giver = check_giver(talks, side, giver or Giver(), at=at)
    kept = keep_drawing(signature, path="signature")
    # Set before the lock is held, for it takes a moment.
    paper = deed(proposal, {**signers_of(proposal), side: giver})
    pdf = paper_pdf(paper, talks, at=at)
    with ledger.recording():
        talks = lock_talks(talks)
        proposal = _lock(proposal, talks)
        policies.check_is_current(proposal)
        policies.check_has_begun(talks)
        policies.check_has_mediator(talks)
        check_both_agree(talks, at=at)
        check_may_be_talked(talks.kind, talks.case)
        if proposal.acceptances.filter(side=side).exists():
            raise Conflict(_("%s已经接受过这一版") % side.label)
        giver = check_giver(talks, side, giver, at=at)
        if giver.capacity == Capacity.GUARDIAN:
            check_both_agree(talks, at=at, by_guardian=[side])
        _check_signed_by_guardians(proposal, talks, at=at)
        acceptance = Acceptance(
            proposal=proposal,
            side=side,
            capacity=giver.capacity,
            giver=giver.name,
            relation=giver.relation,
            giver_party=giver.party,
            authority=giver.authority,
            accepted_at=at,
            taken_by=by,
        )
        names = {"code": talks.code, "version": proposal.code, "side": side.label}
        exhibit = keep_paper(
            talks,
            kept,
            title=_("%(code)s %(version)s %(side)s接受签名") % names,
            of=acceptance.uid,
            by=by,
            at=at,
            via=via,
        )
        if exhibit.source_uid != acceptance.uid:
            raise InvalidInput(
                _("这张签名在本案已经用过，请本人重新签字"), path="signature"
            )
        acceptance.exhibit = exhibit
        acceptance.save(force_insert=True)
        record(
            ProposalAccepted(
                code=talks.code,
                version=proposal.code,
                side=side.value,
                exhibit=exhibit.code,
            ),
            talks,
            thing=proposal.key,
            by=by,
            at=at,
            via=via,
        )
        if giver.capacity != Capacity.SELF:
            _record_signer(acceptance, talks, by=by, at=at, via=via)
        if proposal.acceptances.count() == len(Side):
            now = deed(proposal)
            if now != paper:  # the other side signed meanwhile, by somebody else
                pdf = paper_pdf(now, talks, at=at)
            _agree(proposal, talks, pdf, by=by, at=at, via=via)
    return proposal


def _check_signed_by_guardians(
    proposal: Proposal, talks: Talks, *, at: datetime
) -> None:
    """What a side signed itself, before a guardian acted for it, binds nobody."""
    for signed in proposal.acceptances.exclude(capacity=Capacity.GUARDIAN):
        side = Side(signed.side)
        if needs_guardian(talks, side, at=at):
            raise Conflict(
                _("%s自己签字以后登记了监护人：请写新的一版，由监护人签字") % side.label
            )


def _record_signer(
    acceptance: Acceptance, talks: Talks, *, by: User, at: datetime, via: str
) -> None:
    side, authority = Side(acceptance.side), acceptance.authority
    record(
        SignedFor(
            code=talks.code,
            version=acceptance.proposal.code,
            side=side.value,
            capacity=acceptance.capacity,
            authority=authority.code if authority else None,
            giver_digest=acceptance.digest_of("giver"),
            relation_digest=acceptance.digest_of("relation"),
        ),
        talks,
        thing=acceptance.key,
        by=by,
        at=at,
        via=via,
    )
    if acceptance.capacity == Capacity.GUARDIAN:
        let_guardian_act(talks, side, by=by, at=at, via=via)


def decline_proposal(
    *, proposal: Proposal, side: Side, by: User, at: datetime, via: str = ""
) -> Proposal:
    """One side does not want this version; it may be followed by another.

    Raises:
        Conflict: it was replaced, declined or agreed before.
    """
    permissions.check_can_lead_talks(by, proposal.talks)
    with ledger.recording():
        talks = lock_talks(proposal.talks)
        proposal = _lock(proposal, talks)
        policies.check_is_current(proposal)
        policies.check_has_begun(talks)
        policies.check_has_mediator(talks)
        proposal.state, proposal.settled_at = ProposalState.DECLINED, at
        proposal.save(update_fields=["state", "settled_at"])
        record(
            ProposalDeclined(code=talks.code, version=proposal.code, side=side.value),
            talks,
            thing=proposal.key,
            by=by,
            at=at,
            via=via,
        )
    return proposal


def _agree(
    proposal: Proposal, talks: Talks, pdf: bytes, *, by: User, at: datetime, via: str
) -> None:
    """Both signed the same version: the paper is kept, and what was open ends."""
    kept = vault.keep_file([pdf], path="deed")
    exhibit = keep_paper(
        talks,
        kept,
        title=f"{deed(proposal).title} {talks.code}",
        of=proposal.uid,
        by=by,
        at=at,
        via=via,
    )
    proposal.state, proposal.settled_at = ProposalState.AGREED, at
    proposal.save(update_fields=["state", "settled_at"])
    talks.deed = exhibit
    talks.save(update_fields=["deed"])
    record(
        AgreementMade(
            code=talks.code,
            version=proposal.code,
            exhibit=exhibit.code,
            pdf=kept.sha256,
        ),
        talks,
        thing=proposal.key,
        by=by,
        at=at,
        via=via,
    )
    for session in talks.sessions.filter(state=SessionState.OPEN):
        session.talks = talks
        move_session(session, SessionState.HELD, by=by, at=at, via=via)
    for session in talks.sessions.filter(state=SessionState.PLANNED):
        session.talks = talks
        move_session(session, SessionState.CANCELLED, by=by, at=at, via=via)
    move(talks, TalksState.AGREED, by=by, at=at, via=via)
    if talks.kind == TalksKind.NEGOTIATION:
        start_performing(
            talks, exhibit, effective_on=local_day(at), by=by, at=at, via=via
        )


def _fix_terms(
    made: Proposal, talks: Talks, draft: Draft, *, by: User, at: datetime, via: str
) -> None:
    for place, one in enumerate(draft.terms):
        if one.due_on is None:  # the check has refused it; for the type checker
            continue
        term = made.terms.create(
            position=place + 1,
            kind=one.kind,
            by=one.by,
            words=one.words,
            manner=one.manner,
            fen=one.fen,
            due_on=one.due_on,
        )
        record(
            TermFixed(
                code=talks.code,
                version=made.code,
                number=term.position,
                term=term.kind,
                by=term.by,
                sum=term.fen,
                due_on=term.due_on.isoformat(),
                words_digest=term.digest_of("words"),
                manner_digest=term.digest_of("manner"),
            ),
            talks,
            thing=term.key,
            by=by,
            at=at,
            via=via,
        )


def _cleaned(draft: Draft) -> Draft:
    return replace(
        draft,
        facts=typed(draft.facts, path="facts", most=MOST_FACTS),
        in_default=typed(draft.in_default, path="in_default", most=MOST_DEFAULT),
        terms=tuple(
            replace(
                one,
                words=typed(one.words, path=f"terms-{place}-words", most=MOST_WORDS),
                manner=typed(
                    one.manner, path=f"terms-{place}-manner", most=MOST_MANNER
                ),
            )
            for place, one in enumerate(draft.terms)
        ),
    )


def _lock(proposal: Proposal, talks: Talks) -> Proposal:
    fresh = Proposal.objects.select_for_update().get(pk=proposal.pk)
    fresh.talks = talks
    return fresh
