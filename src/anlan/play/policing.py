"""What a step of a scenario may do with the police: material, hand-over, papers, rights."""

from __future__ import annotations

from datetime import datetime

from anlan.accounts.models import Place, User
from anlan.base.clock import local_day
from anlan.cases.models import Case
from anlan.evidence.models import Exhibit
from anlan.evidence.selectors.approvals import statements_among
from anlan.play.actions import Stage, action
from anlan.play.scenario import ScenarioError
from anlan.resolution.legal import services as legal
from anlan.resolution.legal.enums import ItemKind, ItemState, PaperKind, ToldWay
from anlan.resolution.legal.models import PoliceReport
from anlan.resolution.legal.selectors.police import tracked_report


@action
def prepare_report(stage: Stage, *, by: User, at: datetime) -> str:
    """Begin to gather material for the police."""
    return legal.begin_report(case=_case(stage), by=by, at=at).code


@action
def report_item(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    items: list[str],
    exhibits: list[str] | None = None,
    words: str = "",
    missing: bool = False,
    spoken: bool = False,
) -> str:
    """Kinds of material: what of the evidence, or on paper, or why there is none.

    ``spoken``: every statement of the case besides.
    """
    report = _report(stage)
    found = Exhibit.objects.filter(case=report.case).in_bulk()
    by_code = {one.code: one for one in found.values()}
    statements = statements_among(list(found.values())) if spoken else []
    for item in items:
        legal.set_item(
            report=report,
            kind=ItemKind(item),
            state=ItemState.NONE if missing else ItemState.READY,
            exhibits=[*(by_code[code] for code in exhibits or ()), *statements],
            words=words,
            by=by,
            at=at,
        )
    return " ".join(items)


@action
def approve_material(stage: Stage, *, by: User, at: datetime) -> str:
    """Somebody else agrees that what is on the list goes to the police."""
    return legal.approve_material(report=_report(stage), by=by, at=at).code


@action
def hand_in_report(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    officer: str,
    number: str,
    signers: str,
    words: str,
    reason: str = "",
) -> str:
    """Everything that is ready is accepted; the police's own list follows later."""
    report = _report(stage)
    ready = report.items.filter(state=ItemState.READY).values_list("kind", flat=True)
    done = legal.hand_over(
        report=report,
        happened=at,
        station=report.procedure.station if report.procedure else "派出所",
        officer=officer,
        officer_number=number,
        accepted=[ItemKind(kind) for kind in ready],
        signers=signers,
        gaps=reason,
        words=words,
        by=by,
        at=at,
    )
    return done.state


@action
def police_paper(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    kind: str,
    number: str,
    words: str,
    office: str = "",
) -> str:
    """A paper about the report, dated and received on the day of the step.

    Args:
        office: of a prosecutor or court; else it is the police station's.
    """
    case = _case(stage)
    report = tracked_report(case)
    if report is None:
        raise ScenarioError("no report is with the police")
    report.case = case
    legal.record_paper(
        report=report,
        kind=PaperKind(kind),
        number=number,
        office=office or report.station,
        officer="" if office else f"{report.officer} {report.officer_number}",
        dated_on=local_day(at),
        received_on=local_day(at),
        words=words,
        by=by,
        at=at,
    )
    report.refresh_from_db()
    return report.state


@action
def tell_rights(stage: Stage, *, by: User, at: datetime, key: str) -> str:
    """What the victim's side may do, handed over as a page."""
    told = legal.tell_rights(
        case=_case(stage),
        party=stage.parties[key],
        way=ToldWay.IN_PERSON,
        happened=at,
        by=by,
        at=at,
    )
    return told.way


@action
def retaliate(stage: Stage, *, by: User, at: datetime, place: str, words: str) -> str:
    """Somebody is retaliated against; the incident that opens has a room of its own."""
    case = _case(stage)
    noted = legal.note_retaliation(
        case=case,
        place=Place.objects.select_related("site").get(site=case.site, label=place),
        words=words,
        is_ongoing=True,
        by=by,
        at=at,
    )
    return noted.opened.number if noted.opened else ""


def _case(stage: Stage) -> Case:
    return Case.objects.select_related("site__organisation").get(
        pk=stage.incident.case_id
    )


def _report(stage: Stage) -> PoliceReport:
    """The newest of the case."""
    found = PoliceReport.objects.select_related("procedure", "supplements")
    report = found.filter(case=stage.incident.case_id).order_by("-number").first()
    if report is None:
        raise ScenarioError("no report to the police was begun")
    report.case = _case(stage)
    return report
