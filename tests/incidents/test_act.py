"""When the act was: what the reports that stand claim, and not when the case opened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from anlan.base.clock import local_day
from anlan.cases import services as cases
from anlan.cases.act import act_day, act_of
from anlan.incidents import services as incidents
from anlan.incidents.enums import Channel, HappenedSource
from anlan.resolution.legal.enums import LimitationKind
from anlan.resolution.legal.models import Limitation
from anlan.resolution.legal.selectors.police import periods_before
from tests.resolution.legal.hurt import struck, track
from tests.resolution.legal.limits import started
from tests.scene import Scene

pytestmark = pytest.mark.both
PERSON, PHONE = HappenedSource.PERSON, HappenedSource.PHONE


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


def claimed(scene: Scene, days: float, **more: Any) -> Any:
    said: dict[str, Any] = {
        "happened": scene.at - timedelta(days=days),
        "happened_source": PERSON,
        **more,
    }
    return scene.report(**said)


def test_nothing_was_claimed_it_is_when_the_report_came(scene: Scene):
    case = scene.incident().case
    assert act_of(case).at == scene.at
    assert act_of(case).source == "收到时间"


def test_the_earliest_claim_of_the_reports_that_stand(scene: Scene):
    first = claimed(scene, 1)
    case = first.incident.case
    second = claimed(scene, 3, by=scene.guard, at=scene.at + timedelta(minutes=1))
    assert second.incident == first.incident
    assert act_of(case).at == second.happened_at
    assert act_of(case).source == "口述时间"
    assert act_day(case) == local_day(scene.at) - timedelta(days=3)

    incidents.withdraw_report(report=second, by=scene.guard, at=scene.at)
    assert act_of(case).at == first.happened_at
    incidents.withdraw_report(report=first, by=scene.person("lixiang"), at=scene.at)
    assert act_of(case).at == scene.at


def test_what_was_split_off_claims_for_its_own_case(scene: Scene):
    first = claimed(scene, 1)
    second = claimed(scene, 3, by=scene.guard, at=scene.at + timedelta(minutes=1))
    new = incidents.split_report(
        report=second, by=scene.officer, at=scene.at + timedelta(minutes=2)
    )
    assert act_of(first.incident.case).at == first.happened_at
    assert act_of(new.case).at == second.happened_at


def test_what_was_joined_claims_for_its_host(scene: Scene):
    host = claimed(scene, 1).incident.case
    other = claimed(scene, 2, place=scene.place("园区 快递柜")).incident.case
    cases.join_cases(case=other, host=host, by=scene.officer, at=scene.at)
    assert act_of(host).at == scene.at - timedelta(days=2)


@pytest.mark.parametrize(("source", "days"), [(PHONE, 0), (PERSON, 400)])
def test_a_clock_that_is_far_back_is_not_believed_a_person_is(
    scene: Scene, source: HappenedSource, days: int
):
    case = claimed(scene, 400, happened_source=source).incident.case
    assert act_of(case).at == scene.at - timedelta(days=days)


@pytest.mark.parametrize(("days", "counted"), [(29, 29), (31, 0)])
def test_whoever_scanned_a_code_moves_it_no_further_than_a_clock(
    scene: Scene, days: int, counted: int
):
    case = claimed(scene, days, channel=Channel.PUBLIC).incident.case
    assert act_of(case).at == scene.at - timedelta(days=counted)


def test_a_clock_that_runs_ahead_moves_no_act_behind_its_report(scene: Scene):
    case = claimed(scene, -1 / 1440, happened_source=PHONE).incident.case
    assert act_of(case).at == scene.at


def test_days_of_the_law_count_from_it(scene: Scene):
    case = claimed(scene, 5).incident.case
    day = local_day(scene.at) - timedelta(days=5)
    struck(scene, case)
    assert track(case).injured_on == day
    assert track(case).due_on == day + timedelta(days=30)
    starts = set(Limitation.objects.values_list("starts_on", flat=True))
    assert starts == {day}
    limit = started(scene, case, kind=LimitationKind.SECURITY, starts_on=day)
    assert limit.hurt_on == day
    (period,) = [one for one in periods_before(case) if one.rule.id == "D03"]
    assert period.begins_at == scene.at - timedelta(days=5)
