"""Many writers, one chain: no gap, nothing lost, nobody told that it is locked."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from multiprocessing import get_context

import pytest
from django.db import connections

from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Chain as Head
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from tests.at_once import at_once, failures
from tests.ledger.chains import Chain, fact

pytestmark = [pytest.mark.both, pytest.mark.slow]
THREADS, PROCESSES, TURNS = 4, 3, 12


def write(number: int, at: datetime) -> None:
    """Append to two chains in each transaction, in a different order each time."""
    chance = random.Random(number)  # noqa: S311 -- an order, no secret
    for turn in range(TURNS):
        sites = [7, 8]
        chance.shuffle(sites)
        with ledger.recording():
            for site in sites:
                ledger.append(
                    fact(turn),
                    site=Chain(pk=site),
                    subject=f"case:{number}",
                    by=SYSTEM,
                    at=at,
                )


def in_process(number: int, at: datetime) -> None:
    connections.close_all()
    write(number, at)
    connections.close_all()


def in_threads(run: Callable[[int], None], count: int) -> list[Exception]:
    return failures(at_once(*(partial(run, number) for number in range(count))))


def assert_whole(writers: int) -> None:
    for site in (7, 8):
        entries = Entry.objects.filter(site_id=site)
        numbers = list(entries.order_by("seq").values_list("seq", flat=True))
        assert numbers == list(range(1, writers * TURNS + 1))
        assert Head.objects.get(site_id=site).seq == writers * TURNS
    assert verify().is_sound


def test_threads(committing_db, at) -> None:
    assert in_threads(lambda number: write(number, at), THREADS) == []

    assert_whole(THREADS)


def test_processes_and_threads(committing_db, at) -> None:
    connections.close_all()  # a forked process must not share it
    fork = get_context("fork")
    others = [
        fork.Process(target=in_process, args=(100 + n, at)) for n in range(PROCESSES)
    ]
    for other in others:
        other.start()
    failures = in_threads(lambda number: write(number, at), THREADS)
    for other in others:
        other.join()

    assert failures == []
    assert [other.exitcode for other in others] == [0] * PROCESSES
    assert_whole(THREADS + PROCESSES)


def test_first_entries_of_a_chain_at_once(committing_db, at) -> None:
    def first(number: int) -> None:
        Chain().grow(1, at=at, subject=f"case:{number}")

    assert in_threads(first, THREADS) == []

    assert Head.objects.get().seq == THREADS
    assert verify().is_sound


def test_a_failing_writer_leaves_no_gap(committing_db, at) -> None:
    def sometimes(number: int) -> None:
        for turn in range(TURNS):
            with suppress(ZeroDivisionError), ledger.recording():
                Chain().grow(1, at=at, subject=f"case:{number}")
                _ = 1 / ((turn + number) % 3)  # fails every third time

    assert in_threads(sometimes, THREADS) == []

    numbers = list(Entry.objects.order_by("seq").values_list("seq", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert 0 < len(numbers) < THREADS * TURNS
    assert verify().is_sound
