"""What the state of talks, a session, a term or a confirmation allows."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from anlan.base.errors import Conflict
from anlan.resolution.mediation.enums import (
    ConfirmationState,
    DutyState,
    ProposalState,
    SessionState,
    TalksKind,
    TalksState,
)
from anlan.resolution.mediation.models import (
    Confirmation,
    Duty,
    OfficeApproval,
    Proposal,
    Session,
    Talks,
    Term,
)
from anlan.resolution.mediation.remedies import suit_over

_ENDS: Final = (TalksState.FAILED, TalksState.WITHDRAWN)

# What may become what; ``docs/states/`` is drawn from these tables.
TALKS_MOVES: dict[TalksState, tuple[TalksState, ...]] = {
    TalksState.REQUESTED: (TalksState.CONSENT_PENDING, *_ENDS),
    TalksState.CONSENT_PENDING: (TalksState.ACCEPTED, *_ENDS),
    TalksState.ACCEPTED: (TalksState.IN_SESSION, *_ENDS),
    TalksState.IN_SESSION: (TalksState.AGREED, *_ENDS),
    # A mediated agreement binds once the body has signed and sealed it (人民调解法 29).
    TalksState.AGREED: (TalksState.PERFORMING, *_ENDS),
    TalksState.PERFORMING: (TalksState.PERFORMED, TalksState.BREACHED),
    TalksState.BREACHED: (TalksState.PERFORMED,),
    TalksState.PERFORMED: (),
    TalksState.FAILED: (),
    TalksState.WITHDRAWN: (),
}

SESSION_MOVES: dict[SessionState, tuple[SessionState, ...]] = {
    SessionState.PLANNED: (SessionState.OPEN, SessionState.CANCELLED),
    SessionState.OPEN: (SessionState.HELD, SessionState.BROKEN_OFF),
    SessionState.HELD: (),
    SessionState.BROKEN_OFF: (),
    SessionState.CANCELLED: (),
}

PROPOSAL_MOVES: dict[ProposalState, tuple[ProposalState, ...]] = {
    ProposalState.OPEN: (
        ProposalState.SUPERSEDED,
        ProposalState.DECLINED,
        ProposalState.AGREED,
        ProposalState.LAPSED,
    ),
    ProposalState.SUPERSEDED: (),
    ProposalState.DECLINED: (),
    ProposalState.AGREED: (ProposalState.LAPSED,),
    ProposalState.LAPSED: (),
}

DUTY_MOVES: dict[DutyState, tuple[DutyState, ...]] = {
    DutyState.DUE: (DutyState.DONE, DutyState.DEFAULTED),
    # Late is better than never, and still counts.
    DutyState.DEFAULTED: (DutyState.DONE,),
    DutyState.DONE: (),
}

CONFIRMATION_MOVES: dict[ConfirmationState, tuple[ConfirmationState, ...]] = {
    ConfirmationState.POSSIBLE: (ConfirmationState.APPLIED, ConfirmationState.LAPSED),
    ConfirmationState.APPLIED: (
        ConfirmationState.CONFIRMED,
        ConfirmationState.REFUSED,
    ),
    ConfirmationState.CONFIRMED: (),
    ConfirmationState.REFUSED: (),
    ConfirmationState.LAPSED: (),
}


def check_is_excluded(talks: Talks) -> None:
    """
    Raises:
        Conflict: nothing speaks against talks here, or it was lifted.
    """
    if not talks.is_excluded:
        raise Conflict(_("%s 没有登记不适用的情形，或者已经解除") % talks.code)


def check_talks_may_become(talks: Talks, state: TalksState) -> None:
    if state not in TALKS_MOVES[TalksState(talks.state)]:
        raise Conflict(
            _("%(code)s %(state)s，不能再这样办理")
            % {"code": talks.code, "state": talks.get_state_display()}
        )


def check_may_be_left(talks: Talks) -> None:
    """
    Raises:
        Conflict: what was agreed is in force, and another way is open; or they have ended.
    """
    if talks.effective_on is not None:
        raise Conflict(
            _(
                "协议已经生效，不能再退出；对协议的内容或者履行有争议，可以向法院起诉（%s）"
            )
            % suit_over(talks).cites
        )
    if not TalksState(talks.state).may_be_left:
        raise Conflict(
            _("%(code)s %(state)s，不能再这样办理")
            % {"code": talks.code, "state": talks.get_state_display()}
        )


def check_has_begun(talks: Talks) -> None:
    """Both are willing: there may be sessions and proposals."""
    if talks.state not in {TalksState.ACCEPTED, TalksState.IN_SESSION}:
        raise Conflict(
            _("%(code)s %(state)s，双方都同意以后才能会谈和提出方案")
            % {"code": talks.code, "state": talks.get_state_display()},
            source="G17",
        )


def check_has_mediator(talks: Talks) -> None:
    """Somebody mediates, or the office holds the talks itself."""
    if TalksKind(talks.kind).is_mediation and talks.mediator_id is None:
        raise Conflict(_("还没有调解员，请先登记由谁主持"))


def check_session_may_become(session: Session, state: SessionState) -> None:
    if state not in SESSION_MOVES[SessionState(session.state)]:
        raise Conflict(
            _("第 %(number)s 次会谈%(state)s，不能再这样办理")
            % {"number": session.number, "state": session.get_state_display()}
        )


def check_is_current(proposal: Proposal) -> None:
    """What was replaced, declined or agreed is not answered any more."""
    if proposal.state != ProposalState.OPEN:
        raise Conflict(
            _("方案 %(code)s %(state)s，请看最新的一版")
            % {"code": proposal.code, "state": proposal.get_state_display()}
        )


def office_terms(proposal: Proposal) -> list[Term]:
    """What the office itself is to do."""
    return [one for one in proposal.terms.order_by("position") if one.is_ours]


def check_office_agreed(proposal: Proposal) -> None:
    """Nobody signs what the office has not agreed to."""
    if (
        office_terms(proposal)
        and not OfficeApproval.objects.filter(proposal=proposal).exists()
    ):
        raise Conflict(
            _(
                "方案 %s 有管理处承担的事项，还没有经项目经理或者法务批准，批准以后才能签字"
            )
            % proposal.code
        )


def check_nobody_signed(proposal: Proposal) -> None:
    """What is approved says more than what was signed: both sign the same words."""
    if proposal.acceptances.exists():
        raise Conflict(
            _(
                "已有一方签了方案 %s，签的文字里没有管理处：请写新的一版，批准以后由双方签字"
            )
            % proposal.code
        )


def check_duty_may_become(duty: Duty, state: DutyState) -> None:
    if state not in DUTY_MOVES[DutyState(duty.state)]:
        raise Conflict(_("这一项%s，不能再这样办理") % duty.get_state_display())


def check_confirmation_may_become(
    confirmation: Confirmation, state: ConfirmationState
) -> None:
    if state not in CONFIRMATION_MOVES[ConfirmationState(confirmation.state)]:
        raise Conflict(
            _("司法确认%s，不能再这样办理") % confirmation.get_state_display()
        )
