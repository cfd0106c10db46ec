"""What earlier cases still hold against somebody: bans with their last day, open matters."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from anlan.accounts.models import User
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.enums import CaseKind
from anlan.cases.models import Case
from anlan.investigation.selectors.background import (
    Earlier,
    Standing,
    background_of,
    standing_of,
)
from anlan.resolution.enums import CarryingState, PlanState
from anlan.resolution.models import Carrying, Plan
from tests.resolution.told import in_force
from tests.scene import Scene

NAME = "孟*海"


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


@pytest.mark.both
def test_the_background_shows_bans_and_open_matters_and_counts_hidden_ones(
    scene: Scene,
) -> None:
    case = scene.incident().case
    begins = act_day(case)
    measure = in_force(scene, case, "facility_ban", service="club")
    carrying = Carrying.objects.filter(measure=measure)
    later = scene.incident(place=scene.place("园区 南门")).case
    cases.add_party(
        case=later,
        roles=["involved"],
        person=measure.party.person,
        by=scene.officer,
        at=scene.at,
    )

    def bans(reader: User, days: int) -> Standing:
        rows = standing_of(later, reader, on=begins + timedelta(days=days))
        return {one.reason: one for one in rows}[f"有效的限制措施：{NAME}"]

    assert bans(scene.officer, 10).count == 0  # nobody has carried it out yet
    carrying.update(state=CarryingState.DONE)
    shown = bans(scene.officer, 10)
    assert [one.until for one in shown.found] == [measure.ends_on]
    assert (shown.found[0].note, shown.hidden) == (case.number, 0)
    # Neither a guard, who reads no plan, nor who works elsewhere.
    for nobody in (scene.guard, scene.stranger):
        assert (bans(nobody, 10).found, bans(nobody, 10).hidden) == ([], 1)
    assert bans(scene.officer, 91).count == 0
    # Replaced by a version that goes on with it, whose letter is still to be delivered.
    Plan.objects.filter(pk=measure.plan_id).update(state=PlanState.SUPERSEDED)
    assert bans(scene.officer, 10).count == 1
    carrying.update(state=CarryingState.DROPPED)
    assert bans(scene.officer, 10).count == 0

    def matters(reader: User) -> Earlier | None:
        reason = f"同一人未办结的投诉和其他案件：{NAME}"
        return {one.reason: one for one in background_of(later, reader)}.get(reason)

    assert matters(scene.officer) is None  # of the same kind: told above them
    Case.objects.filter(pk=case.pk).update(kind=CaseKind.COMPLAINT)
    seen, hidden = matters(scene.officer), matters(scene.stranger)
    assert seen is not None
    assert seen.cases == [case]
    assert hidden is not None
    assert (hidden.cases, hidden.hidden) == ([], 1)
    Case.objects.filter(pk=case.pk).update(state="closed", closed_at=case.opened_at)
    assert matters(scene.officer) is None
