"""Limits of time: entered with proof, counted again, warned of, and told when over."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from anlan.base.clock import local_day
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases import services as cases
from anlan.cases.enums import TaskState
from anlan.cases.models import Case, Task
from anlan.evidence.enums import Keeper
from anlan.evidence.selectors.retention import keepers_of
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.notify.models import Delivery
from anlan.resolution.legal import services as legal
from anlan.resolution.legal.enums import (
    LimitationKind,
    LimitationState,
    TurnGround,
)
from anlan.resolution.legal.jobs import look_at_limits
from anlan.resolution.legal.models import Limitation
from anlan.resolution.legal.services import limitation
from tests.at_once import at_once, failures
from tests.evidence.keeping import ended
from tests.resolution.legal.hurt import STEP, day_after, opened, receipt, stepped
from tests.resolution.legal.limits import started, turned
from tests.resolution.planned import legal as counsel
from tests.scene import Scene

pytestmark = pytest.mark.both_deep
GROUND = TurnGround


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def fresh(limit: Limitation) -> Limitation:
    return Limitation.objects.select_related("case__site").get(pk=limit.pk)


def before(limit: Limitation, days: int) -> datetime:
    """Noon of that day before the last."""
    due = fresh(limit).due_on
    assert due is not None
    day = due - timedelta(days=days)
    return datetime.fromisoformat(f"{day.isoformat()}T04:00:00+00:00")


def late(day: date, days: int) -> datetime:
    """Noon of that day after it."""
    return datetime.fromisoformat(f"{day + timedelta(days=days)}T04:00:00+00:00")


def told(kind: str) -> int:
    return Delivery.objects.filter(message__kind=f"legal.limitation_{kind}").count()


class TestEntering:
    def test_three_years_from_knowing(self, scene: Scene, case: Case):
        limit = started(scene, case)
        assert limit.due_on == date(2029, 11, 23)
        assert limit.look_on == limit.due_on - timedelta(days=90)

    def test_the_same_is_counted_once(self, scene: Scene, case: Case):
        limit = started(scene, case)
        with pytest.raises(Conflict, match=limit.code):
            started(scene, case)
        assert started(scene, case, kind=LimitationKind.SECURITY).code == "L-02"

    @pytest.mark.parametrize("days", [-1, 1])
    def test_not_before_the_act_nor_tomorrow(self, scene: Scene, case: Case, days: int):
        with pytest.raises(InvalidInput) as refused:
            started(scene, case, starts_on=day_after(scene, days)[0])
        assert refused.value.path == "starts_on"

    def test_those_of_a_work_injury_follow_from_it(self, scene: Scene):
        injury = opened(scene)
        kinds = set(
            Limitation.objects.filter(injury=injury).values_list("kind", flat=True)
        )
        assert kinds == {"employer", "worker"}
        with pytest.raises(InvalidInput):
            started(scene, injury.case, kind=LimitationKind.WORK_WORKER)
        limit = (
            Limitation.objects.filter(injury=injury)
            .select_related("case__site")
            .first()
        )
        assert limit is not None
        with pytest.raises(Conflict, match="工伤页面"):
            legal.end_limitation(
                limitation=limit, reason="不办", by=counsel(scene), at=scene.at
            )

    def test_guards_and_officers_may_not(self, scene: Scene, case: Case):
        for nobody in (scene.guard, scene.officer, scene.stranger):
            with pytest.raises(NotAllowed):
                started(scene, case, by=nobody)

    def test_sent_twice_it_is_one(self, scene: Scene, case: Case):
        request_id = uuid4()
        first = started(scene, case, request_id=request_id)
        assert started(scene, case, request_id=request_id) == first
        with pytest.raises(Conflict, match="请求编号"):
            started(scene, case, request_id=request_id, words="另一个理由")


class TestTurning:
    def test_a_demand_with_its_proof(self, scene: Scene, case: Case):
        limit = started(scene, case)
        for wrong in (
            None,
            receipt(scene, scene.incident(at=scene.at - timedelta(3)).case),
        ):
            with pytest.raises(InvalidInput) as refused:
                turned(scene, limit, GROUND.DEMAND, 40, exhibit=wrong)
            assert refused.value.path == "exhibit"
        turned(scene, limit, GROUND.DEMAND, 40)
        assert fresh(limit).due_on == date(2030, 1, 2)

    def test_a_suit_runs_until_it_ends(self, scene: Scene, case: Case):
        limit = started(scene, case)
        turn = turned(scene, limit, GROUND.SUIT, 10)
        assert fresh(limit).due_on is None
        assert fresh(limit).look_on == day_after(scene, 40)[0]
        until, at = day_after(scene, 100)
        legal.end_turn(turn=turn, until=until, by=counsel(scene), at=at)
        found = fresh(limit).due_on
        assert found is not None
        assert found >= until.replace(year=until.year + 3)
        with pytest.raises(Conflict):
            legal.end_turn(turn=turn, until=until, by=counsel(scene), at=at)

    def test_a_demand_has_no_end(self, scene: Scene, case: Case):
        with pytest.raises(InvalidInput) as refused:
            turned(
                scene, started(scene, case), GROUND.DEMAND, 3,
                until=day_after(scene, 3)[0],
            )  # fmt: skip
        assert refused.value.path == "until"

    def test_a_wrong_one_is_struck_out_and_stays(self, scene: Scene, case: Case):
        limit = started(scene, case)
        plain = limit.due_on
        turn = turned(scene, limit, GROUND.DEMAND, 40)
        said: dict[str, Any] = {"turn": turn, "by": counsel(scene), "at": scene.at}
        legal.strike_turn(reason="信没有寄到", **said)
        assert fresh(limit).due_on == plain
        assert limit.turns.count() == 1
        with pytest.raises(Conflict):
            legal.strike_turn(reason="再划一次", **said)
        assert verify().is_sound

    def test_a_punishment_is_not_interrupted(self, scene: Scene, case: Case):
        limit = started(scene, case, kind=LimitationKind.SECURITY)
        with pytest.raises(Conflict, match="不适用"):
            turned(scene, limit, GROUND.DEMAND, 1)

    @pytest.mark.parametrize(("on", "told_on"), [(-1, 3), (4, 3)])
    def test_before_the_start_or_tomorrow(
        self, scene: Scene, case: Case, on: int, told_on: int
    ):
        limit = started(scene, case)
        with pytest.raises(InvalidInput) as refused:
            turned(scene, limit, GROUND.DEMAND, on, at=day_after(scene, told_on)[1])
        assert refused.value.path == "on"

    def test_what_ended_is_turned_no_more(self, scene: Scene, case: Case):
        limit = started(scene, case)
        legal.end_limitation(
            limitation=limit, reason="已赔付", by=counsel(scene), at=scene.at
        )
        with pytest.raises(Conflict, match="不再计时"):
            turned(scene, limit, GROUND.DEMAND, 1)
        assert look_at_limits(at=before(limit, -5)) == 0
        assert started(scene, case).code == "L-02"

    @pytest.mark.both
    def test_two_demands_at_once_both_count(self, committed_scene: Scene):
        scene = committed_scene
        limit = started(scene, scene.incident().case)
        papers = [receipt(scene, limit.case) for _ in range(2)]
        by = counsel(scene)
        calls = [
            lambda days=days: turned(
                scene, fresh(limit), GROUND.DEMAND, days, exhibit=papers[0], by=by
            )
            for days in (20, 40)
        ]
        assert failures(at_once(*calls)) == []
        assert fresh(limit).due_on == date(2030, 1, 2)


class TestKeeping:
    """What may still be claimed keeps the evidence of its case, also a closed one."""

    def test_while_it_runs_and_no_longer(self, scene: Scene, case: Case):
        limit = started(scene, case)
        case = ended(case, at=scene.at)
        assert keepers_of(case, at=scene.at) == [Keeper.CLAIM]
        legal.end_limitation(
            limitation=limit, reason="已赔付", by=counsel(scene), at=scene.at
        )
        assert keepers_of(case, at=scene.at) == []

    def test_until_it_ran_out(self, scene: Scene, case: Case):
        limit = started(scene, case)
        case = ended(case, at=scene.at)
        look_at_limits(at=before(limit, 1))
        assert Keeper.CLAIM in keepers_of(case, at=before(limit, 1))
        look_at_limits(at=before(limit, -1))
        assert keepers_of(case, at=before(limit, -1)) == []

    def test_while_a_suit_lasts(self, scene: Scene, case: Case):
        turned(scene, started(scene, case), GROUND.SUIT, 10)
        case = ended(case, at=scene.at)
        assert keepers_of(case, at=day_after(scene, 4000)[1]) == [Keeper.CLAIM]

    def test_a_work_injury_until_it_was_decided(self, scene: Scene):
        injury = opened(scene)
        for days, kind in enumerate((STEP.FILED, STEP.ACCEPTED)):
            stepped(scene, injury, kind, days)
            assert Keeper.CLAIM in keepers_of(injury.case, at=scene.at)
        stepped(scene, injury, STEP.RECOGNISED, 3)
        assert Keeper.CLAIM not in keepers_of(injury.case, at=scene.at)


class TestWarning:
    def test_three_months_one_month_one_week_and_over(self, scene: Scene, case: Case):
        limit = started(scene, case)
        case = ended(case, at=scene.at)  # a claim outlives its case
        assert look_at_limits(at=before(limit, 91)) == 0
        for number, days in enumerate((90, 30, 7), 1):
            assert look_at_limits(at=before(limit, days)) == 1
            assert look_at_limits(at=before(limit, days)) == 0
            entry = Entry.objects.filter(kind="legal.limitation_warned")
            assert entry.count() == number
        watchers = {counsel(scene), scene.manager}
        assert told("warned") >= 3 * len(watchers)
        assert look_at_limits(at=before(limit, 0)) == 0
        assert look_at_limits(at=before(limit, -1)) == 1
        assert fresh(limit).state == LimitationState.RAN_OUT
        assert look_at_limits(at=before(limit, -2)) == 0

    def test_an_open_case_gets_a_task_for_each_last_day(self, scene: Scene, case: Case):
        limit = started(scene, case)
        tasks = Task.objects.filter(case=case, key__startswith="limit:")
        for days in (90, 30, 7):
            look_at_limits(at=before(limit, days))
        assert tasks.count() == 1
        task = tasks.get()
        assert task.role_key == "legal_counsel"
        assert not task.binding

    def test_that_is_ended_asks_nobody_to_act(self, scene: Scene, case: Case):
        limit = started(scene, case)
        look_at_limits(at=before(limit, 30))
        task = Task.objects.get(case=case, key__startswith="limit:")
        assert task.state == "open"

        legal.end_limitation(
            limitation=fresh(limit),
            reason="已起诉",
            by=counsel(scene),
            at=before(limit, 20),
        )

        task.refresh_from_db()
        assert task.state == "done"

    def test_after_a_rest_of_the_worker_one_warning_is_enough(
        self, scene: Scene, case: Case
    ):
        limit = started(scene, case)
        assert look_at_limits(at=before(limit, 5)) == 1
        assert look_at_limits(at=before(limit, 5)) == 0
        found = fresh(limit)
        assert found.due_on is not None
        assert found.look_on == found.due_on + timedelta(days=1)

    @pytest.mark.both
    @pytest.mark.parametrize(("left", "warned"), [(29, 1), (30, 1), (31, 0)])
    def test_with_less_than_a_month_left_at_once(
        self, scene: Scene, case: Case, left: int, warned: int
    ):
        plain = started(scene, case, kind=LimitationKind.SECURITY)
        at = before(plain, left)
        legal.end_limitation(
            limitation=plain, reason="登记错了", by=counsel(scene), at=scene.at
        )
        limit = started(
            scene, case, kind=LimitationKind.SECURITY, at=at,
            starts_on=local_day(scene.at),
        )  # fmt: skip
        assert look_at_limits(at=at) == warned
        assert look_at_limits(at=at) == 0
        assert (told("warned") > 0) is bool(warned)
        assert (fresh(limit).look_on == fresh(limit).due_on) is False
        tasks = Task.objects.filter(case=case, key__startswith="limit:")
        assert tasks.count() == warned

    @pytest.mark.both
    def test_counted_anew_and_near_it_is_warned_of_at_once(
        self, scene: Scene, case: Case
    ):
        limit = started(scene, case)
        plain = limit.due_on
        wrong = turned(scene, limit, GROUND.DEMAND, 40)
        assert plain is not None
        at = datetime.fromisoformat(f"{plain - timedelta(days=12)}T04:00:00+00:00")
        said: dict[str, Any] = {"by": counsel(scene), "at": at}
        look_at_limits(at=at)
        had = told("warned")
        legal.strike_turn(turn=wrong, reason="信没有寄到", **said)
        assert look_at_limits(at=at) == 1
        assert told("warned") > had

    def test_what_still_stops_it_is_asked_about_again_and_again(
        self, scene: Scene, case: Case
    ):
        limit = started(scene, case)
        turn = turned(scene, limit, GROUND.SUIT, 10)
        assert look_at_limits(at=day_after(scene, 39)[1]) == 0
        for days, tasks in ((40, 1), (70, 1)):
            at = day_after(scene, days)[1]
            assert look_at_limits(at=at) == 1
            assert look_at_limits(at=at) == 0
            asked = Task.objects.filter(case=case, key__startswith="limit_open:")
            assert asked.count() == tasks
        assert asked.get().role_key == "legal_counsel"
        entry = Entry.objects.filter(kind="legal.limitation_still_open").last()
        assert entry is not None
        assert day_after(scene, 10)[0].isoformat().encode() in bytes(entry.data or b"")
        watchers = {counsel(scene), scene.manager}
        assert told("still_open") >= 2 * len(watchers)

        until, at = day_after(scene, 80)
        legal.end_turn(turn=turn, until=until, by=counsel(scene), at=at)
        assert asked.get().state == TaskState.DONE
        assert look_at_limits(at=day_after(scene, 200)[1]) == 0

    def test_an_obstacle_that_was_answered_for_is_asked_about_anew(
        self, scene: Scene, case: Case
    ):
        limit = started(scene, case)
        due = limit.due_on
        assert due is not None
        on = due - timedelta(days=20)
        turned(scene, limit, GROUND.FORCE, on=on, at=before(limit, 10))
        assert look_at_limits(at=late(due, 20)) == 1
        asked = Task.objects.filter(case=case, key__startswith="limit_open:")
        (one,) = asked.select_related("case__site")
        cases.complete_task(
            task=one, words="还没有消除", by=counsel(scene), at=late(due, 21)
        )
        assert look_at_limits(at=late(due, 60)) == 1
        assert asked.count() == 2

    def test_a_faulty_one_keeps_no_other_waiting(
        self,
        scene: Scene,
        case: Case,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ):
        first = started(scene, case)
        other = started(scene, scene.incident(at=scene.at - timedelta(3)).case)
        record = limitation._record

        name = "陆" + "远航"

        def faulty(event: Any, row: Limitation, **more: Any) -> None:
            if row.pk == min(first.pk, other.pk):
                raise ValueError(name)
            record(event, row, **more)

        monkeypatch.setattr(limitation, "_record", faulty)
        at = max(before(first, 5), before(other, 5))
        with pytest.raises(ValueError, match=name):
            look_at_limits(at=at)

        good = max(first, other, key=lambda one: one.pk)
        entries = Entry.objects.filter(kind="legal.limitation_warned")
        assert [one.object for one in entries] == [good.key]
        assert "ValueError" in caplog.text
        assert name not in caplog.text

    def test_what_is_entered_late_lets_it_run_again(self, scene: Scene, case: Case):
        limit = started(scene, case)
        due = limit.due_on
        assert due is not None
        look_at_limits(at=before(limit, -3))
        turned(
            scene, limit, GROUND.PROMISE, on=due, at=before(limit, -4),
        )  # fmt: skip
        found = fresh(limit)
        assert found.state == LimitationState.RUNNING
        assert found.due_on is not None
        assert found.due_on.year == due.year + 3

    def test_out_of_time_stays_so_after_a_late_demand(self, scene: Scene, case: Case):
        limit = started(scene, case)
        due = limit.due_on
        assert due is not None
        look_at_limits(at=before(limit, -3))
        turned(
            scene, limit, GROUND.DEMAND, on=due + timedelta(days=1),
            at=before(limit, -4),
        )  # fmt: skip
        assert fresh(limit).state == LimitationState.RAN_OUT
        assert fresh(limit).due_on == due


def test_a_look_that_is_due_is_not_put_off(scene: Scene):
    """The worker was away, and somebody entered something that changes no day."""
    case = scene.incident().case
    limit = started(scene, case)
    on = local_day(scene.at) + timedelta(days=200)
    Limitation.objects.filter(pk=limit.pk).update(look_on=on)
    turned(scene, limit, TurnGround.FORCE, 210, until=day_after(scene, 210)[0])

    limit.refresh_from_db()
    assert limit.look_on == on
