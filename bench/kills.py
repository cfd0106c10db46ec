"""Workers that are killed while they work: every clock still fires, and only once.

Nothing is said to the worker before ``SIGKILL``; the next one begins at once, as the
supervisor would have it.
"""

from __future__ import annotations

import random
import time
from datetime import timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402

from bench.deadlines import last_entry, open_case, start_clocks, watch  # noqa: E402
from bench.figures import Figure, answer  # noqa: E402
from bench.server import start_worker  # noqa: E402

CLOCKS = 1_000
KILLS, QUICK_KILLS = 50, 4
LIVES = (0.02, 0.35)  # seconds that a worker has once it is ready
ROUND_SECONDS = 1.0  # clocks fall due all the while: this long for each worker
PATIENCE = 30.0  # seconds after the last kill


def measure(quick: bool) -> list[Figure]:  # noqa: FBT001 -- called by `answer` alone
    kills = QUICK_KILLS if quick else KILLS
    case = open_case()
    last = last_entry(case)
    begin = timezone.now() + timedelta(seconds=1)
    start_clocks(case, CLOCKS, begin=begin, seconds=round(kills * ROUND_SECONDS))
    dice = random.Random(20261123)
    for _ in range(kills):
        worker = start_worker()
        time.sleep(dice.uniform(*LIVES))
        worker.kill()
        worker.wait()
    worker = start_worker()
    try:
        until = timezone.now() + timedelta(seconds=PATIENCE + kills * ROUND_SECONDS)
        fired = watch(case, last, CLOCKS, until=until)
    finally:
        worker.terminate()
        worker.wait(10)
    # Once more from the beginning: a second firing may have come after the last first.
    again = watch(case, last, CLOCKS, until=timezone.now() + timedelta(seconds=1))
    firings = sum(len(times) for times in again.values())
    return [
        Figure(
            name=f"clocks that never fired, {kills} workers killed",
            value=CLOCKS - len(fired),
            unit=f"of {CLOCKS:,}",
            goal=0,
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
