"""The crew of page threads: first come, first served, warm first, nobody waits for a slow one."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from typing import Any

import pytest

from anlan.config.crew import Crew

LONG = 30.0  # seconds that no test waits


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + LONG
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.001)


@contextmanager
def somebody_at_work(crew: Crew) -> Iterator[Future[bool]]:
    """One of the crew is busy inside, and has begun when it is entered."""
    has_begun, may_end = threading.Event(), threading.Event()

    def work() -> bool:
        has_begun.set()
        return may_end.wait(LONG)

    future = crew.submit(work)
    assert has_begun.wait(LONG)
    try:
        yield future
    finally:
        may_end.set()
        assert future.result(LONG)


@pytest.mark.parametrize("at_once", [1, 3])
def test_no_more_than_so_many_at_once(at_once: int) -> None:
    crew = Crew(8, at_once=at_once, seconds=LONG)
    guard, inside, most = threading.Lock(), 0, 0

    def page() -> None:
        nonlocal inside, most
        with guard:
            inside += 1
            most = max(most, inside)
        time.sleep(0.002)
        with guard:
            inside -= 1

    for future in [crew.submit(page) for _ in range(40)]:
        future.result(LONG)
    assert most == at_once


def test_first_come_first_served() -> None:
    crew = Crew(8, at_once=1, seconds=LONG)
    served: list[int] = []

    with somebody_at_work(crew):
        pages = [crew.submit(served.append, number) for number in range(8)]
        assert not wait(pages, 0.05).done
    for page in pages:
        page.result(LONG)
    assert served == list(range(8))


def test_the_same_thread_goes_on() -> None:
    """Its database connection has what the last page read and wrote."""
    crew = Crew(8, at_once=1, seconds=LONG)

    at_once = [crew.submit(threading.get_ident) for _ in range(20)]
    one_by_one = [crew.submit(threading.get_ident).result(LONG) for _ in range(20)]

    assert len({*(future.result(LONG) for future in at_once), *one_by_one}) == 1


def test_slow_page_is_overtaken() -> None:
    crew = Crew(2, at_once=1, seconds=0.02)
    with somebody_at_work(crew) as slow:
        assert crew.submit(int, "7").result(LONG) == 7
        assert not slow.done()


def test_whoever_is_overtaken_does_not_make_it_two() -> None:
    """The slow one's place was given away: its end lets in nobody beside the next one."""
    crew = Crew(3, at_once=1, seconds=0.05)
    has_begun, may_end = threading.Event(), threading.Event()

    def second() -> None:
        has_begun.set()
        may_end.wait(LONG)

    with somebody_at_work(crew):
        crew.submit(second)
        assert has_begun.wait(LONG)
        crew._seconds = LONG  # the second has all the time it wants
    third = crew.submit(int)
    assert not wait([third], 0.2).done
    may_end.set()
    assert third.result(LONG) == 0


def test_not_more_threads_than_said() -> None:
    crew = Crew(2, at_once=1, seconds=0.01)
    with somebody_at_work(crew), somebody_at_work(crew):
        third = crew.submit(int)
        assert not wait([third], 0.1).done
    assert third.result(LONG) == 0


def test_broken_page_ends_its_turn() -> None:
    crew = Crew(1, at_once=1, seconds=LONG)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            crew.submit(divmod, 1, 0).result(LONG)
    assert not crew._begun


def test_one_that_nobody_waits_for_is_not_begun() -> None:
    crew = Crew(1, at_once=1, seconds=LONG)
    asked: list[int] = []
    with somebody_at_work(crew):
        left = crew.submit(asked.append, 1)
        assert left.cancel()
    crew.submit(asked.append, 2).result(LONG)
    assert asked == [2]


def test_work_that_comes_as_the_last_ends_is_not_lost() -> None:
    """Threads that are interrupted at every step: handing over must not depend on it."""
    crew = Crew(4, at_once=2, seconds=LONG)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for number in range(20_000):
            assert crew.submit(int, number).result(LONG) == number
    finally:
        sys.setswitchinterval(before)
    wait_until(lambda: not crew._begun)


def test_work_comes_while_a_thread_lies_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """The moment between "nothing waits" and waiting for the bell."""
    crew = Crew(1, at_once=1, seconds=LONG)
    found_none = threading.Event()
    look = Crew._next

    def slowly(self: Crew, me: Any) -> Any:
        work = look(self, me)
        if work is None:
            found_none.set()
            time.sleep(0.05)
        return work

    monkeypatch.setattr(Crew, "_next", slowly)
    for number in range(5):
        assert crew.submit(int, number).result(LONG) == number
        assert found_none.wait(LONG)
        found_none.clear()
        assert crew.submit(int, number).result(LONG) == number


def test_nothing_is_lost_when_many_come() -> None:
    crew = Crew(4, at_once=2, seconds=0.001)
    answers: list[int] = []

    def many(first: int) -> None:
        futures = [crew.submit(int, number) for number in range(first, first + 200)]
        answers.extend(future.result(LONG) for future in futures)

    threads = [threading.Thread(target=many, args=(n * 200,)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    assert sorted(answers) == list(range(1000))
    wait_until(lambda: not crew._begun)
