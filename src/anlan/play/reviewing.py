"""What a step of a scenario may do at the end: report, improvements, checks, meeting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from anlan.accounts.models import User
from anlan.base.clock import local_day
from anlan.cases.models import Case
from anlan.evidence.models import Exhibit, Statement
from anlan.play.actions import Stage, action
from anlan.play.scenario import ScenarioError
from anlan.resolution.review import services as review
from anlan.resolution.review.enums import Cause, Form, Section
from anlan.resolution.review.models import Improvement, Report, ReportParagraph
from anlan.resolution.review.paragraphs import paragraphs_of
from anlan.resolution.review.selectors.improvements import Ground, grounds_of


@action
def begin_report(stage: Stage, *, by: User, at: datetime) -> str:
    """Compose the next version from the record."""
    return review.begin_report(case=_case(stage), by=by, at=at).code


@action
def write_report(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    part: str,
    words: str,
    tags: str = "",
    instead_of: int | None = None,
) -> str:
    """A paragraph of the newest version; ``instead_of`` writes one of its part anew."""
    report = _report(stage)
    if instead_of is None:
        row = review.add_paragraph(
            report=report, section=Section(part), text=words, tags=tags, by=by, at=at
        )
        return row.section
    row = _paragraph(report, part, instead_of)
    review.change_paragraph(
        paragraph=row,
        text=words,
        is_fact=row.is_fact,
        sources=_cited(row),
        by=by,
        at=at,
    )
    return row.section


@action
def leave_out(stage: Stage, *, by: User, at: datetime, part: str, position: int) -> str:
    """A paragraph of the newest version stands in no report."""
    row = _paragraph(_report(stage), part, position)
    review.leave_paragraph(paragraph=row, is_left_out=True, by=by, at=at)
    return part


@action
def submit_report(stage: Stage, *, by: User, at: datetime, cause: str) -> str:
    report = _report(stage)
    review.set_cause(report=report, cause=Cause(cause), by=by, at=at)
    return review.submit_report(report=report, by=by, at=at).state


@action
def decide_report(
    stage: Stage, *, by: User, at: datetime, approve: bool = True, words: str = ""
) -> str:
    decided = review.decide_report(
        report=_report(stage), is_approved=approve, remark=words, by=by, at=at
    )
    return decided.state


@action
def export_report(stage: Stage, *, by: User, at: datetime, form: str) -> str:
    """As pdf or docx; what happened since makes it no other file."""
    made = review.export_report(report=_report(stage), form=Form(form), by=by, at=at)
    return f"{len(made)} bytes"


@action
def copy_report(
    stage: Stage, *, by: User, at: datetime, key: str, words: str = "本人"
) -> str:
    """The copy for the side of a party; ``words`` is who took it."""
    made, content = review.hand_out_copy(
        report=_report(stage), party=stage.parties[key], receiver=words, by=by, at=at
    )
    return f"{made.side}, {len(content)} bytes"


@action
def improve(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    words: str,
    why: str,
    cause: str,
    owner: str,
    within: int,
    ground: str,
) -> str:
    """``ground`` is the beginning of what was found, learned or agreed."""
    case = _case(stage)
    made = review.make_improvement(
        case=case,
        what=words,
        why=why,
        ground=_ground(case, ground),
        cause=Cause(cause),
        owner=User.objects.get(username=owner),
        due_on=local_day(at + timedelta(days=within)),
        by=by,
        at=at,
    )
    return made.code


@action
def finish_improvement(
    stage: Stage, *, by: User, at: datetime, improvement: int, words: str
) -> str:
    row = _improvement(stage, improvement)
    return review.finish_improvement(improvement=row, words=words, by=by, at=at).state


@action
def check_improvement(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    improvement: int,
    days: int,
    effective: bool,
    words: str,
    within: int = 0,
) -> str:
    """Of the turn that runs; ``within`` days it is done anew, where it had no effect."""
    row = _improvement(stage, improvement)
    check = row.checks.get(turn=row.turn, days=days)
    check.improvement = row
    checked = review.check_improvement(
        check=check,
        is_effective=effective,
        looked=words,
        due_on=local_day(at + timedelta(days=within)) if within else None,
        by=by,
        at=at,
    )
    return checked.state


@action
def hold_meeting(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    people: Sequence[str],
    words: str,
    guests: Sequence[str] = (),
    voluntary: bool = True,
) -> str:
    """An hour before it is written down."""
    made = review.record_meeting(
        case=_case(stage),
        held_at=at - timedelta(hours=1),
        minutes=words,
        is_voluntary=voluntary,
        people=list(User.objects.filter(username__in=people).order_by("pk")),
        guests=guests,
        by=by,
        at=at,
    )
    return made.code


def _case(stage: Stage) -> Case:
    return Case.objects.select_related("site__organisation").get(
        pk=stage.incident.case_id
    )


def _report(stage: Stage) -> Report:
    case = _case(stage)
    newest = Report.objects.select_related("author", "place").filter(case=case)
    report = newest.order_by("-version").first()
    if report is None:
        raise ScenarioError("no report was begun")
    report.case = case
    return report


def _paragraph(report: Report, part: str, place: int) -> ReportParagraph:
    rows = [row for row in paragraphs_of(report) if row.section == part]
    row = rows[place - 1]
    row.report = report
    return row


def _cited(row: ReportParagraph) -> list[Exhibit | Statement]:
    found = (one.exhibit or one.statement for one in row.citations.all())
    return [one for one in found if one is not None]


def _ground(case: Case, words: str) -> Ground:
    for ground in grounds_of(case).values():
        text = getattr(ground, "text", "") or getattr(ground, "code", "")
        if text.startswith(words):
            return ground
    raise ScenarioError(f"nothing was found or learned that begins with {words}")


def _improvement(stage: Stage, number: int) -> Improvement:
    case = _case(stage)
    row = Improvement.objects.select_related("owner").get(case=case, number=number)
    row.case = case
    return row
