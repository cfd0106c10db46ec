"""Consumers of the record: in order, each for itself, never half, parked after five."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from multiprocessing import get_context

import pytest
from django.db import connections

from anlan.base.errors import Conflict
from anlan.ledger import afterwards
from anlan.ledger import services as ledger
from anlan.ledger.afterwards import Consumer, run_reactions, settle_parked
from anlan.ledger.events import SYSTEM, Queued, TextErased
from anlan.ledger.models import Cursor, Entry, Parked
from tests.at_once import at_once, failures
from tests.ledger.chains import Chain, fact

KIND = TextErased.kind


@pytest.fixture(autouse=True)
def _own_consumers() -> Iterator[None]:
    before = list(afterwards._consumers.values())
    yield
    afterwards.install_consumers(before)


def reader(name: str, read: list[int]) -> Consumer:
    def answer(entry: Queued, *, at: datetime) -> None:
        read.append(number(entry))

    return Consumer(name=name, answers={KIND: answer})


def number(entry: Queued) -> int:
    assert isinstance(entry.event, TextErased)
    return int(entry.event.row)


def writer(name: str) -> Consumer:
    """Answers with an entry of its own on another chain: an effect that can be counted."""

    def answer(entry: Queued, *, at: datetime) -> None:
        if entry.site_id == 99:
            return  # its own, or it would answer itself for ever
        ledger.append(
            fact(number(entry)),
            site=Chain(pk=99),
            subject=f"{name}:{entry.site_id}",
            by=SYSTEM,
            at=at,
        )

    return Consumer(name=name, answers={KIND: answer})


def written(name: str) -> list[int]:
    rows = Entry.objects.filter(site_id=99, subject=f"{name}:7").order_by("seq")
    return [
        int(bytes(row.data or b"").split(b'"row":"')[1].split(b'"')[0]) for row in rows
    ]


@pytest.mark.both
@pytest.mark.django_db
def test_every_entry_is_read_in_order_and_once(at: datetime) -> None:
    read: list[int] = []
    afterwards.install_consumers([reader("a", read)])
    Chain().grow(afterwards.PAGE + 50, at=at)

    while run_reactions(at=at):
        pass
    Chain().grow(2, at=at)
    while run_reactions(at=at):
        pass

    assert read == [*range(afterwards.PAGE + 50), 0, 1]
    assert run_reactions(at=at) == 0


@pytest.mark.both
def test_what_locks_rows_is_committed_after_each_answer(
    committing_db: None, at: datetime
) -> None:
    """Whoever waits for a row of the first waits for none of the others."""
    seen: list[int] = []
    cursors = Cursor.objects.filter(consumer="a")

    def answer(entry: Queued, *, at: datetime) -> None:
        def look() -> None:
            seen.append(cursors.values_list("seq", flat=True).first() or 0)

        assert failures(at_once(look)) == []

    afterwards.install_consumers(
        [Consumer(name="a", answers={KIND: answer}, locks=True)]
    )
    Chain().grow(4, at=at)

    assert run_reactions(at=at) == 4
    assert seen == [0, 1, 2, 3]
    assert run_reactions(at=at) == 0


@pytest.mark.django_db
def test_the_entry_is_told_as_it_was_recorded(at: datetime, later: datetime) -> None:
    told: list[tuple[Queued, datetime]] = []

    def answer(entry: Queued, *, at: datetime) -> None:
        told.append((entry, at))

    afterwards.install_consumers([Consumer(name="a", answers={KIND: answer})])
    with ledger.recording():
        ledger.append(
            fact(5),
            site=Chain(),
            subject="case:x",
            object="note:y",
            by=SYSTEM,
            at=at,
            via="phone",
            happened=at - timedelta(minutes=40),
            exercise=True,
        )

    run_reactions(at=later)

    [(entry, now)] = told
    assert now == later
    assert entry.event == fact(5)
    assert (entry.subject, entry.object, entry.via) == ("case:x", "note:y", "phone")
    assert entry.recorded_at == at
    assert entry.happened_at == at - timedelta(minutes=40)
    assert entry.exercise


@pytest.mark.django_db
def test_what_nobody_asked_for_is_passed_over(at: datetime) -> None:
    afterwards.install_consumers([Consumer(name="a", answers={"other.kind": reader})])  # type: ignore[dict-item]  # never called
    Chain().grow(3, at=at)

    assert run_reactions(at=at) == 3
    assert Cursor.objects.get(consumer="a").seq == 3


@pytest.mark.django_db
def test_an_erased_entry_is_passed_over(at: datetime) -> None:
    read: list[int] = []
    Chain().grow(3, at=at)
    ledger.erase_entry(entry=Chain().entry(2), reason="r", by=SYSTEM, at=at)
    afterwards.install_consumers([reader("a", read)])

    run_reactions(at=at)

    assert read == [0, 2]


@pytest.mark.both
@pytest.mark.django_db
def test_after_five_tries_it_is_parked_and_the_others_never_waited(
    at: datetime,
) -> None:
    read: list[int] = []

    def answer(entry: Queued, *, at: datetime) -> None:
        writer("broken").answers[KIND](entry, at=at)
        if number(entry) == 3:
            raise Conflict("so geht es nicht")

    afterwards.install_consumers(
        [Consumer(name="broken", answers={KIND: answer}), reader("fine", read)]
    )
    Chain().grow(6, at=at)

    now, waits = at, []
    for _round in range(30):
        while run_reactions(at=now):
            pass
        due = afterwards.next_retry()
        if due is None:
            break
        waits.append((due - now).total_seconds())
        now = due

    assert waits == [1, 5, 30, 120]
    parked = Parked.objects.get()
    assert (parked.consumer, parked.seq, parked.site_id) == ("broken", 4, 7)
    assert parked.error == "Conflict: so geht es nicht"
    assert written("broken") == [0, 1, 2, 4, 5]  # in order, each once, none half
    assert read[:6] == [0, 1, 2, 3, 4, 5]


@pytest.mark.django_db
def test_the_text_of_a_fault_is_not_kept(at: datetime) -> None:
    def answer(entry: Queued, *, at: datetime) -> None:
        raise ValueError("李芳 13800000000")

    afterwards.install_consumers([Consumer(name="a", answers={KIND: answer})])
    Chain().grow(1, at=at)
    now = at
    for _try in range(5):
        run_reactions(at=now)
        now += timedelta(minutes=5)

    assert Parked.objects.get().error == "ValueError"


@pytest.mark.django_db
def test_a_parked_entry_is_answered_once_its_cause_is_gone(at: datetime) -> None:
    Chain().grow(1, at=at)
    parked = Parked.objects.create(
        consumer="a", organisation_id=1, site_id=7, seq=1, error="x", parked_at=at
    )

    def refuse(entry: Queued, *, at: datetime) -> None:
        raise Conflict("noch immer nicht")

    afterwards.install_consumers([Consumer(name="a", answers={KIND: refuse})])
    with pytest.raises(Conflict):
        settle_parked(parked=parked, at=at)
    parked.refresh_from_db()
    assert parked.settled_at is None

    afterwards.install_consumers([writer("a")])
    settle_parked(parked=parked, at=at)
    settle_parked(parked=parked, at=at)

    parked.refresh_from_db()
    assert parked.settled_at == at
    assert written("a") == [0]


def test_two_consumers_of_one_name_are_refused() -> None:
    with pytest.raises(RuntimeError, match="two consumers"):
        afterwards.install_consumers([reader("a", []), reader("a", [])])


def all_read(at: datetime) -> int:
    total = 0
    while count := run_reactions(at=at):
        total += count
    return total


@pytest.mark.slow
@pytest.mark.both
def test_workers_at_once_answer_each_entry_once(
    committing_db: None, at: datetime
) -> None:
    afterwards.install_consumers([writer("a")])
    Chain().grow(250, at=at)

    assert failures(at_once(*[partial(all_read, at)] * 3)) == []
    all_read(at)  # a worker that found the chain taken went away

    assert written("a") == list(range(250))


def read_and_die(at: datetime) -> None:
    """Be killed inside the transaction of the answers, at the sixtieth."""
    connections.close_all()
    count = 0
    inner = writer("a").answers[KIND]

    def answer(entry: Queued, *, at: datetime) -> None:
        nonlocal count
        inner(entry, at=at)
        count += 1
        if count == 60:
            os.kill(os.getpid(), signal.SIGKILL)

    afterwards.install_consumers([Consumer(name="a", answers={KIND: answer})])
    all_read(at)


@pytest.mark.slow
@pytest.mark.both
def test_a_killed_worker_leaves_nothing_half_answered(
    committing_db: None, at: datetime
) -> None:
    Chain().grow(250, at=at)
    connections.close_all()
    process = get_context("fork").Process(target=read_and_die, args=(at,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert written("a") == []

    afterwards.install_consumers([writer("a")])
    all_read(at)

    assert written("a") == list(range(250))
