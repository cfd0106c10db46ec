"""Struck staff for the tests: their track, its steps and papers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from anlan.accounts.models import User
from anlan.base.clock import local_day
from anlan.cases import services as cases
from anlan.cases.models import Case, Party
from anlan.evidence.models import Exhibit
from anlan.resolution.legal import services as legal
from anlan.resolution.legal.enums import WorkInjuryStepKind
from anlan.resolution.legal.models import WorkInjury, WorkInjuryStep
from anlan.resolution.legal.selectors.work_injury import work_injuries_in
from tests.evidence.keeping import photo
from tests.scene import Scene

STEP = WorkInjuryStepKind


def struck(scene: Scene, case: Case, user: User | None = None, **more: Any) -> Party:
    """A colleague, entered as victim and staff, unless told otherwise."""
    said: dict[str, Any] = {
        "roles": ["victim", "staff"],
        "user": user or scene.next_guard,
        "by": scene.officer,
        "at": scene.at,
        **more,
    }
    return cases.add_party(case=case, **said)


def track(case: Case) -> WorkInjury:
    found = work_injuries_in(case).get()
    found.case = case
    return found


def opened(scene: Scene, **more: Any) -> WorkInjury:
    case = scene.incident().case
    struck(scene, case, **more)
    return track(case)


def receipt(scene: Scene, case: Case) -> Exhibit:
    return photo(scene, case)


def day_after(scene: Scene, days: int) -> tuple[date, datetime]:
    """That day, and an hour of it at which somebody enters what happened."""
    at = scene.at + timedelta(days=days)
    return local_day(at), at


def stepped(
    scene: Scene,
    injury: WorkInjury,
    kind: WorkInjuryStepKind,
    days: int = 0,
    **more: Any,
) -> WorkInjuryStep:
    """So many days after the injury, entered that day by the manager with its paper."""
    happened, at = day_after(scene, days)
    said: dict[str, Any] = {
        "happened": happened,
        "at": at,
        "by": scene.manager,
        "words": "电话告知，本人知道了",
        **more,
    }
    if kind.needs_paper and "exhibit" not in said:
        said["exhibit"] = receipt(scene, injury.case)
    return legal.record_step(injury=injury, kind=kind, **said)
