"""When a lane looks for work: at what was committed, when a row is due, and at its rest."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from anlan import worker
from anlan.base.insertion import insert_if_new
from anlan.ledger.models import Chain

pytestmark = [pytest.mark.both, pytest.mark.usefixtures("committing_db")]
BRIEF = 0.05


@dataclass
class Work:
    """A job that counts how often it is asked, and when it says it is due again."""

    rounds: int = 0
    due: datetime | None = None
    fails: bool = False
    left: list[int] = field(default_factory=list)

    def job(self, *, at: datetime) -> int:
        self.rounds += 1
        if self.fails:
            raise RuntimeError
        return self.left.pop() if self.left else 0

    def ask(self) -> datetime | None:
        return self.due


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def step(work: Work) -> Callable[[], float]:
    """One step of a lane whose thread remembers its last look."""
    lane = worker.Lane(jobs={"work": work.job}, next_due=(work.ask,))
    look, stop = worker.Look(), threading.Event()
    return lambda: worker._step(lane, look, stop)


def commit_elsewhere(site: int) -> None:
    def write() -> None:
        try:
            with transaction.atomic():
                insert_if_new(Chain(organisation_id=1, site_id=site))
        finally:
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()


def test_it_looks_once_while_nothing_is_committed(work: Work, step) -> None:
    for _number in range(5):
        assert step() == worker.POLL_SECONDS

    assert work.rounds == 1


def test_it_works_until_nothing_is_left(work: Work, step) -> None:
    work.left = [3, 2]

    step()

    assert work.rounds == 3


def test_what_another_committed_is_looked_at(work: Work, step) -> None:
    step()
    commit_elsewhere(1)
    step()
    step()

    assert work.rounds == 2


def test_what_is_committed_during_a_round_is_for_the_next(work: Work) -> None:
    def late() -> None:
        commit_elsewhere(2)

    lane = worker.Lane(jobs={"work": work.job}, next_due=(late,))
    look, stop = worker.Look(), threading.Event()
    worker._round(lane, look, stop)

    assert not look.holds(timezone.now())


def test_a_row_that_comes_due_is_looked_at(work: Work, step) -> None:
    work.due = timezone.now() + timedelta(seconds=BRIEF)
    assert 0 < step() <= BRIEF
    threading.Event().wait(2 * BRIEF)
    work.due = None
    step()

    assert work.rounds == 2


def test_it_looks_all_the_same_after_its_rest(
    work: Work, step, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "REST_SECONDS", BRIEF)
    step()
    threading.Event().wait(2 * BRIEF)
    step()

    assert work.rounds == 2


def test_a_fault_is_tried_again(work: Work, step) -> None:
    work.fails = True
    assert step() == 1.0
    work.fails = False
    step()

    assert work.rounds == 2


def test_a_lane_that_cannot_say_when_looks_at_each_poll(work: Work) -> None:
    lane = worker.Lane(jobs={"work": work.job}, next_due=())
    look, stop = worker.Look(), threading.Event()
    for _number in range(3):
        worker._step(lane, look, stop)

    assert work.rounds == 3


def test_what_is_urgent_has_a_head_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a crash the clocks do not wait until every lane has begun."""
    begun: list[str] = []
    stop = threading.Event()

    def lane(name: str) -> worker.Lane:
        def job(*, at: datetime) -> int:
            if name not in begun:
                begun.append(name)
            if len(begun) == 3:
                stop.set()
            return 0

        return worker.Lane(jobs={name: job}, next_due=())

    names = ("vault", "messages", "clocks")
    monkeypatch.setattr(worker, "LANES", {name: lane(name) for name in names})
    monkeypatch.setattr(worker, "HEAD_START_SECONDS", 4 * BRIEF)

    worker.run_forever(stop)

    assert begun[2] == "vault"
