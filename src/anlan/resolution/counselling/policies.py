"""What the state of a person's support allows."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from anlan.base.errors import Conflict
from anlan.resolution.counselling.enums import (
    CallState,
    CareState,
    ConsentUse,
    SessionState,
)
from anlan.resolution.counselling.models import Care, Session

# What may become what; ``docs/states/`` is drawn from these tables.
CARE_MOVES: dict[CareState, tuple[CareState, ...]] = {
    CareState.LATER: (
        *(CareState.LATER, CareState.DECLINED, CareState.ACCEPTED),
        CareState.UNASKED,
    ),
    CareState.DECLINED: (
        *(CareState.LATER, CareState.DECLINED, CareState.ACCEPTED),
        CareState.UNASKED,
    ),
    CareState.ACCEPTED: (
        *(CareState.REFERRED, CareState.DECLINED, CareState.LATER),
        CareState.UNASKED,
    ),
    CareState.REFERRED: (CareState.REFERRED, CareState.FOLLOWED, CareState.CLOSED),
    CareState.FOLLOWED: (CareState.REFERRED, CareState.FOLLOWED, CareState.CLOSED),
    CareState.CLOSED: (CareState.LATER, CareState.DECLINED, CareState.ACCEPTED),
    CareState.UNASKED: (CareState.LATER, CareState.DECLINED, CareState.ACCEPTED),
}

SESSION_MOVES: dict[SessionState, tuple[SessionState, ...]] = {
    SessionState.PLANNED: (
        SessionState.HELD,
        SessionState.MISSED,
        SessionState.CANCELLED,
    ),
    SessionState.HELD: (),
    SessionState.MISSED: (),
    SessionState.CANCELLED: (),
}

CALL_MOVES: dict[CallState, tuple[CallState, ...]] = {
    CallState.OPEN: (CallState.ANSWERED,),
    CallState.ANSWERED: (),
}


def check_care_may_become(care: Care, state: CareState) -> None:
    if state not in CARE_MOVES[CareState(care.state)]:
        raise Conflict(
            _("支持 %(code)s %(state)s，不能再这样办理")
            % {"code": care.code, "state": care.get_state_display()}
        )


def check_may_be_asked(care: Care, answer: CareState, *, at: datetime) -> None:
    """Who said no is not asked again before the time they were told; they may come.

    Raises:
        Conflict: before that time, unless it is the person who says yes.
    """
    check_care_may_become(care, answer)
    is_early = care.not_before is not None and at < care.not_before
    if is_early and answer != CareState.ACCEPTED:
        raise Conflict(_("本人已谢绝，约定的时间以前不再询问；本人主动提出的除外"))


def check_session_may_become(session: Session, state: SessionState) -> None:
    if state not in SESSION_MOVES[SessionState(session.state)]:
        raise Conflict(
            _("第 %(number)s 次约定%(state)s，不能再改")
            % {"number": session.number, "state": session.get_state_display()}
        )


def check_is_running(care: Care) -> None:
    if not care.is_running:
        raise Conflict(
            _("支持 %(code)s %(state)s，不能再这样办理")
            % {"code": care.code, "state": care.get_state_display()}
        )


def check_consented(care: Care, use: ConsentUse) -> None:
    """Nothing is kept of anybody who has not agreed to just that, or took it back.

    Raises:
        Conflict: they have not, or not any more.
    """
    if not care.consents.filter(use=use, withdrawn_at=None).exists():
        raise Conflict(_("本人还没有同意或者已经撤回同意：%s") % use.label)
