"""Pages in turn: first come, first served, and nobody waits for a slow one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from anlan.config.turns import InTurn, Turns

LONG = 30.0  # seconds that no test waits


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + LONG
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.001)


@pytest.mark.parametrize("at_once", [1, 3])
def test_no_more_than_so_many_at_once(at_once: int) -> None:
    turns = Turns(at_once, seconds=LONG)
    guard, inside, most = threading.Lock(), 0, 0

    def page(_number: int) -> None:
        nonlocal inside, most
        with turns.turn():
            with guard:
                inside += 1
                most = max(most, inside)
            time.sleep(0.002)
            with guard:
                inside -= 1

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(page, range(40)))
    assert most == at_once


def test_first_come_first_served() -> None:
    turns = Turns(1, seconds=LONG)
    served: list[int] = []

    def page(number: int) -> None:
        with turns.turn():
            served.append(number)

    with ThreadPoolExecutor(8) as threads, turns.turn():
        for number in range(8):
            threads.submit(page, number)
            wait_until(lambda: len(turns._waiting) == number + 1)  # noqa: B023
    assert served == list(range(8))


def test_slow_page_is_overtaken() -> None:
    turns = Turns(1, seconds=0.02)
    is_overtaken = threading.Event()

    def quick() -> None:
        with turns.turn():
            is_overtaken.set()

    with ThreadPoolExecutor(1) as threads, turns.turn():
        threads.submit(quick)
        assert is_overtaken.wait(LONG)


def test_one_that_is_overtaken_gives_its_place_away_once() -> None:
    """It has given it to the next already; its end must not let in one more."""
    turns = Turns(1, seconds=0.02)
    is_over, is_inside = threading.Event(), threading.Event()

    def second() -> None:
        with turns.turn():
            is_inside.set()
            is_over.wait(LONG)

    with ThreadPoolExecutor(2) as threads:
        with turns.turn():
            threads.submit(second)
            assert is_inside.wait(LONG)
            turns._seconds = LONG  # the second has all the time it wants
        third = threads.submit(lambda: turns.turn().__enter__())
        wait_until(lambda: len(turns._waiting) == 1)
        assert not third.done()
        is_over.set()
        third.result(LONG)


def test_broken_page_ends_its_turn() -> None:
    turns = Turns(1, seconds=LONG)

    def broken(_environ: object, _start: object) -> None:
        raise ZeroDivisionError

    pages = InTurn(broken, at_once=1)
    pages._turns = turns
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            pages({}, print)
    assert not turns._begun
