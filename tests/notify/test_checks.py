"""The communication test: asked, answered, counted, planned."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, time, timedelta

import pytest

from anlan import worker
from anlan.base.clock import SHANGHAI
from anlan.base.errors import Conflict, NotAllowed, NotFound
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Entry
from anlan.notify import jobs, services
from anlan.notify.enums import ChannelKind
from anlan.notify.models import CheckAnswer, CheckRun, Delivery, Message
from anlan.notify.services.checking import ANSWER_WITHIN, next_time
from tests.notify.conftest import MakeChannel
from tests.notify.receivers import HttpReceiver
from tests.scene import Scene


@pytest.mark.both
def test_everybody_on_duty_is_asked_and_the_silent_are_named(
    scene: Scene, channel: MakeChannel, http: HttpReceiver
) -> None:
    channel(ChannelKind.SMS)
    run = services.start_check(site=scene.site, by=scene.manager, at=scene.at)
    worker.run_due(at=scene.at)

    asked = set(run.answers.values_list("user__username", flat=True))
    assert {"wangjianguo", "zhangqiang", "zhoumin"} <= asked
    assert "maliang" not in asked  # the night shift sleeps
    assert len(http.at("/sms")) == len(asked)
    mine = CheckAnswer.objects.get(run=run, user=scene.guard)
    services.answer_check(
        answer=mine, by=scene.guard, at=scene.at + timedelta(seconds=9)
    )

    worker.run_due(at=scene.at + ANSWER_WITHIN)

    run.refresh_from_db()
    assert run.closed_at == scene.at + ANSWER_WITHIN
    assert run.counts == (1, len(asked))
    told = Message.objects.get(kind="notify.check_silent")
    assert told.params["count"] == len(asked) - 1
    assert set(told.deliveries.values_list("user__username", flat=True)) == {"hetao"}
    kinds = Entry.objects.filter(kind__startswith="notify.check").values_list("kind")
    assert sorted(kinds) == [("notify.check_ended",), ("notify.check_started",)]


@pytest.mark.parametrize(
    "failing", ["applications that wait", "approvals that ran out"]
)
def test_one_bad_application_delays_nobody_s_check(
    failing: str, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*, at: datetime) -> int:
        raise RuntimeError(str(at))

    run = services.start_check(site=scene.site, by=scene.manager, at=scene.at)
    CheckRun.objects.update(closes_at=scene.at)
    lanes = [
        lane
        for lane in worker.LANES.values()
        if lane.jobs.keys() & {failing, "phone checks"}
    ]
    for lane in lanes:
        if failing in lane.jobs:
            monkeypatch.setitem(lane.jobs, failing, fails)

    for lane in lanes:
        with suppress(RuntimeError):
            worker._run_lane(lane, scene.at)

    run.refresh_from_db()
    assert run.closed_at is not None


def test_one_that_cannot_be_closed_stops_no_other(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = services.start_check(site=scene.site, by=SYSTEM, at=scene.at)
    plan = services.plan_checks(
        site=scene.site, daily_at=time(15), is_on=True, by=SYSTEM, at=scene.at
    )
    good = CheckRun.objects.create(
        site=scene.other_site,
        started_by="system",
        started_at=scene.at,
        closes_at=bad.closes_at + timedelta(seconds=1),
    )
    close_check = services.close_check

    def closing(*, run: CheckRun, at: datetime) -> None:
        if run.pk == bad.pk:
            raise RuntimeError("broken")
        close_check(run=run, at=at)

    monkeypatch.setattr(services, "close_check", closing)

    jobs.run_due_checks(at=plan.next_at)

    good.refresh_from_db()
    plan.refresh_from_db()
    assert good.closed_at is not None
    assert plan.next_at > good.closed_at


@pytest.mark.both
def test_a_planned_test_that_a_killed_worker_began_is_not_lost(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = services.plan_checks(
        site=scene.site, daily_at=time(15), is_on=True, by=SYSTEM, at=scene.at
    )
    at = plan.next_at

    def killed(**_said: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(services, "start_check", killed)
        with pytest.raises(KeyboardInterrupt):
            jobs.run_due_checks(at=at)

    jobs.run_due_checks(at=at)

    assert CheckRun.objects.count() == 1


def test_a_late_tap_changes_nothing(scene: Scene) -> None:
    run = services.start_check(site=scene.site, by=SYSTEM, at=scene.at)
    services.close_check(run=run, at=scene.at + ANSWER_WITHIN)
    services.close_check(run=run, at=scene.at + ANSWER_WITHIN)
    mine = CheckAnswer.objects.select_related("run").get(run=run, user=scene.guard)

    services.answer_check(answer=mine, by=scene.guard, at=scene.at)

    mine.refresh_from_db()
    assert mine.answered_at is None
    assert Entry.objects.filter(kind="notify.check_ended").count() == 1


def test_nobody_answers_for_another(scene: Scene) -> None:
    run = services.start_check(site=scene.site, by=SYSTEM, at=scene.at)
    mine = CheckAnswer.objects.select_related("run").get(run=run, user=scene.guard)

    with pytest.raises(NotFound):
        services.answer_check(answer=mine, by=scene.manager, at=scene.at)


def test_two_tests_at_once_are_refused(scene: Scene) -> None:
    services.start_check(site=scene.site, by=SYSTEM, at=scene.at)

    with pytest.raises(Conflict):
        services.start_check(site=scene.site, by=SYSTEM, at=scene.at)


def test_a_guard_may_not_start_one(scene: Scene) -> None:
    with pytest.raises(NotAllowed):
        services.start_check(site=scene.site, by=scene.guard, at=scene.at)
    assert not Delivery.objects.exists()


@pytest.mark.both
def test_a_planned_test_starts_by_itself_each_day(scene: Scene) -> None:
    plan = services.plan_checks(
        site=scene.site, daily_at=time(15), is_on=True, by=scene.manager, at=scene.at
    )
    three = datetime(2026, 11, 23, 15, tzinfo=SHANGHAI)
    assert plan.next_at == three

    worker.run_due(at=three - timedelta(seconds=1))
    assert not CheckRun.objects.exists()
    worker.run_due(at=three)
    worker.run_due(at=three + timedelta(minutes=1))

    assert CheckRun.objects.count() == 1
    plan.refresh_from_db()
    assert plan.next_at == three + timedelta(days=1)


def test_a_planned_test_with_nobody_on_duty_waits_for_tomorrow(scene: Scene) -> None:
    plan = services.plan_checks(
        site=scene.site, daily_at=time(15), is_on=True, by=SYSTEM, at=scene.at
    )
    scene.site.shifts.all().delete()

    worker.run_due(at=plan.next_at)

    assert not CheckRun.objects.exists()
    plan.refresh_from_db()
    assert plan.next_at > datetime(2026, 11, 24, tzinfo=SHANGHAI)


def test_the_next_time_is_never_now() -> None:
    three = datetime(2026, 11, 23, 15, tzinfo=SHANGHAI)
    assert next_time(time(15), after=three) == three + timedelta(days=1)
    assert next_time(time(15), after=three - timedelta(seconds=1)) == three
