"""Histories that are attacked: whether each is noticed, how near to its place, and whether a
benign one raises an alarm.

In a database of its own, empty but for the chain of the trial: whoever owns the machine
changes rows, links them anew, cuts, swaps, doubles, drops triggers, damages checkpoints,
the tree, and what the signer remembers. Then as many attacks on a vault: on its files,
their second copies, and the rows that list them. ``tests.ledger.trials`` and
``tests.evidence.trials`` say what each is.

Each trial follows from the seed and its number alone, so they are shared out among as many
processes as there are processors, each with a database and a vault of its own.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

SCRATCH = tempfile.TemporaryDirectory(prefix="anlan-attacks-")
os.environ["ANLAN_DATA"] = SCRATCH.name  # not the company: verify reads all chains

import django

django.setup()

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context

from django.core.management import call_command

from anlan.accounts.models import Place, User
from anlan.incidents.enums import Channel
from anlan.incidents.services import report_incident
from anlan.play.company import found_company
from bench.figures import Figure, answer
from tests.evidence.trials import Vault
from tests.evidence.trials import run_trials as run_vault_trials
from tests.ledger.trials import Tally, add_origins, run_trials
from tests.pictures import JPEG

TRIALS, QUICK_TRIALS = 10_000, 200
GOAL_LOCATED = 99.0  # per cent
AT = datetime(2026, 11, 23, 6, tzinfo=UTC)
SEED = int(os.environ.get("BENCH_SEED", "2"))


def measure(quick: bool) -> list[Figure]:  # noqa: FBT001 -- called by `answer` alone
    count = int(os.environ.get("BENCH_TRIALS", QUICK_TRIALS if quick else TRIALS))
    processes = 1 if quick else max(1, os.cpu_count() or 1)
    tally, wall = shared_out(chains_attacked, count, processes)
    figures = figures_of(tally, "", wall)
    tally, wall = shared_out(vaults_attacked, count, processes)
    return [*figures, *figures_of(tally, " on a vault", wall)]


def shared_out(
    run: Callable[[int, int], Tally], count: int, processes: int
) -> tuple[Tally, float]:
    """So many trials; each process begins anew, and so makes a place of its own."""
    began, each = time.perf_counter(), -(-count // processes)
    firsts = range(0, count, each)
    counts = [min(each, count - first) for first in firsts]
    tally, anew = Tally(), get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=anew, max_tasks_per_child=1) as pool:
        for part in pool.map(run, firsts, counts):
            tally.add(part)
    return tally, time.perf_counter() - began


def chains_attacked(first: int, count: int) -> Tally:
    call_command("migrate", verbosity=0)
    add_origins()
    folder = Path(SCRATCH.name) / "signer"
    return run_trials(count, seed=SEED, at=AT, folder=folder, first=first)


def vaults_attacked(first: int, count: int) -> Tally:
    call_command("migrate", verbosity=0)
    return run_vault_trials(make_vault(), count, seed=SEED, first=first)


def make_vault() -> Vault:
    """A case of the demo company with files in two copies."""
    found_company(at=AT - timedelta(days=1))
    guard = User.objects.get(username="wangjianguo")
    report = report_incident(
        place=Place.objects.select_related("site").filter(site__code="YQ")[0],
        channel=Channel.PHONE_APP,
        flags=["ongoing"],
        words="有人打架",
        by=guard,
        at=AT,
    )
    return Vault.filled(report.incident.case, by=guard, at=AT, picture=JPEG)


def figures_of(tally: Tally, where: str, wall: float) -> list[Figure]:
    for what in [*tally.missed, *tally.astray, *tally.false_alarms][:20]:
        print(f"  {what}", flush=True)
    kinds = ", ".join(f"{name} {n}" for name, n in sorted(tally.tried.items()))
    return [
        Figure(
            name=f"attacks of {tally.count:,}{where} that were found",
            value=tally.found,
            unit="attacks",
            goal=tally.count,
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
            name=f"false alarms in {tally.count:,} benign histories{where}",
            value=len(tally.false_alarms),
            unit="alarms",
            goal=0,
            beside=f"{tally.cpu_seconds:.0f} s of processor, {wall:.0f} s by the clock",
        ),
    ]


if __name__ == "__main__":
    answer(measure)
