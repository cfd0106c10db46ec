"""What an ``expect`` line of a scenario may ask, each answered only if it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol

from django.db.models import QuerySet

from anlan.accounts.services import field_keys
from anlan.base.clock import local_day
from anlan.cases.models import Case, Guardianship, TaskPhoto
from anlan.customers.models import RiskMarker
from anlan.evidence.enums import CheckKind, ExhibitKind, ExhibitState, Source
from anlan.evidence.file_verification import verify_files
from anlan.evidence.list_verification import verify_list
from anlan.evidence.models import (
    Addendum,
    CheckRun,
    CustodyStep,
    FootageApplication,
    InjuryPhoto,
    OutsideKeeper,
    Package,
)
from anlan.evidence.selectors.recordings import recordings_of
from anlan.evidence.selectors.register import Wanted, register_page
from anlan.evidence.services.packages import path_of
from anlan.evidence.verifier import verify
from anlan.incidents.models import Assignment, Incident
from anlan.investigation.models import CellReading
from anlan.investigation.selectors.interviews import gaps_of
from anlan.ledger.verify import verify as verify_ledger
from anlan.play.actions import Stage
from anlan.resolution.legal.models import Limitation, Opinion, PolicePaper, WorkInjury
from anlan.resolution.mediation.models import Duty, Talks
from anlan.resolution.models import CompensationVersion
from anlan.resolution.review.models import ReportCopy
from anlan.resolution.selectors.compensation import outcome_of


class _WithState(Protocol):
    @property
    def state(self) -> str: ...


def take_measures(stage: Stage, names: Iterable[str]) -> dict[str, object]:
    """Those of ``names`` that there are; a dear one costs only a file that asks it."""
    return {name: MEASURES[name](stage) for name in names if name in MEASURES}


def last_drill() -> CheckRun | None:
    runs = CheckRun.objects.filter(kind=CheckKind.DRILL)
    return runs.order_by("-ended_at", "-pk").first()


def _case(stage: Stage) -> Case:
    return Case.objects.get(pk=stage.incident.case_id)


def _states(rows: Iterable[_WithState]) -> list[str]:
    return [row.state for row in rows]


def _seconds(since: datetime | None, until: datetime | None) -> int | None:
    if since is None or until is None:
        return None
    return int((until - since) / timedelta(seconds=1))


def _seconds_to_acknowledge(stage: Stage) -> int | None:
    incident = stage.incident
    return _seconds(incident.reported_at, incident.acknowledged_at)


def _seconds_to_arrive(stage: Stage) -> int | None:
    incident = stage.incident
    return _seconds(incident.reported_at, incident.arrived_at)


def _seconds_to_control(stage: Stage) -> int | None:
    incident = stage.incident
    return _seconds(incident.reported_at, incident.controlled_at)


def _seconds_to_close(stage: Stage) -> int | None:
    incident = stage.incident
    return _seconds(incident.reported_at, incident.case.closed_at)


def _assignments(stage: Stage) -> QuerySet[Assignment]:
    return stage.incident.assignments.select_related("user").order_by("pk")


def _compensation_due(stage: Stage) -> dict[str, int]:
    """By the name of the party in the file, what its newest version says."""
    due = {}
    for key, party in stage.parties.items():
        rows = CompensationVersion.objects.filter(compensation__party=party)
        newest = rows.order_by("-number").first()
        if newest is not None:
            due[key] = outcome_of(newest).due_fen
    return due


def _standing_papers(stage: Stage) -> list[str]:
    papers = PolicePaper.objects.filter(report__case=_case(stage), revoked_at=None)
    return [paper.kind for paper in papers.order_by("pk")]


def _markers(stage: Stage) -> list[str]:
    rows = RiskMarker.objects.filter(case_number=_case(stage).number)
    return [row.state(on=local_day(row.set_at)) for row in rows.order_by("pk")]


def _report_copies(stage: Stage) -> list[str]:
    rows = ReportCopy.objects.filter(report__case=_case(stage)).order_by("pk")
    return [row.side for row in rows]


def _retaliations(stage: Stage) -> list[int]:
    rows = _case(stage).retaliations.select_related("opened").order_by("pk")
    return [row.opened.severity if row.opened else 0 for row in rows]


def _unexplained(stage: Stage) -> int:
    register = register_page(Wanted(site=stage.site))
    return sum(row.is_unexplained for row in register.rows)


def _drill_files(stage: Stage) -> int | None:
    drilled = last_drill()
    return drilled.copies if drilled else None


def _drill_proof(stage: Stage) -> str | None:
    drilled = last_drill()
    return drilled.proof if drilled else None


def _keepers(stage: Stage) -> int:
    return OutsideKeeper.objects.filter(
        organisation=stage.site.organisation, removed_at=None
    ).count()


def _packages_intact(stage: Stage) -> int:
    return sum(
        verify.check(str(path_of(package)), package.fingerprint).exit == 0
        for package in Package.objects.filter(case=_case(stage))
    )


MEASURES: dict[str, Callable[[Stage], object]] = {
    "state": lambda stage: _case(stage).state,
    "phase": lambda stage: _case(stage).phase,
    "severity": lambda stage: _case(stage).severity,
    "number": lambda stage: _case(stage).number,
    "police": lambda stage: stage.incident.police,
    "false_alarm": lambda stage: stage.incident.false_alarm_at is not None,
    "seconds_to_acknowledge": _seconds_to_acknowledge,
    "seconds_to_arrive": _seconds_to_arrive,
    "seconds_to_control": _seconds_to_control,
    "seconds_to_close": _seconds_to_close,
    "alerted": lambda stage: [one.user.username for one in _assignments(stage)],
    "expired": lambda stage: _assignments(stage).filter(state="expired").count(),
    "reports": lambda stage: stage.incident.reports.count(),
    "incidents": lambda stage: Incident.objects.filter(case__site=stage.site).count(),
    "tasks": lambda stage: _case(stage).tasks.count(),
    "tasks_done": lambda stage: _case(stage).tasks.filter(state="done").count(),
    "tasks_skipped": lambda stage: _case(stage).tasks.filter(state="skipped").count(),
    "photos": lambda stage: TaskPhoto.objects.filter(task__case=_case(stage)).count(),
    "deadlines_missed": lambda stage: (
        _case(stage).deadlines.filter(fired_at__isnull=False).count()
    ),
    "parties": lambda stage: _case(stage).parties.count(),
    "guardians": lambda stage: Guardianship.objects.filter(
        ward__case=_case(stage), ended_at=None
    ).count(),
    "calls": lambda stage: stage.incident.calls.count(),
    "objects": lambda stage: (
        _case(stage).exhibits.filter(kind=ExhibitKind.OBJECT).count()
    ),
    "masked_copies": lambda stage: (
        _case(stage).exhibits.filter(source=Source.MASKED).count()
    ),
    "custody_steps": lambda stage: CustodyStep.objects.filter(
        exhibit__case=_case(stage)
    ).count(),
    "statements": lambda stage: _case(stage).statements.filter(state="frozen").count(),
    "addenda": lambda stage: Addendum.objects.filter(
        statement__case=_case(stage)
    ).count(),
    "injuries": lambda stage: _case(stage).injuries.filter(withdrawn_at=None).count(),
    "injury_photos": lambda stage: InjuryPhoto.objects.filter(
        injury__case=_case(stage)
    ).count(),
    "packages_intact": _packages_intact,
    "compensation_due": _compensation_due,
    "interviews": lambda stage: _states(_case(stage).interviews.order_by("number")),
    "questions_unasked": lambda stage: sum(
        len(gap.questions) for gap in gaps_of(_case(stage))
    ),
    "cells_read": lambda stage: CellReading.objects.filter(
        statement__case=_case(stage)
    ).count(),
    "findings": lambda stage: _states(_case(stage).findings.order_by("version")),
    "plans": lambda stage: _states(_case(stage).plans.order_by("version")),
    "notices": lambda stage: _states(_case(stage).notices.order_by("number")),
    "objections": lambda stage: _states(_case(stage).objections.order_by("number")),
    "talks": lambda stage: _states(
        Talks.objects.filter(case=_case(stage)).order_by("pk")
    ),
    "terms": lambda stage: _states(
        Duty.objects.filter(talks__case=_case(stage)).order_by("pk")
    ),
    "work_injuries": lambda stage: _states(
        WorkInjury.objects.filter(case=_case(stage)).order_by("number")
    ),
    "limits": lambda stage: _states(
        Limitation.objects.filter(case=_case(stage)).order_by("number")
    ),
    "opinions": lambda stage: Opinion.objects.filter(
        question__case=_case(stage), given_at__isnull=False
    ).count(),
    "case_reports": lambda stage: _states(_case(stage).reports.order_by("version")),
    "report_copies": _report_copies,
    "improvements": lambda stage: _states(_case(stage).improvements.order_by("number")),
    "police_reports": lambda stage: _states(
        _case(stage).police_reports.order_by("number")
    ),
    "police_papers": _standing_papers,
    "rights_told": lambda stage: _case(stage).rights_told.count(),
    "retaliations": _retaliations,
    "markers": _markers,
    "recordings": lambda stage: {
        one.camera.name: one.state for one in recordings_of(_case(stage))
    },
    "footage": lambda stage: _states(
        FootageApplication.objects.filter(case=_case(stage)).order_by("pk")
    ),
    "footage_register": lambda stage: len(register_page(Wanted(site=stage.site)).rows),
    "footage_unexplained": _unexplained,
    "evidence_kept": lambda stage: (
        _case(stage).exhibits.exclude(state=ExhibitState.DELETED).count()
    ),
    "evidence_deleted": lambda stage: (
        _case(stage).exhibits.filter(state=ExhibitState.DELETED).count()
    ),
    "holds": lambda stage: _case(stage).holds.filter(released_at=None).count(),
    "drill_files": _drill_files,
    "drill_proof": _drill_proof,
    "keepers": _keepers,
    "field_keys": lambda stage: len(field_keys.field_keys()),
    "files_sound": lambda stage: (
        not (verify_files(deep=True).problems or verify_list())
    ),
    "ledger_sound": lambda stage: verify_ledger().is_sound,
}
