from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import pytest
from django.db import connection, connections

from anlan.ledger import tail
from anlan.ledger.tail import Batch, ChainKey, Follower, Frame, Row, Step, Tailer
from tests.ledger.chains import Chain, unprotected

KEY = ChainKey(1, 7)
OTHER = ChainKey(1, 8)
PATIENCE = 5.0  # seconds; a test that needs them all has failed

pytestmark = [pytest.mark.both, pytest.mark.usefixtures("committing_db")]


def encode(chain: ChainKey, rows: Sequence[Row]) -> list[Frame]:
    return [Frame(row.seq, "anybody", row.kind.encode()) for row in rows]


@asynccontextmanager
async def running_tailer() -> AsyncIterator[Tailer]:
    tailer = Tailer(encode)
    tailer.start()
    try:
        yield tailer
    finally:
        tailer.stop()
        await asyncio.to_thread(connections.close_all)


async def in_thread(work: Callable[..., None], *args: object, **kwargs: object) -> None:
    """Write as another process would, and leave no connection behind."""

    def call() -> None:
        try:
            work(*args, **kwargs)
        finally:
            connection.close()

    await asyncio.to_thread(call)


async def steps_of(follower: Follower, count: int) -> list[Step]:
    """The next steps, at least ``count``."""
    steps: list[Step] = []
    until = time.monotonic() + PATIENCE
    while len(steps) < count:
        assert time.monotonic() < until, f"only {steps} of {count}"
        steps += await follower.next(0.2)
    return steps


def play(test: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(4 * PATIENCE):
            await test()

    asyncio.run(bounded())


def numbers(steps: Sequence[Step]) -> list[int]:
    return [step.seq for step in steps]


def test_entries_arrive_in_order_once_and_encoded(at: datetime) -> None:
    async def test() -> None:
        async with running_tailer() as tailer, tailer.follow({KEY: None}) as follower:
            await in_thread(Chain().grow, 3, at=at)
            await in_thread(Chain().grow, 2, at=at)
            steps = await steps_of(follower, 5)

            assert numbers(steps) == [1, 2, 3, 4, 5]
            assert steps[0] == Step(KEY, 1, Frame(1, "anybody", b"ledger.text_erased"))
            assert await follower.next(0.05) == []

    play(test)


def test_listener_resumes_behind_its_last_number(at: datetime) -> None:
    Chain().grow(7, at=at)

    async def test() -> None:
        async with running_tailer() as tailer, tailer.follow({KEY: 4}) as follower:
            assert numbers(await steps_of(follower, 3)) == [5, 6, 7]
            await in_thread(Chain().grow, 1, at=at)
            assert numbers(await steps_of(follower, 1)) == [8]

    play(test)


def test_new_listener_begins_with_what_comes(at: datetime) -> None:
    Chain().grow(4, at=at)

    async def test() -> None:
        async with running_tailer() as tailer, tailer.follow({KEY: None}) as follower:
            await in_thread(Chain().grow, 1, at=at)
            assert numbers(await steps_of(follower, 1)) == [5]

    play(test)


def test_chains_are_followed_side_by_side(at: datetime) -> None:
    Chain().grow(2, at=at)

    async def test() -> None:
        positions = {KEY: 1, OTHER: None}
        async with running_tailer() as tailer, tailer.follow(positions) as follower:
            await in_thread(Chain(pk=8).grow, 1, at=at)
            await in_thread(Chain(pk=9).grow, 1, at=at)  # nobody listens to that
            steps = await steps_of(follower, 2)

            assert sorted((step.chain, step.seq) for step in steps) == [
                (KEY, 2),
                (OTHER, 1),
            ]

    play(test)


def test_slow_listener_gets_from_the_ledger_what_was_dropped(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "QUEUE_LIMIT", 3)

    async def test() -> None:
        async with running_tailer() as tailer, tailer.follow({KEY: None}) as follower:
            for _ in range(5):  # it does not listen meanwhile
                await in_thread(Chain().grow, 2, at=at)
                await asyncio.sleep(0.06)
            assert follower._waiting <= tail.QUEUE_LIMIT

            assert numbers(await steps_of(follower, 10)) == list(range(1, 11))

    play(test)


def test_long_absence_is_read_page_by_page(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "PAGE", 4)
    Chain().grow(11, at=at)

    async def test() -> None:
        async with running_tailer() as tailer, tailer.follow({KEY: 0}) as follower:
            assert numbers(await steps_of(follower, 11)) == list(range(1, 12))

    play(test)


@pytest.mark.parametrize("known", [0, 12], ids=["too far behind", "ahead of us"])
def test_place_that_cannot_be_resumed_is_a_jump(
    known: int, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "MOST_BEHIND", 5)
    Chain().grow(9, at=at)

    async def test() -> None:
        async with running_tailer() as tailer, tailer.follow({KEY: known}) as follower:
            assert await steps_of(follower, 1) == [Step(KEY, 9, None)]
            await in_thread(Chain().grow, 1, at=at)
            assert numbers(await steps_of(follower, 1)) == [10]

    play(test)


def test_entry_missing_below_the_head_is_a_jump(
    at: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    Chain().grow(3, at=at)
    with unprotected():
        Chain().entry(2).delete()

    async def test() -> None:
        async with running_tailer() as tailer, tailer.follow({KEY: 0}) as follower:
            assert await steps_of(follower, 1) == [Step(KEY, 3, None)]

    play(test)


def test_batch_that_does_not_continue_is_read_again(at: datetime) -> None:
    Chain().grow(6, at=at)

    async def test() -> None:
        async with running_tailer() as tailer, tailer.follow({KEY: 2}) as follower:
            assert numbers(await steps_of(follower, 4)) == [3, 4, 5, 6]
            await in_thread(Chain().grow, 3, at=at)
            follower.push(Batch(KEY, 9, (Frame(9, "anybody", b"ninth"),)))

            assert numbers(await steps_of(follower, 3)) == [7, 8, 9]

    play(test)


def test_many_writers_leave_no_gap(at: datetime) -> None:
    def write() -> None:
        for _ in range(10):
            Chain().grow(2, at=at)

    async def test() -> None:
        async with running_tailer() as tailer, tailer.follow({KEY: None}) as follower:
            writers = [asyncio.create_task(in_thread(write)) for _ in range(4)]
            steps = await steps_of(follower, 80)
            await asyncio.gather(*writers)

            assert numbers(steps) == list(range(1, 81))

    play(test)


def test_closed_listener_returns_at_once() -> None:
    async def test() -> None:
        async with running_tailer() as tailer, tailer.follow({KEY: None}) as follower:
            asyncio.get_running_loop().call_later(0.05, follower.close)
            began = time.monotonic()

            assert await follower.next(PATIENCE) == []
            assert time.monotonic() - began < PATIENCE / 2
            assert follower.is_closed

    play(test)


def test_tailer_ends_its_thread() -> None:
    async def test() -> None:
        async with running_tailer() as tailer, tailer.follow({KEY: None}):
            pass

    play(test)

    assert "tailer" not in {thread.name for thread in threading.enumerate()}
