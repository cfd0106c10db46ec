"""A clock that was set back or leapt ahead stands on the record."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import OperationalError

from anlan.ledger import clock_steps
from anlan.ledger.clock_steps import ClockWatch
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from tests.scene import Scene

SECOND = timedelta(seconds=1)


class Clocks:
    """The clock that people read, and the one that only goes forward."""

    def __init__(self) -> None:
        self.shown, self.since_boot = 1_800_000_000.0, 100.0

    def step(self, seconds: float) -> None:
        self.shown += seconds

    def pass_time(self, seconds: float) -> None:
        self.shown += seconds
        self.since_boot += seconds


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    made = Clocks()
    monkeypatch.setattr(clock_steps, "_since_boot", lambda: made.since_boot)
    monkeypatch.setattr(time, "time", lambda: made.shown)
    return made


@pytest.fixture
def told(scene: Scene) -> Callable[[], list[dict[str, object]]]:
    def read() -> list[dict[str, object]]:
        entries = Entry.objects.filter(kind="ledger.clock_stepped").order_by("seq")
        assert {one.site_id for one in entries} <= {0}
        return [json.loads(bytes(one.data or b"")) for one in entries]

    return read


@pytest.mark.parametrize(
    ("seconds", "direction", "milliseconds"),
    [(-3600, "back", 3_600_000), (2.5, "forward", 2500)],
)
def test_step_is_told_once(
    seconds: float,
    direction: str,
    milliseconds: int,
    clocks: Clocks,
    told: Callable[[], list[dict[str, object]]],
    scene: Scene,
) -> None:
    watch = ClockWatch()
    watch.look(at=scene.at)
    clocks.pass_time(5)
    clocks.step(seconds)

    watch.look(at=scene.at)
    watch.look(at=scene.at)

    assert told() == [{"direction": direction, "milliseconds": milliseconds}]
    assert verify().is_sound


def test_time_that_passes_and_a_clock_that_is_kept_are_no_steps(
    clocks: Clocks, told: Callable[[], list[dict[str, object]]], scene: Scene
) -> None:
    watch = ClockWatch()
    for _number in range(20):  # as a service that keeps the time puts it right
        watch.look(at=scene.at)
        clocks.pass_time(3600)
        clocks.step(1)

    assert told() == []


def test_start_before_the_newest_entry_is_told(
    clocks: Clocks, told: Callable[[], list[dict[str, object]]], scene: Scene
) -> None:
    scene.incident()
    newest = max(Entry.objects.values_list("recorded_at", flat=True))

    ClockWatch().look(at=newest - SECOND)
    assert told() == []
    ClockWatch().look(at=newest - 90 * SECOND)

    assert told() == [{"direction": "back", "milliseconds": 90_000}]


def test_step_that_could_not_be_written_is_told_later(
    clocks: Clocks,
    told: Callable[[], list[dict[str, object]]],
    scene: Scene,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(seconds: float, *, at: datetime) -> None:
        raise OperationalError("away")

    watch = ClockWatch()
    watch.look(at=scene.at)
    clocks.step(-10)
    with monkeypatch.context() as broken:
        broken.setattr(clock_steps, "_tell", fail)
        with pytest.raises(OperationalError, match="away"):
            watch.look(at=scene.at)

    watch.look(at=scene.at)

    assert told() == [{"direction": "back", "milliseconds": 10_000}]
