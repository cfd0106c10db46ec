"""What the state of a legal matter allows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases.joined import somebody
from anlan.cases.models import Party
from anlan.resolution.legal.enums import (
    Employer,
    LimitationKind,
    LimitationState,
    PaperKind,
    QuestionState,
    ReportState,
    WorkInjuryState,
    WorkInjuryStepKind,
)
from anlan.resolution.legal.models import (
    CounselQuestion,
    Engagement,
    Limitation,
    PolicePaper,
    PoliceReport,
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


def check_material_may_be_approved(report: PoliceReport, *, by: User) -> None:
    """
    Raises:
        Conflict: it was given up.
        NotAllowed: they put something on the list themselves.
    """
    if report.state == ReportState.DROPPED:
        raise Conflict(_("报案材料已不再递交"))
    if _listed_some(report, by):
        raise NotAllowed(
            _("列材料的人不能批准自己的清单，请由另一人批准"), source="G13"
        )


def material_may_be_approved(report: PoliceReport, *, by: User) -> bool:
    """Whether there is something to approve, for a page."""
    items = report.items.filter(exhibits__isnull=False)
    return (
        report.approved_by_id is None
        and report.state != ReportState.DROPPED
        and items.exists()
        and not _listed_some(report, by)
    )


def _listed_some(report: PoliceReport, by: User) -> bool:
    return report.items.filter(Q(said_by=by) | Q(listed_by=by)).exists()


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


_ANSWERS = (
    ReportState.FILED,
    ReportState.REFUSED,
    ReportState.DECIDED,
    ReportState.TRANSFERRED,
    ReportState.ENDED,
)

# Of prosecutors and courts. Whatever the police answered may be followed by these: what
# they did not pursue is prosecuted all the same, or by the victim.
_BEYOND = (
    ReportState.SUBMITTED,
    ReportState.PROSECUTED,
    ReportState.WITHDRAWN,
    ReportState.NOT_PROSECUTED,
    ReportState.JUDGED,
    ReportState.APPEALED,
    ReportState.IN_FORCE,
)

# What may become what; ``docs/states/`` is drawn from this table. Papers reach the office
# late and some not at all, so that a decision may be the first that is known. Who is not
# prosecuted may still be fined by the police; what was judged on appeal goes back at
# times, and may be withdrawn then; what is in force may be tried again. Who was prosecuted,
# and it was withdrawn, is mostly not prosecuted then, or prosecuted anew.
REPORT_MOVES: dict[ReportState, tuple[ReportState, ...]] = {
    ReportState.PREPARING: (ReportState.HANDED_OVER, ReportState.DROPPED),
    ReportState.HANDED_OVER: (ReportState.ACCEPTED, *_ANSWERS, *_BEYOND),
    ReportState.ACCEPTED: (*_ANSWERS, *_BEYOND),
    ReportState.FILED: (
        ReportState.DECIDED,
        ReportState.TRANSFERRED,
        ReportState.ENDED,
        *_BEYOND,
    ),
    ReportState.REFUSED: (ReportState.FILED, ReportState.TRANSFERRED, *_BEYOND),
    ReportState.TRANSFERRED: (ReportState.ACCEPTED, *_ANSWERS, *_BEYOND),
    ReportState.DECIDED: (ReportState.ENDED, *_BEYOND),
    ReportState.ENDED: (ReportState.FILED, *_BEYOND),
    ReportState.SUBMITTED: (
        ReportState.PROSECUTED,
        ReportState.WITHDRAWN,
        ReportState.NOT_PROSECUTED,
        ReportState.JUDGED,
        ReportState.APPEALED,
        ReportState.IN_FORCE,
        ReportState.DECIDED,
        ReportState.ENDED,
    ),
    ReportState.PROSECUTED: (
        ReportState.WITHDRAWN,
        ReportState.NOT_PROSECUTED,
        ReportState.JUDGED,
        ReportState.APPEALED,
        ReportState.IN_FORCE,
    ),
    ReportState.WITHDRAWN: (
        ReportState.SUBMITTED,
        ReportState.PROSECUTED,
        ReportState.NOT_PROSECUTED,
        ReportState.JUDGED,
        ReportState.APPEALED,
        ReportState.IN_FORCE,
        ReportState.DECIDED,
        ReportState.ENDED,
    ),
    ReportState.NOT_PROSECUTED: (
        ReportState.SUBMITTED,
        ReportState.PROSECUTED,
        ReportState.WITHDRAWN,
        ReportState.JUDGED,
        ReportState.APPEALED,
        ReportState.IN_FORCE,
        ReportState.DECIDED,
        ReportState.ENDED,
    ),
    ReportState.JUDGED: (
        ReportState.APPEALED,
        ReportState.IN_FORCE,
        ReportState.WITHDRAWN,
    ),
    ReportState.APPEALED: (
        ReportState.JUDGED,
        ReportState.IN_FORCE,
        ReportState.WITHDRAWN,
        ReportState.NOT_PROSECUTED,
    ),
    ReportState.IN_FORCE: (ReportState.JUDGED, ReportState.APPEALED),
    ReportState.DROPPED: (),
}

# Of several suspects each is decided on alone, and most papers do not say of whom they
# are: once a court has one, what the police or the prosecutors did not pursue is of another.
_WITH_COURT = frozenset(
    {
        ReportState.PROSECUTED,
        ReportState.JUDGED,
        ReportState.APPEALED,
        ReportState.IN_FORCE,
    }
)
_OF_ANOTHER = frozenset({ReportState.DECIDED, ReportState.ENDED})
_JUDGED = frozenset({ReportState.JUDGED, ReportState.IN_FORCE})
# After these a court decides, until one says that it is in force.
_BEFORE_COURT = frozenset({PaperKind.INDICTMENT, PaperKind.JUDGMENT, PaperKind.APPEAL})
_NOT_PROSECUTED = frozenset({PaperKind.BARRED, PaperKind.SLIGHT, PaperKind.UNPROVEN})

Somebody: TypeAlias = tuple[str, int]  # see ``anlan.cases.joined.somebody``
Against: TypeAlias = Mapping[
    UUID, frozenset[Somebody]
]  # whom a paper names, by its uid
_NOBODY: frozenset[Somebody] = frozenset()


def check_is_preparing(report: PoliceReport) -> None:
    """From the moment it was handed over its list does not change."""
    if not report.is_preparing:
        raise Conflict(
            _("报案 %(code)s %(state)s，材料不能再改；要补充请另起一份")
            % {"code": report.code, "state": report.get_state_display()}
        )


def check_is_handed_over(report: PoliceReport) -> None:
    if report.handed_at is None:
        raise Conflict(
            _("报案 %(code)s %(state)s，请先登记递交")
            % {"code": report.code, "state": report.get_state_display()}
        )


def check_says_whose(
    kind: PaperKind,
    named: Collection[Party],
    *,
    known: Collection[Party],
    is_named_elsewhere: bool,
) -> None:
    """What ends it for one of several must not let go what is needed against another.

    Args:
        known: who is said to have done it.
        is_named_elsewhere: whether another paper of the report says of whom it is.

    Raises:
        InvalidInput: it does not say of whom it is, or names somebody else.
    """
    if not {one.pk for one in named} <= {one.pk for one in known}:
        raise InvalidInput(_("请选择本案的行为人"), path="against")
    several = len({somebody(one) for one in known}) > 1
    if kind.is_beyond_police and not named and (several or is_named_elsewhere):
        raise InvalidInput(
            _("这份文书可能只是其中一人的，请选择它写的是谁"), path="against"
        )


def state_after(
    papers: Iterable[PolicePaper],
    *,
    against: Against,
    known: Collection[Somebody] = (),
) -> ReportState:
    """What the papers that stand make of a report, read in the order of their days.

    A paper of the same kind again changes nothing, nor does one of another suspect. The
    order in which they were typed in does not matter. Where papers say of whom they are,
    it is what is not over yet for one of them, the furthest of several.

    Args:
        known: who else it may be about, where a paper does not say.

    Raises:
        Conflict: one of them could not follow what was before it.
    """
    tracks = _tracks(papers, against, known).values()
    states = [_state_of(track, against) for track in tracks]
    pending = [one for one in states if one.is_pending]
    return max(pending or states, key=list(ReportState).index)


def is_pending(
    papers: Iterable[PolicePaper],
    *,
    against: Against,
    known: Collection[Somebody],
) -> bool:
    """Whether a prosecutor or a court still decides of anybody, or may decide anew.

    By the single papers as well as by the state: where nobody is named, one suspect is
    not prosecuted and another is before the court. What cannot be read is kept.
    """
    return any(
        _is_undecided(track, who, against)
        or (who is not None and _may_be_pending(track, against))
        for who, track in _tracks(papers, against, known).items()
    )


def _tracks(
    papers: Iterable[PolicePaper], against: Against, known: Collection[Somebody]
) -> dict[Somebody | None, list[PolicePaper]]:
    """The papers of each person; one that names nobody may be of anybody.

    Where none names anybody they are read as those of one.
    """
    rows = list(papers)
    named = {who for one in rows for who in against.get(one.uid, _NOBODY)}
    if not named:
        return {None: rows}
    return {
        who: [one for one in rows if who in (against.get(one.uid, _NOBODY) or {who})]
        for who in sorted(named | set(known))
    }


def _is_undecided(
    track: Iterable[PolicePaper], who: Somebody | None, against: Against
) -> bool:
    """Whether a court has it: nothing of that day or later says that it is over.

    What names nobody ends nothing that names them: it may be about somebody else. What
    was withdrawn is with the prosecutors again, and over when they do not prosecute.
    """
    rows = list(track)

    def is_withdrawn(opened: PolicePaper, until: PolicePaper) -> bool:
        return any(
            each.kind == PaperKind.WITHDRAWAL
            and opened.dated_on <= each.dated_on <= until.dated_on
            for each in rows
        )

    def ends(one: PolicePaper, opened: PolicePaper) -> bool:
        names = against.get(one.uid, _NOBODY)
        kind = PaperKind(one.kind)
        if one.dated_on < opened.dated_on:
            return False
        if who in names:
            return kind == PaperKind.IN_FORCE or kind in _NOT_PROSECUTED
        is_over = kind == PaperKind.IN_FORCE or (
            kind in _NOT_PROSECUTED and is_withdrawn(opened, one)
        )
        return is_over and not against.get(opened.uid)

    opened = [one for one in rows if PaperKind(one.kind) in _BEFORE_COURT]
    return any(not any(ends(one, each) for one in rows) for each in opened)


def _may_be_pending(track: Iterable[PolicePaper], against: Against) -> bool:
    try:
        return _state_of(track, against).is_pending
    except Conflict:
        return True


def _state_of(papers: Iterable[PolicePaper], against: Against) -> ReportState:
    state = ReportState.HANDED_OVER
    is_indicted = False
    for paper in sorted(papers, key=_day_order):
        kind = PaperKind(paper.kind)
        following = kind.state
        is_indicted |= kind == PaperKind.INDICTMENT
        if following is None or following == state:
            continue
        is_theirs = bool(against.get(paper.uid)) and following in REPORT_MOVES[state]
        if (
            not is_theirs
            and state in _WITH_COURT
            and (
                following in _OF_ANOTHER
                or (following == ReportState.WITHDRAWN and state in _JUDGED)
                or (
                    following == ReportState.NOT_PROSECUTED
                    and (is_indicted or state != ReportState.APPEALED)
                )
            )
        ):
            continue
        if following not in REPORT_MOVES[state]:
            raise Conflict(
                _("%(day)s的%(paper)s对不上：那时报案%(state)s，请核对种类和日期")
                % {
                    "day": paper.dated_on.isoformat(),
                    "paper": kind.label,
                    "state": state.label,
                }
            )
        state = following
    return state


def _day_order(paper: PolicePaper) -> tuple[str, int, int]:
    """By day; of one day in the order in which they are written."""
    order = list(PaperKind).index(PaperKind(paper.kind))
    return paper.dated_on.isoformat(), order, paper.pk or 0
