"""When a lane looks for work: at what was committed, when a row is due, and at its rest."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from anlan import worker
from anlan.base import changes

BRIEF = 0.05


@dataclass
class Bench:
    """A lane of one job, and a mark that is what the test says it is."""

    rounds: int = 0
    due: datetime | None = None
    fails: bool = False
    left: list[int] = field(default_factory=list)
    mark: int = 0
    look: worker.Look = field(default_factory=worker.Look)
    stop: threading.Event = field(default_factory=threading.Event)

    def job(self, *, at: datetime) -> int:
        self.rounds += 1
        if self.fails:
            raise RuntimeError
        return self.left.pop() if self.left else 0

    def step(self, lane: worker.Lane | None = None) -> float:
        lane = lane or worker.Lane(
            jobs={"work": self.job}, next_due=(lambda: self.due,)
        )
        self.look, pause = worker._step(lane, self.look, self.stop)
        return pause


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench()
    monkeypatch.setattr(changes, "mark", lambda: made.mark)
    return made


def test_it_looks_once_while_nothing_is_committed(bench: Bench) -> None:
    for _number in range(5):
        assert bench.step() == worker.POLL_SECONDS

    assert bench.rounds == 1


def test_it_works_until_nothing_is_left(bench: Bench) -> None:
    bench.left = [3, 2]

    bench.step()

    assert bench.rounds == 3


def test_what_another_committed_is_looked_at(bench: Bench) -> None:
    bench.step()
    bench.mark += 1
    bench.step()
    bench.step()

    assert bench.rounds == 2


def test_what_is_committed_during_a_round_is_for_the_next(bench: Bench) -> None:
    def late() -> None:
        bench.mark += 1

    lane = worker.Lane(jobs={"work": bench.job}, next_due=(late,))
    bench.step(lane)
    bench.step(lane)

    assert bench.rounds == 2


def test_a_row_that_comes_due_is_looked_at(bench: Bench) -> None:
    bench.due = timezone.now() + timedelta(seconds=worker.POLL_SECONDS / 2)
    assert bench.step() < worker.POLL_SECONDS
    bench.due = timezone.now() - timedelta(seconds=1)
    bench.look = worker.Look(mark=0, due=bench.due, until=bench.look.until)
    bench.step()

    assert bench.rounds == 2


def test_what_is_due_and_left_does_not_keep_the_lane_awake(bench: Bench) -> None:
    bench.due = timezone.now() - timedelta(seconds=1)

    assert bench.step() == worker.POLL_SECONDS


def test_it_looks_all_the_same_after_its_rest(bench: Bench) -> None:
    lane = worker.Lane(
        jobs={"work": bench.job}, next_due=(lambda: None,), rest_seconds=BRIEF
    )
    bench.step(lane)
    threading.Event().wait(2 * BRIEF)
    bench.step(lane)

    assert bench.rounds == 2


def test_a_fault_is_tried_again(bench: Bench) -> None:
    bench.fails = True
    assert bench.step() == 1.0
    bench.fails = False
    bench.step()

    assert bench.rounds == 2


def test_a_lane_that_cannot_say_when_looks_at_each_poll(bench: Bench) -> None:
    lane = worker.Lane(jobs={"work": bench.job}, next_due=())
    for _number in range(3):
        bench.step(lane)

    assert bench.rounds == 3


def test_others_wait_for_the_first_round_of_what_is_urgent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After a crash an overdue ladder does not wait until every lane has begun."""
    others, held, stop = threading.Event(), threading.Event(), threading.Event()

    def clocks(*, at: datetime) -> int:
        held.wait(10)
        return 0

    def vault(*, at: datetime) -> int:
        others.set()
        stop.set()
        return 0

    lanes = {
        "vault": worker.Lane(jobs={"vault": vault}, next_due=()),
        "clocks": worker.Lane(jobs={"clocks": clocks}, next_due=(), is_urgent=True),
    }
    monkeypatch.setattr(worker, "LANES", lanes)
    thread = threading.Thread(target=worker.run_forever, args=(stop,))
    thread.start()
    try:
        assert not others.wait(4 * BRIEF)
        held.set()
        assert others.wait(10)
    finally:
        held.set()
        stop.set()
        thread.join()


def test_what_may_come_late_is_known() -> None:
    """A job of a lane that rests is covered by ``next_due``, or stands here with why."""
    late = {
        "refused devices": "a count for the record",
        "old nonces": "housekeeping",
        "counts that have run out": "housekeeping",
        "checks that did not come": "after days of silence",
        "uploads that came whole": "a second more after minutes",
        "drafts that nobody owns": "housekeeping",
        "packages": "put off for ten seconds at least",
    }
    covered = {
        "deadlines",
        "recordings to be overwritten",
        "phone checks",
        "applications that wait",
        "approvals that ran out",
        "alarms",
        "deliveries",
        "reactions",
        "mails to keepers",
        "files to be removed",
        "files of recorders",
        "streams of recorders",
        "films",
        "sounds and films",
        "uploads that ran out",
        "packages that ran out",
    }
    resting = {
        name for lane in worker.LANES.values() if lane.next_due for name in lane.jobs
    }

    assert resting == covered | late.keys()
