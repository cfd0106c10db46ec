from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
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
    try:
        async with asyncio.timeout(PATIENCE):
            while len(steps) < count:
                steps += await follower.next()
    except TimeoutError:
        pytest.fail(f"only {steps} of {count}")
    return steps


async def silence(follower: Follower) -> None:
    """Nothing comes, although there is time for it."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await follower.next()


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
            await silence(follower)

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
            ninth = Step(KEY, 9, Frame(9, "anybody", b"ninth"))
            follower.push(Batch(KEY, 9, (ninth,)))

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

            async with asyncio.timeout(PATIENCE):
                assert not await follower.next()
            assert follower.is_closed
            assert not await follower.next()

    play(test)


def test_nudged_listener_returns_once_but_not_before_the_news(at: datetime) -> None:
    async def test() -> None:
        async with running_tailer() as tailer, tailer.follow({KEY: None}) as follower:
            follower.nudge()
            assert not await follower.next()
            await silence(follower)

            follower.push(Batch(KEY, 1, (Step(KEY, 1, None),)))
            follower.nudge()
            assert numbers(await follower.next()) == [1]
            assert not await follower.next()

    play(test)


def test_waiting_that_is_given_up_loses_nothing(at: datetime) -> None:
    async def test() -> None:
        async with running_tailer() as tailer, tailer.follow({KEY: None}) as follower:
            await silence(follower)
            await in_thread(Chain().grow, 2, at=at)
            assert numbers(await steps_of(follower, 2)) == [1, 2]

    play(test)


def test_listeners_level_with_the_chain_are_given_the_very_same(at: datetime) -> None:
    async def test() -> None:
        async with (
            running_tailer() as tailer,
            tailer.follow({KEY: None}) as one,
            tailer.follow({KEY: None, OTHER: None}) as other,
        ):
            await in_thread(Chain().grow, 2, at=at)
            async with asyncio.timeout(PATIENCE):
                assert await one.next() is await other.next()

    play(test)


def test_what_many_missed_alike_is_read_once(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    Chain().grow(6, at=at)
    read: list[tuple[int, int]] = []

    def counting(chain: ChainKey, after: int, upto: int) -> list[Row]:
        read.append((after, upto))
        return rows_between(chain, after, upto)

    rows_between = tail.rows_between
    monkeypatch.setattr(tail, "rows_between", counting)

    async def test() -> None:
        async with AsyncExitStack() as stack:
            tailer = await stack.enter_async_context(running_tailer())
            back = [tailer.follow({KEY: 4}) for _ in range(20)]
            back.append(tailer.follow({KEY: 2}))
            for follower in back:
                await stack.enter_async_context(follower)

            told = await asyncio.gather(*(steps_of(one, 2) for one in back))

            assert [numbers(steps) for steps in told] == [[5, 6]] * 20 + [[3, 4, 5, 6]]
            assert sorted(read) == [(2, 6), (4, 6)]

    play(test)


def test_place_ahead_of_what_was_told_here_is_looked_up(at: datetime) -> None:
    """Another process was quicker: its listener comes to us and is not sent away."""

    async def test() -> None:
        async with running_tailer() as tailer, tailer.follow({KEY: None}) as first:
            await in_thread(Chain().grow, 1, at=at)
            await steps_of(first, 1)
            tailer.stop()  # it hears nothing any more, as if it were slow
            tailer._readers = ThreadPoolExecutor(1)
            await in_thread(Chain().grow, 1, at=at)

            async with tailer.follow({KEY: 2}) as quick:
                assert quick.positions == {KEY: 2}
                await silence(quick)

    play(test)


def test_tailer_ends_its_thread() -> None:
    async def test() -> None:
        async with running_tailer() as tailer, tailer.follow({KEY: None}):
            pass

    play(test)

    assert "tailer" not in {thread.name for thread in threading.enumerate()}
