"""The day of the act is established by a person, and what counts from it follows."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.utils.translation import override

from anlan.base.calendar import statutory_calendar
from anlan.base.clock import local_day, start_of_day
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases import services as cases
from anlan.cases.act import act_day, act_of
from anlan.cases.enums import TaskState
from anlan.cases.models import Case, StatedAct, Task
from anlan.cases.selectors import timeline
from anlan.incidents.enums import HappenedSource
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.resolution.legal import services as legal
from anlan.resolution.legal.enums import (
    LimitationKind,
    LimitationState,
    PaperKind,
    TurnGround,
)
from anlan.resolution.legal.jobs import look_at_limits
from anlan.resolution.legal.models import Limitation, PolicePeriod
from anlan.resolution.legal.selectors.police import last_day
from anlan.resolution.legal.selectors.work_injury import employer_due, worker_due
from anlan.resolution.legal.services.running import say_passed_periods
from tests.resolution.legal.hurt import STEP, day_after, opened, stepped, struck, track
from tests.resolution.legal.limits import started, turned
from tests.resolution.legal.reported import complete, handed, paper
from tests.resolution.planned import legal as counsel
from tests.scene import Scene

pytestmark = pytest.mark.both_deep


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def stated(scene: Scene, case: Case, days: int, **more: Any) -> StatedAct:
    said: dict[str, Any] = {
        "day": day_after(scene, days)[0],
        "words": "受害人出示当天的聊天记录",
        "by": counsel(scene),
        "at": scene.at,
        **more,
    }
    return cases.state_act(case=case, **said)


def reported_late(scene: Scene, case: Case) -> None:
    """Days after what it is about, so that the act may turn out to be of a later day."""
    opened = scene.at + timedelta(days=9)
    Case.objects.filter(pk=case.pk).update(opened_at=opened)


def fresh(limit: Limitation) -> Limitation:
    return Limitation.objects.select_related("case__site").get(pk=limit.pk)


def entries(kind: str) -> list[dict[str, Any]]:
    rows = Entry.objects.filter(kind=kind).order_by("site_id", "seq")
    return [json.loads(bytes(row.data or b"{}")) for row in rows]


def year_on(day: date, years: int) -> date:
    return day.replace(year=day.year + years)


class TestStating:
    def test_it_stands_before_what_reports_claim(self, scene: Scene, case: Case):
        stated(scene, case, -4)
        day = day_after(scene, -4)[0]
        assert act_day(case) == day
        assert act_of(case).at == start_of_day(day)
        assert counsel(scene).name in act_of(case).source
        (entry,) = entries("case.act_stated")
        assert entry["before"] == local_day(scene.at).isoformat()

    def test_of_the_same_day_the_moment_stays(self, scene: Scene, case: Case):
        stated(scene, case, 0)
        assert act_of(case).at == scene.at

    def test_it_is_corrected_and_the_first_stays_readable(
        self, scene: Scene, case: Case
    ):
        stated(scene, case, -4)
        stated(scene, case, -2, by=scene.officer, words="监控画面的日期")
        assert act_day(case) == day_after(scene, -2)[0]
        assert case.stated_acts.count() == 2
        stated(scene, case, -2)
        assert case.stated_acts.count() == 2
        assert verify().is_sound

    @pytest.mark.parametrize("days", [1, -21 * 366])
    def test_no_day_to_come_nor_of_long_ago(self, scene: Scene, case: Case, days: int):
        with pytest.raises(InvalidInput) as refused:
            stated(scene, case, days)
        assert refused.value.path == "day"

    def test_no_day_after_the_report(self, scene: Scene, case: Case):
        """Whoever says a later day gives the other side more time than the law."""
        later = scene.at + timedelta(days=3)
        with pytest.raises(InvalidInput, match="上报的那一天（2026-11-23）") as refused:
            stated(scene, case, 1, at=later)
        assert refused.value.path == "day"
        stated(scene, case, 0, at=later)

    def test_a_reason_is_asked_for(self, scene: Scene, case: Case):
        with pytest.raises(InvalidInput) as refused:
            stated(scene, case, -1, words="  ")
        assert refused.value.path == "words"

    def test_neither_guards_nor_parties(self, scene: Scene, case: Case):
        struck(scene, case, user=scene.officer)
        for nobody in (scene.guard, scene.officer, scene.stranger):
            with pytest.raises(NotAllowed):
                stated(scene, case, -1, by=nobody)

    def test_sent_twice_it_is_one(self, scene: Scene, case: Case):
        request_id = uuid4()
        first = stated(scene, case, -1, request_id=request_id)
        assert stated(scene, case, -1, request_id=request_id) == first
        with pytest.raises(Conflict, match="请求编号"):
            stated(scene, case, -3, request_id=request_id)

    def test_of_a_joined_case_it_is_entered_in_its_host(self, scene: Scene, case: Case):
        other = scene.report(place=scene.place("园区 快递柜")).incident.case
        stated(scene, other, -3)
        limit = started(scene, case)
        cases.join_cases(case=other, host=case, by=scene.officer, at=scene.at)
        with pytest.raises(Conflict, match=case.number):
            stated(scene, other, -2)
        assert act_day(case) == fresh(limit).hurt_on == day_after(scene, -3)[0]

        cases.part_cases(case=other, by=scene.officer, at=scene.at)
        assert act_day(case) == fresh(limit).hurt_on == local_day(scene.at)
        assert act_day(other) == day_after(scene, -3)[0]

    def test_what_is_counted_of_a_joined_case_follows_its_host(
        self, scene: Scene, case: Case
    ):
        other = scene.report(place=scene.place("园区 快递柜")).incident.case
        limit = started(scene, other, kind=LimitationKind.SECURITY)
        report = handed(scene, complete(scene, other))
        struck(scene, other)
        injury = track(other)
        stated(scene, case, -5)
        posted = Task.objects.filter(case=other, playbook=None)
        posted.update(state="done", ended_at=scene.at)  # else it would not be joined
        cases.join_cases(case=other, host=case, by=scene.officer, at=scene.at)
        for days in (-5, -9):
            stated(scene, case, days)
            day = day_after(scene, days)[0]
            joined = Case.objects.get(pk=other.pk)
            assert act_day(joined) == fresh(limit).starts_on == day
            period = PolicePeriod.objects.get(report=report, rule="D03")
            assert local_day(period.begins_at) == track(joined).injured_on == day
        cases.part_cases(case=other, by=scene.officer, at=scene.at)
        assert fresh(limit).starts_on == track(other).injured_on
        assert fresh(limit).starts_on == local_day(scene.at)
        injury.refresh_from_db()
        assert injury.task is not None
        assert verify().is_sound

    def test_a_third_case_that_was_stated_counts_for_all(
        self, scene: Scene, case: Case
    ):
        other = scene.report(place=scene.place("园区 快递柜")).incident.case
        third = scene.report(place=scene.place("6 号楼")).incident.case
        stated(scene, third, -6)
        limit = started(scene, other, kind=LimitationKind.SECURITY)
        cases.join_cases(case=third, host=case, by=scene.officer, at=scene.at)
        cases.join_cases(case=other, host=case, by=scene.officer, at=scene.at)
        assert fresh(limit).starts_on == day_after(scene, -6)[0]
        cases.part_cases(case=other, by=scene.officer, at=scene.at)
        assert fresh(limit).starts_on == local_day(scene.at)


class TestLimits:
    def test_one_from_the_act_moves_with_it_and_says_so(self, scene: Scene, case: Case):
        limit = started(scene, case, kind=LimitationKind.SECURITY)
        before = limit.due_on
        stated(scene, case, -10)
        found = fresh(limit)
        assert found.starts_on == found.hurt_on == day_after(scene, -10)[0]
        assert found.due_on is not None
        assert before is not None
        assert found.due_on < before
        (entry,) = entries("legal.limitation_recounted")
        assert (entry["before"], entry["due"]) == (
            before.isoformat(),
            found.due_on.isoformat(),
        )

    def test_a_start_for_another_reason_and_every_turn_stay(
        self, scene: Scene, case: Case
    ):
        known, at = day_after(scene, 5)
        limit = started(scene, case, starts_on=known, at=at)
        turned(scene, limit, TurnGround.DEMAND, 8)
        due = fresh(limit).due_on
        stated(scene, case, -10, at=day_after(scene, 9)[1])
        assert (fresh(limit).starts_on, fresh(limit).due_on) == (known, due)
        assert limit.turns.filter(struck_at=None).count() == 1

    def test_a_claim_known_on_the_day_of_the_act_stays(self, scene: Scene, case: Case):
        limit = started(scene, case)
        assert not limit.is_from_act
        stated(scene, case, -10)
        found = fresh(limit)
        assert (found.starts_on, found.due_on) == (limit.starts_on, limit.due_on)
        assert found.hurt_on == day_after(scene, -10)[0]  # for the twenty years

    def test_of_those_from_before_only_claims_stay(self, scene: Scene):
        injury = opened(scene)
        claim = started(scene, injury.case)
        penalty = started(scene, injury.case, kind=LimitationKind.SECURITY)
        Limitation.objects.update(is_from_act=False)
        name = "anlan.resolution.legal.migrations.0005_limits_that_began_with_the_act"
        import_module(name).mark(apps, None)
        marked = Limitation.objects.filter(is_from_act=True)
        assert claim not in marked
        assert penalty in marked
        assert marked.filter(injury=injury).count() == 2

    def test_the_task_of_the_old_day_ends_and_comes_back_with_it(
        self, scene: Scene, case: Case
    ):
        limit = started(scene, case, kind=LimitationKind.SECURITY)
        assert limit.due_on is not None
        at = start_of_day(limit.due_on - timedelta(days=7))
        look_at_limits(at=at)
        tasks = Task.objects.filter(case=case, key__startswith="limit:")
        task = tasks.get()
        stated(scene, case, -2, at=at)
        task.refresh_from_db()
        assert (task.state, task.ended_by) == (TaskState.DONE, None)
        look_at_limits(at=at)
        assert tasks.filter(state=TaskState.OPEN).count() == 1
        stated(scene, case, 0, at=at)
        look_at_limits(at=at)
        assert tasks.get(state=TaskState.OPEN) == task
        assert verify().is_sound

    def test_a_start_before_the_act_comes_back_when_that_is_corrected(
        self, scene: Scene, case: Case
    ):
        known, at = day_after(scene, 1)
        limit = started(scene, case, starts_on=known, at=at)
        due = fresh(limit).due_on
        later = day_after(scene, 9)[1]
        reported_late(scene, case)
        stated(scene, case, 3, at=later)
        assert fresh(limit).due_on == year_on(day_after(scene, 3)[0], 3)
        stated(scene, case, 0, at=later)
        assert (fresh(limit).starts_on, fresh(limit).due_on) == (known, due)

    def test_what_a_person_ended_stays_ended(self, scene: Scene, case: Case):
        limit = started(scene, case)
        legal.end_limitation(
            limitation=limit, reason="已赔付", by=counsel(scene), at=scene.at
        )
        stated(scene, case, -10)
        assert fresh(limit).state == LimitationState.ENDED
        assert fresh(limit).look_on is None

    def test_a_report_alone_moves_nothing(self, scene: Scene, case: Case):
        limit = started(scene, case)
        scene.report(
            by=scene.guard,
            happened=scene.at - timedelta(days=3),
            happened_source=HappenedSource.PERSON,
            at=scene.at + timedelta(minutes=1),
        )
        assert act_day(case) == day_after(scene, -3)[0]
        assert fresh(limit).hurt_on == local_day(scene.at)


class TestWorkInjuries:
    def test_track_limits_and_task_move_and_the_entry_names_both_days(
        self, scene: Scene
    ):
        injury = opened(scene)
        before, day = injury.due_on, day_after(scene, -2)[0]
        stated(scene, injury.case, -2)
        found = track(injury.case)
        assert (found.injured_on, found.due_on) == (day, employer_due(day))
        rows = Limitation.objects.filter(injury=injury)
        assert {one.due_on for one in rows} == {employer_due(day), worker_due(day)}
        (entry,) = entries("legal.work_injury_recounted")
        assert (entry["before"], entry["due"]) == (
            before.isoformat(),
            found.due_on.isoformat(),
        )
        assert verify().is_sound

    def test_not_behind_a_step_and_then_nothing_is_half_done(self, scene: Scene):
        injury = opened(scene)
        limit = started(scene, injury.case)
        stepped(scene, injury, STEP.TOLD, 1)
        reported_late(scene, injury.case)
        with pytest.raises(Conflict, match="早于这一天"):
            stated(scene, injury.case, 3, at=day_after(scene, 9)[1])
        assert act_day(injury.case) == local_day(scene.at)
        assert fresh(limit).hurt_on == local_day(scene.at)
        assert not injury.case.stated_acts.exists()


class TestPolicePeriods:
    def test_the_six_months_of_the_act_move(self, scene: Scene, case: Case):
        report = handed(scene, complete(scene, case))
        row = PolicePeriod.objects.get(report=report, rule="D03")
        stated(scene, case, -10)
        found = PolicePeriod.objects.get(report=report, rule="D03")
        assert found.begins_at == start_of_day(day_after(scene, -10)[0])
        entry = next(
            one for one in entries("legal.period_recounted") if one["rule"] == "D03"
        )
        assert (entry["before"], entry["due"]) == (
            last_day(row.due_at).isoformat(),
            last_day(found.due_at).isoformat(),
        )

    def test_a_report_that_the_police_do_not_have_begins_none(
        self, scene: Scene, case: Case
    ):
        report = complete(scene, case)
        stated(scene, case, -10)
        assert not report.periods.exists()

    def test_what_passed_and_runs_again_is_told_again(self, scene: Scene, case: Case):
        report = handed(scene, complete(scene, case))
        row = PolicePeriod.objects.get(report=report, rule="D03")
        PolicePeriod.objects.filter(pk=row.pk).update(ended_at=None)
        stated(scene, case, -200)
        PolicePeriod.objects.filter(report=report, rule="D03").update(ended_at=None)
        say_passed_periods(at=scene.at)
        assert PolicePeriod.objects.get(pk=row.pk).said_at is not None
        stated(scene, case, -1)
        assert PolicePeriod.objects.get(pk=row.pk).said_at is None

    def test_not_behind_what_the_police_wrote(self, scene: Scene, case: Case):
        report = handed(scene, complete(scene, case))
        paper(scene, report)
        reported_late(scene, case)
        with pytest.raises(Conflict, match=report.code):
            stated(scene, case, 4, at=day_after(scene, 9)[1])


class TestHolidaysThatBecomeKnown:
    """A last day that was counted before the notice moves on with it."""

    def moved(self, row: PolicePeriod, announced: Callable[..., None]) -> datetime:
        """Its last day is given off; the moment at which it would have passed."""
        last = last_day(row.due_at)
        announced(last.year, last)
        return row.due_at

    def test_the_police_are_not_late_on_a_day_that_moved(
        self, scene: Scene, case: Case, announced
    ):
        report = handed(scene, complete(scene, case))
        paper(scene, report, PaperKind.FILING)
        row = PolicePeriod.objects.get(report=report, rule="D07")
        at = self.moved(row, announced)
        PolicePeriod.objects.exclude(pk=row.pk).update(said_at=scene.at)
        say_passed_periods(at=at)
        found = PolicePeriod.objects.get(pk=row.pk)
        assert found.due_at > row.due_at
        assert found.calendar == statutory_calendar().stamp
        assert found.said_at is None
        (entry,) = [
            one for one in entries("legal.period_recounted") if one["rule"] == "D07"
        ]
        assert (entry["before"], entry["due"]) == (
            last_day(row.due_at).isoformat(),
            last_day(found.due_at).isoformat(),
        )
        assert "day" not in entry
        with override("zh-hans"):
            told = "\n".join(one.sentence for one in timeline(case))
        assert f"报案 {report.code} 按已知的放假安排重新计算" in told
        assert "D07" not in [one["rule"] for one in entries("legal.period_passed")]

    def test_what_was_told_to_have_passed_runs_again(
        self, scene: Scene, case: Case, announced
    ):
        report = handed(scene, complete(scene, case))
        paper(scene, report, PaperKind.FILING)
        row = PolicePeriod.objects.get(report=report, rule="D07")
        say_passed_periods(at=row.due_at)
        at = self.moved(row, announced)
        say_passed_periods(at=at)
        assert PolicePeriod.objects.get(pk=row.pk).said_at is None

    def test_it_is_counted_once(self, scene: Scene, case: Case, announced):
        report = handed(scene, complete(scene, case))
        row = PolicePeriod.objects.filter(report=report, rule="D03").get()
        self.moved(row, announced)
        say_passed_periods(at=scene.at)
        before = Entry.objects.count()
        say_passed_periods(at=scene.at)
        assert Entry.objects.count() == before

    def test_a_limit_follows_too(self, scene: Scene, case: Case, announced):
        limit = started(scene, case, kind=LimitationKind.SECURITY)
        last = limit.due_on
        assert last is not None
        announced(last.year, last)
        look_at_limits(at=scene.at)
        found = fresh(limit)
        assert found.due_on is not None
        assert found.due_on > last
        (entry,) = entries("legal.limitation_recounted")
        assert (entry["before"], entry["due"]) == (
            last.isoformat(),
            found.due_on.isoformat(),
        )
        look_at_limits(at=scene.at)
        assert len(entries("legal.limitation_recounted")) == 1

    def test_a_limit_whose_last_day_stays_is_not_told_of(
        self, scene: Scene, case: Case, announced
    ):
        limit = started(scene, case, kind=LimitationKind.SECURITY)
        assert limit.due_on is not None
        announced(limit.due_on.year, limit.due_on.replace(month=1, day=1))
        look_at_limits(at=scene.at)
        found = fresh(limit)
        assert (found.due_on, found.look_on) == (limit.due_on, limit.look_on)
        assert found.calendar == statutory_calendar().stamp
        assert entries("legal.limitation_recounted") == []


def test_on_its_page(scene: Scene, sign_in: Any, case: Case):
    path = f"/cases/{case.number}/act/"
    client = sign_in(counsel(scene).username)
    limits = f"/cases/{case.number}/limitations/"
    assert path in client.get(limits).content.decode()
    day = act_day(case) - timedelta(days=1)
    said = {"day": day.isoformat(), "words": "监控画面", "request_id": uuid4()}
    assert client.post(path, said).status_code == 302
    assert act_day(case) == day
    assert "监控画面" in client.get(path).content.decode()
    assert sign_in(scene.guard.username).get(path).status_code == 403


def test_the_reason_stands_on_no_timeline(scene: Scene, case: Case, sign_in: Any):
    stated(scene, case, -1, words="受害人的母亲说的")
    room = sign_in(scene.officer.username).get(f"/cases/{case.number}/")
    assert "行为发生之日" in room.content.decode()
    assert "母亲" not in room.content.decode()
