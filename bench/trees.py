"""What proofs among a million entries cost, and what a checkpoint costs the worker."""

from __future__ import annotations

import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django

django.setup()

from django.conf import settings
from django.db import transaction

from anlan.accounts.models import Site
from anlan.cases.events import TaskDone
from anlan.ledger import checkpointing, tiles
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.ledger.signer import server
from anlan.ledger.tiles import StoredNodes
from anlan.ledger.tree import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_at,
    verify_inclusion,
)
from bench.figures import Figure, answer, percentile

AT = datetime(2026, 11, 23, 6, tzinfo=UTC)
PROOFS = 200
CHECKPOINTS = 20
NOWHERE = (0, 1)  # a chain of leaves without entries


def measure(quick: bool) -> list[Figure]:  # noqa: FBT001 -- called by `answer` alone
    size = 100_000 if quick else 1_000_000
    leaves = [leaf_hash(b"%d" % number) for number in range(size)]
    append_us = fill(leaves)
    return [*proofs(leaves, append_us), *checkpoints()]


def fill(leaves: list[bytes]) -> float:
    """Put them into tiles; returns microseconds of the frontier alone, each."""
    step = 64 * tiles.WIDTH
    for start in range(0, len(leaves), step):
        with transaction.atomic():
            tiles.append(tiles.locked_tree(*NOWHERE), leaves[start : start + step])
    frontier = Frontier()
    began = time.process_time()
    for leaf in leaves:
        frontier.append(leaf)
    return (time.process_time() - began) / len(leaves) * 1e6


def proofs(leaves: list[bytes], append_us: float) -> list[Figure]:
    size = len(leaves)
    root = root_at(StoredNodes(*NOWHERE), size)
    seconds, lengths, verifying = [], [], []
    for number in range(PROOFS):
        index = number * (size - 1) // (PROOFS - 1)
        began = time.process_time()
        proof = inclusion_proof(StoredNodes(*NOWHERE), index, size)
        seconds.append(time.process_time() - began)
        lengths.append(sum(map(len, proof)))
        began = time.process_time()
        assert verify_inclusion(leaves[index], index, size, proof, root)
        verifying.append(time.process_time() - began)
    old = []
    for number in range(1, PROOFS):
        began = time.process_time()
        consistency_proof(StoredNodes(*NOWHERE), number * size // PROOFS, size)
        old.append(time.process_time() - began)
    what = f"among {size:,} entries"
    return [
        Figure(
            name=f"proof of an entry {what}, p95",
            value=percentile(seconds, 0.95) * 1e3,
            unit="ms",
            goal=20,
            beside="processor time, each with its own reads from tiles",
        ),
        Figure(
            name=f"proof of an entry {what}, longest",
            value=max(lengths),
            unit="bytes",
            goal=2048,
        ),
        Figure(
            name="the same, verified, p95",
            value=percentile(verifying, 0.95) * 1e6,
            unit="µs",
        ),
        Figure(
            name=f"proof of consistency {what}, p95",
            value=percentile(old, 0.95) * 1e3,
            unit="ms",
            goal=20,
        ),
        Figure(name="an append to the frontier", value=append_us, unit="µs"),
    ]


def checkpoints() -> list[Figure]:
    """A hundred entries more, into the tiles, signed by a signer, kept."""
    ledger.install_reactions({})
    site = Site.objects.order_by("pk").first()
    assert site is not None
    stop = threading.Event()
    with tempfile.TemporaryDirectory() as folder:
        settings.SIGNER_SOCKET = Path(folder) / "socket"
        signer = threading.Thread(
            target=server.serve,
            args=(Path(folder) / "signer", settings.SIGNER_SOCKET),
            kwargs={"stop": stop},
        )
        signer.start()
        while not settings.SIGNER_SOCKET.exists():
            time.sleep(0.01)
        spent = [checkpoint(site, number) for number in range(CHECKPOINTS + 1)][1:]
        stop.set()
        signer.join()
    return [
        Figure(
            name="a checkpoint over 100 new entries, p95",
            value=percentile(spent, 0.95) * 1e3,
            unit="ms",
            goal=100,
            beside="in the worker, outside every report's transaction",
        )
    ]


def checkpoint(site: Site, number: int) -> float:
    at = AT + timedelta(minutes=number)
    with ledger.recording():
        for _ in range(checkpointing.EVERY_ENTRIES):
            ledger.append(
                TaskDone(title="x" * 40, seconds=1),
                site=site,
                subject=f"case:{number:036d}",
                by=SYSTEM,
                at=at,
            )
    began = time.perf_counter()
    checkpointing.checkpoint_now(site, at=at)
    return time.perf_counter() - began


if __name__ == "__main__":
    answer(measure)
