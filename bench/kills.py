"""Workers that are killed while they work: every clock still fires, and only once.

Two work side by side; one after the other is told nothing before ``SIGKILL``, and another
begins at once, as the supervisor would have it. They are forked from a process that has
everything loaded: so they spend their lives at work and not at reading the program, and
more of the kills hit a transaction.
"""

from __future__ import annotations

import itertools
import random
import time
from datetime import timedelta

import django

django.setup()

from django.utils import timezone

from bench.deadlines import last_entry, open_case, start_clocks, watch
from bench.figures import Figure, answer
from bench.workers import Worker

CLOCKS = 2_000
KILLS, QUICK_KILLS = 50, 6
AT_WORK, GETTING_READY = 2, 1
PAUSES = (0.1, 0.5)  # seconds between two kills
AFTER_SECONDS = 1.0  # clocks still fall due after the last kill
PATIENCE = 30.0  # seconds after the last clock was due


def measure(quick: bool) -> list[Figure]:  # noqa: FBT001 -- called by `answer` alone
    kills = QUICK_KILLS if quick else KILLS
    dice = random.Random(20261123)
    moments = list(itertools.accumulate(dice.uniform(*PAUSES) for _ in range(kills)))
    case = open_case()
    last = last_entry(case)
    crew = [Worker() for _ in range(AT_WORK + GETTING_READY)]
    for one in crew:
        one.wait_until_ready()
    seconds = moments[-1] + AFTER_SECONDS
    begin = timezone.now() + timedelta(seconds=1)
    end = begin + timedelta(seconds=seconds)
    start_clocks(case, CLOCKS, begin=begin, seconds=seconds)
    for moment in moments:
        # By the clock: however long a start takes, clocks are due until the last kill.
        early = begin + timedelta(seconds=moment) - timezone.now()
        time.sleep(max(0.0, early.total_seconds()))
        victim = crew.pop(0)
        victim.wait_until_ready()
        victim.kill()
        crew.append(Worker())
    killed_at = timezone.now()
    try:
        until = max(killed_at, end) + timedelta(seconds=PATIENCE)
        fired = watch(case, last, CLOCKS, until=until)
    finally:
        for one in crew:
            one.stop()
    # Once more from the beginning: a second firing may have come after the last first.
    again = watch(case, last, CLOCKS, until=timezone.now() + timedelta(seconds=1))
    firings = sum(len(times) for times in again.values())
    due = min(1.0, (killed_at - begin) / (end - begin))
    return [
        Figure(
            name=f"clocks that never fired, {kills} workers killed",
            value=CLOCKS - len(fired),
            unit=f"of {CLOCKS:,}",
            goal=0,
            beside=f"{due:.0%} of them were due before the last kill",
        ),
        Figure(
            name=f"clocks that fired twice, {kills} workers killed",
            value=firings - len(again),
            unit=f"of {CLOCKS:,}",
            goal=0,
        ),
    ]


if __name__ == "__main__":
    answer(measure)
