from __future__ import annotations

import time
from typing import NoReturn

import pytest

from anlan.base.frames import with_room

CALLS = 200
DEPTHS = range(200)  # of frames: more than one piece of the interpreter's memory holds


def _leaf() -> None:
    return None


def _slowest_calls(depth: int) -> float:
    """Seconds for calls made at this depth, the best of some tries."""
    if depth:
        return _slowest_calls(depth - 1)
    took = []
    for _ in range(3):
        began = time.process_time_ns()
        for _ in range(CALLS):
            _leaf()
        took.append(time.process_time_ns() - began)
    return min(took)


def test_calls_cost_the_same_at_every_depth() -> None:
    measure = with_room(_slowest_calls)

    took = sorted(measure(depth) for depth in DEPTHS)

    # 5 at the most, where an edge makes it 100 and more.
    assert took[-1] < 20 * max(took[len(took) // 2], 1)


def test_answer_and_arguments_are_passed_on() -> None:
    assert with_room(divmod)(7, 2) == (3, 1)


def test_error_is_passed_on() -> None:
    def fail() -> NoReturn:
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        with_room(fail)()


def test_recursion_without_end_is_still_an_error() -> None:
    def again() -> None:
        again()

    with pytest.raises(RecursionError):
        with_room(again)()
