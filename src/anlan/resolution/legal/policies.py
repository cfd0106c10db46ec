"""What the state of a report to the police allows."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from anlan.base.errors import Conflict
from anlan.resolution.legal.enums import PaperKind, ReportState
from anlan.resolution.legal.models import PolicePaper, PoliceReport

_ANSWERS = (
    ReportState.FILED,
    ReportState.REFUSED,
    ReportState.DECIDED,
    ReportState.TRANSFERRED,
    ReportState.ENDED,
)
# What may become what; ``docs/states/`` is drawn from this table. Papers reach the office
# late and some not at all, so that a decision may be the first that is known.
REPORT_MOVES: dict[ReportState, tuple[ReportState, ...]] = {
    ReportState.PREPARING: (ReportState.HANDED_OVER, ReportState.DROPPED),
    ReportState.HANDED_OVER: (ReportState.ACCEPTED, *_ANSWERS),
    ReportState.ACCEPTED: _ANSWERS,
    ReportState.FILED: (
        ReportState.DECIDED,
        ReportState.TRANSFERRED,
        ReportState.ENDED,
    ),
    ReportState.REFUSED: (ReportState.FILED, ReportState.TRANSFERRED),
    ReportState.TRANSFERRED: (ReportState.ACCEPTED, *_ANSWERS),
    ReportState.DECIDED: (ReportState.ENDED,),
    ReportState.ENDED: (ReportState.FILED,),
    ReportState.DROPPED: (),
}


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


def state_after(papers: Iterable[PolicePaper]) -> ReportState:
    """What the papers that stand make of a report, read in the order of their days.

    A paper of the same kind again changes nothing. The order in which they were typed in
    does not matter.

    Raises:
        Conflict: one of them could not follow what was before it.
    """
    state = ReportState.HANDED_OVER
    for paper in sorted(papers, key=_day_order):
        kind = PaperKind(paper.kind)
        following = kind.state
        if following is None or following == state:
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
    """By day; of one day in the order in which the police write them."""
    order = list(PaperKind).index(PaperKind(paper.kind))
    return paper.dated_on.isoformat(), order, paper.pk or 0
