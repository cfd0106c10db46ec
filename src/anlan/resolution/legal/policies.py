"""What the state of a legal matter allows."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anlan.base.errors import Conflict
from anlan.resolution.legal.enums import (
    Employer,
    LimitationKind,
    LimitationState,
    QuestionState,
    WorkInjuryState,
    WorkInjuryStepKind,
)
from anlan.resolution.legal.models import (
    CounselQuestion,
    Engagement,
    Limitation,
    WorkInjury,
)

QUESTION_MOVES: dict[QuestionState, tuple[QuestionState, ...]] = {
    QuestionState.OPEN: (QuestionState.ANSWERED, QuestionState.WITHDRAWN),
    QuestionState.ANSWERED: (),
    QuestionState.WITHDRAWN: (),
}

# What was out of time runs again when something that interrupted it is entered late.
LIMITATION_MOVES: dict[LimitationState, tuple[LimitationState, ...]] = {
    LimitationState.RUNNING: (LimitationState.RAN_OUT, LimitationState.ENDED),
    LimitationState.RAN_OUT: (LimitationState.RUNNING, LimitationState.ENDED),
    LimitationState.ENDED: (LimitationState.RUNNING,),
}

# What may become what; ``docs/states/`` is drawn from this table. What was decided may be
# decided otherwise: by reconsideration, or by a court.
WORK_INJURY_MOVES: dict[WorkInjuryState, tuple[WorkInjuryState, ...]] = {
    WorkInjuryState.OPEN: (
        WorkInjuryState.HANDED_OVER,
        WorkInjuryState.FILED,
        WorkInjuryState.DROPPED,
    ),
    WorkInjuryState.HANDED_OVER: (WorkInjuryState.FILED, WorkInjuryState.DROPPED),
    WorkInjuryState.FILED: (WorkInjuryState.ACCEPTED, WorkInjuryState.REFUSED),
    WorkInjuryState.ACCEPTED: (
        WorkInjuryState.RECOGNISED,
        WorkInjuryState.NOT_RECOGNISED,
    ),
    WorkInjuryState.REFUSED: (WorkInjuryState.FILED, WorkInjuryState.DROPPED),
    WorkInjuryState.RECOGNISED: (WorkInjuryState.NOT_RECOGNISED,),
    WorkInjuryState.NOT_RECOGNISED: (WorkInjuryState.RECOGNISED,),
    WorkInjuryState.DROPPED: (WorkInjuryState.OPEN,),
}
# Steps that leave the state as it is, and in which it must be then.
_STAYS = {
    WorkInjuryStepKind.TOLD: tuple(WorkInjuryState),
    WorkInjuryStepKind.EXTENDED: (WorkInjuryState.OPEN,),
}


def work_injury_steps(injury: WorkInjury) -> list[WorkInjuryStepKind]:
    """What may be entered next."""
    return [one for one in WorkInjuryStepKind if not _refusal(injury, one)]


def check_work_injury_may_take(injury: WorkInjury, kind: WorkInjuryStepKind) -> None:
    """
    Raises:
        Conflict: in this state that cannot have happened.
    """
    refusal = _refusal(injury, kind)
    if refusal:
        raise Conflict(refusal)


def check_employer_is_open(injury: WorkInjury) -> None:
    if injury.state != WorkInjuryState.OPEN:
        raise Conflict(
            _("工伤 %(code)s %(state)s，不能再改用人单位")
            % {"code": injury.code, "state": injury.get_state_display()}
        )


def _refusal(injury: WorkInjury, kind: WorkInjuryStepKind) -> str:
    state, then = WorkInjuryState(injury.state), kind.leads_to
    follows = (
        state in _STAYS[kind] if then is None else then in WORK_INJURY_MOVES[state]
    )
    if not follows:
        return _("工伤 %(code)s %(state)s，不能登记“%(step)s”") % {
            "code": injury.code,
            "state": state.label,
            "step": kind.label,
        }
    is_others = injury.employer == Employer.OTHER
    if kind == WorkInjuryStepKind.HANDED_OVER and not is_others:
        return _("用人单位是本公司，请直接申请；是其他单位的，先登记用人单位")
    if kind == WorkInjuryStepKind.EXTENDED and is_others:
        return _("延期由用人单位自己申请，不在这里登记")
    return ""


def check_limitation_counts(limitation: Limitation) -> None:
    """
    Raises:
        Conflict: it ended, so that nothing turns it any more.
    """
    if limitation.state == LimitationState.ENDED:
        raise Conflict(_("时效 %s 已不再计时") % limitation.code)


def check_limitation_turns(limitation: Limitation) -> None:
    """
    Raises:
        Conflict: it ended; or its law knows neither interruption nor suspension.
    """
    check_limitation_counts(limitation)
    kind = LimitationKind(limitation.kind)
    if not kind.may_turn:
        raise Conflict(_("“%s”不适用中断和中止") % kind.label)


def check_is_by_hand(limitation: Limitation) -> None:
    """
    Raises:
        Conflict: it follows from a work injury, and ends there.
    """
    if limitation.injury_id is not None:
        raise Conflict(_("这项时效随工伤办理，请在工伤页面登记"))


def check_engagement_runs(engagement: Engagement) -> None:
    if engagement.ends_on is not None:
        raise Conflict(_("委托 %s 已经结束") % engagement.code)


def check_question_may_become(question: CounselQuestion, state: QuestionState) -> None:
    if state not in QUESTION_MOVES[QuestionState(question.state)]:
        raise Conflict(
            _("法律咨询 %(code)s %(state)s，不能再这样办理")
            % {"code": question.code, "state": question.get_state_display()}
        )


def check_question_takes_opinion(question: CounselQuestion) -> None:
    """An answer may have further versions; what was withdrawn has none."""
    if question.state == QuestionState.WITHDRAWN:
        check_question_may_become(question, QuestionState.ANSWERED)
