"""What the state of a report or an improvement allows."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from anlan.base.errors import Conflict, InvalidInput
from anlan.resolution.review.enums import (
    ImprovementState,
    Origin,
    RecurrenceState,
    ReportState,
    Section,
)
from anlan.resolution.review.models import (
    Improvement,
    ImprovementCheck,
    Recurrence,
    Report,
    ReportCitation,
    ReportParagraph,
)

# What may become what; ``docs/states/`` is drawn from these tables.
REPORT_MOVES: dict[ReportState, tuple[ReportState, ...]] = {
    ReportState.DRAFT: (ReportState.SUBMITTED, ReportState.WITHDRAWN),
    ReportState.SUBMITTED: (
        ReportState.APPROVED,
        ReportState.RETURNED,
        ReportState.WITHDRAWN,
    ),
    ReportState.RETURNED: (),
    ReportState.WITHDRAWN: (),
    ReportState.APPROVED: (ReportState.SUPERSEDED,),
    ReportState.SUPERSEDED: (),
}
IMPROVEMENT_MOVES: dict[ImprovementState, tuple[ImprovementState, ...]] = {
    ImprovementState.OPEN: (ImprovementState.WATCHED, ImprovementState.DROPPED),
    ImprovementState.WATCHED: (ImprovementState.WORKED, ImprovementState.OPEN),
    # The same happens again, for the same cause: it did not work after all.
    ImprovementState.WORKED: (ImprovementState.OPEN,),
    ImprovementState.DROPPED: (),
}


def check_report_may_become(report: Report, state: ReportState) -> None:
    now = ReportState(report.state)
    if state not in REPORT_MOVES[now]:
        raise Conflict(
            _("事件报告 %(code)s %(state)s，不能再这样办理")
            % {"code": report.code, "state": now.label}
        )


def check_is_draft(report: Report) -> None:
    """From its submission on a version does not change; a new one takes its place."""
    if not report.is_draft:
        raise Conflict(
            _("事件报告 %(code)s %(state)s，不能再改；要改请编写新版本")
            % {"code": report.code, "state": report.get_state_display()}
        )


def check_may_leave(report: Report) -> None:
    """Only what was approved is exported, and only while its words are there."""
    if not report.was_approved:
        raise Conflict(_("批准以后才能导出"))
    if report.is_erased:
        raise Conflict(_("报告的文字已按保存期限删除"))


def holds(citation: ReportCitation) -> bool:
    """Whether what it names can still be looked at: signed, and not let go."""
    if citation.statement is not None:
        exhibit = citation.statement.exhibit
        return exhibit is not None and not exhibit.is_deleted
    return citation.exhibit is not None and not citation.exhibit.is_deleted


def is_bare(paragraph: ReportParagraph) -> bool:
    """Whether a person states a fact in it and names nothing that can be looked at.

    What was composed rests on the record, or cites what its finding cites.
    """
    return (
        paragraph.is_fact
        and paragraph.origin == Origin.WRITTEN
        and not any(map(holds, paragraph.citations.all()))
    )


def check_is_whole(report: Report, paragraphs: Iterable[ReportParagraph]) -> None:
    """
    Raises:
        InvalidInput: a fact added by hand cites nothing; the cause is not said.
        Conflict: there is no lesson.
    """
    rows = list(paragraphs)
    bare = [row for row in rows if is_bare(row)]
    if bare:
        names = _("、").join(
            f"{Section(row.section).label} {row.position}" for row in bare
        )
        raise InvalidInput(
            _("人写的每一段事实都要引用证据或者已签字的情况说明，这些还没有：%s")
            % names,
            path="sources",
        )
    if not report.cause:
        raise InvalidInput(_("请先选择主要原因属于哪一类"), path="cause")
    if not any(row.section == Section.LESSONS for row in rows):
        raise Conflict(_("请至少写一条教训"))


def check_improvement_may_become(
    improvement: Improvement, state: ImprovementState
) -> None:
    now = ImprovementState(improvement.state)
    if state not in IMPROVEMENT_MOVES[now]:
        raise Conflict(
            _("改进措施 %(code)s %(state)s，不能再这样办理")
            % {"code": improvement.code, "state": now.label}
        )


def check_is_to_be_said(check: ImprovementCheck) -> None:
    if check.cancelled_at is not None:
        raise Conflict(_("改进措施已经重新进行，这次检查不再需要"))
    if check.at is not None:
        raise Conflict(_("这次检查已经登记"))


def check_is_possible(recurrence: Recurrence) -> None:
    if recurrence.state != RecurrenceState.POSSIBLE:
        raise Conflict(_("已经有人查看过：%s") % recurrence.get_state_display())
