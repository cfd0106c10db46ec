"""Histories that are attacked: whether each is noticed, how near to its place, and whether a
benign one raises an alarm.

In a database of its own, empty but for the chain of the trial: whoever owns the machine
changes rows, links them anew, cuts, swaps, doubles, drops triggers, damages checkpoints,
the tree, and what the signer remembers. ``tests.ledger.trials`` says what each is.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

SCRATCH = tempfile.TemporaryDirectory(prefix="anlan-attacks-")
os.environ["ANLAN_DATA"] = SCRATCH.name  # not the company: verify reads all chains

import django  # noqa: E402

django.setup()

from datetime import UTC, datetime  # noqa: E402

from django.core.management import call_command  # noqa: E402

from bench.figures import Figure, answer  # noqa: E402
from tests.ledger.trials import add_origins, run_trials  # noqa: E402

TRIALS, QUICK_TRIALS = 10_000, 200
GOAL_LOCATED = 99.0  # per cent
AT = datetime(2026, 11, 23, 6, tzinfo=UTC)
SEED = int(os.environ.get("BENCH_SEED", "2"))


def measure(quick: bool) -> list[Figure]:  # noqa: FBT001 -- called by `answer` alone
    call_command("migrate", verbosity=0)
    add_origins()
    began = time.perf_counter()
    count = int(os.environ.get("BENCH_TRIALS", QUICK_TRIALS if quick else TRIALS))
    tally = run_trials(count, seed=SEED, at=AT, folder=Path(SCRATCH.name) / "signer")
    wall = time.perf_counter() - began
    for what in [*tally.missed, *tally.astray, *tally.false_alarms][:20]:
        print(f"  {what}", flush=True)
    kinds = ", ".join(f"{name} {n}" for name, n in sorted(tally.tried.items()))
    return [
        Figure(
            name=f"attacks of {count:,} that were found",
            value=tally.found,
            unit="attacks",
            goal=count,
            most=False,
            beside=kinds,
        ),
        Figure(
            name="of those, the entry, the thing or the stretch was named",
            value=100 * (tally.exact + tally.near) / max(1, tally.found),
            unit="%",
            goal=GOAL_LOCATED,
            most=False,
            beside=f"{tally.exact:,} to the entry or thing, {tally.near:,} to a stretch",
        ),
        Figure(
            name=f"false alarms in {count:,} benign histories",
            value=len(tally.false_alarms),
            unit="alarms",
            goal=0,
            beside=f"{tally.cpu_seconds:.0f} s of processor, {wall:.0f} s by the clock",
        ),
    ]


if __name__ == "__main__":
    answer(measure)
